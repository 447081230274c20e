from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "sonae.web.desk"
    label = "web_desk"
