"""What mail servers send back: read, counted once, laid beside the mail that it is about, and acted on."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import DatabaseError, transaction
from hypothesis import given
from hypothesis import strategies as st

from sonae.apps.documents.models import OutboxMessage
from sonae.apps.documents.outbox import message_id, write_mail
from sonae.apps.letters.models import Bounce, StopEntry
from sonae.apps.letters.use_cases.read_bounces import note_reports, read_bounces
from sonae.apps.letters.use_cases.stop_addresses import AddressUnreadable, allow_address, stop_address
from sonae.integrations.mail.bounces import Report, read_report
from tests import clock

NOT_DELIVERED = """\
From: MAILER-DAEMON@mx.example
To: no-reply@sonae.invalid
Subject: Undelivered Mail
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

Your message could not be delivered.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; {address}
Action: {action}
Status: {status}

--b
Content-Type: text/rfc822-headers

Message-ID: {about}
Subject: hello

--b--
"""
NOT_WANTED = """\
From: feedback@isp.example
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="b"

--b
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: isp/1
Version: 1
Original-Rcpt-To: <{address}>

--b
Content-Type: message/rfc822

Message-ID: {about}
Subject: hello

text
--b--
"""


def report(
    address: str = "gone@example.jp", *, action: str = "failed", status: str = "5.1.1", about: str = "<x@y>"
) -> bytes:
    return NOT_DELIVERED.format(address=address, action=action, status=status, about=about).encode()


def test_a_report_is_read_for_what_it_says() -> None:
    assert read_report(report()) == [Report("gone@example.jp", "permanent", "5.1.1", "<x@y>")]
    assert read_report(report(action="delayed", status="4.4.1"))[0].kind == "temporary"
    assert read_report(report(status="4.2.2"))[0].kind == "temporary"  # failed for now: a full mailbox
    assert read_report(report(action="delivered", status="2.0.0")) == []
    unwanted = NOT_WANTED.format(address="angry@example.jp", about="<x@y>").encode()
    assert read_report(unwanted) == [Report("angry@example.jp", "complaint", "abuse", "<x@y>")]


@pytest.mark.parametrize("raw", [b"", b"\x00\xff" * 50, b"Subject: hello\n\nI am on holiday", b"x" * 2_000_001])
def test_what_is_no_report_says_nothing(raw: bytes) -> None:
    assert read_report(raw) == []


@given(st.binary(max_size=300), st.integers(0, 700))
def test_no_damage_to_a_report_breaks_the_reading(junk: bytes, place: int) -> None:
    raw = report()
    for one in read_report(raw[:place] + junk + raw[place:]):
        assert one.kind in Bounce.Kind.values


@pytest.mark.django_db
def test_an_address_that_does_not_exist_gets_no_letters_and_its_mail_says_so() -> None:
    write_mail(key="letter:1:7", recipient="gone@example.jp", subject="s", body="b", language="ja", now=clock.now())
    mail = OutboxMessage.objects.get()
    raw = report(about=message_id(mail))
    assert [note_reports(raw, now=clock.now()) for _ in range(2)] == [1, 0]
    bounce = Bounce.objects.get()
    assert (bounce.message, bounce.kind, bounce.status) == (mail, "permanent", "5.1.1")
    assert StopEntry.objects.get().why == "bounced"


@pytest.mark.django_db
def test_a_full_mailbox_stops_nobody() -> None:
    note_reports(report(action="failed", status="4.2.2"), now=clock.now())
    assert Bounce.objects.count() == 1
    assert not StopEntry.objects.exists()


@pytest.mark.django_db
def test_what_came_back_stays_as_it_came() -> None:
    note_reports(report(), now=clock.now())
    with pytest.raises(DatabaseError), transaction.atomic():
        Bounce.objects.update(kind="temporary")


@pytest.mark.django_db
def test_the_mailbox_is_read_once(tmp_path: Path, settings: pytest.FixtureRequest) -> None:
    settings.SONAE_BOUNCE_FOLDER = str(tmp_path)  # type: ignore[attr-defined]
    new = tmp_path / "new"
    new.mkdir()
    for number, raw in enumerate((report(), report("two@example.jp"), b"no report")):
        (new / f"{number}.mail").write_bytes(raw)
    assert [read_bounces(now=clock.now()) for _ in range(2)] == [2, 0]
    assert sorted(file.name for file in (tmp_path / "cur").iterdir()) == ["0.mail:2,S", "1.mail:2,S", "2.mail:2,S"]
    assert list(new.iterdir()) == []


@pytest.mark.django_db
def test_an_address_is_stopped_once_and_may_be_let_in_again() -> None:
    def stop(address: str) -> bool:
        return stop_address(address=address, why="asked", actor="user:1", now=clock.now())

    assert [stop("A@example.jp"), stop(" a@example.jp ")] == [True, False]
    entry = StopEntry.objects.get()
    assert [allow_address(entry_id=entry.pk, actor="user:1", now=clock.now()) for _ in range(2)] == [True, False]
    assert stop("a@example.jp")
    for bad in ("", "nobody", "a b@example.jp", "a@b\nc", f"{'x' * 260}@example.jp"):
        with pytest.raises(AddressUnreadable):
            stop(bad)
