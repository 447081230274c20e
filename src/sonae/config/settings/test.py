"""For the tests: the real database and the real parts, a fixed clock, mails kept in memory."""

from __future__ import annotations

import os

from sonae.config import database
from sonae.config.settings.base import *  # noqa: F403
from sonae.config.settings.base import VAR

SECRET_KEY = "tests-only-" + "x" * 50
ALLOWED_HOSTS = ["*"]
# Tests make databases and take guards off, which needs the owner; what the serving account can't do has tests of its own.
os.environ[database.SERVING] = database.prepare(VAR).owner
os.environ.pop(database.OWNER, None)
DATABASES = {"default": database.django_settings(os.environ[database.SERVING])}
DATABASES["default"]["CONN_MAX_AGE"] = 0
if os.environ.get("SONAE_TEST_DB"):  # so that two test runs on one machine don't share a database
    DATABASES["default"]["TEST"] = {"NAME": f"test_sonae_{os.environ['SONAE_TEST_DB']}"}
STATIC_ROOT = VAR / "static-of-tests"
STATIC_ROOT.mkdir(
    parents=True, exist_ok=True
)  # nothing is collected there; without the folder each client would be warned
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
SONAE_CLOCK = "tests.clock.now"
SONAE_AGENCY = {
    "address": "東京都見本区見本町1-1",
    "representative": "見本 代表",
    "email": "referrals@agency.example",
}
SONAE_DEMO = True
SONAE_SANDBOX_CARD_URL = os.environ.get("SONAE_SANDBOX_CARD_URL", "http://127.0.0.1:9")
SONAE_SANDBOX_CARD_KEY = "sk_sandbox_tests"
SONAE_SANDBOX_CARD_WEBHOOK_SECRET = "whsec_tests"  # noqa: S105
SONAE_STRIPE_KEY = "sk_test_tests"
SONAE_STRIPE_WEBHOOK_SECRET = "whsec_tests"  # noqa: S105
SONAE_STRIPE_API_BASE = ""
SONAE_STRIPE_ACCOUNT = "acct_tests"
SONAE_CARD_TIMEOUT_SECONDS = 2.0
SONAE_CARD_LINES = 32  # the tests press from more threads than a web server has
