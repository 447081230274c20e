"""Keep a choice of filters under a name, or drop it again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from sonae.apps.audit.record import record
from sonae.apps.parties.models import User
from sonae.apps.work.models import LONGEST_VIEW_NAME, SavedView

MOST_VIEWS = 30  # of one person


class NameMissing(Exception):
    """A view that is kept needs a name."""


class TooManyViews(Exception):
    """A person who has so many doesn't find the right one any more."""


@transaction.atomic
def keep_view(
    *, owner: User, name: str, chosen: Mapping[str, str], is_shared: bool, now: datetime
) -> tuple[SavedView, bool]:
    """The view, and whether it is new; under a name that the person uses already it takes the place of that one.

    Raises NameMissing and TooManyViews.
    """
    said = "".join(sign for sign in " ".join(name.split()) if sign.isprintable())[:LONGEST_VIEW_NAME]
    if not said:
        raise NameMissing
    User.objects.select_for_update().get(pk=owner.pk)  # so that two at once don't pass the count together
    if SavedView.objects.filter(owner=owner).exclude(name=said).count() >= MOST_VIEWS:
        raise TooManyViews
    fields = {"chosen": dict(chosen), "is_shared": is_shared, "saved_at": now, "organisation_id": owner.organisation_id}
    view, is_new = SavedView.objects.update_or_create(owner=owner, name=said, defaults=fields)
    record(now=now, actor=f"user:{owner.pk}", action="view.kept", object_kind="saved_view", object_id=view.pk,
           shared=is_shared)  # fmt: skip
    return view, is_new


@transaction.atomic
def drop_view(*, owner: User, view_id: int, now: datetime) -> bool:
    """Whether there was such a view of this person."""
    dropped, _ = SavedView.objects.filter(owner=owner, pk=view_id).delete()
    if dropped:
        record(now=now, actor=f"user:{owner.pk}", action="view.dropped", object_kind="saved_view", object_id=view_id)
    return bool(dropped)
