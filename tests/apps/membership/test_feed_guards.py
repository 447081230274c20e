"""The guards over a file of members, switched off: the harm that each of them keeps away."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sonae.apps.membership import judging, make_dry_run, set_aside_export, staging
from sonae.apps.membership.models import Feed, SetAsideRow
from sonae.apps.membership.use_cases import apply_feed as applying
from sonae.apps.membership.use_cases import release_feed as releasing
from sonae.apps.parties.models import Member, MembershipFact
from sonae.apps.programmes.models import Programme
from sonae.domain import csv_cells
from tests import clock
from tests.feeds import ON, Row, check, rows_of, take

pytestmark = pytest.mark.django_db
NEXT = ON + timedelta(days=30)


def gone() -> int:
    return MembershipFact.objects.filter(kind="left").count()


def test_totals_that_do_not_add_up_apply_nothing_and_without_counting_they_would(
    programme: Programme, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(rows_of(100))
    plain = applying.new_facts
    monkeypatch.setattr(
        applying, "new_facts", lambda feed, absent: f"{plain(feed, absent=absent)} LIMIT 1"
    )  # loses one
    feed = check([*rows_of(100), *rows_of(2, first=20_000_000)], on=NEXT)
    with pytest.raises(applying.TotalsDisagree):
        applying.apply_feed(feed_id=feed.pk, actor="user:1", now=clock.now())
    assert (MembershipFact.objects.count(), Member.objects.count()) == (100, 100)
    monkeypatch.setattr(applying, "_check_totals", lambda *_, **__: None)
    assert applying.apply_feed(feed_id=feed.pk, actor="user:1", now=clock.now()).state == Feed.State.APPLIED
    assert (MembershipFact.objects.count(), Member.objects.count()) == (101, 102)


def test_without_the_brake_a_short_list_ends_whoever_is_missing(
    programme: Programme, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(rows_of(100))
    monkeypatch.setattr(make_dry_run, "brake_reasons", lambda *_, **__: [])
    take(rows_of(1), on=NEXT)
    assert gone() == 99


def test_without_asking_who_handed_it_in_one_person_releases_alone(
    programme: Programme, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(rows_of(100))
    feed = check(rows_of(1), on=NEXT)
    monkeypatch.setattr(releasing, "is_second_person", lambda *_, **__: True)
    releasing.release_feed(feed_id=feed.pk, actor=feed.received_by, reason="in a hurry", now=clock.now())
    applying.apply_feed(feed_id=feed.pk, actor=feed.received_by, now=clock.now())
    assert gone() == 99


def test_without_keeping_who_was_set_aside_a_slip_of_the_pen_ends_a_membership(
    programme: Programme, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(rows_of(100))
    monkeypatch.setattr(staging, "kept_rows", lambda feed, bad: [])
    take([Row("10000000", "gold"), *rows_of(99, first=10_000_001)], on=NEXT)
    assert gone() == 1


def test_without_asking_for_the_newest_list_an_old_one_ends_whoever_came_since(
    programme: Programme, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(rows_of(99))
    take(rows_of(100), on=NEXT)
    monkeypatch.setattr(judging, "newest_list", lambda: None)
    take(rows_of(98), on=NEXT - timedelta(days=1))
    assert gone() == 1


def test_without_comparing_again_a_list_does_what_nobody_was_shown(
    programme: Programme, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = check(rows_of(10), on=NEXT)
    take(rows_of(100))
    monkeypatch.setattr(applying, "is_current", lambda feed: True)
    monkeypatch.setattr(applying, "_check_totals", lambda *_, **__: None)
    applying.apply_feed(feed_id=waiting.pk, actor="user:1", now=clock.now())
    assert (gone(), waiting.dry_run["counts"]["left"]) == (90, 0)


def test_without_the_apostrophe_a_formula_stands_in_the_export(
    programme: Programme, monkeypatch: pytest.MonkeyPatch
) -> None:
    feed = check([*rows_of(1), Row("20000000", name="=1+1")])
    SetAsideRow.objects.filter(feed=feed).update(raw="=1+1")
    assert "'=1+1" in "".join(set_aside_export.set_aside_csv(feed))
    monkeypatch.setattr(csv_cells, "neutral", lambda text: text)
    assert ',"=1+1"\r\n' in "".join(set_aside_export.set_aside_csv(feed))
