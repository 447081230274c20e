"""F15: no room left where the database stands, where files go on their way in and out, and where the logs go.

Nothing is half done: what can't be kept is refused with a page that says when to come back, what was acknowledged is there
afterwards, and once there is room everything goes on, with nobody repairing anything.
"""

from __future__ import annotations

import io
import logging
import random
import secrets
import sys
import tempfile
from collections.abc import Iterator
from contextlib import nullcontext, suppress
from datetime import date

import psycopg
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import InterfaceError, OperationalError, connections
from django.test import Client
from pytest_django import DjangoDbBlocker, Settings

from sonae.apps.audit.models import AuditEntry
from sonae.apps.billing.models import Payment
from sonae.apps.certificates.models import Certificate, ChangeRequest
from sonae.apps.membership.models import Feed, FeedChunk
from sonae.apps.membership.use_cases import receive_feed
from sonae.apps.membership.use_cases.check_feed import check_feed
from sonae.apps.parties.models import Organisation, User
from sonae.apps.reporting.use_cases.close_bordereau import close_bordereau
from sonae.config import money_command
from sonae.config.command_line import main
from sonae.web.shared import outage
from tests import clock
from tests.faults.conftest import world_apart
from tests.faults.cover_books import ask, bought, check_covers, wish_for
from tests.faults.own_server import OwnServer, SmallDisk
from tests.faults.world import Processor, World
from tests.integrations.workbooks import workbook_of
from tests.renewals import enter_members, give_covers
from tests.web.door import browser_of
from tests.web.feed_sender import KEYS, Sender

pytestmark = pytest.mark.faults
MEGABYTES = 320
HEADINGS = "会員番号,会員種別,会員名\n"


