"""The background worker: jobs from PostgreSQL, and the minutely rounds."""

from __future__ import annotations

from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector


def work() -> None:
    """Work until told to stop. Jobs are short and can be repeated; what a killed worker held is found again by the rounds."""
    connector = app.connector
    assert isinstance(connector, DjangoConnector)  # noqa: S101  # procrastinate's Django app has no other
    with app.replace_connector(connector.get_worker_connector()) as working:
        working.run_worker(
            concurrency=2,
            wait=True,
            install_signal_handlers=True,
            fetch_job_polling_interval=2.0,
            delete_jobs="successful",  # a round a minute would leave half a million rows a year
        )
