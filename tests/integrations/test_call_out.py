"""Calls out: who waits for the processor, who is turned away, and what becomes of calls that never end."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from sonae.apps.billing.gateway import GatewayUnavailable, GatewayUnknown
from sonae.integrations import call_out
from sonae.integrations.call_out import CallOut, Circuit

LONG = 30.0


@pytest.fixture
def silence() -> Iterator[threading.Event]:
    """A processor that says nothing until the test is over."""
    event = threading.Event()
    yield event
    event.set()


def hold_lines(calls: CallOut, silence: threading.Event, number: int) -> None:
    """So many callers wait for an answer."""
    begun = threading.Semaphore(0)

    def wait() -> str:
        begun.release()
        silence.wait(LONG)
        return "late"

    for _ in range(number):
        threading.Thread(target=lambda: calls.run(wait), daemon=True).start()
    for _ in range(number):
        assert begun.acquire(timeout=5)


def test_when_no_answer_comes_one_caller_waits_for_a_line_and_the_others_are_turned_away_at_once(
    silence: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = CallOut(seconds=LONG, circuit=Circuit(), lines=2)
    hold_lines(calls, silence, 2)
    calls._began = dict.fromkeys(calls._began, time.monotonic() - LONG)
    monkeypatch.setattr(call_out, "LINE_SECONDS", LONG)
    answers: list[str] = []
    waiting = threading.Thread(target=lambda: answers.append(calls.run(lambda: "at last")), daemon=True)
    waiting.start()
    while calls._next_in_line.acquire(blocking=False):  # until somebody stands there
        calls._next_in_line.release()
    with pytest.raises(GatewayUnavailable, match="every line"):
        calls.run(lambda: "never asked")
    silence.set()
    waiting.join(5)
    assert answers == ["at last"]


def test_while_the_processor_answers_a_rush_of_callers_waits_for_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twelve at once on one line that takes 20 ms for each: nobody is turned away, and the calls don't overlap."""
    monkeypatch.setattr(call_out, "LINE_SECONDS", LONG)  # however slow this machine is
    calls = CallOut(seconds=LONG, circuit=Circuit(), lines=1)
    at_once: list[int] = []
    under_way: set[int] = set()

    def work(caller: int) -> str:
        under_way.add(caller)
        at_once.append(len(under_way))
        time.sleep(0.02)
        under_way.discard(caller)
        return "answer"

    answers: list[str] = []
    threads = [threading.Thread(target=lambda n=n: answers.append(calls.run(lambda: work(n)))) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(5)
    assert answers == ["answer"] * 12
    assert set(at_once) == {1}


def test_being_turned_away_says_nothing_about_the_processor(
    silence: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise a rush of members would close the line to a processor that is well."""
    monkeypatch.setattr(call_out, "LINE_SECONDS", 0.01)
    circuit = Circuit(limit=3)
    calls = CallOut(seconds=LONG, circuit=circuit, lines=1)
    hold_lines(calls, silence, 1)
    for _ in range(10):
        with pytest.raises(GatewayUnavailable):
            calls.run(lambda: "never asked")
    assert not circuit.is_open


def test_a_call_that_never_ends_keeps_no_line(silence: threading.Event, caplog: pytest.LogCaptureFixture) -> None:
    """And each stands in the log with what went wrong."""
    calls = CallOut(seconds=0.05, circuit=Circuit(limit=1_000), lines=1)
    for _ in range(5):
        with pytest.raises(GatewayUnknown):
            calls.run(lambda: silence.wait(LONG))
    assert [record.getMessage() for record in caplog.records if record.name == "sonae.call_out"] == [
        "a call to the other side failed: no whole answer within 0.05 s"
    ] * 5
    assert calls.run(lambda: "well again") == "well again"


def test_calls_that_never_end_are_not_left_behind_without_number(
    silence: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(call_out, "MOST_THREADS", 4)
    calls = CallOut(seconds=0.05, circuit=Circuit(limit=1_000), lines=1)
    for _ in range(4):
        with pytest.raises(GatewayUnknown):
            calls.run(lambda: silence.wait(LONG))
    with pytest.raises(GatewayUnavailable, match="left behind"):
        calls.run(lambda: "never asked")


def test_an_error_of_the_call_is_the_callers(silence: threading.Event) -> None:
    calls = CallOut(seconds=LONG, circuit=Circuit(), lines=1)
    with pytest.raises(ZeroDivisionError):
        calls.run(lambda: 1 // 0)
    assert calls.run(lambda: "line and thread are free") == "line and thread are free"
