"""Who could take up work, which views are kept, what was done with an item, and what ran by itself."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q

from sonae.apps.membership.models import Feed, FreeCoverRun
from sonae.apps.parties.models import User
from sonae.apps.people.staff import list_staff_rights
from sonae.apps.renewal.models import RenewalRun
from sonae.apps.reporting.models import PayoutFile
from sonae.apps.work.models import SavedView, WorkStep
from sonae.domain.staff_rights import Right


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody of the same organisation, and what they may do."""

    user: User
    rights: frozenset[Right]


def list_colleagues(*, user: User, on: date) -> list[Colleague]:
    """Everybody else of the person's organisation who may sign in, by address."""
    people = list_staff_rights(organisation_id=user.organisation_id or 0, on=on)
    return [Colleague(one, rights) for one, rights in people if one.pk != user.pk]


def list_views(*, user: User) -> list[SavedView]:
    """The person's own by name, then those that colleagues share."""
    own = Q(owner=user) | Q(is_shared=True, organisation=user.organisation_id)
    views = SavedView.objects.filter(own).select_related("owner").order_by("name", "id")
    return sorted(views, key=lambda view: view.owner_id != user.pk)


def list_steps(*, kind: str, key: str) -> list[WorkStep]:
    """Who was given an item and how long it rested, the latest first."""
    return list(WorkStep.objects.filter(kind=kind, key=key).select_related("assignee").order_by("-id"))


@dataclass(frozen=True, slots=True)
class Ran:
    """Something that the system did: which of them, when, on what."""

    what: str  # "feed", "payout", "offers", "round"
    at: datetime
    row: Feed | PayoutFile | RenewalRun | FreeCoverRun


def list_what_ran(*, rights: Collection[Right]) -> list[Ran]:
    """The last of each kind that the person may know of, the latest first. Four statements at most."""
    ran = []
    if Right.SEE_FEEDS in rights:
        feed = Feed.objects.filter(state=Feed.State.APPLIED, applied_at__isnull=False).order_by("-applied_at").first()
        run = FreeCoverRun.objects.filter(state=FreeCoverRun.State.DONE).select_related("scheme_year", "end")
        offers = RenewalRun.objects.select_related("scheme_year").order_by("-started_at").first()
        ran += [
            *([Ran("feed", feed.applied_at, feed)] if feed and feed.applied_at else []),
            *(Ran("round", one.finished_at or one.started_at, one) for one in run.order_by("-finished_at")[:1]),
            *([Ran("offers", offers.finished_at or offers.started_at, offers)] if offers else []),
        ]
    if Right.SEE_MONEY in rights:
        file = PayoutFile.objects.order_by("-received_at").first()
        ran += [Ran("payout", file.received_at, file)] if file else []
    return sorted(ran, key=lambda one: one.at, reverse=True)
