"""Reads the body of a quote's request, strictly: JSON has figures and texts, and one is not taken for the other."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import NoReturn

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest
from django.http.request import RawPostDataException

from sonae.domain.quoting import FactProblem
from sonae.domain.text import Text
from sonae.web.api.problems import Given, Refused, refuse

LARGEST_BODY = 10_000
FIELDS = ("industry", "annual_sales", "start_on")

AS_JSON = Text("JSONのオブジェクトを入れてください。", "a JSON object is expected.")
AS_UTF8 = Text("UTF-8で書いてください。", "UTF-8 is expected.")
ONLY_OURS = Text(f"項目は {', '.join(FIELDS)} だけです。", f"the only fields are {', '.join(FIELDS)}.")
ONCE = Text("同じ項目は1度だけ入れてください。", "each field is expected once.")
CONTENT_TYPE = Text(
    "Content-Type は application/json（UTF-8）にしてください。",
    "the Content-Type application/json (UTF-8) is expected.",
)
SHORT = Text(f"{LARGEST_BODY:,}バイトまでです。", f"at most {LARGEST_BODY:,} bytes are expected.")


def read_facts(request: HttpRequest) -> dict[str, object]:
    """The facts as ``answer_quote`` takes them. Raises ``Refused`` with every problem of shape."""
    facts = _json_object(request)
    unknown = [FactProblem(name, str(Given(facts[name])), ONLY_OURS) for name in facts if name not in FIELDS]
    if unknown:
        raise Refused(422, unknown)
    sales = facts.get("annual_sales")
    return {
        "industry": _text(facts.get("industry")),
        "annual_sales": sales if type(sales) is int else _other(sales),
        "start_on": _text(facts.get("start_on")),
    }


def _text(value: object) -> object:
    """A text or nothing; whatever else stands there is shown as it is."""
    return value if isinstance(value, str) else _other(value)


def _other(value: object) -> object:
    return None if value is None else Given(value)


def _json_object(request: HttpRequest) -> dict[str, object]:
    _check_content_type(request)
    try:
        body = request.body
    except (RequestDataTooBig, RawPostDataException) as error:
        raise refuse(413, "body", "", SHORT) from error
    if len(body) > LARGEST_BODY:
        raise refuse(413, "body", f"{len(body):,} bytes", SHORT)
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise refuse(400, "body", "", AS_UTF8) from error
    try:
        read = json.loads(text, object_pairs_hook=_each_once, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise refuse(400, "body", text, AS_JSON) from error
    if not isinstance(read, dict):
        raise refuse(422, "body", read, AS_JSON)
    return read


def _check_content_type(request: HttpRequest) -> None:
    charset = (request.content_params or {}).get("charset", "utf-8").lower()
    if request.content_type != "application/json" or charset not in ("utf-8", "utf8"):
        raise refuse(415, "Content-Type", request.headers.get("Content-Type", ""), CONTENT_TYPE)


def _each_once(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    read = dict(pairs)
    if len(read) < len(pairs):
        names = [name for name, _ in pairs]
        twice = [name for name in read if names.count(name) > 1]
        raise Refused(422, [FactProblem(name, str(Given(read[name])), ONCE) for name in twice])
    return read


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")
