"""A member changes its cover, cancels it, takes that back: seen to the yen first, paid by card where it costs more, done once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from sonae.apps.billing.models import Refund
from sonae.apps.certificates.models import Certificate, ChangeRequest, Transaction
from sonae.domain.calendar import JAPAN
from sonae.domain.certificate.log import Kind
from sonae.web.portal import change_payment_views
from tests import cast, clock
from tests.apps.certificates.covers import IN_MARCH, ask, give_cover, wish
from tests.web.cover_pages import confirm, fields_of, preview, text
from tests.web.holdings import browser_of, words_of
from tests.web.memory_gateway import MemoryGateway

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_march(programme: object) -> Iterator[None]:
    with clock.at(IN_MARCH):
        yield


@pytest.fixture
def people() -> cast.Cast:
    return cast.call_in()


@pytest.fixture
def certificate(people: cast.Cast) -> Certificate:
    return give_cover(people.member)


@pytest.fixture
def owner(people: cast.Cast) -> Client:
    return browser_of(people.owner)


@pytest.fixture
def gateway(monkeypatch: pytest.MonkeyPatch) -> MemoryGateway:
    memory = MemoryGateway()
    monkeypatch.setattr(change_payment_views, "card_gateway", lambda: memory)
    return memory


def page_of(certificate: Certificate, act: str) -> str:
    return f"/portal/cover/{certificate.number}/{act}/"


def dearer(owner: Client, certificate: Certificate) -> str:
    """Ask for the larger plan; the address of what waits."""
    address = page_of(certificate, "change")
    answer = confirm(owner, address, preview(owner, address, plan="P300"))
    assert answer.status_code == 302
    return str(answer.headers["Location"])


def test_the_home_page_leads_to_change_and_cancellation(certificate: Certificate, owner: Client) -> None:
    page = owner.get("/portal/").content.decode()
    assert page_of(certificate, "change") in page
    assert page_of(certificate, "cancel") in page


@pytest.mark.parametrize("act", ["change", "cancel", "reinstate"])
def test_only_owner_and_administrator_may(people: cast.Cast, certificate: Certificate, act: str) -> None:
    address = page_of(certificate, act)
    assert browser_of(people.colleague).get(address).status_code in {200, 409}
    assert browser_of(people.reader).get(address).status_code == 403
    assert browser_of(people.reader).post(address, {"action": "confirm"}).status_code == 403
    for user in people.everybody_else():
        assert browser_of(user).get(address).status_code == 404
        assert browser_of(user).post(address, {"action": "confirm"}).status_code == 404
    assert Transaction.objects.count() == 1


def test_a_dearer_plan_waits_for_its_payment_and_is_recorded_when_it_is_paid(
    certificate: Certificate, owner: Client, gateway: MemoryGateway
) -> None:
    waiting = dearer(owner, certificate)
    shown = text(owner.get(waiting))
    assert "追加保険料のお支払い" in shown
    assert "2027年4月1日 午後4時" in shown
    assert Transaction.objects.count() == 1

    to_card = owner.post(f"{waiting}pay/")
    assert (to_card.status_code, to_card.headers["Location"]) == (303, "http://127.0.0.1:8001/pay/cs_1")
    assert owner.post(f"{waiting}pay/").headers["Location"] == to_card.headers["Location"]
    gateway.card_holder_pays()
    done = text(owner.get(f"{waiting}paid/"))

    assert "変更の手続きが終わりました" in done
    assert "異動承認書" in done
    assert "領収書" in done
    assert Transaction.objects.get(seq=2).patch == {"plan": "P300"}
    assert text(owner.get(waiting)) == done


def test_a_declined_card_can_be_tried_again_and_the_change_given_up(
    certificate: Certificate, owner: Client, gateway: MemoryGateway
) -> None:
    waiting = dearer(owner, certificate)
    owner.post(f"{waiting}pay/")
    gateway.card_is_declined()
    assert "カードの支払いができませんでした" in text(owner.get(f"{waiting}payment-left/"))
    assert owner.post(f"{waiting}give-up/").status_code == 302
    assert "この手続きは取りやめました" in text(owner.get(waiting))
    assert ChangeRequest.objects.get().state == ChangeRequest.State.CLOSED
    assert "変更の手続きが終わりました" not in text(owner.get(f"{waiting}paid/"))


def test_what_was_overtaken_is_not_charged(
    people: cast.Cast, certificate: Certificate, owner: Client, gateway: MemoryGateway
) -> None:
    waiting = dearer(owner, certificate)
    request = ChangeRequest.objects.get()
    ChangeRequest.objects.filter(pk=request.pk).update(seen_seq=7)
    owner.post(f"{waiting}pay/")
    assert gateway.payments == {}
    assert "このままでは進められません" in text(owner.get(waiting))


def test_while_a_change_waits_the_pages_lead_to_it(
    certificate: Certificate, owner: Client, gateway: MemoryGateway
) -> None:
    waiting = dearer(owner, certificate)
    for act in ("change", "cancel"):
        assert owner.get(page_of(certificate, act)).headers["Location"] == waiting


def test_cancelling_names_every_day_with_what_comes_back_and_does_it_once(
    certificate: Certificate, owner: Client
) -> None:
    address = page_of(certificate, "cancel")
    form = text(owner.get(address))
    for words in (
        "2027年4月1日 午後4時まで",
        "お返しする保険料 43,290円",
        "2027年11月1日 午後4時まで",
        "無料補償は、会員でいらっしゃる間",
    ):
        assert words in form, words

    seen = preview(owner, address, day="2027-04-01")
    for words in ("43,290円", "VISA •••• 4242", "2027年4月1日 午後4時"):
        assert words in text(seen), words
    answers = [confirm(owner, address, seen) for _ in range(2)]

    assert {answer.headers["Location"] for answer in answers} == {
        f"/portal/changes/{ChangeRequest.objects.get().public_id}/"
    }
    assert Refund.objects.get().refund_yen == 43_290
    done = text(owner.get(answers[0].headers["Location"]))
    assert "解約の手続きが終わりました" in done
    assert "2027年4月1日の午後4時まで続きます" in done


def test_ones_own_cancellation_is_taken_back_until_its_day(
    people: cast.Cast, certificate: Certificate, owner: Client, gateway: MemoryGateway
) -> None:
    ask(certificate, wish(Kind.CANCELLATION, date(2027, 4, 1)), user=people.colleague)
    address = page_of(certificate, "reinstate")
    assert address in owner.get("/portal/").content.decode()
    waiting = str(confirm(owner, address, preview(owner, address)).headers["Location"])
    owner.post(f"{waiting}pay/")
    gateway.card_holder_pays()
    assert "補償は続きます" in text(owner.get(f"{waiting}paid/"))
    certificate.refresh_from_db()
    assert certificate.cancelled_on is None


def test_after_its_day_or_where_the_desk_cancelled_nothing_is_taken_back(
    people: cast.Cast, certificate: Certificate, owner: Client
) -> None:
    ask(certificate, wish(Kind.CANCELLATION, date(2027, 4, 1)), user=people.staff["operator"])
    assert "事務局で記録したもの" in text(owner.get(page_of(certificate, "reinstate")))
    assert owner.post(page_of(certificate, "reinstate"), {"action": "confirm"}).status_code == 409
    with clock.at(IN_MARCH.replace(month=4, day=1)):
        assert "もう終わっています" in text(owner.get(page_of(certificate, "reinstate")))
    assert Transaction.objects.count() == 2


def test_ended_cover_is_neither_changed_nor_cancelled_by_an_old_page(
    people: cast.Cast, certificate: Certificate, owner: Client
) -> None:
    address = page_of(certificate, "cancel")
    seen = preview(owner, address, day="2027-11-01")
    with clock.at(IN_MARCH.replace(month=12, day=2)):
        assert owner.get(address).status_code == 409
        assert confirm_late(owner, address, seen) in {409, 422}
    assert Transaction.objects.count() == 1


def confirm_late(owner: Client, address: str, seen: object) -> int:
    form = fields_of(seen.content.decode())  # type: ignore[attr-defined]
    return int(owner.post(address, {**form, "action": "confirm"}).status_code)


@pytest.mark.parametrize("day", ["2027-03-10", "2027-03-01", "2026-12-01", "きのう"])
def test_no_earlier_day_than_the_rule_gives_is_taken(certificate: Certificate, owner: Client, day: str) -> None:
    for act in ("change", "cancel"):
        form = fields_of(owner.get(page_of(certificate, act)).content.decode())
        answer = owner.post(page_of(certificate, act), {**form, "plan": "P300", "day": day, "action": "confirm"})
        assert answer.status_code in {409, 422}, act
    assert Transaction.objects.count() == 1


def test_an_address_takes_effect_today_and_costs_nothing(certificate: Certificate, owner: Client) -> None:
    address = page_of(certificate, "change")
    seen = preview(owner, address, applicant__street="２－２", applicant__postcode="1000002")
    assert "保険料は変わりません" in text(seen)
    confirm(owner, address, seen)
    act = Transaction.objects.get(seq=2)
    assert (act.effective_date, act.patch) == (
        date(2027, 3, 10), {"applicant.street": "２－２", "applicant.postcode": "100-0002"},
    )  # fmt: skip


def test_fields_that_no_form_has_change_nothing(certificate: Certificate, owner: Client) -> None:
    address = page_of(certificate, "change")
    seen = preview(
        owner, address, applicant__street="2-2", total_premium_after="0", kind="cancellation", actor="user:1"
    )
    confirm(owner, address, seen, difference_yen="-64940", premium_difference="-64940")
    assert Transaction.objects.get(seq=2).patch == {"applicant.street": "2-2"}


@pytest.mark.parametrize(
    ("field", "typed"),
    [("sales", "たくさん"), ("sales", "9" * 90), ("plan", "P999"), ("industry", "x"), ("applicant__postcode", "12"),
     ("insured__name", ""),
     ("applicant__telephone", "110"), ("reason", "あ" * 201), ("insured__name", "あ" * 121)],
)  # fmt: skip
def test_what_can_not_be_read_is_said_beside_its_field(
    certificate: Certificate, owner: Client, field: str, typed: str
) -> None:
    answer = preview(owner, page_of(certificate, "change"), **{field: typed})
    assert answer.status_code == 422
    assert f'id="id_{field}_error"' in answer.content.decode()


def test_nothing_changed_is_said(certificate: Certificate, owner: Client) -> None:
    answer = preview(owner, page_of(certificate, "change"))
    assert answer.status_code == 409
    assert "変わるところがありません" in text(answer)


def test_the_pages_ask_a_bounded_number_of_questions(
    certificate: Certificate, owner: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for act in ("change", "cancel"):
        with django_assert_max_num_queries(16):
            owner.get(page_of(certificate, act))


def test_home_tells_of_what_happened(people: cast.Cast, certificate: Certificate, owner: Client) -> None:
    ask(certificate, wish(Kind.CANCELLATION, date(2027, 4, 1)), user=people.owner)
    home = words_of(owner, "/portal/")
    assert "2027年4月1日 午後4時に解約" in home
    assert "解約を取り消す" in home


def test_when_no_day_is_left_before_the_expiry_the_page_says_so(certificate: Certificate, owner: Client) -> None:
    with clock.at(datetime(2027, 11, 21, 10, tzinfo=JAPAN)):
        answer = owner.get(page_of(certificate, "cancel"))
    assert answer.status_code == 409
    assert "満期より前に解約できる日は、もうありません。" in answer.content.decode()
