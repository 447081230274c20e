"""A case is opened at once and once; what happened in it is written down in order, and stays."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import DatabaseError, transaction

from sonae.apps.audit.models import AuditEntry
from sonae.apps.incidents.case_log import CaseStep, HappenedLater, standing_now, write_steps
from sonae.apps.incidents.models import Case, CaseEvent
from sonae.apps.incidents.use_cases.open_case import Report, open_case
from sonae.domain.incident.case import Channel, EventKind
from sonae.domain.incident.tracks import CaseState, NoSuchMove, Track
from tests import cast, clock
from tests.web.holdings import give_paid_cover

pytestmark = pytest.mark.django_db
REPORT = Report(kind="ransomware", way_in=Channel.TELEPHONE, told="朝から画面が開かない", telephone="03-0000-0000")


@pytest.fixture
def people(programme: object) -> cast.Cast:
    return cast.call_in()


def opened(people: cast.Cast, form_key: str = "form-1") -> tuple[Case, bool]:
    certificate = give_paid_cover(people.member, date(2025, 12, 1))
    return open_case(
        report=REPORT, form_key=form_key, member=people.member, certificate=certificate,
        version=certificate.scheme_year.product_version, actor="user:1", language="ja", now=clock.now(),
    )  # fmt: skip


def move(case: Case, to: CaseState, *, key: str, **when: int) -> bool:
    step = CaseStep(
        kind=EventKind.MOVED, track=Track.CASE, to_state=to, occurred_at=clock.later(**when) if when else None
    )
    return write_steps(case=case, steps=[step], key=key, actor="user:1", role="operator:clerk", now=clock.now())


def test_one_form_opens_one_case(people: cast.Cast) -> None:
    case, is_new = opened(people)
    again, is_new_again = open_case(
        report=REPORT, form_key="form-1", member=people.member, certificate=None, version=case.product_version,
        actor="user:1", language="ja", now=clock.now(),
    )  # fmt: skip
    assert (is_new, is_new_again, again) == (True, False, case)
    assert case.number.startswith("J2026-")
    assert AuditEntry.objects.filter(action="case.received", object_id=case.number).count() == 1


def test_moves_are_written_once_each_from_where_the_track_stands(people: cast.Cast) -> None:
    case, _ = opened(people)
    assert move(case, CaseState.TRIAGED, key="a")
    assert not move(case, CaseState.TRIAGED, key="a"), "the same form sent twice"
    assert move(case, CaseState.INCIDENT, key="b")
    assert [(one.seq, one.from_state, one.to_state) for one in case.events.order_by("seq")] == [
        (1, "received", "triaged"),
        (2, "triaged", "incident"),
    ]
    assert standing_now(case, Track.CASE).state == CaseState.INCIDENT
    assert standing_now(case, Track.REGULATORY).state == "assessing"


def test_what_the_table_does_not_know_is_refused_and_writes_nothing(people: cast.Cast) -> None:
    case, _ = opened(people)
    with pytest.raises(NoSuchMove), transaction.atomic():
        move(case, CaseState.CLOSED, key="a")
    with pytest.raises(HappenedLater), transaction.atomic():
        move(case, CaseState.TRIAGED, key="b", minutes=1)
    assert not CaseEvent.objects.filter(case=case).exists()


def test_the_database_refuses_to_change_what_happened(people: cast.Cast) -> None:
    case, _ = opened(people)
    move(case, CaseState.TRIAGED, key="a")
    for rows in (CaseEvent.objects.filter(case=case), Case.objects.filter(pk=case.pk)):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.delete()
    with pytest.raises(DatabaseError), transaction.atomic():
        CaseEvent.objects.filter(case=case).update(to_state="closed")
