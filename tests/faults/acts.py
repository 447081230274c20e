"""What a process is asked to do before it is killed: every act on the way from the first step to the paper, by name."""

from __future__ import annotations

import io
import time
from contextlib import suppress
from datetime import date, datetime
from typing import Any

from django.test import override_settings

from sonae.apps.billing.gateway import CardGateway, GatewayEvent, GatewayRefused
from sonae.apps.billing.models import Payment, Refund
from sonae.apps.billing.use_cases.keep_card import forget_ended_cards
from sonae.apps.billing.use_cases.leave_payment import leave_payment
from sonae.apps.billing.use_cases.refund_payment import carry_out_refund
from sonae.apps.billing.use_cases.settle_payment import settle_payment
from sonae.apps.billing.use_cases.store_message import store_message
from sonae.apps.billing.use_cases.sweep_payments import sweep_payments
from sonae.apps.certificates.models import Certificate, ChangeRequest
from sonae.apps.certificates.use_cases.begin_change_payment import begin_change_payment
from sonae.apps.certificates.use_cases.change_cover import preview_change, request_change
from sonae.apps.documents.models import Paper
from sonae.apps.documents.outbox import send_due_mails
from sonae.apps.documents.papers import pdf_of
from sonae.apps.enrolment.models import Application
from sonae.apps.enrolment.steps import StepCode
from sonae.apps.enrolment.use_cases.begin_payment import begin_payment
from sonae.apps.enrolment.use_cases.confirm_application import confirm_application
from sonae.apps.enrolment.use_cases.open_document import open_document
from sonae.apps.enrolment.use_cases.save_step import save_step
from sonae.apps.enrolment.use_cases.start_application import start_application
from sonae.apps.membership import staging
from sonae.apps.membership.models import Feed
from sonae.apps.membership.use_cases import receive_feed
from sonae.apps.membership.use_cases.apply_feed import apply_feed
from sonae.apps.membership.use_cases.carry_out_free_cover_end import carry_out_free_cover_end
from sonae.apps.membership.use_cases.check_feed import check_feed
from sonae.apps.membership.use_cases.follow_feed import follow_feed
from sonae.apps.membership.use_cases.look_for_feeds import look_for_feeds
from sonae.apps.membership.use_cases.turn_free_covers import turn_free_covers
from sonae.apps.parties.models import Member, MemberAccess, User
from sonae.apps.renewal.use_cases.make_offers import make_offers
from sonae.apps.renewal.use_cases.send_notices import send_notices
from sonae.domain.certificate.change import Wish
from sonae.domain.certificate.log import Kind

READ = ("overview", "points_to_note", "privacy")
COMPANY = {
    "name": "株式会社そなえ商店", "kana": "ソナエショウテン", "representative": "備前 花子", "corporate_number": "7000012050002",
    "postcode": "1000001", "prefecture": "東京都", "city": "千代田区", "street": "千代田1-1", "building": "",
    "telephone": "0312345678", "insured_name": "",
}  # fmt: skip
ANSWERS: dict[str, dict[str, Any]] = {
    "needs": {
        "data_kept": ["buyers_personal"], "persons": "up_to_1000", "contract_demands": ["nothing"],
        "budget": "up_to_100000", "other_cover": "no",
    },
    "plan": {"industry": "information", "annual_sales": 9_000_000, "plan_code": "P100"},
    "documents": dict.fromkeys((*READ, "electronic_delivery"), True),
    "disclosure": {"past_event": "no", "notified_breach": "no"},
    "company": COMPANY,
}  # fmt: skip
DECLARATIONS = dict.fromkeys(
    ("truthful", "no_antisocial_forces", "no_cooling_off", "personal_data", "intent_confirmed"), True
)
# The way of an applicant up to "pay", each step as an act and what it is done with.
STEPS: tuple[tuple[str, str], ...] = (
    ("start", ""), ("save", "needs"), ("save", "plan"), *(("open_document", code) for code in READ), ("save", "documents"),
    ("save", "disclosure"), ("save", "company"), ("confirm", ""),
)  # fmt: skip


def carry_out(act: str, on: Any, gateway: CardGateway, now: datetime) -> Any:
    """Do it as a page, a webhook or a worker would, and answer with what the test needs to know of it."""
    match act:
        case "begin":
            with suppress(GatewayRefused):
                begin_payment(application_id=on, gateway=gateway, now=now)
        case "settle":
            return settle_payment(key=on, gateway=gateway, cause="browser", now=now).state
        case "message":
            store_message(gateway=gateway.name, event=GatewayEvent(**on), now=now)
        case "sweep":
            sweep_payments(gateway=gateway, now=now)
        case "leave" | "begin_change" | "ask_change" | "refund" | "forget":
            carry_out_after_cover(act, on, gateway, now)
        case "mail":
            send_due_mails(now=now)
        case "paper":
            pdf_of(paper=Paper.objects.get(pk=on), now=now)
        case "feed" | "folder" | "turn" | "follow" | "end" | "offers" | "notices":
            return carry_out_for_members(act, on, now)
        case "zone":
            return time.strftime("%z", time.localtime(now.timestamp()))
        case "step":
            return take_step(on["step"], member_id=on["member"], now=now)
        case _:
            raise ValueError(act)
    return None


