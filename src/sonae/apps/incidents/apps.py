from django.apps import AppConfig


class IncidentsConfig(AppConfig):
    name = "sonae.apps.incidents"
