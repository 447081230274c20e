"""The page with the holes, on which both tools must find something before their silence about Sonae says anything.

A line typed by the visitor becomes SQL and markup, as it must never be. It stands on the same database server as Sonae, may
read nothing of Sonae's and write nothing at all, hides its faults as Sonae does, and listens on loopback alone.

The same server is where requests end up that the tools try to make Sonae send (``/endpoint/``): whoever asks for something there
that isn't a tool reading its own notes was led out of Sonae.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from urllib.parse import parse_qs
from wsgiref.types import StartResponse, WSGIEnvironment

import psycopg

from attack import visits
from sonae.config.web_server import serve

DATABASE = "ATTACK_CONTROL_DATABASE"
LED_OUT = "led-out"
FRONT = (
    "<!doctype html><title>front</title><p><a href='/find?name=sonae'>find</a> <a href='/greet?name=sonae'>greet</a></p>"
    "<form method='post' action='/find'><input name='name' value='sonae'><button>find</button></form>"
)


def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """WSGI."""
    path, agent = environ["PATH_INFO"], environ.get("HTTP_USER_AGENT", "")
    if path.startswith("/endpoint/"):
        noted = path.startswith("/endpoint/get_") or path == "/endpoint/"
        visits.note(agent if noted else LED_OUT, environ["REQUEST_METHOD"], 200)
        start_response("200 OK", [("Content-Type", "application/json")])
        return [b"{}"]
    pages = {"/find": _find, "/greet": _greet}
    status, page = pages[path](_typed(environ)) if path in pages else (200, FRONT)
    visits.note(agent, environ["REQUEST_METHOD"], status)
    start_response(f"{status} .", [("Content-Type", "text/html; charset=utf-8")])
    return [page.encode()]


def _typed(environ: WSGIEnvironment) -> str:
    length = int(environ.get("CONTENT_LENGTH") or 0)
    given = environ["wsgi.input"].read(length).decode() if length else environ.get("QUERY_STRING", "")
    return parse_qs(given, keep_blank_values=True).get("name", [""])[0].replace("\0", "")


def _find(typed: str) -> tuple[int, str]:
    """One mistake: a statement put together from text."""
    try:
        with psycopg.connect(os.environ[DATABASE], autocommit=True) as connection:
            # Bytes, because psycopg refuses a text that was put together, unless it is told so.
            found = connection.execute(
                f"SELECT name FROM (VALUES ('sonae')) AS t(name) WHERE name = '{typed}'".encode()
            )
            names = ", ".join(str(row[0]) for row in found.fetchall()) if found.description else ""
    except psycopg.Error:
        return 500, "<!doctype html><title>fault</title><p>Something went wrong.</p>"
    return 200, f"<!doctype html><title>found</title><p>Found: {names or 'nothing'}.</p>{FRONT}"


def _greet(typed: str) -> tuple[int, str]:
    """The other: text taken for markup."""
    return 200, f"<!doctype html><title>greet</title><h1>Hello {typed}</h1>"


if __name__ == "__main__":
    serve(application, host="127.0.0.1", port=int(sys.argv[1]))
