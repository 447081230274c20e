from django.apps import AppConfig


class BillingConfig(AppConfig):
    name = "sonae.apps.billing"
