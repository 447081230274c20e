"""From the files of one version folder to a Product, or to every finding with its place and "did you mean"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from sonae.domain.product.definition import EligibilityRule, Industry, Product, Section, Service
from sonae.domain.product.findings import Finding, ProductInvalid, did_you_mean
from sonae.domain.product.parse_bordereau import BORDEREAU, read_bordereau
from sonae.domain.product.parse_consultation import CONSULTATION, read_consultation
from sonae.domain.product.parse_desk import DESK, read_desk
from sonae.domain.product.parse_explanations import FAQ, read_answered, read_not_covered, read_scenarios
from sonae.domain.product.parse_keeping import KEEPING, read_keeping
from sonae.domain.product.parse_membership_feed import read_membership_feed
from sonae.domain.product.parse_parts import (
    Frame,
    read_cost_lines,
    read_documents,
    read_frame,
    read_free_cover,
    read_sections,
    read_services,
)
from sonae.domain.product.parse_rates import RATE_FILES, Rates, read_rates
from sonae.domain.product.parse_texts import (
    ELIGIBILITY,
    INFORMATION,
    QUESTIONS,
    WORDING,
    check_rule_references,
    read_examples,
    read_information,
    read_questions,
    read_rule_texts,
    read_rules,
    read_wording,
)
from sonae.domain.product.parse_transactions import TRANSACTIONS, read_transactions
from sonae.domain.product.parse_turn import TURN, read_turn
from sonae.domain.product.placeholders import cover_placeholder_values, placeholder_values
from sonae.domain.product.reading import Findings, Table, decode, read_toml
from sonae.domain.product.tags import collect_tags
from sonae.domain.text import Text

__all__ = ["Finding", "ProductInvalid", "parse_product", "read_product"]

PRODUCT, NOTES, SOURCES = "product.toml", "notes.md", "sources.md"
TEXT_FILES = tuple(f"wording/{code}.toml" for code in (*WORDING, *INFORMATION))
NEEDED = (PRODUCT, ELIGIBILITY, QUESTIONS, CONSULTATION, *RATE_FILES, *TEXT_FILES, NOTES, SOURCES)
MAY_BE_MISSING = (FAQ, KEEPING, TRANSACTIONS, TURN, BORDEREAU, DESK)  # in a version that was published before
_EXAMPLE = re.compile(r"examples/[\w-]+\.toml")


def parse_product(files: Mapping[str, bytes]) -> Product:
    """The product that the files (name relative to the version folder → bytes) describe. Raises ProductInvalid."""
    product, findings = read_product(files)
    if product is None or findings:
        raise ProductInvalid(findings)
    return product


def read_product(files: Mapping[str, bytes]) -> tuple[Product | None, list[Finding]]:
    """The product as far as it can be read, and everything that is wrong with how it is written."""
    findings = Findings()
    _check_names(files, findings)
    sources = decode(files, SOURCES, findings) or ""
    decode(files, NOTES, findings)
    rates = read_rates(files, findings)
    examples = read_examples(files, findings)
    top, rules_top, questions_top = (read_toml(files, name, findings) for name in (PRODUCT, ELIGIBILITY, QUESTIONS))
    tags = collect_tags([table for table in (top, rules_top, questions_top) if table], sources, findings) | rates.tags
    if top is None or rules_top is None or questions_top is None:
        return None, findings.found
    frame, sections, bare_rules = read_frame(top, rates.plan_factors), read_sections(top), read_rules(rules_top)
    facts = _facts(frame, sections, bare_rules, rates)
    services = read_services(top, facts)
    cost_lines = read_cost_lines(top, facts, sections)
    cover_facts = facts | cover_placeholder_values(sections, frame.plans, cost_lines, services)
    questions = read_questions(questions_top, facts)
    rules = _rules(rules_top, bare_rules, facts)
    check_rule_references(
        rules,
        {industry.code for industry in rates.industries},
        {question.code: question for question in questions},
        findings,
    )
    keeping, keeping_tags = read_keeping(files, cover_facts, sources, findings)
    transactions, transaction_tags = read_transactions(files, sources, findings)
    turn, turn_tags = read_turn(files, facts, sources, findings)
    bordereau, bordereau_tags = read_bordereau(
        files, [plan.code for plan in frame.plans], [section.code for section in sections], sources, findings
    )
    desk, desk_tags = read_desk(files, cover_facts, sources, findings)
    product = Product(
        programme=frame.programme,
        effective_date=frame.effective_date,
        name=frame.name,
        summary=top.text("summary", facts),
        parties=frame.parties,
        contact=frame.contact,
        member_classes=frame.member_classes,
        membership_feed=read_membership_feed(top, frame.member_classes),
        sections=_with_services(sections, services),
        plans=frame.plans,
        cost_lines=cost_lines,
        services=services,
        calendar=frame.calendar,
        payment=frame.payment,
        documents=read_documents(top, facts),
        base_premium=rates.base_premium,
        rounding_unit=rates.rounding_unit,
        industries=_with_reasons(rates.industries, rules),
        sales_bands=rates.sales_bands,
        eligibility=rules,
        questions=questions,
        wording=read_wording(files, facts, findings),
        information=read_information(files, cover_facts, findings),
        consultation=read_consultation(files, facts, findings),
        examples=examples,
        tags=tags | keeping_tags | transaction_tags | turn_tags | bordereau_tags | desk_tags,
        not_covered=read_not_covered(top, cover_facts),
        scenarios=read_scenarios(top, cover_facts, {line.code for line in cost_lines}),
        answered=read_answered(files, cover_facts, findings),
        free_cover=read_free_cover(top),
        keeping=keeping,
        transactions=transactions,
        turn=turn,
        bordereau=bordereau,
        desk=desk,
        group_policy_number=top.string("group_policy_number", optional=True),
    )
    top.finish()
    return product, findings.found


def _check_names(files: Mapping[str, bytes], findings: Findings) -> None:
    for name in sorted(files):
        if name not in (*NEEDED, *MAY_BE_MISSING) and not _EXAMPLE.fullmatch(name):
            missing = [needed for needed in (*NEEDED, *MAY_BE_MISSING) if needed not in files]
            findings.add(name, "", "the file is not known here.", did_you_mean(name, missing) if missing else "")


def _facts(
    frame: Frame, sections: tuple[Section, ...], rules: tuple[EligibilityRule, ...], rates: Rates
) -> dict[str, Text]:
    return placeholder_values(
        parties=frame.parties,
        contact=frame.contact,
        member_classes=frame.member_classes,
        sections=sections,
        plans=frame.plans,
        calendar=frame.calendar,
        payment=frame.payment,
        rules=rules,
        base_premium=rates.base_premium,
    )


def _rules(top: Table, rules: tuple[EligibilityRule, ...], facts: Mapping[str, Text]) -> tuple[EligibilityRule, ...]:
    texts = read_rule_texts(top, facts)
    top.finish()
    return tuple(
        replace(rule, message=message, next_step=next_step)
        for rule, (message, next_step) in zip(rules, texts, strict=True)
    )


def _with_services(sections: tuple[Section, ...], services: tuple[Service, ...]) -> tuple[Section, ...]:
    return tuple(
        replace(section, services=tuple(service.code for service in services if section.code in service.sections))
        for section in sections
    )


def _with_reasons(industries: tuple[Industry, ...], rules: tuple[EligibilityRule, ...]) -> tuple[Industry, ...]:
    """An industry without a factor takes the code of the first rule that refers it."""
    reasons = {code: rule.code for rule in reversed(rules) for code in rule.industries}
    return tuple(replace(industry, refer_reason=reasons.get(industry.code)) for industry in industries)
