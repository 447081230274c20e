"""What is to go wrong next: the orders that a test gives over the control API, counted down as they are used."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

CALLS = ("open", "charge_saved", "forget", "read", "capture", "void", "refund", "authorise", "challenge")
FAULTS = ("hang", "reset", "empty", "status_500", "status_429", "broken_chunk", "broken_body", "slow", "dribble")
ALWAYS_DONE = ("slow", "dribble")  # these deliver the real reply, late
TREATMENTS = ("late", "twice", "out_of_order", "never", "forged", "hold", "normal")


@dataclass(frozen=True, slots=True)
class Order:
    """``fault`` for the next ``times`` calls of ``operation``; ``done``: the work is carried out before the fault.

    ``seconds`` is how long it hangs or is late (0: the server's own measure), ``copies`` how often a webhook comes.
    """

    operation: str
    fault: str
    done: bool = False
    times: int = 1
    seconds: float = 0.0
    copies: int = 2


class OrderInvalid(Exception):
    """The control API was asked for something it does not know; the text says what it knows."""


def read_order(given: Mapping[str, Any]) -> Order:
    """An order from JSON. Raises ``OrderInvalid``."""
    unknown = set(given) - {"operation", "fault", "done", "times", "seconds", "copies"}
    operation, fault = given.get("operation"), given.get("fault")
    known = TREATMENTS if operation == "webhook" else (*FAULTS, "lose_reply")
    if unknown or operation not in (*CALLS, "webhook") or fault not in known:
        raise OrderInvalid(
            f"operation: one of {CALLS} or webhook; fault: one of {known}; unknown keys: {sorted(unknown)}"
        )
    times, seconds, copies = given.get("times", 1), given.get("seconds", 0), given.get("copies", 2)
    numbers_fit = type(times) is int and times >= 1 and type(copies) is int and 2 <= copies <= 20
    if not numbers_fit or type(seconds) not in (int, float) or not 0 <= seconds <= 300:
        raise OrderInvalid("times: 1 or more; seconds: 0 to 300; copies: 2 to 20")
    done = bool(given.get("done", False)) or fault in ALWAYS_DONE or fault == "lose_reply"
    fault = "empty" if fault == "lose_reply" else fault
    return Order(str(operation), str(fault), done, times, float(seconds), copies)


class Orders:
    """The orders that still wait, first come first served for each operation. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._orders: list[Order] = []

    def add(self, orders: list[Order]) -> None:
        """Queue up more orders."""
        with self._lock:
            self._orders.extend(orders)

    def clear(self) -> None:
        """Forget all that wait."""
        with self._lock:
            self._orders.clear()

    def take(self, operation: str) -> Order | None:
        """Use up one time of the first order for ``operation``."""
        with self._lock:
            for place, order in enumerate(self._orders):
                if order.operation == operation:
                    if order.times > 1:
                        self._orders[place] = replace(order, times=order.times - 1)
                    else:
                        del self._orders[place]
                    return order
        return None
