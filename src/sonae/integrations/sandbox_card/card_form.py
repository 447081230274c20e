"""Reads what a card holder typed: full-width digits and spaces are understood, every error stands beside its field."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from sonae.domain.text import Text
from sonae.integrations.sandbox_card.cards import (
    DECLINES,
    TEST_CARDS,
    TestCard,
    brand_of,
    find_test_card,
    passes_luhn,
    read_number,
)


@dataclass(frozen=True, slots=True)
class CardForm:
    """The fields as they are shown again. Number and security code are only ever filled from the list of test cards."""

    number: str = ""
    expiry: str = ""
    cvc: str = ""
    name: str = ""
    errors: Mapping[str, Text] = field(default_factory=dict)
    card: TestCard | None = None

    @property
    def expiry_date(self) -> tuple[int, int]:
        """Year and month of an expiry that was read without errors."""
        month, year = _expiry_parts(self.expiry) or (0, 0)
        return 2000 + year, month

    @property
    def brand(self) -> str:
        """The brand of the card that was read."""
        return brand_of(self.card.number) if self.card else ""

    @property
    def last4(self) -> str:
        """All that is kept of the number."""
        return self.card.number[-4:] if self.card else ""


def filled_from_list(position: str, today_year: int) -> CardForm:
    """The form filled in with the test card at ``position`` of the list; empty for anything else."""
    if not (position.isascii() and position.isdigit() and len(position) < 4 and int(position) < len(TEST_CARDS)):
        return CardForm()
    number = TEST_CARDS[int(position)].number
    cvc = "1234" if brand_of(number) == "American Express" else "123"
    return CardForm(number=grouped(number), expiry=f"12/{(today_year + 2) % 100:02d}", cvc=cvc, name="SONAE TARO")


def grouped(number: str) -> str:
    """A number in groups as on the card: four by four, or 4-6-5 and 4-6-4."""
    sizes = (4, 6, 5) if len(number) in (14, 15) else (4, 4, 4, 4)
    groups, place = [], 0
    for size in sizes:
        groups.append(number[place : place + size])
        place += size
    return " ".join(groups)


def read_card_form(typed: Mapping[str, str], now: datetime) -> CardForm:
    """The card that was typed, or the errors in words. Name and expiry are kept to be shown again."""
    errors: dict[str, Text] = {}
    number = read_number(typed.get("number", ""))
    card = find_test_card(number)
    if not typed.get("number", "").strip():
        errors["number"] = Text("カード番号を入力してください。", "Enter the card number.")
    elif not number or not passes_luhn(number) or not brand_of(number):
        errors["number"] = Text(
            "カード番号が正しくないようです。もう一度お確かめください。",
            "This does not look like a card number. Check it again.",
        )
    elif card is None:
        errors["number"] = DECLINES["unknown_test_card"]
    expiry = unicodedata.normalize("NFKC", typed.get("expiry", "")[:20]).strip()
    expiry_error = _expiry_error(expiry, now)
    if expiry_error:
        errors["expiry"] = expiry_error
    cvc = unicodedata.normalize("NFKC", typed.get("cvc", "")[:20]).strip()
    length = 4 if brand_of(number) == "American Express" else 3
    if not re.fullmatch(rf"[0-9]{{{length}}}", cvc):
        errors["cvc"] = Text(
            f"セキュリティコード（{length}桁の数字）を入力してください。", f"Enter the {length} digits."
        )
    name = " ".join(typed.get("name", "")[:200].split())
    if not name or len(name) > 60:
        errors["name"] = Text("カードに書かれているお名前を入力してください。", "Enter the name on the card.")
    return CardForm(expiry=expiry, name=name, errors=errors, card=card)


def _expiry_parts(expiry: str) -> tuple[int, int] | None:
    """Month, and year of two digits."""
    match = re.fullmatch(r"([0-9]{1,2}) ?[/-]? ?(?:20)?([0-9]{2})", expiry)
    return (int(match[1]), int(match[2])) if match and 1 <= int(match[1]) <= 12 else None


def _expiry_error(expiry: str, now: datetime) -> Text | None:
    parts = _expiry_parts(expiry)
    if parts is None:
        return Text(
            "有効期限を月／年で入力してください（例：12/28）。", "Enter the expiry as month/year, such as 12/28."
        )
    japan = now.astimezone(ZoneInfo("Asia/Tokyo"))
    if (2000 + parts[1], parts[0]) < (japan.year, japan.month):
        return Text("有効期限が過ぎています。", "This date has passed.")
    return None
