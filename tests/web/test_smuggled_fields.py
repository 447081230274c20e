"""F21: fields that no form asks for, added to everything that is sent. The database is the same, row by row, as without them."""

from __future__ import annotations

import itertools
import json
import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import hashers
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from django.urls import get_resolver

from sonae.apps.billing.models import Payment
from sonae.apps.contact.models import Consultation
from sonae.apps.enrolment.models import Application
from sonae.apps.membership.models import Feed
from sonae.apps.parties.models import User
from sonae.apps.parties.use_cases import enter_user
from sonae.integrations.sandbox_card.secret_file import DEFAULT_ACCOUNT
from sonae.integrations.sandbox_card.signature import HEADER, sign
from sonae.web.desk import act_views
from sonae.web.portal import payment_views
from tests import cast, clock
from tests.architecture.test_access_matrix import MATRIX, May, patterns_of
from tests.feeds import Row, file_of
from tests.web import applicant as applicants
from tests.web.applicant import COMPANY, OTHER_INSURED, Applicant
from tests.web.contact_window import Asker
from tests.web.memory_gateway import MemoryGateway

pytestmark = pytest.mark.django_db
SMUGGLED = {
    "id": "1", "pk": "1", "user": "1", "user_id": "1", "owner": "1", "member_id": "1", "role": "owner", "is_staff": "on",
    "is_superuser": "on", "is_active": "on", "organisation": "1", "organisation_id": "1", "proof": "owner",
    "status": "issued", "state": "issued", "closed_reason": "", "public_id": "x" * 32, "certificate": "1",
    "premium": "1", "annual_premium": "1", "term_premium": "1", "charge_yen": "1", "price": "1", "amount": "0",
    "currency": "usd", "paid_at": "2020-01-01", "quoted_on": "2020-01-01", "start_on": "2020-12-01", "valid_until": "2099-01-01",
    "plan_code": "P500", "annual_sales": "1", "scheme_year": "1", "product_version": "1", "liability_limit": "9999999999",
    "member": "20000031", "application": "1", "payment": "1", "key": "enrol:x", "granted_at": "2020-01-01",
    "is_admin": "true", "permissions": "1", "groups": "1", "email_verified": "true", "discount": "100",
}  # fmt: skip
OF_A_MEMBER = ("start", "notices", "data_download", "data_correct", "data_erase", "accounting")
# There they are fields of the form itself: tests of access hold them.
OTHERS_USE = {f"portal:{name}": {"member"} for name in OF_A_MEMBER} | {"portal:people": {"member", "role"}}
OF_THE_MOMENT = {"django_session", "cache_entry", "audit_throttle"}  # keys of sessions and of counted tries
sent: set[str] = set()


class Smuggler(Client):
    """A browser that adds what nobody asked for: to the form, to the address, and as headers."""

    def post(self, path: str, data: Any = None, *args: Any, **more: Any) -> Any:
        name = get_resolver().resolve(path.partition("?")[0]).view_name
        sent.add(name)
        if data is None or isinstance(data, dict):
            extra = {field: value for field, value in SMUGGLED.items() if field not in OTHERS_USE.get(name, ())}
            data = {**extra, **(data or {})}
            query = "&".join(f"{field}={value}" for field, value in extra.items())
            path = f"{path}?{query}"
        return super().post(path, data, *args, **more)


