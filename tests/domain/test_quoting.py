"""From raw facts to an answer, or to everything that is wrong with the facts."""

from __future__ import annotations

import pytest

from sonae.domain.period import Term
from sonae.domain.quoting import FactsInvalid, NothingPublished, PublishedVersion, answer_quote, next_possible_start
from sonae.domain.rating import QuoteAnswer
from tests.domain.versions import AFTER, BEFORE, day, product

VERSIONS = [
    PublishedVersion(Term(day("2026-12-01"), day("2027-12-01")), product(AFTER), "after"),
    PublishedVersion(Term(day("2025-12-01"), day("2026-12-01")), product(BEFORE), "before"),
]
TODAY = day("2026-11-24")


def answer(
    industry: object = "other_services", annual_sales: object = 5_000_000, start_on: object = None
) -> QuoteAnswer:
    return answer_quote(versions=VERSIONS, industry=industry, annual_sales=annual_sales, start_on=start_on, today=TODAY)


@pytest.mark.parametrize(
    ("start_on", "version", "expiry"),
    [
        ("2025-12-01", "2025-12-01", "2026-12-01"),
        ("2026-11-01", "2025-12-01", "2026-12-01"),
        ("2026-12-01", "2026-12-01", "2027-12-01"),
        ("2027-11-01", "2026-12-01", "2027-12-01"),
        (day("2027-03-01"), "2026-12-01", "2027-12-01"),
        (None, "2026-12-01", "2027-12-01"),
    ],
)
def test_start_decides_scheme_year_and_version(start_on: object, version: str, expiry: str) -> None:
    given = answer(start_on=start_on)
    assert (given.product_version, given.expiry_on) == (version, day(expiry))
    assert given.product_digest == ("after" if version == AFTER else "before")


def test_without_a_start_it_is_the_next_that_can_be_had() -> None:
    assert answer().start_on == day("2027-01-01")
    assert next_possible_start(VERSIONS, day("2026-11-20")) == day("2026-12-01")
    assert next_possible_start(VERSIONS, day("2027-10-20")) == day("2027-11-01")
    assert next_possible_start(VERSIONS, day("2027-10-21")) is None
    assert next_possible_start(VERSIONS, day("2024-01-01")) == day("2025-12-01")


@pytest.mark.parametrize(
    "start_on",
    [
        "2026-12-02",
        "2025-11-01",
        "2027-12-01",
        "2026-13-01",
        "20261201",
        "tomorrow",
        "",
        20261201,
        True,
        [],
        "2026-W49-2",
    ],
)
def test_a_start_that_cannot_be_is_named_with_what_can(start_on: object) -> None:
    with pytest.raises(FactsInvalid) as refused:
        answer(start_on=start_on)
    (problem,) = refused.value.problems
    assert problem.field == "start_on"
    assert problem.given == str(start_on)
    assert "2025-12-01" in problem.expected.ja
    assert "2027-11-01" in problem.expected.en


def test_no_start_left_is_said_too() -> None:
    with pytest.raises(FactsInvalid) as refused:
        answer_quote(versions=VERSIONS, industry="retail", annual_sales=1, start_on=None, today=day("2027-10-21"))
    assert [problem.field for problem in refused.value.problems] == ["start_on"]


def test_a_mistyped_industry_gets_a_suggestion() -> None:
    with pytest.raises(FactsInvalid) as refused:
        answer(industry="other_service")
    assert 'Did you mean "other_services"?' in refused.value.problems[0].expected.en
    assert "「other_services」でしょうか" in refused.value.problems[0].expected.ja


@pytest.mark.parametrize("industry", [None, "", 7, "小売", "x" * 10_000, ["retail"]])
def test_an_unknown_industry_lists_the_codes(industry: object) -> None:
    with pytest.raises(FactsInvalid) as refused:
        answer(industry=industry)
    assert "wholesale, construction" in refused.value.problems[0].expected.en
    assert len(refused.value.problems[0].given) <= 80


@pytest.mark.parametrize("sales", [None, "", -1, "-1", 1.5, "1.5", "４８００", "4,800", True, 10**14, "9" * 400, {}])
def test_sales_that_are_no_whole_yen_are_refused(sales: object) -> None:
    with pytest.raises(FactsInvalid) as refused:
        answer(annual_sales=sales)
    assert [problem.field for problem in refused.value.problems] == ["annual_sales"]


def test_every_problem_is_told_at_once() -> None:
    with pytest.raises(FactsInvalid) as refused:
        answer(industry="bakery", annual_sales="many", start_on="soon")
    assert {problem.field for problem in refused.value.problems} == {"industry", "annual_sales", "start_on"}
    assert refused.value.problems[0].as_json("en").keys() == {"field", "given", "expected"}


def test_plain_digits_in_a_text_are_a_sales_figure() -> None:
    assert answer(annual_sales="5000001").plan("P100").annual_premium == 72_080


def test_nothing_published_is_an_error_of_its_own() -> None:
    with pytest.raises(NothingPublished):
        answer_quote(versions=[], industry="retail", annual_sales=1, start_on=None, today=TODAY)
