"""What a product says of the monthly list for the insurer: its columns, the agent's commission, and by when premium is remitted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from sonae.domain.text import Text

# What a column can show: one fact of a line, or ``constant``, a value that stands in every line.
Source = Literal[
    "line_number", "month", "month_start", "month_end", "certificate_number", "transaction_number", "transaction",
    "risk_transaction", "premium_kind", "section", "plan", "member_number", "member_class", "insured_name", "industry",
    "annual_sales", "liability_limit", "cost_limit", "scheme_year", "starts_on", "expires_on", "effective_date", "recorded_on",
    "premium", "total_premium", "commission", "commission_percent", "net_premium", "original_month", "recorded_month",
    "group_policy_number", "insurer", "policyholder", "product_version", "constant",
]  # fmt: skip
# ``words`` are in the language of the file; ``text`` is as it stands; a number stays a number in every spreadsheet.
Format = Literal["text", "words", "number", "date"]


@dataclass(frozen=True, slots=True)
class Column:
    """``value`` is what a ``constant`` shows. ``unchecked``: the heading was not seen in the standard's own text."""

    heading: Text
    source: Source
    format: Format = "text"
    value: str = ""
    unchecked: bool = False


@dataclass(frozen=True, slots=True)
class Profile:
    """One layout of the list, by its code in addresses and file names. ``basis`` says whose layout it is;
    ``language``, where its readers have one, holds in every file of it."""

    code: str
    name: Text
    basis: Text
    columns: tuple[Column, ...]
    language: str = ""


_PLAIN: tuple[tuple[str, str, Source, Format], ...] = (
    ("加入者証番号", "Certificate", "certificate_number", "text"),
    ("異動番号", "Transaction number", "transaction_number", "number"),
    ("異動区分", "Transaction", "transaction", "words"),
    ("異動日", "Effective date", "effective_date", "date"),
    ("計上日", "Recorded on", "recorded_on", "date"),
    ("保険料（円）", "Premium (JPY)", "premium", "number"),
    ("手数料（円）", "Commission (JPY)", "commission", "number"),
    ("差引保険料（円）", "Net premium (JPY)", "net_premium", "number"),
)
PLAIN = Profile(
    "premium",
    Text("保険料明細", "Premium bordereau"),
    Text("項目を決める前の形", "Before columns were chosen"),
    tuple(Column(Text(ja, en), source, form) for ja, en, source, form in _PLAIN),
)


@dataclass(frozen=True, slots=True)
class BordereauRules:
    """The defaults stand for versions published before it was written down: no commission, a plain list.

    ``commission_percent``: by plan, and by section where there is no plan. ``due_months``: remitted by the end of so many months
    after the month of the list.
    """

    commission_percent: Mapping[str, int] = field(default_factory=dict)
    due_months: int = 1
    profiles: tuple[Profile, ...] = (PLAIN,)

    def percent_of(self, section: str, plan: str) -> int:
        """Whole percent of the premium that the agent keeps."""
        return self.commission_percent.get(plan, self.commission_percent.get(section, 0))

    def profile(self, code: str) -> Profile | None:
        """None where the product has no such list."""
        return next((one for one in self.profiles if one.code == code), None)
