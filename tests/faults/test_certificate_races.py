"""F13 on a certificate in force: clerks, its member and its renewal at one moment, and the turn of the tariff. One wins, the
others are told so, and nothing is ever half of one and half of the other.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial

import pytest
from django.db import IntegrityError, connection
from django.test import Client

from sonae.apps.billing.models import Refund
from sonae.apps.certificates.models import Certificate, ChangeRequest, Transaction
from sonae.apps.certificates.use_cases import change_cover
from sonae.apps.certificates.use_cases.change_cover import ChangedMeanwhile
from sonae.apps.enrolment.models import Application
from sonae.apps.parties.models import MemberAccess
from sonae.apps.quotes import queries as quote_queries
from sonae.apps.renewal.use_cases.start_renewal import start_renewal
from sonae.domain.calendar import JAPAN, japan_date
from sonae.domain.certificate.change import Wish
from sonae.domain.certificate.log import Kind
from sonae.domain.quoting import PublishedVersion
from tests import clock
from tests.faults.cover_books import CANCELLED, ask, bought, look, wish_for
from tests.faults.races import all_inside, at_once, without_locks, wrong
from tests.faults.tariff import premium_for
from tests.faults.world import World

pytestmark = pytest.mark.faults
TIMES, RENEWALS = 10, 5
IN_OCTOBER = datetime(2026, 10, 5, 10, tzinfo=JAPAN)
THIS_YEAR, NEXT_YEAR = date(2025, 12, 1), date(2026, 12, 1)
DEAR, CHEAP = ("information", 9_000_000, "P300"), ("retail", 5_000_000, "P100")


def wishes() -> list[Wish]:
    """Of eight clerks, each something else: all cost less, so that each could be recorded at once."""
    days = [date(2027, month, 1) for month in (2, 3, 4, 5)]
    return [wish_for(plan, day) for day in days for plan in ("P100", "P300")]


def all_ask(world: World, certificate: Certificate, wanted: list[Wish]) -> list[object]:
    """Everybody has seen the same certificate, and presses at the same moment; each under a key of its own."""
    seen = [look(world, certificate, one) for one in wanted]
    return at_once(
        *(
            partial(ask, world, certificate, one, key=f"clerk:{certificate.pk}:{place}", seen=seen[place])
            for place, one in enumerate(wanted)
        )
    )


def check_one_winner(certificate: Certificate, came: list[object], loser: type[Exception] = ChangedMeanwhile) -> None:
    """One act and one refund of its size; everybody else was told in so many words."""
    (winner,) = (one for one in came if isinstance(one, ChangeRequest))
    assert winner.state == ChangeRequest.State.DONE
    assert {type(error) for error in wrong(came)} == {loser}
    _, act = certificate.transactions.order_by("seq")
    assert (act.seq, act.premium_difference, act.kind) == (winner.first_seq, winner.difference_yen, winner.kind)
    assert all(act.patch.get(name) == value for name, value in winner.patch.items())
    refunds = Refund.objects.filter(reason__startswith=f"act:{certificate.number}:")
    assert list(refunds.values_list("refund_yen", flat=True)) == [-winner.difference_yen]
    assert ChangeRequest.objects.filter(certificate=certificate).count() == 1


def test_of_eight_clerks_at_one_certificate_one_records_and_seven_are_told(world: World) -> None:
    for _ in range(TIMES):
        certificate = bought(world)
        check_one_winner(certificate, all_ask(world, certificate, wishes()))


def test_of_a_cancelling_member_and_a_clerk_one_records_and_the_other_is_told(world: World) -> None:
    kinds = set()
    for turn in range(TIMES):
        certificate = bought(world)
        pair = [CANCELLED, wish_for("P300")]
        check_one_winner(certificate, all_ask(world, certificate, pair if turn % 2 else pair[::-1]))
        kinds.add(certificate.transactions.latest("seq").kind)
        certificate.refresh_from_db()
        is_ended = certificate.cancelled_on is not None
        assert is_ended == (certificate.transactions.latest("seq").kind == "cancellation")
    assert kinds <= {"change", "cancellation"}


def test_without_the_lock_clerks_run_into_the_numbering_and_nobody_tells_them_why(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The guard off: one act all the same, because acts are numbered, but an error of the database for the others."""
    without_locks(monkeypatch)
    all_inside(monkeypatch, change_cover, "preview_change", 4)
    certificate = bought(world)
    came = all_ask(world, certificate, wishes()[:4])
    assert any(isinstance(error, IntegrityError) for error in wrong(came)), came
    assert certificate.transactions.count() == 2


