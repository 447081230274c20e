"""The watched folder: what is complete is taken in once, whatever happens, and nothing outside the folder is ever touched."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from pytest_django import Settings

from sonae.apps.membership import watched_folder
from sonae.apps.membership.models import Feed
from sonae.apps.membership.use_cases.look_for_feeds import look_for_feeds
from sonae.apps.membership.use_cases.take_further import take_all_further
from sonae.apps.parties.models import Member
from sonae.apps.programmes.models import Programme
from tests import clock
from tests.feeds import Row, file_of, hand_in, rows_of, take

pytestmark = pytest.mark.django_db
LIST = "members_list_2026-12-01.csv"
CHANGES = "members_changes_2026-12-01.csv"
CONTENT = file_of(rows_of(3))


@pytest.fixture
def folder(tmp_path: Path, settings: Settings, programme: Programme) -> Path:
    settings.SONAE_FEED_FOLDER = str(tmp_path / "in")
    (tmp_path / "in").mkdir()
    return tmp_path / "in"


def lay(folder: Path, content: bytes = CONTENT, name: str = LIST, *, done: bool = True) -> Path:
    path = folder / name
    path.write_bytes(content)
    if done:
        (folder / f"{name}.done").touch()
    return path


def look() -> str:
    return look_for_feeds(now=clock.now())


def laid(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir())


def test_a_file_that_is_said_to_be_done_is_read_and_put_away(folder: Path) -> None:
    lay(folder)
    assert look() == "folder: taken 1, refused 0, waiting 0"
    feed = Feed.objects.get()
    assert (feed.state, feed.form, feed.channel, feed.received_by) == ("checked", "list", "folder", "system:folder")
    assert (feed.file_name, feed.effective_date.isoformat()) == (LIST, "2026-12-01")
    assert laid(folder) == [f"taken/{feed.pk}_{LIST}"]


def test_without_that_it_is_taken_when_it_rested_between_two_rounds(folder: Path) -> None:
    path = lay(folder, CONTENT[:20], done=False)
    assert look() == "folder: taken 0, refused 0, waiting 1"
    path.write_bytes(CONTENT)
    assert look() == "folder: taken 0, refused 0, waiting 1"
    assert not Feed.objects.exists()
    assert look() == "folder: taken 1, refused 0, waiting 0"
    assert Feed.objects.get().size == len(CONTENT)


def test_without_waiting_half_a_file_would_be_taken(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watched_folder, "_rests", lambda *_: True)
    lay(folder, CONTENT[:20], done=False)
    look()
    assert Feed.objects.get().size == 20


def test_a_file_that_changes_while_it_is_read_waits_and_its_feed_is_given_up(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, taken = lay(folder), watched_folder.take_in

    def take_while_somebody_writes(*args: object, **given: object) -> Feed:
        feed = taken(*args, **given)  # type: ignore[arg-type]
        path.write_bytes(CONTENT + b"10000099,basic,more\n")
        return feed

    monkeypatch.setattr(watched_folder, "take_in", take_while_somebody_writes)
    assert look() == "folder: taken 0, refused 0, waiting 1"
    assert Feed.objects.get().state == Feed.State.WITHDRAWN
    monkeypatch.undo()
    assert look() == "folder: taken 1, refused 0, waiting 0"


def test_a_file_that_can_not_be_used_is_put_aside_with_the_reason_beside_it(folder: Path) -> None:
    lay(folder, b"\x00\x01\x02 no text at all")
    assert look() == "folder: taken 0, refused 1, waiting 0"
    feed = Feed.objects.get()
    assert laid(folder) == [f"refused/{feed.pk}_{LIST}", f"refused/{feed.pk}_{LIST}.reason.txt"]
    said = (folder / f"refused/{feed.pk}_{LIST}.reason.txt").read_text()
    assert "文字のファイルではありません" in said
    assert "This is no file of text" in said


@pytest.mark.parametrize(
    ("name", "limit", "said"),
    [("members_list_2046-12-01.csv", 1_000, "範囲の外"), (LIST, 10, "大きすぎます")],
)
def test_what_is_not_even_kept_is_put_aside_too(
    folder: Path, settings: Settings, name: str, limit: int, said: str
) -> None:
    settings.SONAE_FEED_LIMIT_BYTES = limit
    lay(folder, name=name)
    assert look() == "folder: taken 0, refused 1, waiting 0"
    assert not Feed.objects.exists()
    assert said in next((folder / "refused").glob("*.reason.txt")).read_text()


@pytest.mark.parametrize(
    "name",
    ["members.csv", "members_list_2026-13-01.csv", "members_list_2026-12-01.csv.filepart", "members_list_2026-12-01.exe",
     "x_members_list_2026-12-01.csv", "members_all_2026-12-01.csv", ".members_list_2026-12-01.csv"],
)  # fmt: skip
def test_what_nobody_meant_for_us_is_left_alone(folder: Path, name: str) -> None:
    lay(folder, name=name, done=False)
    assert look() == "folder: taken 0, refused 0, waiting 0"
    assert laid(folder) == [name]


def test_no_link_is_followed(folder: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside.csv"
    outside.write_bytes(CONTENT)
    (folder / LIST).symlink_to(outside)
    (folder / f"{LIST}.done").touch()
    assert look() == "folder: taken 0, refused 0, waiting 1"
    assert not Feed.objects.exists()
    assert outside.read_bytes() == CONTENT


def test_a_link_in_the_place_of_our_folders_leads_nothing_out(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (folder / "taken").symlink_to(tmp_path / "elsewhere")
    lay(folder)
    assert look() == ""
    assert list((tmp_path / "elsewhere").iterdir()) == []
    assert (folder / LIST).exists()


@pytest.mark.parametrize("kind", ["pipe", "folder"])
def test_what_is_no_file_holds_nobody_up(folder: Path, kind: str) -> None:
    (os.mkfifo if kind == "pipe" else os.mkdir)(folder / CHANGES)
    (folder / f"{CHANGES}.done").touch()
    lay(folder)
    assert look() == "folder: taken 1, refused 0, waiting 1"


class Killed(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("content", [CONTENT, b"\x00 no text"], ids=["good", "refused"])
@pytest.mark.parametrize("when", ["received", "read", "reason laid down"])
def test_whenever_the_process_dies_the_next_round_ends_in_the_same_state(
    folder: Path, monkeypatch: pytest.MonkeyPatch, content: bytes, when: str
) -> None:
    def die(*_: object, **__: object) -> None:
        raise Killed

    lay(folder, content)
    with monkeypatch.context() as dying:
        match when:
            case "received":
                dying.setattr(watched_folder, "reached", die)
            case "read":
                dying.setattr(watched_folder, "_put", die)
            case _:
                dying.setattr(watched_folder.os, "rename", die)
        with pytest.raises(Killed):
            look()
    assert (folder / LIST).exists()
    look()
    assert not (folder / LIST).exists()
    living = Feed.objects.exclude(state=Feed.State.REFUSED)
    assert living.count() == (1 if content == CONTENT else 0)
    place = "taken" if content == CONTENT else "refused"
    assert len([name for name in laid(folder) if name.startswith(place) and name.endswith(".csv")]) == 1


def test_files_of_one_day_are_taken_in_their_order(folder: Path) -> None:
    for name in ("members_changes_2026-12-02.csv", LIST, CHANGES, "members_list_2026-12-02.csv"):
        form = "changes" if "changes" in name else "list"
        row = Row("10000000", act="joined") if form == "changes" else Row("10000000")
        lay(folder, file_of([row], form=form), name)
    look()
    taken = list(Feed.objects.order_by("pk").values_list("file_name", flat=True))
    assert taken == [LIST, CHANGES, "members_list_2026-12-02.csv", "members_changes_2026-12-02.csv"]


def test_one_file_that_fails_keeps_no_other_waiting(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = watched_folder.read_in

    def fail_for_the_list(feed: Feed, named: object, **given: object) -> object:
        if feed.form == "list":
            raise RuntimeError("ordered by a test")
        return read(feed, named, **given)  # type: ignore[arg-type]

    monkeypatch.setattr(watched_folder, "read_in", fail_for_the_list)
    lay(folder)
    lay(folder, file_of([Row("10000000", act="joined")], form="changes"), CHANGES)
    assert look() == "folder: taken 1, refused 0, waiting 0"
    assert (folder / LIST).exists()


def test_a_folder_that_is_not_there_is_one_line_in_the_log(
    programme: Programme, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.SONAE_FEED_FOLDER = "/nonexistent/sonae"
    assert look() == ""
    assert "the watched folder can't be opened" in caplog.text


def test_nothing_is_applied_unless_the_operator_wants_it(folder: Path, settings: Settings) -> None:
    lay(folder)
    look()
    assert Feed.objects.get().state == Feed.State.CHECKED
    settings.SONAE_FEED_APPLY_BY_ITSELF = True
    lay(folder, file_of(rows_of(4)))
    look()
    assert Feed.objects.get(size=len(file_of(rows_of(4)))).state == Feed.State.APPLIED
    assert Member.objects.count() == 4


def test_what_the_brake_holds_is_never_applied_by_itself(folder: Path, settings: Settings) -> None:
    settings.SONAE_FEED_APPLY_BY_ITSELF = True
    take(rows_of(100))
    lay(folder, file_of(rows_of(90)), "members_list_2026-12-02.csv")
    look()
    take_all_further(now=clock.later(minutes=5))
    feed = Feed.objects.get(channel="folder")
    assert feed.state == Feed.State.HELD
    Feed.objects.filter(pk=feed.pk).update(state=Feed.State.CHECKED, released_at=clock.now(), released_by="user:2")
    take_all_further(now=clock.later(minutes=5))
    feed.refresh_from_db()
    assert feed.state == Feed.State.CHECKED


def test_a_feed_whose_job_was_lost_is_read_by_the_round(programme: Programme) -> None:
    feed = hand_in(rows_of(2))
    assert take_all_further(now=clock.later(seconds=30)) == 0
    assert take_all_further(now=clock.later(minutes=3)) == 1
    feed.refresh_from_db()
    assert feed.state == Feed.State.CHECKED
