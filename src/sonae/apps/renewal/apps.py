from django.apps import AppConfig


class RenewalConfig(AppConfig):
    name = "sonae.apps.renewal"
