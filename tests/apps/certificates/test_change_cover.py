"""Acts between issue and expiry: previewed, decided, recorded once, charged or given back to the yen."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sonae.apps.audit.models import AuditEntry
from sonae.apps.billing.models import Charge, JournalEntry, Payment, Refund
from sonae.apps.certificates.mapping import acts_of, term_of
from sonae.apps.certificates.models import Certificate, ChangeRequest, Transaction
from sonae.apps.certificates.queries import fold
from sonae.apps.certificates.use_cases import change_cover
from sonae.apps.certificates.use_cases.change_cover import (
    AnotherWaits,
    ChangedMeanwhile,
    ConflictsOpen,
    carry_out_paid_change,
    give_up_change,
    request_change,
)
from sonae.apps.certificates.use_cases.record_acts import ScheduleDiffers
from sonae.apps.programmes.models import Programme
from sonae.apps.programmes.product_files import product_of
from sonae.domain.certificate.change import NotPossible, Wish
from sonae.domain.certificate.log import Kind
from sonae.domain.certificate.premium import schedule_premium
from tests import clock
from tests.apps.certificates.changes import START, ask, balances, covered, fresh, log_of, see, wish
from tests.cast import Cast, call_in
from tests.domain.certificates import INDUSTRIES, PLANS
from tests.web.holdings import give_free_cover, give_paid_cover

pytestmark = pytest.mark.django_db
MARCH, JUNE = date(2027, 3, 1), date(2027, 6, 1)


@pytest.fixture
def cast(programme: Programme) -> Cast:
    return call_in()


@pytest.fixture
def certificate(cast: Cast) -> Certificate:
    return covered(cast.member)


def pay(request: ChangeRequest) -> None:
    """As the settling of a captured payment does."""
    payment = Payment.objects.create(
        key=f"change:{request.public_id}:1", purpose=f"change:{request.public_id}", member=request.certificate.member,
        charge_yen=request.difference_yen, gateway="memory", state="captured", session_id=request.public_id,
        created_at=clock.now(), changed_at=clock.now(), captured_at=clock.now(),
    )  # fmt: skip
    carry_out_paid_change(request=request, payment=payment, now=clock.now())


def test_a_cheaper_plan_gives_the_difference_back_to_the_card_that_paid(cast: Cast) -> None:
    dear = give_paid_cover(cast.other_member, START)
    ask(dear, wish(START, plan="P300"), key="up")
    waiting = ChangeRequest.objects.get(key="up")
    assert (waiting.state, waiting.difference_yen, log_of(dear)[1:]) == ("waiting", 40_260, [])
    pay(waiting)
    done = ask(dear, wish(MARCH, plan="P100"), key="down")
    assert done.state == "done"
    assert log_of(dear) == [
        (1, "new", START, 64_940, 64_940),
        (2, "change", START, 40_260, 105_200),
        # 105,200 × 3/12 + 64,940 × 9/12 = 26,300 + 48,705 = 75,005 → 75,010
        (3, "change", MARCH, -30_190, 75_010),
    ]
    refunds = Refund.objects.filter(payment__member=cast.other_member)
    assert [(one.refund_yen, one.payment.purpose.partition(":")[0]) for one in refunds] == [(30_190, "change")]


def test_what_is_cancelled_on_its_first_day_goes_back_whole(certificate: Certificate) -> None:
    request = ask(certificate, Wish(Kind.CANCELLATION, START))
    assert (request.state, request.difference_yen) == ("done", -64_940)
    certificate.refresh_from_db()
    assert (certificate.cancelled_on, certificate.cover.isempty) == (START, True)
    assert [refund.refund_yen for refund in Refund.objects.all()] == [64_940]
    # The books of a first payment are made with its issue, which this certificate never went through: only what came after.
    assert balances() == {"premium_payable": 64_940, "refund_payable": -64_940}


def test_cancelling_and_reinstating_leaves_cover_and_books_as_they_were(certificate: Certificate) -> None:
    ask(certificate, Wish(Kind.CANCELLATION, MARCH))
    certificate.refresh_from_db()
    assert certificate.cancelled_on == MARCH
    back = ask(certificate, Wish(Kind.REINSTATEMENT, MARCH))
    assert (back.state, back.difference_yen) == ("waiting", 48_700)
    pay(back)
    certificate.refresh_from_db()
    assert (certificate.cancelled_on, certificate.cover.upper) == (None, date(2027, 12, 1))
    assert [entry[1:] for entry in log_of(certificate)] == [
        ("new", START, 64_940, 64_940),
        ("cancellation", MARCH, -48_700, 16_240),
        ("reinstatement", MARCH, 48_700, 64_940),
    ]


def test_a_reversed_act_leaves_no_trace_in_cover_or_premium_and_can_be_brought_back(certificate: Certificate) -> None:
    ask(certificate, wish(MARCH, insured__name="青木工務店株式会社"), key="name")
    ask(certificate, Wish(Kind.REVERSAL, MARCH, target=2), key="back")
    assert fold(fresh(certificate).transactions.all(), on=JUNE)["insured"] == {"name": "青木工務店"}
    ask(certificate, Wish(Kind.REVERSAL, MARCH, target=2), key="again")
    assert fold(fresh(certificate).transactions.all(), on=JUNE)["insured"] == {"name": "青木工務店株式会社"}
    assert [(one.seq, one.reverses and one.reverses.seq) for one in fresh(certificate).transactions.all()] == [
        (1, None), (2, None), (3, 2), (4, 3),
    ]  # fmt: skip
    assert all(entry[4] == 64_940 for entry in log_of(certificate))


def test_a_later_act_on_the_same_field_is_shown_and_a_person_decides(certificate: Certificate) -> None:
    """Rule 7. Without a decision nothing is recorded; "stays" ends the new value there, "goes on" carries it beyond."""
    ask(certificate, wish(JUNE, insured__name="青木住建"))
    backdated = wish(MARCH, insured__name="青木建設")
    with pytest.raises(ConflictsOpen) as raised:
        ask(certificate, backdated)
    conflict = raised.value.preview.conflicts[0]
    assert (conflict.field, conflict.value, conflict.later_seq, conflict.later_from, conflict.later_value) == (
        "insured.name", "青木建設", 2, JUNE, "青木住建",
    )  # fmt: skip
    assert len(log_of(certificate)) == 2
    ask(certificate, backdated, decisions={2: False})
    names = [dict(fold(fresh(certificate).transactions.all(), on=day)["insured"]) for day in (MARCH, JUNE)]  # type: ignore[call-overload]
    assert names == [{"name": "青木建設"}, {"name": "青木住建"}]
    ask(certificate, wish(date(2027, 4, 1), insured__name="青木組"), decisions={2: True})
    assert fold(fresh(certificate).transactions.all(), on=JUNE)["insured"] == {"name": "青木組"}
    assert [entry[:3] for entry in log_of(certificate)[3:]] == [(4, "change", date(2027, 4, 1)), (5, "change", JUNE)]


def test_sales_over_the_limit_let_the_cover_run_on_and_refer_the_renewal(certificate: Certificate) -> None:
    shown = see(certificate, wish(MARCH, annual_sales=120_000_000))
    assert [referral.code for referral in shown.referrals] == ["SALES_LIMIT"]
    assert (shown.after.cancelled_on, shown.difference) == (None, 92_710 - 64_940)
    # 64,940 × 3/12 + 101,960 × 9/12 = 16,235 + 76,470 = 92,705 → 92,710


def test_an_old_preview_is_not_carried_out(certificate: Certificate) -> None:
    """Two clerks: the second sees what the first did before anything of hers is recorded."""
    mine = wish(MARCH, insured__name="青木住建")
    seen = see(certificate, mine)
    ask(certificate, wish(JUNE, plan="P100", insured__kana="アオキ"))
    with pytest.raises(ChangedMeanwhile):
        ask(certificate, mine, key="mine", seen=seen)
    assert len(log_of(certificate)) == 2


def test_one_key_asks_once(certificate: Certificate) -> None:
    shown = see(certificate, Wish(Kind.CANCELLATION, MARCH))
    first = ask(certificate, Wish(Kind.CANCELLATION, MARCH), key="twice", seen=shown)
    second = ask(certificate, Wish(Kind.CANCELLATION, MARCH), key="twice", seen=shown)
    assert first.pk == second.pk
    assert (len(log_of(certificate)), Refund.objects.count()) == (2, 1)


def test_a_change_that_waits_holds_off_others_and_can_be_given_up(certificate: Certificate) -> None:
    waiting = ask(certificate, wish(MARCH, plan="P500"))
    with pytest.raises(AnotherWaits):
        ask(certificate, wish(MARCH, insured__name="青木住建"), key="other")
    closed = give_up_change(public_id=waiting.public_id, actor="user:test", reason="member", now=clock.now())
    assert (closed.state, len(log_of(certificate)), Charge.objects.count()) == ("closed", 1, 1)
    assert ask(certificate, wish(MARCH, insured__name="青木住建"), key="other").state == "done"


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        (wish(MARCH, plan="P100"), "nothing_changes"),
        (wish(MARCH, plan="P999"), "unknown_value"),
        (wish(MARCH, annual_sales=-1), "unknown_value"),
        (wish(MARCH, annual_sales=True), "unknown_value"),
        (wish(date(2026, 11, 30), plan="P300"), "outside_term"),
        (wish(date(2027, 11, 2), plan="P300"), "outside_term"),
        (wish(date(2027, 12, 1), insured__name="x"), "outside_term"),
        (Wish(Kind.CANCELLATION, date(2027, 12, 1)), "outside_term"),
        (Wish(Kind.REINSTATEMENT, MARCH), "not_cancelled"),
        (Wish(Kind.REVERSAL, MARCH, target=1), "first_act"),
        (Wish(Kind.REVERSAL, MARCH, target=7), "no_such_act"),
        (Wish(Kind.REVERSAL, MARCH), "no_such_act"),
    ],
)
def test_what_the_log_does_not_allow_says_why(certificate: Certificate, wanted: Wish, code: str) -> None:
    with pytest.raises(NotPossible) as raised:
        see(certificate, wanted)
    assert raised.value.code == code


def test_nothing_but_its_undoing_happens_to_a_cancelled_cover_after_its_end(certificate: Certificate) -> None:
    ask(certificate, Wish(Kind.CANCELLATION, MARCH))
    for wanted in (wish(JUNE, plan="P300"), Wish(Kind.CANCELLATION, JUNE)):
        with pytest.raises(NotPossible) as raised:
            see(certificate, wanted)
        assert raised.value.code == "cancelled"


def test_the_free_cover_follows_the_membership_and_nothing_else(cast: Cast) -> None:
    free = give_free_cover(cast.member, START)
    with pytest.raises(NotPossible) as raised:
        request_change(
            key="x", certificate_id=free.pk, wish=wish(MARCH, insured__name="x"), decisions={}, seen_seq=1,
            seen_difference=0, actor="user:test", user=None, reason="x", language="ja", now=clock.now(),
        )  # fmt: skip
    assert raised.value.code == "free_cover"


def test_reinstating_beside_a_new_cover_is_stopped_by_the_database(cast: Cast, certificate: Certificate) -> None:
    ask(certificate, Wish(Kind.CANCELLATION, MARCH))
    give_paid_cover(cast.member, JUNE)
    waiting = ask(certificate, Wish(Kind.REINSTATEMENT, MARCH))
    with pytest.raises(IntegrityError, match="no_overlapping_paid_cover"), transaction.atomic():
        pay(waiting)
    certificate.refresh_from_db()
    assert certificate.cancelled_on == MARCH


def test_nothing_is_posted_on_a_certificate_whose_books_are_wrong(certificate: Certificate) -> None:
    Transaction.objects.create(
        certificate=certificate, seq=2, kind="change", effective_date=START, recorded_at=clock.now(), patch={},
        actor="test", rating_digest="", total_premium_after=64_930, premium_difference=-10,
    )  # fmt: skip
    with pytest.raises(ScheduleDiffers):
        ask(certificate, Wish(Kind.CANCELLATION, MARCH))


def test_without_the_look_at_the_last_act_two_clerks_would_mix(
    certificate: Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: with the guard off, the second clerk's act is recorded though she never saw the first one's."""
    mine = wish(MARCH, insured__name="青木住建")
    seen = see(certificate, mine)
    ask(certificate, wish(JUNE, insured__kana="アオキ"))
    monkeypatch.setattr(change_cover, "ChangedMeanwhile", NotPossible)
    monkeypatch.setattr(change_cover, "max", lambda _seqs: 1, raising=False)
    ask(certificate, mine, key="mine", seen=seen)
    assert len(log_of(certificate)) == 3


