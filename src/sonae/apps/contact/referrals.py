"""Referrals as an organisation may see them: the operator all of them, the agency what was passed to it, and nobody else any."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from sonae.apps.contact.models import Consent, Consultation
from sonae.apps.contact.queries import find_withdrawal
from sonae.apps.contact.referral_models import ReferralStep, ThirdPartyProvision
from sonae.apps.contact.shown_texts import RECIPIENT
from sonae.domain.referral import OUTCOMES, State, Step, state_of
from sonae.domain.staff_rights import Party

AT_ONCE = 50
LONGEST_NUMBER = 20
TO_FIND_IT = ("firm", "name")  # of what was passed, what the agency needs to find what it has to delete


class Show(StrEnum):
    """Which referrals a list is of."""

    OPEN = "open"
    WAITING = "waiting"
    PASSED = "passed"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Referral:
    """One referral as an organisation may see it. ``consultation`` and ``consent`` are the operator's; the agency has neither."""

    pk: int  # by which lists go on
    number: str
    state: State
    consultation: Consultation | None
    consent: Consent | None
    provision: ThirdPartyProvision | None
    withdrawn_at: datetime | None
    steps: tuple[ReferralStep, ...]

    @property
    def passed(self) -> dict[str, Any]:
        """What the agency may still see of what it was given: after a withdrawal what it needs to find it, after that nothing."""
        if self.provision is None or self.state == State.DELETED:
            return {}
        kept: dict[str, Any] = self.provision.passed
        if self.state == State.TO_DELETE:
            return {field: kept[field] for field in TO_FIND_IT if field in kept}
        return kept


@dataclass(frozen=True, slots=True)
class Page:
    """Some referrals, the newest first; ``before`` is where the next page goes on, nothing on the last one."""

    rows: list[Referral]
    before: int | None


def list_referrals(*, party: Party, show: Show, before: int | None = None) -> Page:
    """The newest first."""
    found = _shown(party, show)
    if before is not None:
        found = found.filter(pk__lt=before)
    kept = list(found.order_by("-pk")[: AT_ONCE + 1])
    rows = _referrals(kept[:AT_ONCE])
    return Page(rows, rows[-1].pk if len(kept) > AT_ONCE else None)


def count_referrals(*, party: Party, show: Show) -> int:
    """How many there are."""
    return _shown(party, show).count()


def find_referral(*, party: Party, number: str) -> Referral | None:
    """None where there is none that this organisation may see."""
    if not number or len(number) > LONGEST_NUMBER or not number.isascii() or not number.isprintable():
        return None
    return next(iter(_referrals(_shown(party, Show.ALL).filter(number_here=number))), None)


def provision_state(provision: ThirdPartyProvision, steps: Sequence[ReferralStep]) -> State:
    """Where a referral stands that was passed; its consent comes with its withdrawal."""
    withdrawn = getattr(provision.consent, "withdrawal", None) is not None
    return state_of(passed=True, withdrawn=withdrawn, steps=[Step(one.kind) for one in steps])


def _shown(party: Party, show: Show) -> QuerySet[Any]:
    match party:
        case Party.OPERATOR:
            referrals: QuerySet[Any] = (
                Consultation.objects.filter(kind=Consultation.Kind.REFERRAL, consent__isnull=False)
                .select_related(
                    "product_version", "consent__spoken", "consent__withdrawal__spoken", "consent__provision"
                )
                .defer("product_version__files")
                .annotate(number_here=F("number"))
            )
            provision, withdrawal = "consent__provision", "consent__withdrawal"
        case Party.AGENCY:  # from the records of provision alone: nothing else of the consultation is even read
            referrals = (
                ThirdPartyProvision.objects.filter(recipient=RECIPIENT)
                .select_related("consent__withdrawal")
                .annotate(number_here=F("consent__consultation__number"))
            )
            provision, withdrawal = "pk", "consent__withdrawal"
        case _:
            return ThirdPartyProvision.objects.none().annotate(number_here=F("consent__consultation__number"))
    newest = ReferralStep.objects.filter(provision=OuterRef(provision)).order_by("-seq").values("kind")[:1]
    found: QuerySet[Any] = referrals.annotate(last=Subquery(newest)).filter(_which(show, provision, withdrawal))
    return found


def _which(show: Show, provision: str, withdrawal: str) -> Q:
    passed, withdrawn = Q(**{f"{provision}__isnull": False}), Q(**{f"{withdrawal}__isnull": False})
    answered, deleted = Q(last__in=OUTCOMES), Q(last=Step.DELETED)
    running = Q(last__isnull=True) | Q(last__in=(Step.TAKEN, Step.CONTACTED))
    match show:
        case Show.WAITING:
            return ~passed & ~withdrawn
        case Show.PASSED:
            return passed & ~withdrawn & running
        case Show.ANSWERED:
            return passed & ~withdrawn & answered
        case Show.WITHDRAWN:
            return withdrawn
        case Show.OPEN:
            to_delete = passed & withdrawn & (Q(last__isnull=True) | ~deleted)
            return (~passed & ~withdrawn) | (passed & ~withdrawn & running) | to_delete
        case Show.ALL:
            return Q()


def _referrals(found: Iterable[Any]) -> list[Referral]:
    kept = list(found)
    provisions = [_provision_of(one) for one in kept]
    steps: dict[int, list[ReferralStep]] = {}
    known = [one.pk for one in provisions if one is not None]
    for step in ReferralStep.objects.filter(provision__in=known).order_by("seq") if known else ():
        steps.setdefault(step.provision_id, []).append(step)
    return [_referral(one, provision, steps) for one, provision in zip(kept, provisions, strict=True)]


def _provision_of(found: Any) -> ThirdPartyProvision | None:
    if isinstance(found, ThirdPartyProvision):
        return found
    provision: ThirdPartyProvision | None = getattr(found.consent, "provision", None)
    return provision


def _referral(found: Any, provision: ThirdPartyProvision | None, steps: dict[int, list[ReferralStep]]) -> Referral:
    consultation = found if isinstance(found, Consultation) else None
    consent = provision.consent if consultation is None and provision is not None else found.consent
    withdrawal = find_withdrawal(consultation) if consultation else getattr(consent, "withdrawal", None)
    told = tuple(steps.get(provision.pk, ())) if provision else ()
    state = state_of(
        passed=provision is not None, withdrawn=withdrawal is not None, steps=[Step(one.kind) for one in told]
    )
    return Referral(
        pk=found.pk, number=found.number_here, state=state, consultation=consultation,
        consent=consent if consultation else None, provision=provision,
        withdrawn_at=withdrawal.withdrawn_at if withdrawal else None, steps=told,
    )  # fmt: skip
