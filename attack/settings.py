"""The demo's settings, with each answer written down and without the end to wrong sign-in codes, which would hide the code."""

from sonae.config.settings.run import *  # noqa: F403
from sonae.config.settings.run import MIDDLEWARE as OURS

MIDDLEWARE = ["attack.visits.Visits", *OURS]
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 1_000_000
