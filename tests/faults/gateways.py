"""Gateways put before the real one, to watch it or to make it lie."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import psycopg
from django.db import connection

from sonae.apps.billing.gateway import CardGateway, CardPayment, CardState
from sonae.apps.billing.models import GatewayMessage

CALLS = ("open_checkout", "read_payment", "capture", "void", "refund")


class Before:
    """Hands every call on to the real gateway, after ``change`` has seen its arguments and may have changed them."""

    def __init__(self, gateway: CardGateway, change: Callable[[str, dict[str, Any]], None]) -> None:
        self._gateway = gateway
        self._change = change
        self.name = gateway.name
        self.calls: list[str] = []

    def __getattr__(self, call: str) -> Any:
        found = getattr(self._gateway, call)
        if call not in CALLS:
            return found

        def carry(**given: Any) -> Any:
            self.calls.append(call)
            self._change(call, given)
            return found(**given)

        return carry


def watched(gateway: CardGateway, database: str) -> Before:
    """Refuses a call that is made while any transaction of ours is open, in this session or another."""

    def look(call: str, given: dict[str, Any]) -> None:
        assert not connection.in_atomic_block, f"{call} was called inside a transaction"
        with psycopg.connect(database, autocommit=True) as outside:
            row = outside.execute(
                """SELECT count(*) FROM pg_stat_activity
                   WHERE datname = current_database() AND state LIKE 'idle in transaction%'"""
            ).fetchone()
        assert row is not None
        assert row[0] == 0, f"a session idles in its transaction while {call} is called"

    return Before(gateway, look)


def forgetful(gateway: CardGateway) -> Before:
    """A new key at every call: what happens when the key isn't stored."""

    def forget(call: str, given: dict[str, Any]) -> None:
        if "key" in given:
            given["key"] = secrets.token_hex(12)

    return Before(gateway, forget)


def minor_units(gateway: CardGateway) -> Before:
    """Thinks that yen have a hundredth part, as a shop from abroad might."""

    def divide(call: str, given: dict[str, Any]) -> None:
        if "charge_yen" in given:
            given["charge_yen"] //= 100

    return Before(gateway, divide)


TOLD = {
    "payment.declined": CardState.OPEN,
    "payment.authorised": CardState.AUTHORISED,
    "payment.captured": CardState.CAPTURED,
    "payment.disputed": CardState.CAPTURED,
}


class Believing(Before):
    """Takes the message that came last for the truth, instead of asking the processor how the payment stands."""

    def read_payment(self, *, session_id: str) -> CardPayment:
        last = GatewayMessage.objects.filter(session_id=session_id).order_by("id").last()
        seen: CardPayment = self._gateway.read_payment(session_id=session_id)
        return seen if last is None else replace(seen, state=TOLD[last.kind])


def believing(gateway: CardGateway) -> Believing:
    """What happens when a message's own body decides, in the order of arrival."""
    return Believing(gateway, lambda call, given: None)
