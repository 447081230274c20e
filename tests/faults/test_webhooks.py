"""F8, F9, F10: messages that come often, in any order, late, never, or from somebody else."""

from __future__ import annotations

import itertools
import json
import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
import urllib3
from django.db import connection, transaction
from django.db.models import Count

from sonae.apps.audit.models import AuditEntry
from sonae.apps.billing.gateway import GatewayEvent, card_gateway
from sonae.apps.billing.models import GatewayMessage, Payment, PaymentStep
from sonae.apps.billing.payment_log import move
from sonae.apps.billing.use_cases.store_message import UnknownPayment, store_message
from sonae.integrations.sandbox_card.signature import HEADER, sign
from sonae.web.api import card_hooks
from tests.faults.books import read_processor
from tests.faults.gateways import Before, believing
from tests.faults.world import ACCOUNT, SECRET, World, all_at_once

pytestmark = pytest.mark.faults
http = urllib3.PoolManager(retries=False, maxsize=32)


def event(payment: Payment, kind: str = "payment.authorised", **changes: Any) -> dict[str, Any]:
    data = {"session_id": payment.session_id, "payment_id": "", "reference": payment.key, "yen": payment.charge_yen,
            "currency": "jpy"}  # fmt: skip
    told = {"id": f"evt_{payment.session_id}_{kind}", "type": kind, "account": ACCOUNT, "created": 1, "data": data}
    return told | changes


def post(site: str, body: bytes, header: str | None, *, gateway: str = "sandbox_card") -> int:
    headers = {"Content-Type": "application/json"} | ({} if header is None else {HEADER: header})
    return http.request("POST", f"{site}/hooks/card/{gateway}/", body=body, headers=headers).status


def send(site: str, told: dict[str, Any], at: datetime) -> int:
    body = json.dumps(told).encode()
    return post(site, body, sign(body=body, secret=SECRET, at=int(at.timestamp())))


def take_jobs(payment: Payment) -> int:
    """How many times the payment waits to be settled; what waits is taken off the list."""
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE procrastinate_jobs SET status = 'cancelled' WHERE status = 'todo'
               AND task_name = 'sonae.settle_payment' AND args ->> 'key' = %s RETURNING id""",
            [payment.key],
        )
        return len(cursor.fetchall())


def carry_out_jobs(world: World, payment: Payment) -> None:
    for _ in range(take_jobs(payment)):
        world.settle(payment, cause="webhook")


def real_events(world: World, payment: Payment) -> list[dict[str, Any]]:
    """What the processor itself wrote to us about the payment."""
    path = world.processor.journal / "journal.sqlite3"
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as journal:
        rows = journal.execute("SELECT body FROM events ORDER BY rowid").fetchall()
    told = [json.loads(body) for (body,) in rows]
    return [one for one in told if one["data"]["session_id"] == payment.session_id]


def test_an_event_that_comes_up_to_twenty_times_at_once_counts_once(world: World, site: str) -> None:
    """F8: fifty events, each between two and twenty times on as many connections."""
    for number in range(50):
        application, payment = world.authorised()
        (told,) = real_events(world, payment)
        copies = 2 + number % 19
        answers = all_at_once([lambda told=told: send(site, told, world.now)] * copies)
        assert answers == [200] * copies
        assert GatewayMessage.objects.filter(session_id=payment.session_id).count() == 1
        assert take_jobs(payment) == 1
        if number % 5 == 0:  # and if the jobs were doubled after all, at once
            all_at_once([lambda payment=payment: world.settle(payment, cause="webhook")] * 4)
        else:
            world.settle(payment, cause="webhook")
        assert world.states(application) == ("issued", "captured")
    assert world.books() == []


def test_a_message_is_stored_without_asking_the_processor_anything(
    world: World, site: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that it is thanked for at once, however slow the processor is; what it tells of is looked up by a job afterwards."""
    application, payment = world.authorised()

    def refuse(call: str, given: dict[str, Any]) -> None:
        raise AssertionError(f"{call} while the processor waits for its 2xx")

    watched = Before(card_gateway(), refuse)
    monkeypatch.setattr(card_hooks, "card_gateway", lambda: watched)
    (told,) = real_events(world, payment)
    assert send(site, told, world.now) == 200
    assert watched.calls == []
    carry_out_jobs(world, payment)
    assert world.states(application) == ("issued", "captured")


