"""The examples of ``docs/howto/member-feed.md`` do what they say, against a server of their own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from threading import Thread
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, connections
from pytest_django import Settings

from sonae.apps.membership.models import Feed
from sonae.domain.calendar import JAPAN
from tests import clock
from tests.web.feed_sender import KEYS, LIST, SECRET

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "howto" / "member-feed.md").read_text()
INTERPRETERS = {"sh": "sh", "python": sys.executable}


def example(language: str) -> str:
    """The one example in that language."""
    (found,) = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    return str(found)


@contextmanager
def serving() -> Iterator[str]:
    """The application on a port of its own, within the test's transaction; answers one request after the other."""
    here = connections["default"]
    here.inc_thread_sharing()
    server = make_server("127.0.0.1", 0, get_wsgi_application(), handler_class=Quiet)

    def serve() -> None:
        connections["default"] = here
        server.serve_forever(poll_interval=0.05)

    thread = Thread(target=serve, daemon=True)
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        here.dec_thread_sharing()
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)


class Quiet(WSGIRequestHandler):
    """Says nothing of each request."""

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["sh", "python"])
def test_the_example_hands_a_file_in(settings: Settings, tmp_path: Path, language: str) -> None:
    settings.SONAE_FEED_KEYS = KEYS
    script, file = tmp_path / "send", tmp_path / "members_list_2026-12-01.csv"
    script.write_text(example(language))
    file.write_bytes(LIST)
    with serving() as site, clock.at(datetime.now(JAPAN)):  # the examples look at the machine's clock
        day = (clock.now() + timedelta(days=7)).date().isoformat()
        ran = subprocess.run(
            [INTERPRETERS[language], str(script), site, "list", day, str(file)],
            env={"SONAE_KEY_ID": "kaihi-2026", "SONAE_SECRET": SECRET, "PATH": os.environ["PATH"]},
            capture_output=True, text=True, timeout=60, check=True,
        )  # fmt: skip
    feed = Feed.objects.get()
    assert f'"id": {feed.pk}' in ran.stdout
    assert (feed.size, feed.form, feed.file_name) == (len(LIST), "list", "members_list_2026-12-01.csv")
    assert feed.effective_date.isoformat() == day
