"""Every premium ever posted is rated again: all agree, and every way in which one could be wrong is found."""

from __future__ import annotations

import json
from datetime import date

import pytest
from django.db import connection

from sonae.apps.certificates.models import Certificate
from sonae.apps.certificates.replay import Replayed, replay
from sonae.apps.programmes.models import Programme
from sonae.config.command_line import main
from sonae.domain.certificate.change import Wish
from sonae.domain.certificate.log import Kind
from tests.apps.certificates.changes import START, ask, covered, wish
from tests.apps.certificates.test_change_cover import pay
from tests.cast import Cast, call_in, enter_member
from tests.web.holdings import give_free_cover, give_paid_cover

pytestmark = pytest.mark.django_db
MARCH = date(2027, 3, 1)


@pytest.fixture
def cast(programme: Programme) -> Cast:
    """One plain certificate, one with a history, one that begins in March, one free."""
    cast = call_in()
    with_history = covered(cast.other_member)
    sign(with_history)
    pay(ask(with_history, wish(MARCH, plan="P300"), key="up"))
    ask(with_history, Wish(Kind.CANCELLATION, date(2027, 6, 1)), key="end")
    sign(covered(cast.member))
    sign(give_paid_cover(enter_member("10000025", "basic", "みほん"), MARCH, premium=48_710))
    sign(give_free_cover(cast.member, START))
    return cast


def sign(certificate: Certificate) -> None:
    """Give the first act the digest of its product, as issuing does. The log refuses that, so the refusal is off for a moment."""
    overwrite(certificate, "rating_digest = %s", certificate.scheme_year.product_version.digest)


def overwrite(certificate: Certificate, assignment: str, value: object) -> None:
    tamper(
        f"UPDATE certificates_transaction SET {assignment} WHERE certificate_id = %s AND seq = 1",
        [value, certificate.pk],
    )


def tamper(statement: str, parameters: list[object]) -> None:
    """Change what the database refuses to change."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(statement, parameters)
        cursor.execute("SET LOCAL session_replication_role = origin")


def this_year() -> Replayed:
    return next(found for found in replay(programme="cyber") if found.year.start_on == START)


def test_what_was_posted_is_what_the_pinned_product_says(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    found = this_year()
    # 64,940 + 48,710 (9 of 12 months) + what is left of the one with a history: 64,940 × 3/12 + 105,200 × 3/12 = 42,535 → 42,540
    assert (found.certificates, found.acts, found.posted_yen, found.differing) == (3, 5, 64_940 + 48_710 + 42_540, 0)
    assert main(["replay"]) == 0
    assert "3 paid certificates, 5 acts, 156,190 yen posted: all as rated" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("assignment", "value", "rated"),
    [
        ("total_premium_after = %s", 64_930, 64_940),
        ("premium_difference = %s", 64_930, 64_940),
        ("rating_digest = %s", "0" * 64, 64_940),
        ("patch = patch || %s::jsonb", '{"annual_sales": 5000001}', 72_080),
        ("patch = patch || %s::jsonb", '{"industry": "medical"}', None),
        ("patch = patch || %s::jsonb", '{"plan": "P999"}', None),
    ],
)
@pytest.mark.parametrize("with_history", [False, True])
def test_each_act_that_was_tampered_with_is_named(
    cast: Cast,
    capsys: pytest.CaptureFixture[str],
    assignment: str,
    value: object,
    rated: int | None,
    with_history: bool,
) -> None:
    member = cast.other_member if with_history else cast.member
    certificate = Certificate.objects.get(member=member, section="paid")
    overwrite(certificate, assignment, value)
    named = {(one.certificate, one.seq, one.rated) for one in this_year().differences}
    assert (certificate.number, 1, rated) in named
    assert main(["replay", "--json"]) == 1
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["differing"] > 0 for line in lines] == [False, True]


def test_a_charge_that_differs_a_cancellation_without_act_and_a_free_premium_are_found(cast: Cast) -> None:
    plain = Certificate.objects.get(member=cast.member, section="paid")
    tamper("UPDATE billing_charge SET charge_yen = 64950 WHERE member_id = %s", [cast.member.pk])
    ended = Certificate.objects.get(member=cast.other_member, section="paid")
    Certificate.objects.filter(pk=ended.pk).update(cancelled_on=date(2027, 7, 1))
    free = Certificate.objects.get(section="free")
    overwrite(free, "total_premium_after = %s", 10)
    found = this_year()
    assert found.differing == 3
    assert {(one.certificate, one.seq) for one in found.differences} == {
        (plain.number, 1),
        (ended.number, 3),
        (free.number, 1),
    }
