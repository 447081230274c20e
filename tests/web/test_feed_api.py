"""/api/feeds/: what is signed as it must be is taken; whatever else comes is answered alike, and leaves nothing behind."""

from __future__ import annotations

import gzip
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from pytest_django import Settings

from sonae.apps.audit.models import AuditEntry
from sonae.apps.membership.models import Feed, FeedChunk
from sonae.apps.membership.use_cases.take_further import take_further
from sonae.apps.parties.models import Member
from sonae.apps.programmes.models import Programme
from sonae.web.api import feed_signature, feeds
from tests import clock
from tests.web.feed_sender import ADDRESS, FILE_HEADERS, KEYS, LIST, NEXT_SECRET, OTHER_SECRET, Sender, digest_of

pytestmark = pytest.mark.django_db
FORM_TYPE = MULTIPART_CONTENT


@pytest.fixture(autouse=True)
def _keys(settings: Settings) -> None:
    settings.SONAE_FEED_KEYS = KEYS
    settings.SONAE_FEEDS_A_MINUTE = 1_000


@pytest.fixture
def sender() -> Sender:
    return Sender()


def form_of(*files: tuple[str, str], **fields: str) -> bytes:
    given: dict[str, Any] = {name: SimpleUploadedFile(file_name, LIST) for name, file_name in files}
    return encode_multipart(BOUNDARY, {**given, **fields})


def test_a_signed_file_is_kept_as_it_came(client: Client, sender: Sender) -> None:
    answer = sender.send(client)
    assert answer.status_code == 202
    feed = Feed.objects.get()
    assert answer.json() == {
        "id": feed.pk, "state": "received", "form": "list", "day": "2026-12-01",
        "file_name": "members_list_2026-12-01.csv", "size": len(LIST), "sha256": feed.digest,
        "received_at": "2026-11-24T10:00:00+09:00",
        "applied_at": None, "refusal": None, "dry_run": None,
    }  # fmt: skip
    assert (feed.channel, feed.received_by) == ("http", "sender:kaihi")
    assert b"".join(bytes(chunk.data) for chunk in FeedChunk.objects.order_by("seq")) == LIST


def test_a_form_with_the_one_file_is_taken_too(client: Client, sender: Sender) -> None:
    body = form_of(("file", "a.csv"))
    assert sender.send(client, body, content_type=FORM_TYPE).status_code == 202
    assert Feed.objects.get().size == len(LIST)


@pytest.mark.parametrize(
    "body",
    [
        form_of(("other", "a.csv")), form_of(("file", "a.csv"), ("more", "b.csv")),
        form_of(("file", "a.csv"), form="changes"), encode_multipart(BOUNDARY, {"file": "text"}), b"no form at all",
    ],
    ids=["another name", "two files", "a field beside", "no file", "no form"],
)  # fmt: skip
def test_any_other_form_is_refused(client: Client, sender: Sender, body: bytes) -> None:
    assert sender.send(client, body, content_type=FORM_TYPE).status_code in {400, 422}
    assert not Feed.objects.exists()


def test_the_same_file_twice_is_the_same_feed(client: Client, sender: Sender) -> None:
    first, second = (sender.send(client).json() for _ in range(2))
    assert first["id"] == second["id"]
    assert Feed.objects.count() == 1


def test_the_files_name_may_be_japanese(client: Client, sender: Sender) -> None:
    name = {"Sonae-Feed-Name": "%E4%BC%9A%E5%93%A1%E5%90%8D%E7%B0%BF.csv"}
    assert sender.send(client, changed=name).json()["file_name"] == "会員名簿.csv"


def test_while_keys_are_changed_the_old_and_the_new_one_are_good(client: Client, sender: Sender) -> None:
    feed_id = sender.send(client).json()["id"]
    assert Sender("kaihi-2027", NEXT_SECRET).look(client, feed_id).json()["id"] == feed_id


def changed(headers: dict[str, str], **given: str) -> dict[str, str]:
    return {**headers, **{name.replace("_", "-"): value for name, value in given.items()}}


def _without(*names: str) -> Any:
    """Signed without those headers, which are sent all the same."""

    def forge(sender: Sender) -> dict[str, str]:
        whole = {"Content-Type": "text/csv", "Content-Digest": digest_of(LIST), **FILE_HEADERS}
        part = {name: value for name, value in whole.items() if name not in names}
        return {**sender.headers("POST", ADDRESS, part), **whole}

    return forge


