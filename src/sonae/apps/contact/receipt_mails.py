"""The mails about a consultation. Nothing that was typed stands in them: a form that mails words of its sender to any address
would be a means of sending advertisements in our name. What was typed is on the page that the mail leads to.
"""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from sonae.apps.contact.callback_mails import callback_page
from sonae.apps.contact.models import Consent, Consultation
from sonae.apps.contact.queries import find_consent
from sonae.apps.contact.window import answer_expected
from sonae.apps.documents.mail_signature import signature
from sonae.apps.documents.outbox import write_mail
from sonae.domain.calendar import JAPAN
from sonae.domain.callback_slots import Slot
from sonae.domain.product.definition import Product
from sonae.domain.text import Text
from sonae.domain.window import day_words, hour_words, span_words

KINDS = {
    Consultation.Kind.QUESTION: Text("ご質問", "Question"),
    Consultation.Kind.CALLBACK: Text("お電話のご希望", "Request for a call"),
    Consultation.Kind.CALL: Text("お電話でのご相談", "Call"),
    Consultation.Kind.REFERRAL: Text("別のサイバー保険のご案内のご希望", "Request to be shown another cyber policy"),
}


def write_receipt_mail(
    *, consultation: Consultation, product: Product, slot: Slot | None = None, now: datetime
) -> None:
    """Tell the person that it has come in, and what happens next: for a booked call, when it comes and how to move it."""
    write = _received_in_english if consultation.language == "en" else _received_in_japanese
    _write(f"consultation:{consultation.number}", consultation, write(consultation, product, slot), now=now)


def write_withdrawal_mail(
    *, consultation: Consultation, consent: Consent, product: Product, passed: bool, now: datetime
) -> None:
    """Tell the person that the consent is withdrawn and, where something was ``passed`` before, what becomes of that."""
    words = _withdrawn(consultation, consent, product, passed=passed)
    _write(f"consent-withdrawn:{consultation.number}", consultation, words, now=now)


def _write(key: str, consultation: Consultation, words: tuple[str, str], *, now: datetime) -> None:
    """Nobody to write to where somebody rang and gave no address."""
    if not consultation.email:
        return
    subject, body = words
    write_mail(
        key=key, recipient=consultation.email, subject=subject, body=body, language=consultation.language, now=now
    )


def _received_in_japanese(consultation: Consultation, product: Product, slot: Slot | None) -> tuple[str, str]:
    received = consultation.received_at.astimezone(JAPAN)
    return (
        f"受け付けました（受付番号 {consultation.number}）",
        f"ご連絡ありがとうございます。次のとおり受け付けました。\n\n"
        f"受付番号：{consultation.number}\n"
        f"ご用件：{KINDS[Consultation.Kind(consultation.kind)].ja}\n"
        f"受け付けた日時：{received.year}年{day_words(received.date()).ja} {received:%H:%M}\n"
        f"{_what_next(consultation, product, slot).ja}\n"
        f"{_passed_on(consultation, product).ja}"
        f"送っていただいた内容は、次のページで確かめられます。\n{_page(consultation)}\n"
        f"このアドレスを知っている方はだれでも内容を見られます。ほかの方には知らせないでください。\n\n"
        f"お急ぎのときは、受付番号を添えてお電話ください。\n"
        f"このメールに心当たりがないときは、お手数ですがお電話でお知らせください。\n\n{signature(product, 'ja')}",
    )


def _received_in_english(consultation: Consultation, product: Product, slot: Slot | None) -> tuple[str, str]:
    received = consultation.received_at.astimezone(JAPAN)
    return (
        f"We have received your request ({consultation.number})",
        f"Thank you for getting in touch. This is what has come in.\n\n"
        f"Reference number: {consultation.number}\n"
        f"What it is: {KINDS[Consultation.Kind(consultation.kind)].en}\n"
        f"Received: {day_words(received.date()).en} {received.year}, {received:%H:%M} JST\n"
        f"{_what_next(consultation, product, slot).en}\n"
        f"{_passed_on(consultation, product).en}"
        f"What you sent is on this page:\n{_page(consultation)}\n"
        f"Whoever has this address can read it, so please keep it to yourself.\n\n"
        f"If it is urgent, call us and give the reference number.\n"
        f"If you did not write to us, please tell us by telephone.\n\n{signature(product, 'en')}",
    )


def _what_next(consultation: Consultation, product: Product, slot: Slot | None) -> Text:
    if slot is not None:
        span, page = span_words(slot.begins_at, slot.ends_at), callback_page(consultation)
        return Text(
            f"お電話：{span.ja}のあいだに差し上げます。\n変更と取消し：{page}\n",
            f"Call: we will call you on {span.en} JST.\nTo move or cancel it: {page}\n",
        )
    due = answer_expected(product.contact, consultation.received_at)
    if due is None:
        return Text("", "")
    day, hour = day_words(due.date()), hour_words(due.hour)
    if consultation.kind == Consultation.Kind.QUESTION:
        return Text(
            f"お返事：{day.ja}{hour.ja}までに、このメールアドレスへお返事する予定です。\n",
            f"Answer: we expect to answer to this address by {day.en}, {hour.en} JST.\n",
        )
    return Text(
        f"お電話：{day.ja}{hour.ja}までに、ご希望の時間帯にお電話する予定です。\n",
        f"Call: we expect to call you by {day.en}, {hour.en} JST, at the time of day you asked for.\n",
    )


def _passed_on(consultation: Consultation, product: Product) -> Text:
    """Who receives what, from the consent as it was given, and how to take it back."""
    consent = find_consent(consultation) if consultation.kind == Consultation.Kind.REFERRAL else None
    if consent is None:
        return Text("", "")
    items, role = consent.text["items"], product.party(consent.recipient).role_name
    japanese = "\n".join(f"・{one['item']}（{one['purpose']}）" for one in items)
    english = "\n".join(f"- {one['item']} ({one['purpose']})" for one in items)
    ending = f"\n\n{consent.text['withdrawal']}\n\n"
    return Text(
        f"お渡しする相手：{consent.recipient_name}（{role.ja}）\nお渡しする内容と目的：\n{japanese}{ending}",
        f"Passed to: {consent.recipient_name} ({role.en.lower()})\nWhat, and what for:\n{english}{ending}",
    )


def _withdrawn(consultation: Consultation, consent: Consent, product: Product, *, passed: bool) -> tuple[str, str]:
    name = consent.recipient_name
    already = Text(
        f"\n\nすでに渡していた内容については、使うのをやめて削除するよう{name}に伝えました。削除の知らせが届いたら、またご連絡します。",
        f"\n\nSomething had been passed on before. We have told {name} to stop using it and to delete it, and will write again "
        f"when it has.",
    )
    added = already if passed else Text("", "")
    if consultation.language == "en":
        return (
            f"Your consent is withdrawn ({consultation.number})",
            f"You have withdrawn your consent. {name} receives nothing about request "
            f"{consultation.number} from now on.{added.en}\n\nYou can still call us about it.\n\n{signature(product, 'en')}",
        )
    return (
        f"同意を取り消しました（受付番号 {consultation.number}）",
        f"受付番号{consultation.number}の内容を{name}へ渡すことへの同意を、取り消しました。"
        f"これからは何も渡しません。{added.ja}\n\nお電話でのご相談は、いつでもお受けします。\n\n{signature(product, 'ja')}",
    )


def _page(consultation: Consultation) -> str:
    prefix = "/en" if consultation.language == "en" else ""
    return f"{settings.SONAE_SITE_ADDRESS}{prefix}/consultation/{consultation.token}/"