def large_list(size: int = 4_000_000, seed: int = 15) -> bytes:
    """Rows that no compression makes small."""
    dice = random.Random(seed)  # noqa: S311
    rows = (f"{place:08d},basic,{dice.randbytes(150).hex()}\n" for place in range(10_000_000, 10_000_000 + size // 318))
    return (HEADINGS + "".join(rows)).encode()


def operator() -> Client:
    organisation, _ = Organisation.objects.get_or_create(code="operator", defaults={"role": "operator"})
    address = f"operator{secrets.token_hex(3)}@staff.example"
    user = User.objects.create_user(address, date_joined=clock.now(), organisation=organisation)
    return browser_of(user, raise_request_exception=False)


def hand_in(browser: Client, body: bytes) -> tuple[int, str]:
    """At the desk: status and words of the answer."""
    file = SimpleUploadedFile("members.csv", body)
    fields = {"form": "list", "effective_date": clock.now().date().isoformat(), "file": file}
    answer = browser.post("/desk/feeds/upload/", fields)
    return answer.status_code, answer.content.decode()


# --- where the database stands ----------------------------------------------------------------------------------------------


@pytest.fixture
def tight(
    published_database: str, processor: Processor, django_db_blocker: DjangoDbBlocker
) -> Iterator[tuple[World, OwnServer, SmallDisk]]:
    """A world whose database, with its log of writes and its log of words, stands on a small disk."""
    with SmallDisk(MEGABYTES) as disk:
        folder = disk.folder / "postgres"
        with world_apart(folder, published_database, processor, django_db_blocker) as (world, server):
            yield world, server, disk


def until_refused(world: World, covers: list[Certificate]) -> list[str]:
    """The keys of the changes that were acknowledged; the others were refused."""
    done = []
    for number, certificate in enumerate(covers):
        key = f"full:{number}"
        try:
            ask(world, certificate, wish_for("P300"), key=key)
            done.append(key)
        except (OperationalError, InterfaceError):
            connections.close_all()
    return done


def use_up_the_log_of_writes(world: World) -> int:
    """Ask for another segment of it until the server gives up or says no; how often it did."""
    refused = 0
    for _ in range(4):
        try:
            with psycopg.connect(world.database, autocommit=True, connect_timeout=5) as session:
                session.execute("SELECT pg_switch_wal()")
                session.execute("UPDATE parties_member SET number = number")
        except psycopg.OperationalError:
            refused += 1
    return refused


def test_a_database_without_room_refuses_and_goes_on_by_itself_once_there_is_some(
    tight: tuple[World, OwnServer, SmallDisk],
) -> None:
    world, server, disk = tight
    browser, covers = operator(), [bought(world) for _ in range(8)]
    under_way = [world.authorised()[1] for _ in range(3)]
    assert hand_in(browser, large_list(400_000, seed=1))[0] == 302
    before = ask(world, covers.pop(), wish_for("P300"), key="before")
    assert before.state == ChangeRequest.State.DONE
    disk.fill()

    status, words = hand_in(browser, large_list())
    assert status == 503
    assert "数分たってから、もう一度お開きください" in words
    for payment in under_way:
        with suppress(OperationalError, InterfaceError):
            world.settle(payment)
    acknowledged = until_refused(world, covers)
    assert disk.room() == 0
    assert use_up_the_log_of_writes(world) >= 1

    disk.give_back()
    server.start()  # finds it running, or recovers what a full disk has stopped
    connections.close_all()
    assert Feed.objects.count() == 1
    assert set(FeedChunk.objects.values_list("feed", flat=True)) == {Feed.objects.get().pk}
    done = set(ChangeRequest.objects.filter(state="done").values_list("key", flat=True))
    assert {"before", *acknowledged} <= done
    assert hand_in(browser, large_list())[0] == 302
    world.heal()
    assert {payment.state for payment in Payment.objects.all()} == {"captured"}
    assert check_covers(world) == []


def test_without_transactions_an_upload_that_found_no_room_leaves_a_file_that_is_not_whole(
    committed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The guard off: the third piece finds no room, and the first two stay behind, of a file that nobody has."""
    kept = FeedChunk.objects.create

    def room_for_two(**fields: object) -> FeedChunk:
        if fields["seq"] == 2:
            raise OperationalError("could not extend file: No space left on device")
        return kept(**fields)

    monkeypatch.setattr(FeedChunk.objects, "create", room_for_two)
    left = []
    for guarded in (True, False):
        if not guarded:
            monkeypatch.setattr(receive_feed.transaction, "atomic", nullcontext)
        with pytest.raises(OperationalError):
            receive_feed.receive_feed(
                file=io.BytesIO(large_list(seed=guarded)), file_name="members.csv", form="list",
                effective_date=date(2026, 11, 24), channel="desk", actor="user:test", now=clock.now(),
            )  # fmt: skip
        left.append(FeedChunk.objects.filter(feed__digest="").count())
    assert left == [0, 2]


# --- where files go on their way in and out ---------------------------------------------------------------------------------


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[SmallDisk]:
    """Where everything puts what is too large for its memory; no room is left."""
    with SmallDisk(4) as disk:
        monkeypatch.setattr(tempfile, "tempdir", str(disk.folder))
        disk.fill()
        yield disk


def left_behind(disk: SmallDisk) -> set[str]:
    return {path.name for path in disk.folder.iterdir()} - {"ballast"}


@pytest.fixture
def organiser(settings: Settings) -> Client:
    settings.SONAE_FEED_KEYS = KEYS
    return Client(raise_request_exception=False)


def test_a_file_that_finds_no_room_on_its_way_in_is_refused_and_comes_in_when_there_is(
    programme: object, full_disk: SmallDisk, organiser: Client
) -> None:
    """At the desk, over HTTP, and as a workbook that is unpacked."""
    browser, sender, body = operator(), Sender(), large_list(3_000_000)
    workbook = workbook_of([["会員番号", "会員種別", "会員名"], *([f"1{n:07d}", "basic", "みほん"] for n in range(50))])
    status, words = hand_in(browser, body)
    assert status == 503
    assert "数分たってから、もう一度お開きください" in words
    assert sender.send(organiser, body).status_code == 503
    assert hand_in(browser, workbook)[0] == 503  # it is kept, and read again later
    assert (Feed.objects.count(), left_behind(full_disk)) == (1, set())
    received = Feed.objects.get()
    assert received.state == Feed.State.RECEIVED

    full_disk.give_back()
    assert check_feed(feed_id=received.pk, now=clock.now()).state in {Feed.State.CHECKED, Feed.State.HELD}
    assert hand_in(browser, body)[0] == 302
    assert sender.send(organiser, body).status_code == 202
    assert Feed.objects.count() == 3
    assert left_behind(full_disk) == set()


def test_taken_for_a_fault_of_ours_a_full_disk_shows_nobody_when_to_come_back(
    programme: object, full_disk: SmallDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The guard off."""
    monkeypatch.setattr(outage, "NO_ROOM", ())
    assert hand_in(operator(), large_list(3_000_000))[0] == 500


def test_a_list_that_finds_no_room_on_its_way_out_leaves_what_was_there(
    programme: object,
    full_disk: SmallDisk,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    full_disk.give_back()
    covers = give_covers(enter_members(40))
    with clock.at(clock.MORNING.replace(month=12)):
        closed = close_bordereau(month=date(2026, 11, 1), actor="user:test", now=clock.now())
    assert closed.line_count == len(covers)
    out = full_disk.folder / "list.csv"
    command = ["bordereau", "export", "2026-11", "--out", str(out)]
    assert main(command) == 0
    whole = out.read_bytes()
    full_disk.fill()
    assert main(command) == 2
    assert "No space left on device" in capsys.readouterr().err
    assert (out.read_bytes(), left_behind(full_disk)) == (whole, {"list.csv"})
    monkeypatch.setattr(money_command, "whole_file", lambda path: path.open("wb"))  # the guard off
    assert main([*command[:-1], f"{out}.new"]) == 2
    assert left_behind(full_disk) == {"list.csv", "list.csv.new"}


# --- where the logs go -------------------------------------------------------------------------------------------------------


@pytest.fixture
def log_on_a_full_disk(full_disk: SmallDisk, monkeypatch: pytest.MonkeyPatch) -> Iterator[logging.Handler]:
    """Our log and what a process says besides, as a unit writes them into a file."""
    with (full_disk.folder / "sonae.log").open("w", buffering=1) as file:
        monkeypatch.setattr(sys, "stderr", file)
        handler = logging.StreamHandler(file)
        logging.getLogger().addHandler(handler)
        yield handler
        logging.getLogger().removeHandler(handler)
        with suppress(OSError):
            file.close()


def a_day(browser: Client) -> tuple[int, int]:
    """What is logged on the way: a page that isn't there, and a file that is taken in all the same."""
    return browser.get("/nowhere/").status_code, hand_in(browser, large_list(2_000))[0]


def test_a_log_that_finds_no_room_stops_nothing_and_goes_on_when_there_is(
    programme: object, full_disk: SmallDisk, log_on_a_full_disk: logging.Handler
) -> None:
    browser = operator()
    assert a_day(browser) == (404, 302)
    assert (full_disk.folder / "sonae.log").stat().st_size == 0
    assert AuditEntry.objects.filter(action="feed.received").count() == 1  # what must not be lost isn't in the log
    full_disk.give_back()
    browser.get("/nowhere-either/")
    assert "/nowhere-either/" in (full_disk.folder / "sonae.log").read_text()


def test_a_log_that_insists_on_room_takes_the_pages_with_it(
    programme: object, log_on_a_full_disk: logging.Handler, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The guard off: a handler that raises instead of going on."""

    def raise_it(record: object) -> None:
        raise  # noqa: PLE0704  # called while the error is handled

    monkeypatch.setattr(log_on_a_full_disk, "handleError", raise_it)
    with pytest.raises(OSError, match="No space left"):
        a_day(operator())
