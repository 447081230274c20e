from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "sonae.web.site"
    label = "web_site"