@contextmanager
def always_the_same(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Everything drawn at random and every number begins anew, so that two runs can be compared; then all is undone."""
    count = itertools.count(1)
    with monkeypatch.context() as patch, transaction.atomic():
        patch.setattr(secrets, "token_urlsafe", lambda size=32: f"{next(count):032d}")
        patch.setattr(secrets, "token_hex", lambda size=32: f"{next(count):032d}")
        patch.setattr(secrets, "token_bytes", lambda size=32: f"{next(count):016d}".encode())
        patch.setattr(secrets, "randbelow", lambda most: 123456)
        for module in (enter_user, hashers):  # passwords that fit nothing
            patch.setattr(module, "get_random_string", lambda length: "x" * length)
        with connection.cursor() as cursor:
            cursor.execute("SELECT sequencename FROM pg_sequences WHERE schemaname = 'public'")
            for (sequence,) in cursor.fetchall():
                cursor.execute(f'ALTER SEQUENCE "{sequence}" RESTART WITH 70001')
        yield
        transaction.set_rollback(True)


def everything() -> dict[str, list[str]]:
    """All rows of all tables of ours."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        tables = [
            name for (name,) in cursor.fetchall() if not name.startswith("procrastinate") and name not in OF_THE_MOMENT
        ]
        found = {}
        for table in tables:
            cursor.execute(f"SELECT (to_jsonb(t) - 'last_login' - 'session_key')::text FROM \"{table}\" t ORDER BY 1")
            found[table] = [row for (row,) in cursor.fetchall()]
        return found


def buy_everything(browser_class: type[Client]) -> None:
    """Every form there is, from the first sign-in to the certificate, a given-up application and a kept quote."""
    people = cast.call_in()
    gateway = MemoryGateway()
    payment_views.card_gateway = lambda: gateway
    applicants.Client = browser_class
    visitor = browser_class()
    visitor.post("/premium/", {"industry": "retail", "sales": "900", "start": "2027-01-01"})
    Asker(visitor).ask()
    Asker(visitor).refer()
    visitor.post(f"/consultation/{Consultation.objects.latest('id').token}/withdraw/", {})
    visitor.post("/sign-in/", {"email": "new@sample.example"})
    visitor.post("/sign-in/code/", {"code": "123456"})
    visitor.post("/sign-out/", {})
    newcomer = browser_class()
    newcomer.force_login(people.visitor)
    cast.enter_member("30000001", "basic", "新井商店", telephone="03-1111-2222")
    newcomer.post("/apply/", {"number": "30000001", "member_class": "basic", "telephone": "03-1111-2222"})
    use_the_door(browser_class, people)
    given_up = Applicant(people.stranger, people.other_member)
    given_up.client.post(f"{given_up.base}give-up/", {})
    applicant = Applicant(people.owner, people.member)
    applicant.fill_in(**COMPANY | OTHER_INSURED)
    applicant.confirm()
    applicant.client.post(f"{applicant.base}pay/", {})
    applicant.client.post(f"{applicant.base}payment-left/", {})
    applicant.client.post(f"{applicant.base}pay/", {})
    gateway.card_holder_pays()
    applicant.client.post(f"{applicant.base}paid/", {})
    certificate = applicant.reload().certificate
    assert certificate is not None
    use_the_portal(applicant.client, certificate.number)
    handle_feeds(browser_class, people)


def use_the_portal(browser: Client, number: str) -> None:
    """Every form of a member's own pages."""
    browser.post("/portal/notices/", {"key": "all"})
    browser.post(f"/portal/accounting/{number}/", {"closing_month": "6"})
    correction = {"name": "青木建設", "member_class": "basic", "message": "", "form_key": "c" * 32}
    browser.post("/portal/data/correct/", correction)
    browser.post("/portal/data/erase/", {"message": "", "form_key": "e" * 32})
    b"".join(browser.post("/portal/data/download/", {}).streaming_content)


def use_the_door(browser_class: type[Client], people: cast.Cast) -> None:
    """Every form of people, sessions, address and passkeys; what carries no passkey of ours is refused."""
    browser = browser_class()
    browser.post("/sign-in/passkey/", {"credential": "{}"})
    browser.post("/sign-in/", {"email": people.colleague.email})
    browser.post("/sign-in/code/", {"code": "123456"})
    invited = {"member": people.member.number, "action": "invite", "email": "new@sample.example", "role": "reader"}
    browser.post("/portal/people/", invited)
    browser.post("/portal/security/", {"action": "end_others"})
    browser.post("/portal/security/passkey/", {"name": "x", "credential": "{}"})
    browser.post("/portal/security/email/", {"email": "imai-new@sample.example"})
    browser.post("/portal/security/email/", {"code": "123456"})
    browser.post("/portal/security/email/", {"code": "123456"})
    assert User.objects.filter(email="imai-new@sample.example").exists()
    browser.post("/sign-in/again/", {"next": "/portal/"})


