"""The offers of a turn: who is told what, each once, in numbers that add up."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from sonae.apps.audit.models import AuditEntry
from sonae.apps.certificates.models import Certificate, Transaction
from sonae.apps.documents.models import OutboxMessage, Paper
from sonae.apps.documents.papers import pdf_of
from sonae.apps.programmes.models import Programme, SchemeYear
from sonae.apps.renewal import answer_chunk, write_answers
from sonae.apps.renewal.expiring import read_expiring
from sonae.apps.renewal.judging import judge_by_rule, judge_plain
from sonae.apps.renewal.models import ParkedCertificate, RenewalOffer, RenewalRun
from sonae.apps.renewal.use_cases.make_offers import OffersNotDue, make_offers
from sonae.apps.renewal.years import get_turn
from sonae.domain.calendar import JAPAN
from tests.cast import call_in
from tests.renewals import EXPIRING, NEXT, OFFERS_DAY, act, check_each_told_once, enter_members, give_covers, told_of

pytestmark = pytest.mark.usefixtures("programme")


def offer(now: datetime = OFFERS_DAY, chunk: int = 5) -> RenewalRun:
    return make_offers(year_start=NEXT, now=now, connections=1, chunk=chunk)


def test_each_expiring_certificate_is_told_once() -> None:
    certificates = give_covers(enter_members(23))
    run = offer()
    assert run.state == "done"
    check_each_told_once(certificates)
    assert run.before["expiring"] == run.before["missing_count"] == 23
    assert run.after is not None
    assert (run.after["seen"], run.after["offered"], run.after["mails"]) == (23, 23, 23)
    assert run.after["counted"]["missing_count"] == 0
    assert run.after["yen_before"] == run.after["yen_after"] == 23 * 64_940


def test_started_again_nothing_happens() -> None:
    certificates = give_covers(enter_members(7))
    offer()
    before = list(RenewalOffer.objects.order_by("id").values()), OutboxMessage.objects.count(), Paper.objects.count()
    again = offer(now=OFFERS_DAY + timedelta(days=1))
    assert again.started_at == OFFERS_DAY
    assert (
        list(RenewalOffer.objects.order_by("id").values()),
        OutboxMessage.objects.count(),
        Paper.objects.count(),
    ) == before
    check_each_told_once(certificates)


def test_without_its_guards_a_second_run_would_find_everything_there_all_the_same() -> None:
    """Even a run of its own, as if the first had been forgotten, counts what is there as already done."""
    certificates = give_covers(enter_members(7))
    offer()
    RenewalRun.objects.all().delete()
    run = offer(now=OFFERS_DAY + timedelta(days=1))
    assert run.after is not None
    assert (run.state, run.after["already"], run.after["offered"]) == ("done", 7, 0)
    check_each_told_once(certificates)


def test_the_revision_of_the_tariff_is_in_the_offer_the_letter_and_the_mail() -> None:
    (certificate,) = give_covers(
        enter_members(1), {"industry": "manufacturing", "annual_sales": 40_000_000, "plan": "P300"}
    )
    offer()
    told, letter, mails = told_of(certificate)
    assert (told.decision, told.plan_code, told.annual_premium_before, told.annual_premium) == (
        "offered",
        "P300",
        111_250,
        133_500,
    )
    assert told.steps == [["sales", 0, False], ["industry", 0, False], ["tariff", 22_250, False], ["plan", 0, False]]
    assert (told.seen_seq, told.months_before, told.judged_on) == (1, 12, date(2026, 10, 2))
    assert letter.kind == "renewal_offer"
    assert letter.facts["premiums"] == [82_410, 133_500, 149_980]
    assert letter.facts["deadline_on"] == "2026-11-20"
    assert letter.facts["addressee"] == "株式会社みほん"
    assert pdf_of(paper=letter, now=OFFERS_DAY).startswith(b"%PDF")
    (mail,) = mails
    assert mail.recipient == f"{certificate.member.number.lower()}@sample.example"
    assert mail.subject == f"更新のご案内（{certificate.number}）"
    assert "2026年11月20日まで" in mail.body


def test_the_owner_is_written_to_before_the_address_on_the_list() -> None:
    cast = call_in()
    (certificate,) = give_covers([cast.member])
    offer()
    assert [mail.recipient for mail in told_of(certificate)[2]] == [cast.owner.email]


def test_letter_and_mail_are_in_the_language_of_the_certificate() -> None:
    (certificate,) = give_covers(enter_members(1))
    version = certificate.scheme_year.product_version
    Paper.objects.create(key=f"certificate:{certificate.number}:1", kind="certificate", member=certificate.member, language="en",
                         product_version=version, file_name="c.pdf", facts={}, issued_at=OFFERS_DAY)  # fmt: skip
    offer()
    _, letter, mails = told_of(certificate)
    assert (letter.language, mails[0].language) == ("en", "en")
    assert mails[0].subject.startswith("Your renewal")
    assert letter.facts["renewal_url"].endswith(f"/en/portal/renewal/{certificate.number}/")
    assert f"/en/portal/renewal/{certificate.number}/" in mails[0].body


def test_who_left_and_who_left_the_tariff_are_told_why() -> None:
    (left,) = give_covers(enter_members(1, told=[("left", date(2026, 6, 1))]))
    (leaving,) = give_covers(enter_members(1, told=[("left", date(2026, 11, 15))]))
    (large,) = give_covers(enter_members(1))
    act(large, 2, "change", date(2026, 5, 1), {"annual_sales": 100_000_000}).save()
    (clinic,) = give_covers(enter_members(1))
    act(clinic, 2, "change", date(2026, 5, 1), {"industry": "medical"}).save()
    run = offer()
    said = {
        one: (told_of(one)[0].decision, told_of(one)[0].reasons, told_of(one)[1].kind)
        for one in (left, leaving, large, clinic)
    }
    assert said == {
        left: ("left", ["LEFT"], "renewal_refused"),
        leaving: ("left", ["LEFT"], "renewal_refused"),
        large: ("referred", ["SALES_LIMIT"], "renewal_refused"),
        clinic: ("referred", ["MEDICAL"], "renewal_refused"),
    }
    assert run.after is not None
    assert (run.after["left"], run.after["referred"], run.after["by_rule"]) == (2, 2, 3)
    assert "0120-008588" in str(told_of(large)[1].facts["reasons"])


def test_who_comes_back_in_time_may_renew() -> None:
    (back,) = give_covers(enter_members(1, told=[("left", date(2026, 6, 1)), ("joined", date(2026, 11, 20))]))
    (too_late,) = give_covers(enter_members(1, told=[("left", date(2026, 6, 1)), ("joined", date(2026, 11, 21))]))
    offer()
    assert [told_of(one)[0].decision for one in (back, too_late)] == ["offered", "left"]


def test_cancelled_and_renewed_certificates_are_counted_and_told_nothing() -> None:
    cancelled, renewed, running = give_covers(enter_members(3))
    act(cancelled, 2, "cancellation", date(2026, 3, 1), {}).save()
    Certificate.objects.filter(pk=cancelled.pk).update(cancelled_on=date(2026, 3, 1))
    year = SchemeYear.objects.get(start_on=NEXT)
    Certificate.objects.create(number="NEXT", member=renewed.member, scheme_year=year, section="paid", starts_on=NEXT,
                               verification_code="NEXT", issued_at=OFFERS_DAY, renewed_from=renewed)  # fmt: skip
    run = offer()
    assert run.after is not None
    assert {name: run.after[name] for name in ("seen", "offered", "cancelled", "renewed")} == {
        "seen": 3, "offered": 1, "cancelled": 1, "renewed": 1,
    }  # fmt: skip
    check_each_told_once([running])
    assert RenewalOffer.objects.count() == 1


def test_facts_that_make_no_sense_are_set_aside_and_the_others_go_on() -> None:
    broken = give_covers(enter_members(3), {"annual_sales": "many"}, {"plan": "P999"}, {"industry": "alchemy"})
    good = give_covers(enter_members(9))
    run = offer()
    assert run.state == "done"
    assert run.after is not None
    assert (run.after["offered"], run.after["parked"]) == (9, 3)
    check_each_told_once(good)
    parked = ParkedCertificate.objects.order_by("certificate_id")
    assert [(one.certificate_id, one.reason) for one in parked] == [
        (broken[0].pk, "facts_missing"), (broken[1].pk, "not_rated"), (broken[2].pk, "not_rated"),
    ]  # fmt: skip


def test_a_row_that_the_statement_chokes_on_is_set_aside_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    certificates = give_covers(enter_members(6))
    plain = write_answers.as_row

    def choke(answer: object, **more: object) -> dict[str, object]:
        row = plain(answer, **more)  # type: ignore[arg-type]
        return {**row, "decision": "x" * 11} if row["certificate_id"] == certificates[2].pk else row

    monkeypatch.setattr(write_answers, "as_row", choke)
    run = offer()
    assert run.after is not None
    assert (run.state, run.after["offered"], run.after["parked"]) == ("done", 5, 1)
    check_each_told_once([one for one in certificates if one != certificates[2]])
    (parked,) = ParkedCertificate.objects.all()
    assert (parked.certificate_id, parked.reason) == (certificates[2].pk, "unexpected")
    assert "value too long" in parked.detail


def test_a_run_whose_totals_do_not_come_out_is_held_and_can_be_gone_through_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    certificates = give_covers(enter_members(4))
    real = answer_chunk._answer
    monkeypatch.setattr(answer_chunk, "_answer", lambda rows, **more: real(rows[:-1], **more))
    run = offer(chunk=50)
    assert run.state == "held"
    assert run.after is not None
    assert run.after["counted"]["missing"] == [one.pk for one in certificates]  # each stands alone in its lane
    monkeypatch.undo()
    assert offer(chunk=50).state == "done"
    check_each_told_once(certificates)


def test_a_paused_run_does_nothing_until_it_is_resumed() -> None:
    certificates = give_covers(enter_members(4))
    offer_ = RenewalRun.objects.create(
        key=get_turn(year_start=NEXT).key, scheme_year=SchemeYear.objects.get(start_on=NEXT), before={}, state="paused",
        expiring_year=SchemeYear.objects.get(start_on=EXPIRING), product_digest="", to_id=0, started_at=OFFERS_DAY,
    )  # fmt: skip
    assert offer().state == "paused"
    assert RenewalOffer.objects.count() == 0
    offer_.delete()
    assert offer().state == "done"
    check_each_told_once(certificates)


@pytest.mark.parametrize("day", ["2026-10-01", "2027-01-01"])
def test_offers_have_their_time(day: str) -> None:
    with pytest.raises(OffersNotDue, match="2026-10-02 to 2026-12-31"):
        offer(now=datetime.fromisoformat(f"{day}T10:00:00+09:00"))
    with pytest.raises(OffersNotDue, match="No scheme year starts on 2027-12-01"):
        make_offers(year_start=date(2027, 12, 1), now=OFFERS_DAY)


def test_the_plain_way_and_the_rule_give_the_same_answers() -> None:
    kinds = [
        {"industry": industry, "annual_sales": sales, "plan": plan}
        for industry in ("other_services", "manufacturing", "information", "medical", "bank")
        for sales in (0, 5_000_000, 5_000_001, 99_999_999, 100_000_000)
        for plan in ("P100", "P300", "P500")
    ]
    certificates = give_covers(enter_members(len(kinds)), *kinds)
    gone = give_covers(enter_members(3, told=[("left", date(2026, 6, 1))]), *kinds[:3], starts_on=date(2026, 9, 1))
    turn, today = get_turn(year_start=NEXT), OFFERS_DAY.date()
    rows = read_expiring([one.pk for one in (*certificates, *gone)], turn=turn, today=today)
    plain, rest = judge_plain(rows, turn=turn)
    by_rule = {answer.expiring.certificate_id: answer for answer in judge_by_rule(rows, turn=turn, today=today).answers}
    assert len(plain) == 45 - 9 + 3 - 0
    assert {row.industry for row in rest} | {row.annual_sales for row in rest} >= {"medical", "bank", "100000000"}
    assert plain == [by_rule[answer.expiring.certificate_id] for answer in plain]


def test_a_chunk_takes_as_many_statements_for_many_as_for_few() -> None:
    counts = []
    for size in (3, 60):
        certificates = give_covers(enter_members(size))
        with (
            CaptureQueriesContext(
                connection,
            ) as queries,
            transaction.atomic(),
        ):
            answer_chunk.answer_chunk([one.pk for one in certificates], turn=get_turn(year_start=NEXT), now=OFFERS_DAY)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 14


def test_the_log_names_the_run_with_its_totals() -> None:
    give_covers(enter_members(2))
    offer()
    entries = AuditEntry.objects.filter(object_kind="renewal_run").order_by("id")
    assert [(one.action, one.object_id, one.actor) for one in entries] == [
        ("renewal.offers_begun", "offers:2026-12-01", "system:renewal"),
        ("renewal.offers_made", "offers:2026-12-01", "system:renewal"),
    ]
    assert entries[1].detail["offered"] == 2


@pytest.fixture(autouse=True)
def _nothing_else_changed() -> Iterator[None]:
    """Offers never touch certificates or their logs."""
    yield
    assert not Transaction.objects.filter(actor="system:renewal").exists()


def test_a_day_is_japans() -> None:
    """1 October 15:00 UTC is the 2nd in Japan."""
    give_covers(enter_members(1))
    with pytest.raises(OffersNotDue):
        offer(now=datetime(2026, 10, 1, 23, 59, 59, tzinfo=JAPAN))
    assert offer(now=datetime.fromisoformat("2026-10-01T15:00:00+00:00")).state == "done"


def test_a_programme_without_years_has_no_turn(programme: Programme) -> None:
    assert programme.code == "cyber"
    with pytest.raises(OffersNotDue, match="No scheme year starts on 2025-12-01"):
        make_offers(year_start=EXPIRING, now=OFFERS_DAY)
