from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "sonae.apps.people"
