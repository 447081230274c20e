"""F26: what is typed is never SQL, template, markup, header or a line of the log – wherever it is typed and shown."""

from __future__ import annotations

import html
import logging
import logging.config
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import connection
from django.template import Context, Template
from django.test import Client

from sonae.apps.certificates.models import Certificate, Transaction
from sonae.apps.documents.models import OutboxMessage, Paper
from sonae.apps.documents.outbox import send_due_mails
from sonae.apps.enrolment.models import Application, StepAnswers
from sonae.apps.reporting.payout_items import list_payout_items
from sonae.apps.reporting.use_cases.close_bordereau import close_bordereau
from sonae.apps.reporting.use_cases.take_payout_file import take_payout_file
from sonae.domain.calendar import JAPAN
from sonae.integrations.sandbox_card.payout_file import payout_csv
from sonae.web.portal import payment_views
from tests import cast, clock
from tests.web.all_pages import PAGES, forms_opened, operator
from tests.web.applicant import COMPANY, OTHER_INSURED, Applicant
from tests.web.cover_pages import confirm, preview
from tests.web.holdings import browser_of, tell
from tests.web.memory_gateway import MemoryGateway
from tests.web.test_renewal import Renewing, bought

pytestmark = pytest.mark.django_db

MARK = "zq7x"  # stands in every payload, so that it can be found again
SQL = (
    f"{MARK}' OR '1'='1",
    f'{MARK}" OR "1"="1',
    f"{MARK}'; DROP TABLE parties_member; --",
    f"{MARK}') UNION SELECT email FROM parties_user --",
    f"{MARK}'||(SELECT pg_sleep(9))||'",
    f"1) AND 1=CAST((SELECT '{MARK}') AS int) --",
    f"{MARK}%' AND 1=1 AND '%'='",
    f"{MARK}\\' OR 1=1 /*",
    f"%s%(name)s{MARK}{{0}}",
)
TEMPLATE = (
    f"{MARK}{{{{7391*7393}}}}",
    f"{MARK}{{% debug %}}",
    f"{MARK}${{7391*7393}}",
    f"{MARK}<%= 7391*7393 %>",
    f"{MARK}#{{7391*7393}}",
    f"{MARK}{{0.__class__}}",
    f'{MARK}#eval("7391*7393")',
)
WORKED_OUT = str(7391 * 7393)
MARKUP = (
    f'{MARK}"><svg/onload=alert(1)>',
    f"{MARK}'><img src=x onerror=alert(1)>",
    f"{MARK}</title></script><script>alert(1)</script>",
    f"{MARK}<!--<a href=javascript:alert(1)>",
    f"{MARK}]]><b>&lt;i&gt;",
)
BREAKS = (
    f"{MARK}\r\nBcc: everybody@sample.example",
    f"{MARK}\nSet-Cookie: a=b",
    f"{MARK}\x85X-Odd: 1",
    f"{MARK}\u2028X: 1",
)
PAYLOADS = (*SQL, *TEMPLATE, *MARKUP, *BREAKS)
OPEN_MARKUP = ("<svg/onload", "<img src=x", "<script>alert", "<a href=javascript", "<!--<a", "<b>&lt;")


