"""A member at a glance: who, with which cover, why at that premium, what waits and what happened, by the two clocks of its page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import takewhile

from django.db.models import Case, Exists, OuterRef, Value, When

from sonae.apps.certificates.as_at import AsAt, as_at
from sonae.apps.certificates.models import Certificate
from sonae.apps.certificates.queries import certificates_with_log
from sonae.apps.parties.models import Member, MemberAccess, MembershipFact
from sonae.apps.renewal.models import ParkedCertificate
from sonae.domain.calendar import japan_date
from sonae.domain.certificate.premium import annual_premium_of
from sonae.domain.rating import PlanPremium
from sonae.domain.staff_rights import Right
from sonae.domain.text import Text
from sonae.web.desk.cover_words import CoverLine, line_as_at
from sonae.web.desk.feed_words import actor_names
from sonae.web.desk.member_entries import ROLES, Entry
from sonae.web.desk.member_sources import GROUPS, SOURCES, Scope, emails_of, in_order, newest_of, seen_sources
from sonae.web.desk.two_clocks import Clocks
from sonae.web.shared.pictures import percent
from sonae.web.shared.premium_rows import Row, premium_rows

FACTS_READ, PEOPLE_READ, CERTIFICATES_READ = 60, 50, 12
READ, HISTORY_SHOWN, OF_A_KIND = 21, 14, 5
STOPS = 60
NOT_IN_HISTORY = {"paper", "mail", "charge"}  # which stand in their own lists, and would drown the rest
SHORT_OF_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class ShownCover:
    """A certificate as it was known, on the day; with what its premium comes from, where it has one."""

    found: AsAt
    line: CoverLine
    why: PlanPremium | None
    parked: bool

    def rows(self, language: str) -> list[Row]:
        """The steps of a whole year."""
        return premium_rows(self.why, language) if self.why else []


@dataclass(frozen=True, slots=True)
class Standing:
    """What the organiser's list says of it on the day. ``since`` is the day from which it has been of this class."""

    fact: MembershipFact | None
    class_name: Text | None
    since: date | None

    @property
    def is_member(self) -> bool:
        return self.fact is not None and self.fact.kind != MembershipFact.Kind.LEFT


@dataclass(frozen=True, slots=True)
class Stop:
    """A day on which something changed or was recorded, and what. ``at`` is its place on the line, all as far from each other."""

    day: date
    title: Text
    is_here: bool
    at: str


@dataclass(frozen=True, slots=True)
class Section:
    """One list of the page: its newest lines, and whether there are more."""

    group: str
    name: Text
    entries: Sequence[Entry]
    more: bool


@dataclass(frozen=True)
class Glance:
    """Everything that the page shows, in the same few statements however much there is."""

    member: Member
    standing: Standing
    people: list[tuple[MemberAccess, Text]]
    covers: list[ShownCover]
    more_covers: bool
    sections: dict[str, Section]
    waiting: list[Entry]
    history: list[Entry]
    more_history: bool
    stops: list[Stop]
    earlier: Stop | None
    later: Stop | None
    actors: dict[str, Text]

    @property
    def cover(self) -> ShownCover | None:
        """The paid cover of the day: the one in force, else the next to begin, else the last one."""
        paid = [one for one in self.covers if one.found.is_paid]
        in_force = (one for one in paid if one.found.in_force)
        to_begin = (one for one in reversed(paid) if one.found.on < one.found.certificate.starts_on)
        return next(in_force, None) or next(to_begin, None) or next(iter(paid), None)

    @property
    def free(self) -> ShownCover | None:
        """The free cover in force on the day."""
        return next((one for one in self.covers if not one.found.is_paid and one.found.in_force), None)


def glance_at(*, member: Member, clocks: Clocks, rights: frozenset[Right], class_names: dict[str, Text]) -> Glance:
    """The page of this member, for somebody with these rights."""
    facts = _known_facts(member, clocks)
    people = _known_people(member, clocks)
    scope = Scope(member, clocks.known, clocks.now, rights, emails_of(people, facts), class_names)
    certificates = _certificates(member, clocks)
    covers = _covers(certificates[:CERTIFICATES_READ], clocks)
    read = {
        source.kind: newest_of(source, scope, most=READ)
        for source in seen_sources(scope)
        if source.kind not in {"fact", "access"}
    }
    read["fact"] = in_order(SOURCES["fact"].line(fact, scope) for fact in facts)[:READ]
    read["access"] = in_order(SOURCES["access"].line(one, scope) for one in people)[:READ]
    everything = in_order(entry for kind, entries in read.items() if kind not in NOT_IN_HISTORY for entry in entries)
    waiting = [entry for entries in read.values() for entry in entries if entry.todo]
    stops = _stops([*read["fact"], *read["act"]], covers, clocks)
    return Glance(
        member=member,
        standing=_standing(facts, clocks, class_names),
        people=[(one, ROLES[one.role]) for one in people],
        covers=covers,
        more_covers=len(certificates) > CERTIFICATES_READ,
        sections={group: _section(group, read) for group in GROUPS},
        waiting=in_order(waiting),
        history=everything[:HISTORY_SHOWN],
        more_history=len(everything) > HISTORY_SHOWN,
        stops=stops,
        earlier=next((stop for stop in reversed(stops) if stop.day < clocks.on), None),
        later=next((stop for stop in stops if stop.day > clocks.on), None),
        actors=actor_names(entry.actor for entry in everything[:HISTORY_SHOWN]),
    )