ORDERS = list(
    itertools.permutations(("payment.declined", "payment.authorised", "payment.captured", "payment.disputed"))
)


Order = tuple[str, ...]


def ends_of(orders: list[Order], world: World, site: str) -> list[tuple[tuple[str, str], Order]]:
    """For each order: where application and payment stand at the end, and the steps of the payment. Each message is acted upon
    before the next comes."""
    ends = []
    for order in orders:
        application = world.application(risk=("other_services", 5_000_000, "P100"))
        payment = world.begin(application)
        world.pay(payment, "4000000000000002")
        world.pay(payment)
        for kind in order:
            assert send(site, event(payment, kind), world.now) == 200
            carry_out_jobs(world, payment)
        steps = PaymentStep.objects.filter(payment=payment).order_by("id").values_list("to_state", flat=True)
        ends.append((world.states(application), tuple(steps)))
    return ends


def test_every_order_of_four_events_ends_the_same(world: World, site: str) -> None:
    """F9: all 24 orders."""
    ends = ends_of(ORDERS, world, site)
    assert len(ORDERS) == 24
    assert set(ends) == {(("issued", "captured"), ("created", "open", "capturing", "captured"))}
    assert world.books() == []


def test_a_message_that_is_believed_ends_by_the_order_in_which_it_came(world: World, site: str) -> None:
    """The guard off: the message that came last is acted upon, the payment isn't read afresh. Where "captured" or "disputed"
    overtakes "authorised", a charge is owed back that was never made, and the hold stays."""
    world.gateway = believing(world.gateway)  # type: ignore[assignment]
    orders = [order[1:] for order in ORDERS if order[0] == "payment.declined"]
    issued = (("issued", "captured"), ("created", "open", "capturing", "captured"))
    owed = (("closed", "captured"), ("created", "open", "captured"))
    expected = [issued if order[0] == "payment.authorised" else owed for order in orders]
    assert ends_of(orders, world, site) == expected
    assert (expected.count(issued), expected.count(owed)) == (2, 4)
    findings = world.books()
    assert sum("a refund is owed and not made" in finding for finding in findings) == 4
    assert [
        read_processor(world.processor.journal)[f"enrol:{public_id}:1"].state for public_id in world.applications
    ] == ["captured" if end == issued else "authorised" for end in expected]


@pytest.mark.parametrize("kind", sorted({kind for order in ORDERS for kind in order}))
def test_a_message_three_days_late_changes_nothing_any_more(world: World, site: str, kind: str) -> None:
    for _ in range(3):
        application, payment = world.authorised()
        world.heal(minutes=2)
        steps = payment.steps.count()
        world.pass_time(days=3)
        assert send(site, event(payment, kind), world.now) == 200
        carry_out_jobs(world, payment)
        world.heal(minutes=2)
        assert world.states(application) == ("issued", "captured")
        assert payment.steps.count() == steps
    assert world.books() == []


def set_the_state_it_names(payment: Payment, kind: str, world: World) -> None:
    """The naive rule: a message is the payment's state, whenever it comes."""
    named = {"payment.authorised": Payment.State.CAPTURING, "payment.captured": Payment.State.CAPTURED}[kind]
    with transaction.atomic():
        move(Payment.objects.select_for_update().get(pk=payment.pk), named, cause="webhook", now=world.now)


