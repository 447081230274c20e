"""A call to someone else's server: never longer than so many seconds, and not again and again into a dead line.

The time-outs of an HTTP library limit the wait for the next byte, so a server that sends one byte a second holds
the caller for as long as it likes. The whole call therefore has its own deadline, on a thread that may be left behind.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

from django.conf import settings

from sonae.apps.billing.gateway import GatewayRefused, GatewayUnavailable, GatewayUnknown

LINES = 2  # of the web server's four threads
LINE_SECONDS = 1.0
MOST_THREADS = 64  # running and left behind

log = logging.getLogger("sonae.call_out")

Answer = TypeVar("Answer")


class Circuit:
    """Opens after ``limit`` unknown outcomes in a row; after ``rest_seconds`` one call is let through to try the line.

    ``clock`` answers monotonic seconds. Safe to share between threads.
    """

    def __init__(
        self, *, limit: int = 5, rest_seconds: float = 30.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._limit = limit
        self._rest_seconds = rest_seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._unknowns = 0
        self._closed_until: float | None = None

    @property
    def is_open(self) -> bool:
        """True while calls are turned away."""
        with self._lock:
            return self._closed_until is not None and self._clock() < self._closed_until

    def enter(self) -> None:
        """Raise ``GatewayUnavailable`` while the circuit is open; the first caller after the rest is let through."""
        with self._lock:
            if self._closed_until is None:
                return
            if self._clock() < self._closed_until:
                raise GatewayUnavailable("the processor did not answer several times in a row; the line is resting")
            # One caller tries the line; the others keep resting until it has an answer.
            self._closed_until = self._clock() + self._rest_seconds

    def answered(self) -> None:
        """The other side spoke, whatever it said."""
        with self._lock:
            self._unknowns = 0
            self._closed_until = None

    def failed(self) -> None:
        """The outcome of a call is unknown, or nobody was there."""
        with self._lock:
            self._unknowns += 1
            if self._unknowns >= self._limit or self._closed_until is not None:
                self._closed_until = self._clock() + self._rest_seconds


class CallOut:
    """Runs calls to one outside server within a deadline, behind a circuit, and lets only some of its callers wait for it.

    ``SONAE_CARD_LINES`` calls run at once. Whoever comes then waits for a line, for a second at most: everybody as long as no
    call has been under way for a second, otherwise one caller alone. A web server has few threads: those that don't wait for
    the processor go on serving everybody else, whatever it does.
    """

    def __init__(self, *, seconds: float, circuit: Circuit, lines: int | None = None) -> None:
        self._seconds = seconds
        self._circuit = circuit
        self._lines = threading.BoundedSemaphore(lines or int(getattr(settings, "SONAE_CARD_LINES", LINES)))
        self._next_in_line = threading.BoundedSemaphore(1)
        self._threads = threading.BoundedSemaphore(MOST_THREADS)
        self._began: dict[int, float] = {}  # by the thread that holds a line, in monotonic seconds

    def run(self, work: Callable[[], Answer]) -> Answer:
        """The answer of ``work``, which raises the errors of a gateway.

        Raises ``GatewayUnavailable`` when nothing was attempted and ``GatewayUnknown`` when the deadline passed.
        """
        with self._line():
            self._circuit.enter()
            try:
                answer = self._within_deadline(work)
            except (GatewayUnknown, GatewayUnavailable) as error:
                log.warning("a call to the other side failed: %s", error)
                self._circuit.failed()
                raise
            except GatewayRefused:
                self._circuit.answered()
                raise
            self._circuit.answered()
            return answer

    @contextmanager
    def _line(self) -> Iterator[None]:
        """Held as long as the caller waits, not as long as a call that it has left behind goes on."""
        if not (self._lines.acquire(blocking=False) or self._wait_for_a_line()):
            # Says nothing about the processor, so the circuit doesn't count it.
            raise GatewayUnavailable("every line to the processor is waiting for an answer")
        holder = threading.get_ident()
        self._began[holder] = time.monotonic()
        try:
            yield
        finally:
            del self._began[holder]
            self._lines.release()

    def _wait_for_a_line(self) -> bool:
        since = time.monotonic() - LINE_SECONDS
        if all(began > since for began in list(self._began.values())):
            return self._lines.acquire(timeout=LINE_SECONDS)
        if not self._next_in_line.acquire(blocking=False):
            return False
        try:
            return self._lines.acquire(timeout=LINE_SECONDS)
        finally:
            self._next_in_line.release()

    def _within_deadline(self, work: Callable[[], Answer]) -> Answer:
        if not self._threads.acquire(blocking=False):
            raise GatewayUnavailable("too many calls that were left behind still wait for an answer")
        call = _Call(work, self._threads.release)
        # A daemon: a call that hangs must not keep the process from stopping.
        threading.Thread(target=call, name="call-out", daemon=True).start()
        return call.outcome(self._seconds)


class _Call(Generic[Answer]):
    """One call on its own thread and the place where its outcome is left."""

    def __init__(self, work: Callable[[], Answer], release: Callable[[], None]) -> None:
        self._work = work
        self._release = release
        self._done = threading.Event()
        self._answers: list[Answer] = []
        self._error: BaseException | None = None

    def __call__(self) -> None:
        try:
            self._answers.append(self._work())
        except BaseException as error:
            self._error = error
        finally:
            self._release()
            self._done.set()

    def outcome(self, seconds: float) -> Answer:
        if not self._done.wait(seconds):
            raise GatewayUnknown(f"no whole answer within {seconds:g} s")
        if self._error is not None:
            raise self._error
        return self._answers[0]
