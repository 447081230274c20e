"""F1: kill -9 before and after every commit, every call to the processor and every mail, from the first step to the paper.

Nobody does anything afterwards but what people do by themselves; the books must come out. The points are found by walking each
way once unharmed, and those with a name are read from the source too: one that no way passes fails here.
"""

from __future__ import annotations

import ast
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import sonae
from sonae.apps.audit.models import AuditEntry
from sonae.apps.billing.models import GatewayMessage, Payment
from sonae.apps.billing.use_cases.leave_payment import leave_payment
from sonae.apps.certificates.models import Certificate
from sonae.apps.documents.models import OutboxMessage, Paper, PaperFile
from sonae.apps.documents.outbox import send_due_mails
from sonae.apps.enrolment.models import Application
from sonae.apps.parties.models import MembershipFact
from tests.faults.acts import STEPS
from tests.faults.children import Zygote
from tests.faults.world import World

pytestmark = pytest.mark.faults
APPS = Path(sonae.__file__).parent / "apps"
TIMES = max(3, int(os.environ.get("SONAE_SOAK_ROUNDS", "0")))  # `make soak` raises it
FOR_ALL_MEMBERS = {"membership", "renewal", "letters"}
MAIL_ROUNDS = 60  # at most; each sends fifty, and other tests leave mails behind, too


def points_in_source() -> set[str]:
    """Every name handed to ``reached``. A name that isn't written out can't be killed at, so it is refused.

    What is done for all members at once has its points in apps of its own and its kills in files of their own.
    """
    return points_in(file for file in APPS.rglob("*.py") if not FOR_ALL_MEMBERS & set(file.parts))


def points_in(files: Iterable[Path]) -> set[str]:
    found: set[str] = set()
    for file in files:
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "reached":
                (name,) = node.args
                assert isinstance(name, ast.Constant), f"{file}: a point needs its name written out"
                found.add(str(name.value))
    return found


@pytest.fixture(scope="module")
def zygote(fault_database: str, processor: Any) -> Iterator[Zygote]:
    with Zygote(database=fault_database, processor=processor.server.url) as warm:
        yield warm


@dataclass(frozen=True)
class Way:
    """One way through: how far to go beforehand, the act in which the process may die, what must have come of it in the end,
    the named points that it passes, and how things stand if nothing was written down and nobody came again."""

    act: str
    prepare: Callable[[World], tuple[Application, object]]
    end: tuple[str, str]
    passes: frozenset[str]
    untouched: tuple[str, str] | None = None


def to_pay(world: World) -> tuple[Application, object]:
    application = world.application()
    return application, application.pk


def authorised(world: World) -> tuple[Application, object]:
    application, payment = world.authorised()
    return application, payment.key


def authorised_again(world: World) -> tuple[Application, object]:
    application, _ = world.authorised()
    return application, application.pk


def told_by_webhook(world: World) -> tuple[Application, object]:
    application, payment = world.authorised()
    return application, {
        "event_id": f"evt_{payment.session_id}",
        "kind": "payment.authorised",
        "session_id": payment.session_id,
        "payment_id": "",
    }


def on_the_page(world: World) -> tuple[Application, object]:
    application = world.application()
    return application, world.begin(application).key


def no_longer_acceptable(world: World) -> tuple[Application, object]:
    application, payment = world.authorised()
    world.tell(application.member, MembershipFact.Kind.LEFT, on=world.now.date())
    return application, payment.key


def charged_in_vain(world: World) -> tuple[Application, object]:
    """Charged at the processor behind our back, while our payment still stands at "open"."""
    application, payment = world.authorised()
    held = world.gateway.read_payment(session_id=payment.session_id)
    world.gateway.capture(payment_id=held.payment_id, charge_yen=payment.charge_yen, key=f"foreign:{payment.key}")
    return application, payment.key


def refused_page(world: World) -> tuple[Application, object]:
    """The key was used for something else, so the processor refuses to open the page."""
    application = world.application()
    key = f"enrol:{application.public_id}:1"
    world.gateway.open_checkout(
        key=f"{key}:open", reference=f"taken:{key}", charge_yen=50, description="", email="", return_url="http://127.0.0.1/a",
        cancel_url="http://127.0.0.1/b", language="ja", save_card=False,
    )  # fmt: skip
    return application, application.pk


