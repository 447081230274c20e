"""product.toml: parties, sections, plans, cost lines, calendar, payment, services, papers."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import cast, get_args

from sonae.domain.product.definition import (
    Calendar,
    CardBrand,
    ClassChange,
    ClosedPeriod,
    Contact,
    CostLine,
    Document,
    FreeCover,
    FreeCoverStart,
    FreeCoverStop,
    Limit,
    MemberClass,
    Party,
    Payment,
    Plan,
    Section,
    SectionCode,
    Service,
)
from sonae.domain.product.findings import did_you_mean
from sonae.domain.product.reading import Table
from sonae.domain.text import Text

ROLES = ("policyholder", "insurer", "agency", "operator")
SECTIONS = ("free", "paid")
LIMITS = ("liability", "cost")
FIRST_YEAR, LAST_YEAR = 2000, 2199
LEAP_YEAR = 2000  # has every day that a year can have


@dataclass(frozen=True, slots=True)
class Frame:
    """What other texts may name: read first, without placeholders."""

    programme: str
    effective_date: date
    name: Text
    parties: tuple[Party, ...]
    contact: Contact
    member_classes: tuple[MemberClass, ...]
    plans: tuple[Plan, ...]
    calendar: Calendar
    payment: Payment


def _effective_date(top: Table) -> date:
    day = top.day("effective_date") or date.min
    if day != date.min and not FIRST_YEAR <= day.year <= LAST_YEAR:
        top.slip("effective_date", f"a day from {FIRST_YEAR} to {LAST_YEAR} is expected, not {day}.")
        return date.min
    return day


def read_frame(top: Table, plan_factors: Mapping[str, Fraction]) -> Frame:
    """The parts whose names and figures the placeholders stand for."""
    return Frame(
        programme=top.string("programme"),
        effective_date=_effective_date(top),
        name=top.text("name"),
        parties=_parties(top),
        contact=_contact(top.table("contact")),
        member_classes=_member_classes(top),
        plans=_plans(top, plan_factors),
        calendar=_calendar(top.table("calendar")),
        payment=_payment(top.table("payment")),
    )


def _parties(top: Table) -> tuple[Party, ...]:
    parties: dict[str, Party] = {}
    for table in top.tables("parties"):
        role = table.choice("role", ROLES)
        if role in parties:
            table.slip("role", f'the role "{role}" is taken twice.')
        parties[role] = Party(role, table.text("role_name"), table.text("name"), table.text("duty"))
        table.finish()
    for role in ROLES:
        if role not in parties:
            top.slip("parties", f'nobody has the role "{role}".')
    return tuple(parties.values())


def _contact(table: Table) -> Contact:
    weekdays = table.strings("weekdays")
    names = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    for name in weekdays:
        if name not in names:
            table.slip("weekdays", f'"{name}" is no day.', did_you_mean(name, names))
    contact = Contact(
        phone=table.string("phone"),
        hours=table.text("hours"),
        opens_hour=table.number("opens_hour", most=24),
        closes_hour=table.number("closes_hour", most=24),
        weekdays=tuple(names.index(name) + 1 for name in weekdays if name in names),
        closed_on_holidays=table.flag("closed_on_holidays", optional=True) or not table.has("closed_on_holidays"),
        closed_periods=tuple(_closed_period(one) for one in table.tables("closed_periods", optional=True)),
        answer_working_days=table.number("answer_working_days", most=20) if table.has("answer_working_days") else 1,
    )
    table.finish()
    return contact


def _closed_period(table: Table) -> ClosedPeriod:
    ends = [
        (table.number(f"{end}_month", least=1, most=12), table.number(f"{end}_day", least=1, most=31))
        for end in ("from", "to")
    ]
    for end, (month, day) in zip(("from", "to"), ends, strict=True):
        if day > monthrange(LEAP_YEAR, month)[1]:
            table.slip(f"{end}_day", f"month {month} has no day {day}.")
    period = ClosedPeriod(table.text("name"), *ends[0], *ends[1])
    table.finish()
    return period


def _member_classes(top: Table) -> tuple[MemberClass, ...]:
    classes: dict[str, MemberClass] = {}
    for table in top.tables("member_classes"):
        code = new_code(table, classes)
        classes[code] = MemberClass(code, table.text("name"), table.text("group"))
        table.finish()
    return tuple(classes.values())


def new_code(table: Table, taken: Mapping[str, object]) -> str:
    """The table's code, with a finding if another one has it already."""
    code = table.string("code")
    if code in taken:
        table.slip("code", f'the code "{code}" stands there twice.')
    return code