@pytest.fixture(autouse=True)
def _card_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that answers whoever goes on to the card page."""
    processor = MemoryGateway()
    monkeypatch.setattr(payment_views, "card_gateway", lambda: processor)


@contextmanager
def statements() -> Iterator[list[str]]:
    """The SQL of every statement without its parameters."""
    seen: list[str] = []

    def note(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        seen.append(str(sql))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield seen


def assert_inert(answer: Any) -> None:
    body = answer.content.decode()
    assert not [tag for tag in OPEN_MARKUP if tag in body]
    assert WORKED_OUT not in body
    for name, value in answer.headers.items():
        assert MARK not in name
        assert "\n" not in value
        assert "\r" not in value
        assert name.lower() not in {"bcc", "x-odd", "x"}


@pytest.mark.parametrize("page", PAGES)
def test_what_is_typed_into_any_field_stays_text(programme: object, page: str) -> None:
    browser, address = PAGES[page]()
    forms = forms_opened(page, browser, address)
    with statements() as seen:
        for form in forms:
            for name in form.controls:
                for payload in (SQL[0], SQL[4], TEMPLATE[0], MARKUP[0], BREAKS[0]):
                    answer = form.send(browser, **{name: payload})
                    assert answer.status_code < 500, (name, payload)
                    assert_inert(answer)
            for payload in PAYLOADS:
                answer = form.send(browser, **form.filled(payload))
                assert answer.status_code < 500, payload
                assert_inert(answer)
    assert not [sql for sql in seen if MARK in sql or "pg_sleep" in sql]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_what_stands_in_an_address_stays_text(programme: object, payload: str) -> None:
    addresses = (
        "/premium/",
        "/outside/",
        "/consultation/",
        "/consultation/x/",
        "/sign-in/",
        "/",
        "/quotes/x/",
        "/verify/x/",
        "/apply/postcode/",
        "/api/v1/quotes",
    )
    at_the_desk = (
        "/desk/members/",
        "/desk/money/look/",
        "/desk/money/payouts/item/",
        f"/desk/money/{quote(payload, safe='')}/",
        f"/desk/certificates/{quote(payload, safe='')}/",
        f"/portal/cover/{quote(payload, safe='')}/change/",
    )
    staff = operator()
    names = (
        "q",
        "key",
        "month",
        "on",
        "known",
        "page",
        "industry",
        "sales",
        "start",
        "next",
        "language",
        "postcode",
        "year",
        "number",
        "plan",
    )
    with statements() as seen:
        for browser, address in [*((Client(), one) for one in addresses), *((staff, one) for one in at_the_desk)]:
            answer = browser.get(address, dict.fromkeys(names, payload))
            assert answer.status_code < 500
            assert_inert(answer)
    assert not [sql for sql in seen if MARK in sql]


@pytest.mark.parametrize(
    "condition", ["' OR '1'='{}", '" OR "1"="{}', " OR 1={}", "' AND (SELECT count(*) FROM parties_user)>{} --"]
)
def test_a_question_asked_of_the_database_through_a_field_has_no_answer(programme: object, condition: str) -> None:
    """True and false conditions give the same page: nothing can be read out bit by bit."""
    people = cast.call_in()
    true, false = condition.format(1), condition.format(2)
    for address, field in (("/premium/", "industry"), ("/outside/", "industry"), ("/sign-in/", "next")):
        pages = [Client().get(address, {field: f"retail{asked}", "sales": "900"}) for asked in (true, false)]
        assert pages[0].status_code == pages[1].status_code
        assert len(pages[0].content) == len(pages[1].content)
    browser = Client()
    browser.force_login(people.visitor)
    for asked in (true, false):
        given = {"number": f"{people.member.number}{asked}"[:20], "member_class": "basic", "telephone": ""}
        assert browser.post("/apply/", given).status_code == 422


TYPED = ("name", "representative", "prefecture", "city", "street", "building")
TYPED_OF_INSURED = ("insured_name", "insured_address", "insured_relation")


@pytest.mark.parametrize("payload", [SQL[2], TEMPLATE[0], TEMPLATE[1], TEMPLATE[6], *MARKUP[:3], BREAKS[0]])
def test_what_was_kept_is_text_on_every_page_paper_and_mail(
    programme: object, monkeypatch: pytest.MonkeyPatch, payload: str
) -> None:
    gateway = MemoryGateway()
    monkeypatch.setattr(payment_views, "card_gateway", lambda: gateway)
    people = cast.call_in()
    applicant = Applicant(people.owner, people.member)
    company = COMPANY | OTHER_INSURED | dict.fromkeys(TYPED + TYPED_OF_INSURED, payload)
    company["prefecture"] = payload[:10]
    with statements() as seen:
        applicant.fill_in(**company)
        pages = [applicant.client.get(f"{applicant.base}{page}") for page in ("company/", "confirm/", "")]
        applicant.confirm()
        applicant.client.post(f"{applicant.base}pay/")
        gateway.card_holder_pays()
        pages += [applicant.client.get(f"{applicant.base}paid/"), applicant.client.get("/portal/")]
        send_due_mails(now=clock.later(minutes=1))
        pages.append(applicant.client.get("/demo/outbox/"))
    assert not [sql for sql in seen if MARK in sql]
    assert applicant.reload().state == Application.State.ISSUED
    kept = StepAnswers.objects.get(application=applicant.application, step="company").answers
    assert kept["name"] == " ".join(payload.split())
    for page in pages:
        assert page.status_code in {200, 302}
        assert_inert(page)
    assert any(html.escape(kept["name"]) in page.content.decode() for page in pages)
    for paper in Paper.objects.all():
        answer = applicant.client.get(f"/portal/papers/{paper.pk}/")
        assert (answer.status_code, answer.content[:5]) == (200, b"%PDF-")
        assert MARK not in answer.headers["Content-Disposition"]
    for mail in OutboxMessage.objects.all():
        message = EmailMessage(mail.subject, mail.body, to=[mail.recipient]).message()
        assert set(message.keys()) == {"Content-Type", "Content-Transfer-Encoding", "MIME-Version", "Subject", "From", "To",
                                       "Date", "Message-ID"}  # fmt: skip
        assert WORKED_OUT not in mail.body


@pytest.mark.parametrize("payload", [SQL[2], TEMPLATE[0], TEMPLATE[1], *MARKUP[:3], BREAKS[0]])
def test_what_was_kept_is_text_where_a_cover_is_changed_and_renewed_and_its_premium_accounted_for(
    programme: object, monkeypatch: pytest.MonkeyPatch, payload: str
) -> None:
    gateway = MemoryGateway()
    monkeypatch.setattr(payment_views, "card_gateway", lambda: gateway)
    people = cast.call_in()
    tell(people.member, "changed", date(2026, 1, 1), name=payload[:60])
    own, staff = browser_of(people.owner), browser_of(people.staff["operator"])
    company = OTHER_INSURED | dict.fromkeys(TYPED + TYPED_OF_INSURED, payload) | {"prefecture": payload[:10]}
    with statements() as seen:
        certificate = bought(people, gateway, **company)
        with clock.at(datetime(2026, 3, 10, 10, tzinfo=JAPAN)):
            pages = list(pages_of_changes(certificate, own, staff, payload))
        with clock.at(datetime(2026, 10, 10, 10, tzinfo=JAPAN)):
            pages += renewal_pages(people, certificate)
            pages += pages_of_the_end(certificate, own, staff, payload)
            pages += money_pages(staff, payload)
    assert not [sql for sql in seen if MARK in sql]
    kept = [html.escape(text) for text in (" ".join(payload.split()), payload[:60])]
    for name, page in pages:
        assert page.status_code in {200, 302, 422 if name == "renewing, refused" else 200}, name
        assert_inert(page)
    shown = {name for name, page in pages if any(text in page.content.decode() for text in kept)}
    looked_at = {
        "/desk/members/10000017/", "portal change, preview", "desk change, preview", "portal cancel, preview", "desk certificate",
        "renewing, company", "/desk/money/2026-01/list/", "/desk/money/payouts/", "/desk/money/",
    }  # fmt: skip
    assert looked_at - shown == set()  # else there was nothing on them to be taken for anything


Shown = Iterator[tuple[str, Any]]


def pages_of_changes(certificate: Certificate, own: Client, staff: Client, payload: str) -> Shown:
    """Changes asked for at the portal and recorded at the desk, one of them reversed."""
    typed = {"applicant__street": f"{payload} 2", "reason": payload}
    base, desk = f"/portal/cover/{certificate.number}/", f"/desk/certificates/{certificate.number}/"
    yield from pages_of_act("portal change", own, f"{base}change/", typed)
    more = {"insured__name": f"{payload} 3", "day": "2026-03-10"}
    yield from pages_of_act("desk change", staff, f"{desk}change/", typed | more)
    yield from pages_of_act("desk reverse", staff, f"{desk}reverse/3/", {"reason": payload})


def pages_of_the_end(certificate: Certificate, own: Client, staff: Client, payload: str) -> Shown:
    """It is cancelled, and taking that back is looked at from both sides; then every page that shows the certificate."""
    base, desk = f"/portal/cover/{certificate.number}/", f"/desk/certificates/{certificate.number}/"
    yield from pages_of_act("portal cancel", own, f"{base}cancel/", {"reason": payload, "day": "2026-11-01"})
    assert [act.kind for act in Transaction.objects.order_by("seq")] == [
        "new",
        "change",
        "change",
        "reversal",
        "cancellation",
    ]
    yield "portal reinstate, preview", preview(own, f"{base}reinstate/", reason=payload)
    yield "desk reinstate, preview", preview(staff, f"{desk}reinstate/", reason=payload)
    yield "desk cancel", staff.get(f"{desk}cancel/")
    yield "desk certificate", staff.get(desk)
    for address in (f"/desk/members/?q={MARK}", "/desk/members/10000017/"):
        yield address, staff.get(address)
    for address in ("/portal/", "/portal/documents/", "/portal/notices/", "/portal/payments/"):
        yield address, own.get(address)


def pages_of_act(name: str, browser: Client, address: str, given: dict[str, str]) -> Shown:
    """The form, what it would do, and where it leads once it is recorded."""
    yield name, browser.get(address)
    previewed = preview(browser, address, **given)
    yield f"{name}, preview", previewed
    recorded = confirm(browser, address, previewed)
    assert recorded.status_code == 302, name
    yield f"{name}, recorded", browser.get(recorded.headers["Location"])


def renewal_pages(people: cast.Cast, certificate: Certificate) -> Shown:
    """The offer, the page on which it is taken up, and what is known of the company from the year before."""
    renewing = Renewing(people, certificate)
    yield "offer", renewing.client.get(renewing.offer)
    yield "renewing", renewing.client.get(renewing.start())
    yield "renewing, company", renewing.client.get(renewing.page.replace("/renew/", "/company/"))
    yield "renewing, refused", renewing.send(truthful=None)


def money_pages(staff: Client, payload: str) -> Shown:
    """The month's list closed, remitted, taken back and remitted again; a payout whose names were made up, and its item closed."""
    month, bank = "/desk/money/2026-01/", {"paid_on": "2026-02-27", "bank_reference": payload[:80]}
    close_bordereau(month=date(2026, 1, 1), actor="command:root", now=clock.now())
    made_up: list[str | int] = ["", payload, "charge", payload, payload, payload, "2026-02-24T10:00:00+09:00", "jpy"]
    content = payout_csv([[*made_up, 5_000, 162, 4_838]], payout_id=payload[:40], paid_at="2026-02-26T00:00:00+09:00")
    before = clock.now() - timedelta(hours=1)
    take_payout_file(content=content.encode(), file_name=f"{payload}.csv", actor="command:root", now=before)
    yield "remit", staff.post(f"{month}list/remit/", bank)
    yield "take back", staff.post(f"{month}list/take-back/", {"reason": payload})
    yield "remit again", staff.post(f"{month}list/remit/", bank)
    (item,) = [one for one in list_payout_items(now=clock.now()) if one.comparison.theirs_yen == 5_000]
    address = f"/desk/money/payouts/item/?{urlencode({'key': item.key})}"
    yield "item", staff.get(address)
    yield "item, closed", staff.post(address, {"reason": payload})
    for one in (
        "/desk/money/", "/desk/money/look/", "/desk/money/payouts/", "/desk/money/payouts/upload/", address, month,
        f"{month}earned/", f"{month}list/", f"{month}list/take-back/",
    ):  # fmt: skip
        yield one, staff.get(one)


