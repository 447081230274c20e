from django.apps import AppConfig


class RevisionConfig(AppConfig):
    name = "sonae.apps.revision"