def _plans(top: Table, factors: Mapping[str, Fraction]) -> tuple[Plan, ...]:
    plans: dict[str, Plan] = {}
    for table in top.tables("plans"):
        code = new_code(table, plans)
        if code and code not in factors:
            table.slip("code", f'the plan "{code}" has no premium: rates/plan.csv has no factor for it.')
        plans[code] = Plan(
            code=code,
            name=table.text("name"),
            liability_limit=table.number("liability_limit_yen"),
            cost_limit=table.number("cost_limit_yen"),
            factor=factors.get(code, Fraction(1)),
            suits=table.text("suits"),
        )
        table.finish()
    for code in factors:
        if code not in plans:
            top.findings.add("rates/plan.csv", code, f'there is no plan "{code}".', did_you_mean(code, plans))
    return tuple(plans.values())


def _calendar(table: Table) -> Calendar:
    # Days above 28 are not in every month, so no start and no deadline can lie there.
    calendar = Calendar(
        term_start_month=table.number("term_start_month", least=1, most=12),
        term_start_day=table.number("term_start_day", least=1, most=28),
        term_start_hour=table.number("term_start_hour", most=23),
        application_deadline_day=table.number("application_deadline_day", least=1, most=28),
        quote_valid_days=table.number("quote_valid_days", least=1, most=366),
    )
    table.finish()
    return calendar


def read_free_cover(top: Table) -> FreeCover:
    """How the free cover follows the membership; the defaults where a version is older than the table."""
    if not top.has("free_cover"):
        return FreeCover()
    table = top.table("free_cover")
    rules = FreeCover(
        starts=cast(FreeCoverStart, table.choice("starts", get_args(FreeCoverStart))),
        ends=cast(FreeCoverStop, table.choice("ends", get_args(FreeCoverStop))),
        on_class_change=cast(ClassChange, table.choice("on_class_change", get_args(ClassChange))),
        issue_days_before_turn=table.number("issue_days_before_turn", most=180),
    )
    table.finish()
    return rules


def _payment(table: Table) -> Payment:
    brands: dict[str, CardBrand] = {}
    table.choice("frequency", ("yearly",))
    for brand in table.tables("brands"):
        code = new_code(brand, brands)
        brands[code] = CardBrand(code, brand.string("name"))
        brand.finish()
    payment = Payment(
        frequency="yearly",
        frequency_name=table.text("frequency_name"),
        method_name=table.text("method_name"),
        brands=tuple(brands.values()),
        tax_note=table.text("tax_note"),
    )
    table.finish()
    return payment


def read_sections(top: Table) -> tuple[Section, ...]:
    """The free and the paid section; their services are added by ``with_services``."""
    sections: dict[str, Section] = {}
    for table in top.tables("sections"):
        code = table.choice("code", SECTIONS)
        if code in sections:
            table.slip("code", f'the section "{code}" stands there twice.')
        sections[code] = Section(
            code=cast(SectionCode, code),
            name=table.text("name"),
            explanation=table.text("explanation"),
            needs_application=table.flag("needs_application"),
            liability_limit_yen=table.whole("liability_limit_yen", optional=True),
            cost_limit_yen=table.whole("cost_limit_yen", optional=True),
            cost_lines=table.strings("cost_lines"),
            services=(),
            organiser_may_end_it=table.flag("organiser_may_end_it"),
        )
        table.finish()
    for code in SECTIONS:
        if code not in sections:
            top.slip("sections", f'the section "{code}" is missing.')
    return tuple(sections.values())


def read_cost_lines(top: Table, facts: Mapping[str, Text], sections: tuple[Section, ...]) -> tuple[CostLine, ...]:
    """Every kind of loss that is paid; each line that a section names has to be there."""
    lines: dict[str, CostLine] = {}
    for table in top.tables("cost_lines"):
        code = new_code(table, lines)
        limit = cast(Limit, table.choice("limit", LIMITS))
        explanation, example = table.text("explanation", facts), table.text("example", facts)
        more = table.texts("more_examples", facts, optional=True)
        lines[code] = CostLine(code, limit, table.text("name"), explanation, example, more)
        table.finish()
    for section in sections:
        for code in section.cost_lines:
            if code not in lines:
                place = f"sections[{section.code}].cost_lines"
                top.slip(place, f'the cost line "{code}" is not known.', did_you_mean(code, lines))
    return tuple(lines.values())


def read_services(top: Table, facts: Mapping[str, Text]) -> tuple[Service, ...]:
    services: dict[str, Service] = {}
    for table in top.tables("services"):
        code = new_code(table, services)
        sections = table.strings("sections")
        for section in sections:
            if section not in SECTIONS:
                table.slip("sections", f'the section "{section}" is not known.', did_you_mean(section, SECTIONS))
        known = tuple(cast(SectionCode, section) for section in sections if section in SECTIONS)
        phone = table.string("phone", optional=True)
        services[code] = Service(code, table.text("name"), table.text("explanation", facts), known, phone)
        table.finish()
    return tuple(services.values())


def read_documents(top: Table, facts: Mapping[str, Text]) -> tuple[Document, ...]:
    documents: dict[str, Document] = {}
    for table in top.tables("documents"):
        code = new_code(table, documents)
        documents[code] = Document(code, table.text("name"), table.text("explanation", facts))
        table.finish()
    return tuple(documents.values())
