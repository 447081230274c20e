"""A warm process that forks one child for each piece of work, so that the child may be killed like a server in the night.

Reads one JSON line for each piece of work from its input and answers with one: which points were reached, and how it ended.
Run as ``python -m tests.faults.zygote`` with ``DATABASE_URL`` and the processor's address in the environment.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections import Counter
from datetime import datetime
from typing import Any


def main() -> None:
    """Serve until the input ends."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sonae.config.settings.test")
    import django

    django.setup()
    # Everything is imported before the first fork, so that a child costs milliseconds.
    import sonae.config.jobs  # noqa: F401
    from sonae.apps.enrolment.use_cases import begin_payment, leave_payment, sweep_payments  # noqa: F401

    for line in sys.stdin:
        sys.stdout.write(json.dumps(_in_a_child(json.loads(line))) + "\n")
        sys.stdout.flush()


def _in_a_child(order: dict[str, Any]) -> dict[str, Any]:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        try:
            _work(order, writing)
        except BaseException as error:  # told to the test, which decides
            os.write(writing, f"!{type(error).__name__}: {error}\n".encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as told:
        lines = told.read().splitlines()
    _, status = os.waitpid(child, 0)
    return {
        "reached": [line for line in lines if not line.startswith("!")],
        "error": next((line[1:] for line in lines if line.startswith("!")), ""),
        "killed": os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL,
    }


def _work(order: dict[str, Any], writing: int) -> None:
    from sonae.apps.audit import milestones
    from sonae.integrations.call_out import Circuit
    from sonae.integrations.sandbox_card.gateway import SandboxCardGateway

    counts: Counter[str] = Counter()

    def listener(name: str) -> None:
        counts[name] += 1
        os.write(writing, f"{name}\n".encode())
        if [name, counts[name]] == order.get("kill"):
            os.kill(os.getpid(), signal.SIGKILL)

    milestones.listen(listener)
    gateway = SandboxCardGateway(Circuit(limit=10_000))
    _act(order["act"], order.get("on"), gateway, datetime.fromisoformat(order["now"]))


def _act(act: str, on: Any, gateway: Any, now: datetime) -> None:
    from sonae.apps.billing.models import Payment
    from sonae.apps.documents.outbox import send_due_mails
    from sonae.apps.enrolment.use_cases.begin_payment import begin_payment
    from sonae.apps.enrolment.use_cases.leave_payment import leave_payment
    from sonae.apps.enrolment.use_cases.settle_payment import settle_payment
    from sonae.apps.enrolment.use_cases.sweep_payments import sweep_payments

    match act:
        case "begin":
            begin_payment(application_id=on, gateway=gateway, now=now)
        case "settle":
            settle_payment(key=on, gateway=gateway, cause="browser", now=now)
        case "leave":
            leave_payment(payment=Payment.objects.get(key=on), gateway=gateway, now=now)
        case "sweep":
            sweep_payments(gateway=gateway, now=now)
        case "mail":
            send_due_mails(now=now)
        case _:
            raise ValueError(act)


if __name__ == "__main__":
    main()
