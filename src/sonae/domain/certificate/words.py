"""How the fields and acts of a certificate are called on papers, screens and in mails, in both languages."""

from __future__ import annotations

from collections.abc import Mapping

from sonae.domain.certificate.log import Kind
from sonae.domain.money import yen_text
from sonae.domain.product.definition import Product
from sonae.domain.text import Text

KIND_NAMES: Mapping[Kind, Text] = {
    Kind.NEW: Text("新規加入", "New cover"),
    Kind.CHANGE: Text("契約内容の変更", "Change of cover"),
    Kind.CANCELLATION: Text("解約", "Cancellation"),
    Kind.REINSTATEMENT: Text("解約の取消し（復活）", "Reinstatement"),
    Kind.REVERSAL: Text("異動の取消し", "Reversal"),
}
FIELD_NAMES: Mapping[str, Text] = {
    "plan": Text("プラン", "Plan"),
    "annual_sales": Text("申告売上高", "Declared annual sales"),
    "industry": Text("業種", "Industry"),
    "insured.name": Text("記名被保険者", "Named insured"),
    "insured.kana": Text("記名被保険者（フリガナ）", "Named insured (kana)"),
    "insured.address": Text("記名被保険者の所在地", "Address of the insured"),
    "applicant.name": Text("加入申込者", "Applicant"),
    "applicant.kana": Text("加入申込者（フリガナ）", "Applicant (kana)"),
    "applicant.representative": Text("代表者", "Representative"),
    "applicant.corporate_number": Text("法人番号", "Corporate number"),
    "applicant.postcode": Text("郵便番号", "Postcode"),
    "applicant.prefecture": Text("都道府県", "Prefecture"),
    "applicant.city": Text("市区町村", "City"),
    "applicant.street": Text("番地", "Street"),
    "applicant.building": Text("建物名・部屋番号", "Building"),
    "applicant.telephone": Text("電話番号", "Telephone"),
}
SHOWN_IN_THIS_ORDER = tuple(FIELD_NAMES)
NOTHING = Text("（なし）", "(none)")


def field_name(field: str) -> Text:
    """A field that no act may set keeps its own name."""
    return FIELD_NAMES.get(field, Text(field, field))


def field_value(product: Product, field: str, value: object) -> Text:
    """A plan or industry that the product doesn't know keeps its code; an empty value says so."""
    if value is None or value == "":
        return NOTHING
    if field == "plan":
        return next((plan.name for plan in product.plans if plan.code == value), _plain(value))
    if field == "industry":
        return next((one.name for one in product.industries if one.code == value), _plain(value))
    if field == "annual_sales" and isinstance(value, int):
        return yen_text(value)
    return _plain(value)


def in_shown_order(field: str) -> tuple[int, str]:
    """To sort fields by: as a certificate lists them."""
    place = SHOWN_IN_THIS_ORDER.index(field) if field in FIELD_NAMES else len(SHOWN_IN_THIS_ORDER)
    return place, field


def _plain(value: object) -> Text:
    return Text(str(value), str(value))
