"""F27: what stands outside is away for an hour, doesn't know our key, or shows a certificate that ran out. Nothing is lost."""

from __future__ import annotations

import json
import ssl
from pathlib import Path

import pytest
from pytest_django import Settings

from sonae.apps.audit.models import AuditEntry
from sonae.apps.billing.gateway import GatewayRefused, GatewayUnavailable, GatewayUnknown
from sonae.apps.documents import outbox
from sonae.apps.documents.models import OutboxMessage
from sonae.apps.documents.outbox import send_due_mails, write_mail
from sonae.apps.membership.models import Feed
from sonae.apps.membership.use_cases.look_for_feeds import look_for_feeds
from sonae.apps.people.identity_provider import ProviderUnavailable
from sonae.config import jobs
from sonae.integrations import certificate_faults
from sonae.integrations.openid.fetch import Line
from sonae.integrations.stripe import gateway as stripe_gateway
from sonae.integrations.stripe.gateway import StripeGateway
from tests import clock
from tests.feeds import file_of, rows_of
from tests.integrations.expired_server import NAME, tls_server, write_certificate
from tests.integrations.mail_server import mail_server
from tests.integrations.unruly_store import Answer, unruly_store
from tests.journeys.site import free_port

pytestmark = [pytest.mark.faults, pytest.mark.django_db]
HOUR = 60
RAN_OUT = "its certificate is not valid: certificate has expired"


