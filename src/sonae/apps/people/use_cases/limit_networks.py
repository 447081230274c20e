"""From which networks an organisation's people open the desk: a supervisor says so, and never locks themselves out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from sonae.apps.audit.record import record
from sonae.apps.parties.models import Organisation, User
from sonae.apps.people.models import DeskNetwork
from sonae.apps.people.use_cases.manage_staff import lock_to_manage
from sonae.domain.networks import NamedNetwork, is_within


class OwnAddressOutside(Exception):
    """Whoever asks sits outside the networks that they name."""


@transaction.atomic
def limit_networks(*, by: User, networks: Sequence[NamedNetwork], own_address: str, now: datetime) -> None:
    """These and no others from now on; with none of them the desk opens from everywhere. Raises ``MayNotManage`` or
    ``OwnAddressOutside``."""
    organisation = lock_to_manage(by, now=now)
    if networks and not is_within(own_address, [one.cidr for one in networks]):
        raise OwnAddressOutside
    set_networks(organisation=organisation, networks=networks, actor=f"user:{by.pk}", now=now)


@transaction.atomic
def set_networks(*, organisation: Organisation, networks: Sequence[NamedNetwork], actor: str, now: datetime) -> bool:
    """What stands is ended, what is new is added, what stays is left as it is; whether anything changed."""
    wanted = {(one.cidr, one.label) for one in networks}
    standing = list(
        DeskNetwork.objects.select_for_update().filter(organisation=organisation, ended_at=None).order_by("id")
    )
    ended = [one for one in standing if (one.cidr, one.label) not in wanted]
    kept = {(one.cidr, one.label) for one in standing}
    added = [one for one in networks if (one.cidr, one.label) not in kept]
    if not ended and not added:
        return False
    DeskNetwork.objects.filter(pk__in=[one.pk for one in ended]).update(ended_at=now, ended_by=actor)
    DeskNetwork.objects.bulk_create(
        DeskNetwork(organisation=organisation, cidr=one.cidr, label=one.label, added_at=now, added_by=actor)
        for one in added
    )
    record(now=now, actor=actor, action="desk.networks_set", object_kind="organisation", object_id=organisation.code,
           before=", ".join(one.cidr for one in standing), after=", ".join(one.cidr for one in networks))  # fmt: skip
    return True
