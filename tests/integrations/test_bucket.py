"""A bucket that speaks S3: the real client against a server that speaks it, and against one that misbehaves."""

from __future__ import annotations

import io
import logging
import os
import time
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer
from pytest_django import Settings

from sonae.apps.membership.feed_store import ObjectChanged, ObjectTooLarge, StoredObject, StoreUnavailable
from sonae.apps.membership.models import Feed
from sonae.apps.membership.use_cases.look_for_feeds import look_for_feeds
from sonae.apps.programmes.models import Programme
from sonae.integrations.bucket import s3
from sonae.integrations.bucket.s3 import S3Store
from tests import clock
from tests.feeds import file_of, rows_of
from tests.integrations.unruly_store import FORBIDDEN, Answer, UnrulyStore, unruly_store

BUCKET, PREFIX, LIST = "members", "from-kaihi/", "members_list_2026-12-01.csv"
CONTENT = file_of(rows_of(3))
TAG = '"tag"'


def where(endpoint: str) -> dict[str, str]:
    return {"name": BUCKET, "prefix": PREFIX, "endpoint": endpoint, "access_key": "tests", "secret_key": "tests"}


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(server: str) -> Iterator[Any]:
    resource = boto3.resource(
        "s3", endpoint_url=server, aws_access_key_id="tests", aws_secret_access_key="tests", region_name="us-east-1"
    )
    bucket = resource.create_bucket(Bucket=BUCKET)
    yield bucket
    bucket.objects.all().delete()
    bucket.delete()


@pytest.fixture
def store(server: str, bucket: Any) -> S3Store:
    return S3Store(where(server))


@pytest.fixture
def unruly() -> Iterator[UnrulyStore]:
    with unruly_store() as server:
        yield server


def lay(bucket: Any, content: bytes = CONTENT, name: str = LIST) -> None:
    bucket.put_object(Key=f"{PREFIX}{name}", Body=content)


def names_in(bucket: Any) -> list[str]:
    return sorted(one.key for one in bucket.objects.all())


def fetched(store: S3Store, wanted: StoredObject, most: int = 1_000_000) -> bytes:
    into = io.BytesIO()
    store.fetch(wanted, into, most=most)
    return into.getvalue()


def test_everything_directly_under_the_prefix_is_listed_whatever_the_pages(server: str, bucket: Any) -> None:
    for number in range(5):
        lay(bucket, name=f"{number}.csv")
    lay(bucket, name="taken/old.csv")
    bucket.put_object(Key="elsewhere.csv", Body=b"x")
    listed = list(S3Store(where(server), page_size=2).list_objects())
    assert [(one.name, one.size) for one in listed] == [(f"{number}.csv", len(CONTENT)) for number in range(5)]


def test_an_object_comes_as_it_lies_there_and_is_moved(store: S3Store, bucket: Any) -> None:
    lay(bucket)
    (stored,) = store.list_objects()
    assert fetched(store, stored) == CONTENT
    store.move(stored, f"taken/{LIST}")
    assert names_in(bucket) == [f"{PREFIX}taken/{LIST}"]


def test_an_object_that_was_replaced_since_the_listing_is_not_taken(store: S3Store, bucket: Any) -> None:
    lay(bucket)
    (stored,) = store.list_objects()
    lay(bucket, b"other")
    with pytest.raises(ObjectChanged):
        fetched(store, stored)
    assert names_in(bucket) == [f"{PREFIX}{LIST}"]


def test_an_object_that_vanished_since_the_listing_is_not_taken(store: S3Store, bucket: Any) -> None:
    lay(bucket)
    (stored,) = store.list_objects()
    bucket.Object(f"{PREFIX}{LIST}").delete()
    with pytest.raises(ObjectChanged):
        fetched(store, stored)
    with pytest.raises(ObjectChanged):
        store.move(stored, f"taken/{LIST}")


def test_a_huge_object_is_stopped_by_what_comes_not_by_what_is_said(store: S3Store, bucket: Any) -> None:
    lay(bucket, b"x" * 5_000_000)
    (stored,) = store.list_objects()
    with pytest.raises(ObjectTooLarge):
        fetched(store, stored)
    understated = StoredObject(stored.name, 10, stored.tag)
    into = io.BytesIO()
    with pytest.raises(ObjectTooLarge):
        store.fetch(understated, into, most=1_000_000)
    assert into.tell() <= 1_000_000


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Answer(403, FORBIDDEN), "AccessDenied"), (Answer(500, b""), "500"), (Answer(200, b"no XML"), "500"),
        (Answer(503, b"<Error><Code>SlowDown</Code></Error>"), "SlowDown"),
    ],
)  # fmt: skip
def test_a_store_that_turns_us_away_is_told_by_its_code(unruly: UnrulyStore, answer: Answer, said: str) -> None:
    unruly.answers = [answer]
    with pytest.raises(StoreUnavailable, match=said):
        list(S3Store(where(unruly.address)).list_objects())
    assert unruly.asked <= 2