def test_who_did_what_is_in_the_audit_log(certificate: Certificate) -> None:
    ask(certificate, Wish(Kind.CANCELLATION, MARCH))
    entries = AuditEntry.objects.filter(object_kind="certificate", object_id=certificate.number).order_by("id")
    assert [(one.action, one.actor) for one in entries] == [
        ("change.requested", "user:test"), ("certificate.cancellation", "user:test"),
    ]  # fmt: skip
    assert entries[1].detail["difference_yen"] == -48_700


days = st.dates(START, date(2027, 11, 30))
wishes = st.one_of(
    st.builds(
        lambda day, fields: wish(day, **fields),
        days,
        st.fixed_dictionaries(
            {},
            optional={
                "plan": st.sampled_from(PLANS),
                "industry": st.sampled_from(INDUSTRIES),
                "annual_sales": st.integers(0, 300_000_000),
                "insured__name": st.sampled_from(["みほん", "見本"]),
            },
        ),
    ),
    st.builds(lambda day: Wish(Kind.CANCELLATION, day), days),
    st.just(Wish(Kind.REINSTATEMENT, START)),
    st.builds(lambda seq: Wish(Kind.REVERSAL, START, target=seq), st.integers(1, 8)),
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(wishes, min_size=1, max_size=8))
def test_whatever_is_done_books_and_schedule_stay_one(certificate: Certificate, wanted: list[Wish]) -> None:
    """Rules 3, 4 and 12 through the use-cases: any sequence of acts, paid as they come."""
    with transaction.atomic():
        for place, one in enumerate(wanted):
            try:
                shown = see(certificate, one)
                decisions = {conflict.later_seq: place % 2 == 0 for conflict in shown.conflicts}
                request = ask(
                    certificate, one, key=f"p{place}", decisions=decisions, now=clock.now() + timedelta(minutes=place)
                )
            except NotPossible:
                continue
            if request.state == "waiting":
                pay(request)
        now = fresh(certificate)
        entries = list(now.transactions.all())
        schedule = schedule_premium(product_of(now.scheme_year.product_version), acts_of(entries), term_of(now))
        assert sum(entry.premium_difference for entry in entries) == schedule.total == entries[-1].total_premium_after
        assert now.cancelled_on == schedule.cancelled_on
        charged = sum(Charge.objects.values_list("charge_yen", flat=True))
        paid = sum(Payment.objects.values_list("charge_yen", flat=True))
        given_back = sum(Refund.objects.values_list("refund_yen", flat=True))
        assert charged == schedule.total == paid - given_back
        assert sum(balances().values()) == 0
        assert "member_receivable" not in balances()
        for payment in Payment.objects.all():
            assert 0 <= sum(payment.refunds.values_list("refund_yen", flat=True)) <= payment.charge_yen
        assert JournalEntry.objects.count() == JournalEntry.objects.values("key").distinct().count()
        transaction.set_rollback(True)
