"""A warm process that forks one child for each piece of work, so that the child may be killed like a server in the night.

Reads one JSON line for each piece of work from its input and answers with one: which points were reached, and how it ended.
Beside the points that the source names, every commit, every write outside a transaction, every call to the processor and
every mail is a point, before ("commit") and after ("commit done"): a new one is met without anybody writing it down.

Run as ``python -m tests.faults.zygote [TIME ZONE]`` with ``DATABASE_URL`` and the processor's address in the environment.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from threading import Timer
from typing import Any


def main() -> None:
    """Serve until the input ends."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sonae.config.settings.test")
    import django

    django.setup()
    if len(sys.argv) > 1:  # only now: Django has set the zone of its settings, as it does on every server
        os.environ["TZ"] = sys.argv[1]
        time.tzset()
    # Everything is imported before the first fork, so that a child costs milliseconds.
    from django.db import connections

    import sonae.config.jobs  # noqa: F401
    from sonae.apps.documents.rendering import paper_press
    from sonae.apps.programmes.models import ProductVersion
    from sonae.apps.programmes.product_files import product_of
    from tests.faults import acts  # noqa: F401

    paper_press()
    for version in ProductVersion.objects.all():
        product_of(version)
    connections.close_all()

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
        "reached": [line for line in lines if line[0] not in "!="],
        "told": next((json.loads(line[1:]) for line in lines if line.startswith("=")), None),
        "error": next((line[1:] for line in lines if line.startswith("!")), ""),
        "killed": os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL,
    }


def _work(order: dict[str, Any], writing: int) -> None:
    from sonae.apps.audit import milestones
    from sonae.integrations.call_out import Circuit
    from sonae.integrations.sandbox_card.gateway import SandboxCardGateway
    from tests.faults.acts import carry_out

    counts: Counter[str] = Counter()

    def listener(name: str) -> None:
        counts[name] += 1
        os.write(writing, f"{name}#{counts[name]}\n".encode())
        if f"{name}#{counts[name]}" == order.get("kill"):
            os.kill(os.getpid(), signal.SIGKILL)

    milestones.listen(listener)
    _make_points(listener)
    if order.get("without_transactions"):
        _give_up_transactions()
    if order.get("kill_after"):
        Timer(order["kill_after"], os.kill, (os.getpid(), signal.SIGKILL)).start()
    gateway = SandboxCardGateway(Circuit(limit=10_000))
    told = carry_out(order["act"], order.get("on"), gateway, datetime.fromisoformat(order["now"]))
    os.write(writing, f"={json.dumps(told)}\n".encode())


def _make_points(listener: Callable[[str], None]) -> None:
    """Let every commit, lone write, call and mail of this process be told before and after."""
    from django.core.mail import EmailMessage
    from django.db import connection

    from sonae.integrations.sandbox_card.gateway import SandboxCardGateway

    def around(owner: Any, attribute: str, name: str) -> None:
        plain = getattr(owner, attribute)

        def told(*given: Any, **named: Any) -> Any:
            listener(name)
            answer = plain(*given, **named)
            listener(f"{name} done")
            return answer

        setattr(owner, attribute, told)

    def write(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        lone = not connection.in_atomic_block and sql.lstrip().split(None, 1)[0].upper() in {
            "INSERT",
            "UPDATE",
            "DELETE",
        }
        if lone:
            listener("write")
        answer = execute(sql, params, many, context)
        if lone:
            listener("write done")
        return answer

    around(connection, "_commit", "commit")
    around(SandboxCardGateway, "_call", "call")
    around(EmailMessage, "send", "mail")
    connection.execute_wrappers.append(write)


def _give_up_transactions() -> None:
    """What a program without transactions would be like: every write stands by itself, every lock ends at once."""
    from django.db.models import QuerySet
    from django.db.transaction import Atomic

    def nothing(*_: Any) -> None:
        return None

    Atomic.__enter__ = Atomic.__exit__ = nothing
    QuerySet.select_for_update = lambda self, **_: self


if __name__ == "__main__":
    main()
