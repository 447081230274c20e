"""Finds the glossary's retired words in what we name and in what we show. What others have named is theirs."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

RETIRED = {
    "customer": "member, applicant, insured or policyholder",
    "client": "member, applicant, insured or policyholder",
    "policy": "certificate (the policy is the group's)",
    "price": "premium",
    "fee": "premium, charge or payment",
    "amount": "premium, charge or payment; limit",
    "cap": "limit",
    "excess": "deductible",
    "ticket": "consultation or case",
    "modification": "change, transaction",
    "subscription": "cover or certificate",
    "approve": "accept, settle or authorise",
}
FORMS = {
    **{word: word for word in RETIRED},
    **{f"{word}s": word for word in RETIRED},
    "policies": "policy",
    "approved": "approve",
    "approval": "approve",
    "priced": "price",
    "capped": "cap",
}
ENGLISH_OF_A_PAIR = {"Text": 1, "say": 1}  # Text("日本語", "English"): which argument is English
COMMENT = re.compile(r"\{#.*?#\}|<!--.*?-->|\{%\s*comment\s*%\}.*?\{%\s*endcomment\s*%\}", re.DOTALL)
SAID = re.compile(r"""\{%\s*say\s+"[^"]*"\s+"([^"]*)""")
CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
TAG = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|<[^>]*>", re.DOTALL)


class Finding(NamedTuple):
    """A retired word, where it stands, and in which words."""

    line: int
    word: str
    context: str


def in_names(source: str) -> Iterator[Finding]:
    """In the names that this module defines: modules' own functions, classes, arguments, variables and attributes."""
    for node in ast.walk(ast.parse(source)):
        for name in _defined_by(node):
            for part in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name):
                if part.lower() in FORMS:
                    yield Finding(getattr(node, "lineno", 0), FORMS[part.lower()], name)


def in_texts(source: str) -> Iterator[Finding]:
    """In the English that a Python module shows: ``Text(…, "English")`` and ``say(…, "English")``."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ENGLISH_OF_A_PAIR:
            place = ENGLISH_OF_A_PAIR[node.func.id]
            if len(node.args) > place:
                for part in ast.walk(node.args[place]):
                    if isinstance(part, ast.Constant) and isinstance(part.value, str):
                        yield from in_prose(part.value, first_line=part.lineno)


def in_template(source: str) -> Iterator[Finding]:
    """In what a template shows: its text outside tags, and the English of ``{% say %}``."""
    plain = COMMENT.sub(_only_line_ends, source)
    spoken = TAG.sub(_only_line_ends, SAID.sub(lambda found: f"{_only_line_ends(found)} {found[1]} {{% said", plain))
    yield from in_prose(spoken)


def in_markdown(source: str) -> Iterator[Finding]:
    """In a document, outside its code."""
    yield from in_prose(CODE.sub(_only_line_ends, source))


def in_prose(text: str, *, first_line: int = 1) -> Iterator[Finding]:
    """In plain English."""
    for number, line in enumerate(text.splitlines(), first_line):
        for found in re.finditer(r"[A-Za-z]+", line):
            word = FORMS.get(found[0].lower())
            if word:
                yield Finding(number, word, line[max(0, found.start() - 30) : found.end() + 30].strip())


def _defined_by(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.arg(arg=name) | ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()):
            yield name
        case ast.alias(asname=str(name)):
            yield name


def _only_line_ends(found: re.Match[str]) -> str:
    return "\n" * found[0].count("\n")
