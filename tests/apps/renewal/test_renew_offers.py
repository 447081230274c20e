"""What has changed since an offer was made makes another one, before it is taken up; what hasn't, doesn't."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from sonae.apps.audit.models import AuditEntry
from sonae.apps.certificates.models import Certificate, Transaction
from sonae.apps.parties.models import Member, MembershipFact
from sonae.apps.programmes.models import SchemeYear
from sonae.apps.renewal.models import ParkedCertificate, RenewalOffer, RenewalRun
from sonae.apps.renewal.use_cases.make_offers import make_offers
from sonae.apps.renewal.use_cases.renew_offers import renew_offers, retry_parked
from sonae.apps.renewal.use_cases.steer_run import pause_run, resume_run
from sonae.apps.renewal.years import get_turn
from sonae.domain.calendar import JAPAN
from tests.renewals import NEXT, OFFERS_DAY, act, enter_members, give_covers, told_of

pytestmark = pytest.mark.usefixtures("programme")
LATER = OFFERS_DAY + timedelta(days=3)


def offered(**fields: object) -> Certificate:
    (certificate,) = give_covers(enter_members(1), fields)
    make_offers(year_start=NEXT, now=OFFERS_DAY, connections=1)
    return certificate


def tell(member: Member, kind: str, on: date) -> None:
    MembershipFact.objects.create(member=member, kind=kind, effective_date=on, recorded_at=LATER, member_class="basic",
                                  name="株式会社みほん", source="test")  # fmt: skip


def test_nothing_changed_means_nothing_to_do() -> None:
    certificate = offered()
    assert renew_offers(now=LATER) == 0
    assert told_of(certificate)[0].revision == 1


def test_a_change_that_was_recorded_since_makes_another_offer_letter_and_mail() -> None:
    certificate = offered()
    act(certificate, 2, "change", date(2026, 11, 1), {"annual_sales": 40_000_000}).save()
    assert renew_offers(now=LATER) == 1
    offer, letter, mails = told_of(certificate)
    assert (offer.revision, offer.seen_seq, offer.annual_premium_before, offer.annual_premium) == (2, 2, 64_940, 91_570)
    assert offer.steps == [["sales", 26_630, False], ["industry", 0, False], ["tariff", 0, False], ["plan", 0, False]]
    assert letter.key == f"renewal:{certificate.number}:2026:2"
    assert letter.facts["annual_premium"] == 91_570
    assert [mail.subject for mail in mails] == [
        f"更新のご案内（{certificate.number}）", f"更新のご案内を作り直しました（{certificate.number}）",
    ]  # fmt: skip
    assert renew_offers(now=LATER) == 0


def test_a_change_that_matters_not_for_the_premium_sends_no_letter() -> None:
    certificate = offered()
    act(certificate, 2, "change", date(2026, 11, 1), {"insured": {"name": "みほん商店"}}).save()
    assert renew_offers(now=LATER) == 1
    offer, _, mails = told_of(certificate)
    assert (offer.revision, offer.seen_seq, len(mails)) == (1, 2, 1)
    assert renew_offers(now=LATER) == 0


def test_who_leaves_and_comes_back_is_told_each_time() -> None:
    certificate = offered()
    tell(certificate.member, "left", date(2026, 10, 4))
    renew_offers(now=LATER)
    assert (told_of(certificate)[0].decision, told_of(certificate)[1].kind) == ("left", "renewal_refused")
    tell(certificate.member, "joined", date(2026, 11, 2))
    renew_offers(now=LATER + timedelta(days=1))
    offer, letter, mails = told_of(certificate)
    assert (offer.decision, offer.revision, offer.annual_premium, letter.kind) == (
        "offered",
        3,
        64_940,
        "renewal_offer",
    )
    assert len(mails) == 3  # the facts of leaving and of coming back bring no address: the last one that is known holds
    actions = AuditEntry.objects.filter(object_id=certificate.number).order_by("id").values_list("action", "detail")
    assert [(action, detail["decision"]) for action, detail in actions] == [
        ("renewal.offered_anew", "left"), ("renewal.offered_anew", "offered"),
    ]  # fmt: skip


def test_a_fact_that_was_to_come_is_looked_at_again_on_its_day() -> None:
    """Back after the deadline: no offer while it is to come, one when it has happened."""
    told = [("left", date(2026, 6, 1)), ("joined", date(2026, 11, 25))]
    (certificate,) = give_covers(enter_members(1, told=told))
    make_offers(year_start=NEXT, now=OFFERS_DAY, connections=1)
    assert told_of(certificate)[0].decision == "left"
    assert renew_offers(now=datetime(2026, 11, 24, 23, 59, 50, tzinfo=JAPAN)) == 0
    assert renew_offers(now=datetime(2026, 11, 25, 0, 0, 5, tzinfo=JAPAN)) == 1
    assert (told_of(certificate)[0].decision, told_of(certificate)[0].revision) == ("offered", 2)


def test_a_cancelled_certificate_closes_its_offer_and_a_reinstated_one_opens_it_again() -> None:
    certificate = offered()
    ended = act(certificate, 2, "cancellation", date(2026, 11, 1), {})
    ended.save()
    Certificate.objects.filter(pk=certificate.pk).update(cancelled_on=date(2026, 11, 1))
    assert renew_offers(now=LATER) == 1
    assert (told_of(certificate)[0].state, len(told_of(certificate)[2])) == ("closed", 1)
    back = act(certificate, 3, "reinstatement", date(2026, 11, 1), {})
    back.reverses = ended
    back.save()
    Certificate.objects.filter(pk=certificate.pk).update(cancelled_on=None)
    assert renew_offers(now=LATER) == 1
    assert (told_of(certificate)[0].state, told_of(certificate)[0].revision) == ("open", 2)


def test_a_confirmed_offer_is_never_made_afresh() -> None:
    certificate = offered()
    RenewalOffer.objects.update(state="confirmed")
    act(certificate, 2, "change", date(2026, 11, 1), {"annual_sales": 40_000_000}).save()
    assert renew_offers(now=LATER) == 0
    assert told_of(certificate)[0].annual_premium == 64_940


def test_an_offer_whose_member_has_renewed_by_another_way_counts_as_taken_up() -> None:
    certificate = offered()
    year = SchemeYear.objects.get(start_on=NEXT)
    Certificate.objects.create(number="NEXT", member=certificate.member, scheme_year=year, section="paid", starts_on=NEXT,
                               verification_code="NEXT", issued_at=LATER)  # fmt: skip
    act(certificate, 2, "change", date(2026, 11, 1), {"annual_sales": 40_000_000}).save()
    assert renew_offers(now=LATER) == 0
    offer, _, mails = told_of(certificate)
    assert (offer.state, offer.changed_at, offer.revision, len(mails)) == ("confirmed", LATER, 1, 1)


def test_a_certificate_that_is_issued_after_the_run_is_answered_too() -> None:
    offered()
    (late,) = give_covers(enter_members(1), starts_on=date(2026, 11, 1))
    assert renew_offers(now=LATER) == 1
    assert (told_of(late)[0].decision, told_of(late)[0].months_before) == ("offered", 1)
    assert renew_offers(now=LATER) == 0


def test_what_was_set_aside_can_be_tried_again_once_it_is_put_right() -> None:
    certificate = offered(annual_sales="many")
    turn = get_turn(year_start=NEXT)
    assert retry_parked(turn=turn, ids=[certificate.pk], actor="user:1", now=LATER) == 0
    assert ParkedCertificate.objects.get().tries == 2
    act(certificate, 2, "change", date(2025, 12, 1), {"annual_sales": 5_000_000}).save()
    assert retry_parked(turn=turn, ids=[certificate.pk], actor="user:1", now=LATER) == 1
    assert ParkedCertificate.objects.get().resolved_at == LATER
    assert told_of(certificate)[0].decision == "offered"
    assert retry_parked(turn=turn, ids=[certificate.pk], actor="user:1", now=LATER) == 0
    assert Transaction.objects.filter(certificate=certificate).count() == 2


def test_a_run_is_paused_and_resumed_by_a_person_whose_name_stays() -> None:
    offered()
    RenewalRun.objects.update(state="running")
    assert pause_run(key="offers:2026-12-01", actor="user:7", now=LATER).state == "paused"
    assert pause_run(key="offers:2026-12-01", actor="user:8", now=LATER).paused_by == "user:7"
    assert resume_run(key="offers:2026-12-01", actor="user:8", now=LATER).state == "running"
    acts = AuditEntry.objects.filter(object_kind="renewal_run", actor__startswith="user:").values_list(
        "action", "actor"
    )
    assert list(acts.order_by("id")) == [("renewal.paused", "user:7"), ("renewal.resumed", "user:8")]