def test_a_download_that_breaks_off_is_no_file(unruly: UnrulyStore) -> None:
    unruly.answers = [Answer(200, b"half of it", said_length=1_000)]
    with pytest.raises(StoreUnavailable):
        fetched(S3Store(where(unruly.address)), StoredObject(LIST, 1_000, TAG))


def test_fewer_bytes_than_were_listed_are_no_file(unruly: UnrulyStore) -> None:
    unruly.answers = [Answer(200, b"half of it")]
    with pytest.raises(StoreUnavailable, match="broke off after 10 of 1000 bytes"):
        fetched(S3Store(where(unruly.address)), StoredObject(LIST, 1_000, TAG))


def test_a_silent_store_holds_nobody_up(unruly: UnrulyStore) -> None:
    unruly.answers = [Answer(silent=True)]
    began = time.monotonic()
    with pytest.raises(StoreUnavailable, match="ReadTimeoutError"):
        list(S3Store(where(unruly.address), read_seconds=0.3).list_objects())
    assert time.monotonic() - began < 10


def test_nobody_listening_is_told_at_once() -> None:
    with pytest.raises(StoreUnavailable, match="EndpointConnectionError"):
        list(S3Store(where("http://127.0.0.1:9")).list_objects())


def test_a_store_that_dribbles_is_let_go(store: S3Store, bucket: Any, server: str) -> None:
    lay(bucket, b"x" * 3_000_000)
    (stored,) = store.list_objects()
    ticks = iter([0.0, *[s3.FETCH_SECONDS + 1] * 9])
    slow = S3Store(where(server), clock=lambda: next(ticks))
    with pytest.raises(StoreUnavailable, match="did not come within"):
        fetched(slow, stored, most=5_000_000)


def test_credentials_come_from_our_settings_alone(server: str, bucket: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "somebody-elses")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "somebody-elses")
    store = S3Store(where(server))
    assert store._s3._request_signer._credentials.access_key == "tests"
    assert os.environ["AWS_ACCESS_KEY_ID"] == "somebody-elses"


@pytest.fixture
def watched(server: str, bucket: Any, settings: Settings, programme: Programme) -> Any:
    settings.SONAE_FEED_BUCKET = where(server)
    return bucket


def test_an_object_is_read_and_put_away(watched: Any) -> None:
    lay(watched)
    assert look_for_feeds(now=clock.now()) == "bucket: taken 1, refused 0, waiting 0"
    feed = Feed.objects.get()
    assert (feed.state, feed.channel, feed.received_by) == ("checked", "bucket", "system:bucket")
    assert names_in(watched) == [f"{PREFIX}taken/{feed.pk}_{LIST}"]


def test_an_object_that_can_not_be_used_has_the_reason_beside_it(watched: Any, settings: Settings) -> None:
    lay(watched, b"\x00\x01 no text")
    lay(watched, name="members_list_2046-12-01.csv")
    assert look_for_feeds(now=clock.now()) == "bucket: taken 0, refused 2, waiting 0"
    reasons = [one for one in watched.objects.all() if one.key.endswith(".reason.txt")]
    said = " ".join(one.get()["Body"].read().decode() for one in reasons)
    assert "文字のファイルではありません" in said
    assert "範囲の外" in said


def test_a_huge_object_is_refused_with_the_limit(watched: Any, settings: Settings) -> None:
    settings.SONAE_FEED_LIMIT_BYTES = 100
    lay(watched, b"x" * 101)
    assert look_for_feeds(now=clock.now()) == "bucket: taken 0, refused 1, waiting 0"
    assert not Feed.objects.exists()


def test_killed_between_receiving_and_moving_it_is_the_same_feed(watched: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    class Killed(BaseException):
        """The process ends here."""

    def die(*_: object, **__: object) -> None:
        raise Killed

    lay(watched)
    with monkeypatch.context() as dying:
        dying.setattr(S3Store, "move", die)
        with pytest.raises(Killed):
            look_for_feeds(now=clock.now())
    assert names_in(watched) == [f"{PREFIX}{LIST}"]
    look_for_feeds(now=clock.now())
    feed = Feed.objects.get()
    assert names_in(watched) == [f"{PREFIX}taken/{feed.pk}_{LIST}"]


def test_a_store_that_is_away_is_one_line_in_the_log(
    programme: Programme, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.SONAE_FEED_BUCKET = where("http://127.0.0.1:9")
    assert look_for_feeds(now=clock.now()) == ""
    assert "the bucket can't be read: EndpointConnectionError" in caplog.text
