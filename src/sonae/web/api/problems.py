"""What is wrong with a request, in one shape for every kind of wrong: the field, what was given, what is expected."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.utils.translation.trans_real import parse_accept_lang_header

from sonae.domain.quoting import FactProblem
from sonae.domain.text import Text

LANGUAGES = ("ja", "en")
LONGEST_SHOWN = 80


class Refused(Exception):
    """The request gets this status and these problems."""

    def __init__(self, status: int, problems: Sequence[FactProblem]) -> None:
        super().__init__(f"{status}: {', '.join(problem.field for problem in problems)}")
        self.status, self.problems = status, tuple(problems)


@dataclass(frozen=True, slots=True)
class Given:
    """A JSON value where another kind was expected; prints as it stood in the request."""

    value: object

    def __str__(self) -> str:
        return printable(json.dumps(self.value, ensure_ascii=False))


def printable(text: str) -> str:
    """Short, and without halves of characters, which no UTF-8 can hold."""
    shown = text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 1] + "…"
    return shown.encode("utf-8", "replace").decode("utf-8")


def refuse(status: int, field: str, given: object, expected: Text) -> Refused:
    """One problem."""
    shown = given if isinstance(given, str) else str(Given(given))
    return Refused(status, [FactProblem(field, printable(shown), expected)])


def problem_json(problem: FactProblem, language: str) -> dict[str, str]:
    """As the answer carries it: the facts of the problem, and a sentence for a person."""
    expected = problem.expected.in_language(language)
    given = printable(problem.given)
    if language == "en":
        message = f"{problem.field}: “{given}” can't be used; {expected}" if given else f"{problem.field}: {expected}"
    else:
        message = f"{problem.field}：「{given}」は使えません。{expected}" if given else f"{problem.field}：{expected}"
    return {
        "field": printable(problem.field),
        "given": given,
        "expected": expected,
        "message": printable_message(message),
    }


def printable_message(message: str) -> str:
    """The whole sentence, without halves of characters."""
    return message.encode("utf-8", "replace").decode("utf-8")


def json_answer(body: object, *, status: int = 200, language: str) -> HttpResponse:
    """JSON with its charset and language."""
    answer = HttpResponse(
        json.dumps(body, ensure_ascii=False), status=status, content_type="application/json; charset=utf-8"
    )
    answer.headers["Content-Language"] = language
    answer.headers["Vary"] = "Accept-Language"
    answer.headers["Cache-Control"] = "no-store"
    return answer


def refusal(problems: Sequence[FactProblem], *, status: int, language: str) -> HttpResponse:
    """The answer that lists every problem."""
    listed = [problem_json(problem, language) for problem in problems]
    return json_answer({"problems": listed}, status=status, language=language)


def language_of(request: HttpRequest) -> str:
    """``?language=`` first, then what the client accepts; Japanese where neither says."""
    asked = request.GET.get("language", "")
    if asked in LANGUAGES:
        return asked
    for wanted, _quality in parse_accept_lang_header(request.headers.get("Accept-Language", "")):
        if wanted.split("-")[0] in LANGUAGES:
            return wanted.split("-")[0]
    return "ja"
