"""The demo's working day: what waits at the desk, brought about by the use-cases that bring it about in earnest.

Firms and people are plainly fictitious. What is there already stays as it is, so that a day that was worked on isn't undone.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sonae.apps.billing.gateway import CardPayment, Checkout, GatewayUnknown, card_gateway
from sonae.apps.billing.models import Payment
from sonae.apps.billing.use_cases.settle_payment import settle_payment
from sonae.apps.certificates.models import Certificate
from sonae.apps.contact.complaint_models import Complaint
from sonae.apps.contact.data_request_models import RegisteredRequest
from sonae.apps.contact.models import Consultation
from sonae.apps.contact.shown_texts import consent_text, shown_digest
from sonae.apps.contact.use_cases.note_complaint import note_complaint
from sonae.apps.contact.use_cases.open_complaint import Told as Complained
from sonae.apps.contact.use_cases.open_complaint import open_complaint
from sonae.apps.contact.use_cases.receive_consultation import Asked, receive_consultation
from sonae.apps.contact.use_cases.register_request import Told as Requested
from sonae.apps.contact.use_cases.register_request import register_request
from sonae.apps.enrolment.models import Application
from sonae.apps.enrolment.use_cases.begin_payment import begin_payment
from sonae.apps.membership.models import Feed
from sonae.apps.membership.use_cases.check_feed import check_feed
from sonae.apps.membership.use_cases.receive_feed import receive_feed
from sonae.apps.parties.models import User
from sonae.apps.people.staff import staff_rights
from sonae.apps.programmes.queries import current_product, published_versions
from sonae.apps.renewal.judging import Problem
from sonae.apps.renewal.models import ParkedCertificate
from sonae.apps.renewal.use_cases.make_offers import make_offers
from sonae.apps.renewal.write_answers import park
from sonae.apps.renewal.years import list_turns, turns_to_offer
from sonae.apps.reporting.models import PayoutFile
from sonae.apps.reporting.months import first_open_month
from sonae.apps.reporting.use_cases.close_bordereau import close_bordereau
from sonae.apps.reporting.use_cases.take_payout_file import take_payout_file
from sonae.apps.work.models import WorkNote
from sonae.apps.work.queue import Queue, Viewer
from sonae.apps.work.use_cases.assign_work import assign_work
from sonae.config.demo_certificates import DemoPurchase, apply_as_member
from sonae.config.demo_members import DEMO_MEMBERS
from sonae.domain.calendar import JAPAN, japan_date
from sonae.domain.complaint import Step as ComplaintStep
from sonae.domain.data_request import Kind as DataRequestKind
from sonae.domain.earning import month_of
from sonae.domain.period import add_months
from sonae.domain.product.definition import Product
from sonae.integrations.sandbox_card.card_holder import VISA
from sonae.integrations.sandbox_card.payout_file import payout_csv

LOST_PURCHASE = DemoPurchase(
    "10000090", "manufacturing", 18_000_000, "P100", 8, VISA, ("2310001", "神奈川県", "横浜市中区", "新港1-1")
)
HALVED_LIST = "見本名簿_士業会員が欠けたもの.csv"
KEPT_OF_THE_HALVED = "20000031"
MONTHS_LEFT_OPEN = 2
COST_PER_MILLE = 32
ANSWERING = "madoguchi@soudan.example"


@dataclass(frozen=True, slots=True)
class DemoQuestion:
    """Somebody who wrote or wants to be called, so long ago."""

    form_key: str
    ago: timedelta
    asked: Asked


DEMO_QUESTIONS = (
    DemoQuestion(
        "demo-callback", timedelta(minutes=25),
        Asked(kind="callback", name="見本 花子", firm="見本園芸", email="engei@mihon.example", telephone="03-0000-0201",
              preferred_time="afternoon", message="プランの違いを電話で聞きたいです。"),
    ),
    DemoQuestion(
        "demo-question", timedelta(hours=3),
        Asked(kind="question", name="例示 次郎", firm="例示クリーニング", email="cleaning@reiji.example",
              message="従業員が3人の店でも加入できますか。申告売上高は1,500万円ほどです。"),
    ),
    DemoQuestion(
        "demo-old-question", timedelta(days=5),
        Asked(kind="question", name="架空 三郎", firm="架空塗装", email="tosou@kakuu.example",
              message="無料補償の加入者証はどこで見られますか。"),
    ),
    DemoQuestion(
        "demo-referral", timedelta(days=1, hours=2),
        Asked(kind="referral", name="例示 一郎", kana="れいじ いちろう", firm="例示クリニック", email="clinic@reiji.example",
              telephone="03-0000-0202", preferred_time="morning", industry="medical", annual_sales=120_000_000),
    ),
)  # fmt: skip

DEMO_COMPLAINT, COMPLAINED = "demo-complaint", timedelta(days=2)
DEMO_DATA_REQUEST, REQUESTED = "demo-data-request", timedelta(days=3)


def begin_working_day(*, now: datetime) -> None:
    """Bring about what isn't there yet. Without a product that may be applied for there is no such day."""
    product = current_product(japan_date(now), published_versions())
    if product is None:
        return
    for question in DEMO_QUESTIONS:
        _ask(question, product, now=now)
    _complain(now=now)
    _ask_for_disclosure(now=now)
    _close_months_of_long_ago(now=now)
    _pay_out(now=now)
    _hand_in_a_halved_list(now=now)
    _lose_an_answer(now=now)
    _set_an_offer_aside(now=now)
    _take_one_up(product, now=now)


