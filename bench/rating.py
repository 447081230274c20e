"""How fast one premium and a million premiums are, beside yardsticks of the same run. Prints medians and ratios.

One premium: Sonae with eligibility and all seven steps, against zen-engine (a rule engine in Rust) with the same tariff
as decision tables, called its fastest way (static loader, ``engine.evaluate``, no trace); the faster form counts.
A million: ``rate_many`` against a plain NumPy gather of the same three premiums from precomputed tables.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import date
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from random import Random
from statistics import median
from time import perf_counter

import numpy as np
import zen

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))

from sonae.domain.eligibility import assess  # noqa: E402 - the script runs without an installation too
from sonae.domain.period import add_months  # noqa: E402
from sonae.domain.product.definition import Product  # noqa: E402
from sonae.domain.product.parse import parse_product  # noqa: E402
from sonae.domain.rating import rate, rate_plan  # noqa: E402
from sonae.domain.rating_bulk import BulkTariff, compile_tariff, rate_many  # noqa: E402
from sonae.domain.risk import Risk  # noqa: E402

ROUNDS = 7
QUOTES = 3_000
MILLION = 1_000_000
WHOLE, AXES = "whole", "axes"
REFERRED = "-1000000"

Facts = tuple[str, int, str, int]


def load_product() -> Product:
    folder = ROOT / "products" / "cyber" / "2026-12-01"
    paths = [path for path in folder.rglob("*") if path.is_file()]
    return parse_product({path.relative_to(folder).as_posix(): path.read_bytes() for path in paths})


def random_facts(product: Product, count: int, seed: int) -> list[Facts]:
    random = Random(seed)  # noqa: S311 - a reproducible load, no secret
    industries = [industry.code for industry in product.industries]
    plans = [plan.code for plan in product.plans]
    return [
        (random.choice(industries), random.randrange(120_000_000), random.choice(plans), random.randint(1, 12))
        for _ in range(count)
    ]


# --- one premium ---------------------------------------------------------------------------------------------------


def sonae_one(product: Product, facts: list[Facts]) -> list[tuple[int, int] | None]:
    start_on = product.effective_date
    expiries = [add_months(start_on, months) for months in range(13)]
    answers: list[tuple[int, int] | None] = []
    for industry, sales, plan, months in facts:
        risk = Risk(industry, sales)
        if assess(product, risk):
            answers.append(None)
            continue
        premium = rate_plan(product, risk, plan, start_on, expiries[months])
        answers.append((premium.annual_premium, premium.term_premium))
    return answers


def sonae_all_plans(product: Product, facts: list[Facts]) -> None:
    start_on: date = product.effective_date
    expiries = [add_months(start_on, months) for months in range(13)]
    for industry, sales, _, months in facts:
        risk = Risk(industry, sales)
        if not assess(product, risk):
            rate(product, risk, start_on, expiries[months])


def zen_engine(product: Product) -> zen.ZenEngine:
    """The tariff in two forms: one decision table with a row for each cell, and a small table for each axis."""
    decisions = {WHOLE: _decision([_whole_table(product)], product), AXES: _decision(_axis_tables(product), product)}
    return zen.ZenEngine({"loader": {"type": "static", "content": decisions}})


def _table(name: str, inputs: list[str], output: str, rows: list[list[str]]) -> dict[str, object]:
    """A JDM decision table: conditions in the order of the inputs, the result last; the first row that fits wins."""
    columns = [*(f"i{n}" for n in range(len(inputs))), "o"]
    return {
        "id": name,
        "name": name,
        "type": "decisionTableNode",
        "content": {
            "hitPolicy": "first",
            "inputs": [{"id": f"i{n}", "name": field, "field": field} for n, field in enumerate(inputs)],
            "outputs": [{"id": "o", "name": output, "field": output}],
            "rules": [{"_id": f"{name}{n}", **dict(zip(columns, row, strict=True))} for n, row in enumerate(rows)],
            "passThrough": True,
            "executionMode": "single",
        },
    }


def _whole_table(product: Product) -> dict[str, object]:
    rows = [["", f">= {product.sales_limit}", "", REFERRED]]
    rows += [[f'"{industry.code}"', "", "", REFERRED] for industry in product.industries if industry.factor is None]
    for industry in product.industries:
        for band in product.sales_bands if industry.factor else ():
            for plan in product.plans:
                product_of_factors = max((industry.factor or Fraction(1)) * band.factor, Fraction(1)) * plan.factor
                exact = float(product.base_premium * product_of_factors)
                rows.append([f'"{industry.code}"', f"<= {band.to_yen}", f'"{plan.code}"', repr(exact)])
    return _table("whole", ["industry", "sales", "plan"], "exact", rows)


def _axis_tables(product: Product) -> list[dict[str, object]]:
    industries = [[f'"{one.code}"', repr(float(one.factor)) if one.factor else REFERRED] for one in product.industries]
    bands = [[f"<= {band.to_yen}", repr(float(band.factor))] for band in product.sales_bands]
    plans = [[f'"{plan.code}"', repr(float(plan.factor))] for plan in product.plans]
    return [
        _table("by_industry", ["industry"], "f1", industries),
        _table("by_sales", ["sales"], "f2", [*bands, ["", REFERRED]]),
        _table("by_plan", ["plan"], "f3", plans),
    ]


def _decision(tables: list[dict[str, object]], product: Product) -> dict[str, object]:
    unit = product.rounding_unit
    exact = f"f1 < 0 or f2 < 0 ? {REFERRED} : max([f1 * f2, 1]) * f3 * {product.base_premium}"
    sums = [("exact", exact)] if len(tables) > 1 else []
    value = "$.exact" if sums else "exact"
    sums += [
        ("annual", f"floor(({value} + {unit / 2}) / {unit}) * {unit}"),
        ("term", f"floor(($.annual * months / 12 + {unit / 2}) / {unit}) * {unit}"),
    ]
    expressions = [{"id": key, "key": key, "value": formula} for key, formula in sums]
    sums_node = {"expressions": expressions, "passThrough": False}
    nodes: list[dict[str, object]] = [
        {"id": "in", "name": "in", "type": "inputNode", "content": {}},
        *tables,
        {"id": "sums", "name": "sums", "type": "expressionNode", "content": sums_node},
        {"id": "out", "name": "out", "type": "outputNode", "content": {}},
    ]
    edges = [
        {"id": f"e{n}", "sourceId": one["id"], "targetId": other["id"], "type": "edge"}
        for n, (one, other) in enumerate(pairwise(nodes))
    ]
    return {"contentType": "application/vnd.gorules.decision", "nodes": nodes, "edges": edges}


def zen_one(engine: zen.ZenEngine, form: str, facts: list[Facts]) -> list[tuple[int, int] | None]:
    answers: list[tuple[int, int] | None] = []
    for industry, sales, plan, months in facts:
        context = {"industry": industry, "sales": sales, "plan": plan, "months": months}
        result = engine.evaluate(form, context)["result"]
        answers.append((int(result["annual"]), int(result["term"])) if result["annual"] >= 0 else None)
    return answers


# --- a million -----------------------------------------------------------------------------------------------------


def random_columns(tariff: BulkTariff, count: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    return (
        random.integers(0, len(tariff.industries), count),
        random.integers(0, 120_000_000, count),
        random.integers(0, len(tariff.plans), count),
        random.integers(1, 13, count),
    )


def plain_gather(
    tables: tuple[np.ndarray, ...], edges: np.ndarray, columns: tuple[np.ndarray, ...]
) -> tuple[np.ndarray, ...]:
    """What anybody would write: find the band, then index each table."""
    annual, term, monthly = tables
    industry, sales, plan, months = columns
    band = np.searchsorted(edges, sales)
    return annual[industry, band, plan], term[industry, band, plan, months - 1], monthly[industry, band, plan]


def gather_with_bands(
    tables: tuple[np.ndarray, ...], band: np.ndarray, columns: tuple[np.ndarray, ...]
) -> tuple[np.ndarray, ...]:
    """The strictest yardstick: the bands are given for nothing."""
    annual, term, monthly = tables
    industry, _, plan, months = columns
    return annual[industry, band, plan], term[industry, band, plan, months - 1], monthly[industry, band, plan]


# --- measuring -----------------------------------------------------------------------------------------------------


def interleaved(runs: dict[str, Callable[[], object]], rounds: int = ROUNDS) -> dict[str, float]:
    """Median seconds of each run; every round takes each of them in turn, so that drift meets all alike."""
    taken: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            began = perf_counter()
            run()
            taken[name].append(perf_counter() - began)
    return {name: median(seconds) for name, seconds in taken.items()}


def bench_one(product: Product) -> float:
    facts = random_facts(product, QUOTES, seed=1)
    engine = zen_engine(product)
    for form in (WHOLE, AXES):
        assert sonae_one(product, facts) == zen_one(engine, form, facts), f"Sonae and zen-engine ({form}) disagree"
    times = interleaved(
        {
            "Sonae, one plan, all steps": lambda: sonae_one(product, facts),
            "zen-engine, one table": lambda: zen_one(engine, WHOLE, facts),
            "zen-engine, a table for each axis": lambda: zen_one(engine, AXES, facts),
            "Sonae, all three plans, all steps": lambda: sonae_all_plans(product, facts),
        }
    )
    for name, seconds in times.items():
        print(f"  {name:<36}{QUOTES / seconds:>12,.0f} a second")
    fastest = min(seconds for name, seconds in times.items() if name.startswith("zen-engine"))
    ratio = fastest / times["Sonae, one plan, all steps"]
    print(f"  Sonae is {ratio:.1f} times as fast as zen-engine (aim: at least 2)")
    return ratio


def bench_million(product: Product) -> float:
    tariff = compile_tariff(product)
    columns = random_columns(tariff, MILLION, seed=2)
    shape = (len(tariff.industries), len(tariff.band_edges) + 1, len(tariff.plans))
    tables = (tariff.annual.reshape(shape), tariff.term.reshape(*shape, 12), tariff.monthly.reshape(shape))
    edges = np.array(tariff.band_edges)
    band = np.searchsorted(edges, columns[1])
    ours, plain = rate_many(tariff, *columns), plain_gather(tables, edges, columns)
    accepted = ours.accepted
    for mine, theirs in zip((ours.annual_premium, ours.term_premium, ours.monthly_equivalent), plain, strict=True):
        assert np.array_equal(mine[accepted], theirs[accepted]), "bulk and gather disagree"
    times = interleaved(
        {
            "Sonae, with eligibility": lambda: rate_many(tariff, *columns),
            "plain gather, bands searched": lambda: plain_gather(tables, edges, columns),
            "plain gather, bands given": lambda: gather_with_bands(tables, band, columns),
        }
    )
    for name, seconds in times.items():
        print(f"  {name:<36}{MILLION / seconds / 1e6:>12,.1f} million a second")
    ratio = times["Sonae, with eligibility"] / times["plain gather, bands searched"]
    strict = times["Sonae, with eligibility"] / times["plain gather, bands given"]
    print(
        f"  Sonae takes {ratio:.2f} times the plain gather's time, {strict:.2f} with the bands given (aim: at most 2)"
    )
    return strict


def main() -> int:
    """Exit code 0 if both aims are met."""
    product = load_product()
    print("One premium")
    faster = bench_one(product)
    print("A million premiums (annual, term and monthly)")
    slower = bench_million(product)
    return 0 if faster >= 2 and slower <= 2 else 1


if __name__ == "__main__":
    raise SystemExit(main())
