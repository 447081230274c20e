"""The same as for the tests, with the next version's migrations."""

from sonae.config.settings.base import INSTALLED_APPS as THIS_VERSION
from sonae.config.settings.test import *  # noqa: F403

INSTALLED_APPS = [*THIS_VERSION, "tests.faults.next_release"]
