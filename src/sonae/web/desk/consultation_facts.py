"""What somebody sent to the contact window, as pairs of a name and a value."""

from __future__ import annotations

from sonae.apps.contact.models import Consultation
from sonae.domain.money import format_yen
from sonae.domain.product.definition import Product
from sonae.domain.text import Text
from sonae.domain.window import preferred_times
from sonae.web.shared.language import active_language

NAMES = {
    "firm": Text("会社名", "Firm"),
    "name": Text("お名前", "Name"),
    "kana": Text("フリガナ", "Kana"),
    "telephone": Text("電話番号", "Telephone"),
    "email": Text("メールアドレス", "E-mail address"),
    "member_number": Text("会員番号", "Member number"),
    "preferred_time": Text("電話のご希望", "May be called"),
    "industry": Text("業種", "Industry"),
    "sales": Text("申告売上高", "Declared sales"),
}


def sent_facts(consultation: Consultation, product: Product) -> list[tuple[str, Text, Text | str]]:
    """Only what was said: its code, its name, the value."""
    given: dict[str, Text | str] = {
        name: getattr(consultation, name) for name in ("firm", "name", "kana", "telephone", "email", "member_number")
    }
    given["preferred_time"] = preferred_times(product.contact).get(consultation.preferred_time, "")
    if consultation.annual_sales is not None:
        industries = {one.code: one.name for one in product.industries}
        given["industry"] = industries.get(consultation.industry, consultation.industry)
        given["sales"] = format_yen(consultation.annual_sales, active_language())
    return [(code, NAMES[code], value) for code, value in given.items() if value]
