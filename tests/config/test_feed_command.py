"""``sonae feed``: what it prints, how it ends, and that every refusal is one line."""

from __future__ import annotations

import argparse
import io
import sys
from pathlib import Path

import pytest

from sonae.apps.membership.models import Feed
from sonae.apps.parties.models import MembershipFact
from sonae.apps.programmes.models import Programme
from sonae.config import feed_command
from tests import clock
from tests.feeds import ON, Row, file_of, rows_of, take

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at_the_tests_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed_command, "now", clock.now)


def typed(*words: str) -> int:
    """The command as it is typed, with the database that is there already."""
    parser = argparse.ArgumentParser()
    feed_command.add_arguments(parser)
    return feed_command.run(parser.parse_args(words))


@pytest.fixture
def put(tmp_path: Path):
    def write(rows: list[Row], name: str = "list.csv") -> str:
        file = tmp_path / name
        file.write_bytes(file_of(rows))
        return str(file)

    return write


def on_day(day: str = "2026-12-01") -> tuple[str, ...]:
    return ("--form", "list", "--on", day)


def test_check_says_what_would_change_and_changes_nothing(programme: Programme, put, capsys) -> None:
    assert typed("check", put(rows_of(3)), *on_day()) == 0
    feed = Feed.objects.get()
    assert capsys.readouterr().out.splitlines() == [
        f"feed {feed.pk}: list for 2026-12-01, 3 good rows",
        "          3 join",
        "  members before on 2026-12-01: 0 (none)",
        "  members after on 2026-12-01: 3 (basic 3)",
    ]
    assert MembershipFact.objects.count() == 0


def test_apply_applies_once_and_says_so_when_it_was_done_before(programme: Programme, put, capsys) -> None:
    file = put(rows_of(3))
    assert [typed("apply", file, *on_day()) for _ in range(2)] == [0, 0]
    assert MembershipFact.objects.count() == 3
    assert capsys.readouterr().out.splitlines()[-1].endswith("was applied before; nothing changes")


def test_a_file_can_be_piped_in(programme: Programme, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", argparse.Namespace(buffer=io.BytesIO(file_of(rows_of(3)))))
    assert typed("apply", "-", *on_day()) == 0
    assert Feed.objects.get().file_name == "stdin"


def test_rows_that_were_set_aside_end_in_one_and_can_be_printed(programme: Programme, put, capfdbinary) -> None:
    assert typed("apply", put([*rows_of(3), Row("20000000", "gold")]), *on_day()) == 1
    capfdbinary.readouterr()
    assert typed("set-aside", str(Feed.objects.get().pk)) == 0


def test_a_held_file_ends_in_three_and_says_what_to_do(
    programme: Programme, put, capsys, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(rows_of(100))
    file = put(rows_of(50))
    assert typed("apply", file, *on_day("2026-12-31")) == 3
    feed = Feed.objects.latest("id")
    said = capsys.readouterr()
    assert "  brake: would end 50 of 100 members, more than 2 %" in said.out.splitlines()
    assert said.err.startswith(f"sonae feed: feed {feed.pk} is held and nothing is applied.")
    assert len(said.err.splitlines()) == 1
    assert typed("release", str(feed.pk), "--reason", "right") == 2
    assert "another person has to release it" in capsys.readouterr().err
    monkeypatch.setattr(feed_command, "_person", lambda: "command:second")
    assert typed("release", str(feed.pk), "--reason", "right") == 0
    assert typed("apply", file, *on_day("2026-12-31")) == 0
    assert MembershipFact.objects.filter(kind="left").count() == 50


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("check", "/nowhere/list.csv", *on_day()), "/nowhere/list.csv: No such file or directory"),
        (("check", "EMPTY", *on_day()), "is refused: The file is empty."),
        (("check", "EMPTY", *on_day("2062-12-01")), "the day must lie between"),
        (("release", "999999", "--reason", "a"), "there is no feed 999999"),
        (("set-aside", "999999"), "there is no feed 999999"),
    ],
)
def test_every_refusal_is_one_line_and_ends_in_two(
    programme: Programme, tmp_path: Path, capsys, words: tuple[str, ...], said: str
) -> None:
    empty = tmp_path / "empty.csv"
    empty.touch()
    assert typed(*(str(empty) if word == "EMPTY" else word for word in words)) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("sonae feed: ")
    assert said in line


def test_a_list_older_than_an_applied_one_is_refused_in_words(programme: Programme, put, capsys) -> None:
    take(rows_of(3), on=ON.replace(day=9))
    assert typed("apply", put(rows_of(4)), *on_day()) == 2
    assert "before the newest list that was applied" in capsys.readouterr().err


def test_list_shows_a_line_for_each_file(programme: Programme, put, capsys) -> None:
    take(rows_of(3))
    assert typed("list") == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert line.split()[3:] == ["applied", "list", "2026-12-01", "desk", "user:1", "members.csv"]
