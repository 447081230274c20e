"""Closing a month's list: once, in order, for ever the same; what comes later is in the month in which it is recorded."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext

from sonae.apps.audit.models import AuditEntry
from sonae.apps.billing.models import JournalEntry, Posting
from sonae.apps.certificates.models import Certificate, Transaction
from sonae.apps.programmes.models import SchemeYear
from sonae.apps.reporting import unlisted
from sonae.apps.reporting.models import Bordereau, BordereauLine
from sonae.apps.reporting.use_cases.close_bordereau import BeforeTheFirst, EarlierOpen, NotOver, close_bordereau
from sonae.apps.reporting.use_cases.remit_premium import (
    DayOutOfReach,
    StandsOtherwise,
    mark_remitted,
    take_remittance_back,
)
from sonae.domain.bordereau import line_from
from sonae.domain.calendar import JAPAN
from tests import cast
from tests.web.holdings import PATCH, give_free_cover

pytestmark = pytest.mark.django_db
NOVEMBER, DECEMBER, JANUARY = date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1)


def at(day: str, hour: int = 10) -> datetime:
    return datetime.combine(date.fromisoformat(day), datetime.min.time(), JAPAN) + timedelta(hours=hour)


@pytest.fixture
def people(programme: object) -> cast.Cast:
    return cast.call_in()


def sold(
    people: cast.Cast, number: str, recorded_at: datetime, *, premium: int = 64_940, starts_on: date = DECEMBER
) -> Certificate:
    """A paid certificate as it was issued at that moment."""
    year = SchemeYear.objects.get(start_on__lte=starts_on, expiry_on__gt=starts_on)
    member = cast.enter_member(number, "basic", f"例示{number}")
    certificate = Certificate.objects.create(
        number=f"C-{number}", member=member, scheme_year=year, section="paid", starts_on=starts_on,
        verification_code=number, issued_at=recorded_at,
    )  # fmt: skip
    act(certificate, 1, "new", starts_on, recorded_at, PATCH, 0, premium)
    return certificate


def act(
    certificate: Certificate, seq: int, kind: str, effective: date, recorded_at: datetime, patch: dict[str, object],
    before: int, after: int,
) -> Transaction:  # fmt: skip
    return Transaction.objects.create(
        certificate=certificate, seq=seq, kind=kind, effective_date=effective, recorded_at=recorded_at, patch=patch,
        actor="user:7", reason="", rating_digest=certificate.scheme_year.product_version.digest,
        total_premium_after=after, premium_difference=after - before,
    )  # fmt: skip


def close(month: date, moment: datetime) -> Bordereau:
    return close_bordereau(month=month, actor="user:7", now=moment)


def test_a_month_has_what_was_recorded_in_it_in_japan(people: cast.Cast) -> None:
    sold(people, "70000001", at("2026-11-24"))
    sold(people, "70000002", at("2026-12-01", 0) - timedelta(microseconds=1), premium=32_470)
    sold(people, "70000003", at("2026-12-01", 0))  # still November in London
    give_free_cover(people.member, DECEMBER)
    closed = close(NOVEMBER, at("2026-12-01"))
    assert (closed.line_count, closed.premium_yen, closed.commission_yen, closed.net_yen) == (3, 97_410, 19_482, 77_928)
    assert (closed.due_on, len(closed.digest), closed.product_version.effective_date) == (
        date(2026, 12, 31),
        64,
        date(2025, 12, 1),
    )
    lines = [line_from(line.facts) for line in closed.lines.order_by("number")]
    assert [(line.certificate_number, line.section, line.premium) for line in lines] == [
        ("C-70000001", "paid", 64_940), (f"F202612-{people.member.pk}", "free", 0), ("C-70000002", "paid", 32_470),
    ]  # fmt: skip
    entry = AuditEntry.objects.get(action="bordereau.closed")
    assert (entry.object_id, entry.detail["lines"], entry.detail["digest"]) == ("2026-11", 3, closed.digest)


def test_closing_twice_is_a_quiet_success(people: cast.Cast) -> None:
    sold(people, "70000001", at("2026-11-24"))
    first = close(NOVEMBER, at("2026-12-01"))
    again = close(NOVEMBER, at("2026-12-05"))
    assert (again.pk, again.closed_at, Bordereau.objects.count(), BordereauLine.objects.count()) == (
        first.pk,
        at("2026-12-01"),
        1,
        1,
    )


def test_a_month_that_is_not_over_is_refused(people: cast.Cast) -> None:
    sold(people, "70000001", at("2026-11-24"))
    with pytest.raises(NotOver):
        close(NOVEMBER, at("2026-12-01", 0) - timedelta(seconds=1))
    assert not Bordereau.objects.exists()
    assert close(NOVEMBER, at("2026-12-01", 0)).line_count == 1


def test_months_are_closed_in_their_order(people: cast.Cast) -> None:
    sold(people, "70000001", at("2026-11-24"))
    with pytest.raises(EarlierOpen) as refused:
        close(DECEMBER, at("2027-01-02"))
    assert refused.value.month == NOVEMBER
    close(NOVEMBER, at("2027-01-02"))
    assert close(DECEMBER, at("2027-01-02")).line_count == 0
    with pytest.raises(BeforeTheFirst):
        close(date(2026, 10, 1), at("2027-01-02"))


def test_what_is_recorded_later_adjusts_the_month_in_which_it_is_recorded(people: cast.Cast) -> None:
    certificate = sold(people, "70000001", at("2026-11-24"))
    before = close(NOVEMBER, at("2026-12-01"))
    kept = list(before.lines.values_list("facts", flat=True))
    act(certificate, 2, "change", DECEMBER, at("2027-01-07"), {"plan": "P300"}, 64_940, 105_200)
    assert close(DECEMBER, at("2027-01-10")).line_count == 0
    january = close(JANUARY, at("2027-02-01"))
    line = line_from(january.lines.get().facts)
    assert (line.transaction, line.plan, line.premium, line.commission) == ("change", "P300", 40_260, 8_052)
    assert (line.original_month, line.recorded_month) == (DECEMBER, None)
    assert list(before.lines.values_list("facts", flat=True)) == kept


def test_what_is_committed_after_its_month_was_closed_is_not_lost(people: cast.Cast) -> None:
    """A long transaction that began before midnight and ended after the closing."""
    sold(people, "70000001", at("2026-11-24"))
    close(NOVEMBER, at("2026-12-01"))
    sold(people, "70000002", at("2026-11-30", 23), premium=32_470)
    december = close(DECEMBER, at("2027-01-01"))
    line = line_from(december.lines.get().facts)
    assert (line.certificate_number, line.recorded_month) == ("C-70000002", NOVEMBER)


def test_a_closed_month_refuses_change_and_no_act_is_listed_twice(people: cast.Cast) -> None:
    sold(people, "70000001", at("2026-11-24"))
    close(NOVEMBER, at("2026-12-01"))
    for statement in ("UPDATE reporting_bordereau SET premium_yen = 1", "DELETE FROM reporting_bordereauline"):
        with pytest.raises(Exception, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert BordereauLine.objects.values("transaction").distinct().count() == 1


def test_the_work_grows_by_chunks_and_not_by_lines(people: cast.Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unlisted, "AT_ONCE", 4)
    monkeypatch.setattr("sonae.apps.reporting.use_cases.close_bordereau.AT_ONCE", 4)
    counts = []
    for month, count in ((NOVEMBER, 1), (DECEMBER, 8), (JANUARY, 24)):
        for place in range(count):
            sold(people, f"7{month:%m}{place:05}", at(f"{month:%Y-%m}-24"))
        with CaptureQueriesContext(connection) as captured:
            assert close(month, at("2027-02-02")).line_count == count
        counts.append(len(captured))
    assert counts[2] - counts[1] == 6 - 2  # one COPY for each chunk of four


def test_a_month_is_remitted_once_and_can_be_taken_back(people: cast.Cast) -> None:
    sold(people, "70000001", at("2026-11-24"))
    close(NOVEMBER, at("2026-12-01"))

    def pay(reference: str = "B-17", day: date = date(2026, 12, 28)) -> int:
        return mark_remitted(
            month=NOVEMBER, paid_on=day, bank_reference=reference, actor="user:7", now=at("2026-12-28")
        ).number

    with pytest.raises(DayOutOfReach):
        pay(day=date(2026, 12, 29))
    assert [pay(), pay()] == [1, 1]
    assert balances() == {"premium_payable": 64_940, "bank": -51_952, "commission_earned": -12_988}
    with pytest.raises(StandsOtherwise):
        pay("B-18")
    for _ in range(2):
        take_remittance_back(month=NOVEMBER, reason="別の月の振込みでした", actor="user:8", now=at("2026-12-29"))
    assert balances() == {"premium_payable": 0, "bank": 0, "commission_earned": 0}
    assert pay("B-18") == 3
    assert JournalEntry.objects.filter(key__startswith="remittance:2026-11:").count() == 3
    with pytest.raises(Bordereau.DoesNotExist):
        mark_remitted(month=DECEMBER, paid_on=DECEMBER, bank_reference="B", actor="user:7", now=at("2026-12-29"))


def balances() -> dict[str, int]:
    return dict(Posting.objects.values_list("account").annotate(yen=Sum("posted_yen")).order_by("account"))
