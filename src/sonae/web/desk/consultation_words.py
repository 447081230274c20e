"""What consultations say in words: their kinds, what happened to them, how they stand and how long it took."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sonae.apps.contact.models import Consultation, ConsultationEvent
from sonae.apps.contact.window import open_between
from sonae.domain.consultation import Channel, Clock, EventKind, Outcome, Standing
from sonae.domain.product.definition import Contact, Product
from sonae.domain.text import Text
from sonae.domain.window import span_words
from sonae.web.desk.feed_words import actor_names

KINDS: Mapping[str, Text] = {
    Consultation.Kind.QUESTION: Text("質問（メール）", "Question by mail"),
    Consultation.Kind.CALLBACK: Text("折り返しのお電話", "Call-back"),
    Consultation.Kind.REFERRAL: Text("別の保険のご案内", "Referral"),
    Consultation.Kind.CALL: Text("かかってきたお電話", "Incoming call"),
}
EVENTS: Mapping[str, Text] = {
    EventKind.TAKEN: Text("担当になった", "Taken"),
    EventKind.CALLED: Text("電話で話した", "Talked by telephone"),
    EventKind.NOT_REACHED: Text("つながらなかった", "Not reached"),
    EventKind.ANSWERED: Text("メールで返事をした", "Answered by mail"),
    EventKind.HEARD: Text("お客さまから連絡があった", "The person got in touch"),
    EventKind.NOTE: Text("メモ", "Note"),
    EventKind.HANDED_OVER: Text("登録募集人へ引き継いだ", "Handed over to a registered solicitor"),
    EventKind.FOLLOW_UP_SET: Text("次に連絡する日", "Day of the next contact"),
    EventKind.CALL_BOOKED: Text("お電話の予約", "Call booked"),
    EventKind.CALL_CANCELLED: Text("お電話の予約の取消し", "Call cancelled"),
    EventKind.NEEDS_RECORDED: Text("意向をうかがった", "Needs recorded"),
    EventKind.PLAN_EXPLAINED: Text("商品を説明した", "Product explained"),
    EventKind.PLAN_RECOMMENDED: Text("プランをすすめた", "Plan recommended"),
    EventKind.LINK_SENT: Text("申込みのページを送った", "Application link sent"),
    EventKind.CLOSED: Text("完了", "Closed"),
    EventKind.REOPENED: Text("再開", "Reopened"),
}
CHANNELS: Mapping[str, Text] = {
    Channel.TELEPHONE: Text("電話", "telephone"),
    Channel.MAIL: Text("メール", "e-mail"),
    Channel.LETTER: Text("手紙・FAX", "letter or fax"),
    Channel.WEB: Text("ウェブ", "web"),
    Channel.DESK: Text("窓口", "at the desk"),
}
OUTCOMES: Mapping[str, Text] = {
    Outcome.ANSWERED: Text("お答えした", "Answered"),
    Outcome.GUIDED: Text("手続き・書類をご案内した", "Guided to the procedure or papers"),
    Outcome.RECOMMENDED: Text("おすすめし、申込みのページを送った", "Recommended, link sent"),
    Outcome.PASSED_ON: Text("代理店・保険会社へつないだ", "Put through to agency or insurer"),
    Outcome.NOT_REACHED: Text("連絡がつかなかった", "Could not be reached"),
    Outcome.TAKEN_BACK: Text("ご本人が取り下げた", "Taken back by the person"),
    Outcome.DUPLICATE: Text("ほかの受付と重なっている", "Duplicate"),
}
WAYS: Mapping[str, Text] = {
    "number": Text("会員番号", "member number"),
    "telephone": Text("電話番号", "telephone"),
    "email": Text("メールアドレス", "e-mail address"),
}
THE_PERSON = Text("ご本人", "the person")
ANY_SOLICITOR = Text("登録募集人のだれか", "any registered solicitor")
NOBODY = Text("担当なし", "nobody yet")


@dataclass(frozen=True, slots=True)
class EventLine:
    """One entry of the chronology. ``late`` where it was recorded after it happened; ``mail`` None where none was written."""

    event: ConsultationEvent
    name: Text
    channel: Text | None
    by: Text
    facts: tuple[Text | str, ...]
    was_recorded_later: bool
    is_sent: bool | None


@dataclass(frozen=True, slots=True)
class ClockLine:
    """One clock: what it is, whether it is late, and how long it has run while the window was open."""

    name: Text
    clock: Clock
    is_late: bool
    spent: Text


def state_of(standing: Standing, at: datetime) -> tuple[Text, str]:
    """In a word, and how the chip looks."""
    if not standing.is_open:
        return Text("完了", "Closed"), "ended"
    if standing.next_due and standing.next_due < at:
        return Text("期限を過ぎています", "Overdue"), "urgent"
    if standing.waits_for_solicitor:
        return Text("登録募集人を待っています", "Waits for a solicitor"), "soon"
    if standing.next_due is None:
        return Text("期限なし", "Nothing due"), "waiting"
    if standing.first_response.is_running:
        return Text("返事待ち", "To be answered"), "soon"
    return Text("次の連絡待ち", "To be followed up"), "waiting"


def holder_names(standings: list[Standing]) -> dict[str, Text]:
    """Whose each is, by the holder as the standing names them; in one statement."""
    return {"": NOBODY, **actor_names(standing.holder for standing in standings)}


def holder_of(standing: Standing, names: Mapping[str, Text]) -> Text:
    return ANY_SOLICITOR if standing.waits_for_solicitor else names[standing.holder]


def event_lines(events: list[ConsultationEvent], *, product: Product, sent: Mapping[str, bool]) -> list[EventLine]:
    """Newest first."""
    names = actor_names(event.actor for event in events)
    handed = actor_names(f"user:{event.handed_to_id}" for event in events if event.handed_to_id)
    plans = {plan.code: plan.name for plan in product.plans}
    return [
        EventLine(
            event=event,
            name=EVENTS[event.kind],
            channel=CHANNELS[event.channel] if event.channel != Channel.DESK else None,
            by=THE_PERSON if event.channel == Channel.WEB else names[event.actor],
            facts=tuple(_facts(event, handed, plans)),
            was_recorded_later=event.recorded_at > event.occurred_at,
            is_sent=sent.get(event.mail_key) if event.mail_key else None,
        )
        for event in reversed(events)
    ]


def _facts(event: ConsultationEvent, handed: Mapping[str, Text], plans: Mapping[str, Text]) -> list[Text | str]:
    facts: list[Text | str] = []
    if event.kind == EventKind.HANDED_OVER:
        facts.append(handed[f"user:{event.handed_to_id}"] if event.handed_to_id else ANY_SOLICITOR)
    if event.outcome:
        facts.append(OUTCOMES[event.outcome])
    if event.slot_begins_at and event.slot_ends_at:
        facts.append(span_words(event.slot_begins_at, event.slot_ends_at))
    if event.plan:
        facts.append(plans.get(event.plan, Text(event.plan, event.plan)))
    if event.registration_number:
        number = event.registration_number
        facts.append(Text(f"登録番号 {number}", f"registration {number}"))
    return facts


def clock_lines(standing: Standing, *, contact: Contact, at: datetime) -> list[ClockLine]:
    """The first response, and the last follow-up where there is one."""
    clocks = [(Text("最初の返事", "First response"), standing.first_response)]
    if standing.follow_ups:
        clocks.append((Text("次の連絡", "Follow-up"), standing.follow_ups[-1]))
    return [
        ClockLine(name, clock, clock.is_late(at), duration_words(_spent(contact, clock, at))) for name, clock in clocks
    ]


def _spent(contact: Contact, clock: Clock, at: datetime) -> timedelta:
    return open_between(contact, clock.began_at, clock.stopped_at or at)


def duration_words(spent: timedelta) -> Text:
    """1時間20分 / 1 h 20 min, in whole minutes of the window's hours."""
    hours, minutes = divmod(int(spent.total_seconds()) // 60, 60)
    if not hours:
        return Text(f"{minutes}分", f"{minutes} min")
    return Text(f"{hours}時間{minutes}分", f"{hours} h {minutes} min")
