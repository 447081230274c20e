"""Two people press at the same moment: one has the work, the other is told, and nobody waits for ever."""

from __future__ import annotations

from functools import partial

import pytest

from sonae.apps.parties.models import User
from sonae.apps.programmes.queries import current_product, published_versions
from sonae.apps.work.models import WorkNote, WorkStep
from sonae.apps.work.queue import Queue, Viewer
from sonae.apps.work.use_cases.assign_work import Assigned, WorkKey, assign_work
from sonae.domain.calendar import japan_date
from sonae.domain.staff_rights import Party, Position, rights_of
from tests import cast
from tests.apps.work.open_work import consultation
from tests.faults.races import at_once, wrong
from tests.faults.world import World

pytestmark = pytest.mark.faults
TIMES, PEOPLE = 8, 4


def take(world: World, user: User, keys: list[WorkKey]) -> Assigned:
    today = japan_date(world.now)
    rights = rights_of(party=Party.OPERATOR, positions=[Position.CLERK], registration=None, on=today)
    viewer = Viewer.of(user_id=user.pk, organisation_id=user.organisation_id, rights=rights)
    product = current_product(today, published_versions())
    queue = Queue(viewer, product.contact if product else None, world.now)
    return assign_work(queue=queue, seen=dict.fromkeys(keys), assignee=user, actor=f"user:{user.pk}", now=world.now)


def clerks() -> list[User]:
    return [cast.enter_staff("operator", "clerk", email=f"clerk{place}@operator.example") for place in range(PEOPLE)]


def test_each_piece_of_work_has_one_winner_and_the_others_are_told(world: World) -> None:
    people, given = clerks(), set()
    for _ in range(TIMES):
        keys = [("question", str(consultation("question").pk)) for _ in range(5)]
        # In different orders, as different pages would send them: nobody may wait for somebody who waits for them.
        came = at_once(
            *(partial(take, world, user, keys if place % 2 else keys[::-1]) for place, user in enumerate(people))
        )
        assert wrong(came) == []
        won = [key for one in came if isinstance(one, Assigned) for key in one.done]
        lost = [key for one in came if isinstance(one, Assigned) for key in one.lost]
        assert sorted(won) == sorted(keys)
        assert len(lost) == len(keys) * (PEOPLE - 1)
        assert WorkStep.objects.filter(key__in=[key for _, key in keys]).count() == len(keys)
        given |= {key for _, key in keys}
    assert WorkNote.objects.filter(kind="question", key__in=given).count() == TIMES * 5