def test_a_message_that_sets_the_state_it_names_gives_the_money_back_and_leaves_the_cover(
    world: World, site: str
) -> None:
    """States that go back. The next round finds a charge, cover that stands in its way, and pays the premium back."""
    application, payment = world.authorised()
    world.heal(minutes=2)
    assert world.books() == []
    world.pass_time(days=3)
    assert send(site, event(payment), world.now) == 200
    set_the_state_it_names(payment, "payment.authorised", world)
    assert world.states(application) == ("issued", "capturing")
    world.heal(minutes=2)
    assert world.states(application) == ("issued", "captured")
    assert read_processor(world.processor.journal)[payment.key].refunded == [payment.charge_yen]
    assert any("0 charges kept, 1 certificates" in finding for finding in world.books())


def test_a_message_that_never_comes_is_not_missed(world: World) -> None:
    """The member pays and closes the browser; within a quarter of an hour the rounds have found it."""
    applications = [world.authorised()[0] for _ in range(5)]
    world.heal()
    assert {world.states(application) for application in applications} == {("issued", "captured")}
    assert world.books() == []


def test_a_message_that_overtakes_our_own_commit_is_asked_for_again(world: World, site: str) -> None:
    """Nothing is stored under 404, so the processor's next try finds the payment."""
    application, payment = world.authorised()
    Payment.objects.filter(pk=payment.pk).update(session_id="")
    assert send(site, event(payment), world.now) == 404
    Payment.objects.filter(pk=payment.pk).update(session_id=payment.session_id)
    assert send(site, event(payment), world.now) == 200
    carry_out_jobs(world, payment)
    assert world.states(application) == ("issued", "captured")


def test_a_message_about_an_id_we_have_not_met_finds_the_payment_by_our_reference(world: World) -> None:
    """Unless the page isn't known yet: then the processor's next try finds it."""
    payment = world.begin(world.application())
    told = GatewayEvent("evt_ref", "payment.declined", "", "pi_never_met", reference=payment.key)
    Payment.objects.filter(pk=payment.pk).update(session_id="")
    with pytest.raises(UnknownPayment):
        store_message(gateway=payment.gateway, event=told, now=world.now)
    Payment.objects.filter(pk=payment.pk).update(session_id=payment.session_id)
    assert store_message(gateway=payment.gateway, event=told, now=world.now)
    assert take_jobs(payment) == 1


def forgeries(payment: Payment, now: datetime) -> dict[str, tuple[bytes, str | None, str]]:
    """Body, header, gateway of each."""
    told = event(payment, "payment.captured")
    body = json.dumps(told).encode()
    at = int(now.timestamp())
    good = sign(body=body, secret=SECRET, at=at)

    def signed(changed: dict[str, Any]) -> tuple[bytes, str]:
        other = json.dumps(changed).encode()
        return other, sign(body=other, secret=SECRET, at=at)

    sum_changed = body.replace(str(payment.charge_yen).encode(), b"1")
    unknown = told | {"data": told["data"] | {"session_id": "ses_of_nobody", "reference": "enrol:nobody:1"}}
    old = int((now - timedelta(seconds=301)).timestamp())
    return {
        "another secret": (body, sign(body=body, secret="whsec_guess", at=at), "sandbox_card"),
        "old time": (body, sign(body=body, secret=SECRET, at=old), "sandbox_card"),
        "replayed with a new time": (body, good.replace(f"t={at}", f"t={at + 1}"), "sandbox_card"),
        "another account": (*signed(told | {"account": "acct_other"}), "sandbox_card"),
        "scheme v0": (body, good.replace("v1=", "v0="), "sandbox_card"),
        "body altered": (body + b" ", good, "sandbox_card"),
        "no header": (body, None, "sandbox_card"),
        "empty header": (body, "", "sandbox_card"),
        "sum changed": (sum_changed, good, "sandbox_card"),
        "currency changed": (body.replace(b"jpy", b"usd"), good, "sandbox_card"),
        "unknown payment": (*signed(unknown), "sandbox_card"),
        "another processor": (body, good, "stripe"),
        "no JSON": (b"\xff\xfe{", sign(body=b"\xff\xfe{", secret=SECRET, at=at), "sandbox_card"),
        "unknown kind": (*signed(told | {"type": "payment.made_up"}), "sandbox_card"),
        "far too large": (b"x" * 300_000, good, "sandbox_card"),
    }


