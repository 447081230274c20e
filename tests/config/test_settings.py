"""A setting that is missing or can't be right ends the command at its start with one line: which one, and what to do."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from sonae.config.settings import reading
from sonae.config.starting import USAGE_ERROR
from tests.architecture.deploy_check import PRODUCTION
from tests.config.test_command_line import run_command

REQUIRED = sorted(PRODUCTION.keys() - {"DJANGO_SETTINGS_MODULE", "SONAE_PRODUCTION"})
WRONG = {
    "SONAE_SECRET_KEY": ("short-and-secret", "SONAE_SECRET_KEY has 16 characters; expected 50 random ones at least"),
    "SONAE_SITE_ADDRESS": ("http://sonae.example", "SONAE_SITE_ADDRESS is 'http://sonae.example'; expected https://"),
    "SONAE_STRIPE_KEY": ("pk_live_secret", "SONAE_STRIPE_KEY is another key; expected one that begins with sk_ or rk_"),
    "SONAE_STRIPE_WEBHOOK_SECRET": ("sk_live_secret", "SONAE_STRIPE_WEBHOOK_SECRET is another key; expected one that begins"),
    "SONAE_SMTP_PORT": ("smtp", "SONAE_SMTP_PORT is 'smtp'; expected a whole number from 1, or nothing for 587."),
    "SONAE_QUOTES_A_MINUTE": ("0", "SONAE_QUOTES_A_MINUTE is '0'; expected a whole number"),
    "SONAE_MAINTENANCE_UNTIL": ("tomorrow", "SONAE_MAINTENANCE_UNTIL is 'tomorrow'; expected a moment such as"),
    "SONAE_FEED_KEYS_FILE": ("/no/such/file", "The file that SONAE_FEED_KEYS_FILE names can't be read: No such file"),
}  # fmt: skip


def command(**changed: str) -> subprocess.CompletedProcess[str]:
    """One that was to serve for real, with a database that is there."""
    return run_command("migrate", "--plan", **{**PRODUCTION, "DATABASE_URL": os.environ["DATABASE_URL"], **changed})


def said_with(**changed: str) -> str:
    """The only line that it says, and that it was not done."""
    done = command(**changed)
    assert (done.returncode, done.stdout) == (USAGE_ERROR, "")
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    return done.stderr


def test_with_every_setting_nothing_is_missing() -> None:
    """The control of all others here."""
    done = command()
    assert (done.returncode in {0, 1}, done.stderr) == (True, "")


@pytest.mark.parametrize("name", sorted(set(REQUIRED) - {"SONAE_CARD_GATEWAY", "DATABASE_URL"}))
def test_a_setting_that_is_needed_and_missing_is_named(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "  ")
    with pytest.raises(ImproperlyConfigured, match=f"^{name} must be set when SONAE_PRODUCTION=1"):
        reading.required(name)


@pytest.mark.parametrize("name", ["SONAE_MAIL_FROM", "SONAE_STRIPE_KEY", "SONAE_STRIPE_WEBHOOK_SECRET"])
def test_and_the_command_says_so(name: str) -> None:
    assert said_with(**{name: ""}).startswith(f"sonae: {name} must be set")


@pytest.mark.parametrize("name", WRONG)
def test_a_setting_that_can_not_be_right_is_named_and_no_secret_repeated(name: str) -> None:
    value, expected = WRONG[name]
    said = said_with(**{name: value})
    assert said.startswith(f"sonae: {expected}"), said
    assert "secret" not in said.replace(name, "").lower()


def test_numbers_and_moments_are_read_as_they_are_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SONAE_X", " 25 ")
    assert reading.whole_number("SONAE_X", 587) == 25
    monkeypatch.setenv("SONAE_X", "")
    assert (reading.whole_number("SONAE_X", 587), reading.moment("SONAE_X")) == (587, "")
    monkeypatch.setenv("SONAE_X", "2026-12-05T06:00+09:00")
    assert reading.moment("SONAE_X") == "2026-12-05T06:00+09:00"
    assert reading.site_address("https://sonae.example/") == "https://sonae.example"


def test_a_secret_in_a_file_that_is_no_text_is_told_without_it(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ImproperlyConfigured, match="names can't be read: it is no text"):
        reading.secret_file("SONAE_FEED_KEYS_FILE", str(file))
