from django.apps import AppConfig


class LettersConfig(AppConfig):
    name = "sonae.apps.letters"
