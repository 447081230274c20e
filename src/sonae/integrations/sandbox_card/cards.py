"""Which test card does what: brand by its first digits, behaviour by its whole number. No real card is accepted."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from sonae.domain.text import Text


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What happens when a test card is used. Empty fields mean: all goes well."""

    decline: str = ""  # the reason why the issuer says no on the page
    challenge: bool = False  # 3-D Secure asks the card holder
    page_fault: str = ""  # "slow" or "reply_lost", after the button is pressed
    capture_fault: str = ""  # "slow", "reply_lost", "hangs_done", "hangs_not_done" or "declined"
    webhook: str = ""  # "late", "twice", "out_of_order", "never" or "forged"
    dispute: bool = False  # the card holder disputes the charge right after capture
    saved_decline: str = ""  # why the issuer says no when the kept card is charged without its holder


@dataclass(frozen=True, slots=True)
class TestCard:
    """A number, what it stands for and what it does."""

    __test__ = False  # the name begins like a test class; it is none

    number: str
    label: Text
    behaviour: Behaviour


DECLINES = {
    "card_declined": Text(
        "カード会社がお支払いを承認しませんでした。別のカードでお試しいただくか、カード会社にお問い合わせください。",
        "The card company did not allow the payment. Try another card, or ask the card company.",
    ),
    "insufficient_funds": Text(
        "ご利用可能額を超えているため、お支払いできませんでした。別のカードでお試しください。",
        "The sum is above what the card can pay now. Try another card.",
    ),
    "expired_card": Text(
        "このカードは有効期限が切れています。別のカードでお試しください。", "This card has expired. Try another card."
    ),
    "lost_card": Text(
        "このカードは紛失の届出があるため使えません。別のカードでお試しください。",
        "This card was reported lost and can't be used. Try another card.",
    ),
    "incorrect_cvc": Text(
        "セキュリティコードが違います。カードを確かめて、もう一度入力してください。",
        "The security code is wrong. Look at the card and type it again.",
    ),
    "authentication_failed": Text(
        "本人認証（3Dセキュア）ができなかったため、お支払いは行われていません。もう一度お試しいただくか、別のカードをお使いください。",
        "The identity check (3-D Secure) failed, so nothing was paid. Try again or use another card.",
    ),
    "authentication_abandoned": Text(
        "本人認証（3Dセキュア）が途中で終わったため、お支払いは行われていません。もう一度お試しください。",
        "The identity check (3-D Secure) was not finished, so nothing was paid. Please try again.",
    ),
    "unknown_test_card": Text(
        "これはテスト用のカード番号ではありません。ここでは本物のカードは使えません。下の一覧からお選びください。",
        "This is not a test number. Real cards can't be used here. Choose one from the list below.",
    ),
}

BRANDS = (
    ("VISA", re.compile(r"4\d{15}")),
    ("Mastercard", re.compile(r"(5[1-5]\d{2}|222[1-9]|22[3-9]\d|2[3-6]\d{2}|27[01]\d|2720)\d{12}")),
    ("JCB", re.compile(r"35(2[89]|[3-8]\d)\d{12}")),
    ("American Express", re.compile(r"3[47]\d{13}")),
    ("Diners Club", re.compile(r"(30[0-59]\d{11}|3[689]\d{12})")),
)


def passes_luhn(number: str) -> bool:
    """The check digit of ISO/IEC 7812."""
    digits = [int(digit) for digit in reversed(number)]
    doubled = [digit * 2 for digit in digits[1::2]]
    return (sum(digits[::2]) + sum(digit - 9 if digit > 9 else digit for digit in doubled)) % 10 == 0


def _with_check_digit(first: str) -> str:
    return next(first + digit for digit in "0123456789" if passes_luhn(first + digit))


def brand_of(number: str) -> str:
    """The brand's name, or "" where the first digits or the length fit none of the five."""
    return next((name for name, pattern in BRANDS if pattern.fullmatch(number)), "")


def read_number(typed: str) -> str:
    """The digits of what was typed; full-width digits, spaces and hyphens are understood. "" for anything else."""
    narrow = re.sub(r"[\s\-‐‑‒–—―ー−]", "", unicodedata.normalize("NFKC", typed)[:64])
    return narrow if narrow.isascii() and narrow.isdigit() else ""


