"""Delivers signed events to the merchant: with retries until a 2xx; late, twice, shuffled, never or forged on order.

Only to loopback addresses: a simulator must not be able to knock at anybody's door.
"""

from __future__ import annotations

import heapq
import http.client
import ipaddress
import itertools
import json
import socket
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, closing
from datetime import datetime
from urllib.parse import urlsplit

from sonae.integrations.sandbox_card.control import Order, Orders
from sonae.integrations.sandbox_card.journal import Journal, moment_text
from sonae.integrations.sandbox_card.processor import Announcement
from sonae.integrations.sandbox_card.signature import HEADER, sign

ANSWER_SECONDS = 10.0
WORKERS = 8


class NotLoopback(Exception):
    """The webhook address leads off this machine."""


def loopback_address(url: str) -> tuple[str, int, str]:
    """Address, port and path of an http URL on this machine. Raises ``NotLoopback``.

    The name is resolved once and the address is used, so that a name that changes its mind leads nowhere else.
    """
    parts = urlsplit(url)
    if parts.scheme != "http" or not parts.hostname:
        raise NotLoopback(f"{url} is no http address")
    port = parts.port or 80
    found = {str(info[4][0]) for info in socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)}
    if not found or not all(ipaddress.ip_address(address.partition("%")[0]).is_loopback for address in found):
        raise NotLoopback(f"{url} is not on this machine")
    path = parts.path or "/"
    return sorted(found)[0], port, f"{path}?{parts.query}" if parts.query else path


class PostOffice:
    """A heap of due deliveries and a few threads that carry them out."""

    def __init__(
        self,
        *,
        url: str,
        secret: str,
        journal: Journal,
        work: Callable[[], AbstractContextManager[None]],
        clock: Callable[[], datetime],
        orders: Orders,
        retry_delays: tuple[float, ...] = (1, 2, 5, 15, 60, 300, 900),
        late_seconds: float = 20.0,
    ) -> None:
        self._address = loopback_address(url) if url else None
        self._host = urlsplit(url).netloc
        self._secret = secret
        self._journal = journal
        self._work = work
        self._clock = clock
        self._orders = orders
        self._retry_delays = retry_delays
        self._late_seconds = late_seconds
        self._ready = threading.Condition()
        self._heap: list[tuple[float, int, Announcement, int, bool]] = []
        self._counter = itertools.count()
        self._held: dict[str, Announcement] = {}
        self._stopped = False

    def start(self) -> None:
        """Start the carriers and take up what an earlier run left undelivered."""
        for announcement, attempts in self._undelivered():
            self._put(announcement, delay=0, attempt=attempts + 1)
        for number in range(WORKERS):
            threading.Thread(target=self._carry, name=f"webhooks-{number}", daemon=True).start()

    def stop(self) -> None:
        """Stop after what is under way."""
        with self._ready:
            self._stopped = True
            self._ready.notify_all()

    def announce(self, announcement: Announcement) -> None:
        """Send an event; the control API's order counts before the card's own behaviour."""
        order = self._orders.take("webhook") or Order("webhook", announcement.treatment or "normal")
        late = order.seconds or self._late_seconds
        match order.fault:
            case "never":
                self._note(announcement, 0, 0, "not sent, as ordered")
            case "hold":
                with self._ready:
                    self._held[announcement.event_id] = announcement
            case "late":
                self._put(announcement, delay=late)
            case "twice":
                for _ in range(order.copies):
                    self._put(announcement)
            case "out_of_order":
                # What comes first in time goes out after what follows it.
                self._put(announcement, delay=late if announcement.kind == "payment.authorised" else 0)
            case "forged":
                self._put(announcement, forged=True)
                self._put(announcement, delay=0.05)
            case _:
                self._put(announcement)

    def held(self) -> list[dict[str, str]]:
        """Events that wait for ``release``, oldest first."""
        with self._ready:
            return [{"id": event.event_id, "type": event.kind} for event in self._held.values()]

    def release(self, event_ids: Iterable[str]) -> list[int]:
        """Deliver held events one after another, in the order given. Answers with the merchant's statuses."""
        statuses = []
        for event_id in event_ids:
            with self._ready:
                announcement = self._held[event_id]
            statuses.append(self._send(announcement, forged=False)[0])
        with self._ready:
            for event_id in event_ids:
                self._held.pop(event_id, None)
        return statuses

    def _put(self, announcement: Announcement, *, delay: float = 0, attempt: int = 1, forged: bool = False) -> None:
        if self._address is None:
            return
        with self._ready:
            due = time.monotonic() + delay
            heapq.heappush(self._heap, (due, next(self._counter), announcement, attempt, forged))
            self._ready.notify()

    def _next(self) -> tuple[Announcement, int, bool] | None:
        with self._ready:
            while not self._stopped:
                if not self._heap:
                    self._ready.wait()
                    continue
                wait = self._heap[0][0] - time.monotonic()
                if wait <= 0:
                    _, _, announcement, attempt, forged = heapq.heappop(self._heap)
                    return announcement, attempt, forged
                self._ready.wait(wait)
        return None

    def _carry(self) -> None:
        while (job := self._next()) is not None:
            announcement, attempt, forged = job
            status, note = self._send(announcement, forged=forged)
            self._note(announcement, attempt, status, note)
            if not forged and not 200 <= status < 300 and attempt <= len(self._retry_delays):
                self._put(announcement, delay=self._retry_delays[attempt - 1], attempt=attempt + 1)

    def _send(self, announcement: Announcement, *, forged: bool) -> tuple[int, str]:
        if self._address is None:
            return 0, "no address"
        host, port, path = self._address
        secret = "not the secret" if forged else self._secret
        signature = sign(body=announcement.body, secret=secret, at=int(self._clock().timestamp()))
        headers = {"Content-Type": "application/json; charset=utf-8", HEADER: signature, "Host": self._host}
        connection = http.client.HTTPConnection(host, port, timeout=ANSWER_SECONDS)
        try:
            with closing(connection):
                connection.request("POST", path, body=announcement.body, headers=headers)
                answer = connection.getresponse()
                answer.read(65536)
                return answer.status, "forged" if forged else ""
        except (OSError, http.client.HTTPException) as error:
            return 0, type(error).__name__

    def _note(self, announcement: Announcement, attempt: int, status: int, note: str) -> None:
        if self._stopped:
            return
        with self._work():
            self._journal.add(
                "deliveries",
                at=moment_text(self._clock()),
                event_id=announcement.event_id,
                attempt=attempt,
                status=status,
                note=note,
            )

    def _undelivered(self) -> list[tuple[Announcement, int]]:
        rows = self._journal.rows(
            """SELECT e.*, (SELECT COUNT(*) FROM deliveries d
                            WHERE d.event_id = e.event_id AND d.note <> 'forged') AS tries
               FROM events e WHERE e.treatment <> 'never' AND NOT EXISTS (
                   SELECT 1 FROM deliveries d WHERE d.event_id = e.event_id AND d.note <> 'forged'
                   AND (d.status BETWEEN 200 AND 299 OR d.note LIKE 'not sent%'))
               ORDER BY e.at"""
        )
        waiting = []
        for row in rows:
            if row["tries"] <= len(self._retry_delays):
                body = row["body"].encode()
                waiting.append(
                    (Announcement(json.loads(body)["id"], row["kind"], body, row["treatment"]), row["tries"])
                )
        return waiting
