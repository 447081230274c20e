"""For people: the demo on one machine, or with ``SONAE_PRODUCTION=1`` a server behind HTTPS that takes nothing on trust."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from sonae.apps.membership.feed_keys import read_feed_keys
from sonae.config import database
from sonae.config.settings.base import *  # noqa: F403
from sonae.config.settings.base import (
    SONAE_DATA_REQUEST_DAYS,
    SONAE_FEED_LIMIT_BYTES,
    SONAE_OIDC_CLASS_CLAIM,
    SONAE_OIDC_NUMBER_CLAIM,
    SONAE_OIDC_SCOPES,
    VAR,
)
from sonae.config.settings.reading import (
    moment,
    names,
    required,
    required_key,
    required_with,
    secret_file,
    secret_key,
    secret_text,
    site_address,
    whole_number,
)

SIGN_ON = "docs/howto/single-sign-on.md"
PRODUCTION = os.environ.get("SONAE_PRODUCTION") == "1"


def _kept_secret(name: str) -> str:
    """From the environment; in the demo made once and kept under var/, readable by its owner only."""
    if os.environ.get(name):
        return os.environ[name]
    if PRODUCTION:
        return required(name)
    file = Path(VAR) / "secrets" / name.lower()
    file.parent.mkdir(parents=True, exist_ok=True)
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(48))
    return file.read_text()


SECRET_KEY = _kept_secret("SONAE_SECRET_KEY")
if PRODUCTION:
    secret_key(SECRET_KEY)
    required("DATABASE_URL")  # an embedded server would be started in its place
_addresses = database.prepare(VAR)
DATABASES = {"default": database.django_settings(_addresses.serving)}
SONAE_OWNER_DATABASE = database.django_settings(_addresses.owner, setting=database.OWNER)
SONAE_DEMO = not PRODUCTION
SONAE_SITE_ADDRESS = os.environ.get("SONAE_SITE_ADDRESS", "http://127.0.0.1:8000").rstrip("/")
if PRODUCTION:
    SONAE_SITE_ADDRESS = site_address(required("SONAE_SITE_ADDRESS"))
ALLOWED_HOSTS = names("SONAE_HOSTS") if PRODUCTION else ["127.0.0.1", "localhost"]
CSRF_TRUSTED_ORIGINS = [SONAE_SITE_ADDRESS] if PRODUCTION else []

if PRODUCTION:
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME = "__Host-session"
    CSRF_COOKIE_NAME = "__Host-csrf"
    if os.environ.get("SONAE_TLS_PROXY") == "1":  # only behind a proxy that strips this header from requests
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST = required("SONAE_SMTP_HOST")
    EMAIL_PORT = whole_number("SONAE_SMTP_PORT", 587)
    EMAIL_HOST_USER = os.environ.get("SONAE_SMTP_USER", "")
    EMAIL_HOST_PASSWORD = os.environ.get("SONAE_SMTP_PASSWORD", "")
    EMAIL_USE_TLS = True
    EMAIL_TIMEOUT = 20
    DEFAULT_FROM_EMAIL = required("SONAE_MAIL_FROM")
else:
    EMAIL_BACKEND = "sonae.integrations.mail.outbox_only.OutboxOnly"

SONAE_CARD_GATEWAY = os.environ.get("SONAE_CARD_GATEWAY", "sonae.integrations.sandbox_card.gateway.SandboxCardGateway")
if PRODUCTION and "sandbox" in SONAE_CARD_GATEWAY:
    raise ImproperlyConfigured("SONAE_CARD_GATEWAY must name a real card processor when SONAE_PRODUCTION=1.")
SONAE_SANDBOX_CARD_URL = os.environ.get("SONAE_SANDBOX_CARD_URL", "http://127.0.0.1:8001")
SONAE_SANDBOX_CARD_KEY = "" if PRODUCTION else _kept_secret("SONAE_SANDBOX_CARD_KEY")
SONAE_SANDBOX_CARD_WEBHOOK_SECRET = "" if PRODUCTION else _kept_secret("SONAE_SANDBOX_CARD_WEBHOOK_SECRET")
SONAE_STRIPE_KEY = os.environ.get("SONAE_STRIPE_KEY", "")
SONAE_STRIPE_WEBHOOK_SECRET = os.environ.get("SONAE_STRIPE_WEBHOOK_SECRET", "")
if PRODUCTION and SONAE_CARD_GATEWAY.endswith(".StripeGateway"):  # else the first member who pays would find out
    required_key("SONAE_STRIPE_KEY", "sk_", "rk_")
    required_key("SONAE_STRIPE_WEBHOOK_SECRET", "whsec_")
SONAE_STRIPE_API_BASE = os.environ.get("SONAE_STRIPE_API_BASE", "")
SONAE_STRIPE_THREE_D_SECURE = os.environ.get("SONAE_STRIPE_THREE_D_SECURE", "any")
SONAE_WRITE_OFF_ALONE_YEN = int(os.environ.get("SONAE_WRITE_OFF_ALONE_YEN", "10000"))
SONAE_RETURN_ALONE_YEN = int(os.environ.get("SONAE_RETURN_ALONE_YEN", "100000"))
SONAE_LETTER_ALONE = whole_number("SONAE_LETTER_ALONE", 100)
SONAE_BOUNCE_FOLDER = os.environ.get("SONAE_BOUNCE_FOLDER", "")
SONAE_MAIL_HOOK_SECRET = secret_text("SONAE_MAIL_HOOK_SECRET")
SONAE_STRIPE_ACCOUNT = os.environ.get("SONAE_STRIPE_ACCOUNT", "")
SONAE_CARD_PAGE_ORIGINS = ["https://checkout.stripe.com"] if PRODUCTION else [SONAE_SANDBOX_CARD_URL]
SONAE_MAINTENANCE_UNTIL = moment("SONAE_MAINTENANCE_UNTIL")
SONAE_QUOTES_A_MINUTE = whole_number("SONAE_QUOTES_A_MINUTE", 120)
SONAE_CONSULTATIONS_AN_HOUR = whole_number("SONAE_CONSULTATIONS_AN_HOUR", 20)
SONAE_AGENCY = {
    "address": os.environ.get("SONAE_AGENCY_ADDRESS", "" if PRODUCTION else "東京都見本区見本町1-1（見本）"),
    "representative": os.environ.get("SONAE_AGENCY_REPRESENTATIVE", "" if PRODUCTION else "代表者の氏名（見本）"),
    "email": os.environ.get("SONAE_AGENCY_EMAIL", "" if PRODUCTION else "toritsugi@dairiten.example"),
}
SONAE_DATA_REQUEST_DAYS = whole_number("SONAE_DATA_REQUEST_DAYS", SONAE_DATA_REQUEST_DAYS)
SONAE_SIGN_IN_CODES_AN_HOUR = whole_number("SONAE_SIGN_IN_CODES_AN_HOUR", 10)
SONAE_STAFF_IDLE_MINUTES = whole_number("SONAE_STAFF_IDLE_MINUTES", 30)
SONAE_OIDC_ISSUER = os.environ.get("SONAE_OIDC_ISSUER", "").rstrip("/")
if SONAE_OIDC_ISSUER:
    SONAE_OIDC_CLIENT_ID = required_with("SONAE_OIDC_ISSUER", "SONAE_OIDC_CLIENT_ID", where=SIGN_ON)
    SONAE_OIDC_CLIENT_SECRET = secret_file(
        "SONAE_OIDC_CLIENT_SECRET_FILE",
        required_with("SONAE_OIDC_ISSUER", "SONAE_OIDC_CLIENT_SECRET_FILE", where=SIGN_ON),
    )
    SONAE_OIDC_SCOPES = os.environ.get("SONAE_OIDC_SCOPES", SONAE_OIDC_SCOPES)
    SONAE_OIDC_NUMBER_CLAIM = os.environ.get("SONAE_OIDC_NUMBER_CLAIM", SONAE_OIDC_NUMBER_CLAIM)
    SONAE_OIDC_CLASS_CLAIM = os.environ.get("SONAE_OIDC_CLASS_CLAIM", SONAE_OIDC_CLASS_CLAIM)
    SONAE_OIDC_PAGE_ORIGINS = os.environ.get("SONAE_OIDC_PAGE_ORIGINS", "").split()
    SONAE_OIDC_ON_THIS_MACHINE = not PRODUCTION and os.environ.get("SONAE_OIDC_ON_THIS_MACHINE") == "1"
SONAE_FEED_KEYS = read_feed_keys(secret_text("SONAE_FEED_KEYS"))
SONAE_FEED_APPLY_BY_ITSELF = os.environ.get("SONAE_FEED_APPLY_BY_ITSELF") == "1"
SONAE_FEEDS_A_MINUTE = whole_number("SONAE_FEEDS_A_MINUTE", 30)
SONAE_FEED_LIMIT_BYTES = whole_number("SONAE_FEED_LIMIT_BYTES", SONAE_FEED_LIMIT_BYTES)
SONAE_FEED_FOLDER = os.environ.get("SONAE_FEED_FOLDER", "")
if os.environ.get("SONAE_FEED_BUCKET"):
    SONAE_FEED_BUCKET = {
        "name": os.environ["SONAE_FEED_BUCKET"],
        "prefix": os.environ.get("SONAE_FEED_BUCKET_PREFIX", ""),
        "endpoint": os.environ.get("SONAE_FEED_BUCKET_ENDPOINT", ""),
        "region": os.environ.get("SONAE_FEED_BUCKET_REGION", ""),
        "access_key": secret_text("SONAE_FEED_BUCKET_ACCESS_KEY"),
        "secret_key": secret_text("SONAE_FEED_BUCKET_SECRET_KEY"),
    }
    if not all(SONAE_FEED_BUCKET[key] for key in ("access_key", "secret_key")):
        raise ImproperlyConfigured(
            "SONAE_FEED_BUCKET needs SONAE_FEED_BUCKET_ACCESS_KEY and SONAE_FEED_BUCKET_SECRET_KEY, or the same with _FILE."
        )