@pytest.fixture(scope="module")
def expired(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_certificate(tmp_path_factory.mktemp("expired"), expired=True)


@pytest.fixture(scope="module")
def valid(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_certificate(tmp_path_factory.mktemp("valid"), expired=False)


@pytest.fixture(params=["expired", "believed"])
def certificate(request: pytest.FixtureRequest, expired: Path, valid: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """One that ran out, and one in order; both are from somebody whom this machine believes."""
    chosen = expired if request.param == "expired" else valid
    for setting in ("SSL_CERT_FILE", "AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE"):
        monkeypatch.setenv(setting, str(chosen))
    return chosen


def smtp(settings: Settings, port: int, *, tls: bool = False) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = NAME, port, tls
    settings.EMAIL_TIMEOUT = 5


def write(number: int) -> None:
    write_mail(
        key=f"issued:C{number}", recipient=f"m{number}@sample.example", subject=f"加入者証 {number}", body="本文",
        language="ja", now=clock.now(),
    )  # fmt: skip


def run_rounds(first_minute: int, last_minute: int) -> int:
    """A round each minute, as the worker makes them; how many mails went out."""
    return sum(send_due_mails(now=clock.later(minutes=minute)) for minute in range(first_minute, last_minute))


def test_mails_of_an_hour_without_a_mail_server_all_go_out_once_when_it_is_back(settings: Settings) -> None:
    port = free_port()
    smtp(settings, port)
    for number in range(30):
        write(number)
    assert run_rounds(0, HOUR) == 0
    with mail_server(port=port) as server:
        sent = run_rounds(HOUR, 2 * HOUR + 5)
        sent_again = run_rounds(2 * HOUR + 5, 3 * HOUR)
    assert (sent, sent_again, len(server.mails)) == (30, 0, 30)
    assert len({mail.partition("Message-ID: ")[2].split()[0] for mail in server.mails}) == 30
    assert not OutboxMessage.objects.filter(sent_at=None).exists()


def test_without_the_row_of_each_mail_an_hours_mails_would_be_gone(settings: Settings) -> None:
    """As where a mail is only handed to the server in the moment it is written."""
    port = free_port()
    smtp(settings, port)
    write(1)
    send_due_mails(now=clock.now())
    OutboxMessage.objects.all().delete()
    with mail_server(port=port) as server:
        run_rounds(HOUR, 2 * HOUR)
    assert server.mails == []


def test_one_mail_finds_out_for_all_that_the_server_is_away(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that a round, which also settles payments, never waits fifty times for a server that answers nothing."""
    smtp(settings, free_port())
    for number in range(30):
        write(number)
    send_due_mails(now=clock.now())
    assert sorted(OutboxMessage.objects.values_list("tries", flat=True), reverse=True)[:2] == [1, 0]
    monkeypatch.setattr(outbox, "_is_away", lambda _: False)
    send_due_mails(now=clock.now())
    assert min(OutboxMessage.objects.values_list("tries", flat=True)) == 1


def test_a_mail_server_whose_certificate_ran_out_is_told_nothing_and_its_mails_wait(
    settings: Settings, certificate: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write(1)
    with mail_server(certificate) as server:
        smtp(settings, server.port, tls=True)
        sent = send_due_mails(now=clock.now())
    if certificate.name == "valid.pem":
        assert (sent, len(server.mails)) == (1, 1)
        return
    assert (sent, server.mails) == (0, [])
    assert f"the mail server is away, mail issued:C1 and all others wait: {RAN_OUT}" in caplog.text
    with mail_server() as mended:
        smtp(settings, mended.port)
        assert send_due_mails(now=clock.later(minutes=1)) == 1
    assert len(mended.mails) == 1


def bucket_at(port: int) -> dict[str, str]:
    return {"name": "members", "prefix": "", "endpoint": f"https://{NAME}:{port}", "access_key": "a", "secret_key": "b"}


EMPTY = b"<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>"
EMPTY_LIST = b"HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\nContent-Length: %d\r\n\r\n%s" % (len(EMPTY), EMPTY)


def test_a_store_whose_certificate_ran_out_is_away_and_is_told_nothing(
    settings: Settings, certificate: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with tls_server(certificate, answer=EMPTY_LIST) as server:
        settings.SONAE_FEED_BUCKET = bucket_at(server.port)
        totals = look_for_feeds(now=clock.now())
    if certificate.name == "valid.pem":
        assert totals.startswith("bucket: ")
        assert server.requests[0].startswith(b"GET /members?")
        return
    assert (totals, server.requests) == ("", [])
    assert f"the bucket can't be read: {RAN_OUT}" in caplog.text


def test_a_sign_on_whose_certificate_ran_out_is_away_and_is_told_nothing(settings: Settings, certificate: Path) -> None:
    settings.SONAE_OIDC_ON_THIS_MACHINE = True
    with tls_server(certificate, answer=b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}") as server:
        address = f"https://{NAME}:{server.port}/.well-known/openid-configuration"
        if certificate.name == "valid.pem":
            assert Line(seconds=8.0).get(address) == {}
            return
        with pytest.raises(ProviderUnavailable, match=RAN_OUT):
            Line(seconds=8.0).get(address, bearer="secret")
    assert server.requests == []


def stripe_at(settings: Settings, port: int) -> StripeGateway:
    settings.SONAE_STRIPE_API_BASE = f"https://{NAME}:{port}"
    return StripeGateway()


def test_a_card_processor_whose_certificate_ran_out_is_away_and_nothing_was_attempted(
    settings: Settings, expired: Path
) -> None:
    """Away and not unknown: what was never said can be said again at once, and nobody has to find out what became of it."""
    with tls_server(expired) as server:
        gateway = stripe_at(settings, server.port)
        with pytest.raises(GatewayUnavailable, match="certificate"):
            gateway.read_payment(session_id="cs_1")
    assert server.requests == []


def test_without_knowing_a_certificate_from_a_lost_reply_nobody_could_say_whether_the_card_was_charged(
    settings: Settings, expired: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stripe_gateway, "certificate_fault", lambda _: "")
    with tls_server(expired) as server, pytest.raises(GatewayUnknown):
        stripe_at(settings, server.port).read_payment(session_id="cs_1")


@pytest.mark.parametrize(
    ("status", "code", "raised"),
    [
        (401, "api_key_expired", GatewayUnavailable),
        (403, "", GatewayUnavailable),
        (402, "card_declined", GatewayRefused),
    ],
)
def test_a_card_processor_that_does_not_know_our_key_is_away_and_nobody_hears_that_a_card_was_refused(
    settings: Settings, status: int, code: str, raised: type[Exception]
) -> None:
    """An expired key, one without the right, and beside them what it is not to be taken for."""
    body = json.dumps({"error": {"type": "card_error" if status == 402 else "", "code": code, "message": "no"}})
    with unruly_store() as server:
        server.answers = [Answer(status, body.encode())]
        settings.SONAE_STRIPE_API_BASE = server.address
        with pytest.raises(raised):
            StripeGateway().read_payment(session_id="cs_1")
    assert server.asked == 1


def test_the_fault_is_found_wherever_a_library_has_put_it() -> None:
    fault = ssl.SSLCertVerificationError("verify failed")
    fault.verify_message = "certificate has expired"
    outer = OSError(ConnectionError(fault))
    assert certificate_faults.certificate_fault(outer) == RAN_OUT
    assert certificate_faults.certificate_fault(OSError("reset")) == ""


def test_while_the_store_is_away_its_files_wait_and_all_others_are_read(
    settings: Settings,
    programme: object,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The folder, what people handed in, payments and mails: each has its round, whatever the store does."""
    monkeypatch.setattr(jobs, "now", clock.now)
    settings.SONAE_FEED_BUCKET = bucket_at(free_port())
    settings.SONAE_FEED_FOLDER = str(tmp_path)
    for _ in range(3):
        jobs.feed_round(0)
    assert caplog.text.count("the bucket can't be read: ") == 3
    (tmp_path / "members_list_2026-12-01.csv").write_bytes(file_of(rows_of(3)))
    for _ in range(2):  # a file is taken when the second round finds it as the first did
        jobs.feed_round(0)
    assert Feed.objects.get().state == Feed.State.CHECKED
    write(1)
    assert jobs.send_mails() == 1
    assert AuditEntry.objects.filter(action__startswith="feed.").exists()
