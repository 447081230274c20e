"""A small load on a server of our own on loopback: so many users in parallel, a fixed number of visits, no longer."""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Callable, Sequence

USERS = 8


def times_of(visit: Callable[[int], None], *, visits: int, users: int = USERS) -> list[float]:
    """Seconds of each visit, made by ``users`` threads that together make ``visits``. ``visit`` gets the visit's number."""
    turn = iter(range(visits))
    lock = threading.Lock()
    seconds: list[float] = []
    failures: list[BaseException] = []

    def user() -> None:
        while not failures:
            with lock:
                number = next(turn, None)
            if number is None:
                return
            began = time.perf_counter()
            try:
                visit(number)
            except BaseException as failure:
                failures.append(failure)
                return
            with lock:
                seconds.append(time.perf_counter() - began)

    threads = [threading.Thread(target=user) for _ in range(users)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return seconds


def p95(seconds: Sequence[float]) -> float:
    """The time that 95 of 100 visits keep."""
    return statistics.quantiles(seconds, n=20)[-1]
