"""Members with a history: their facts and certificates are read, the domain says what is needed, and it is written in bulk."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import connection

from sonae.apps.certificates.models import Certificate, Transaction
from sonae.apps.membership.cover_years import RuledYear
from sonae.apps.membership.models import FreeCoverEnd
from sonae.apps.membership.tally import ACTOR, Tally
from sonae.apps.parties.models import MembershipFact
from sonae.apps.parties.standing import told_of
from sonae.domain.free_cover import (
    Act,
    Cancel,
    ExistingCover,
    Issue,
    Note,
    NotedParticulars,
    Reinstate,
    WantedCover,
    acts_needed,
    wanted_covers,
)
from sonae.domain.membership import Membership, Particulars, ToldOf, memberships

Kind = Transaction.Kind


@dataclass
class _Log:
    """What a certificate's transactions say that matters here."""

    last_seq: int = 0
    live_cancellation: int | None = None
    noted: tuple[NotedParticulars, ...] = ()


@dataclass
class _Known:
    """What the database holds of the members at hand."""

    held: dict[int, tuple[Membership, ...]]
    covers: dict[int, list[ExistingCover]]
    logs: dict[int, _Log]
    digests: dict[int, str]  # of the product version, by certificate


@dataclass
class _Work:
    """Everything that is to be written, gathered over all members."""

    shorter: list[tuple[int, date]] = field(default_factory=list)
    longer: list[tuple[int, date | None]] = field(default_factory=list)
    issues: list[tuple[int, WantedCover]] = field(default_factory=list)
    entries: list[Transaction] = field(default_factory=list)


def issue_by_rule(
    ids: Sequence[int],
    *,
    years: Sequence[RuledYear],
    end: FreeCoverEnd | None,
    control_day: date,
    reason: str,
    now: datetime,
) -> Tally:
    """Bring the certificates of these members into line. They are locked by the caller."""
    if not ids:
        return Tally()
    known, work = _known(ids, years), _Work()
    ended_on = None if end is None else end.ends_on
    tally = Tally(by_rule=len(ids))
    for member_id in ids:
        wanted = wanted_covers(known.held.get(member_id, ()), [year.cover for year in years], ended_on=ended_on)
        acts = acts_needed(known.covers.get(member_id, ()), wanted)
        for act in acts:
            _gather(act, member_id, known, work, end=end, reason=reason, now=now)
        tally += _counted(acts) + _control(known, member_id, wanted, control_day)
    _write(work, {year.cover.term.start_on: year for year in years}, end=end, reason=reason, now=now)
    return tally


def _known(ids: Sequence[int], years: Sequence[RuledYear]) -> _Known:
    told: dict[int, list[ToldOf]] = defaultdict(list)
    facts = MembershipFact.objects.filter(member_id__in=ids).values_list(
        "member_id", "effective_date", "recorded_at", "id", "kind", "member_class", "name", "name_kana"
    )
    for member_id, day, recorded_at, fact_id, *said in facts:
        told[member_id].append(told_of(day, recorded_at, fact_id, *said))
    by_pk = {year.pk: year for year in years}
    certificates = list(
        Certificate.objects.filter(member_id__in=ids, section=Certificate.Section.FREE, scheme_year_id__in=by_pk)
    )
    logs = _logs([certificate.pk for certificate in certificates])
    covers: dict[int, list[ExistingCover]] = defaultdict(list)
    for one in certificates:
        log, term = logs[one.pk], by_pk[one.scheme_year_id].cover.term
        covers[one.member_id].append(ExistingCover(one.pk, term, one.starts_on, one.cancelled_on, log.noted))
    digests = {one.pk: by_pk[one.scheme_year_id].digest for one in certificates}
    return _Known({member: memberships(facts) for member, facts in told.items()}, covers, logs, digests)


