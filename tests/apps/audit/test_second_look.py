"""An act that takes two people: asked for by one, done when another agrees, once."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

from sonae.apps.audit.models import AuditEntry, SecondLook
from sonae.apps.audit.reason import ReasonMissing
from sonae.apps.audit.use_cases.ask_second_look import ask_second_look
from sonae.apps.audit.use_cases.decide_second_look import LookDecided, SamePerson, decide_second_look
from tests import clock

pytestmark = pytest.mark.django_db
FIRST, SECOND = "user:1", "user:2"
performed: list[str] = []


class Fails(Exception):
    """What the act itself raises."""


def perform(look: SecondLook, *, now: object) -> None:
    """Stands for an act."""
    if look.facts.get("fails"):
        raise Fails
    performed.append(look.object_id)


@pytest.fixture(autouse=True)
def _act(settings: pytest.FixtureRequest) -> None:
    settings.SONAE_SECOND_LOOKS = {"trial": f"{__name__}.perform"}  # type: ignore[attr-defined]
    performed.clear()


def ask(**facts: object) -> SecondLook:
    return ask_second_look(
        kind="trial", object_id="A-1", facts=facts, reason="月末の締め", actor=FIRST, now=clock.now()
    )[0]


def decide(look: SecondLook, *, agree: bool = True, actor: str = SECOND, reason: str = "") -> SecondLook:
    return decide_second_look(look_id=look.pk, agree=agree, reason=reason, actor=actor, now=clock.now())


def test_it_is_done_when_another_agrees_and_once_however_often_they_do() -> None:
    look = ask()
    assert performed == []
    assert [decide(look).state for _ in range(3)] == ["agreed"] * 3
    assert performed == ["A-1"]
    log = list(AuditEntry.objects.filter(object_kind="trial").order_by("id").values_list("action", "actor"))
    assert log == [("trial.asked", FIRST), ("trial.agreed", SECOND)]


def test_nobody_agrees_to_their_own_and_the_database_holds_it_too() -> None:
    look = ask()
    with pytest.raises(SamePerson):
        decide(look, actor=FIRST)
    with pytest.raises(IntegrityError), transaction.atomic():
        SecondLook.objects.filter(pk=look.pk).update(state="agreed", decided_by=FIRST)
    assert performed == []


def test_asked_twice_for_the_same_thing_it_is_one() -> None:
    assert ask().pk == ask().pk
    assert SecondLook.objects.count() == 1


def test_dropping_takes_a_reason_and_whoever_asked_may_drop() -> None:
    look = ask()
    with pytest.raises(ReasonMissing):
        decide(look, agree=False, actor=FIRST, reason="  ")
    assert decide(look, agree=False, actor=FIRST, reason="数字が違う").decision_reason == "数字が違う"
    with pytest.raises(LookDecided):
        decide(look)
    assert performed == []
    assert ask().pk != look.pk  # it may be asked for again


def test_what_the_act_raises_leaves_it_waiting() -> None:
    look = ask(fails=True)
    with pytest.raises(Fails):
        decide(look)
    look.refresh_from_db()
    assert (look.state, look.decided_by) == ("waiting", "")
    assert not AuditEntry.objects.filter(action="trial.agreed").exists()


def test_a_reason_is_needed_to_ask() -> None:
    with pytest.raises(ReasonMissing):
        ask_second_look(kind="trial", object_id="A-2", facts={}, reason=" ", actor=FIRST, now=clock.now())


def test_the_row_is_locked_while_it_is_decided() -> None:
    look = ask()
    with connection.execute_wrapper(_only_locking_reads):
        decide(look)


def _only_locking_reads(execute: object, sql: str, params: object, many: bool, context: object) -> object:
    if sql.startswith("SELECT") and "audit_secondlook" in sql:
        assert "FOR UPDATE" in sql
    return execute(sql, params, many, context)  # type: ignore[operator]
