from django.apps import AppConfig


class ProgrammesConfig(AppConfig):
    name = "sonae.apps.programmes"
