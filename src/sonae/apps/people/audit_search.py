"""Finding entries of the audit log: by who, what, when and about what, newest first, and of them those that the asker may read."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from sonae.apps.audit.models import AuditEntry
from sonae.apps.parties.models import User
from sonae.apps.people.staff import positions_of
from sonae.domain.audit_kinds import KINDS, kinds_seen_with
from sonae.domain.calendar import JAPAN
from sonae.domain.staff_rights import Position, Right

A_PAGE = 50
MOST_PEOPLE = 200  # whom a part of an address may mean
LONGEST_TYPED = 120
FILE_PAGE = 1_000

# How those are called that are nobody: as they stand in the log, and as people say it.
MACHINES: Mapping[str, str] = {
    "system": "system:", "システム": "system:",
    "gateway": "gateway:", "決済会社": "gateway:", "card processor": "gateway:",
    "command": "command:", "コマンド": "command:", "command line": "command:",
    "sender": "sender:", "送り手": "sender:",
    "visitor": "visitor", "訪問者": "visitor",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """The last entry that was shown; older ones follow it."""

    occurred_at: datetime
    entry_id: int


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of the log; what is empty is not asked."""

    who: str = ""
    what: str = ""
    since: date | None = None
    until: date | None = None
    kind: str = ""
    object_id: str = ""
    before: Place | None = None


@dataclass(frozen=True, slots=True)
class Reach:
    """Whose acts and which things somebody reads about; an auditor reads everything."""

    everything: bool
    actors: tuple[str, ...] = ()
    kinds: frozenset[str] = frozenset()


def reach_of(user: User, *, held: Collection[Right]) -> Reach:
    """A supervisor reads what people of their own organisation did, and what anybody did with things that they may see."""
    if Position.AUDITOR in positions_of(user):
        return Reach(everything=True)
    people = User.objects.filter(organisation=user.organisation_id).order_by("id").values_list("id", flat=True)
    return Reach(everything=False, actors=tuple(f"user:{pk}" for pk in people), kinds=kinds_seen_with(held))


def find_entries(question: Question, reach: Reach, *, most: int = A_PAGE) -> list[AuditEntry]:
    """The newest first, and one more than ``most`` where there is more; in one statement."""
    entries = _asked_for(question)
    if entries is None:
        return []
    first, *others = [
        entries.filter(readable).order_by("-occurred_at", "-id")[: most + 1] for readable in _readable(question, reach)
    ]
    found = first.union(*others).order_by("-occurred_at", "-id")[: most + 1] if others else first
    return list(found)


def _readable(question: Question, reach: Reach) -> list[Q]:
    """What of it may be read, in parts that an index answers each, from its newest on: together no index would."""
    kinds = frozenset(KINDS) if reach.everything else reach.kinds
    if question.kind in kinds:
        return [Q()]
    if question.what and not (question.kind or question.who or question.object_id):
        of_kinds = [Q(object_kind=kind) for kind in sorted(kinds)]
    else:
        of_kinds = [Q()] if reach.everything else [Q(object_kind__in=kinds)]
    if reach.everything:
        return of_kinds
    own_people = [actor.partition(":")[2] for actor in reach.actors]
    own = [Q(actor__in=reach.actors), Q(object_kind="user", object_id__in=own_people)]
    return own if question.kind else [*own, *of_kinds]


def all_entries(question: Question, reach: Reach, *, most: int) -> Iterator[AuditEntry]:
    """All of them up to ``most``, some at a time."""
    left = most
    while left:
        wanted = min(FILE_PAGE, left)
        found = find_entries(question, reach, most=wanted)
        yield from found[:wanted]
        if len(found) <= wanted:
            return
        left -= wanted
        question = replace(question, before=place_of(found[wanted - 1]))


def place_of(entry: AuditEntry) -> Place:
    """Where a page that ended with this entry goes on."""
    return Place(entry.occurred_at, entry.pk)


def _asked_for(question: Question) -> QuerySet[AuditEntry] | None:
    entries = AuditEntry.objects.all()
    if question.who:
        who = _meant_by(question.who)
        if who is None:
            return None
        entries = entries.filter(who)
    if question.what:
        entries = entries.filter(action=question.what)
    if question.object_id:
        # With the kind the index of things finds it; all kinds are few.
        kinds = [question.kind] if question.kind else list(KINDS)
        entries = entries.filter(object_kind__in=kinds, object_id=question.object_id)
    elif question.kind:
        entries = entries.filter(object_kind=question.kind)
    if question.since:
        entries = entries.filter(occurred_at__gte=_midnight(question.since))
    if question.until:
        entries = entries.filter(occurred_at__lt=_midnight(question.until + timedelta(days=1)))
    if question.before:
        place = question.before
        entries = entries.filter(occurred_at__lte=place.occurred_at).exclude(
            occurred_at=place.occurred_at, id__gte=place.entry_id
        )
    return entries


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, JAPAN)


def _meant_by(typed: str) -> Q | None:
    """Nobody's name but a machine's, a part of the address or organisation of one of the staff, or the whole address of anybody."""
    said = unicodedata.normalize("NFKC", typed)[:LONGEST_TYPED].strip().lower()
    if said in MACHINES:
        actor = MACHINES[said]
        return Q(actor__startswith=actor) if actor.endswith(":") else Q(actor=actor)
    staff = User.objects.filter(organisation__isnull=False).filter(
        Q(email__icontains=said) | Q(organisation__name_ja__icontains=said) | Q(organisation__name_en__icontains=said)
    )
    people = _ids(staff) + _ids(User.objects.annotate(lower=Lower("email")).filter(lower=said))
    return Q(actor__in={f"user:{pk}" for pk in people}) if people else None


def _ids(people: QuerySet[User]) -> list[int]:
    return list(people.order_by("id").values_list("id", flat=True)[:MOST_PEOPLE])


def staff_among(entries: Iterable[AuditEntry]) -> dict[str, User]:
    """The staff among those who acted, by the name that the log has for them."""
    numbers = {entry.actor.partition(":")[2] for entry in entries if entry.actor.startswith("user:")}
    people = User.objects.filter(pk__in=[int(one) for one in numbers if one.isascii() and one.isdigit()])
    return {f"user:{one.pk}": one for one in people.filter(organisation__isnull=False).select_related("organisation")}
