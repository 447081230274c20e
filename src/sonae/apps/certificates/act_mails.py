"""The mails about a changed cover: what was recorded, or what waits to be paid. To the member's owner and to who asked."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from sonae.apps.certificates.endorsement import Recorded, changed_rows
from sonae.apps.certificates.models import ChangeRequest
from sonae.apps.documents.mail_signature import signature
from sonae.apps.documents.outbox import write_mail
from sonae.apps.parties.models import Member, MemberAccess, User
from sonae.apps.programmes.product_files import product_of
from sonae.domain.calendar import cover_starts_at
from sonae.domain.certificate.log import Kind, cancelled_on
from sonae.domain.certificate.words import KIND_NAMES
from sonae.domain.date_in_words import date_in_words
from sonae.domain.money import format_yen
from sonae.domain.product.definition import Product
from sonae.domain.text import Text
from sonae.domain.window import hour_words

PAPERS = {  # by whether something was paid
    False: Text("異動承認書といまの加入者証", "The endorsement and your current certificate"),
    True: Text("異動承認書、いまの加入者証、領収書", "The endorsement, your current certificate and the receipt"),
}


def write_change_mails(recorded: Recorded) -> None:
    """What was recorded, what it costs or brings back, and where the papers are. Written with the acts, in their transaction."""
    product = product_of(recorded.certificate.scheme_year.product_version)
    subject, body = _done(recorded, product)
    first = recorded.preview.acts[0]
    for user in _people(recorded.certificate.member, recorded.actor):
        write_mail(
            key=f"acts:{recorded.certificate.number}:{first.seq}:{user.pk}",
            recipient=user.email,
            subject=subject,
            body=body,
            language=recorded.language,
            now=recorded.now,
        )


def write_waiting_mail(*, request: ChangeRequest, now: datetime) -> None:
    """Tell the member that the desk prepared a change, which is recorded once its additional premium is paid."""
    certificate = request.certificate
    product = product_of(certificate.scheme_year.product_version)
    subject, body = _waiting(request, product)
    for user in _people(certificate.member, request.actor):
        write_mail(
            key=f"waits:{request.public_id}:{user.pk}",
            recipient=user.email,
            subject=subject,
            body=body,
            language=request.language,
            now=now,
        )


def _people(member: Member, actor: str) -> list[User]:
    """The member's owner, and whoever of its people asked; staff get no mail of what they do."""
    asked = actor.removeprefix("user:")
    access = MemberAccess.objects.filter(member=member).select_related("user").order_by("granted_at", "id")
    return [one.user for one in access if one.role == MemberAccess.Role.OWNER or str(one.user_id) == asked]


def _page(path: str, language: str) -> str:
    return f"{settings.SONAE_SITE_ADDRESS}{'/en' if language == 'en' else ''}{path}"


def _done(recorded: Recorded, product: Product) -> tuple[str, str]:
    number, language, shown = recorded.certificate.number, recorded.language, recorded.preview
    kind = KIND_NAMES[Kind(shown.acts[0].kind)].in_language(language)
    lines = [*_changes(recorded, product), *_end(recorded, product), *_money(recorded)]
    told, page = "\n".join(lines), _page("/portal/documents/", language)
    if language == "en":
        return (
            f"Your cover has been changed ({number})",
            f"This was recorded for your certificate {number}: {kind}.\n\n{told}\n\n"
            f"{PAPERS[recorded.payment is not None].en} are among your documents:\n{page}\n\n"
            f"If you did not ask for this, or something is wrong, please call us.\n\n{signature(product, 'en')}",
        )
    return (
        f"ご契約内容の異動を承りました（{number}）",
        f"加入者証番号{number}について、次の異動を記録しました：{kind}\n\n{told}\n\n"
        f"{PAPERS[recorded.payment is not None].ja}は、加入者ページの「書類」で受け取れます。\n{page}\n\n"
        f"お心当たりがないとき、内容に誤りがあるときは、お電話ください。\n\n{signature(product, 'ja')}",
    )


