"""Something is noted of a complaint: what was done, the answer, the cause, its end."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from django.db import IntegrityError, transaction

from sonae.apps.audit.record import record
from sonae.apps.contact.complaint_models import Complaint, ComplaintStep
from sonae.apps.contact.complaints import noted_of
from sonae.domain.calendar import japan_date
from sonae.domain.complaint import Noted, Step, next_steps, standing_of

NEEDS = {  # which words a step takes, and none may be empty
    Step.DONE: ("text",),
    Step.GRADED: ("text", "gravity"),
    Step.ANSWERED: ("text",),
    Step.CAUSE: ("text", "prevention"),
    Step.CLOSED: (),
    Step.REOPENED: ("text",),
}


class NotNow(Exception):
    """This can't follow where the complaint stands by now."""


class DayOutOfReach(Exception):
    """Before the complaint came in, or still to come."""


class WordsMissing(Exception):
    """A step without the words that it is about; ``field`` says which."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


@transaction.atomic
def note_complaint(
    *,
    complaint: Complaint,
    kind: Step,
    happened_on: date,
    words: Mapping[str, str],
    seen: int,
    actor: str,
    now: datetime,
) -> ComplaintStep:
    """The step. ``seen``: how many steps the person knew of; somebody else's in between makes it NotNow.

    Raises NotNow, DayOutOfReach and WordsMissing.
    """
    facts = {field: words.get(field, "").strip() for field in NEEDS[kind]}
    for field, said in facts.items():
        if not said or (field == "gravity" and said not in complaint.days):
            raise WordsMissing(field)
    steps = noted_of(complaint)
    facts_of_complaint = {
        "received_on": complaint.received_on, "gravity": complaint.gravity, "days": complaint.days
    }  # fmt: skip
    if len(steps) != seen or kind not in next_steps(standing_of(**facts_of_complaint, steps=steps)):
        raise NotNow
    if not complaint.received_on <= happened_on <= japan_date(now):
        raise DayOutOfReach
    after = standing_of(**facts_of_complaint, steps=[*steps, Noted(kind, happened_on, facts)])
    try:
        with transaction.atomic():
            step = ComplaintStep.objects.create(
                complaint=complaint, seq=seen + 1, kind=kind, happened_on=happened_on, facts=facts, state=after.state,
                gravity=after.gravity, due_on=after.due_on, actor=actor, recorded_at=now,
            )  # fmt: skip
    except IntegrityError as taken:  # somebody else was quicker
        raise NotNow from taken
    record(now=now, actor=actor, action=f"complaint.{kind}", object_kind="complaint", object_id=complaint.number)
    return step
