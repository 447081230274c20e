"""F1: kill -9 at every named point between "pay" and "done". Nobody does anything afterwards; the books must come out.

The points are read from the source, so a new one is killed at too: it fails here until a way is known that passes it.
"""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.db import connections

import sonae
from sonae.apps.documents.models import OutboxMessage
from sonae.apps.enrolment.models import Application
from sonae.apps.parties.models import MembershipFact
from tests.faults.world import World

pytestmark = pytest.mark.faults
APPS = Path(sonae.__file__).parent / "apps"
ROOT = APPS.parents[2]


def points_in_source() -> list[str]:
    """Every name handed to ``reached``. A name that isn't written out can't be killed at, so it is refused."""
    found: set[str] = set()
    for file in APPS.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "reached":
                (name,) = node.args
                assert isinstance(name, ast.Constant), f"{file}: a point needs its name written out"
                found.add(str(name.value))
    return sorted(found)


POINTS = points_in_source()


class Zygote:
    """The warm process and the children it has."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.zygote"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env={**os.environ, **environment}, cwd=ROOT,
        )  # fmt: skip

    def run(self, act: str, on: object = None, *, now: str, kill: tuple[str, int] | None = None) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"act": act, "on": on, "now": now, "kill": kill}) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer

    def stop(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(10)


@pytest.fixture(scope="module")
def zygote(fault_database: str, processor: Any) -> Iterator[Zygote]:
    at = connections["default"].settings_dict
    url = f"postgresql:///{fault_database}?" + "&".join(
        f"{name}={value}" for name, value in (("host", at["HOST"]), ("port", at["PORT"]), ("user", at["USER"]),
                                              ("password", at["PASSWORD"])) if value
    )  # fmt: skip
    warm = Zygote({"DATABASE_URL": url, "SONAE_SANDBOX_CARD_URL": processor.server.url})
    yield warm
    warm.stop()


@dataclass(frozen=True)
class Way:
    """One way through: how far to go beforehand, and the act in which the process may die."""

    act: str
    prepare: Callable[[World], tuple[Application, object]]


def to_pay(world: World) -> tuple[Application, object]:
    application = world.application()
    return application, application.pk


def authorised(world: World) -> tuple[Application, object]:
    application, payment = world.authorised()
    return application, payment.key


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


def bought(world: World) -> tuple[Application, object]:
    application, payment = world.authorised()
    world.settle(payment)
    return application, None


WAYS = {
    "pay": Way("begin", to_pay),
    "return": Way("settle", authorised),
    "pay again": Way("begin", lambda world: (authorised(world)[0], world_last(world))),
    "leave": Way("leave", on_the_page),
    "membership ended": Way("settle", no_longer_acceptable),
    "refund": Way("settle", charged_in_vain),
    "mail": Way("mail", bought),
}


def world_last(world: World) -> int:
    return Application.objects.get(public_id=world.applications[-1]).pk


_passed: dict[str, list[tuple[str, int]]] = {}


def ways_past(point: str, world: World, zygote: Zygote) -> list[tuple[str, int]]:
    """The ways that pass the point, and how often: each is walked once, unharmed, and must come out well itself."""
    if not _passed:
        for name, way in WAYS.items():
            _, on = way.prepare(world)
            told = zygote.run(way.act, on, now=world.now.isoformat())
            assert told["error"] == "", (name, told)
            for reached in told["reached"]:
                if (name, 1) not in _passed.setdefault(reached, []):
                    _passed[reached].append((name, 1))
    return _passed.get(point, [])


@pytest.mark.parametrize("point", POINTS)
def test_a_process_killed_at_any_point_leaves_books_that_heal(world: World, zygote: Zygote, point: str) -> None:
    ways = ways_past(point, world, zygote)
    assert ways, f"no way passes {point!r}: describe one in WAYS"
    for name, nth in ways:
        for turn in range(3):
            application, on = WAYS[name].prepare(world)
            told = zygote.run(WAYS[name].act, on, now=world.now.isoformat(), kill=(point, nth))
            assert told["killed"], (name, told)
            if turn == 1:  # whoever comes to heal dies at the same point
                world.pass_time(minutes=1)
                zygote.run("sweep", now=world.now.isoformat(), kill=(point, 1))
            if turn == 2 and name in {"pay", "return", "pay again"}:  # the member is impatient
                world.pass_time(seconds=5)
                application.refresh_from_db()
                world.begin(application)
            for _ in range(13):
                world.pass_time(minutes=1)
                world.sweep()
            zygote.run("mail", now=world.now.isoformat())
            _assert_done(world, application, name)
    assert world.books() == []


def _assert_done(world: World, application: Application, way: str) -> None:
    state, payment = world.states(application)
    expected = {
        "pay": ("paying", "open"),
        "leave": ("confirmed", "closed"),
        "membership ended": ("confirmed", "closed"),
        "refund": ("closed", "captured"),
    }.get(way, ("issued", "captured"))
    assert (state, payment) == expected, way
    waiting = OutboxMessage.objects.filter(recipient=application.user.email, sent_at__isnull=True)
    assert not waiting.exists(), way


def test_the_points_are_the_ones_we_know_of() -> None:
    """A guard for the guard: reading the source must find the points of every leg of the way."""
    legs = {point.partition(".")[0] for point in POINTS}
    assert legs >= {"payment", "checkout", "settle", "capture", "complete", "release", "refund", "mail"}
    assert len(POINTS) >= 12
