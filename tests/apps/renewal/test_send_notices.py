"""Reminders, warnings and notices: to whom, when, once each, whatever the clock and the rounds do."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from sonae.apps.certificates.models import Certificate
from sonae.apps.documents.models import OutboxMessage
from sonae.apps.enrolment.models import Application
from sonae.apps.parties.models import User
from sonae.apps.programmes.models import SchemeYear
from sonae.apps.renewal.models import RenewalOffer
from sonae.apps.renewal.use_cases.make_offers import make_offers
from sonae.apps.renewal.use_cases.send_notices import count_waiting, send_notices
from sonae.apps.renewal.years import get_turn
from sonae.domain.calendar import JAPAN
from sonae.domain.renewal_calendar import notice_due
from tests.renewals import NEXT, OFFERS_DAY, enter_members, give_covers

pytestmark = pytest.mark.usefixtures("programme")


def day(text: str, hour: int = 4, minute: int = 5) -> datetime:
    return datetime.fromisoformat(text).replace(hour=hour, minute=minute, tzinfo=JAPAN)


def offered(count: int) -> list[Certificate]:
    certificates = give_covers(enter_members(count))
    make_offers(year_start=NEXT, now=OFFERS_DAY, connections=1)
    return certificates


def notices() -> list[str]:
    return sorted(OutboxMessage.objects.filter(key__regex="^renewal-").values_list("key", flat=True))


def test_everybody_who_has_not_renewed_is_told_on_each_day_once() -> None:
    certificates = offered(7)
    told = {}
    moment = day("2026-10-02")
    while moment < day("2027-01-10"):
        for _ in range(2):  # a second round of the same day
            written = send_notices(now=moment, chunk=3)
            if written:
                told[moment.date().isoformat()] = written
        moment += timedelta(days=1)
    assert told == dict.fromkeys(
        ("2026-11-01", "2026-11-13", "2026-11-19", "2026-11-24", "2026-12-02", "2026-12-21"), 7
    )
    assert notices() == sorted(
        f"renewal-{kind}:{on}:{one.number}"
        for one in certificates
        for kind, on in (
            ("reminder", "2026-11-01"), ("reminder", "2026-11-13"), ("reminder", "2026-11-19"), ("warning", "2026-11-24"),
            ("notice", "2026-12-02"), ("notice", "2026-12-21"),
        )
    )  # fmt: skip


def test_a_worker_that_was_away_for_weeks_sends_only_the_latest() -> None:
    offered(2)
    assert send_notices(now=day("2026-11-19")) == 2
    assert {key.rpartition(":")[0] for key in notices()} == {"renewal-reminder:2026-11-19"}


def test_a_clock_that_jumps_back_and_forth_sends_nothing_twice() -> None:
    offered(2)
    for on in ("2026-11-13", "2026-11-01", "2026-11-13", "2026-11-20", "2026-11-13", "2026-12-02", "2026-11-24"):
        send_notices(now=day(on))
    keys = notices()
    assert len(keys) == len(set(keys)) == 2 * 5


def test_ten_seconds_before_midnight_in_japan_is_still_the_day_before() -> None:
    offered(1)
    assert send_notices(now=datetime(2026, 10, 31, 23, 59, 50, tzinfo=JAPAN)) == 0
    assert send_notices(now=datetime.fromisoformat("2026-10-31T15:00:05+00:00")) == 1


def test_who_has_renewed_is_paying_left_or_was_told_too_late_hears_nothing() -> None:
    renewed, paying, late, confirmed, waiting = offered(5)
    year = SchemeYear.objects.get(start_on=NEXT)
    Certificate.objects.create(number="NEXT", member=renewed.member, scheme_year=year, section="paid", starts_on=NEXT,
                               verification_code="NEXT", issued_at=OFFERS_DAY)  # fmt: skip
    Application.objects.create(
        public_id="p", number="A", member=paying.member, user=User.objects.create_user("p@sample.example"), scheme_year=year,
        start_on=NEXT, state="paying", language="ja", started_at=OFFERS_DAY, changed_at=OFFERS_DAY,
    )  # fmt: skip
    RenewalOffer.objects.filter(certificate=late).update(offered_at=day("2026-11-01", 0, 0))
    RenewalOffer.objects.filter(certificate=confirmed).update(state="confirmed")
    give_covers(enter_members(1, email=False))
    turn = get_turn(year_start=NEXT)
    due = notice_due(turn.dates, day("2026-11-01").date())
    assert due is not None
    assert count_waiting(turn, due, now=day("2026-11-01")) == 1
    assert send_notices(now=day("2026-11-01")) == 1
    assert notices() == [f"renewal-reminder:2026-11-01:{waiting.number}"]


def test_the_words_say_the_day_and_what_a_late_renewal_means() -> None:
    (certificate,) = offered(1)
    for on in ("2026-11-19", "2026-11-24", "2026-12-21"):
        send_notices(now=day(on))
    reminder, warning, notice = OutboxMessage.objects.filter(key__regex="^renewal-").order_by("id")
    assert reminder.subject == f"更新のお手続きは2026年11月20日までです（{certificate.number}）"
    assert "今日お手続きいただくと、補償は2027年1月1日に始まります" in warning.body
    assert "2026年12月1日 午後4時に終わりました" in notice.body
    assert "今日お手続きいただくと、補償は2027年2月1日に始まります" in notice.body
    assert "[certificate number]" not in reminder.body + warning.body + notice.body
