"""No pattern in the house can be made slow: each is fed 50,000 letters that fit and then don't, at every place (F25).

The strings are made from the pattern itself: one text that it matches, and at each position of it a run of every letter
that the pattern knows. Lengths grow step by step, so that a pattern whose work explodes is stopped while it is small.
"""

from __future__ import annotations

import ast
import re
import time
from collections.abc import Iterator
from itertools import chain, pairwise
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import sonae

SOURCE = Path(sonae.__file__).parent
LONGEST = 50_000
SECONDS = 0.2  # of processor time, for one string
LENGTHS = (*range(14, 40, 2), 80, 320, 1_280, 2_560, 5_120, 10_240, 20_480, LONGEST)
METHODS = ("match", "fullmatch", "search", "sub", "finditer", "findall", "split")
KILLER = "\x00"
parser: Any = re._parser  # type: ignore[attr-defined]  # the only one that reads patterns as Python does


class Pattern(NamedTuple):
    """One pattern where it stands, and how it is used."""

    place: str
    text: str
    flags: int
    methods: tuple[str, ...]


def patterns_in_source() -> list[Pattern]:
    return [pattern for file in sorted(SOURCE.rglob("*.py")) for pattern in patterns_of(file)]


def patterns_of(file: Path) -> Iterator[Pattern]:
    tree = ast.parse(file.read_text())
    used = {
        (node.value.id, node.attr)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.attr in METHODS
    }
    names = {
        id(node.value): node.targets[0].id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    for node in ast.walk(tree):
        place = f"{file.relative_to(SOURCE)}:{getattr(node, 'lineno', 0)}"
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "re.compile":
            named = tuple(attr for name, attr in used if name == names.get(id(node)))
            yield Pattern(place, written(node.args[0], place), flags_of(node), named or ("fullmatch", "search"))
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in {f"re.{method}" for method in METHODS}:
            method = ast.unparse(node.func).removeprefix("re.")
            yield Pattern(place, written(node.args[0], place), flags_of(node), (method,))
        elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "regex":  # of a converter of addresses
            yield Pattern(place, written(node.value, place), 0, ("fullmatch",))


def written(node: ast.expr, place: str) -> str:
    """The pattern's text. One that is put together elsewhere can't be tried, so it is refused."""
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "3" for part in node.values)
    assert isinstance(node, ast.Constant), f"{place}: write the pattern out where it is used or compiled"
    return str(node.value)


def flags_of(call: ast.Call) -> int:
    named = [ast.unparse(argument) for argument in chain(call.args, (word.value for word in call.keywords))]
    return int(re.ASCII) if "re.ASCII" in named else 0


def a_match(tree: Any) -> list[str]:
    """One text that the pattern matches, letter by letter."""
    letters: list[str] = []
    for kind, value in tree:
        match str(kind):
            case "LITERAL":
                letters.append(chr(value))
            case "NOT_LITERAL" | "ANY":
                letters.append("a")
            case "IN":
                letters.append(letters_in(value)[0])
            case "MAX_REPEAT" | "MIN_REPEAT":
                least, most, inner = value
                letters.extend(a_match(inner) * max(least, min(most, 2)))
            case "SUBPATTERN":
                letters.extend(a_match(value[-1]))
            case "BRANCH":
                letters.extend(a_match(value[1][0]))
    return letters


def letters_in(members: Any) -> list[str]:
    """Some letters of a class; of one that excludes, letters that stand outside."""
    found: list[str] = []
    for kind, value in members:
        match str(kind):
            case "LITERAL":
                found.append(chr(value))
            case "RANGE":
                found.extend((chr(value[0]), chr(value[1])))
            case "CATEGORY":
                found.append({"DIGIT": "1", "SPACE": " ", "WORD": "a"}.get(str(value).removeprefix("CATEGORY_"), "é"))
    if str(members[0][0]) == "NEGATE":
        return [letter for letter in "aあ1 -" if letter not in found] or ["\x01"]
    return found


def alphabet(tree: Any) -> set[str]:
    letters = set(a_match(tree))
    for kind, value in tree:
        match str(kind):
            case "LITERAL":
                letters.add(chr(value))
            case "IN":
                letters.update(letters_in(value))
            case "MAX_REPEAT" | "MIN_REPEAT" | "SUBPATTERN":
                letters |= alphabet(value[-1])
            case "ASSERT" | "ASSERT_NOT":
                letters |= alphabet(value[1])
            case "BRANCH":
                letters = letters.union(*map(alphabet, value[1]))
    return letters


def runs_of(pattern: Pattern) -> Iterator[tuple[list[str], int, str]]:
    """A text that matches, a place in it, and what is repeated there."""
    tree = parser.parse(pattern.text, pattern.flags)
    text = a_match(tree)
    letters = sorted(alphabet(tree))[:12]
    for place in range(min(len(text), 12) + 1):
        for run in (*letters, "".join(text) or "a", *(one + other for one, other in pairwise(letters))):
            yield text, place, run


def attacks_on(length: int, text: list[str], place: int, run: str) -> tuple[str, str]:
    """The run in the middle of the text, and at its end; then a letter that no pattern waits for."""
    head = "".join(text[:place]) + (run * (length // len(run) + 1))[:length]
    return head + "".join(text[place:]) + KILLER, head + KILLER


def slow_at(pattern: Pattern) -> str:
    """Where the pattern takes too long, or nothing."""
    compiled = re.compile(pattern.text, pattern.flags)
    for text, place, run in runs_of(pattern):
        for length in LENGTHS:
            for attack in attacks_on(length, text, place, run):
                if any(seconds_of(compiled, method, attack) > SECONDS for method in pattern.methods):
                    return f"{pattern.place}: {pattern.text} takes long for {length} × {run!r} at {place}"
    return ""


def seconds_of(compiled: re.Pattern[str], method: str, attack: str) -> float:
    """Of processor time, which other programs on the machine don't touch."""
    began = time.process_time()
    if method == "sub":
        compiled.sub("", attack)
    elif method == "finditer":
        list(compiled.finditer(attack))
    else:
        getattr(compiled, method)(attack)
    return time.process_time() - began


FOUND = patterns_in_source()


def test_the_source_has_patterns_to_try() -> None:
    assert len(FOUND) > 25
    assert "domain/figures.py" in {pattern.place.partition(":")[0] for pattern in FOUND}


@pytest.mark.parametrize("pattern", FOUND, ids=lambda pattern: pattern.place)
def test_a_pattern_takes_no_time_whatever_it_is_given(pattern: Pattern) -> None:
    assert slow_at(pattern) == ""


@pytest.mark.parametrize("text", ["(a+)+$", "(a|a)*b", r"\s+$", "x*x*y", r"(\d+,?)+;", "(.*),(.*),(.*);"])
def test_a_pattern_that_can_be_made_slow_is_found(text: str) -> None:
    assert slow_at(Pattern("here", text, 0, ("search",)))
