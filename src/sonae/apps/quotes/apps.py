from django.apps import AppConfig


class QuotesConfig(AppConfig):
    name = "sonae.apps.quotes"
