"""/desk/work/item/: one open item with who was given it and when; for kinds without a page of their own, all that is known."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse

from sonae.apps.work.models import LONGEST_KEY, WorkStep
from sonae.apps.work.queries import list_steps
from sonae.domain.text import Text
from sonae.web.desk.access import for_staff
from sonae.web.desk.feed_words import actor_names
from sonae.web.desk.page import desk_page
from sonae.web.desk.queue_here import queue_of
from sonae.web.desk.work_rows import person_words, rows_of
from sonae.web.shared.access import not_there
from sonae.web.shared.context import programme_of

ACTS = {
    WorkStep.Act.ASSIGNED: Text("担当を決めました", "Given to"),
    WorkStep.Act.GIVEN_BACK: Text("担当を外しました", "Given back"),
    WorkStep.Act.RESTED: Text("休ませました", "Laid to rest"),
    WorkStep.Act.WOKEN: Text("列に戻しました", "Woken"),
}


@for_staff("GET")
def item(request: HttpRequest) -> HttpResponse:
    """What isn't open any more isn't there."""
    kind, key = request.GET.get("kind", "")[:20], request.GET.get("key", "")[:LONGEST_KEY]
    queue = queue_of(request)
    found = {} if "\0" in kind + key else queue.find([(kind, key)])
    if not found:
        raise not_there(request, "work", f"{kind}:{key}")
    (row,) = rows_of(list(found.values()), queue=queue, product=programme_of(request).current_product)
    steps = list_steps(kind=kind, key=key)
    names = actor_names(step.actor for step in steps)
    facts: dict[str, Any] = {
        "row": row,
        "steps": [
            (step, ACTS[WorkStep.Act(step.act)], names[step.actor], _to(step, queue.viewer.organisation_id))
            for step in steps
        ],
    }
    return desk_page(request, "desk/work/item.html", facts)


def _to(step: WorkStep, organisation_id: int | None) -> Text | None:
    return person_words(step.assignee, organisation_id) if step.assignee else None
