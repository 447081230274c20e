"""bordereau.toml: the columns of the monthly lists for the insurer, the commission, and by when premium is remitted."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import cast, get_args

from sonae.domain.product.bordereau import BordereauRules, Column, Format, Profile, Source
from sonae.domain.product.reading import Findings, Table, read_toml
from sonae.domain.product.tags import collect_tags
from sonae.domain.text import Language

BORDEREAU = "bordereau.toml"
_CODE = re.compile(r"[a-z][a-z0-9-]{0,39}")
# A number as words, or a name as a number, is a slip; what may be shown how.
NUMBERS = {
    "line_number", "transaction_number", "annual_sales", "liability_limit", "cost_limit", "premium", "total_premium",
    "commission", "commission_percent", "net_premium",
}  # fmt: skip
DATES = {"month_start", "month_end", "starts_on", "expires_on", "effective_date", "recorded_on"}
WORDS = {
    "transaction", "risk_transaction", "premium_kind", "section", "plan", "member_class", "industry", "insurer", "policyholder",
}  # fmt: skip


def read_bordereau(
    files: Mapping[str, bytes], plans: Collection[str], sections: Collection[str], sources: str, findings: Findings
) -> tuple[BordereauRules, dict[str, str]]:
    """What the file says, and the tags of its numbers. The defaults where a version was published before it was asked for."""
    top = read_toml(files, BORDEREAU, findings) if BORDEREAU in files else None
    if top is None:
        return BordereauRules(), {}
    tags = collect_tags([top], sources, findings)
    rules = BordereauRules(
        commission_percent=_commission(top.table("commission_percent"), plans, sections),
        due_months=top.number("remitted_after_months", least=0, most=12),
        profiles=tuple(_profile(table) for table in top.tables("profiles")),
    )
    codes = [profile.code for profile in rules.profiles]
    for code in sorted({code for code in codes if codes.count(code) > 1}):
        top.slip("profiles", f'"{code}" stands there more than once.')
    top.finish()
    return rules, tags


def _commission(table: Table, plans: Collection[str], sections: Collection[str]) -> dict[str, int]:
    """A percentage for each plan and for each section without plans."""
    wanted = [*plans, *(section for section in sections if section != "paid")]
    rates = {code: table.number(code, most=100) for code in wanted}
    table.finish()
    return rates


def _profile(table: Table) -> Profile:
    code = table.string("code")
    if code and not _CODE.fullmatch(code):
        table.slip("code", f'"{code}" can\'t stand in an address; small letters, digits and hyphens can.')
    columns = tuple(_column(one) for one in table.tables("columns"))
    language = table.choice("language", ("", *get_args(Language))) if table.has("language") else ""
    profile = Profile(code, table.text("name"), table.text("basis"), columns, language)
    table.finish()
    return profile


def _column(table: Table) -> Column:
    source = cast("Source", table.choice("source", get_args(Source)))
    form = cast("Format", table.choice("format", get_args(Format)))
    if not _fits(source, form):
        table.slip("format", f'"{form}" doesn\'t fit "{source}".')
    value = table.string("value", optional=True)
    if bool(value) != (source == "constant"):
        table.slip("value", "a constant has a value, and nothing else has one.")
    column = Column(table.text("heading"), source, form, value, table.flag("unchecked", optional=True))
    table.finish()
    return column


def _fits(source: str, form: str) -> bool:
    if form == "number":
        return source in NUMBERS
    if form == "date":
        return source in DATES
    return source in WORDS if form == "words" else source not in NUMBERS | DATES