def test_without_lock_and_numbering_several_clerks_record_and_premium_goes_back_several_times(
    scratch: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE certificates_transaction DROP CONSTRAINT transactions_are_numbered")
        cursor.execute("ALTER TABLE billing_charge DROP CONSTRAINT billing_charge_key_key")
        cursor.execute("ALTER TABLE billing_journalentry DROP CONSTRAINT billing_journalentry_key_key")
        cursor.execute("ALTER TABLE documents_paper DROP CONSTRAINT documents_paper_key_key")
    certificate = bought(scratch)
    without_locks(monkeypatch)
    all_inside(monkeypatch, change_cover, "preview_change", 4)
    came = all_ask(scratch, certificate, wishes()[:4])
    assert Transaction.objects.filter(certificate=certificate, seq=2).count() > 1, came


# --- its renewal ------------------------------------------------------------------------------------------------------------


def expiring(world: World) -> Certificate:
    """A cover that ends on 1 December, bought in October."""
    world.at(IN_OCTOBER)
    application, payment = world.authorised(application=world.application(risk=DEAR, start_on=date(2026, 11, 1)))
    world.settle(payment)
    application.refresh_from_db()
    assert application.certificate is not None
    return application.certificate


CHEAPER = Wish(Kind.CHANGE, date(2026, 11, 1), {"industry": CHEAP[0], "annual_sales": CHEAP[1], "plan": CHEAP[2]})


def next_years(risk: tuple[str, int, str]) -> int:
    industry, annual_sales, plan = risk
    return premium_for(
        industry=industry, annual_sales=annual_sales, plan=plan, start_on=NEXT_YEAR, expiry_on=date(2027, 12, 1),
        effective_date=NEXT_YEAR,
    )  # fmt: skip


def test_a_renewal_begun_while_the_cover_is_changed_is_of_before_or_of_after(world: World) -> None:
    seen = set()
    for turn in range(RENEWALS):
        certificate = expiring(world)
        user = MemberAccess.objects.get(member=certificate.member).user
        acts: list[Callable[[], object]] = [
            partial(start_renewal, number=certificate.number, user=user, language="ja", now=world.now),
            partial(ask, world, certificate, CHEAPER, key=f"clerk:{certificate.pk}"),
        ]
        assert wrong(at_once(*(acts if turn % 2 else acts[::-1]))) == []
        renewal = Application.objects.get(member=certificate.member, scheme_year__start_on=NEXT_YEAR)
        risk = (renewal.industry, renewal.annual_sales, renewal.plan_code)
        assert risk in {DEAR, CHEAP}
        assert (renewal.start_on, renewal.term_premium) == (NEXT_YEAR, next_years(risk))  # type: ignore[arg-type]
        assert certificate.transactions.count() == 2
        seen.add(risk)
    assert seen


def test_a_renewal_paid_while_the_cover_is_changed_leaves_both_as_they_were_asked_for(world: World) -> None:
    """They are two certificates of one member: both come about, each with its own premium."""
    for _ in range(RENEWALS):
        certificate = expiring(world)
        renewal = world.application(member=certificate.member, risk=CHEAP, start_on=NEXT_YEAR)
        Application.objects.filter(pk=renewal.pk).update(renewal_of=certificate)
        _, payment = world.authorised(application=renewal)
        came = at_once(
            partial(world.settle, payment), partial(ask, world, certificate, CHEAPER, key=f"clerk:{certificate.pk}")
        )
        assert wrong(came) == []
        assert world.states(renewal) == ("issued", "captured")
        assert certificate.transactions.latest("seq").kind == "change"
        assert renewal.certificate is not None
        assert [entry.premium_difference for entry in renewal.certificate.transactions.all()] == [next_years(CHEAP)]


# --- the turn of the tariff -------------------------------------------------------------------------------------------------


def rated(start_on: date) -> int:
    """Premium for the term of the smallest plan, for information services up to 5,000,000 yen."""
    facts = {"industry": "information", "annual_sales": 5_000_000, "start_on": start_on.isoformat()}
    answer = Client().post("/api/v1/quotes", json.dumps(facts), content_type="application/json")
    assert answer.status_code == 200, answer.content
    return int(answer.json()["plans"][0]["term_premium"])


def by_the_table(start_on: date, year: date) -> int:
    return premium_for(
        industry="information", annual_sales=5_000_000, plan="P100", start_on=start_on,
        expiry_on=date(year.year + 1, 12, 1), effective_date=year,
    )  # fmt: skip


def ask_around_midnight() -> list[tuple[int, int]]:
    """The last start of the old year and the first of the new, asked for a second before and a second after the turn."""
    found = []
    for second in (-1, 1):
        with clock.at(datetime(2026, 12, 1, tzinfo=JAPAN) + timedelta(seconds=second)):
            found.append((rated(date(2026, 11, 1)), rated(NEXT_YEAR)))
    return found


def test_a_premium_is_by_the_version_of_the_year_in_which_cover_starts_whenever_it_is_asked_for(world: World) -> None:
    for _ in range(TIMES):
        assert (
            ask_around_midnight()
            == [(by_the_table(date(2026, 11, 1), THIS_YEAR), by_the_table(NEXT_YEAR, NEXT_YEAR))] * 2
        )
    assert by_the_table(NEXT_YEAR, NEXT_YEAR) != by_the_table(NEXT_YEAR, THIS_YEAR)


def test_taken_from_the_day_of_the_question_the_premium_would_jump_at_midnight(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The guard off: the version of today rates whatever is asked for."""
    plain = quote_queries.published_versions

    def of_today() -> list[PublishedVersion]:
        versions = plain()
        (ruling,) = (one for one in versions if japan_date(clock.now()) in one.term)
        return [replace(one, product=ruling.product) for one in versions]

    monkeypatch.setattr(quote_queries, "published_versions", of_today)
    before, after = ask_around_midnight()
    assert before != after
