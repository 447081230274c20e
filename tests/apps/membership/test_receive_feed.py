"""A file is kept byte by byte, known by its digest, and thrown away when its time is over."""

from __future__ import annotations

import hashlib
import io
from datetime import date, timedelta

import pytest
from django.test import override_settings
from procrastinate.contrib.django.models import ProcrastinateJob

from sonae.apps.membership.models import Feed, FeedChunk, FeedRow, SetAsideRow
from sonae.apps.membership.staging import KeptFile
from sonae.apps.membership.use_cases.forget_feed_files import forget_feed_files
from sonae.apps.membership.use_cases.receive_feed import CHUNK_BYTES, DayOutOfReach, FeedTooLarge, receive_feed
from sonae.apps.membership.use_cases.withdraw_feed import withdraw_feed
from sonae.apps.parties.models import MembershipFact
from sonae.apps.programmes.models import Programme
from tests import clock
from tests.feeds import ON, Row, check, hand_in, rows_of, take

pytestmark = pytest.mark.django_db


def test_a_file_is_kept_in_pieces_that_make_the_same_bytes() -> None:
    content = bytes(range(256)) * 10_000
    feed = hand_in(content)
    assert (feed.size, feed.digest) == (len(content), hashlib.sha256(content).hexdigest())
    assert [len(chunk.data) for chunk in FeedChunk.objects.order_by("seq")] == [CHUNK_BYTES, CHUNK_BYTES, 462_848]
    assert [b"".join(KeptFile(feed)) for _ in range(2)] == [content, content]


def test_the_worker_is_told_of_a_new_file_once() -> None:
    feed = hand_in(b"a")
    hand_in(b"a")
    jobs = ProcrastinateJob.objects.filter(task_name="sonae.check_feed")
    assert [job.args for job in jobs] == [{"feed_id": feed.pk}]


def test_the_same_bytes_for_another_day_or_form_are_another_feed() -> None:
    feeds = {hand_in(b"a").pk, hand_in(b"a", on=ON + timedelta(days=1)).pk, hand_in(b"a", form="changes").pk}
    assert len(feeds) == 3


@override_settings(SONAE_FEED_LIMIT_BYTES=1_000)
def test_a_file_that_is_too_large_leaves_nothing_behind() -> None:
    with pytest.raises(FeedTooLarge):
        hand_in(b"a" * 1_001)
    assert (Feed.objects.count(), FeedChunk.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("form", "on", "taken"),
    [
        ("list", date(2027, 1, 25), True),
        ("list", date(2027, 1, 26), False),
        ("changes", date(2027, 11, 25), True),
        ("changes", date(2027, 11, 26), False),
        ("list", date(2016, 11, 15), False),
        ("list", date(2016, 11, 16), True),
    ],
)
def test_a_day_out_of_reach_is_a_slip(form: str, on: date, taken: bool) -> None:
    if taken:
        assert hand_in(b"a", form=form, on=on).effective_date == on
    else:
        with pytest.raises(DayOutOfReach):
            hand_in(b"a", form=form, on=on)


def test_of_the_name_the_last_part_is_kept_without_signs_that_no_screen_shows() -> None:
    feed = receive_feed(
        file=io.BytesIO(b"a"), file_name="C:\\会員\\名簿\u202e\x00.csv", form="list", effective_date=ON, channel="desk",
        actor="user:1", now=clock.now(),
    )  # fmt: skip
    assert feed.file_name == "名簿.csv"


def test_files_are_thrown_away_some_weeks_after_their_feed_is_over(programme: Programme) -> None:
    applied = take([*rows_of(3), Row("20000000", "gold")])
    withdrawn = hand_in(b"a")
    withdraw_feed(feed_id=withdrawn.pk, actor="user:1", reason="wrong", now=clock.now())
    waiting = check(rows_of(4))
    assert forget_feed_files(now=clock.later(days=34)) == 0
    assert forget_feed_files(now=clock.later(days=35)) == 2
    assert set(FeedChunk.objects.values_list("feed", flat=True)) == {waiting.pk}
    assert set(FeedRow.objects.values_list("feed", flat=True)) == {waiting.pk}
    assert SetAsideRow.objects.count() == 0
    assert MembershipFact.objects.count() == 3
    applied.refresh_from_db()
    assert applied.dry_run["set_aside"] == {"unknown_class": 1}
    assert take([*rows_of(3), Row("20000000", "gold")]).pk == applied.pk  # still known
