from django.apps import AppConfig


class EnrolmentConfig(AppConfig):
    name = "sonae.apps.enrolment"
