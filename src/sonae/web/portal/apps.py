from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "sonae.web.portal"
    label = "web_portal"
