"""For the static checks: complete, and without a database."""

from sonae.config.settings.base import *  # noqa: F403

SECRET_KEY = "static-checks-only"  # noqa: S105  # signs nothing: no server runs with these settings
DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "NAME": "none"}}
SONAE_SANDBOX_CARD_KEY = ""
SONAE_SANDBOX_CARD_WEBHOOK_SECRET = ""
SONAE_STRIPE_KEY = ""
SONAE_STRIPE_WEBHOOK_SECRET = ""
SONAE_STRIPE_API_BASE = ""
SONAE_STRIPE_ACCOUNT = ""
