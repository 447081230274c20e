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
from django.db import connection, transaction
from django.test import Client
from django.urls import get_resolver

from sonae.apps.billing.models import Payment
from sonae.apps.enrolment.models import Application
from sonae.apps.parties.models import User
from sonae.apps.parties.use_cases import enter_user
from sonae.integrations.sandbox_card.secret_file import DEFAULT_ACCOUNT
from sonae.integrations.sandbox_card.signature import HEADER, sign
from sonae.web.portal import payment_views
from tests import cast, clock
from tests.architecture.test_access_matrix import MATRIX, May, patterns_of
from tests.web import applicant as applicants
from tests.web.applicant import Applicant
from tests.web.everything_sent import WITH_A_PROCESSOR, buy_everything
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
OF_A_MEMBER = ("start", "notices", "payments", "data_download", "data_correct", "data_erase", "accounting")
# There they are fields of the form itself: tests of access hold them.
OTHERS_USE = {f"portal:{name}": {"member"} for name in OF_A_MEMBER} | {
    "portal:people": {"member", "role"},
    "desk:turn": {"certificate"},
    "desk:payout_item": {"key"},
}
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
            path = f"{path}{'&' if '?' in path else '?'}{query}"
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
    """All rows of all tables of ours, and what is left to the worker."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        tables = [
            name for (name,) in cursor.fetchall() if not name.startswith("procrastinate") and name not in OF_THE_MOMENT
        ]
        found = {}
        for table in tables:
            cursor.execute(f"SELECT (to_jsonb(t) - 'last_login' - 'session_key')::text FROM \"{table}\" t ORDER BY 1")
            found[table] = [row for (row,) in cursor.fetchall()]
        cursor.execute("SELECT task_name || args::text FROM procrastinate_jobs ORDER BY 1")
        return found | {"jobs": [row for (row,) in cursor.fetchall()]}


def put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """What ``buy_everything`` exchanges is as it was after the test."""
    for module in WITH_A_PROCESSOR:
        monkeypatch.setattr(module, "card_gateway", module.card_gateway)
    monkeypatch.setattr(applicants, "Client", applicants.Client)


def outcome(monkeypatch: pytest.MonkeyPatch, act: Callable[[], None]) -> dict[str, list[str]]:
    put_back(monkeypatch)
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
    assert sent - {"site:consultation_withdraw", "site:consultation_callback"} == writers() - {
        "api_v1:create_quote",
        "card_hook",
        "mail_hook",  # as those below: tests/web/test_mail_hook.py
        "api_feeds:send_feed",
        "api_feeds:apply_own_feed",
        "api_v1:tell",  # these five have their own tests, below, in test_feed_api.py and in test_referral_api.py
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
    put_back(monkeypatch)
    with always_the_same(monkeypatch):
        buy_everything(Smuggler)
        issued = Application.objects.filter(state=Application.State.ISSUED).order_by("id")
        assert list(issued.values_list("plan_code", "annual_premium", "term_premium")) == [
            ("P100", 64_940, 59_530),
            ("P100", 64_940, 54_120),
            ("P100", 64_940, 59_530),
        ]
        paid = Payment.objects.filter(member__number="10000017", state=Payment.State.CAPTURED).order_by("id")
        # the cover; the larger plan from April, 40,260 × 8/12; seven months of it back after the cancellation, 105,200 × 7/12
        assert list(paid.values_list("charge_yen", flat=True)) == [59_530, 26_840, 61_370]
        assert not User.objects.filter(is_superuser=True).exists()
        theirs = (
            r"@(staff|organiser|insurer|agency|operator)\.example$"  # whom the scenes themselves have entered as staff
        )
        assert not User.objects.filter(organisation__isnull=False).exclude(email__regex=theirs).exists()
