"""Every finding about a product version before it can be published: how it is written, and whether it holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from fractions import Fraction

from sonae.domain.eligibility import assess
from sonae.domain.money import round_half_up
from sonae.domain.period import months_between
from sonae.domain.product.check_desk import check_desk
from sonae.domain.product.check_turn import check_turn
from sonae.domain.product.definition import Contact, Example, Product
from sonae.domain.product.findings import Finding, did_you_mean
from sonae.domain.product.parse import PRODUCT, read_product
from sonae.domain.product.parse_consultation import CONSULTATION
from sonae.domain.product.parse_explanations import FAQ
from sonae.domain.product.parse_rates import BASE, INDUSTRY, SALES_BAND
from sonae.domain.product.parse_texts import INFORMATION
from sonae.domain.product.reading import Findings
from sonae.domain.rating import NotRated, PlanPremium, rate_plan
from sonae.domain.referral import PASSED_FIELDS
from sonae.domain.risk import Risk
from sonae.domain.window import hour_words

__all__ = ["Finding", "check_product", "check_versions"]

# Premiums are kept as 64-bit integers in the bulk tables and in the database.
LARGEST_PREMIUM = 10**15
EXCLUSIONS_IN, EXCLUSIONS = "points_to_note", "exclusions"  # what is not paid: one text for paper and page


def check_product(files: Mapping[str, bytes]) -> list[Finding]:
    """Every finding, in the order of files and places; empty means that the version can be published."""
    product, found = read_product(files)
    findings = Findings()
    findings.found = list(found)
    if product is not None:
        check_bands(product, findings)
        check_industries(product, findings)
        check_premiums(product, findings)
        check_texts(product, findings)
        check_explanations(product, findings)
        check_contact(product.contact, findings)
        check_free_cover(product, findings)
        check_desk(product, findings)
        if not findings.found:
            check_turn(product, findings)
            check_examples(product, findings)
    return sorted(findings.found)


def check_versions(versions: Sequence[tuple[str, date]]) -> list[Finding]:
    """Over several versions (folder, effective date): two on one day, or a folder named after another day."""
    findings = Findings()
    first: dict[date, str] = {}
    for folder, day in versions:
        if day in first:
            message = f"{first[day]} takes effect on {day} too; a day has one version."
            findings.add(f"{folder}/{PRODUCT}", "effective_date", message)
        first.setdefault(day, folder)
        named = folder.rstrip("/").rpartition("/")[2]
        if named != day.isoformat():
            message = f"the folder is named {named}, the version takes effect on {day}."
            findings.add(f"{folder}/{PRODUCT}", "effective_date", message)
    return sorted(findings.found)


def check_bands(product: Product, findings: Findings) -> None:
    """Bands begin at 0 and tile without gap or overlap up to the sales at which a rule refers."""
    expected = 0
    for band in sorted(product.sales_bands, key=lambda band: (band.from_yen, band.to_yen)):
        place = f"band {band.from_yen}–{band.to_yen}"
        if band.from_yen > expected:
            findings.add(SALES_BAND, place, f"gap: no band holds sales of {expected:,} to {band.from_yen - 1:,} yen.")
        elif band.from_yen < expected:
            findings.add(SALES_BAND, place, f"overlap: another band holds sales of {band.from_yen:,} yen already.")
        expected = max(expected, band.to_yen + 1)
    limit = product.sales_limit
    if limit is None:
        message = f"no rule refers sales above the last band ({expected - 1:,} yen)."
        findings.add("eligibility.toml", "rules", message, 'Add a rule of the kind "annual_sales_at_least".')
    elif product.sales_bands and expected < limit:
        findings.add(SALES_BAND, "last band", f"gap: no band holds sales of {expected:,} to {limit - 1:,} yen.")
    elif product.sales_bands and expected > limit:
        message = f"overlap: sales of {limit:,} yen have a band, but a rule refers them."
        findings.add(SALES_BAND, "last band", message)


def check_industries(product: Product, findings: Findings) -> None:
    """Each industry has a factor or a rule that refers it, never both and never neither."""
    for industry in product.industries:
        if industry.factor is None and industry.refer_reason is None:
            findings.add(INDUSTRY, industry.code, "the answer has no factor, and no rule refers it.")
        if industry.factor is not None and industry.refer_reason is not None:
            findings.add(INDUSTRY, industry.code, f"the answer has a factor, but {industry.refer_reason} refers it.")


def check_premiums(product: Product, findings: Findings) -> None:
    """Limits that grow with the plan, and premiums that stay inside what can be kept."""
    if product.base_premium % product.rounding_unit:
        findings.add(BASE, "base_premium", f"it is not a multiple of the rounding unit {product.rounding_unit}.")
    factors: list[Iterable[Fraction]] = [
        (industry.factor for industry in product.industries if industry.factor is not None),
        (band.factor for band in product.sales_bands),
        (plan.factor for plan in product.plans),
    ]
    largest = Fraction(product.base_premium)
    for axis in factors:
        largest *= max(axis, default=Fraction(1))
    if round_half_up(largest, product.rounding_unit) > LARGEST_PREMIUM:
        findings.add(BASE, "base_premium", f"premiums above {LARGEST_PREMIUM:,} yen would come out.")
    for plan in product.plans:
        if plan.liability_limit <= 0:
            findings.add(PRODUCT, f"plans[{plan.code}].liability_limit_yen", "a plan needs a limit above 0 yen.")


def check_texts(product: Product, findings: Findings) -> None:
    """Each text has something to say, and each group of questions asks something."""
    for document in (*product.wording, *product.information):
        if not document.sections:
            findings.add(f"wording/{document.code}.toml", "sections", "the text has no section.")
    for code in ("needs", "disclosure", "declaration"):
        if not any(question.group == code for question in product.questions):
            findings.add("questions.toml", "questions", f'no question of the group "{code}" is asked.')


def check_explanations(product: Product, findings: Findings) -> None:
    """What the public pages explain is there. Versions that were published before them can still be read without it."""
    if not product.consultation.are_there:
        findings.add(CONSULTATION, "", "the file is missing.")
    for item in product.consultation.referral.items:
        if item.code not in PASSED_FIELDS:
            hint = did_you_mean(item.code, PASSED_FIELDS)
            findings.add(CONSULTATION, f"referral.items[{item.code}]", "nobody knows what this lets us pass.", hint)
    for key in ("not_covered", "scenarios"):
        if not getattr(product, key):
            findings.add(PRODUCT, key, f"at least one table [[{key}]] is missing.")
    there = {text.code for text in product.information}
    for code in INFORMATION:
        if code not in there:
            findings.add(f"wording/{code}.toml", "", "the file is missing.")
    if not product.answered_questions:
        findings.add(FAQ, "questions", "no question is answered.")
    for document in product.wording:
        if document.code != EXCLUSIONS_IN or document.find_section(EXCLUSIONS) is not None:
            continue
        codes = [section.code for section in document.sections if section.code]
        hint = did_you_mean(EXCLUSIONS, codes) or f'Write code = "{EXCLUSIONS}" under it.'
        findings.add(f"wording/{EXCLUSIONS_IN}.toml", "sections", f'no section has the code "{EXCLUSIONS}".', hint)


def check_free_cover(product: Product, findings: Findings) -> None:
    """How the free cover follows the membership is written down. Versions that were published before can be read without it."""
    if f"{PRODUCT}: free_cover.issue_days_before_turn" not in product.tags:
        findings.add(PRODUCT, "free_cover", "the table [free_cover] is missing.")


def check_contact(contact: Contact, findings: Findings) -> None:
    """The window opens at all, and the sentence about its hours says the hours that are reckoned with."""
    if contact.closes_hour <= contact.opens_hour:
        findings.add(PRODUCT, "contact.closes_hour", "the window closes before it opens.")
    if not contact.weekdays:
        findings.add(PRODUCT, "contact.weekdays", "the window opens on no day.")
    begin, end = hour_words(contact.opens_hour), hour_words(contact.closes_hour)
    for language, hours in (("ja", (begin.ja, end.ja)), ("en", (begin.en, end.en))):
        said = contact.hours.in_language(language)
        if missing := [hour for hour in hours if hour not in said]:
            findings.add(PRODUCT, f"contact.hours.{language}", f"the sentence doesn't say {' or '.join(missing)}.")


def check_examples(product: Product, findings: Findings) -> None:
    """Each worked example comes out to the last decimal, step by step."""
    for example in product.examples:
        risk = Risk(example.industry, example.annual_sales)
        if risk.industry not in {industry.code for industry in product.industries}:
            hint = did_you_mean(risk.industry, (industry.code for industry in product.industries))
            findings.add(example.name, "facts.industry", f'the industry "{risk.industry}" is not known.', hint)
            continue
        referred = tuple(referral.code for referral in assess(product, risk))
        if referred != example.referred:
            message = f"expected {_listed(example.referred)}, but it came out as {_listed(referred)}."
            findings.add(example.name, "expected.referred", message)
        elif not referred:
            _check_example_premium(product, example, findings)


def _listed(codes: tuple[str, ...]) -> str:
    return f"referred ({', '.join(codes)})" if codes else "accepted"


def _check_example_premium(product: Product, example: Example, findings: Findings) -> None:
    risk = Risk(example.industry, example.annual_sales)
    plans = {plan.code for plan in product.plans}
    if example.plan not in plans:
        hint = did_you_mean(example.plan or "", plans)
        findings.add(example.name, "facts.plan", f'the plan "{example.plan}" is not known.', hint)
        return
    if example.expiry_on <= example.start_on or months_between(example.start_on, example.expiry_on) not in range(1, 13):
        findings.add(example.name, "facts.expiry_on", "a term has 1 to 12 whole months.")
        return
    try:
        premium = rate_plan(product, risk, example.plan or "", example.start_on, example.expiry_on)
    except NotRated as error:
        findings.add(example.name, "facts", f"it can't be rated: {error}.")
        return
    _compare(example, premium, findings)


def _compare(example: Example, premium: PlanPremium, findings: Findings) -> None:
    for step, expected in zip(premium.steps, example.step_values, strict=False):
        if step.value != expected:
            message = f"{expected} was expected, {step.value} came out."
            findings.add(example.name, f"expected.steps.{step.kind}", message)
    pairs = (
        ("annual_premium_yen", example.annual_premium, premium.annual_premium),
        ("term_premium_yen", example.term_premium, premium.term_premium),
        ("monthly_equivalent_yen", example.monthly_equivalent, premium.monthly_equivalent),
    )
    for key, expected_yen, came_out in pairs:
        if expected_yen is not None and expected_yen != came_out:
            message = f"{expected_yen:,} was expected, {came_out:,} came out."
            findings.add(example.name, f"expected.{key}", message)