def carry_out_turn(act: str, on: Any, now: datetime) -> Any:
    """What a round does at the turn of the year for paid cover."""
    if act == "notices":
        return send_notices(now=now, chunk=on["chunk"])
    year = date.fromisoformat(on["year"])
    return make_offers(year_start=year, now=now, connections=on["connections"], chunk=on["chunk"]).state


def carry_out_after_cover(act: str, on: Any, gateway: CardGateway, now: datetime) -> None:
    """What is done to a page that is open, to cover that was bought, and to its card."""
    if act == "leave":
        leave_payment(payment=Payment.objects.get(key=on), gateway=gateway, now=now)
    elif act == "begin_change":
        begin_change_payment(
            public_id=on["change"], actor="user:test", gateway=gateway, now=now, on_saved_card=on["on_saved_card"]
        )
    elif act == "ask_change":
        ask_for_plan(**on, now=now)
    elif act == "refund":
        carry_out_refund(refund=Refund.objects.select_related("payment").get(key=on), gateway=gateway, now=now)
    else:
        forget_ended_cards(gateway=gateway, now=now)


def ask_for_plan(*, key: str, number: str, plan: str, now: datetime) -> ChangeRequest:
    """A change of plan from 1 March 2027, as it is previewed at that moment. Sent again, it is the same request."""
    asked = ChangeRequest.objects.filter(key=key).first()
    if asked is not None:
        return asked
    certificate = (
        Certificate.objects.select_related("scheme_year__product_version")
        .prefetch_related("transactions")
        .get(number=number)
    )
    wish = Wish(Kind.CHANGE, date(2027, 3, 1), {"plan": plan})
    shown = preview_change(certificate=certificate, wish=wish, decisions={}, now=now)
    return request_change(
        key=key, certificate_id=certificate.pk, wish=wish, decisions={},
        seen_seq=max(act.seq for act in certificate.transactions.all()), seen_difference=shown.difference,
        actor="user:test", user=MemberAccess.objects.get(member=certificate.member_id).user, reason="test",
        language="ja", now=now,
    )  # fmt: skip


def carry_out_for_members(act: str, on: Any, now: datetime) -> Any:
    """What a round does for all members, or for those of a feed."""
    if act in {"offers", "notices"}:
        return carry_out_turn(act, on, now)
    if act == "feed":
        return _take_feed(on, now)
    if act == "folder":
        return _take_from_folder(on, now)
    if act == "follow":
        return follow_feed(feed_id=on["feed"], now=now, chunk=on["chunk"]).followed_to
    if act == "end":
        return [run.state for run in carry_out_free_cover_end(now=now, connections=1, chunk=on["chunk"])]
    year = date.fromisoformat(on["year"])
    return turn_free_covers(scheme_year_start=year, now=now, connections=on["connections"], chunk=on["chunk"]).state


def take_step(step: tuple[str, str], *, member_id: int, now: datetime) -> Any:
    """One of ``STEPS``, for the application of that member which is under way."""
    act, what = step
    user = User.objects.get(pk=MemberAccess.objects.values_list("user", flat=True).get(member=member_id))
    if act == "start":
        return start_application(member=Member.objects.get(pk=member_id), user=user, language="ja", now=now).pk
    application = Application.objects.get(member=member_id)
    if act == "save":
        seen = application.steps.filter(step=what).values_list("revision", flat=True).first() or 0
        save_step(
            application_id=application.pk, step=StepCode(what), answers=ANSWERS[what], seen_revision=seen, user=user, now=now
        )  # fmt: skip
    elif act == "open_document":
        open_document(application_id=application.pk, document=what, language="ja", user=user, now=now)
    else:
        confirm_application(
            application_id=application.pk, seen_revision=application.revision, declarations=DECLARATIONS, user=user,
            language="ja", now=now,
        )  # fmt: skip
    return application.pk


def _take_feed(on: Any, now: datetime) -> str:
    """A list of the organiser from its bytes to its facts, in pieces so small that there is something between them."""
    receive_feed.CHUNK_BYTES, staging.BATCH = 400, 10
    feed = receive_feed.receive_feed(
        file=io.BytesIO(on["file"].encode()), file_name="list.csv", form="list",
        effective_date=date.fromisoformat(on["day"]), channel="command", actor="command:test", now=now,
    )  # fmt: skip
    feed = check_feed(feed_id=feed.pk, now=now)
    return apply_feed(feed_id=feed.pk, actor="command:test", now=now).state


def _take_from_folder(on: Any, now: datetime) -> str:
    """A round that looks into the folder, and then somebody who applies what was taken in for that day."""
    with override_settings(SONAE_FEED_FOLDER=on["folder"]):
        look_for_feeds(now=now)
    return apply_feed(feed_id=Feed.objects.get(effective_date=on["day"]).pk, actor="user:1", now=now).state
