"""Open items as lines of the queue: how long is left, whom it concerns, where it is dealt with, who has it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.urls import reverse

from sonae.apps.parties.models import Member, User
from sonae.apps.parties.standing import names_on
from sonae.apps.work.queue import Queue, WorkItem
from sonae.domain.calendar import JAPAN, japan_date
from sonae.domain.product.definition import Product
from sonae.domain.staff_rights import PARTY_NAMES, Party, Right
from sonae.domain.text import Text
from sonae.domain.window import day_words
from sonae.domain.work import RULES, WorkKind
from sonae.domain.work_clock import Urgency, time_left
from sonae.web.desk.work_words import NOTHING, month_name, state_words
from sonae.web.shared.language import in_language

LOOKS: Mapping[Urgency, tuple[Text, str]] = {  # what the chip says, and how it looks
    Urgency.OVERDUE: (Text("期限超過", "Overdue"), "urgent"),
    Urgency.URGENT: (Text("至急", "Urgent"), "urgent"),
    Urgency.TODAY: (Text("本日", "Today"), "soon"),
    Urgency.TOMORROW: (Text("明日", "Tomorrow"), "soon"),
}
IN_HAND, NOT_BEGUN = (Text("対応中", "In hand"), "waiting"), (Text("未着手", "Not begun"), "")
LOOKS_AT = {  # the pages on which a second person decides
    "free_cover_end": "free_cover_look",
    "personal_export": "export",
    "send_letter": "letter_look",
    "return_premium": "return_look",
    "publish_product": "product_look",
}
# Where each kind is dealt with. What doesn't stand here has the item's own page alone.
PAGES: Mapping[WorkKind, Callable[[WorkItem], str]] = {
    WorkKind.FEED_HELD: lambda item: reverse("desk:feed", args=[item.key]),
    WorkKind.FEED_CHECKED: lambda item: reverse("desk:feed", args=[item.key]),
    WorkKind.ROUND_PARKED: lambda item: f"#round-{item.key}",
    WorkKind.OFFER_PARKED: lambda item: f"{reverse('desk:turn')}#parked",
    WorkKind.PAYMENT: lambda item: reverse("desk:money_look"),
    WorkKind.DISPUTE: lambda item: reverse("desk:money_look"),
    WorkKind.REFUND: lambda item: reverse("desk:money_look"),
    WorkKind.HAND_RETURN: lambda item: reverse("desk:hand_return", args=[item.key]),
    WorkKind.RECEIVABLE: lambda item: reverse("desk:receivable", args=[item.key]),
    WorkKind.WRITE_OFF: lambda item: reverse("desk:write_off_decide", args=[item.key]),
    WorkKind.PAYOUT_ITEM: lambda item: f"{reverse('desk:payout_item')}?{urlencode({'key': item.key})}",
    WorkKind.MONTH: lambda item: reverse("desk:bordereau", args=[item.key]),
    WorkKind.QUESTION: lambda item: reverse("desk:consultation", args=[item.detail["number"]]),
    WorkKind.CALLBACK: lambda item: reverse("desk:consultation", args=[item.detail["number"]]),
    WorkKind.REFERRAL: lambda item: reverse("desk:referral", args=[item.detail["number"]]),
    WorkKind.CORRECTION: lambda item: reverse("desk:data_request", args=[item.detail["number"]]),
    WorkKind.ERASURE: lambda item: reverse("desk:data_request", args=[item.detail["number"]]),
    WorkKind.SECOND_LOOK: lambda item: (
        reverse(f"desk:{LOOKS_AT[item.detail['kind']]}", args=[item.key]) if item.detail["kind"] in LOOKS_AT else ""
    ),
    WorkKind.REGISTRATION: lambda item: reverse("desk:staff"),
    WorkKind.CONFLICT: lambda item: reverse("desk:certificate", args=[item.about]),
}


@dataclass(frozen=True, slots=True)
class WorkRow:
    """One line. ``value`` is what its tick sends: who had it when it was drawn, and which it is."""

    item: WorkItem
    value: str
    left: Text
    urgency: str
    due: Text
    kind: Text
    to_do: Text
    page: str
    about: str  # the page with its history
    rests: bool
    name: str
    number: str  # of the member, where it is one
    state: Text
    more: Text
    assignee: Text
    is_mine: bool
    may_act: bool
    chip: Text
    look: str


def rows_of(items: Sequence[WorkItem], *, queue: Queue, product: Product | None) -> list[WorkRow]:
    """Two more statements for the names of members, one for those of people, however many there are."""
    day = japan_date(queue.now)
    wanted = {item.member_id for item in items if item.member_id is not None}
    members = Member.objects.in_bulk(wanted) if wanted else {}
    names = names_on(members=members.values(), on=day) if members else {}
    held_by = {one.assignee_id for one in items if one.assignee_id}
    people = User.objects.select_related("organisation").in_bulk(held_by) if held_by else {}
    return [
        _row(item, queue, product, members.get(item.member_id or 0), people.get(item.assignee_id or 0), names)
        for item in items
    ]


def _row(  # noqa: PLR0917  # one line of many facts
    item: WorkItem, queue: Queue, product: Product | None, member: Member | None, holder: User | None,
    names: Mapping[int, str],
) -> WorkRow:  # fmt: skip
    left, rule = time_left(item.due_at, queue.now, queue.closes), RULES[item.kind]
    state, more = state_words(item.kind, item.detail, product)
    chip, look = LOOKS.get(left.urgency, IN_HAND if holder else NOT_BEGUN)
    return WorkRow(
        item=item,
        value=value_of(item),
        left=left.words,
        urgency=left.urgency.value,
        due=due_words(item.due_at, queue.now),
        kind=rule.name,
        to_do=rule.to_do,
        page=PAGES[item.kind](item) if item.kind in PAGES else "",
        about=f"{reverse('desk:work_item')}?{urlencode({'kind': item.kind.value, 'key': item.key})}",
        rests=item.rests_until is not None and item.rests_until > queue.now,
        name=_name(item, names),
        number=member.number if member else "",
        state=state,
        more=more,
        assignee=person_words(holder, queue.viewer.organisation_id) if holder else NOTHING,
        is_mine=item.assignee_id == queue.viewer.user_id,
        may_act=item.to_act in queue.viewer.rights,
        chip=chip,
        look=look,
    )


def _name(item: WorkItem, names: Mapping[int, str]) -> str:
    if item.kind == WorkKind.MONTH:
        return in_language(month_name(item.detail))
    return names.get(item.member_id or 0) or item.about


def value_of(item: WorkItem) -> str:
    """``12:question:7``: who has it (0 for nobody), the kind, the key, which may hold colons."""
    return f"{item.assignee_id or 0}:{item.kind}:{item.key}"


def read_value(value: str) -> tuple[tuple[str, str], int | None] | None:
    """Kind and key, and who had it; None for what ``value_of`` hasn't written."""
    held, _, rest = value.partition(":")
    kind, _, key = rest.partition(":")
    if not (held.isascii() and held.isdigit() and len(held) < 19 and kind and key) or "\0" in rest:
        return None
    return (kind, key), int(held) or None


def person_words(user: User, organisation_id: int | None) -> Text:
    """A colleague by the name before the @; of others the organisation alone."""
    if user.organisation_id == organisation_id or organisation_id is None or user.organisation is None:
        name = user.email.partition("@")[0]
        return Text(name, name)
    party = PARTY_NAMES[Party(user.organisation.role)]
    return Text(f"{party.ja}の担当者", f"somebody of the {party.en}")


def due_words(due_at: datetime, now: datetime) -> Text:
    """The hour today, the day otherwise."""
    there, day = due_at.astimezone(JAPAN), japan_date(due_at)
    if day == japan_date(now):
        return Text(f"本日 {there:%H:%M}", f"today {there:%H:%M}")
    return day_words(day)


def acting_rights(kinds: Collection[WorkKind]) -> frozenset[Right]:
    """Any of them lets a colleague be given something of these kinds."""
    return frozenset(RULES[kind].to_act for kind in kinds)
