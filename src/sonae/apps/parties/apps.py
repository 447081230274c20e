from django.apps import AppConfig


class PartiesConfig(AppConfig):
    name = "sonae.apps.parties"
