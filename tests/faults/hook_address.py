"""The one address that the processor's messages come in at, on a web server of our own."""

from django.urls import path

from sonae.web.api.card_hooks import card_hook

urlpatterns = [path("hooks/card/<slug:gateway>/", card_hook, name="card_hook")]
