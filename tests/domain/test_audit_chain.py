"""The audit log's chain: what an intact one is, that every change of it is found, and by which name."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sonae.domain.audit_chain import EPOCH, START, Day, Entry, Link, day_of, japan_day, link_digest, seconds_of
from sonae.domain.audit_check import MOST_FINDINGS, ChainCheck, Fault, Finding, check_days

SEALED = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)  # 10:00 in Japan
YESTERDAY, TODAY = date(2026, 11, 26), date(2026, 11, 27)


def entry(number: int) -> Entry:
    return Entry(
        id=100 + number, written_in=5_000 + number, occurred_at=seconds_of(SEALED + timedelta(seconds=number)),
        actor=f"user:{number}", action="feed.applied", object_kind="feed", object_id=str(number), detail='{"on": "2026-11-24"}',
    )  # fmt: skip


def chain(length: int, *, rounds_of: int = 4, days_of: int = 8) -> list[Link]:
    """Sealed some at a time, some rounds a day."""
    links, digest = [], START
    for position in range(1, length + 1):
        sealed_at = seconds_of(SEALED + timedelta(minutes=position // rounds_of, days=position // days_of))
        given_entry = entry(position)
        digest = link_digest(previous=digest, position=position, sealed_at=sealed_at, horizon=5_000, entry=given_entry)
        links.append(Link(position, given_entry.id, sealed_at, 5_000, digest, given_entry))
    return links


def check(links: list[Link]) -> ChainCheck:
    checked = ChainCheck()
    for link in sorted(links, key=lambda one: one.position):
        checked.take(link)
    return checked


def findings(links: list[Link]) -> list[tuple[Fault, int]]:
    return [(one.fault, one.position) for one in check(links).end()]


def test_a_digest_can_be_worked_out_by_anybody() -> None:
    """The line as it stands in docs/algorithms/audit-chain.md."""
    line = (
        '{"entry":{"action":"feed.applied","actor":"user:1","detail":"{\\"on\\": \\"2026-11-24\\"}","id":101,"object_id":"1",'
        '"object_kind":"feed","occurred_at":"1795482001.000000","written_in":5001},"horizon":5000,"position":1,'
        f'"previous":"{START}","sealed_at":"1795482000.000000"}}'
    )
    assert chain(1)[0].digest == hashlib.sha256(line.encode()).hexdigest()


def test_an_intact_chain_is_told_so() -> None:
    assert findings(chain(20)) == findings([]) == []


ALTERED: dict[str, Callable[[Link], Link]] = {
    "who": lambda link: _with_entry(link, actor="user:99"),
    "what": lambda link: _with_entry(link, action="feed.released"),
    "when": lambda link: _with_entry(link, occurred_at="1795482999.000000"),
    "about what": lambda link: _with_entry(link, object_id="77"),
    "why": lambda link: _with_entry(link, detail='{"on": "2026-11-25"}'),
}


def _with_entry(link: Link, **changed: str) -> Link:
    assert link.entry
    return replace(link, entry=replace(link.entry, **changed))


@pytest.mark.parametrize("change", ALTERED)
def test_an_entry_that_was_altered_is_found_where_it_is(change: str) -> None:
    links = chain(20)
    links[6] = ALTERED[change](links[6])
    assert findings(links) == [(Fault.ENTRY_ALTERED, 7)]


def test_an_entry_that_was_removed_is_found() -> None:
    links = chain(20)
    links[6] = replace(links[6], entry=None)
    assert findings(links) == [(Fault.ENTRY_REMOVED, 7)]


@pytest.mark.parametrize("changed", [{"digest": "a" * 64}, {"sealed_at": "1795489999.000000"}, {"horizon": 4_000}])
def test_a_link_that_was_altered_is_told_from_its_entry(changed: dict[str, object]) -> None:
    links = chain(20)
    links[6] = replace(links[6], **changed)
    assert findings(links) == [(Fault.LINK_ALTERED, 7)]


def test_of_the_last_link_nothing_tells_which_side_was_altered() -> None:
    links = chain(20)
    assert findings([*links[:-1], replace(links[-1], digest="a" * 64)]) == [(Fault.ALTERED, 20)]
    assert findings([*links[:-1], ALTERED["who"](links[-1])]) == [(Fault.ALTERED, 20)]


def test_links_that_were_taken_out_leave_their_places_empty() -> None:
    links = chain(20)
    checked = check(links[:6] + links[9:])
    assert checked.end() == [Finding(Fault.LINK_REMOVED, 7, None, "positions 7 to 9")]
    assert findings(links[1:]) == [(Fault.LINK_REMOVED, 1)]


@pytest.mark.parametrize("gone", [1, 3])
def test_closing_the_gap_hides_nothing(gone: int) -> None:
    links = chain(20)
    closed = links[:6] + [replace(link, position=link.position - gone) for link in links[6 + gone :]]
    assert findings(closed) == [(Fault.LINK_REMOVED, 7)]


@pytest.mark.parametrize("put_in", [1, 2])
@pytest.mark.parametrize("honest", [True, False], ids=["with a digest that fits", "with any digest"])
def test_a_link_that_was_put_in_is_found(put_in: int, honest: bool) -> None:
    links, digest, forged = chain(20), chain(20)[5].digest, []
    for place in range(put_in):
        made = entry(500 + place)
        position, sealed_at = 7 + place, links[5].sealed_at
        digest = link_digest(previous=digest, position=position, sealed_at=sealed_at, horizon=5_000, entry=made)
        forged.append(Link(position, made.id, sealed_at, 5_000, digest if honest else "b" * 64, made))
    moved = [replace(link, position=link.position + put_in) for link in links[6:]]
    found = findings([*links[:6], *forged, *moved])
    assert (Fault.LINK_INSERTED, 7) in found
    assert len(found) <= 1 + (0 if honest else put_in)


@pytest.mark.parametrize(("one", "other"), [(7, 8), (3, 15), (1, 20)])
def test_places_that_were_changed_are_found(one: int, other: int) -> None:
    links = chain(20)
    first, second = links[one - 1], links[other - 1]
    rows = [link for link in links if link not in {first, second}]
    moved = [replace(first, position=other), replace(second, position=one)]
    assert findings(rows + moved) == [(Fault.REORDERED, one), (Fault.REORDERED, other)]


def test_entries_that_changed_their_links_are_found() -> None:
    links = chain(20)
    seventh, ninth = links[6], links[8]
    links[6] = replace(seventh, entry_id=ninth.entry_id, entry=ninth.entry)
    links[8] = replace(ninth, entry_id=seventh.entry_id, entry=seventh.entry)
    assert findings(links) == [(Fault.REORDERED, 7), (Fault.REORDERED, 9)]


def test_a_link_that_was_moved_to_the_end_is_found() -> None:
    links = chain(20)
    links[6] = replace(links[6], position=21)
    assert findings(links) == [(Fault.REORDERED, 21)]


def test_several_changes_are_told_one_by_one() -> None:
    links = chain(20)
    links[3], links[11] = ALTERED["who"](links[3]), replace(links[11], entry=None)
    assert findings(links) == [(Fault.ENTRY_ALTERED, 4), (Fault.ENTRY_REMOVED, 12)]


def test_of_a_log_that_was_made_up_no_more_than_a_hundred_findings_are_told() -> None:
    links = [replace(link, digest=f"{link.position:064x}") for link in chain(300)]
    checked = check(links)
    assert MOST_FINDINGS <= len(checked.end()) <= MOST_FINDINGS + 1
    assert checked.links == 300


# --- Every change ---------------------------------------------------------------------------------------------------

TEXTS = st.text('ab09-:."\\{}[],é日本\u3000\n', max_size=12)
NUMBERS = st.integers(-(2**63), 2**63 - 1)
VALUES = {"int": NUMBERS, "str": TEXTS}


@given(
    place=st.integers(0, 11),
    name=st.sampled_from(
        [f"entry.{one.name}" for one in fields(Entry)] + ["position", "sealed_at", "horizon", "digest"]
    ),
    data=st.data(),
)
def test_any_one_field_that_was_changed_is_found(place: int, name: str, data: st.DataObject) -> None:
    links = chain(12)
    link = links[place]
    changed = link.entry if name.startswith("entry.") else link
    field = name.rpartition(".")[2]
    before = getattr(changed, field)
    value = data.draw(VALUES[type(before).__name__].filter(lambda one: one != before))
    assert changed is not None
    if changed is link:
        links[place] = replace(link, **{field: value})
        if field == "position" and value in {one.position for one in links if one is not links[place]}:
            return  # the database takes each place once
    else:
        links[place] = replace(link, entry=replace(changed, **{field: value}))
    assert findings(links) != []


@given(places=st.permutations(range(1, 9)))
def test_any_other_order_is_found(places: list[int]) -> None:
    links = [replace(link, position=place) for link, place in zip(chain(8), places, strict=True)]
    assert (findings(links) == []) == (places == sorted(places))


@given(kept=st.sets(st.integers(1, 12)))
def test_whatever_is_taken_out_before_the_end_is_found(kept: set[int]) -> None:
    links = [link for link in chain(12) if link.position in kept]
    whole = kept == set(range(1, max(kept, default=0) + 1))
    assert (findings(links) == []) == whole


# --- Days -----------------------------------------------------------------------------------------------------------


def days_of(links: list[Link]) -> list[Day]:
    return list(check(links).days_until(YESTERDAY))


def test_a_day_says_what_had_been_sealed_when_it_ended() -> None:
    """Eight links a day from the second on: seven on the 24th, eight on the 25th, five on the 26th."""
    links = chain(20)
    assert days_of(links) == [
        day_of(day=date(2026, 11, 24), last_position=7, entries=7, chain_digest=links[6].digest),
        day_of(day=date(2026, 11, 25), last_position=15, entries=8, chain_digest=links[14].digest),
        day_of(day=date(2026, 11, 26), last_position=20, entries=5, chain_digest=links[19].digest),
    ]


def test_a_day_without_an_entry_is_a_day() -> None:
    links = chain(7)
    assert [(one.day.day, one.entries, one.last_position) for one in days_of(links)] == [
        (24, 7, 7),
        (25, 0, 7),
        (26, 0, 7),
    ]
    assert days_of([]) == []


def of_days(written: list[Day], links: list[Link]) -> list[tuple[Fault, str]]:
    return [
        (one.fault, one.words) for one in check_days(made=days_of(links), written=written, due_until=date(2026, 11, 25))
    ]


def test_days_that_fit_are_told_so_and_yesterdays_may_still_come() -> None:
    links = chain(20)
    assert of_days(days_of(links), links) == of_days(days_of(links)[:2], links) == []


@given(name=st.sampled_from([one.name for one in fields(Day)]), place=st.integers(0, 2), data=st.data())
def test_any_field_of_a_day_that_was_changed_is_found(name: str, place: int, data: st.DataObject) -> None:
    links = chain(20)
    written = days_of(links)
    before = getattr(written[place], name)
    kinds = {**VALUES, "date": st.dates()}
    value = data.draw(kinds[type(before).__name__].filter(lambda one: one != before))
    written[place] = replace(written[place], **{name: value})
    assert of_days(written, links) != []


def test_a_day_that_was_removed_is_found() -> None:
    links = chain(20)
    first, second, third = days_of(links)
    assert of_days([first, third], links) == [(Fault.DAY_REMOVED, "2026-11-25")]
    assert of_days([first], links) == [(Fault.DAY_REMOVED, "2026-11-25")]
    assert of_days([second, third], links) == [(Fault.DAY_REMOVED, "2026-11-24")]


def test_links_that_were_cut_off_at_the_end_are_missed_by_their_day() -> None:
    links = chain(20)
    assert findings(links[:18]) == []
    assert of_days(days_of(links), links[:18]) == [(Fault.DAY_ALTERED, "2026-11-26")]


def test_a_chain_that_was_made_anew_from_a_forged_entry_no_longer_fits_a_day_that_was_kept() -> None:
    links, digest, forged = chain(20), START, []
    for link in links:
        made = replace(entry(link.position), actor="user:99") if link.position == 3 else entry(link.position)
        digest = link_digest(
            previous=digest, position=link.position, sealed_at=link.sealed_at, horizon=5_000, entry=made
        )
        forged.append(replace(link, entry=made, digest=digest))
    assert findings(forged) == []
    assert {one.digest for one in days_of(forged)}.isdisjoint(one.digest for one in days_of(links))


@pytest.mark.parametrize("seconds", ["Infinity", "-Infinity", "NaN", "99999999999999.000000", "x", ""])
def test_a_moment_that_no_calendar_reaches_belongs_to_no_day(seconds: str) -> None:
    assert japan_day(seconds) is None


@given(st.integers(-60_000_000_000_000_000, 250_000_000_000_000_000))
def test_seconds_are_written_so_that_the_moment_is_found_again(microseconds: int) -> None:
    moment = EPOCH + timedelta(microseconds=microseconds)
    seconds = seconds_of(moment)
    assert len(seconds.rpartition(".")[2]) == 6
    assert japan_day(seconds) == (moment + timedelta(hours=9)).date()
