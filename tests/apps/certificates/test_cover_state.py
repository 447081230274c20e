"""What a certificate says of one day: the fold of its live transactions, from 16:00 on its first day to 16:00 on its last."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from sonae.apps.certificates.as_at import AsAt, as_at
from sonae.apps.certificates.models import Certificate, Transaction
from sonae.apps.certificates.queries import find_by_code
from sonae.apps.certificates.use_cases.issue_certificate import Schedule, issue_certificate
from sonae.apps.programmes.models import Programme, SchemeYear
from tests import clock
from tests.cast import call_in

pytestmark = pytest.mark.django_db

START = date(2027, 3, 1)


def issue(section: str = "paid", starts_on: date = START) -> Certificate:
    schedule = Schedule(
        plan_code="P300" if section == "paid" else "", industry="professional", annual_sales=48_000_000,
        applicant={"name": "青木工務店"}, insured={"name": "青木工務店"}, annual_premium=192_840, term_premium=144_630,
    )  # fmt: skip
    return issue_certificate(
        member=call_in().member, scheme_year=SchemeYear.objects.get(start_on=date(2026, 12, 1)), section=section,
        starts_on=starts_on, schedule=schedule, charge=None, actor="system:test", reason="test", now=clock.now(),
    )  # fmt: skip


def state_on(certificate: Certificate, *, day: date) -> AsAt:
    """With everything that the test has recorded."""
    return as_at(certificate, on=day, known=clock.later(days=1))


def act(certificate: Certificate, kind: str, day: date, **more: Any) -> Transaction:
    seq = certificate.transactions.count() + 1
    return Transaction.objects.create(
        certificate=certificate, seq=seq, kind=kind, effective_date=day,
        recorded_at=more.pop("recorded_at", clock.now() + timedelta(minutes=seq)), patch=more.pop("patch", {}),
        actor="system:test", rating_digest="", total_premium_after=0, premium_difference=0, **more,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("day", "in_force", "begins", "ends"),
    [
        (date(2027, 2, 28), False, False, False),
        (date(2027, 3, 1), True, True, False),
        (date(2027, 3, 2), True, False, False),
        (date(2027, 11, 30), True, False, False),
        (date(2027, 12, 1), True, False, True),
        (date(2027, 12, 2), False, False, False),
    ],
)
def test_it_is_in_force_from_its_first_to_its_last_day(
    programme: Programme, day: date, in_force: bool, begins: bool, ends: bool
) -> None:
    state = state_on(issue(), day=day)
    assert (state.in_force, state.begins_this_day, state.ends_this_day) == (in_force, begins, ends)
    assert state.plan is not None
    assert (state.plan.code, state.liability_limit, state.cost_limit) == ("P300", 300_000_000, 50_000_000)
    assert state.begins_at.isoformat() == "2027-03-01T16:00:00+09:00"
    assert state.ends_at.isoformat() == "2027-12-01T16:00:00+09:00"


def test_a_cancellation_ends_it(programme: Programme) -> None:
    certificate = issue()
    act(certificate, "cancellation", date(2027, 6, 1))
    assert state_on(certificate, day=date(2027, 5, 31)).in_force
    assert state_on(certificate, day=date(2027, 6, 1)).ends_this_day
    assert not state_on(certificate, day=date(2027, 6, 2)).in_force


def test_a_cancellation_on_the_first_day_leaves_no_cover(programme: Programme) -> None:
    certificate = issue()
    act(certificate, "cancellation", START)
    assert not state_on(certificate, day=START).in_force


def test_a_change_counts_from_its_day_and_the_later_recorded_one_wins(programme: Programme) -> None:
    certificate = issue()
    act(certificate, "change", date(2027, 6, 1), patch={"plan": "P500"})
    act(certificate, "change", date(2027, 6, 1), patch={"plan": "P100"})
    plans = [state_on(certificate, day=date(2027, month, 15)).plan for month in (5, 6)]
    assert [plan.code for plan in plans if plan] == ["P300", "P100"]


def test_a_reversed_change_never_was(programme: Programme) -> None:
    certificate = issue()
    change = act(certificate, "change", date(2027, 6, 1), patch={"plan": "P500"})
    act(certificate, "reversal", date(2027, 6, 1), reverses=change)
    state = state_on(certificate, day=date(2027, 7, 1))
    assert state.plan is not None
    assert state.plan.code == "P300"


def test_the_free_cover_has_no_plan_and_its_own_limit(programme: Programme) -> None:
    state = state_on(issue("free", date(2026, 12, 1)), day=date(2027, 1, 1))
    assert (state.plan, state.liability_limit, state.cost_limit) == (None, 500_000, 0)


def test_only_the_whole_code_finds_it(programme: Programme) -> None:
    certificate = issue()
    code = certificate.verification_code
    for right in (code, code.lower(), f"{code[:4]}-{code[4:]}"):
        assert find_by_code(code=right) == certificate
    for wrong in ("", certificate.verification_code[:-1], certificate.number, "x" * 5000):
        assert find_by_code(code=wrong) is None