def _known_facts(member: Member, clocks: Clocks) -> list[MembershipFact]:
    """The newest, and whichever holds on the day, if that is long ago."""
    known = MembershipFact.objects.filter(member=member, recorded_at__lte=clocks.known)
    by_day = known.order_by("-effective_date", "-recorded_at", "-id")
    facts = list(by_day[:FACTS_READ])
    if len(facts) == FACTS_READ and facts[-1].effective_date > clocks.on:
        facts += by_day.filter(effective_date__lte=clocks.on)[:1]
    return facts


def _known_people(member: Member, clocks: Clocks) -> list[MemberAccess]:
    access = MemberAccess.objects.filter(member=member, granted_at__lte=clocks.known).select_related("user")
    return list(access.order_by("granted_at", "id")[:PEOPLE_READ])


def _standing(facts: Sequence[MembershipFact], clocks: Clocks, names: dict[str, Text]) -> Standing:
    held = [fact for fact in facts if fact.effective_date <= clocks.on]
    if not held:
        return Standing(None, None, None)
    fact = held[0]
    unbroken = takewhile(
        lambda one: one.member_class == fact.member_class and (one.kind == "left") == (fact.kind == "left"), held
    )
    return Standing(fact, names.get(fact.member_class), [*unbroken][-1].effective_date)


def _certificates(member: Member, clocks: Clocks) -> list[Certificate]:
    """Those of the day first, then the newest; one more than are shown."""
    of_the_day = Case(
        When(starts_on__lte=clocks.on, scheme_year__expiry_on__gte=clocks.on, then=Value(0)), default=Value(1)
    )
    parked = ParkedCertificate.objects.filter(certificate=OuterRef("pk"), parked_at__lte=clocks.known)
    parked = parked.exclude(resolved_at__lte=clocks.known)
    known = certificates_with_log().filter(member=member, issued_at__lte=clocks.known)
    return list(
        known.annotate(is_parked=Exists(parked)).order_by(of_the_day, "-starts_on", "section", "-id")[
            : CERTIFICATES_READ + 1
        ]
    )


def _covers(certificates: Iterable[Certificate], clocks: Clocks) -> list[ShownCover]:
    found = [(one, as_at(one, on=clocks.on, known=clocks.known)) for one in certificates]
    shown = [
        ShownCover(seen, line_as_at(seen), _why(seen), bool(getattr(one, "is_parked", False)))
        for one, seen in found
        if seen.is_known
    ]
    return sorted(shown, key=lambda one: (one.found.certificate.starts_on, one.found.is_paid), reverse=True)


def _why(found: AsAt) -> PlanPremium | None:
    """What a year costs with the content of the day; without the step from a year to the term, which has its own table."""
    schedule = found.schedule
    if schedule is None:
        return None
    term = schedule.term
    day = min(max(found.on, term.start_on), term.expiry_on - SHORT_OF_ONE_DAY)
    piece = next((one for one in schedule.stretches if day in one.term), schedule.stretches[-1])
    premium = annual_premium_of(found.product, piece.plan_code, piece.rated_as)
    return premium._replace(steps=tuple(step for step in premium.steps if step.kind != "term"))


def _section(group: str, read: dict[str, list[Entry]]) -> Section:
    entries = in_order(entry for kind, some in read.items() if SOURCES[kind].group == group for entry in some)
    return Section(group, GROUPS[group], entries[:OF_A_KIND], len(entries) > OF_A_KIND)


def _stops(entries: Iterable[Entry], covers: Iterable[ShownCover], clocks: Clocks) -> list[Stop]:
    """The latest days on which something took effect or was recorded, oldest first; and the day that is looked at."""
    told: dict[date, list[Text]] = defaultdict(list)
    for entry in entries:
        happened = entry.day or japan_date(entry.at)
        told[happened].append(entry.title)
        if entry.recorded_apart:
            told[japan_date(entry.recorded_apart)].append(
                Text(f"「{entry.title.ja}」を記録", f"{entry.title.en}, recorded")
            )
    for cover in covers:
        if cover.found.is_paid:
            told[cover.found.certificate.starts_on].append(Text("補償の始まり", "Cover begins"))
            told[cover.found.ends_on].append(Text("補償の終わり", "Cover ends"))
    told[japan_date(clocks.now)].append(Text("今日", "Today"))
    told.setdefault(clocks.on, [])
    days = sorted(told)[-STOPS:]
    last = max(len(days) - 1, 1)
    return [Stop(day, _joined(told[day]), day == clocks.on, percent(at / last)) for at, day in enumerate(days)]


def _joined(titles: Sequence[Text]) -> Text:
    several = list(dict.fromkeys(titles))[:3]
    return Text("、".join(one.ja for one in several), ", ".join(one.en for one in several))
