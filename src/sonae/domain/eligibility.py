"""Who can have a paid plan online, and what happens next for those who cannot (F19, F20)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sonae.domain.product.definition import EligibilityRule, Product
from sonae.domain.risk import Risk
from sonae.domain.text import Text


@dataclass(frozen=True, slots=True)
class Referral:
    """One reason why a person has to look at it, in words, and the next step. Never a dead end."""

    code: str
    message: Text
    next_step: Text

    def as_json(self, language: str) -> dict[str, str]:
        """As the quote's answer carries it."""
        return {
            "code": self.code,
            "message": self.message.in_language(language),
            "next_step": self.next_step.in_language(language),
        }


def assess(product: Product, risk: Risk) -> tuple[Referral, ...]:
    """Every reason to refer the risk, in the order of the rules; empty means accepted."""
    table = product.rate_table
    limit = table.lowest_sales_limit
    if risk.industry not in table.industry_rules and (limit is None or risk.annual_sales < limit):
        return ()
    return tuple(_referral(rule) for rule in product.eligibility if _refers(rule, risk))


def assess_disclosure(product: Product, answers: Mapping[str, str]) -> tuple[Referral, ...]:
    """Every reason to refer that follows from the answers (question code → answer code) to the disclosure questions."""
    return tuple(
        _referral(rule)
        for rule in product.eligibility
        if rule.kind == "disclosure_answer" and rule.question and answers.get(rule.question) == rule.answer
    )


def _refers(rule: EligibilityRule, risk: Risk) -> bool:
    if rule.annual_sales_yen is not None:
        return risk.annual_sales >= rule.annual_sales_yen
    return risk.industry in rule.industries


def _referral(rule: EligibilityRule) -> Referral:
    return Referral(rule.code, rule.message, rule.next_step)