FORGERIES: dict[str, Any] = {
    "nothing signed": lambda sender: {"Content-Type": "text/csv", **FILE_HEADERS},
    "another secret": lambda sender: Sender(secret="x" * 40).file_headers(LIST),
    "somebody else's secret": lambda sender: Sender(secret=OTHER_SECRET).file_headers(LIST),
    "no such key": lambda sender: Sender(key_id="kaihi-2020").file_headers(LIST),
    "another host": lambda sender: Sender(host="elsewhere.example").file_headers(LIST),
    "six minutes ago": lambda sender: sender.file_headers(LIST, created=clock.later(minutes=-6)),
    "six minutes ahead": lambda sender: sender.file_headers(LIST, created=clock.later(minutes=6)),
    "expired": lambda sender: sender.file_headers(LIST, more=f";expires={int(clock.later(seconds=-1).timestamp())}"),
    "another algorithm": lambda sender: sender.file_headers(LIST, more=';alg="rsa-v1_5-sha256"'),
    "a short nonce": lambda sender: sender.file_headers(LIST, nonce="123"),
    "another day": lambda sender: changed(sender.file_headers(LIST), Sonae_Feed_Day="2026-12-02"),
    "another form": lambda sender: changed(sender.file_headers(LIST), Sonae_Feed_Form="changes"),
    "another name": lambda sender: changed(sender.file_headers(LIST), Sonae_Feed_Name="other.csv"),
    "another kind of body": lambda sender: changed(sender.file_headers(LIST), Content_Type="text/plain"),
    "another digest": lambda sender: changed(sender.file_headers(LIST), Content_Digest=digest_of(b"other")),
    "another body": lambda sender: sender.file_headers(b"other"),
    "no sha-256": lambda sender: sender.file_headers(LIST, changed={"Content-Digest": "md5=:Zm9v:"}),
    "a digest that is none": lambda sender: sender.file_headers(LIST, changed={"Content-Digest": "sha-256=abc"}),
    "digest not signed": _without("Content-Digest"),
    "day not signed": _without("Sonae-Feed-Day"),
    "name not signed": _without("Sonae-Feed-Name"),
    "signature of a look": lambda sender: {
        "Content-Type": "text/csv", "Content-Digest": digest_of(LIST), **FILE_HEADERS,
        **sender.headers("GET", f"{ADDRESS}1/", {}),
    },
    "broken header": lambda sender: changed(sender.file_headers(LIST), Signature_Input="sig=((("),
    "two signatures": lambda sender: changed(sender.file_headers(LIST), Signature="sig=:aaaa:, more=:aaaa:"),
    "a signature that is none": lambda sender: changed(sender.file_headers(LIST), Signature="sig=:AAAA:"),
}  # fmt: skip


@pytest.mark.parametrize("forgery", FORGERIES)
def test_every_kind_of_wrong_signature_is_answered_alike_and_leaves_nothing(
    client: Client, sender: Sender, forgery: str
) -> None:
    answer = sender.send(client, headers=FORGERIES[forgery](sender))
    assert answer.status_code == 401
    assert answer.content == client.get(f"{ADDRESS}1/").content
    assert not Feed.objects.exists()


def test_why_a_message_is_not_heard_stands_in_the_log_alone(client: Client, sender: Sender) -> None:
    sender.send(client, headers=Sender(key_id="kaihi-2020").file_headers(LIST))
    entry = AuditEntry.objects.get(action="feed.unheard")
    assert entry.detail == {"reason": "unknown key"}


def test_a_message_counts_once(client: Client, sender: Sender) -> None:
    headers = sender.file_headers(LIST)
    assert sender.send(client, headers=headers).status_code == 202
    assert sender.send(client, headers=headers).status_code == 401
    with clock.at(clock.later(minutes=4)):
        assert sender.send(client, headers=headers).status_code == 401


def test_without_the_record_of_nonces_a_message_would_count_again(
    client: Client, sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed_signature, "allow", lambda **_: True)
    headers = sender.file_headers(LIST)
    assert [sender.send(client, headers=headers).status_code for _ in range(2)] == [202, 202]


def test_a_nonce_is_remembered_as_long_as_its_message_could_be_believed() -> None:
    signed_ahead = feed_signature.CLOCKS_APART
    believed_until = signed_ahead + feed_signature.CLOCKS_APART
    assert believed_until < 3 * feed_signature.CLOCKS_APART


def test_two_senders_may_use_the_same_nonce(client: Client, sender: Sender) -> None:
    nonce = "0123456789abcdef"
    assert sender.send(client, nonce=nonce).status_code == 202
    assert Sender("other-2026", OTHER_SECRET).send(client, LIST + b"\n", nonce=nonce).status_code == 202


def test_without_comparing_the_digest_another_body_would_be_taken(
    client: Client, sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feeds, "check_body", lambda *_: None)
    assert sender.send(client, headers=sender.file_headers(b"other")).status_code == 202


def test_a_body_beyond_the_limit_is_refused_and_nothing_is_kept(
    client: Client, sender: Sender, settings: Settings
) -> None:
    settings.SONAE_FEED_LIMIT_BYTES = 1_000_000
    assert sender.send(client, b"x" * 3_000_000).status_code == 413
    assert sender.send(client, b"x" * 1_000_001).status_code == 413
    assert not Feed.objects.exists()
    assert not FeedChunk.objects.exists()


