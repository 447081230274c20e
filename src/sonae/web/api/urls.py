"""Addresses for machines."""

from django.urls import path

from sonae.web.api.feeds import api as feeds
from sonae.web.api.quotes import api

urlpatterns = [path("v1/", api.urls), path("", feeds.urls)]
