"""The mails about a member's own data. They go to the person who has signed in and asked, so what was typed may stand in them."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from sonae.apps.contact.models import DataRequest
from sonae.apps.documents.mail_signature import signature
from sonae.apps.documents.outbox import write_mail
from sonae.domain.product.definition import Product
from sonae.domain.text import Text

FIELD_NAMES = {
    "name": Text("会社名", "Name of the firm"),
    "name_kana": Text("フリガナ", "Name in kana"),
    "member_class": Text("会員の区分", "Kind of member"),
    "email": Text("メールアドレス", "E-mail address"),
    "telephone": Text("電話番号", "Telephone"),
}


def shown_value(field: str, value: str, product: Product) -> Text:
    """As people read it: a class by its name; nothing as a word."""
    if not value:
        return Text("（なし）", "(none)")
    if field == "member_class":
        return next((one.name for one in product.member_classes if one.code == value), Text(value, value))
    return Text(value, value)


def write_correction_mail(*, asked: DataRequest, product: Product, now: datetime) -> None:
    """What the list says, what should stand, and who corrects it."""
    language, organiser = asked.language, product.party("policyholder").name
    lines = "\n".join(_line(field, asked, product) for field in asked.wanted)
    said = f"\n{asked.message}\n" if asked.message else ""
    subject = Text(
        f"会員名簿の訂正のお申し出を受け付けました（受付番号 {asked.number}）",
        f"We have received your request for a correction ({asked.number})",
    )
    body = Text(
        f"会員番号 {asked.member.number} について、次のお申し出を受け付けました。\n\n{lines}{said}\n"
        f"会員名簿を直せるのは{organiser.ja}だけです。お申し出を伝え、名簿が直ると、加入者ページの表示も変わります。"
        f"それまでは、いまの名簿の内容で手続きが進みます。\n\n{_page('ja')}\n\n{signature(product, 'ja')}",
        f"About member {asked.member.number} you asked for the following.\n\n{lines}{said}\n"
        f"Only {_inside_a_sentence(organiser.en)} can correct the list. We pass your request on; once the list is corrected, "
        f"your page shows it. Until then everything goes by the list as it stands.\n\n{_page('en')}\n\n{signature(product, 'en')}",
    )
    _write(asked, subject.in_language(language), body.in_language(language), now=now)


def write_erasure_mail(*, asked: DataRequest, product: Product, now: datetime) -> None:
    """What was deleted, and what must be kept, how long and why."""
    language, held = asked.language, asked.held
    kept = "\n".join(_kept_lines(product, language))
    subject = Text(
        f"データの削除のお申し出を受け付けました（受付番号 {asked.number}）",
        f"We have received your request for deletion ({asked.number})",
    )
    body = Text(
        f"会員番号 {asked.member.number} について、消せるものを消しました。\n\n"
        f"消したもの：加入に至らなかった申込み {held['applications']}件の入力内容、お知らせの既読の印 {held['read_marks']}件、"
        f"保存したカード {held['saved_cards']}枚{_forgotten('ja') if held['saved_cards'] else ''}\n\n"
        f"法令などにより残すもの：\n{kept}\n\n{_page('ja')}\n\n{signature(product, 'ja')}",
        f"About member {asked.member.number}, what may be deleted is deleted.\n\n"
        f"Deleted: what was entered into {held['applications']} application(s) that never became cover, "
        f"{held['read_marks']} mark(s) of notices as read, "
        f"{held['saved_cards']} kept card(s){_forgotten('en') if held['saved_cards'] else ''}\n\n"
        f"What must be kept:\n{kept}\n\n{_page('en')}\n\n{signature(product, 'en')}",
    )
    _write(asked, subject.in_language(language), body.in_language(language), now=now)


def _line(field: str, asked: DataRequest, product: Product) -> str:
    held = shown_value(field, asked.held.get(field, ""), product).in_language(asked.language)
    wanted = shown_value(field, asked.wanted[field], product).in_language(asked.language)
    name = FIELD_NAMES[field].in_language(asked.language)
    if asked.language == "en":
        return f"{name}\n  on the list: {held}\n  should be: {wanted}"
    return f"{name}\n　名簿の内容：{held}\n　正しい内容：{wanted}"


def _kept_lines(product: Product, language: str) -> list[str]:
    lines = []
    for one in product.keeping.kept:
        what, why = one.what.in_language(language), one.why.in_language(language)
        if language == "en":
            lines.append(f"- {what}{f' ({one.years} years)' if one.years else ''}: {why}")
        else:
            lines.append(f"・{what}{f'（{one.years}年）' if one.years else ''}：{why}")
    return lines


def _forgotten(language: str) -> str:
    """What becomes of a kept card."""
    said = Text(
        "（もう使いません。カード番号を持つ決済会社にも、削除を依頼します）",
        " (used no more; the card processor, who has the number, is asked to delete it)",
    )
    return said.in_language(language)


def _inside_a_sentence(name: str) -> str:
    return name[:1].lower() + name[1:] if name.startswith("The ") else name


def _page(language: str) -> str:
    return f"{settings.SONAE_SITE_ADDRESS}{'/en' if language == 'en' else ''}/portal/data/"


def _write(asked: DataRequest, subject: str, body: str, *, now: datetime) -> None:
    key = f"data-request:{asked.number}"
    write_mail(key=key, recipient=asked.user.email, subject=subject, body=body, language=asked.language, now=now)
