from django.apps import AppConfig


class SearchConfig(AppConfig):
    name = "sonae.apps.search"
