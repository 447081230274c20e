"""Where the history of a member comes from: each kind of thing that happened, as it was known at a moment, page by page.

A page begins behind the last line of the one before it, by when that happened, its kind and its key: no page gets slower, and what
comes in meanwhile shifts nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import BooleanField, Case, Exists, F, Max, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce

from sonae.apps.billing.models import (
    CardConsent,
    Charge,
    Dispute,
    HandReturn,
    Payment,
    PaymentStep,
    Receivable,
    Refund,
    WriteOff,
)
from sonae.apps.billing.recovered import recovered_in_sql
from sonae.apps.certificates.member_file import ABOUT_COVER
from sonae.apps.certificates.models import ChangeRequest, Transaction
from sonae.apps.contact.models import Consultation, DataRequest
from sonae.apps.documents.models import OutboxMessage, Paper
from sonae.apps.enrolment.models import Application
from sonae.apps.parties.models import Member, MemberAccess, MembershipFact
from sonae.apps.renewal.models import RenewalOffer
from sonae.domain.calendar import japan_date
from sonae.domain.staff_rights import Right
from sonae.domain.text import Text
from sonae.web.desk import member_lines as lines
from sonae.web.desk.member_entries import Entry, begin_of

Rows = QuerySet[Any]


@dataclass(frozen=True)
class Scope:
    """Whose history, as it was known when, for somebody with these rights. ``emails`` are its people's and the list's."""

    member: Member
    known: datetime
    now: datetime
    rights: frozenset[Right]
    emails: tuple[str, ...]
    class_names: dict[str, Text]

    @property
    def knows_all(self) -> bool:
        return self.known >= self.now


@dataclass(frozen=True, slots=True)
class Cursor:
    """Behind which line a page begins."""

    at: datetime
    kind: str
    pk: int

    def __str__(self) -> str:
        return f"{self.at.isoformat()}~{self.kind}~{self.pk}"


@dataclass(frozen=True, slots=True)
class Source:
    """``rows`` are those that were known, ``happened`` is the field by which they stand in time; ``dated`` where that
    is a day. What is ``pressing`` stands first where only the newest are shown. ``right`` says who may see that there are any."""

    kind: str
    group: str
    rows: Callable[[Scope], Rows]
    happened: str
    line: Callable[[Any, Scope], Entry]
    dated: bool = False
    right: Right = Right.SEE_COVER
    pressing: Q | None = None


GROUPS: dict[str, Text] = {
    "cover": Text("補償", "Cover"),
    "list": Text("会員名簿・担当者", "List and people"),
    "money": Text("お金", "Money"),
    "papers": Text("書類", "Papers"),
    "mails": Text("メール", "Mails"),
    "consents": Text("同意", "Consents"),
    "contact": Text("相談・取次ぎ", "Consultations"),
    "requests": Text("本人の請求", "Requests for data"),
}


def _facts(scope: Scope) -> Rows:
    return MembershipFact.objects.filter(member=scope.member, recorded_at__lte=scope.known)


def _people(scope: Scope) -> Rows:
    return MemberAccess.objects.filter(member=scope.member, granted_at__lte=scope.known).select_related("user")


def _acts(scope: Scope) -> Rows:
    """With whether each was undone by then: by a reversal that was not reversed itself."""
    back = Transaction.objects.filter(reverses=OuterRef("pk"), recorded_at__lte=scope.known)
    undone = Exists(back.filter(~Exists(back)))
    known = Transaction.objects.filter(certificate__member=scope.member, recorded_at__lte=scope.known)
    return (
        known.select_related("certificate__scheme_year__product_version", "reverses")
        .defer("certificate__scheme_year__product_version__files")
        .annotate(undone=undone)
    )


def _changes(scope: Scope) -> Rows:
    asked = ChangeRequest.objects.filter(certificate__member=scope.member, asked_at__lte=scope.known)
    return asked.select_related("certificate__scheme_year__product_version").defer(
        "certificate__scheme_year__product_version__files"
    )


def _applications(scope: Scope) -> Rows:
    started = Application.objects.filter(member=scope.member, started_at__lte=scope.known)
    return started.select_related("certificate", "user")


def _evidence(scope: Scope) -> Rows:
    sealed = Max("evidence__recorded_at", filter=Q(evidence__recorded_at__lte=scope.known))
    return Application.objects.filter(member=scope.member).annotate(sealed_at=sealed).filter(sealed_at__isnull=False)


def _offers(scope: Scope) -> Rows:
    offered = RenewalOffer.objects.filter(member=scope.member, offered_at__lte=scope.known)
    return offered.select_related("certificate", "scheme_year")


def _payments(scope: Scope) -> Rows:
    """With the state of that moment, by the log of its moves."""
    by_then = Case(When(captured_at__lte=scope.known, then=F("captured_at")), default=F("created_at"))
    tried = Payment.objects.filter(member=scope.member, created_at__lte=scope.known).annotate(moved_at=by_then)
    if scope.knows_all:
        return tried.annotate(state_then=F("state"))
    moves = PaymentStep.objects.filter(payment=OuterRef("pk"), occurred_at__lte=scope.known)
    last = moves.order_by("-occurred_at", "-pk").values("to_state")[:1]
    without_log = Case(When(captured_at__lte=scope.known, then=Value("captured")), default=Value("open"))
    return tried.annotate(state_then=Coalesce(Subquery(last), without_log))


def _refunds(scope: Scope) -> Rows:
    by_then = Case(When(refunded_at__lte=scope.known, then=F("refunded_at")), default=F("created_at"))
    back = Refund.objects.filter(payment__member=scope.member, created_at__lte=scope.known)
    return back.annotate(moved_at=by_then).select_related("payment")


def _charges(scope: Scope) -> Rows:
    return Charge.objects.filter(member=scope.member, recorded_at__lte=scope.known)


def _disputes(scope: Scope) -> Rows:
    return Dispute.objects.filter(payment__member=scope.member, opened_at__lte=scope.known).select_related("payment")


def _receivables(scope: Scope) -> Rows:
    given_up = Q(write_offs__state__in=[WriteOff.State.WAITING, WriteOff.State.DONE])
    owed = F("receivable_yen") - recovered_in_sql() - Coalesce(Sum("write_offs__write_off_yen", filter=given_up), 0)
    known = Receivable.objects.filter(payment__member=scope.member, recorded_at__lte=scope.known)
    return known.select_related("payment").annotate(owed=owed)


def _write_offs(scope: Scope) -> Rows:
    asked = WriteOff.objects.filter(receivable__payment__member=scope.member, asked_at__lte=scope.known)
    return asked.select_related("receivable")


def _hand_returns(scope: Scope) -> Rows:
    return HandReturn.objects.filter(member=scope.member, recorded_at__lte=scope.known)


def _papers(scope: Scope) -> Rows:
    return Paper.objects.filter(member=scope.member, issued_at__lte=scope.known).defer("facts")


def _mails(scope: Scope) -> Rows:
    """To its people and to the address on the list, and of those alone that tell of cover and money."""
    about_cover = reduce(or_, (Q(key__startswith=prefix) for prefix in ABOUT_COVER))
    return OutboxMessage.objects.filter(about_cover, recipient__in=scope.emails, created_at__lte=scope.known)


def _consultations(scope: Scope) -> Rows:
    """Those that name its number or come from one of its people's addresses."""
    theirs = Q(member_number=scope.member.number) | Q(email__in=scope.emails)
    known = Consultation.objects.filter(theirs, received_at__lte=scope.known)
    return known.select_related("consent__withdrawal").defer("shown")


