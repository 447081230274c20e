"""Work to be done after this transaction, by any worker: the job is a row of the same transaction.

A lost job is never lost work: every job only looks for what is due, and the minutely round looks for the same.
"""

from __future__ import annotations

from procrastinate.contrib.django import app


def later(task: str, **arguments: str | int) -> None:
    """Queue the task of that name (see ``config/jobs.py``)."""
    app.configure_task(task).defer(**arguments)
