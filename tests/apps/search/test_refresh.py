"""What members are found by is written for those of whom something is new, once, and goes on where it was stopped."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sonae.apps.search.models import FindableMember, SearchProgress
from sonae.apps.search.queries import find_members
from sonae.apps.search.use_cases import refresh_search as module
from sonae.apps.search.use_cases.refresh_search import SETTLED, refresh_search
from sonae.domain.name_folding import FOLDING
from tests import cast, clock
from tests.apps.certificates.covers import give_cover
from tests.web.holdings import tell

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(programme: object) -> cast.Cast:
    return cast.call_in()


def texts() -> list[tuple[str, str, str]]:
    return list(FindableMember.objects.order_by("pk").values_list("name", "kana", "other_names"))


def test_everybody_is_written_once_and_then_only_whoever_is_told_of(people: cast.Cast) -> None:
    assert refresh_search(now=clock.now()) == 2
    assert texts() == [("青木工務店", "アオキコウムテン", ""), ("宇野会計事務所", "ウノカイケイジムシヨ", "")]
    assert refresh_search(now=clock.now()) == 0
    tell(people.member, "changed", date(2026, 12, 1), name="青木建設")
    assert refresh_search(now=clock.now()) == 1
    assert texts()[0] == ("青木建設", "アオキコウムテン", "青木工務店")
    give_cover(people.member)
    assert refresh_search(now=clock.now()) == 1
    assert refresh_search(now=clock.now()) == 0


def test_what_is_young_is_looked_through_again_and_what_has_settled_is_not(people: cast.Cast) -> None:
    refresh_search(now=clock.now())
    assert SearchProgress.objects.get().fact_id == people.member.facts.get().pk - 1
    refresh_search(now=clock.now() + SETTLED + timedelta(seconds=1))
    assert SearchProgress.objects.get().fact_id == people.other_member.facts.get().pk


def test_a_fact_that_is_seen_late_is_found_although_later_ones_were_read(people: cast.Cast) -> None:
    """Its row was numbered before theirs, and its transaction ended after the round."""
    tell(people.member, "changed", date(2026, 12, 1), name="青木建設")
    late = people.member.facts.latest("id")
    number = late.pk
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("DELETE FROM parties_membershipfact WHERE id = %s", [number])
        cursor.execute("SET session_replication_role = origin")
    tell(people.other_member, "changed", date(2026, 12, 1), name="宇野税務会計")
    refresh_search(now=clock.now())
    assert texts()[0][0] == "青木工務店"
    late.save(force_insert=True)
    refresh_search(now=clock.now() + timedelta(minutes=1))
    assert texts()[0][0] == "青木建設"


def test_it_goes_on_chunk_by_chunk_where_it_was_killed(people: cast.Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    for place in range(7):
        cast.enter_member(f"3{place:07}", "basic", f"見本商店{place}")
    written: list[int] = []
    write = module.write_members

    def dying(ids: list[int]) -> None:
        if len(written) >= 4:
            raise KeyboardInterrupt
        written.extend(ids)
        write(ids)

    monkeypatch.setattr(module, "write_members", dying)
    with pytest.raises(KeyboardInterrupt):
        refresh_search(now=clock.now(), chunk=2)
    assert FindableMember.objects.count() == 4
    monkeypatch.setattr(module, "write_members", write)
    assert refresh_search(now=clock.now(), chunk=2) == 5
    assert FindableMember.objects.count() == 9


def test_other_rules_of_folding_write_everybody_anew(people: cast.Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    later = clock.now() + SETTLED + timedelta(minutes=1)
    refresh_search(now=later)
    monkeypatch.setattr(module, "FOLDING", FOLDING + 1)
    assert refresh_search(now=later) == 2
    assert refresh_search(now=later) == 0
    assert set(FindableMember.objects.values_list("folding", flat=True)) == {FOLDING + 1}


def test_rebuilding_writes_what_was_spoilt_and_leaves_the_rest(people: cast.Cast) -> None:
    refresh_search(now=clock.now())
    FindableMember.objects.filter(pk=people.member.pk).update(name="", grams="")
    assert refresh_search(now=clock.now()) == 0
    assert refresh_search(now=clock.now(), anew=True) == 2
    assert texts()[0][0] == "青木工務店"


def test_a_chunk_takes_the_same_few_statements_however_many_there_are(people: cast.Cast) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            refresh_search(now=clock.now())
        return len(captured.captured_queries)

    few = statements()
    for place in range(40):
        give_cover(cast.enter_member(f"3{place:07}", "basic", f"見本商店{place}"))
    assert statements() <= few + 4  # the acts are a chunk of their own


@pytest.mark.parametrize(
    "name", ["'); DROP TABLE x; --", "\\", "' & !'", "%_%", "ａ" * 120, "\u202e逆", "𠮷野家", "👩‍👩‍👧"]
)
def test_whatever_a_name_is_it_is_written_and_does_no_harm(people: cast.Cast, name: str) -> None:
    tell(people.member, "changed", date(2026, 11, 1), name=name, email=f'"{name[:20]}"@x.example')
    assert refresh_search(now=clock.now()) == 2
    found = find_members(typed=name, today=date(2026, 11, 24))
    assert all(row.member.pk == people.member.pk for row in found.rows)
    find_members(typed=f"{name}@x", today=date(2026, 11, 24))