def handle_feeds(browser_class: type[Client], people: cast.Cast) -> None:
    """Everything that is done at the desk with files of members: one is applied, one is held, released and given up."""
    first, second = browser_class(), browser_class()
    first.force_login(people.staff["organiser"])
    second.force_login(people.staff["operator"])
    rows = [Row("10000017", "basic"), Row("20000031", "pap"), Row("30000001", "basic"), Row("40000001", "total")]
    for on, listed, acts in (("2026-12-01", rows, ("apply",)), ("2026-12-02", rows[:1], ("release", "withdraw"))):
        file = SimpleUploadedFile("members.csv", file_of(listed))
        first.post("/desk/feeds/upload/", {"form": "list", "effective_date": on, "file": file})
        for act in acts:
            feed = Feed.objects.latest("id")
            given = {"seen": act_views.seen_as(feed), "reason": "looked at"}
            assert second.post(f"/desk/feeds/{feed.pk}/{act}/", given).status_code == 302
    assert Feed.objects.filter(state=Feed.State.APPLIED).count() == 1


def outcome(monkeypatch: pytest.MonkeyPatch, act: Callable[[], None]) -> dict[str, list[str]]:
    monkeypatch.setattr(payment_views, "card_gateway", payment_views.card_gateway)  # put back afterwards
    monkeypatch.setattr(applicants, "Client", applicants.Client)
    with always_the_same(monkeypatch):
        act()
        return everything()