def bought(world: World) -> tuple[Application, object]:
    """With its mail the only one that is due."""
    while send_due_mails(now=world.now):
        pass
    application, payment = world.authorised()
    world.settle(payment)
    return application, None


def wants_a_paper(world: World) -> tuple[Application, object]:
    application, _ = bought(world)
    return application, Paper.objects.get(member=application.member, kind=Paper.Kind.RECEIPT).pk


COVERED, WAITS, FREE, GIVEN_BACK = (
    ("issued", "captured"), ("paying", "open"), ("confirmed", "closed"), ("closed", "captured")
)  # fmt: skip
OPENING = {"payment.written_down", "checkout.before_call", "checkout.after_call", "checkout.committed"}
CAPTURE = {"capture.before_call", "capture.after_call", "complete.before_commit", "complete.committed"}
RELEASE = {"release.before_call", "release.after_call"}
REFUND = {"complete.before_commit", "complete.committed", "refund.before_call", "refund.after_call", "refund.committed"}
WAYS = {
    "pay": Way("begin", to_pay, WAITS, frozenset(OPENING), untouched=("confirmed", "")),
    "refused page": Way(
        "begin",
        refused_page,
        FREE,
        frozenset(OPENING - {"checkout.after_call", "checkout.committed"}),
        untouched=("confirmed", ""),
    ),
    "return": Way("settle", authorised, COVERED, frozenset({"settle.read", *CAPTURE})),
    "pay again": Way("begin", authorised_again, COVERED, frozenset({"payment.written_down", "settle.read", *CAPTURE})),
    "webhook": Way("message", told_by_webhook, COVERED, frozenset()),
    "leave": Way("leave", on_the_page, FREE, frozenset({"settle.read", *RELEASE}), untouched=WAITS),
    "membership ended": Way("settle", no_longer_acceptable, FREE, frozenset({"settle.read", *RELEASE})),
    "refund": Way("settle", charged_in_vain, GIVEN_BACK, frozenset({"settle.read", *REFUND})),
    "mail": Way("mail", bought, COVERED, frozenset({"mail.claimed", "mail.sent", "mail.committed"})),
    "paper": Way("paper", wants_a_paper, COVERED, frozenset()),
}


@pytest.mark.parametrize("name", WAYS)
def test_a_process_killed_at_any_point_leaves_books_that_heal(world: World, zygote: Zygote, name: str) -> None:
    """Each point three times: once nobody comes, once whoever comes to heal dies there too, once the member is impatient."""
    way = WAYS[name]
    _, on = way.prepare(world)
    told = zygote.run(way.act, on, now=world.now)
    assert told["error"] == ""
    points = told["reached"]
    named = {point.partition("#")[0] for point in points}
    assert named & points_in_source() == way.passes
    assert "commit#1" in points
    assert {f"{point} done" for point in named if point in {"commit", "write", "mail"}} <= named
    killed = []
    for point in points:
        for turn in range(TIMES):
            application, on = way.prepare(world)
            told = zygote.run(way.act, on, now=world.now, kill=point)
            assert told["killed"], (point, told)
            killed.append((point, turn, application, on))
    world.pass_time(minutes=1)
    for point in points:
        zygote.run("sweep", now=world.now, kill=point)
    world.pass_time(seconds=5)
    for point, turn, application, on in killed:
        if turn == 2:
            come_again(world, zygote, name, application, on, point)
    for minutes in (1, 2, 4, 6):  # a quarter of an hour in all, and fewer rounds than there really are
        world.pass_time(minutes=minutes)
        world.sweep()
    people = [application.user.email for _, _, application, _ in killed]
    for _ in range(MAIL_ROUNDS):
        if not OutboxMessage.objects.filter(recipient__in=people, sent_at__isnull=True).exists():
            break
        zygote.run("mail", now=world.now)
    for point, turn, application, _on in killed:
        nothing_done = way.untouched is not None and point == "commit#1" and not (turn == 2 and name in COME_AGAIN)
        assert world.states(application) == (way.untouched if nothing_done else way.end), (point, turn)
        waiting = OutboxMessage.objects.filter(recipient=application.user.email, sent_at__isnull=True)
        assert not waiting.exists(), (point, turn)
    assert world.books() == []


