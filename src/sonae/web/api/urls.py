"""The addresses for machines."""

from django.urls import path

from sonae.web.api.quotes import build_api

urlpatterns = [path("v1/", build_api().urls)]
