from django.apps import AppConfig


class MembershipConfig(AppConfig):
    name = "sonae.apps.membership"