COME_AGAIN = {"pay", "return", "pay again", "leave", "webhook", "paper"}


def come_again(world: World, zygote: Zygote, name: str, application: Application, on: object, point: str) -> None:
    """What whoever was cut off does by themselves: press again, send the message again, open the paper again."""
    if name in {"pay", "return", "pay again"}:
        world.begin(application)
    elif name == "leave":
        leave_payment(payment=Payment.objects.get(key=on), gateway=world.gateway, now=world.now)
    elif name == "webhook":
        stored = GatewayMessage.objects.filter(event_id=on["event_id"]).count()  # type: ignore[index]
        assert stored == (point == "commit done#1"), point
        assert zygote.run("message", on, now=world.now)["error"] == ""
        assert GatewayMessage.objects.filter(event_id=on["event_id"]).count() == 1  # type: ignore[index]
    elif name == "paper":
        assert PaperFile.objects.filter(paper=on).count() == (point == "commit done#1"), point
        assert zygote.run("paper", on, now=world.now)["error"] == ""
        assert PaperFile.objects.filter(paper=on).count() == 1


def traces(member_id: int) -> dict[str, object]:
    """Everything that the steps before "pay" write down."""
    application = Application.objects.filter(member=member_id).first()
    if application is None:
        return {}
    return {
        "application": (application.state, application.revision, application.term_premium),
        "steps": list(application.steps.order_by("step").values_list("step", "revision")),
        "openings": list(application.openings.order_by("id").values_list("document", flat=True)),
        "evidence": application.evidence.count(),
        "audit": list(
            AuditEntry.objects.filter(object_kind="application", object_id=application.number)
            .order_by("id").values_list("action", flat=True)
        ),
    }  # fmt: skip


def test_a_process_killed_in_a_step_before_paying_has_done_all_of_it_or_nothing(world: World, zygote: Zygote) -> None:
    """Every step three times, before its commit and after it; then the applicant presses again, and in the end is covered."""
    unharmed = world.member()
    expected = []
    for step in STEPS:
        told = zygote.run("step", {"step": step, "member": unharmed.pk}, now=world.now)
        assert told["error"] == "", step
        assert told["reached"] == ["commit#1", "commit done#1"], f"{step} is no longer one transaction"
        expected.append(traces(unharmed.pk))
    for _ in range(TIMES):
        member = world.member()
        before: dict[str, object] = {}
        for step, after in zip(STEPS, expected, strict=True):
            on = {"step": step, "member": member.pk}
            assert zygote.run("step", on, now=world.now, kill="commit#1")["killed"]
            assert traces(member.pk) == before, step
            assert zygote.run("step", on, now=world.now, kill="commit done#1")["killed"]
            assert traces(member.pk) == after, step
            assert zygote.run("step", on, now=world.now)["error"] == "", step
            assert traces(member.pk) == after, f"{step}: pressing again must change nothing"
            before = after
        application = Application.objects.get(member=member)
        world.applications.append(application.public_id)
        _, payment = world.authorised(application=application)
        world.settle(payment)
        assert world.states(application) == COVERED
    assert world.books() == []


def test_without_transactions_a_kill_leaves_half_a_cover_behind(world: World, zygote: Zygote) -> None:
    """The guard off: each write is a commit of its own, and what a kill leaves behind doesn't heal."""
    application, payment = world.authorised()
    told = zygote.run("settle", payment.key, now=world.now, kill="write done#8", without_transactions=True)
    assert told["killed"], told
    world.heal(minutes=13)
    assert Certificate.objects.filter(member=application.member).count() == 1
    said = " ".join(world.books())
    assert "0 papers of kind certificate" in said
    assert "0 mails" in said
