"""Taking up, giving away and laying aside: once, by whoever may, with a record; and whoever comes second is told."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sonae.apps.audit.models import AuditEntry
from sonae.apps.parties.models import User
from sonae.apps.work.models import SavedView, WorkNote, WorkStep
from sonae.apps.work.queue import Chosen
from sonae.apps.work.use_cases.assign_work import assign_work
from sonae.apps.work.use_cases.keep_view import MOST_VIEWS, NameMissing, TooManyViews, drop_view, keep_view
from sonae.apps.work.use_cases.rest_work import rest_work
from sonae.domain.staff_rights import SEEING
from tests import cast, clock
from tests.apps.work.open_work import consultation, queue_of
from tests.web.feeds_on_file import enter_feed

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(programme: object) -> cast.Cast:
    return cast.call_in()


@pytest.fixture
def colleague(people: cast.Cast) -> User:
    return cast.enter_staff("operator", "clerk")


def asked() -> tuple[str, str]:
    return "question", str(consultation("question").pk)


def assign(user: User, key: tuple[str, str], to: User | None, seen: int | None = None):  # type: ignore[no-untyped-def]
    now = clock.now()
    return assign_work(queue=queue_of(user), seen={key: seen}, assignee=to, actor=f"user:{user.pk}", now=now)


def test_taken_up_it_is_theirs_and_the_step_is_recorded(people: cast.Cast) -> None:
    clerk, key = people.staff["operator"], asked()
    assert assign(clerk, key, clerk).done == (key,)
    note, step = WorkNote.objects.get(), WorkStep.objects.get()
    assert (note.assignee, note.assigned_at, note.changed_by) == (clerk, clock.now(), f"user:{clerk.pk}")
    assert (step.act, step.assignee, step.actor, step.recorded_at) == (
        "assigned",
        clerk,
        f"user:{clerk.pk}",
        clock.now(),
    )
    entry = AuditEntry.objects.get(action="work.assigned")
    assert (entry.object_id, entry.detail) == (":".join(key), {"count": 1, "assignee": clerk.pk})
    (item,) = queue_of(clerk).page(Chosen(whose="mine")).items
    assert item.assignee_id == clerk.pk


def test_taken_up_twice_it_is_quiet(people: cast.Cast) -> None:
    clerk, key = people.staff["operator"], asked()
    assign(clerk, key, clerk)
    again = assign(clerk, key, clerk)  # the page was drawn before
    assert (again.done, again.same, again.lost, again.gone) == ((), (key,), (), ())
    assert assign(clerk, key, clerk, seen=clerk.pk).same == (key,)
    assert (WorkStep.objects.count(), AuditEntry.objects.filter(action="work.assigned").count()) == (1, 1)


def test_who_comes_second_is_told_and_changes_nothing(people: cast.Cast, colleague: User) -> None:
    clerk, key = people.staff["operator"], asked()
    assign(colleague, key, colleague)
    late = assign(clerk, key, clerk)
    assert (late.done, late.lost) == ((), (key,))
    assert WorkNote.objects.get().assignee == colleague
    assert WorkStep.objects.count() == 1


def test_whoever_has_seen_who_has_it_may_take_it_over_and_give_it_back(people: cast.Cast, colleague: User) -> None:
    clerk, key = people.staff["operator"], asked()
    assign(colleague, key, colleague)
    assert assign(clerk, key, clerk, seen=colleague.pk).done == (key,)
    assert assign(clerk, key, None, seen=clerk.pk).done == (key,)
    assert [step.act for step in WorkStep.objects.order_by("id")] == ["assigned", "assigned", "given_back"]
    assert queue_of(clerk).page(Chosen(whose="nobody")).items[0].key == key[1]


def test_given_back_where_nobody_has_it_nothing_is_written(people: cast.Cast) -> None:
    clerk, key = people.staff["operator"], asked()
    assert assign(clerk, key, None).same == (key,)
    assert not WorkNote.objects.exists()


def test_it_is_given_to_nobody_who_may_not_do_it(people: cast.Cast) -> None:
    clerk, key = people.staff["operator"], asked()
    handler, auditor = cast.enter_staff("operator", "claims_handler"), cast.enter_staff("operator", "auditor")
    feed = ("feed_checked", str(enter_feed().pk))
    assert assign(clerk, key, handler).done == (key,)  # who takes consultations, too
    assert assign(clerk, feed, handler).not_theirs == (feed,)
    assert assign(clerk, feed, auditor).not_theirs == (feed,)
    assert WorkNote.objects.count() == 1


def test_what_is_forged_not_seen_or_done_by_now_is_gone(people: cast.Cast) -> None:
    feed, insurer = ("feed_checked", str(enter_feed().pk)), people.staff["insurer"]
    for key in (feed, ("feed_checked", "999999"), ("nothing", "1"), ("question", "' OR true --")):
        done = assign(insurer, key, insurer)
        assert (done.done, done.gone) == ((), (key,))
    assert not WorkNote.objects.exists()


def test_an_auditor_sees_everything_and_takes_nothing(people: cast.Cast) -> None:
    key, auditor = asked(), cast.enter_staff("operator", "auditor")
    queue = queue_of(auditor, *SEEING)
    assert len(queue.page(Chosen()).items) == 1
    done = assign_work(queue=queue, seen={key: None}, assignee=auditor, actor="x", now=clock.now())
    assert (done.done, done.gone) == ((), (key,))
    assert rest_work(queue=queue, keys=[key], until=clock.later(days=1), actor="x", now=clock.now()).gone == (key,)


def test_what_rests_is_away_until_its_moment_and_then_back(people: cast.Cast) -> None:
    clerk, key = people.staff["operator"], asked()
    until = clock.later(days=1)
    done = rest_work(queue=queue_of(clerk), keys=[key], until=until, actor="user:1", now=clock.now())
    assert done.done == (key,)
    assert queue_of(clerk).page(Chosen()).items == ()
    (item,) = queue_of(clerk).page(Chosen(state="resting")).items
    assert item.rests_until == until
    with clock.at(until - timedelta(seconds=1)):
        assert queue_of(clerk).page(Chosen()).items == ()
    with clock.at(until):
        assert len(queue_of(clerk).page(Chosen()).items) == 1
    step = WorkStep.objects.get()
    assert (step.act, step.rests_until) == ("rested", until)


def test_laid_aside_twice_or_woken_without_resting_it_is_quiet(people: cast.Cast) -> None:
    clerk, key, until = people.staff["operator"], asked(), clock.later(days=1)
    for moment in (None, until, until, None, None):
        rest_work(queue=queue_of(clerk), keys=[key], until=moment, actor="user:1", now=clock.now())
    assert [step.act for step in WorkStep.objects.order_by("id")] == ["rested", "woken"]


def test_what_somebody_else_has_is_theirs_to_lay_aside(people: cast.Cast, colleague: User) -> None:
    clerk, key = people.staff["operator"], asked()
    assign(colleague, key, colleague)
    done = rest_work(queue=queue_of(clerk), keys=[key], until=clock.later(days=1), actor="x", now=clock.now())
    assert (done.done, done.others) == ((), (key,))
    mine = rest_work(queue=queue_of(colleague), keys=[key], until=clock.later(days=1), actor="x", now=clock.now())
    assert mine.done == (key,)


def test_many_are_taken_in_as_many_statements_as_one(people: cast.Cast, django_assert_max_num_queries: object) -> None:
    clerk, many = people.staff["operator"], [asked() for _ in range(40)]
    queue = queue_of(clerk)
    with django_assert_max_num_queries(8):  # type: ignore[operator]
        done = assign_work(queue=queue, seen=dict.fromkeys(many), assignee=clerk, actor="x", now=clock.now())
    assert len(done.done) == 40


def test_a_view_is_kept_replaced_and_dropped_by_its_owner_alone(people: cast.Cast, colleague: User) -> None:
    clerk = people.staff["operator"]
    view, is_new = keep_view(owner=clerk, name="  急ぎ\n ", chosen={"whose": "mine"}, is_shared=True, now=clock.now())
    assert (view.name, is_new) == ("急ぎ", True)
    _, again = keep_view(owner=clerk, name="急ぎ", chosen={"state": "overdue"}, is_shared=False, now=clock.now())
    assert not again
    view.refresh_from_db()
    assert (view.chosen, view.is_shared, SavedView.objects.count()) == ({"state": "overdue"}, False, 1)
    assert not drop_view(owner=colleague, view_id=view.pk, now=clock.now())
    assert drop_view(owner=clerk, view_id=view.pk, now=clock.now())
    assert not SavedView.objects.exists()
    assert list(AuditEntry.objects.filter(object_kind="saved_view").order_by("id").values_list("action", flat=True)) == [
        "view.kept", "view.kept", "view.dropped",
    ]  # fmt: skip


def test_a_view_without_a_name_and_one_too_many_are_not_kept(people: cast.Cast) -> None:
    clerk = people.staff["operator"]
    with pytest.raises(NameMissing):
        keep_view(owner=clerk, name=" \x00 ", chosen={}, is_shared=False, now=clock.now())
    for number in range(MOST_VIEWS):
        keep_view(owner=clerk, name=f"{number}", chosen={}, is_shared=False, now=clock.now())
    keep_view(owner=clerk, name="0", chosen={}, is_shared=True, now=clock.now())  # takes the place of one
    with pytest.raises(TooManyViews):
        keep_view(owner=clerk, name="one more", chosen={}, is_shared=False, now=clock.now())
