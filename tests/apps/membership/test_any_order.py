"""Whatever comes in whatever split and order: one membership, the one that the rule for a single member gives (properties)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from sonae.apps.membership.models import Feed
from sonae.apps.parties.models import MembershipFact
from sonae.apps.programmes.models import Programme
from sonae.domain.membership_facts import Entry, Fact, change_to_record, entry_on, list_differences
from tests.feeds import ON, Row, check, facts_by_number, file_of, rows_of, take

pytestmark = pytest.mark.django_db
DAYS = [ON + timedelta(days=day) for day in range(6)]
NUMBERS = [f"1000000{place}" for place in range(5)]
# The files are small already, and each example goes through the database: making one that fails smaller would take minutes.
everything = settings(
    max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), phases=(Phase.reuse, Phase.generate)
)

names = st.sampled_from(["架空商店", "架空商会"])
classes = st.sampled_from(["basic", "total", "pap"])
addresses = st.sampled_from(["", "a@sample.example"])
changes = st.builds(
    Row, number=st.sampled_from(NUMBERS), member_class=classes, name=names, email=addresses,
    act=st.sampled_from(["joined", "changed", "left"]), day=st.sampled_from(DAYS),
)  # fmt: skip
listed = st.builds(Row, number=st.sampled_from(NUMBERS), member_class=classes, name=names, email=addresses)


@dataclass(frozen=True)
class File:
    """A list on a day, or changes."""

    rows: tuple[Row, ...]
    on: date | None = None


lists = st.builds(
    File, st.lists(listed, min_size=1, max_size=5, unique_by=lambda row: row.number).map(tuple), st.sampled_from(DAYS)
)
files = st.lists(st.one_of(lists, st.builds(File, st.lists(changes, min_size=1, max_size=6).map(tuple))), max_size=5)
Story = dict[str, list[Entry | None]]


@contextmanager
def taken_back() -> Iterator[None]:
    """A piece of work that leaves nothing behind."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def hand_in(file: File) -> Feed:
    return take(file.rows, on=file.on) if file.on else take(file.rows, form="changes")


def by_sql(of: Sequence[File]) -> Story:
    """Who was what on each day, after the files went through the database."""
    with taken_back():
        for file in of:
            hand_in(file)
        return story_of(facts_by_number())


def story_of(facts: dict[str, list[Fact]]) -> Story:
    told = {number: [entry_on(facts.get(number, ()), day) for day in DAYS] for number in NUMBERS}
    return {number: days for number, days in told.items() if any(days)}


def by_rule(of: Sequence[File]) -> Story:
    """The same by the rule for one member, row after row."""
    facts: dict[str, list[Fact]] = defaultdict(list)
    newest = date.min
    for file in dict.fromkeys(of):  # the same file once more changes nothing, whatever came between
        if file.on is None:
            for row in file.rows:
                _add_change(facts, row, newest=newest)
        elif file.on >= newest:
            listed_now = {row.number: row.entry for row in file.rows}
            for number, fact in list_differences(facts, listed_now, kept=(), on=file.on).items():
                facts[number].append(fact)
            newest = file.on
    return story_of(facts)


def _add_change(facts: dict[str, list[Fact]], row: Row, *, newest: date) -> None:
    assert row.day is not None
    if row.day < newest:
        return
    change = Fact(row.act, row.day, row.entry)  # type: ignore[arg-type]
    added = change_to_record(facts[row.number], change)
    if added is not None:
        facts[row.number].append(added)


@everything
@given(files)
def test_any_sequence_of_files_gives_what_the_rule_for_one_member_gives(programme: Programme, of: list[File]) -> None:
    assert by_sql(of) == by_rule(of)


@everything
@given(st.lists(changes, min_size=2, max_size=10), st.data())
def test_a_file_of_changes_split_anywhere_gives_the_same_membership(
    programme: Programme, rows: list[Row], data: st.DataObject
) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(1, len(rows) - 1), max_size=3, unique=True)))
    parts = [File(tuple(rows[start:end])) for start, end in zip([0, *cuts], [*cuts, len(rows)], strict=True)]
    assert by_sql(parts) == by_sql([File(tuple(rows))])


@everything
@given(st.lists(changes, min_size=2, max_size=8, unique_by=lambda row: (row.number, row.day)), st.data())
def test_changes_of_different_days_give_the_same_membership_in_any_order_and_split(
    programme: Programme, rows: list[Row], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(rows))
    cut = data.draw(st.integers(1, len(rows) - 1))
    assert by_sql([File(tuple(shuffled[:cut])), File(tuple(shuffled[cut:]))]) == by_sql([File(tuple(rows))])


@everything
@given(files)
def test_every_file_again_adds_nothing(programme: Programme, of: list[File]) -> None:
    with taken_back():
        for file in of:
            hand_in(file)
        known, feeds = list(MembershipFact.objects.order_by("id").values_list("id", flat=True)), Feed.objects.count()
        for file in of:
            if file.on is None or file.on == max(one.on for one in of if one.on):
                hand_in(file)
        assert list(MembershipFact.objects.order_by("id").values_list("id", flat=True)) == known
        assert Feed.objects.count() == feeds


@everything
@given(files)
def test_what_was_known_at_a_moment_never_changes(programme: Programme, of: list[File]) -> None:
    with taken_back():
        seen: list[tuple[datetime, Story]] = []
        for file in of:
            hand_in(file)
            last = MembershipFact.objects.order_by("recorded_at").last()
            if last is not None:
                seen.append((last.recorded_at, known_at(last.recorded_at)))
        assert [(moment, known_at(moment)) for moment, _ in seen] == seen


def known_at(moment: datetime) -> Story:
    """What the facts say that were recorded by then."""
    facts: dict[str, list[Fact]] = defaultdict(list)
    recorded = MembershipFact.objects.filter(recorded_at__lte=moment).order_by("recorded_at", "id")
    for number, kind, day, *said in recorded.values_list(
        "member__number", "kind", "effective_date", "member_class", "name", "name_kana", "email", "telephone"
    ):
        facts[number].append(Fact(kind, day, Entry(*said)))
    return story_of(facts)


@everything
@given(st.integers(0, 60), st.integers(0, 60), st.sampled_from([b"", b"\xef\xbb\xbf"]))
def test_nobody_loses_anything_by_a_list_that_is_short_by_more_than_the_brake_lets_through(
    programme: Programme, members: int, missing: int, mark: bytes
) -> None:
    with taken_back():
        if members:
            take(rows_of(members))
        there = max(members - missing, 0)
        feed = check(mark + file_of(rows_of(members)[:there]), on=DAYS[1])
        gone = members - there
        if there == 0:
            assert feed.state == Feed.State.REFUSED
        elif gone * 50 > members:
            assert feed.state == Feed.State.HELD
        else:
            assert feed.state == Feed.State.CHECKED
        assert not MembershipFact.objects.filter(kind="left").exists()


@pytest.mark.parametrize("form", ["list", "changes"])
def test_the_number_of_statements_does_not_grow_with_the_rows(programme: Programme, form: str) -> None:
    def statements(count: int) -> int:
        rows = rows_of(count, first=10_000_000 + count)
        if form == "changes":
            rows = [Row(row.number, row.member_class, row.name, act="joined", day=ON) for row in rows]
        made = 0

        def counted(execute: Callable[..., object], *given: object) -> object:
            nonlocal made
            made += 1
            return execute(*given)

        with taken_back(), connection.execute_wrapper(counted):
            take(rows, form=form)
        return made

    assert statements(2_000) == statements(20) < 60
