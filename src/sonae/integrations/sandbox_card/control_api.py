"""The control API for tests: order faults, hold and release webhooks, move the clock, dispute, expire, read."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from sonae.integrations.sandbox_card.control import OrderInvalid, Orders, read_order
from sonae.integrations.sandbox_card.exchange import Reply, Request, error_reply, json_reply
from sonae.integrations.sandbox_card.journal import entries_of
from sonae.integrations.sandbox_card.payout_file import FAULTS
from sonae.integrations.sandbox_card.payouts import make_payout, payout_again
from sonae.integrations.sandbox_card.processor import Processor, Refusal
from sonae.integrations.sandbox_card.webhooks import PostOffice


class ControlApi:
    """Answers below ``/control/``. Every call needs the merchant's key."""

    def __init__(
        self, *, processor: Processor, orders: Orders, post_office: PostOffice, skew: Callable[[timedelta], None]
    ) -> None:
        self._processor = processor
        self._orders = orders
        self._post_office = post_office
        self._skew = skew
        self._acts: dict[tuple[str, str], Callable[[dict[str, Any]], Reply]] = {
            ("POST", "behaviour"): self._behaviour,
            ("POST", "reset"): self._reset,
            ("GET", "webhooks"): lambda _: json_reply(200, {"held": self._post_office.held()}),
            ("POST", "release"): self._release,
            ("POST", "dispute"): self._dispute,
            ("POST", "close_dispute"): self._close_dispute,
            ("POST", "expire"): self._expire,
            ("POST", "payout"): self._payout,
            ("GET", "journal"): lambda _: self._journal(),
        }

    def answer(self, request: Request) -> Reply:
        """Carry an order out; 400 with words for what can't be understood."""
        try:
            given = json.loads(request.body or b"{}")
            if not isinstance(given, dict):
                raise OrderInvalid("the body is not a JSON object")
            act = self._acts.get((request.method, request.path.removeprefix("/control/")))
            return act(given) if act else error_reply(404, "no_such_address", "There is nothing here.")
        except (OrderInvalid, ValueError, TypeError, RecursionError) as error:
            return error_reply(400, "order_invalid", str(error))
        except KeyError as error:
            return error_reply(400, "order_invalid", f"missing or unknown: {error}")
        except Refusal as refusal:
            return error_reply(refusal.status, refusal.code, refusal.message)

    def _behaviour(self, given: dict[str, Any]) -> Reply:
        orders = [read_order(order) for order in given.get("next", [])]
        if "clock_skew_seconds" in given:
            self._skew(timedelta(seconds=float(given["clock_skew_seconds"])))
        self._orders.add(orders)
        return json_reply(200, {"added": len(orders)})

    def _reset(self, _given: dict[str, Any]) -> Reply:
        self._orders.clear()
        self._skew(timedelta())
        return json_reply(200, {})

    def _release(self, given: dict[str, Any]) -> Reply:
        return json_reply(200, {"statuses": self._post_office.release([str(name) for name in given["events"]])})

    def _dispute(self, given: dict[str, Any]) -> Reply:
        with self._processor.work():
            payment = self._processor.payment_of_id(str(given["payment_id"]))
            dispute_id = self._processor.dispute(payment, dispute_yen=int(given.get("dispute_yen", 0)))
        return json_reply(200, {"dispute_id": dispute_id})

    def _close_dispute(self, given: dict[str, Any]) -> Reply:
        with self._processor.work():
            payment = self._processor.payment_of_id(str(given["payment_id"]))
            self._processor.close_dispute(payment, won={"won": True, "lost": False}[given["outcome"]])
        return json_reply(200, {})

    def _expire(self, given: dict[str, Any]) -> Reply:
        with self._processor.work():
            payment = self._processor.payment_of_session(str(given["session_id"]))
            if payment.state != "open":
                raise Refusal(409, "payment_unexpected_state", "Only an open session can expire.")
            self._processor.expire(payment, reason="time")
        return json_reply(200, {})

    def _payout(self, given: dict[str, Any]) -> Reply:
        fault = str(given.get("fault", "none"))
        if fault not in FAULTS:
            raise OrderInvalid(f"fault: one of {FAULTS}")
        with self._processor.work():
            if "again" in given:
                payout_id, content = payout_again(self._processor, str(given["again"]))
            else:
                payout_id, content = make_payout(self._processor, fault=fault)
        return json_reply(200, {"payout_id": payout_id, "file": content})

    def _journal(self) -> Reply:
        with self._processor.work():
            entries = entries_of(self._processor.journal.rows("SELECT * FROM entries ORDER BY number"))
        return json_reply(200, {"entries": [asdict(entry) | {"at": entry.at.isoformat()} for entry in entries]})
