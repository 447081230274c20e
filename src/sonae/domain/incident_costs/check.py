"""Whether the loss facts hold together: every code that one part names is there in another, once, and is used."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sonae.domain.incident_costs.definition import EnteredLoss, Incident, LossFacts
from sonae.domain.product.definition import Product
from sonae.domain.product.findings import Finding, did_you_mean
from sonae.domain.product.reading import Findings


def check_facts(facts: LossFacts, file: str, findings: Findings) -> None:
    """Add every reference that leads nowhere, every code that stands twice, and every figure that nothing uses."""
    _check_once(facts, file, findings)
    sizes, sources = {size.code for size in facts.sizes}, {source.number for source in facts.sources}
    for figure in facts.figures:
        place = f"figures[{figure.code}]"
        _known(file, f"{place}.size", [figure.size] if figure.size else [], sizes, findings)
        _known(file, f"{place}.occurs_with", [figure.occurs_with] if figure.occurs_with else [], sizes, findings)
        _known_sources(file, f"{place}.sources", figure.sources, sources, findings)
    _known_sources(file, "scenario_sources", facts.scenario_sources, sources, findings)
    for loss in (*facts.entered, *facts.not_named):
        used = [code for code in (loss.days, loss.yen_a_day) if code]
        _known(file, f"entered[{loss.code}]", used, sizes, findings)
    for incident in facts.incidents:
        _check_incident(facts, incident, file, findings)
    _check_all_used(facts, file, findings)


def check_against_product(facts: LossFacts, product: Product, file: str) -> list[Finding]:
    """What this version of the product doesn't bear out: cost lines that it does not know, examples that it does not give."""
    findings, known = Findings(), {line.code for line in product.cost_lines}
    places = {
        **{f"figures[{figure.code}]": figure.cost_line for figure in facts.figures},
        **{f"entered[{loss.code}]": loss.cost_line for loss in facts.entered},
    }
    for place, cost_line in places.items():
        _known(file, f"{place}.cost_line", [cost_line], known, findings)
    _check_examples(facts, product, file, findings)
    return findings.found


def _check_examples(facts: LossFacts, product: Product, file: str, findings: Findings) -> None:
    """A figure that is marked as the programme's has its high end from a scenario, unless the version has none yet."""
    given = {(scenario.cost_line, scenario.cost_yen) for scenario in product.scenarios}
    for figure in facts.figures:
        if figure.mark == "programme" and given and (figure.cost_line, figure.high) not in given:
            message = f'no scenario of the product costs {figure.high:,} yen under "{figure.cost_line}".'
            findings.add(file, f"figures[{figure.code}].high_yen", message)


def _check_once(facts: LossFacts, file: str, findings: Findings) -> None:
    losses = [figure.code for figure in facts.figures] + [loss.code for loss in (*facts.entered, *facts.not_named)]
    groups: dict[str, list[str]] = {
        "sources": [str(source.number) for source in facts.sources],
        "sizes": [size.code for size in facts.sizes],
        "figures": losses,
        "incidents": [incident.code for incident in facts.incidents],
    }
    for group, codes in groups.items():
        for code in sorted({code for code in codes if codes.count(code) > 1}):
            findings.add(file, group, f'"{code}" stands there twice.')


def _check_incident(facts: LossFacts, incident: Incident, file: str, findings: Findings) -> None:
    place = f"incidents[{incident.code}]"
    lines = {figure.code for figure in facts.figures} | {loss.code for loss in facts.entered}
    not_named = {loss.code for loss in facts.not_named}
    _known(file, f"{place}.lines", incident.lines, lines, findings)
    _known(file, f"{place}.not_named", incident.not_named, not_named, findings)
    sizes = {size.code: size for size in facts.sizes}
    for asked in incident.sizes:
        _known(file, f"{place}.sizes", [asked.size], sizes, findings)
        size = sizes.get(asked.size)
        _known_sources(
            file, f"{place}.sizes[{asked.size}].why", asked.cited, {one.number for one in facts.sources}, findings
        )
        if size and not size.least <= asked.value <= size.most:
            message = f"{asked.value:,} lies outside {size.least:,} to {size.most:,}."
            findings.add(file, f"{place}.sizes[{asked.size}].value", message)
    _check_sizes_fit(facts, incident, place, file, findings)


def _check_sizes_fit(facts: LossFacts, incident: Incident, place: str, file: str, findings: Findings) -> None:
    """Every size that a line needs is asked for, and nothing is asked that no line needs."""
    needed: set[str] = set()
    for figure in facts.figures:
        if figure.code in incident.lines:
            needed |= {code for code in (figure.size, figure.occurs_with) if code}
    for loss in (*facts.entered, *facts.not_named):
        if loss.code in (*incident.lines, *incident.not_named):
            needed |= _sizes_of(loss)
    asked = {one.size for one in incident.sizes}
    for code in sorted(needed - asked):
        findings.add(file, f"{place}.sizes", f'a line needs the size "{code}", which is not asked for.')
    for code in sorted(asked - needed):
        findings.add(file, f"{place}.sizes", f'no line of this incident needs the size "{code}".')


def _sizes_of(loss: EnteredLoss) -> set[str]:
    return {code for code in (loss.days, loss.yen_a_day) if code}


def _check_all_used(facts: LossFacts, file: str, findings: Findings) -> None:
    used = {code for incident in facts.incidents for code in incident.lines}
    for code in (*(figure.code for figure in facts.figures), *(loss.code for loss in facts.entered)):
        if code not in used:
            findings.add(file, f"figures[{code}]", "no incident uses it.")


def _known(file: str, place: str, codes: Iterable[str], known: Collection[str], findings: Findings) -> None:
    for code in codes:
        if code not in known:
            findings.add(file, place, f'"{code}" is not known.', did_you_mean(code, known))


def _known_sources(file: str, place: str, numbers: Iterable[int], known: Collection[int], findings: Findings) -> None:
    for number in numbers:
        if number not in known:
            findings.add(file, place, f"there is no source [{number}].")