@pytest.mark.parametrize("encoding", ["gzip", "br", "deflate, gzip"])
def test_a_packed_body_is_never_unpacked(client: Client, sender: Sender, encoding: str) -> None:
    bomb = gzip.compress(b"0" * 10_000_000)
    headers = {**sender.file_headers(bomb), "Content-Encoding": encoding}
    assert sender.send(client, bomb, headers=headers).status_code == 415
    assert not Feed.objects.exists()


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("Sonae-Feed-Form", "all"), ("Sonae-Feed-Day", "1.12.2026"), ("Sonae-Feed-Day", "2026-02-30"),
        ("Sonae-Feed-Day", "1926-12-01"), ("Sonae-Feed-Day", "2036-12-01"), ("Sonae-Feed-Name", "a" * 601),
        ("Sonae-Feed-Name", "two words.csv"),
    ],
)  # fmt: skip
def test_what_a_header_says_wrong_is_told_to_whoever_signed(
    client: Client, sender: Sender, header: str, value: str
) -> None:
    answer = sender.send(client, changed={header: value})
    assert (answer.status_code, answer.json()["problems"][0]["field"]) == (422, header)
    assert not Feed.objects.exists()


def test_a_sender_sees_its_own_feeds_alone(client: Client, sender: Sender) -> None:
    feed_id = sender.send(client).json()["id"]
    stranger = Sender("other-2026", OTHER_SECRET)
    theirs, nobodys = stranger.look(client, feed_id), stranger.look(client, feed_id + 1)
    assert (theirs.status_code, nobodys.status_code) == (404, 404)
    assert theirs.content.replace(str(feed_id).encode(), b"N") == nobodys.content.replace(
        str(feed_id + 1).encode(), b"N"
    )
    assert stranger.apply(client, feed_id).status_code == 404
    assert sender.look(client, feed_id).status_code == 200


def test_a_sender_looks_at_the_dry_run_in_numbers_and_applies_it_once(
    client: Client, sender: Sender, programme: Programme
) -> None:
    feed_id = sender.send(client).json()["id"]
    take_further(feed_id=feed_id, now=clock.now())
    answer = sender.look(client, feed_id)
    dry_run = answer.json()["dry_run"]
    assert (answer.json()["state"], dry_run["joined"], dry_run["after"]["members"]) == ("checked", 2, 2)
    assert dry_run["after"]["by_class"] == {"basic": 1, "pap": 1}
    assert "青木" not in answer.content.decode()
    assert not Member.objects.exists()
    for _ in range(2):
        answer = sender.apply(client, feed_id)
        assert (answer.status_code, answer.json()["state"]) == (200, "applied")
    assert Member.objects.count() == 2
    assert AuditEntry.objects.get(action="feed.applied").actor == "sender:kaihi"


def test_a_file_that_can_not_be_used_tells_its_sender_why(client: Client, sender: Sender, programme: Programme) -> None:
    feed_id = sender.send(client, b"a,b\n1,2\n").json()["id"]
    take_further(feed_id=feed_id, now=clock.now())
    refusal = sender.look(client, feed_id).json()["refusal"]
    assert refusal["code"] == "heading_missing"
    assert "会員番号" in refusal["message"]


@pytest.mark.parametrize("state", ["received", "held", "refused", "withdrawn"])
def test_the_door_applies_nothing_that_was_not_checked(client: Client, sender: Sender, state: str) -> None:
    feed_id = sender.send(client).json()["id"]
    Feed.objects.filter(pk=feed_id).update(state=state)
    answer = sender.apply(client, feed_id)
    assert (answer.status_code, answer.json()["problems"][0]["given"]) == (409, state)
    assert Feed.objects.get().state == state


def test_tries_of_one_network_address_come_to_an_end(client: Client, sender: Sender, settings: Settings) -> None:
    settings.SONAE_FEEDS_A_MINUTE = 3
    answers = [sender.send(client) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [202, 202, 202, 429]
    assert answers[-1].headers["Retry-After"] == "60"
    with clock.at(clock.later(minutes=1)):
        assert sender.send(client).status_code == 202


def test_refusals_of_one_network_address_fill_no_log(client: Client) -> None:
    for _ in range(feeds.REFUSALS_WRITTEN_AN_HOUR + 5):
        client.get(f"{ADDRESS}1/")
    assert AuditEntry.objects.filter(action="feed.unheard").count() == feeds.REFUSALS_WRITTEN_AN_HOUR


def test_the_document_needs_no_signature_and_names_every_header(client: Client) -> None:
    operation = client.get(f"{ADDRESS}openapi.json").json()["paths"][ADDRESS]["post"]
    named = {parameter["name"] for parameter in operation["parameters"]}
    assert named == {*FILE_HEADERS, "Content-Digest", "Signature", "Signature-Input"}
    assert set(operation["responses"]) == {"200", "202", "400", "401", "413", "415", "422", "429"}


def test_the_clocks_may_be_five_minutes_apart(client: Client, sender: Sender) -> None:
    assert timedelta(minutes=5) == feed_signature.CLOCKS_APART
    assert sender.send(client, created=clock.later(minutes=-5)).status_code == 202
    assert sender.send(client, created=clock.later(minutes=5)).status_code == 202


def test_answers_are_kept_by_no_cache(client: Client, sender: Sender) -> None:
    assert sender.send(client).headers["Cache-Control"] == "no-store"
