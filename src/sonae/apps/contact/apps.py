from django.apps import AppConfig


class ContactConfig(AppConfig):
    name = "sonae.apps.contact"
