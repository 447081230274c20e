"""A member's notices, derived from what happened: certificates, payments, the organiser's list, the time to renew.

Nothing is copied: a notice is read off the rows it tells of, and only whether a person has read it is kept, by its key.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from typing import Literal

from django.urls import reverse

from sonae.apps.certificates.models import Transaction
from sonae.apps.documents.models import NoticeRead
from sonae.apps.parties.models import MembershipFact, User
from sonae.domain.calendar import cover_starts_at, japan_date
from sonae.domain.date_in_words import date_in_words
from sonae.domain.membership_standing import RenewalOutlook, renewal_outlook
from sonae.domain.money import format_yen
from sonae.domain.product.definition import Product
from sonae.domain.text import Text
from sonae.web.portal.chosen_member import ChosenMember
from sonae.web.portal.cover import Cover, Holding
from sonae.web.shared import figures

Kind = Transaction.Kind


@dataclass(frozen=True)
class Notice:
    """One thing that happened or is due, with the page where more of it stands."""

    key: str
    at: datetime
    title: Text
    body: Text
    page: str = "portal:home"
    tone: Literal["info", "soon"] = "info"
    is_new: bool = True

    @property
    def address(self) -> str:
        return reverse(self.page)


def notices_of(
    *, chosen: ChosenMember, holding: Holding, product: Product | None, user: User, now: datetime
) -> list[Notice]:
    """Newest first; those that the person has read say so."""
    read = set(NoticeRead.objects.filter(user=user, member=chosen.member).values_list("key", flat=True))
    found = [
        *_of_covers(holding),
        *_of_payments(holding),
        *_of_membership(chosen.facts, product),
        *_of_renewal(chosen, holding, now),
    ]
    found = [replace(one, is_new=one.key not in read) for one in found if one.at <= now]
    return sorted(found, key=lambda one: (one.at, one.key), reverse=True)


def _of_covers(holding: Holding) -> Iterator[Notice]:
    for cover in holding.covers:
        for act in cover.certificate.transactions.all():
            told = _of_act(cover, act)
            if told:
                yield Notice(f"act:{cover.certificate.number}:{act.seq}", act.recorded_at, *told)


def _of_act(cover: Cover, act: Transaction) -> tuple[Text, Text] | None:
    name, number = cover.section.name, cover.certificate.number
    if act.kind == Kind.NEW:
        begins = _moment(cover.starts_at)
        return (
            Text(f"{name.ja}の加入者証を発行しました", f"Your certificate for the {_small(name.en)} is issued"),
            Text(f"{number}　{begins.ja}から補償します。", f"{number}: cover begins on {begins.en}."),
        )
    if act.kind == Kind.CANCELLATION:
        ends = _moment(cover_starts_at(cover.product.calendar, act.effective_date))
        return (
            Text(f"{name.ja}は、{ends.ja}に終わります", f"The {_small(name.en)} ends on {ends.en}"),
            Text(
                f"{number}　事故のときに補償されるのは、このときまでです。",
                f"{number}: incidents are covered until then.",
            ),
        )
    if act.kind == Kind.REINSTATEMENT or (act.kind == Kind.REVERSAL and not cover.plan):
        return (
            Text(f"{name.ja}の終わりを取り消しました", f"The end of the {_small(name.en)} is withdrawn"),
            Text(f"{number}　補償は続きます。", f"{number}: cover goes on."),
        )
    if act.kind == Kind.REVERSAL:
        return (
            Text(f"{name.ja}の異動を取り消しました", f"A change of your {_small(name.en)} was reversed"),
            Text(f"{number}　異動承認書は「書類」にあります。", f"{number}: the endorsement is among your documents."),
        )
    return (
        Text(f"{name.ja}の内容が変わりました", f"Your {_small(name.en)} has changed"),
        Text(
            f"{number}　{date_in_words(act.effective_date).ja}から、新しい内容です。",
            f"{number}: the new content holds from {date_in_words(act.effective_date).en}.",
        ),
    )


def _of_payments(holding: Holding) -> Iterator[Notice]:
    for row in holding.rows:
        if row.on is None:
            continue
        yen, number = Text(format_yen(abs(row.yen), "ja"), format_yen(abs(row.yen), "en")), _number_of(row.cover)
        if row.refund is None:
            title = Text(f"{yen.ja}のお支払いを受け取りました", f"Your payment of {yen.en} has come in")
            body = Text(
                f"領収書は「書類」から受け取れます。{number}", f"The receipt is among your documents. {number}".strip()
            )
            yield Notice(f"payment:{row.payment.key}", row.on, title, body, "portal:payments")
        else:
            title = Text(f"{yen.ja}をカードへお返ししました", f"{yen.en} has gone back to your card")
            body = Text(
                "カードの明細に載る日は、カード会社によって違います。",
                "The day on which it shows on your statement depends on the card company.",
            )
            yield Notice(f"refund:{row.refund.key}", row.on, title, body, "portal:payments")


def _number_of(cover: Cover | None) -> str:
    return cover.certificate.number if cover else ""


def _of_membership(facts: list[MembershipFact], product: Product | None) -> Iterator[Notice]:
    """What the organiser told us after the member was first on its list."""
    for before, fact in pairwise(sorted(facts, key=lambda fact: (fact.recorded_at, fact.pk))):
        told = _told(before, fact, product)
        if told:
            yield Notice(f"fact:{fact.pk}", fact.recorded_at, *told, "portal:data")


def _told(before: MembershipFact, fact: MembershipFact, product: Product | None) -> tuple[Text, Text] | None:
    day = date_in_words(fact.effective_date)
    if fact.kind == MembershipFact.Kind.LEFT:
        return (
            Text(f"会員名簿で、{day.ja}に退会と登録されました", f"The member list says that you leave on {day.en}"),
            Text(
                "補償がいつまで続くかは、ホームで確かめられます。お心当たりがないときはお電話ください。",
                "Your home page shows until when you are covered. If this is news to you, please call us.",
            ),
        )
    if fact.kind == MembershipFact.Kind.JOINED:
        return (
            Text(f"会員名簿に、{day.ja}から登録されました", f"You are on the member list from {day.en}"),
            Text("無料補償は、自動で付きます。", "The free cover comes by itself."),
        )
    if before.member_class != fact.member_class:
        was, becomes = (_class_name(code, product) for code in (before.member_class, fact.member_class))
        return (
            Text("会員の区分が変わりました", "Your kind of membership has changed"),
            Text(f"{day.ja}から：{was.ja} → {becomes.ja}", f"From {day.en}: {was.en} → {becomes.en}"),
        )
    if before.name != fact.name:
        return (
            Text("会員名簿のお名前が変わりました", "Your name on the member list has changed"),
            Text(f"{day.ja}から：{fact.name}", f"From {day.en}: {fact.name}"),
        )
    return None


def _class_name(code: str, product: Product | None) -> Text:
    classes = product.member_classes if product else ()
    return next((one.name for one in classes if one.code == code), Text(code, code))


def _of_renewal(chosen: ChosenMember, holding: Holding, now: datetime) -> Iterator[Notice]:
    """From the day on which applications for the next scheme year begin, until the cover has run out."""
    for cover in holding.paid:
        expiry_on, calendar = cover.certificate.scheme_year.expiry_on, cover.product.calendar
        outlook = renewal_outlook(chosen.standing, expires_on=expiry_on, today=japan_date(now), calendar=calendar)
        if cover.certificate.cancelled_on or japan_date(now) < outlook.opens_on or not outlook.may_renew:
            continue
        title = Text("次の保険年度の受付が始まりました", "Applications for the next scheme year are open")
        body = _how_to_go_on(cover, outlook)
        at = cover_starts_at(calendar, outlook.opens_on).replace(hour=0)
        yield Notice(f"renewal:{cover.certificate.number}", at, title, body, "portal:home", "soon")


def _how_to_go_on(cover: Cover, outlook: RenewalOutlook) -> Text:
    ends, by = _moment(cover.ends_at), date_in_words(outlook.apply_by)
    if outlook.is_in_time:
        return Text(
            f"いまの補償は{ends.ja}に満期となります。更新は自動ではありません。{by.ja}までのお手続きで、切れ目なく続きます。",
            f"Your cover expires on {ends.en}. Renewal is not automatic; with an application by {by.en} there is no gap.",
        )
    return Text(
        f"いまの補償は{ends.ja}に満期となります。切れ目なく続ける受付は{by.ja}に終わり、いまのお手続きでは、次に始められる月からの補償になります。",
        f"Your cover expires on {ends.en}. Applications without a gap ended on {by.en}; one made now starts in the next "
        f"possible month.",
    )


def _moment(moment: datetime) -> Text:
    return Text(figures.moment_words(moment, "ja"), figures.moment_words(moment, "en"))


def _small(name: str) -> str:
    """A section's name inside an English sentence."""
    return name[:1].lower() + name[1:]