@pytest.mark.parametrize(
    "payload", [f"/%0a2026-11-24T10:00:00+0900 ERROR {MARK}", f"/%0d%0aERROR {MARK}", f"/%1b[2J{MARK}"]
)
def test_an_address_can_not_write_a_line_of_its_own_into_the_log(
    programme: object, payload: str, caplog: pytest.LogCaptureFixture
) -> None:
    formatter = logging.Formatter(**formatter_of_settings())
    with caplog.at_level(logging.WARNING, logger="django.request"):
        Client().get(payload)
    lines = [formatter.format(record) for record in caplog.records]
    assert any(MARK in line for line in lines)
    assert not [line for line in lines if "\n" in line or "\r" in line or "\x1b" in line]


def formatter_of_settings() -> dict[str, str]:
    line = settings.LOGGING["formatters"]["line"]
    return {"fmt": line["format"], "datefmt": line["datefmt"]}


def test_a_payload_that_was_taken_for_sql_template_or_markup_would_be_seen(programme: object) -> None:
    """The signs that the tests above look for do appear where a guard is missing."""
    with statements() as seen, connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM parties_member WHERE number = '{SQL[0]}'")  # the mistake itself
    assert [sql for sql in seen if MARK in sql]
    assert "<svg/onload" in Template("{{ typed|safe }}").render(Context({"typed": MARKUP[0]}))
    assert "&lt;svg/onload" in Template("{{ typed }}").render(Context({"typed": MARKUP[0]}))
    assert WORKED_OUT not in Template("{{ typed }}").render(Context({"typed": TEMPLATE[0]}))
