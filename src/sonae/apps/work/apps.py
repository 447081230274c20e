from django.apps import AppConfig


class WorkConfig(AppConfig):
    name = "sonae.apps.work"
