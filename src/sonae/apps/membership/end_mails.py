"""The mails that tell members that their free cover ends, or that it goes on after all; one for each member, in one statement."""

from __future__ import annotations

from datetime import date, datetime

from django.conf import settings
from django.db import connection

from sonae.apps.audit.later import later
from sonae.apps.documents.mail_signature import signature
from sonae.apps.membership.issue_at_once import Among
from sonae.apps.membership.models import FreeCoverEnd
from sonae.domain.calendar import japan_date
from sonae.domain.date_in_words import date_in_words
from sonae.domain.product.definition import Product
from sonae.domain.window import hour_words

# To the address on the organiser's list. The list says nothing of a language, so each mail says it in both.
WRITE = """
INSERT INTO documents_outboxmessage (key, recipient, subject, body, language, created_at, next_try_at, tries)
SELECT %(kind)s || ':' || %(end_id)s || ':' || member.id, latest.email, %(subject)s,
    replace(%(body)s, '[member number]', member.number), 'ja', %(now)s, %(now)s, 0
FROM parties_member AS member
JOIN LATERAL (
    SELECT kind, email FROM parties_membershipfact WHERE member_id = member.id AND effective_date <= %(today)s
    ORDER BY effective_date DESC, recorded_at DESC, id DESC LIMIT 1
) AS latest ON latest.kind <> 'left' AND latest.email <> ''
WHERE member.id {among} AND (NOT %(only_told)s OR EXISTS (
    SELECT 1 FROM documents_outboxmessage WHERE key = 'free-cover-ends:' || %(end_id)s || ':' || member.id))
ORDER BY member.id ON CONFLICT (key) DO NOTHING
"""


def tell_of_end(among: Among, *, end: FreeCoverEnd, product: Product, now: datetime) -> int:
    """Write to every member of today among these that the free cover ends on the day; how many mails that were."""
    return _write(among, "free-cover-ends", end, _ends(end.ends_on, product), only_told=False, now=now)


def tell_of_keeping(among: Among, *, end: FreeCoverEnd, product: Product, now: datetime) -> int:
    """Write to whoever was told of that end that it was taken back."""
    return _write(among, "free-cover-stays", end, _stays(end.ends_on, product), only_told=True, now=now)


def _write(
    among: Among, kind: str, end: FreeCoverEnd, words: tuple[str, str], *, only_told: bool, now: datetime
) -> int:
    subject, body = words
    given = {
        "kind": kind, "end_id": str(end.pk), "subject": subject, "body": body, "now": now, "today": japan_date(now),
        "only_told": only_told,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(WRITE.format(among=among.sql), among.parameters | given)
        written = int(cursor.rowcount)
    if written:
        later("sonae.send_mails")
    return written


def _ends(ends_on: date, product: Product) -> tuple[str, str]:
    day, hour = date_in_words(ends_on), hour_words(product.calendar.term_start_hour)
    free, paid = product.section("free").name, product.section("paid").name
    page = f"{settings.SONAE_SITE_ADDRESS}/cover/"
    return (
        f"{free.ja}は{day.ja}に終わります / Your free cover ends on {day.en}",
        f"会員番号 [member number] の会員さま\n\n"
        f"いつもありがとうございます。会員の方に自動で付いている「{product.name.ja}」の{free.ja}は、"
        f"{day.ja} {hour.ja}に終わります。\n\n"
        f"・その時刻までは、これまでどおり補償されます。お手続きは要りません。\n"
        f"・{paid.ja}にご加入の方は、{paid.ja}の補償がそのまま続きます。\n"
        f"・{paid.ja}に入っていない方は、その時刻からあと、この制度の補償がなくなります。"
        f"補償を続けたいときは、{paid.ja}をお申し込みいただけます。\n{page}\n\n"
        f"ご不明な点は、お気軽にお電話ください。\n\n{signature(product, 'ja')}\n\n"
        f"– – –\n\n"
        f"Dear member [member number],\n\n"
        f"The free cover of the {product.name.en} that comes with your membership ends on {day.en} at {hour.en} JST.\n\n"
        f"- Until then you are covered as before. You need not do anything.\n"
        f"- If you have one of the {paid.en.lower()}, its cover goes on unchanged.\n"
        f"- If you have none, you have no cover of this programme after that hour. You can apply for one of the "
        f"{paid.en.lower()}:\n{settings.SONAE_SITE_ADDRESS}/en/cover/\n\n"
        f"Please call us with any question.\n\n{signature(product, 'en')}",
    )


def _stays(ends_on: date, product: Product) -> tuple[str, str]:
    day, free = date_in_words(ends_on), product.section("free").name
    return (
        f"{free.ja}は終わらずに続きます / Your free cover goes on",
        f"会員番号 [member number] の会員さま\n\n"
        f"先に{free.ja}が{day.ja}に終わるとお知らせしましたが、取りやめになりました。\n"
        f"{free.ja}は、会員でいらっしゃる間、途切れることなく続きます。お手続きは要りません。\n\n"
        f"ご心配をおかけして申し訳ありません。ご不明な点は、お気軽にお電話ください。\n\n{signature(product, 'ja')}\n\n"
        f"– – –\n\n"
        f"Dear member [member number],\n\n"
        f"We wrote to you that the free cover would end on {day.en}. That has been taken back: it goes on without a break "
        f"as long as you are a member. You need not do anything.\n\n"
        f"We are sorry for the worry. Please call us with any question.\n\n{signature(product, 'en')}",
    )