def _card_consents(scope: Scope) -> Rows:
    given = CardConsent.objects.filter(member=scope.member, given_at__lte=scope.known)
    return given.select_related("saved_card", "user").defer("text")


def _requests(scope: Scope) -> Rows:
    asked = DataRequest.objects.filter(member=scope.member, received_at__lte=scope.known)
    return asked.select_related("user")


UNSETTLED = (Payment.State.PERSON, Payment.State.UNKNOWN, Payment.State.CAPTURING, Payment.State.RELEASING)
SOURCES: dict[str, Source] = {
    source.kind: source
    for source in (
        Source("fact", "list", _facts, "effective_date", lines.of_fact, dated=True),
        Source("access", "list", _people, "granted_at", lines.of_access),
        Source("act", "cover", _acts, "effective_date", lines.of_act, dated=True),
        Source("change", "cover", _changes, "asked_at", lines.of_change, pressing=Q(state=ChangeRequest.State.WAITING)),
        Source("application", "cover", _applications, "started_at", lines.of_application),
        Source("offer", "cover", _offers, "offered_at", lines.of_offer),
        Source("payment", "money", _payments, "moved_at", lines.of_payment, pressing=Q(state__in=UNSETTLED)),
        Source(
            "refund", "money", _refunds, "moved_at", lines.of_refund,
            pressing=Q(refunded_at=None, next_check_at=None),
        ),
        Source("charge", "money", _charges, "recorded_at", lines.of_charge),
        Source(
            "dispute", "money", _disputes, "opened_at", lines.of_dispute,
            right=Right.SEE_MONEY, pressing=Q(state=Dispute.State.OPEN),
        ),
        Source(
            "receivable", "money", _receivables, "recorded_at", lines.of_receivable,
            right=Right.SEE_MONEY, pressing=Q(owed__gt=0),
        ),
        Source(
            "write_off", "money", _write_offs, "asked_at", lines.of_write_off,
            right=Right.SEE_MONEY, pressing=Q(state=WriteOff.State.WAITING),
        ),
        Source(
            "hand_return", "money", _hand_returns, "recorded_at", lines.of_hand_return,
            right=Right.SEE_MONEY, pressing=Q(transferred_on=None),
        ),
        Source("paper", "papers", _papers, "issued_at", lines.of_paper),
        Source("mail", "mails", _mails, "created_at", lines.of_mail),
        Source("consultation", "contact", _consultations, "received_at", lines.of_consultation),
        Source("evidence", "consents", _evidence, "sealed_at", lines.of_evidence),
        Source("card_consent", "consents", _card_consents, "given_at", lines.of_card_consent),
        Source("request", "requests", _requests, "received_at", lines.of_request, right=Right.SEE_DATA_REQUESTS),
    )
}  # fmt: skip


