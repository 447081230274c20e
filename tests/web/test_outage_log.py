"""What stands in the log when a page answers that it will do later."""

from __future__ import annotations

import errno

import psycopg
import pytest
from django.db import OperationalError
from django.test import RequestFactory

from sonae.web.shared.outage import OutageAnswer


def caused_by(cause: Exception | None) -> OperationalError:
    error = OperationalError("what somebody typed")
    error.__cause__ = cause
    return error


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("raised", "said"),
    [
        (caused_by(psycopg.errors.DeadlockDetected("x")), "away: OperationalError 40P01"),
        (caused_by(None), "away: OperationalError without a code"),
        (OSError(errno.ENOSPC, "x"), "away: OSError without a code"),
    ],
)
def test_the_log_has_the_code_of_the_database_and_none_of_its_words(
    raised: Exception, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    answer = OutageAnswer(lambda _: pytest.fail("never asked")).process_exception(RequestFactory().get("/"), raised)
    assert answer is not None
    assert answer.status_code == 503
    assert [record.getMessage() for record in caplog.records if record.name == "sonae.outage"] == [said]
