"""The certificates of the free cover after a feed: the same as the domain says, exactly one for each day, and nothing twice."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest
from django.db import connection

from sonae.apps.audit.models import AuditEntry
from sonae.apps.certificates.models import Certificate, Transaction
from sonae.apps.certificates.queries import fold
from sonae.apps.membership.cover_years import list_ruled_years
from sonae.apps.membership.models import Feed, FreeCoverEnd
from sonae.apps.membership.use_cases.follow_feed import FeedNotApplied, follow_feed
from sonae.apps.membership.use_cases.follow_member import follow_member
from sonae.apps.parties.models import Member, MembershipFact
from sonae.apps.programmes.models import Programme
from sonae.domain.free_cover import wanted_covers
from sonae.domain.membership import Particulars, ToldOf, memberships
from sonae.domain.numbering import certificate_number, read_number
from tests import clock
from tests.cast import enter_member, leave_list

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 24)


def apply_feed(*facts: tuple[str, str, date, str, str]) -> Feed:
    """A feed that was applied with these facts: number, kind, day, class, name."""
    feed = Feed.objects.create(
        digest=f"{Feed.objects.count():064d}", size=1, file_name="list.csv", form="changes", effective_date=TODAY,
        channel="command", state="applied", received_at=clock.now(), received_by="user:1",
    )  # fmt: skip
    numbers = {number for number, *_ in facts}
    Member.objects.bulk_create(
        (Member(number=number, created_at=clock.now()) for number in sorted(numbers)), ignore_conflicts=True
    )
    ids = dict(Member.objects.filter(number__in=numbers).values_list("number", "id"))
    MembershipFact.objects.bulk_create(
        MembershipFact(member_id=ids[number], kind=kind, effective_date=day, recorded_at=clock.now(), member_class=of,
                       name=name, source=feed.source)
        for number, kind, day, of, name in facts
    )  # fmt: skip
    return feed


def followed(*facts: tuple[str, str, date, str, str]) -> Feed:
    return follow_feed(feed_id=apply_feed(*facts).pk, now=clock.now())


def free_covers(number: str) -> list[tuple[date, date | None]]:
    found = Certificate.objects.filter(member__number=number, section="free").order_by("starts_on", "id")
    return [(one.starts_on, one.cancelled_on) for one in found]


def acts_on(number: str) -> list[tuple[str, date]]:
    found = Transaction.objects.filter(certificate__member__number=number).order_by("recorded_at", "id")
    return [(one.kind, one.effective_date) for one in found]


def test_who_joins_is_covered_from_the_day_and_for_the_year_that_is_near(programme: Programme) -> None:
    feed = followed(("1", "joined", date(2026, 11, 20), "basic", "見本工務店"))
    assert free_covers("1") == [(date(2026, 11, 20), None), (date(2026, 12, 1), None)]
    assert feed.followed_at == clock.now()
    first, second = Certificate.objects.order_by("starts_on")
    entry = first.transactions.get()
    assert (entry.kind, entry.seq, entry.reason, entry.actor) == ("new", 1, feed.source, "system:free_cover")
    assert (entry.total_premium_after, entry.premium_difference, entry.charge) == (0, 0, None)
    assert entry.patch == {
        "section": "free", "member_class": "basic", "insured": {"name": "見本工務店", "kana": ""},
    }  # fmt: skip
    assert entry.rating_digest == first.scheme_year.product_version.digest
    assert second.transactions.get().rating_digest == second.scheme_year.product_version.digest
    for one, year in ((first, 2025), (second, 2026)):
        assert read_number(one.number).year == year
        assert len(one.verification_code) == 32
        assert one.verification_code.isalnum()


def test_who_leaves_is_covered_to_the_end_of_the_month_and_not_in_the_next_year(programme: Programme) -> None:
    followed(("1", "joined", date(2026, 3, 1), "basic", "見本工務店"))
    followed(("1", "left", date(2026, 11, 10), "basic", "見本工務店"))
    assert free_covers("1") == [(date(2026, 3, 1), None), (date(2026, 12, 1), date(2026, 12, 1))]
    followed(("1", "left", date(2026, 10, 10), "basic", "見本工務店"))
    assert free_covers("1") == [(date(2026, 3, 1), date(2026, 11, 1)), (date(2026, 12, 1), date(2026, 12, 1))]
    assert acts_on("1") == [
        ("new", date(2026, 3, 1)), ("new", date(2026, 12, 1)),
        ("cancellation", date(2026, 12, 1)), ("cancellation", date(2026, 11, 1)),
    ]  # fmt: skip


def test_who_rejoins_before_the_end_is_reinstated_and_the_log_folds_to_what_it_was(programme: Programme) -> None:
    followed(("1", "joined", date(2026, 3, 1), "basic", "見本工務店"))
    before = fold(Certificate.objects.first().transactions.all(), on=date(2026, 11, 30))  # type: ignore[union-attr]
    followed(("1", "left", date(2026, 5, 10), "basic", "見本工務店"))
    assert free_covers("1")[0] == (date(2026, 3, 1), date(2026, 6, 1))
    followed(("1", "joined", date(2026, 5, 20), "basic", "見本工務店"))
    assert free_covers("1") == [(date(2026, 3, 1), None), (date(2026, 12, 1), None)]
    kinds = [kind for kind, _ in acts_on("1")]
    assert kinds == ["new", "new", "cancellation", "cancellation", "reinstatement", "reinstatement"]
    first = Certificate.objects.earliest("starts_on")
    assert fold(first.transactions.all(), on=date(2026, 11, 30)) == before


def test_a_leaving_that_is_told_with_another_day_replaces_the_earlier_one(programme: Programme) -> None:
    followed(("1", "joined", date(2026, 3, 1), "basic", "見本工務店"))
    followed(("1", "left", date(2026, 5, 10), "basic", "見本工務店"))
    followed(("1", "joined", date(2026, 5, 10), "basic", "見本工務店"), ("1", "left", date(2026, 7, 10), "basic", "x"))
    first = Certificate.objects.earliest("starts_on")
    assert first.cancelled_on == date(2026, 8, 1)
    moved = first.transactions.get(kind="cancellation", effective_date=date(2026, 8, 1))
    assert moved.reverses == first.transactions.get(kind="cancellation", effective_date=date(2026, 6, 1))
    assert fold(first.transactions.all(), on=date(2026, 11, 1))["cancelled_on"] == "2026-08-01"


def test_a_change_of_class_and_name_is_noted_on_the_certificate(programme: Programme) -> None:
    followed(("1", "joined", date(2026, 3, 1), "basic", "見本工務店"))
    followed(("1", "changed", date(2026, 6, 10), "total", "新見本工務店"))
    assert free_covers("1") == [(date(2026, 3, 1), None), (date(2026, 12, 1), None)]
    first, second = Certificate.objects.order_by("starts_on")
    assert fold(first.transactions.all(), on=date(2026, 6, 9))["member_class"] == "basic"
    assert fold(first.transactions.all(), on=date(2026, 6, 10))["insured"] == {"name": "新見本工務店", "kana": ""}
    assert fold(second.transactions.all(), on=date(2026, 12, 1))["member_class"] == "total"


def test_the_same_feed_again_and_a_feed_that_says_nothing_new_change_nothing(programme: Programme) -> None:
    facts = ("1", "joined", date(2026, 3, 1), "basic", "見本工務店")
    feed = followed(facts)
    before = (Certificate.objects.count(), Transaction.objects.count(), AuditEntry.objects.count())
    follow_feed(feed_id=feed.pk, now=clock.later(hours=1))
    assert before == (Certificate.objects.count(), Transaction.objects.count(), AuditEntry.objects.count())
    followed(facts)
    assert before[:2] == (Certificate.objects.count(), Transaction.objects.count())
    assert follow_member(member_id=Member.objects.get(number="1").pk, reason="test", now=clock.now()).acts == 0


def test_a_feed_that_was_not_applied_is_not_followed(programme: Programme) -> None:
    feed = apply_feed(("1", "joined", date(2026, 3, 1), "basic", "見本工務店"))
    Feed.objects.filter(pk=feed.pk).update(state="checked")
    with pytest.raises(FeedNotApplied):
        follow_feed(feed_id=feed.pk, now=clock.now())
    assert not Certificate.objects.exists()


def test_one_audit_entry_tells_of_each_chunk(programme: Programme) -> None:
    feed = apply_feed(*((f"{number}", "joined", date(2026, 3, 1), "basic", "見本") for number in range(25)))
    follow_feed(feed_id=feed.pk, now=clock.now(), chunk=10)
    entries = AuditEntry.objects.filter(action="free_cover.followed").order_by("id")
    assert [(entry.detail["followed"], entry.detail["issued"]) for entry in entries] == [(10, 20), (10, 20), (5, 10)]
    assert AuditEntry.objects.filter(action="certificate.issued").count() == 0


def test_paid_certificates_are_left_alone(programme: Programme) -> None:
    member = enter_member("10000017", "basic", "青木工務店")
    year = Programme.objects.get().scheme_years.latest("start_on")
    paid = Certificate.objects.create(
        number=certificate_number(2026, 999_999), member=member, scheme_year=year, section="paid",
        starts_on=date(2027, 1, 1), verification_code="P", issued_at=clock.now(),
    )  # fmt: skip
    leave_list(member, date(2026, 10, 10))
    follow_member(member_id=member.pk, reason="test", now=clock.now())
    paid.refresh_from_db()
    assert (paid.cancelled_on, paid.transactions.count()) == (None, 0)
    assert free_covers("10000017") == [(date(2025, 12, 1), date(2026, 11, 1))]


def random_facts(number: str, rnd: random.Random) -> list[tuple[str, str, date, str, str]]:
    """One to five facts around the two years; most members have one."""
    facts = []
    for _ in range(rnd.choice((1, 1, 1, 2, 3, 5))):
        day = date(2025, 9, 1) + timedelta(days=rnd.randrange(700))
        kind = "joined" if not facts else rnd.choice(("left", "joined", "changed"))
        facts.append((number, kind, day, rnd.choice(("basic", "total", "pap")), rnd.choice(("甲", "乙"))))
    return facts


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("ended_on", [None, date(2026, 12, 1), date(2027, 2, 14)])
def test_statement_and_rule_give_what_the_domain_says(programme: Programme, seed: int, ended_on: date | None) -> None:
    rnd = random.Random(seed)  # noqa: S311  # the same members each time
    if ended_on is not None:
        FreeCoverEnd.objects.create(
            programme=programme, ends_on=ended_on, scheduled_at=clock.now(), scheduled_by="x", reason="x", preview={}
        )
    facts = [fact for number in range(120) for fact in random_facts(f"{number}", rnd)]
    split = len(facts) // 2
    followed(*facts[:split])
    followed(*facts[split:])
    years = list_ruled_years(today=TODAY)
    for member in Member.objects.all():
        told = [
            ToldOf(
                one.effective_date,
                (one.recorded_at.timestamp(), one.pk),
                None if one.kind == "left" else Particulars(one.member_class, one.name, one.name_kana),
            )
            for one in member.facts.all()
        ]
        wanted = wanted_covers(memberships(told), [year.cover for year in years], ended_on=ended_on)
        standing = Certificate.objects.filter(member=member).order_by("starts_on").prefetch_related("transactions")
        living = [one for one in standing if one.cancelled_on != one.starts_on]
        assert [(one.starts_on, one.cancelled_on) for one in living] == [
            (cover.term.start_on, cover.cancelled_on) for cover in wanted
        ], member.number
        for one, cover in zip(living, wanted, strict=True):
            for day, particulars in cover.noted:
                folded = fold(one.transactions.all(), on=day)
                assert folded["member_class"] == particulars.member_class
                assert folded["insured"] == {"name": particulars.name, "kana": particulars.name_kana}


@pytest.mark.parametrize("seed", range(3))
def test_any_split_of_the_facts_gives_the_same_cover(programme: Programme, seed: int) -> None:
    rnd = random.Random(seed)  # noqa: S311
    facts = [fact for number in range(40) for fact in random_facts(f"a{number}", rnd)]
    followed(*facts)
    again = [(f"b{number[1:]}", *rest) for number, *rest in facts]
    while again:
        size = rnd.randrange(1, 30)
        followed(*again[:size])  # type: ignore[arg-type]
        again = again[size:]
    for number in range(40):
        here = [cover for cover in free_covers(f"a{number}") if cover[0] != cover[1]]
        there = [cover for cover in free_covers(f"b{number}") if cover[0] != cover[1]]
        assert here == there, number


@pytest.mark.parametrize("sequence", [1, 42, 999_999, 1_000_000, 123_456_789_012])
def test_the_database_writes_numbers_as_the_domain_does(db: None, sequence: int) -> None:
    assert _written(2026, [sequence]) == [certificate_number(2026, sequence)]


def test_the_database_writes_ten_thousand_numbers_as_the_domain_does(db: None) -> None:
    rnd = random.Random(7)  # noqa: S311
    sequences = [rnd.randrange(1, 10 ** rnd.randrange(1, 13)) for _ in range(10_000)]
    for year in (1000, 2026, 9999):
        assert _written(year, sequences) == [certificate_number(year, sequence) for sequence in sequences]


def _written(year: int, sequences: list[int]) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT sonae_written_number('C', %s, sequence) FROM unnest(%s::bigint[]) WITH ORDINALITY AS s (sequence, place)
               ORDER BY place""",
            [year, sequences],
        )
        return [number for (number,) in cursor.fetchall()]
