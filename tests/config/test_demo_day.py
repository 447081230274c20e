"""The demo's working day: plainly fictitious, brought about once however often the demo starts."""

from __future__ import annotations

import pytest

from sonae.apps.contact.complaint_models import Complaint
from sonae.apps.contact.complaints import Show, Wanted, list_complaints
from sonae.apps.contact.data_request_models import RegisteredRequest
from sonae.apps.contact.data_requests import Show as Shown
from sonae.apps.contact.data_requests import list_requests
from sonae.apps.contact.models import Consultation
from sonae.config.demo_day import DEMO_QUESTIONS, begin_working_day
from sonae.config.demo_members import seed_members
from sonae.domain.calendar import japan_date
from sonae.domain.complaint import State as ComplaintState
from sonae.domain.data_request import State
from sonae.domain.staff_rights import Party
from tests import clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def demo(programme: object) -> None:
    seed_members(now=clock.now())
    begin_working_day(now=clock.now())


def test_a_complaint_waits_for_its_answer_and_is_not_late(demo: None) -> None:
    (entry,), _ = list_complaints(party=Party.OPERATOR, wanted=Wanted(show=Show.OPEN), today=japan_date(clock.now()))
    assert (entry.standing.state, len(entry.steps)) == (ComplaintState.OPEN, 1)
    assert entry.standing.due_on > japan_date(clock.now())
    assert entry.complaint.complainant.startswith("見本")


def test_somebody_asks_what_is_held_about_them_and_is_to_be_proved(demo: None) -> None:
    (entry,), _ = list_requests(party=Party.OPERATOR, show=Shown.OPEN, today=japan_date(clock.now()))
    assert (entry.request.kind, entry.standing.state, entry.steps) == ("disclosure", State.TO_PROVE, ())
    assert entry.request.person.startswith("架空")


def test_a_demo_that_starts_again_adds_nothing(demo: None) -> None:
    begin_working_day(now=clock.later(days=1))
    assert [table.objects.count() for table in (Consultation, Complaint, RegisteredRequest)] == [
        len(DEMO_QUESTIONS), 1, 1,
    ]  # fmt: skip