def _changes(recorded: Recorded, product: Product) -> list[str]:
    lines = []
    for row in changed_rows(product, recorded.before, recorded.preview.acts):
        name, before, after = (text.in_language(recorded.language) for text in (row.name, row.before, row.after))
        moment = row.effective_from
        day = date_in_words(moment.date() if isinstance(moment, datetime) else moment).in_language(recorded.language)
        if recorded.language == "en":
            lines.append(f"{name}: {before} → {after} (from {day})")
        else:
            lines.append(f"{name}：{before} → {after}（{day}から）")
    return lines


def _end(recorded: Recorded, product: Product) -> list[str]:
    was, ends_on = cancelled_on(recorded.before), cancelled_on(recorded.after)
    if was == ends_on:
        return []
    language = recorded.language
    end = cover_starts_at(product.calendar, ends_on or recorded.preview.after.term.expiry_on)
    day, hour = date_in_words(end.date()).in_language(language), hour_words(end.hour).in_language(language)
    free = product.section("free").name.in_language(language)
    if language == "en":
        goes_on = f"The {free.lower()} stays as long as you are a member."
        return [f"Cover {'ends' if ends_on else 'runs until'}: {day}, {hour} JST", *([goes_on] if ends_on else [])]
    goes_on = f"{free}は、会員でいらっしゃる間、これまでどおり続きます。"
    return [f"補償{'が終わる日時' if ends_on else 'の続く期限'}：{day} {hour}", *([goes_on] if ends_on else [])]


def _money(recorded: Recorded) -> list[str]:
    difference, language = recorded.preview.difference, recorded.language
    if difference == 0:
        return ["The premium stays the same." if language == "en" else "保険料は変わりません。"]
    total, moved = (format_yen(yen, language) for yen in (recorded.preview.after.total, abs(difference)))
    if difference > 0:
        if language == "en":
            return [f"Additional premium, paid by card: {moved} (premium for the term now {total})"]
        return [f"追加保険料（カードでお支払い済み）：{moved}（保険期間の保険料は{total}になりました）"]
    returned = sum(refund.refund_yen for refund in recorded.refunds)
    if language == "en":
        lines = [f"Return premium: {moved} (premium for the term now {total})"]
        if returned:
            lines.append("It goes back to the card that you paid with; the day depends on the card company.")
        if returned < -difference:
            lines.append("We will call you about the part that no card can take back.")
        return lines
    lines = [f"返戻保険料：{moved}（保険期間の保険料は{total}になりました）"]
    if returned:
        lines.append("お支払いのカードへお返しします。明細に載る日は、カード会社によって違います。")
    if returned < -difference:
        lines.append("カードへお返しできない分は、お返しの方法をお電話でご相談します。")
    return lines


def _waiting(request: ChangeRequest, product: Product) -> tuple[str, str]:
    number, language = request.certificate.number, request.language
    charge, page = (
        format_yen(request.difference_yen, language),
        _page(f"/portal/changes/{request.public_id}/", language),
    )
    if language == "en":
        return (
            f"Additional premium to be paid ({number})",
            f"We have prepared the change of your certificate {number}. The additional premium is {charge}.\n"
            f"Please look at it and pay by card here; the change is recorded once it is paid:\n{page}\n\n"
            f"Until then your cover stays as it is.\n\n{signature(product, 'en')}",
        )
    return (
        f"追加保険料のお支払いのお願い（{number}）",
        f"加入者証番号{number}の変更の手続きを用意しました。追加保険料は{charge}です。\n"
        f"次のページで内容をお確かめのうえ、カードでお支払いください。お支払いが済むと、変更が記録されます。\n{page}\n\n"
        f"それまでは、いまの補償がそのまま続きます。\n\n{signature(product, 'ja')}",
    )
