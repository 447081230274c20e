"""The parts that every page stands on."""

from django.apps import AppConfig


class SharedConfig(AppConfig):
    name = "sonae.web.shared"
    label = "web_shared"
