from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "sonae.apps.documents"