def _ask(question: DemoQuestion, product: Product, *, now: datetime) -> None:
    referral = question.asked.kind == Consultation.Kind.REFERRAL
    receive_consultation(
        asked=question.asked,
        form_key=question.form_key,
        consent_digest=shown_digest(consent_text(product, "ja")) if referral else "",
        product=product,
        language="ja",
        actor="system:demo",
        now=now - question.ago,
    )


def _complain(*, now: datetime) -> None:
    """A complaint about the contact window waits for its answer; what was looked into is noted."""
    came_in = now - COMPLAINED
    told = Complained(
        received_on=japan_date(came_in),
        channel=Complaint.Channel.TELEPHONE,
        category="manner",
        against=Complaint.Against.OPERATOR,
        gravity="serious",
        summary="昼の時間帯に3回電話したが、つながらなかった。折り返しもない。",
        complainant="見本 四郎（見本青果）",
        reach="03-0000-0204",
    )
    complaint, is_new = open_complaint(told=told, form_key=DEMO_COMPLAINT, actor="system:demo", now=came_in)
    if is_new:
        note_complaint(
            complaint=complaint, kind=ComplaintStep.DONE, happened_on=japan_date(came_in + timedelta(days=1)),
            words={"text": "着信の記録を確かめた。12時台に7件、取れていない電話があった。"}, seen=0, actor="system:demo",
            now=came_in + timedelta(days=1),
        )  # fmt: skip


def _ask_for_disclosure(*, now: datetime) -> None:
    """Somebody asks by letter what is held about them; who they are is still to be proved."""
    came_in = now - REQUESTED
    told = Requested(
        kind=DataRequestKind.DISCLOSURE,
        channel=RegisteredRequest.Channel.LETTER,
        received_on=japan_date(came_in),
        person="架空 五郎",
        wanted="以前に相談の電話をしました。私について持っている情報を、書面で教えてください。",
        reach="架空県例示市見本町1-2-3",
    )
    register_request(told=told, form_key=DEMO_DATA_REQUEST, language="ja", actor="system:demo", now=came_in)


def _close_months_of_long_ago(*, now: datetime) -> None:
    """Of the months that are over the last two are left to be closed at the desk."""
    still_open = add_months(month_of(japan_date(now)), -MONTHS_LEFT_OPEN)
    while (month := first_open_month()) is not None and month < still_open:
        close_bordereau(month=month, actor="system:demo", now=now)


def _pay_out(*, now: datetime) -> None:
    """The processor's file in which the demo's purchases were paid out, this morning."""
    if PayoutFile.objects.exists():
        return
    charged = Payment.objects.filter(state=Payment.State.CAPTURED).exclude(payment_id="").order_by("captured_at", "id")
    rows = [_payout_row(place, payment) for place, payment in enumerate(charged)]
    if rows:
        paid_at = datetime.combine(japan_date(now), time(), JAPAN).isoformat()
        file = payout_csv(rows, payout_id="po_demo", paid_at=paid_at).encode()
        moment = now - timedelta(hours=5)
        take_payout_file(content=file, file_name="payout_demo.csv", actor="system:demo", now=moment)