def seen_sources(scope: Scope, group: str = "") -> list[Source]:
    """Those that this person may see; of one group where one is named."""
    return [one for one in SOURCES.values() if one.right in scope.rights and group in {"", one.group}]


def newest_of(source: Source, scope: Scope, *, most: int) -> list[Entry]:
    """The newest, and before them what waits for somebody. One statement."""
    found = source.rows(scope).annotate(happened=F(source.happened))
    if source.pressing is not None:
        presses = Case(When(source.pressing, then=Value(True)), default=Value(False), output_field=BooleanField())
        found = found.annotate(presses=presses).order_by("-presses", "-happened", "-pk")
    else:
        found = found.order_by("-happened", "-pk")
    return [source.line(row, scope) for row in found[:most]]


def page_of(
    sources: Sequence[Source], scope: Scope, *, cursor: Cursor | None, most: int
) -> tuple[list[Entry], Cursor | None]:
    """The next lines of all these sources together, newest first, and where the page after them begins. One statement each."""
    entries = in_order(entry for source in sources for entry in _behind(source, scope, cursor, most + 1))
    shown = entries[:most]
    last = shown[-1] if len(entries) > most else None
    return shown, Cursor(last.at, last.kind, last.pk) if last else None


def in_order(entries: Iterable[Entry]) -> list[Entry]:
    """The newest first."""
    return sorted(entries, key=lambda entry: (-entry.at.timestamp(), entry.kind, -entry.pk))


def _behind(source: Source, scope: Scope, cursor: Cursor | None, most: int) -> list[Entry]:
    found = source.rows(scope).annotate(happened=F(source.happened))
    if cursor is not None:
        found = found.filter(_after(source, cursor))
    return [source.line(row, scope) for row in found.order_by("-happened", "-pk")[:most]]


def _after(source: Source, cursor: Cursor) -> Q:
    """What stands behind that line in the order of moment, kind and key. A day stands at its beginning."""
    if source.dated:
        day = japan_date(cursor.at)
        edge: Any = day if begin_of(day) == cursor.at else day + timedelta(days=1)
        meets = begin_of(day) == cursor.at
    else:
        edge, meets = cursor.at, True
    earlier = Q(happened__lt=edge)
    if not meets or source.kind < cursor.kind:
        return earlier
    if source.kind > cursor.kind:
        return earlier | Q(happened=edge)
    return earlier | Q(happened=edge, pk__lt=cursor.pk)


def read_cursor(text: str) -> Cursor | None:
    """As ``str`` wrote it; None for anything else."""
    at, _, rest = text.partition("~")
    kind, _, pk = rest.partition("~")
    if kind not in SOURCES or not (pk.isascii() and pk.isdigit() and len(pk) < 19):
        return None
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        return None
    return Cursor(moment, kind, int(pk)) if moment.tzinfo else None


def emails_of(people: Collection[MemberAccess], facts: Iterable[MembershipFact]) -> tuple[str, ...]:
    """The addresses that its people sign in with, and those that the list has had."""
    return tuple(sorted({one.user.email for one in people} | {fact.email for fact in facts if fact.email}))
