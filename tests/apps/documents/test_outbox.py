"""Mails: written once for each key in the transaction of what they tell of, sent afterwards, and never lost for a mail server."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import transaction

from sonae.apps.audit import milestones
from sonae.apps.documents.models import OutboxMessage
from sonae.apps.documents.outbox import AT_ONCE, send_due_mails, write_mail
from sonae.config import jobs
from tests import clock

pytestmark = pytest.mark.django_db
CONTROLS = ["\r\nBcc: all@evil.example", "\nX-Evil: 1", "\x00", "\x0b\x0c", "\u2028Bcc: x", "\x85Bcc: x"]


def write(key: str = "issued:C1", subject: str = "加入者証", recipient: str = "aoki@sample.example") -> None:
    write_mail(key=key, recipient=recipient, subject=subject, body="本文", language="ja", now=clock.now())


def test_a_mail_goes_out_once() -> None:
    write()
    assert send_due_mails(now=clock.now()) == 1
    assert send_due_mails(now=clock.later(days=1)) == 0
    assert [(m.subject, m.to) for m in mail.outbox] == [("加入者証", ["aoki@sample.example"])]
    assert OutboxMessage.objects.get().sent_at == clock.now()


def test_the_same_key_is_written_once_and_stays_as_it_was_written() -> None:
    write()
    write(subject="別の件名")
    assert [message.subject for message in OutboxMessage.objects.all()] == ["加入者証"]


def test_a_mail_of_an_act_that_is_undone_is_never_sent() -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        _write_and_fail()
    assert send_due_mails(now=clock.now()) == 0
    assert mail.outbox == []


def _write_and_fail() -> None:
    write()
    raise ZeroDivisionError


@pytest.mark.parametrize("control", CONTROLS, ids=ascii)
def test_no_control_in_a_name_becomes_a_header(control: str) -> None:
    write(subject=f"見本{control}様")
    assert send_due_mails(now=clock.now()) == 1
    sent = mail.outbox[0]
    assert sent.to == ["aoki@sample.example"]
    assert set(sent.message().keys()) == {
        "Content-Type", "MIME-Version", "Content-Transfer-Encoding", "Subject", "From", "To", "Date", "Message-ID",
    }  # fmt: skip


def test_a_mail_server_that_is_away_delays_and_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    write()
    tries: list[Any] = []

    def away(*_: object, **__: object) -> int:
        tries.append(1)
        raise ConnectionRefusedError

    with monkeypatch.context() as broken:
        broken.setattr("django.core.mail.EmailMessage.send", away)
        moment, waits = clock.now(), []
        for _ in range(9):
            assert send_due_mails(now=moment) == 0
            next_try = OutboxMessage.objects.get().next_try_at
            assert next_try is not None
            waits.append((next_try - moment) / timedelta(minutes=1))
            moment = next_try
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert len(tries) == 9
    assert send_due_mails(now=moment) == 1
    assert len(mail.outbox) == 1


def test_a_mail_that_can_not_be_sent_does_not_hold_up_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    write(key="first", recipient="broken@sample.example")
    write(key="second")
    real = mail.EmailMessage.send

    def picky(message: mail.EmailMessage, *given: Any, **named: Any) -> int:
        if message.to == ["broken@sample.example"]:
            raise ValueError("no such address")
        return real(message, *given, **named)

    monkeypatch.setattr(mail.EmailMessage, "send", picky)
    assert send_due_mails(now=clock.now()) == 1
    assert [message.to for message in mail.outbox] == [["aoki@sample.example"]]


class Killed(BaseException):
    """The worker ends here."""


def test_a_mail_that_is_sent_twice_after_a_kill_is_one_by_its_message_id(caplog: pytest.LogCaptureFixture) -> None:
    """Killed after the mail server has taken it and before that was written down: a second copy, and no third."""

    def die(point: str) -> None:
        if point == "mail.sent":
            raise Killed

    for turn in (1, 2, 3):
        mail.outbox.clear()
        write(key=f"issued:C{turn}")
        milestones.listen(die)
        try:
            with pytest.raises(Killed):
                send_due_mails(now=clock.now())
        finally:
            milestones.listen(None)
        assert send_due_mails(now=clock.later(minutes=1)) == 1
        assert send_due_mails(now=clock.later(days=1)) == 0
        first, second = (str(sent.message()["Message-ID"]) for sent in mail.outbox)
        assert first == second
        assert f"C{turn}" not in first
        assert f"mail issued:C{turn} goes out again: try 2" in caplog.text


def test_two_mails_have_two_message_ids() -> None:
    write(key="issued:C1")
    write(key="issued:C2")
    assert send_due_mails(now=clock.now()) == 2
    assert len({str(sent.message()["Message-ID"]) for sent in mail.outbox}) == 2


def test_where_more_wait_than_go_at_once_the_next_job_is_there_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    queued: list[str] = []
    monkeypatch.setattr(jobs, "now", clock.now)
    monkeypatch.setattr(jobs, "later", queued.append)
    for number in range(AT_ONCE + 1):
        write(key=f"issued:C{number}")
    assert (jobs.send_mails(), queued) == (AT_ONCE, ["sonae.send_mails"])
    assert (jobs.send_mails(), queued) == (1, ["sonae.send_mails"])
