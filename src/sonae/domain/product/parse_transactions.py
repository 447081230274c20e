"""transactions.toml: from when an act on a certificate takes effect, and what a cancellation gives back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast, get_args

from sonae.domain.product.reading import Findings, Table, read_toml
from sonae.domain.product.tags import collect_tags
from sonae.domain.product.transactions import WHOLE, RefundRule, Subject, TakesEffect, TransactionRules
from sonae.domain.proration import MONTHS_OF_A_YEAR

TRANSACTIONS = "transactions.toml"


def read_transactions(
    files: Mapping[str, bytes], sources: str, findings: Findings
) -> tuple[TransactionRules, dict[str, str]]:
    """What the file says, and the tags of its numbers. The defaults where a version was published before it was asked for."""
    top = read_toml(files, TRANSACTIONS, findings) if TRANSACTIONS in files else None
    if top is None:
        return TransactionRules(), {}
    tags = collect_tags([top], sources, findings)
    rules = TransactionRules(
        takes_effect=_takes_effect(top.table("takes_effect")),
        refund_rule=cast("RefundRule", top.choice("refund_rule", get_args(RefundRule))),
        short_rates=_short_rates(top),
        minimum_retained=top.number("minimum_retained_yen"),
    )
    top.finish()
    return rules, tags


def _takes_effect(table: Table) -> dict[Subject, TakesEffect]:
    choices = get_args(TakesEffect)
    chosen = {subject: cast("TakesEffect", table.choice(subject, choices)) for subject in get_args(Subject)}
    table.finish()
    return chosen


def _short_rates(top: Table) -> tuple[int, ...]:
    """Percent after 0 to 12 begun months: nought at first, everything at last, and never less than the month before."""
    rates = top.numbers("short_rates_percent", most=WHOLE)
    if len(rates) != MONTHS_OF_A_YEAR + 1:
        top.slip("short_rates_percent", f"{len(rates)} rates; one for each of 0 to 12 begun months is expected.")
    elif rates[0] != 0 or rates[-1] != WHOLE:
        top.slip("short_rates_percent", "the first is 0 and the last is 100.")
    elif list(rates) != sorted(rates):
        top.slip("short_rates_percent", "a longer time never keeps less.")
    return rates
