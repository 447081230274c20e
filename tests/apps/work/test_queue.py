"""What is open is what the tables say, each kind seen by those who hold its right, in the order in which it is due."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from typing import get_args

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sonae.apps.audit.models import SecondLook
from sonae.apps.billing.models import Payment
from sonae.apps.contact.window import answer_expected
from sonae.apps.people.models import StaffPosition
from sonae.apps.reporting.payout_items import list_payout_items, open_items
from sonae.apps.reporting.use_cases.decide_payout_item import decide_payout_item
from sonae.apps.work.queue import Chosen, KindCount, Queue, Sort
from sonae.apps.work.use_cases.assign_work import assign_work
from sonae.apps.work.use_cases.rest_work import rest_work
from sonae.domain.calendar import JAPAN
from sonae.domain.staff_rights import SEEING, Party, Right, rights_of
from sonae.domain.work import RULES, WorkKind
from sonae.domain.work_clock import due_after
from tests import cast, clock
from tests.apps.work.open_work import (
    ENTER,
    FINISH,
    act_on,
    conflict,
    consultation,
    counted_apart,
    data_request,
    queue_of,
    receivable,
    registration,
    second_look,
    write_off,
)
from tests.web.holdings import tell
from tests.web.money_on_file import close_november, enter_month

pytestmark = pytest.mark.django_db
EVERYTHING = tuple(Right)


@pytest.fixture
def people(programme: object) -> cast.Cast:
    return cast.call_in()


def of(queue: Queue, kind: WorkKind) -> KindCount:
    return next((one for one in queue.counts() if one.kind == kind), KindCount(kind))


def whole(people: cast.Cast) -> Queue:
    return queue_of(people.staff["operator"], *EVERYTHING)


@pytest.mark.parametrize("kind", ENTER)
def test_it_is_open_while_its_own_table_says_so(people: cast.Cast, kind: WorkKind) -> None:
    before = {one.kind: one.open for one in whole(people).counts()}
    made = ENTER[kind]()
    queue = whole(people)
    assert {one.kind for one in queue.counts() if one.open != before.get(one.kind, 0)} == {kind}
    (item,) = queue.page(Chosen(kind=kind)).items
    assert (item.kind, item.key) == (kind, str(made.pk))
    if kind in FINISH:
        FINISH[kind](made.pk)
        assert whole(people).page(Chosen(kind=kind)).items == ()


def test_every_kind_but_the_two_that_are_judged_can_be_entered_here() -> None:
    assert set(WorkKind) - set(ENTER) == {WorkKind.PAYOUT_ITEM, WorkKind.MONTH}


def test_a_payout_item_waits_until_somebody_closes_it(people: cast.Cast) -> None:
    enter_month()
    with clock.at(clock.later(minutes=1)):  # by then our own side of it is known
        _one_payout_item(people)


def _one_payout_item(people: cast.Cast) -> None:
    (item,) = open_items(list_payout_items(now=clock.now()))
    (shown,) = whole(people).page(Chosen(kind=WorkKind.PAYOUT_ITEM)).items
    assert (shown.key, shown.detail["verdict"], shown.detail["yen"]) == (item.key, "surplus", 5_000)
    assert shown.since == clock.now() - timedelta(minutes=61)  # when the file came
    decide_payout_item(item=item.key, closed=True, reason="x", actor="user:1", now=clock.now())
    assert of(whole(people), WorkKind.PAYOUT_ITEM).open == 0


def test_a_charge_that_no_payout_names_waits_once_its_days_are_over(people: cast.Cast) -> None:
    enter_month()
    with clock.at(clock.later(days=20)):
        items = whole(people).page(Chosen(kind=WorkKind.PAYOUT_ITEM)).items
    missing = [(item.detail["yen"], item.since) for item in items if item.detail["verdict"] == "missing"]
    assert missing == [
        (-72_080, datetime(2026, 12, 9, tzinfo=JAPAN))
    ]  # charged on 24 November, fourteen days later it is due


def test_a_month_waits_from_its_end_until_it_is_closed(people: cast.Cast) -> None:
    enter_month()
    assert of(whole(people), WorkKind.MONTH).open == 0
    with clock.at(datetime(2027, 1, 4, 10, tzinfo=JAPAN)):
        items = whole(people).page(Chosen(kind=WorkKind.MONTH)).items
        assert [item.key for item in items] == ["2026-11", "2026-12"]
        assert items[0].since == datetime(2026, 12, 1, tzinfo=JAPAN)
        assert items[0].due_at == datetime(
            2026, 12, 8, 17, tzinfo=JAPAN
        )  # 1 December is seen that day; five days later
        close_november()
        assert [item.key for item in whole(people).page(Chosen(kind=WorkKind.MONTH)).items] == ["2026-12"]


def test_of_a_receivable_what_is_given_up_in_part_still_waits(people: cast.Cast) -> None:
    owed = receivable()
    write_off("done", owed, 9_000)
    (item,) = whole(people).page(Chosen(kind=WorkKind.RECEIVABLE)).items
    assert item.detail["yen"] == 15_000


def test_another_field_recorded_meanwhile_is_no_conflict(people: cast.Cast) -> None:
    asked = conflict()
    asked.patch = {"insured.name": "新しい名"}
    asked.save(update_fields=["patch"])
    assert of(whole(people), WorkKind.CONFLICT).open == 0
    act_on(asked.certificate, 3, {"insured": {"name": "別の名"}})
    assert of(whole(people), WorkKind.CONFLICT).open == 1


def test_a_correction_of_which_one_field_is_still_wrong_waits(people: cast.Cast) -> None:
    asked = data_request(email="new@sample.example", name="新商会")
    with clock.at(clock.later(minutes=1)):
        tell(asked.member, "changed", date(2026, 11, 1), email="new@sample.example")
    assert of(whole(people), WorkKind.CORRECTION).open == 1


@pytest.mark.parametrize(
    ("last_day", "shown"), [(date(2027, 1, 23), 1), (date(2027, 1, 24), 0), (date(2026, 11, 1), 1)]
)
def test_a_registration_waits_in_its_last_sixty_days_and_after(people: cast.Cast, last_day: date, shown: int) -> None:
    registration(last_day)
    assert of(whole(people), WorkKind.REGISTRATION).open == shown


def test_a_registration_that_was_renewed_or_whose_holder_solicits_no_more_waits_for_nobody(people: cast.Cast) -> None:
    old = registration()
    old.pk, old.last_day, old.recorded_at = None, date(2029, 3, 31), clock.later(minutes=1)
    old.save()
    other = registration()
    StaffPosition.objects.filter(user=other.user).update(ended_at=clock.now())
    assert of(whole(people), WorkKind.REGISTRATION).open == 0


def test_each_organisation_sees_its_own_registrations_and_an_auditor_all(people: cast.Cast) -> None:
    registration(party="operator"), registration(party="agency")
    for role in ("operator", "agency"):
        (item,) = queue_of(people.staff[role], Right.SEE_STAFF).page(Chosen()).items
        assert item.about.endswith(f"@{role}.example")
    auditor = queue_of(people.staff["insurer"], *SEEING)
    assert of(auditor, WorkKind.REGISTRATION).open == 2


def test_a_second_look_is_seen_by_whoever_may_agree_to_it(people: cast.Cast, settings: object) -> None:
    settings.SONAE_SECOND_LOOK_RIGHTS = {"product.publish": ("see_product", "publish_product")}  # type: ignore[attr-defined]
    second_look("product.publish"), second_look("something.else")
    actuary = queue_of(people.staff["insurer"], Right.SEE_PRODUCT, Right.PUBLISH_PRODUCT)
    (item,) = actuary.page(Chosen()).items
    assert (item.detail["kind"], item.to_act) == ("product.publish", Right.PUBLISH_PRODUCT)
    head = queue_of(people.staff["operator"], Right.SEE_AUDIT, Right.MANAGE_STAFF)
    assert [one.detail["kind"] for one in head.page(Chosen()).items] == ["something.else"]


@pytest.mark.parametrize("party", Party)
def test_everybody_sees_the_kinds_of_their_rights_and_no_others(people: cast.Cast, party: Party) -> None:
    for enter in ENTER.values():
        enter()
    everything = queue_of(people.staff[Party.OPERATOR], *Right).page(Chosen(), most=100).items
    assert {item.kind for item in everything} == ENTER.keys()
    every_key = [(item.kind.value, item.key) for item in everything]
    for positions in (["clerk"], ["supervisor"], ["claims_handler"], ["actuary"], ["auditor"]):
        rights = rights_of(party=party, positions=positions, registration=None, on=clock.now().date())  # type: ignore[arg-type]
        queue = queue_of(people.staff[party], *rights)
        shown = {item.kind for item in queue.page(Chosen(), most=100).items}
        own_registration = party == Party.OPERATOR or "auditor" in positions
        may = {kind for kind in ENTER if RULES[kind].to_see in rights}
        assert shown == may - (set() if own_registration else {WorkKind.REGISTRATION})
        assert {one.kind for one in queue.counts() if one.every} == shown
        assert {item.kind for item in queue.find(every_key).values()} == shown


def test_nothing_of_a_kind_is_asked_of_the_database_that_the_viewer_may_not_see(people: cast.Cast) -> None:
    queue = queue_of(people.staff["insurer"])
    with CaptureQueriesContext(connection) as asked:
        queue.counts()
    sent = " ".join(one["sql"] for one in asked.captured_queries)
    assert "contact_consultation" not in sent
    assert "billing_payment" not in sent


@pytest.mark.parametrize("hours", [0, 3, 6, 7, 8, 24, 60, 95, 24 * 9])
def test_the_database_counts_working_days_as_the_promise_to_whoever_asked(people: cast.Cast, hours: int) -> None:
    received = clock.now() - timedelta(hours=hours, minutes=7)
    consultation("question", received_at=received)
    queue = whole(people)
    (item,) = queue.page(Chosen(kind=WorkKind.QUESTION)).items
    assert queue.contact is not None
    assert item.due_at == answer_expected(queue.contact, received)


@pytest.mark.parametrize("kind", [kind for kind in ENTER if RULES[kind].working_days is not None])
def test_it_is_due_the_working_days_of_its_kind_after_it_came_up(people: cast.Cast, kind: WorkKind) -> None:
    ENTER[kind]()
    queue = whole(people)
    (item,) = queue.page(Chosen(kind=kind)).items
    assert item.due_at == due_after(queue.closes, item.since, RULES[kind].working_days or 0)


def test_what_is_older_than_any_day_we_know_is_overdue_and_first(people: cast.Cast) -> None:
    consultation("question", received_at=clock.now() - timedelta(days=3_000))
    consultation("question", received_at=clock.now() - timedelta(days=30))
    first, second = whole(people).page(Chosen(state="overdue")).items
    assert first.since < second.since
    assert first.due_at < second.due_at < clock.now()


def test_without_a_product_everything_is_due_at_once(people: cast.Cast) -> None:
    consultation("question")
    queue = Queue(whole(people).viewer, None, clock.now())
    (item,) = queue.page(Chosen()).items
    assert item.due_at == item.since


def test_pages_go_on_where_the_last_one_ended_in_each_order(people: cast.Cast) -> None:
    for place in range(23):
        consultation("question" if place % 3 else "callback", received_at=clock.now() - timedelta(minutes=place // 2))
    queue = whole(people)
    for sort in get_args(Sort):
        chosen = Chosen(sort=sort)
        everything = [item.place for item in queue.page(chosen, most=100).items]
        found, after = [], None
        while True:
            page = queue.page(chosen, after=after, most=5)
            found += [item.place for item in page.items]
            if not page.has_more:
                break
            after = page.items[-1].place
        assert found == everything
        assert len(set(found)) == 23
    oldest = [item.since for item in queue.page(Chosen(sort="oldest"), most=100).items]
    newest = [item.since for item in queue.page(Chosen(sort="newest"), most=100).items]
    assert oldest == sorted(oldest)
    assert newest == sorted(newest, reverse=True)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("例示園芸", 1), ("れいじしょうかい", 1), ("レイジショウカイ", 1), ("90000001", 1), ("9000", 1), ("入れますか", 1),
        ("%", 0), ("_", 0), ("\\", 0), ("まったく違う", 0), ("' OR 1=1 --", 0),
    ],
)  # fmt: skip
def test_words_are_found_in_names_readings_numbers_and_what_was_said(people: cast.Cast, words: str, found: int) -> None:
    consultation("question")
    member = cast.enter_member("90000001", "basic", "例示商会", kana="レイジショウカイ")
    Payment.objects.create(
        key="k", purpose="p", member=member, charge_yen=1, gateway="memory", state="person", session_id="s",
        created_at=clock.now(), changed_at=clock.now(),
    )  # fmt: skip
    assert len(whole(people).page(Chosen(words=words)).items) == found


def test_the_queue_is_read_in_as_many_statements_for_much_as_for_little(people: cast.Cast) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as asked:
            whole(people).counts()
            whole(people).page(Chosen())
        return len(asked.captured_queries)

    ENTER[WorkKind.QUESTION]()
    statements()
    little = statements()
    for _ in range(3):
        for enter in ENTER.values():
            enter()
    statements()
    assert statements() == little


@pytest.mark.parametrize("seed", range(4))
def test_the_counts_are_those_of_the_sources_whatever_is_done_in_whatever_order(people: cast.Cast, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  # the same days every time
    staff = [people.staff["operator"], cast.enter_staff("operator", "supervisor")]
    SecondLook.objects.all().delete()
    for _ in range(45):
        queue = queue_of(chance.choice(staff), *EVERYTHING)
        items = queue.page(Chosen(state=chance.choice(["open", "resting"])), most=100).items
        match chance.choice(["enter", "enter", "finish", "assign", "rest", "wake"]):
            case "enter":
                ENTER[chance.choice(list(ENTER))]()
            case "finish" if items:
                item = chance.choice(items)
                if item.kind in FINISH:
                    FINISH[item.kind](int(item.key))
            case "assign" if items:
                chosen = chance.sample(items, min(len(items), 3))
                seen = {(one.kind.value, one.key): chance.choice([one.assignee_id, None]) for one in chosen}
                assignee = chance.choice([*staff, None])
                assign_work(queue=queue, seen=seen, assignee=assignee, actor="user:1", now=clock.now())
            case "rest" | "wake" as act if items:
                keys = {(one.kind.value, one.key) for one in chance.sample(items, min(len(items), 3))}
                until = clock.later(days=chance.randrange(1, 5)) if act == "rest" else None
                rest_work(queue=queue, keys=keys, until=until, actor="user:1", now=clock.now())
        _check_counts(queue_of(staff[0], *EVERYTHING))


def _check_counts(queue: Queue) -> None:
    counts = {one.kind: one for one in queue.counts()}
    apart = {kind: count for kind, count in counted_apart().items() if count}
    assert {kind: one.every for kind, one in counts.items() if one.every} == apart
    listed = queue.page(Chosen(), most=1_000).items
    resting = queue.page(Chosen(state="resting"), most=1_000).items
    for kind, one in counts.items():
        mine = [item for item in listed if item.kind == kind]
        assert one.open == len(mine)
        assert one.resting == sum(item.kind == kind for item in resting)
        assert one.open + one.resting == one.every
        assert one.mine == sum(item.assignee_id == queue.viewer.user_id for item in mine)
        assert one.nobodys == sum(item.assignee_id is None for item in mine)
        assert one.overdue == sum(item.due_at < queue.now for item in mine)
