"""Each recorded act has its paper, frozen with it; the certificate has a new edition; the member's people are told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from sonae.apps.billing.models import Refund
from sonae.apps.certificates.models import Certificate, ChangeRequest
from sonae.apps.documents.models import OutboxMessage, Paper
from sonae.domain.certificate.log import Kind
from tests import cast, clock
from tests.apps.certificates.covers import IN_MARCH, ask, give_cover, pay_for, wish

pytestmark = pytest.mark.django_db
LOW = date(2027, 4, 1)


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


def endorsement(certificate: Certificate, seq: int) -> dict[str, object]:
    return dict(Paper.objects.get(key=f"endorsement:{certificate.number}:{seq}").facts)


def editions(certificate: Certificate) -> list[Paper]:
    return list(Paper.objects.filter(key__startswith=f"certificate:{certificate.number}:").order_by("id"))


def test_a_dearer_plan_says_from_when_which_months_and_which_card(people: cast.Cast, certificate: Certificate) -> None:
    """64,940 × 4/12 + 104,980 × 8/12 is 91,633.33, so 26,693 yen more than was paid."""
    waiting = ask(certificate, wish(Kind.CHANGE, LOW, plan="P300"), user=people.owner)
    assert Paper.objects.filter(kind=Paper.Kind.ENDORSEMENT).count() == 0

    pay_for(waiting)

    facts = endorsement(certificate, 2)
    assert facts["changes"] == [
        {
            "name": {"ja": "プラン", "en": "Plan"},
            "before": {"ja": "1億円プラン", "en": "100 Million Yen Plan"},
            "after": {"ja": "3億円プラン", "en": "300 Million Yen Plan"},
            "effective_from": "2027-04-01T16:00:00+09:00",
        }
    ]
    after = facts["premium_after"]
    assert (facts["premium_before"], facts["difference"]) == (64_940, int(str(after)) - 64_940)
    assert [(one["months"], one["plan_name"]["ja"]) for one in facts["months_after"]] == [
        (4, "1億円プラン"), (8, "3億円プラン"),
    ]  # fmt: skip
    assert (facts["paid_brand"], facts["paid_last4"], facts["returns"]) == ("jcb", "0505", [])
    assert facts["asked_by"] == {"ja": f"加入者（{cast.AOKI}）", "en": f"Member ({cast.AOKI})"}


def test_a_cancellation_names_the_end_the_return_premium_and_the_card(
    people: cast.Cast, certificate: Certificate
) -> None:
    """Four of twelve months are kept: 21,646.67, rounded to 21,650; so 43,290 yen go back."""
    ask(certificate, wish(Kind.CANCELLATION, LOW), user=people.owner, reason="事業をやめるため")

    facts = endorsement(certificate, 2)
    assert (facts["ends_at"], facts["kind"]) == ("2027-04-01T16:00:00+09:00", "cancellation")
    assert (facts["premium_before"], facts["premium_after"], facts["difference"]) == (64_940, 21_650, -43_290)
    assert facts["returns"] == [{"card_brand": "visa", "last4": "4242", "return_yen": 43_290}]
    assert (facts["unreturned_yen"], facts["kept_months"], facts["reason"]) == (0, 4, "事業をやめるため")
    assert [one["months"] for one in facts["months_after"]] == [4]
    assert Refund.objects.get().refund_yen == 43_290
    edition = editions(certificate)[-1].facts
    assert (edition["cover_until"], edition["is_cancelled"], edition["term_premium"]) == (
        "2027-04-01T16:00:00+09:00", True, 21_650,
    )  # fmt: skip


def test_what_no_card_takes_back_is_named(people: cast.Cast, certificate: Certificate) -> None:
    payment = certificate.member.payments.get()
    Refund.objects.create(key="gone", payment=payment, refund_yen=60_000, reason="test", created_at=clock.now())

    ask(certificate, wish(Kind.CANCELLATION, LOW), user=people.owner)

    facts = endorsement(certificate, 2)
    assert ([one["return_yen"] for one in facts["returns"]], facts["unreturned_yen"]) == ([4_940], 38_350)


def test_reinstating_says_that_cover_goes_on(people: cast.Cast, certificate: Certificate) -> None:
    ask(certificate, wish(Kind.CANCELLATION, LOW), user=people.owner)
    pay_for(ask(certificate, wish(Kind.REINSTATEMENT, LOW), user=people.owner))

    facts = endorsement(certificate, 3)
    assert (facts["goes_on_until"], facts["ends_at"], facts["difference"]) == (
        "2027-12-01T16:00:00+09:00",
        None,
        43_290,
    )


def test_a_new_edition_replaces_the_old_one_and_leaves_it_as_it_was(
    people: cast.Cast, certificate: Certificate
) -> None:
    ask(certificate, wish(Kind.CHANGE, date(2027, 3, 10), insured_name="青木設備"), user=people.owner)
    ask(certificate, wish(Kind.CHANGE, date(2027, 5, 10), insured_name="青木商事"), user=people.owner)

    first, second = editions(certificate)
    assert (first.facts["insured_name"], first.facts["content_from"], first.facts["content_until"]) == (
        "青木設備", "2027-03-10", None,
    )  # fmt: skip
    assert (second.facts["insured_name"], second.facts["edition"], second.facts["content_from"]) == (
        "青木商事", 2, "2027-05-10",
    )  # fmt: skip


def test_a_backdated_edition_says_until_when_it_holds(people: cast.Cast, certificate: Certificate) -> None:
    ask(certificate, wish(Kind.CHANGE, date(2027, 5, 10), insured_name="青木商事"), user=people.owner)
    ask(certificate, wish(Kind.CHANGE, date(2027, 2, 3), insured_name="青木設備"), decisions={2: False})

    facts = editions(certificate)[-1].facts
    assert (facts["insured_name"], facts["content_from"], facts["content_until"]) == (
        "青木設備",
        "2027-02-03",
        "2027-05-10",
    )


def test_cover_cancelled_from_its_start_has_no_new_certificate(people: cast.Cast, certificate: Certificate) -> None:
    ask(certificate, wish(Kind.CANCELLATION, certificate.starts_on), user=people.owner)

    assert editions(certificate) == []
    assert endorsement(certificate, 2)["difference"] == -64_940


def test_owner_and_asker_are_told_once_each_and_in_the_language_of_the_request(
    people: cast.Cast, certificate: Certificate
) -> None:
    ask(certificate, wish(Kind.CANCELLATION, LOW), user=people.colleague, language="en")

    mails = OutboxMessage.objects.order_by("recipient")
    assert [mail.recipient for mail in mails] == [cast.AOKI, cast.IMAI]
    assert "Return premium: ¥43,290" in mails[0].body
    assert "Cover ends: 1 April 2027, 16:00 JST" in mails[0].body
    assert "The free cover stays as long as you are a member." in mails[0].body


def test_what_the_desk_prepares_is_mailed_with_the_way_to_pay(people: cast.Cast, certificate: Certificate) -> None:
    ask(certificate, wish(Kind.CHANGE, LOW, plan="P300"), user=people.staff["operator"])

    mail = OutboxMessage.objects.get()
    assert (mail.recipient, mail.key.split(":")[0]) == (cast.AOKI, "waits")
    assert f"/portal/changes/{ChangeRequest.objects.get().public_id}/" in mail.body


def test_what_waits_for_its_payment_leaves_no_paper_and_no_mail(people: cast.Cast, certificate: Certificate) -> None:
    ask(certificate, wish(Kind.CHANGE, LOW, plan="P300"), user=people.owner)

    assert not Paper.objects.exists()
    assert not OutboxMessage.objects.exists()