def _logs(certificate_ids: Sequence[int]) -> dict[int, _Log]:
    entries: dict[int, list[Transaction]] = {certificate_id: [] for certificate_id in certificate_ids}
    for entry in Transaction.objects.filter(certificate_id__in=certificate_ids):
        entries[entry.certificate_id].append(entry)
    return {certificate_id: _log(found) for certificate_id, found in entries.items()}


def _log(entries: Iterable[Transaction]) -> _Log:
    """Live entries only, as ``certificates/queries.py`` folds them."""
    in_order = sorted(entries, key=lambda entry: (entry.recorded_at, entry.seq))
    reversed_ids = {entry.reverses_id for entry in in_order}
    live = [entry for entry in in_order if entry.pk not in reversed_ids and entry.kind != Kind.REVERSAL]
    cancellations = [entry.pk for entry in live if entry.kind == Kind.CANCELLATION]
    noted = tuple(
        NotedParticulars(entry.effective_date, place, _particulars(entry.patch))
        for place, entry in enumerate(live)
        if "member_class" in entry.patch
    )
    return _Log(max((entry.seq for entry in in_order), default=0), cancellations[-1] if cancellations else None, noted)


def _particulars(patch: dict[str, object]) -> Particulars:
    insured = patch.get("insured")
    names = insured if isinstance(insured, dict) else {}
    return Particulars(str(patch["member_class"]), str(names.get("name", "")), str(names.get("kana", "")))


def patch_of(particulars: Particulars) -> dict[str, object]:
    """The fields of a transaction that say what the list says of the member."""
    return {
        "member_class": particulars.member_class,
        "insured": {"name": particulars.name, "kana": particulars.name_kana},
    }


def _gather(
    act: Act, member_id: int, known: _Known, work: _Work, *, end: FreeCoverEnd | None, reason: str, now: datetime
) -> None:
    if isinstance(act, Issue):
        work.issues.append((member_id, act.wanted))
        return
    log = known.logs[act.key]
    log.last_seq += 1
    entry = _entry(act.key, log.last_seq, known.digests[act.key], reason=reason, now=now)
    if isinstance(act, Cancel):
        (work.shorter if act.was is None or act.on < act.was else work.longer).append((act.key, act.on))
        entry.kind, entry.effective_date, entry.patch = Kind.CANCELLATION, act.on, {"cancelled_on": act.on.isoformat()}
        entry.reverses_id = None if act.was is None else log.live_cancellation
        entry.reason = _why(act.on, end, reason)
    elif isinstance(act, Reinstate):
        work.longer.append((act.key, None))
        entry.kind, entry.effective_date, entry.patch = Kind.REINSTATEMENT, act.was, {}
        entry.reverses_id = log.live_cancellation
    else:
        entry.kind, entry.effective_date, entry.patch = Kind.CHANGE, act.on, patch_of(act.particulars)
    work.entries.append(entry)


def _why(cancelled_on: date, end: FreeCoverEnd | None, reason: str) -> str:
    """What ended the cover: the organiser's end for everybody, or what this round is about."""
    return reason if end is None or cancelled_on < end.ends_on else end.source


def _entry(certificate_id: int, seq: int, digest: str, *, reason: str, now: datetime) -> Transaction:
    return Transaction(
        certificate_id=certificate_id, seq=seq, recorded_at=now, actor=ACTOR, reason=reason, rating_digest=digest,
        total_premium_after=0, premium_difference=0,
    )  # fmt: skip


def _counted(acts: Sequence[Act]) -> Tally:
    return Tally(
        issued=sum(isinstance(act, Issue) for act in acts),
        cancelled=sum(isinstance(act, Cancel) for act in acts),
        reinstated=sum(isinstance(act, Reinstate) for act in acts),
        noted=sum(isinstance(act, Note) for act in acts),
    )


