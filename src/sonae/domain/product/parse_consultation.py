"""consultation.toml: what the contact window may be asked, and what a referral passes on to whom."""

from __future__ import annotations

from collections.abc import Mapping

from sonae.domain.product.parse_parts import ROLES
from sonae.domain.product.reading import Findings, Table, read_toml
from sonae.domain.product.texts import ConsultationTexts, NotHere, PassedItem, ReferralTexts
from sonae.domain.text import Text

CONSULTATION = "consultation.toml"
_NO_TEXT = Text("", "")
_NOTHING = ConsultationTexts(_NO_TEXT, (), (), (), ReferralTexts(_NO_TEXT, _NO_TEXT, (), _NO_TEXT, _NO_TEXT))


def read_consultation(files: Mapping[str, bytes], facts: Mapping[str, Text], findings: Findings) -> ConsultationTexts:
    """The texts with their placeholders filled. Empty where the file can't be read, or isn't there: ``check`` tells that."""
    top = read_toml(files, CONSULTATION, findings) if CONSULTATION in files else None
    if top is None:
        return _NOTHING
    texts = ConsultationTexts(
        purpose=top.text("purpose", facts),
        at_hand=top.texts("at_hand", facts),
        may_ask=top.texts("may_ask", facts),
        not_here=tuple(_not_here(table, facts) for table in top.tables("not_here")),
        referral=_referral(top.table("referral"), facts),
    )
    top.finish()
    return texts


def _not_here(table: Table, facts: Mapping[str, Text]) -> NotHere:
    found = NotHere(table.text("what", facts), table.text("instead", facts))
    table.finish()
    return found


def _referral(table: Table, facts: Mapping[str, Text]) -> ReferralTexts:
    texts = ReferralTexts(
        title=table.text("title", facts),
        lead=table.text("lead", facts),
        items=_items(table, facts),
        consent=table.text("consent", facts),
        withdrawal=table.text("withdrawal", facts),
    )
    table.finish()
    return texts


def _items(table: Table, facts: Mapping[str, Text]) -> tuple[PassedItem, ...]:
    items: dict[str, PassedItem] = {}
    for one in table.tables("items"):
        code = one.string("code")
        if code in items:
            one.slip("code", f'the code "{code}" stands there twice.')
        items[code] = PassedItem(
            code, one.text("item", facts), one.choice("recipient", ROLES), one.text("purpose", facts)
        )
        one.finish()
    return tuple(items.values())
