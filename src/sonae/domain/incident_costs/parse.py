"""From the files of the folder to LossFacts, or to every finding with its place and "did you mean"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import cast

from sonae.domain.incident_costs.check import check_facts
from sonae.domain.incident_costs.definition import (
    EnteredLoss,
    Figure,
    Incident,
    LossFacts,
    Mark,
    Size,
    SizeAsked,
    SizeKind,
    Source,
)
from sonae.domain.incident_costs.record import check_record
from sonae.domain.product.findings import Finding
from sonae.domain.product.reading import Findings, Table, read_toml

FACTS, RECORD = "incident-costs.toml", "sources.md"
MARKS = ("read", "programme", "assumed")
KINDS = ("count", "yen")


class LossFactsInvalid(Exception):
    """The files make no loss facts; ``findings`` says everything that is wrong."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("\n".join(str(finding) for finding in self.findings))


def parse_loss_facts(files: Mapping[str, bytes]) -> LossFacts:
    """The facts that the files (name → bytes) describe. Raises LossFactsInvalid."""
    facts, findings = _read(files)
    if facts is None or findings:
        raise LossFactsInvalid(findings)
    return facts


def check_loss_facts(files: Mapping[str, bytes]) -> list[Finding]:
    """Every finding, in the order of files and places; empty means that pages may show the facts."""
    return _read(files)[1]


def _read(files: Mapping[str, bytes]) -> tuple[LossFacts | None, list[Finding]]:
    findings = Findings()
    top = read_toml(files, FACTS, findings)
    if top is None:
        return None, findings.found
    facts = LossFacts(
        sources=tuple(_source(table) for table in top.tables("sources")),
        sizes=tuple(_size(table) for table in top.tables("sizes")),
        figures=tuple(_figure(table) for table in top.tables("figures")),
        entered=tuple(_entered(table, named=True) for table in top.tables("entered")),
        not_named=tuple(_entered(table, named=False) for table in top.tables("not_named")),
        incidents=tuple(_incident(table) for table in top.tables("incidents")),
        scenario_sources=_numbers(top, "scenario_sources"),
    )
    top.finish()
    check_facts(facts, FACTS, findings)
    check_record(files, RECORD, facts, findings)
    return facts, sorted(findings.found)


def _source(table: Table) -> Source:
    source = Source(
        number=table.number("number", least=1, most=999),
        publisher=table.text("publisher"),
        title=table.text("title"),
        year=table.number("year", least=1990, most=2200),
        where=table.text("where"),
        address=_address(table),
    )
    table.finish()
    return source


def _address(table: Table) -> str:
    if table.values.get("address") == "":
        table.asked.add("address")
        return ""
    address = table.string("address")
    if address and not address.startswith(("https://", "http://")):
        table.slip("address", "an address begins with https:// or http://.", "Leave it empty where there is none.")
    return address


def _size(table: Table) -> Size:
    size = Size(
        code=table.string("code"),
        kind=cast(SizeKind, table.choice("kind", KINDS)),
        name=table.text("name"),
        unit=table.text("unit"),
        unit_of_one=table.text("unit_of_one"),
        least=table.number("least"),
        most=table.number("most"),
    )
    if size.least > size.most:
        table.slip("least", f"{size.least} is above {size.most}, the most.")
    table.finish()
    return size


def _figure(table: Table) -> Figure:
    size = table.string("size", optional=True)
    occurs_with = table.string("occurs_with", optional=True)
    figure = Figure(
        code=table.string("code"),
        cost_line=table.string("cost_line"),
        name=table.text("name"),
        low=table.number("low_yen"),
        high=table.number("high_yen"),
        size=size,
        per=table.number("per", least=1) if size else 1,
        occurs_with=occurs_with,
        occurs_from=table.number("occurs_from") if occurs_with else 0,
        sources=_numbers(table, "sources"),
        mark=cast(Mark, table.choice("mark", MARKS)),
        as_of=table.day("as_of") or date.min,
        note=table.text("note", optional=True),
    )
    if figure.low > figure.high:
        table.slip("low_yen", f"{figure.low:,} is above {figure.high:,}, the high end.")
    if figure.mark == "assumed" and not figure.note.ja:
        table.slip("note", "an assumption says why.")
    if figure.mark != "assumed" and not figure.sources:
        table.slip("sources", f'a figure that is marked "{figure.mark}" names its source.')
    table.finish()
    return figure


def _numbers(table: Table, key: str) -> tuple[int, ...]:
    table.asked.add(key)
    values = table.values.get(key)
    if not isinstance(values, list) or not all(type(value) is int for value in values):
        table.slip(key, "a list of the numbers of sources is expected, [] where there is none.")
        return ()
    return tuple(values)


def _entered(table: Table, *, named: bool) -> EnteredLoss:
    has_days = table.has("days")
    loss = EnteredLoss(
        code=table.string("code"),
        cost_line=table.string("cost_line") if named else "",
        name=table.text("name"),
        note=table.text("note"),
        days=table.string("days") if has_days or named else "",
        yen_a_day=table.string("yen_a_day") if has_days or named else "",
    )
    table.finish()
    return loss


def _incident(table: Table) -> Incident:
    incident = Incident(
        code=table.string("code"),
        name=table.text("name"),
        sentence=table.text("sentence"),
        lines=table.strings("lines"),
        not_named=table.strings("not_named"),
        sizes=tuple(_asked(one) for one in table.tables("sizes")),
    )
    table.finish()
    return incident


def _asked(table: Table) -> SizeAsked:
    asked = SizeAsked(table.string("size"), table.number("value"), table.text("why"))
    table.finish()
    return asked