def test_whatever_is_added_to_the_forms_the_database_is_the_same(
    programme: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent.clear()
    plain = outcome(monkeypatch, lambda: buy_everything(Client))
    smuggled = outcome(monkeypatch, lambda: buy_everything(Smuggler))
    assert {table: rows for table, rows in smuggled.items() if rows != plain[table]} == {}
    assert len(plain["certificates_certificate"]) >= 1
    assert sent - {"site:consultation_withdraw"} == writers() - {
        "api_v1:create_quote",
        "card_hook",
        "api_feeds:send_feed",
        "api_feeds:apply_own_feed",  # these four have their own tests, below and in test_feed_api.py
        "portal:organiser_sign_in",  # takes nothing from its form but where to go afterwards, and is not set up here
    }


def writers() -> set[str]:
    """Every address that takes a POST, whoever sends it."""
    browser = Client()
    browser.force_login(cast.enter_person("anybody@sample.example"))
    return {
        name for name, _ in patterns_of(get_resolver())
        if MATRIX[name].may is not May.HOLDER and browser.post(MATRIX[name].path).status_code != 405
        and not name.endswith(("openapi-json", "api-root"))
    }  # fmt: skip


def test_a_form_that_took_whatever_is_sent_would_be_seen(programme: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """The comparison goes red when one of the fields is taken, and stays green when none is."""

    def act(**taken: str) -> Callable[[], None]:
        return lambda: User.objects.filter(pk=cast.call_in().owner.pk).update(**taken) and None

    plain, taken = outcome(monkeypatch, act(is_active="1")), outcome(monkeypatch, act(is_superuser="1"))
    assert outcome(monkeypatch, act(is_active="1")) == plain
    assert [table for table, rows in taken.items() if rows != plain[table]] == ["parties_user"]


@pytest.mark.parametrize("field", [name for name in SMUGGLED if name not in {"annual_sales", "start_on"}])
def test_the_api_refuses_each_of_them_and_writes_nothing(programme: object, field: str) -> None:
    before = everything()
    facts = {"industry": "retail", "annual_sales": 5_000_000, field: SMUGGLED[field]}
    answer = Client().post("/api/v1/quotes", json.dumps(facts), content_type="application/json")
    assert answer.status_code == 422
    assert [problem["field"] for problem in answer.json()["problems"]] == [field]
    assert everything() == before


def test_the_api_is_not_led_by_what_stands_in_its_address(programme: object) -> None:
    body = json.dumps({"industry": "retail", "annual_sales": 5_000_000})
    plain = Client().post("/api/v1/quotes", body, content_type="application/json")
    asked = "&".join(f"{name}={value}" for name, value in SMUGGLED.items())
    led = Client().post(f"/api/v1/quotes?{asked}", body, content_type="application/json")
    assert (plain.status_code, led.status_code) == (200, 200)
    assert led.content == plain.content


def test_a_webhook_is_believed_in_what_happened_to_which_payment_and_in_nothing_else(
    programme: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Signed by the processor and all: sums and states are asked for, never taken from the message."""

    def tell(**more: object) -> Callable[[], None]:
        def act() -> None:
            people = cast.call_in()
            gateway = MemoryGateway(name="sandbox_card")
            payment_views.card_gateway = lambda: gateway
            applicant = Applicant(people.owner, people.member)
            applicant.fill_in()
            applicant.confirm()
            applicant.client.post(f"{applicant.base}pay/")
            payment = Payment.objects.get()
            data = {"session_id": payment.session_id, "payment_id": "", **more}
            told = {"id": "evt_1", "type": "payment.captured", "account": DEFAULT_ACCOUNT, "data": data, **more}
            told["id"] = "evt_1"
            body = json.dumps(told).encode()
            header = sign(body=body, secret=settings.SONAE_SANDBOX_CARD_WEBHOOK_SECRET, at=int(clock.now().timestamp()))
            answer = Client().post(
                "/hooks/card/sandbox_card/", body, content_type="application/json", headers={HEADER: header}
            )
            assert (answer.status_code, answer.json()) == (200, {"stored": "evt_1"})
            assert applicant.reload().state == Application.State.PAYING

        return act

    plain, smuggled = outcome(monkeypatch, tell()), outcome(monkeypatch, tell(**SMUGGLED))
    assert {table: rows for table, rows in smuggled.items() if rows != plain[table]} == {}
    assert len(plain["billing_gatewaymessage"]) == 1


@pytest.mark.parametrize("repeated", ["first", "last"])
def test_of_a_repeated_parameter_the_last_one_counts_everywhere(programme: object, repeated: str) -> None:
    pairs = ["industry=retail", "industry=manufacturing"]
    if repeated == "first":
        pairs.reverse()
    answer = Client().get(f"/premium/?{'&'.join(pairs)}&sales=900&start=2027-01-01")
    single = Client().get(f"/premium/?{pairs[-1]}&sales=900&start=2027-01-01")
    assert shown(answer) == shown(single)


def shown(answer: Any) -> str:
    page = answer.content.decode()
    return re.sub(r'value="[A-Za-z0-9]{64}"', "", page[page.index("<main") : page.index("</main")])


def test_what_a_person_is_stays_what_it_was(programme: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same once more in words: no right, no role, no plan, no price came from a form."""
    with always_the_same(monkeypatch):
        monkeypatch.setattr(payment_views, "card_gateway", payment_views.card_gateway)
        monkeypatch.setattr(applicants, "Client", applicants.Client)
        buy_everything(Smuggler)
        application = Application.objects.get(state=Application.State.ISSUED)
        payments = {payment.charge_yen for payment in Payment.objects.all()}
        assert (application.plan_code, application.term_premium, payments) == ("P100", 59530, {59530})
        assert not User.objects.filter(is_superuser=True).exists()
        assert not User.objects.filter(organisation__isnull=False).exclude(email__endswith="@staff.example").exists()
