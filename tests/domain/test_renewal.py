"""What an expiring cover becomes, by examples that can be checked with the rate book, and the waterfall for any risk and tariff."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from sonae.domain.certificate.log import fields_on
from sonae.domain.eligibility import assess
from sonae.domain.period import Term
from sonae.domain.product.definition import Product
from sonae.domain.rating import NotRated, rate
from sonae.domain.renewal import (
    FACTORS,
    CoverFacts,
    NotExpiring,
    RenewalOffer,
    Waterfall,
    decide,
    offer_renewal,
    plan_to_offer,
    reason_of,
    waterfall,
)
from sonae.domain.risk import Risk
from tests.domain.certificates import YEAR, cancellation, change, logs, new, undoing
from tests.domain.versions import AFTER, BEFORE, day, product, random_products

OLD, NEW = product(BEFORE), product(AFTER)
LAST = Term(day("2025-12-01"), day("2026-12-01"))
NEXT = Term(day("2026-12-01"), day("2027-12-01"))


def offered(*acts: object, term: Term = LAST, may_renew: bool = True, old: Product = OLD) -> RenewalOffer:
    return offer_renewal(old=old, acts=acts, term=term, new=NEW, next_term=NEXT, may_renew=may_renew)  # type: ignore[arg-type]


def shown(found: Waterfall | None) -> tuple[int, list[int], int]:
    assert found is not None
    assert [step.factor for step in found.steps] == list(FACTORS)
    return found.before, [step.difference for step in found.steps], found.after


def test_an_unchanged_risk_of_an_unchanged_tariff_costs_the_same() -> None:
    offer = offered(new(LAST.start_on))
    assert (offer.decision, offer.reasons, offer.annual_premium, offer.months) == ("offered", (), 64_940, 12)
    assert offer.term == NEXT
    assert [plan.plan_code for plan in offer.plans] == ["P100", "P300", "P500"]
    assert shown(offer.waterfall) == (64_940, [0, 0, 0, 0], 64_940)


def test_the_revision_of_the_tariff_is_a_step_of_its_own() -> None:
    """Manufacturing, 30 to 50 million: 64,940 × 0.75 × 1.41 = 68,674.05 before, × 0.90 = 82,408.86 after, each to 10 yen."""
    offer = offered(new(LAST.start_on, industry="manufacturing", annual_sales=40_000_000))
    assert shown(offer.waterfall) == (68_670, [0, 0, 13_740, 0], 82_410)


def test_what_was_told_in_mid_term_shows_as_its_own_steps() -> None:
    """From the first day's facts to the last day's: sales, then industry, then the tariff, then the plan."""
    acts = (
        new(LAST.start_on),
        change(2, day("2026-02-01"), {"annual_sales": 40_000_000}),
        change(3, day("2026-04-01"), {"industry": "manufacturing"}),
        change(4, day("2026-06-01"), {"plan": "P300"}),
    )
    offer = offered(*acts)
    assert offer.facts == CoverFacts("P300", Risk("manufacturing", 40_000_000))
    # 64,940; other services with 40 million 64,940 × 1.41 = 91,565.4; manufacturing 68,674.05; revised 82,408.86; P300 × 1.62
    assert shown(offer.waterfall) == (64_940, [26_630, -22_900, 13_740, 51_090], 133_500)
    assert 64_940 + 26_630 - 22_900 + 13_740 + 51_090 == 133_500


def test_a_change_on_the_last_day_counts_and_one_that_was_undone_does_not() -> None:
    last_day = change(2, day("2026-11-30"), {"plan": "P500"})
    assert offered(new(LAST.start_on), last_day).facts.plan_code == "P500"
    assert offered(new(LAST.start_on), last_day, undoing(3, last_day)).facts.plan_code == "P100"


def test_a_part_year_is_compared_by_annual_premiums() -> None:
    offer = offered(new(day("2026-09-01")), term=Term(day("2026-09-01"), LAST.expiry_on))
    assert (offer.months, offer.annual_premium_before, offer.annual_premium) == (3, 64_940, 64_940)


@pytest.mark.parametrize(
    ("fields", "codes"),
    [
        ({"annual_sales": 100_000_000}, ["SALES_LIMIT"]),
        ({"industry": "medical"}, ["MEDICAL"]),
        ({"industry": "bank", "annual_sales": 300_000_000}, ["SALES_LIMIT", "BANK"]),
    ],
)
def test_who_left_the_tariff_in_mid_term_is_referred_with_every_reason(
    fields: dict[str, object], codes: list[str]
) -> None:
    offer = offered(new(LAST.start_on), change(2, day("2026-05-01"), fields))
    assert (offer.decision, [reason.code for reason in offer.reasons]) == ("referred", codes)
    assert all(
        "0120-008588" in reason.next_step.ja and "0120-008588" in reason.next_step.en for reason in offer.reasons
    )
    assert (offer.plans, offer.waterfall, offer.annual_premium, offer.annual_premium_before) == ((), None, 0, 64_940)


def test_who_left_is_told_that_and_nothing_else() -> None:
    offer = offered(new(LAST.start_on), change(2, day("2026-05-01"), {"industry": "medical"}), may_renew=False)
    assert (offer.decision, [reason.code for reason in offer.reasons]) == ("left", ["LEFT"])
    assert "12月1日" in offer.reasons[0].message.ja
    assert "0120-008588" in offer.reasons[0].next_step.en


def test_a_cancelled_cover_does_not_expire_and_a_reinstated_one_does() -> None:
    ended = cancellation(2, day("2026-03-01"))
    with pytest.raises(NotExpiring):
        offered(new(LAST.start_on), ended)
    assert offered(new(LAST.start_on), ended, undoing(3, ended)).decision == "offered"


def test_an_industry_that_the_new_product_does_not_know_goes_to_a_person() -> None:
    without = replace(NEW, industries=tuple(one for one in NEW.industries if one.code != "manufacturing"))
    assert decide(without, Risk("manufacturing", 1), may_renew=True)[1] == (reason_of(without, "NOT_RATED"),)


def test_every_reason_has_its_words_again() -> None:
    for code in ("LEFT", "NOT_RATED", *(rule.code for rule in NEW.eligibility)):
        assert reason_of(NEW, code).code == code
    with pytest.raises(KeyError):
        reason_of(NEW, "NO_SUCH_REASON")


def test_a_plan_that_is_gone_is_followed_by_the_next_larger_one() -> None:
    def only(*codes: str) -> Product:
        return replace(NEW, plans=tuple(plan for plan in NEW.plans if plan.code in codes))

    assert plan_to_offer(OLD, "P300", NEW) == "P300"
    assert plan_to_offer(OLD, "P100", only("P500", "P300")) == "P300"
    assert plan_to_offer(OLD, "P500", only("P100", "P300")) == "P300"


def test_what_is_declared_for_the_next_year_takes_the_place_of_the_last_day() -> None:
    declared = CoverFacts("P100", Risk("other_services", 40_000_000))
    offer = offer_renewal(
        old=OLD, acts=[new(LAST.start_on)], term=LAST, new=NEW, next_term=NEXT, may_renew=True, declared=declared
    )
    assert shown(offer.waterfall) == (64_940, [26_630, 0, 0, 0], 91_570)


def test_what_the_old_tariff_could_not_rate_is_borne_by_the_next_step() -> None:
    """Two plans gone and sales beyond the old bands: the steps before the last are joined to it, and it still adds up."""
    cheap = replace(OLD, sales_bands=OLD.sales_bands[:1])
    found = waterfall(
        cheap,
        CoverFacts("P100", Risk("other_services", 1)),
        NEW,
        CoverFacts("P300", Risk("other_services", 40_000_000)),
    )
    assert [(step.factor, step.joined) for step in found.steps] == [
        ("sales", True), ("industry", True), ("tariff", False), ("plan", False)
    ]  # fmt: skip
    assert shown(found) == (64_940, [0, 0, 26_630, 56_770], 148_340)


SLOW = [HealthCheck.filter_too_much, HealthCheck.too_slow]
sales = st.integers(0, 12 * 10**9)
codes = st.sampled_from([industry.code for industry in NEW.industries if industry.factor])
plans = st.sampled_from(["P100", "P300", "P500"])
covers = st.builds(CoverFacts, plans, st.builds(Risk, codes, sales))


@settings(suppress_health_check=SLOW, deadline=None)
@given(random_products(), random_products(), covers, covers)
def test_the_steps_add_up_for_any_risk_and_any_tariff(
    old: Product, new_one: Product, before: CoverFacts, after: CoverFacts
) -> None:
    try:
        found = waterfall(old, before, new_one, after)
    except NotRated:
        assume(False)
    assert found.before + sum(step.difference for step in found.steps) == found.after
    again = rate(new_one, after.risk, NEXT.start_on, NEXT.expiry_on)
    assert found.after == next(plan.annual_premium for plan in again if plan.plan_code == after.plan_code)
    assert not found.steps[-1].joined
    assert all(step.difference == 0 for step in found.steps if step.joined)


@settings(deadline=None)
@given(random_products(), covers, covers)
def test_a_factor_that_stays_the_same_changes_nothing(tariff: Product, before: CoverFacts, after: CoverFacts) -> None:
    mixed = CoverFacts(before.plan_code, Risk(before.risk.industry, after.risk.annual_sales))
    try:
        found = waterfall(tariff, before, tariff, mixed)
    except NotRated:
        assume(False)
    assert [step.difference for step in found.steps[1:]] == [0, 0, 0]


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(logs(), st.booleans())
def test_any_log_leads_to_an_offer_with_premiums_or_to_reasons(
    log: tuple[Term, tuple[object, ...]], may_renew: bool
) -> None:
    term, acts = log
    try:
        offer = offer_renewal(
            old=NEW,
            acts=acts,
            term=term,
            new=NEW,
            next_term=Term(YEAR.expiry_on, day("2028-12-01")),
            may_renew=may_renew,  # type: ignore[arg-type]
        )
    except (NotExpiring, NotRated):  # a first day that can't be rated: such a cover is never issued
        return
    fields = fields_on(acts, term.expiry_on - timedelta(days=1))  # type: ignore[arg-type]
    reasons = assess(NEW, Risk(str(fields["industry"]), int(str(fields["annual_sales"]))))
    assert offer.decision == ("left" if not may_renew else "referred" if reasons else "offered")
    assert bool(offer.reasons) == (offer.decision != "offered")
    assert bool(offer.plans) == (offer.waterfall is not None) == (offer.decision == "offered")
    assert offer.annual_premium_before > 0