def _card(number: str, ja: str, en: str, behaviour: Behaviour | None = None) -> TestCard:
    return TestCard(number, Text(ja, en), behaviour or Behaviour())


def _own(serial: int, ja: str, en: str, behaviour: Behaviour) -> TestCard:
    return _card(_with_check_digit(f"41000000000{serial:04d}"), ja, en, behaviour)


TEST_CARDS: tuple[TestCard, ...] = (
    _card("4242424242424242", "支払える（VISA）", "Pays (VISA)"),
    _card("5555555555554444", "支払える（Mastercard）", "Pays (Mastercard)"),
    _card("3530111333300000", "支払える（JCB）", "Pays (JCB)"),
    _card("378282246310005", "支払える（American Express）", "Pays (American Express)"),
    _card("30569309025904", "支払える（Diners Club）", "Pays (Diners Club)"),
    _card("4000002760003184", "本人認証（3Dセキュア）あり", "3-D Secure asks you", Behaviour(challenge=True)),
    _card(
        "4000008400001629",
        "本人認証に失敗",
        "3-D Secure fails",
        Behaviour(challenge=True, decline="authentication_failed"),
    ),
    _card("4000000000000002", "承認されない", "Declined", Behaviour(decline="card_declined")),
    _card("4000000000009995", "残高不足", "Insufficient funds", Behaviour(decline="insufficient_funds")),
    _card("4000000000000069", "有効期限切れ", "Expired card", Behaviour(decline="expired_card")),
    _card("4000000000009987", "紛失カード", "Lost card", Behaviour(decline="lost_card")),
    _card("4000000000000127", "セキュリティコード違い", "Wrong security code", Behaviour(decline="incorrect_cvc")),
    _own(1, "返事が遅い（この画面）", "Slow answer on this page", Behaviour(page_fault="slow")),
    _own(2, "承認のあと返事が届かない", "Reply lost after authorising", Behaviour(page_fault="reply_lost")),
    _own(3, "返事が遅い（売上確定）", "Slow answer to capture", Behaviour(capture_fault="slow")),
    _own(4, "売上確定のあと返事が届かない", "Reply lost after capture", Behaviour(capture_fault="reply_lost")),
    _own(5, "売上確定が返らない（実行済み）", "Capture never answers; done", Behaviour(capture_fault="hangs_done")),
    _own(
        6, "売上確定が返らない（未実行）", "Capture never answers; not done", Behaviour(capture_fault="hangs_not_done")
    ),
    _own(7, "売上確定が断られる", "Capture refused", Behaviour(capture_fault="declined")),
    _own(11, "通知が遅れる", "Webhook late", Behaviour(webhook="late")),
    _own(12, "通知が二度届く", "Webhook twice", Behaviour(webhook="twice")),
    _own(13, "通知の順番が入れ替わる", "Webhooks out of order", Behaviour(webhook="out_of_order")),
    _own(14, "通知が届かない", "Webhook never", Behaviour(webhook="never")),
    _own(15, "偽の通知も届く", "A forged webhook as well", Behaviour(webhook="forged")),
    _card(
        "4000000000000341",
        "保存できるが、あとの支払いは承認されない",
        "Can be kept; declined when charged later",
        Behaviour(saved_decline="card_declined"),
    ),
    _own(21, "保存のあと残高不足", "Kept, then insufficient funds", Behaviour(saved_decline="insufficient_funds")),
    _own(22, "保存のあと期限切れ", "Kept, then expired", Behaviour(saved_decline="expired_card")),
    _own(23, "保存のあと紛失届", "Kept, then reported lost", Behaviour(saved_decline="lost_card")),
    _own(
        24,
        "保存のあと本人認証が必要",
        "Kept, then 3-D Secure is asked for",
        Behaviour(saved_decline="authentication_required"),
    ),
    _card("4000000000000259", "あとから異議申立て", "Disputed later", Behaviour(dispute=True)),
)

_BY_NUMBER = {card.number: card for card in TEST_CARDS}


def find_test_card(number: str) -> TestCard | None:
    """The test card with this number, or none."""
    return _BY_NUMBER.get(number)