def _control(known: _Known, member_id: int, wanted: Sequence[WantedCover], day: date) -> Tally:
    """How this member counts among those of the control day."""
    if not any(
        held.since <= day and (held.until is None or day < held.until) for held in known.held.get(member_id, ())
    ):
        return Tally()
    if not any(day in cover.term for cover in wanted):
        return Tally(members=1, not_entitled=1)
    if any(cover.starts_on <= day < cover.ends_on for cover in known.covers.get(member_id, ())):
        return Tally(members=1, covered_before=1)
    return Tally(members=1, newly_covered=1)


def _write(work: _Work, years: dict[date, RuledYear], *, end: FreeCoverEnd | None, reason: str, now: datetime) -> None:
    """What gets shorter first, then what gets longer, then what is new: so no two covers overlap in between."""
    _set_cancelled(work.shorter)
    _set_cancelled(work.longer)
    certificate_ids = _insert_certificates(work.issues, years, now=now)
    for (_, wanted), certificate_id in zip(work.issues, certificate_ids, strict=True):
        digest = years[wanted.year.term.start_on].digest
        work.entries += _first_entries(certificate_id, wanted, digest, end=end, reason=reason, now=now)
    Transaction.objects.bulk_create(work.entries, batch_size=2_000)


def _set_cancelled(changes: Sequence[tuple[int, date | None]]) -> None:
    if not changes:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE certificates_certificate AS certificate SET cancelled_on = change.day
               FROM unnest(%s::bigint[], %s::date[]) AS change (id, day) WHERE certificate.id = change.id""",
            [[certificate_id for certificate_id, _ in changes], [day for _, day in changes]],
        )


def _insert_certificates(
    issues: Sequence[tuple[int, WantedCover]], years: dict[date, RuledYear], *, now: datetime
) -> list[int]:
    """The new certificates' ids, in the order in which they were asked for."""
    if not issues:
        return []
    of_year = [years[wanted.year.term.start_on] for _, wanted in issues]
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO certificates_certificate
                   (number, member_id, scheme_year_id, section, starts_on, cancelled_on, verification_code, issued_at)
               SELECT sonae_written_number('C', year, nextval('sonae_certificate_number')), member_id, year_id, 'free',
                   starts_on, cancelled_on, upper(replace(gen_random_uuid()::text, '-', '')), %s
               FROM unnest(%s::integer[], %s::bigint[], %s::bigint[], %s::date[], %s::date[])
                   WITH ORDINALITY AS wanted (year, member_id, year_id, starts_on, cancelled_on, place) ORDER BY place
               RETURNING id, member_id, starts_on""",
            [
                now,
                [year.cover.term.start_on.year for year in of_year],
                [member_id for member_id, _ in issues],
                [year.pk for year in of_year],
                [wanted.term.start_on for _, wanted in issues],
                [wanted.cancelled_on for _, wanted in issues],
            ],
        )
        ids = {(member_id, starts_on): certificate_id for certificate_id, member_id, starts_on in cursor.fetchall()}
    return [ids[member_id, wanted.term.start_on] for member_id, wanted in issues]


def _first_entries(
    certificate_id: int, wanted: WantedCover, digest: str, *, end: FreeCoverEnd | None, reason: str, now: datetime
) -> list[Transaction]:
    """What a new certificate's log begins with: its issue, the changes that are known already, and its end."""
    entries = []
    for seq, (day, particulars) in enumerate(wanted.noted, start=1):
        entry = _entry(certificate_id, seq, digest, reason=reason, now=now)
        entry.kind, entry.effective_date, entry.patch = Kind.CHANGE, day, patch_of(particulars)
        entries.append(entry)
    first = entries[0]
    first.kind, first.patch = Kind.NEW, {"section": "free", **first.patch}
    if wanted.cancelled_on is not None:
        why = _why(wanted.cancelled_on, end, reason)
        last = _entry(certificate_id, len(entries) + 1, digest, reason=why, now=now)
        last.kind, last.effective_date = Kind.CANCELLATION, wanted.cancelled_on
        last.patch = {"cancelled_on": wanted.cancelled_on.isoformat()}
        entries.append(last)
    return entries