def _payout_row(place: int, payment: Payment) -> list[str | int]:
    cost, at = payment.charge_yen * COST_PER_MILLE // 1_000, (payment.captured_at or payment.created_at)
    of = payment.payment_id
    moment = at.astimezone(JAPAN).isoformat(timespec="seconds")
    return [
        "",
        f"bal_demo_{place}",
        "charge",
        of,
        of,
        "",
        moment,
        "jpy",
        payment.charge_yen,
        cost,
        payment.charge_yen - cost,
    ]


def _hand_in_a_halved_list(*, now: datetime) -> None:
    """The organiser's list of today, in which the accounting professionals but one have been forgotten: the brake holds it."""
    if Feed.objects.filter(file_name=HALVED_LIST).exists():
        return
    today = japan_date(now)
    rows = [
        f"{one.number},{one.member_class},{one.name}"
        for one in DEMO_MEMBERS
        if not _has_left(one.left_on, today) and (one.member_class != "pap" or one.number == KEPT_OF_THE_HALVED)
    ]
    feed = receive_feed(
        file=io.BytesIO("\n".join(["会員番号,会員種別,会員名", *rows, ""]).encode()),
        file_name=HALVED_LIST,
        form=Feed.Form.LIST,
        effective_date=today,
        channel=Feed.Channel.FOLDER,
        actor="system:folder",
        now=now - timedelta(hours=4),
    )
    check_feed(feed_id=feed.pk, now=now - timedelta(hours=4))


def _has_left(left_on: date | None, today: date) -> bool:
    return left_on is not None and left_on <= today


class LostAnswers:
    """A card processor that opens a page and is never heard of again. What it is asked besides, the real one answers."""

    name = card_gateway().name

    def open_checkout(self, *, key: str, **_: Any) -> Checkout:
        return Checkout(session_id=f"lost_{key}"[:200], url="https://cards.example/lost")

    def read_payment(self, *, session_id: str) -> CardPayment:
        raise GatewayUnknown(f"no answer about {session_id}")

    def __getattr__(self, called: str) -> Any:
        return getattr(card_gateway(), called)


def _lose_an_answer(*, now: datetime) -> None:
    """A member went to the card page eight days ago, and since then nobody could say whether it paid."""
    if Application.objects.filter(member__number=LOST_PURCHASE.number).exists():
        return
    began = now - timedelta(days=LOST_PURCHASE.days_ago)
    application = apply_as_member(LOST_PURCHASE, now=began)
    if application is None:
        return
    gateway = LostAnswers()
    payment = begin_payment(application_id=application.pk, gateway=gateway, now=began)
    for day in range(LOST_PURCHASE.days_ago):
        payment = settle_payment(
            key=payment.key, gateway=gateway, cause="sweeper", now=began + timedelta(days=day, hours=1)
        )
        if payment.state == Payment.State.PERSON:
            break


def _set_an_offer_aside(*, now: datetime) -> None:
    """One expiring certificate of which the round could not work out an offer. Where it is time for offers the others have theirs:
    a round that came later would try this one again."""
    turns = list_turns()
    if not turns or ParkedCertificate.objects.exists():
        return
    for due in turns_to_offer(now=now):
        make_offers(year_start=due.year.start_on, now=now)
    turn = turns[-1]
    expiring = Certificate.objects.filter(section="paid", scheme_year=turn.expiring, cancelled_on=None).order_by("id")
    certificate = expiring.first()
    if certificate is not None:
        park([Problem(certificate.pk, "not_rated", "sample")], turn=turn, now=now - timedelta(hours=2))


def _take_one_up(product: Product, *, now: datetime) -> None:
    """A clerk of the contact window has the question in hand."""
    clerk, asked = User.objects.filter(email=ANSWERING).first(), Consultation.objects.get(form_key="demo-question")
    if clerk is None or WorkNote.objects.exists():
        return
    viewer = Viewer.of(
        user_id=clerk.pk, organisation_id=clerk.organisation_id, rights=staff_rights(clerk, on=japan_date(now))
    )
    assign_work(
        queue=Queue(viewer, product.contact, now),
        seen={("question", str(asked.pk)): None},
        assignee=clerk,
        actor=f"user:{clerk.pk}",
        now=now,
    )