CASES = (
    "another secret", "old time", "replayed with a new time", "another account", "scheme v0", "body altered", "no header",
    "empty header", "sum changed", "currency changed", "unknown payment", "another processor", "no JSON", "unknown kind",
    "far too large",
)  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_forged_message_is_refused_leaves_one_line_and_changes_nothing(world: World, site: str, case: str) -> None:
    """F10."""
    application, payment = world.authorised()
    told = forgeries(payment, world.now)
    assert set(told) == set(CASES)
    body, header, gateway = told[case]
    lines = AuditEntry.objects.filter(object_kind="webhook").count()
    assert 400 <= post(site, body, header, gateway=gateway) < 500
    assert AuditEntry.objects.filter(object_kind="webhook").count() == lines + 1
    assert not GatewayMessage.objects.filter(session_id=payment.session_id).exists()
    assert take_jobs(payment) == 0
    assert world.states(application) == ("paying", "open")


def lines_of_a_flood(world: World, site: str, *, sender: str, times: int) -> list[tuple[str, int]]:
    """What the audit log says, and how often, of so many forged messages from one address. Each of them is refused."""
    _, payment = world.authorised()
    body, header, _ = forgeries(payment, world.now)["another secret"]
    last = AuditEntry.objects.order_by("id").values_list("id", flat=True).last() or 0
    with urllib3.PoolManager(retries=False, source_address=(sender, 0)) as flood:
        headers = {"Content-Type": "application/json", HEADER: str(header)}
        answers = [
            flood.request("POST", f"{site}/hooks/card/sandbox_card/", body=body, headers=headers).status
            for _ in range(times)
        ]
    assert answers == [400] * times
    written = AuditEntry.objects.filter(pk__gt=last, object_kind="webhook").order_by("action")
    return [(row["action"], row["lines"]) for row in written.values("action").annotate(lines=Count("pk"))]


def test_a_flood_of_forged_messages_is_refused_and_writes_sixty_lines_an_hour_and_one_that_there_were_more(
    world: World, site: str
) -> None:
    flood = partial(lines_of_a_flood, world, site)
    assert flood(sender="127.0.0.2", times=70) == [("webhook.more_refused", 1), ("webhook.refused", 60)]
    assert flood(sender="127.0.0.2", times=3) == []
    assert flood(sender="127.0.0.3", times=3) == [("webhook.refused", 3)]
    world.pass_time(hours=1)
    assert flood(sender="127.0.0.2", times=3) == [("webhook.refused", 3)]


def test_without_counting_a_flood_of_forged_messages_writes_as_many_lines(
    world: World, site: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(card_hooks, "allow", lambda **_: True)
    assert lines_of_a_flood(world, site, sender="127.0.0.4", times=70) == [("webhook.refused", 70)]


def test_the_same_message_unforged_is_stored(world: World, site: str) -> None:
    """The control of the cases above."""
    _, payment = world.authorised()
    assert send(site, event(payment, "payment.captured"), world.now) == 200
    assert take_jobs(payment) == 1


def test_a_true_message_about_a_sum_that_was_not_taken_captures_nothing_by_itself(world: World, site: str) -> None:
    """Only where to look is believed, even of the processor: the payment is read afresh."""
    application = world.application()
    payment = world.begin(application)
    assert send(site, event(payment, "payment.captured"), world.now) == 200
    carry_out_jobs(world, payment)
    assert world.states(application) == ("paying", "open")
    assert world.books(settled=False) == []
