"""Django's own deployment check on the production settings, with warnings as failures. Run by ``make check``."""

from __future__ import annotations

import os
import sys

PRODUCTION = {
    "DJANGO_SETTINGS_MODULE": "sonae.config.settings.run",
    "SONAE_PRODUCTION": "1",
    "SONAE_SECRET_KEY": "check-only-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "SONAE_HOSTS": "sonae.example",
    "SONAE_SITE_ADDRESS": "https://sonae.example",
    "SONAE_SMTP_HOST": "mail.example",
    "SONAE_MAIL_FROM": "no-reply@sonae.example",
    "SONAE_CARD_GATEWAY": "sonae.integrations.stripe.gateway.StripeGateway",
    "SONAE_STRIPE_KEY": "sk_test_check_only",
    "SONAE_STRIPE_WEBHOOK_SECRET": "whsec_check_only",
    "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
}


def main() -> int:
    """0 when nothing is found."""
    os.environ.update(PRODUCTION)
    from django.core.management import execute_from_command_line

    execute_from_command_line(["manage.py", "check", "--deploy", "--fail-level", "WARNING"])
    return 0


if __name__ == "__main__":
    sys.exit(main())
