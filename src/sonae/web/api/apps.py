from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "sonae.web.api"
    label = "web_api"
