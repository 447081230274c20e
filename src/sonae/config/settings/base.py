"""What is the same wherever Sonae runs. ``run`` serves people, ``test`` and ``check`` serve the checks."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[4]
VAR = Path(os.environ.get("SONAE_VAR", ROOT / "var")).resolve()

DEBUG = False
ROOT_URLCONF = "sonae.config.urls"
WSGI_APPLICATION = "sonae.config.wsgi.application"
AUTH_USER_MODEL = "parties.User"
# The address is unique by a constraint on its lower-case form, which this check does not see.
SILENCED_SYSTEM_CHECKS = ["auth.W004"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
APPEND_SLASH = True

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "procrastinate.contrib.django",
    "sonae.apps.audit",
    "sonae.apps.parties",
    "sonae.apps.programmes",
    "sonae.apps.quotes",
    "sonae.apps.billing",
    "sonae.apps.documents",
    "sonae.apps.certificates",
    "sonae.apps.search",
    "sonae.apps.enrolment",
    "sonae.apps.membership",
    "sonae.apps.people",
    "sonae.apps.contact",
    "sonae.apps.letters",
    "sonae.apps.renewal",
    "sonae.apps.incidents",
    "sonae.apps.reporting",
    "sonae.apps.work",
    "sonae.apps.revision",
    "sonae.web.shared",
    "sonae.web.site",
    "sonae.web.portal",
    "sonae.web.desk",
    "sonae.web.api",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "sonae.web.shared.security_headers.SecurityHeaders",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "sonae.web.shared.compression.Compression",
    "sonae.web.shared.maintenance.MaintenanceAnswer",
    "sonae.web.shared.outage.OutageAnswer",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "sonae.web.portal.last_seen.LastSeen",
]

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "sonae.web.shared.context.programme_context",
            ],
        },
    }
]

FORM_RENDERER = "sonae.web.shared.form_renderer.DirectRenderer"

# Language: Japanese at the root, English below /en/. Both texts stand beside each other in the code.
LANGUAGE_CODE = "ja"
LANGUAGES = [("ja", "日本語"), ("en", "English")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Tokyo"

STATIC_URL = "static/"
STATIC_ROOT = VAR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# Sign-in: a code by e-mail, no passwords.
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 5
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 600
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_RATE_LIMITS = (
    False  # the library takes a proxy for one caller; sign_in_views counts callers and addresses itself
)
ACCOUNT_ADAPTER = "sonae.web.portal.sign_in.SignInAdapter"
# Passkeys, as a way of signing in beside the code; for staff also an app with codes and recovery codes. The library keeps them,
# the pages and the checks are ours.
MFA_ADAPTER = "sonae.web.portal.passkeys.PasskeyAdapter"
MFA_SUPPORTED_TYPES = ["webauthn", "totp", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"
LOGIN_URL = "portal:sign_in"
LOGIN_REDIRECT_URL = "portal:home"
ACCOUNT_LOGOUT_REDIRECT_URL = "site:home"

SESSION_ENGINE = "sonae.web.shared.sessions"
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 300
CSRF_FAILURE_VIEW = "sonae.web.shared.error_pages.csrf_failure"

CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache_entry"}}

DEFAULT_FROM_EMAIL = "Sonae <no-reply@sonae.invalid>"
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# Sonae's own
SONAE_OWNER_DATABASE: dict[str, Any] = {}  # what differs from DATABASES for the owner of the tables
SONAE_DEMO = False
SONAE_CLOCK = "sonae.config.clock.now"
SONAE_PRODUCTS = ROOT / "products"
SONAE_LOSS_FACTS = ROOT / "loss-facts"
SONAE_PROGRAMME = "cyber"
SONAE_SITE_ADDRESS = "http://127.0.0.1:8000"
SONAE_PAPER_PRESS = "sonae.integrations.typst.press.TypstPress"
SONAE_POSTCODE_BOOK = "sonae.integrations.postcode.lookup.PosutoBook"
SONAE_ACCOUNTING_FORMATS = [
    "sonae.integrations.journal_csv.journal.JournalCsv",
    "sonae.integrations.yayoi.journal.YayoiJournal",
]
SONAE_HOLIDAYS = "sonae.integrations.holidays.japan.is_holiday"
SONAE_WORKBOOK_READER = "sonae.integrations.spreadsheet.workbook.open_workbook"
SONAE_WORKBOOK_WRITER = "sonae.integrations.spreadsheet.writing.write_workbook"
SONAE_CARD_GATEWAY = "sonae.integrations.sandbox_card.gateway.SandboxCardGateway"
SONAE_CARD_TIMEOUT_SECONDS = 10.0
SONAE_WRITE_OFF_ALONE_YEN = 10_000  # more than that takes a second person
SONAE_SECOND_LOOKS = {  # what another person has to agree to, and what does it then
    "free_cover_end": "sonae.apps.membership.use_cases.schedule_free_cover_end.schedule_asked_end",
    "personal_export": "sonae.apps.reporting.use_cases.open_personal_export.open_personal_export",
    "send_letter": "sonae.apps.letters.use_cases.schedule_letter.schedule_agreed_letter",
    "return_premium": "sonae.apps.certificates.use_cases.return_with_second_look.request_agreed_change",
    "publish_product": "sonae.apps.programmes.use_cases.ask_publication.publish_asked_version",
}
SONAE_RETURN_ALONE_YEN = 100_000  # return premium that staff may give back alone; more takes a second person
SONAE_SECOND_LOOK_RIGHTS = {  # by kind: who sees it in the queue, who decides it
    "free_cover_end": ("end_free_cover", "end_free_cover"),
    "personal_export": ("export_personal_data", "export_personal_data"),
    "send_letter": ("send_letters", "send_letters"),
    "return_premium": ("change_cover", "change_cover"),
    "publish_product": ("see_product", "publish_product"),
}
SONAE_PAYMENT_PURPOSES = [
    "sonae.apps.enrolment.payment_purpose.ApplicationPurpose",
    "sonae.apps.certificates.payment_purpose.ChangePurpose",
]
SONAE_LETTER_ALONE = 100  # members that one person may write to; more takes a second one
SONAE_BOUNCE_FOLDER = ""  # Maildir of the address that mails come from
SONAE_BOUNCE_READER = "sonae.integrations.mail.bounces.read_report"
SONAE_MAIL_HOOK_SECRET = ""  # of the mail service; without one there is no such address
SONAE_PAYOUT_FORMS = [
    "sonae.integrations.sandbox_card.payout_file.SandboxPayoutFile",
    "sonae.integrations.stripe.payout_report.StripePayoutReport",
]
SONAE_PAYOUT_DUE_DAYS = 14  # after a charge or refund; then it is missing from the processor's files
SONAE_PAYOUT_LIMIT_BYTES = 64 * 1024 * 1024  # of one file of the processor
SONAE_CARD_PAGE_ORIGINS = ["http://127.0.0.1:8001"]
SONAE_SANDBOX_CARD_URL = "http://127.0.0.1:8001"
PROCRASTINATE_IMPORT_PATHS = ["sonae.config.jobs"]
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = ""

SONAE_MAINTENANCE_UNTIL = ""  # an ISO moment; until then every page says so
SONAE_QUOTES_A_MINUTE = 120
SONAE_CONSULTATIONS_AN_HOUR = 20
SONAE_AGENCY: dict[
    str, str
] = {}  # to whom referrals are passed: address, representative, email (docs/howto/referrals.md)
SONAE_COMPLAINTS = ROOT / "contact-window" / "complaints.toml"
SONAE_DATA_REQUEST_DAYS = 14  # until when a request about personal data is answered
SONAE_PROVISION_YEARS = 3  # how long the record of a provision to a third party is kept
SONAE_SIGN_IN_CODES_AN_HOUR = 10
SONAE_FEED_APPLY_BY_ITSELF = False  # what came by HTTP, folder or bucket, unless the brake holds it
SONAE_FEED_KEYS: dict[str, Any] = {}  # of all senders, by key id, as apps/membership/feed_keys.py reads them
SONAE_FEEDS_A_MINUTE = 30
SONAE_FEED_FOLDER = ""  # watched for files, where it is named
SONAE_FEED_BUCKET: dict[str, str] = {}  # likewise: name, prefix, endpoint, region, access_key, secret_key
SONAE_FEED_STORE = "sonae.integrations.bucket.s3.S3Store"
SONAE_FEED_LIMIT_BYTES = 512 * 1024 * 1024  # of one file of the organiser; a million members take about a fifth
SONAE_FEED_FILES_KEPT_DAYS = 35  # after a feed was applied, refused or withdrawn
SONAE_STAFF_IDLE_MINUTES = 30  # then a session of the staff ends
SONAE_PASSKEY_TRIES_AN_HOUR = 60  # from one network address

# The organiser's single sign-on (docs/howto/single-sign-on.md). Without an issuer there is none.
SONAE_IDENTITY_PROVIDER = "sonae.integrations.openid.provider.OpenIDProvider"
SONAE_OIDC_ISSUER = ""
SONAE_OIDC_CLIENT_ID = ""
SONAE_OIDC_CLIENT_SECRET = ""
SONAE_OIDC_SCOPES = "openid email"
SONAE_OIDC_NUMBER_CLAIM = "member_number"
SONAE_OIDC_CLASS_CLAIM = "member_class"
SONAE_OIDC_PAGE_ORIGINS: list[str] = []  # where its sign-in page stands, if not at the issuer's own address
SONAE_OIDC_ON_THIS_MACHINE = False  # tests alone: a provider without TLS at a private address
SONAE_OIDC_TIMEOUT_SECONDS = 8.0

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s", "datefmt": "%Y-%m-%dT%H:%M:%S%z"}
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"waitress.queue": {"level": "ERROR"}},  # it warns of every request that waits for a thread
}
