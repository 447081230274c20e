"""What the processor paid out beside what we know of: each verdict, and that no yen is left out."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sonae.domain.payout import Comparison, FileLine, PaidOut, PayoutRefused, Verdict, check_payout, compare, judge
from sonae.domain.payout_rows import day_of, rows_of, yen_of

PAID = date(2026, 12, 1)
SOONER, DUE = PAID + timedelta(days=14), PAID + timedelta(days=15)


def line(number: int, kind: str, payment: str, gross: int, *, source: str = "", cost: int = 0) -> FileLine:
    return FileLine(number, f"bal_{number}", kind, source or payment, payment, PAID, gross, cost, gross - cost)


OURS = [("charge", "pay_1", PAID, 64_940)]
#   what the file says                                                                    on a day  verdict, theirs less ours
CASES = [
    ("the same", [line(1, "charge", "pay_1", 64_940)], DUE, Verdict.MATCHED, 0),
    ("nothing yet", [], SOONER, Verdict.ON_ITS_WAY, -64_940),
    ("nothing, and its days are over", [], DUE, Verdict.MISSING, -64_940),
    ("another sum", [line(1, "charge", "pay_1", 64_490)], DUE, Verdict.DIFFERING, -450),
    ("twice", [line(1, "charge", "pay_1", 64_940), line(2, "charge", "pay_1", 64_940)], DUE, Verdict.DUPLICATE, 64_940),
]  # fmt: skip


@pytest.mark.parametrize(
    ("lines", "today", "verdict", "difference"), [case[1:] for case in CASES], ids=[c[0] for c in CASES]
)
def test_verdicts(lines: list[FileLine], today: date, verdict: Verdict, difference: int) -> None:
    (one,) = compare(OURS, lines)
    assert (judge(one, today=today, due_days=14), one.difference_yen) == (verdict, difference)


def test_what_is_not_ours_is_surplus() -> None:
    foreign = line(1, "charge", "pay_9", 5_000)
    charge, surplus = compare(OURS, [foreign, line(2, "charge", "pay_1", 64_940)])
    assert judge(charge, today=DUE, due_days=14) == Verdict.MATCHED
    assert (judge(surplus, today=DUE, due_days=14), surplus.payment_id) == (Verdict.SURPLUS, "pay_9")


def test_two_refunds_of_one_payment_are_no_duplicate() -> None:
    ours = [("refund", "pay_1", PAID, -10_000), ("refund", "pay_1", PAID, -5_000)]
    theirs = [line(1, "refund", "pay_1", -10_000, source="ref_1"), line(2, "refund", "pay_1", -5_000, source="ref_2")]
    (one,) = compare(ours, theirs)
    assert judge(one, today=DUE, due_days=14) == Verdict.MATCHED


def test_a_dispute_that_was_won_comes_to_nought() -> None:
    (one,) = compare([], [line(1, "dispute", "pay_1", -64_940), line(2, "dispute_reversal", "pay_1", 64_940)])
    assert (one.theirs_yen, one.repeats, judge(one, today=DUE, due_days=14)) == (0, 0, Verdict.SURPLUS)


@pytest.mark.parametrize(
    ("kinds", "repeats"),
    [
        (("dispute", "dispute_reversal", "dispute"), 0),
        (("dispute", "dispute_reversal", "dispute", "dispute_reversal"), 0),
        (("dispute", "dispute"), 1),
        (("dispute", "dispute_reversal", "dispute", "dispute"), 1),
    ],
)
def test_a_bank_that_changes_its_mind_repeats_nothing(kinds: tuple[str, ...], repeats: int) -> None:
    yen = {"dispute": -64_940, "dispute_reversal": 64_940}
    (one,) = compare([], [line(place, kind, "pay_1", yen[kind], source="dp_1") for place, kind in enumerate(kinds)])
    assert one.repeats == repeats


keys = st.sampled_from(["pay_1", "pay_2", "pay_3", ""])
kinds = st.sampled_from(["charge", "refund", "dispute", "dispute_reversal", "cost"])
mine = st.lists(
    st.tuples(kinds.filter(lambda kind: kind != "cost"), keys, st.just(PAID), st.integers(-99, 99)), max_size=8
)
told = st.lists(
    st.builds(line, st.integers(1, 9), kinds, keys, st.integers(-99, 99), source=st.sampled_from("ab")), max_size=8
)


@given(mine, told)
def test_differences_add_up_to_the_difference_of_the_sums(
    ours: list[tuple[str, str, date, int]], theirs: list[FileLine]
) -> None:
    found = compare(ours, theirs)
    whole = sum(one.gross_yen for one in theirs if one.kind != "cost") - sum(yen for *_, yen in ours)
    assert sum(one.difference_yen for one in found) == whole
    alike = [one for one in found if judge(one, today=DUE, due_days=14) == Verdict.MATCHED]
    assert all(one.difference_yen == 0 for one in alike)
    assert len({(one.kind, one.payment_id) for one in found}) == len(found)


@given(mine, told)
def test_order_never_matters(ours: list[tuple[str, str, date, int]], theirs: list[FileLine]) -> None:
    assert compare(ours, theirs) == compare(reversed(ours), list(reversed(theirs)))


def test_a_payout_must_add_up() -> None:
    lines = (line(1, "charge", "pay_1", 64_940, cost=2_104), line(2, "refund", "pay_2", -5_000))
    check_payout(PaidOut("sandbox_card", "po_1", PAID, 57_836, lines))
    check_payout(PaidOut("stripe", "po_1", PAID, None, lines))
    own_line = PaidOut("stripe", "po_1", PAID, None, (*lines, line(3, "cost", "", -1_500)))
    assert (own_line.gross_yen, own_line.cost_yen, own_line.net_yen) == (59_940, 3_604, 56_336)
    wrong = FileLine(3, "bal_3", "charge", "pay_3", "pay_3", PAID, 100, 4, 97)
    for payout, code in (
        (PaidOut("sandbox_card", "po_1", PAID, 57_837, lines), "wrong_total"),
        (PaidOut("sandbox_card", "po_1", PAID, 57_933, (*lines, wrong)), "line_does_not_add_up"),
        (PaidOut("sandbox_card", "po_1", PAID, 0, ()), "no_lines"),
    ):
        with pytest.raises(PayoutRefused) as refused:
            check_payout(payout)
        assert refused.value.code == code


@pytest.mark.parametrize("cell", ["", "5,412", "5412.5", "1e3", "５４１２", "--1", "9" * 13])
def test_what_is_no_whole_yen_is_refused(cell: str) -> None:
    with pytest.raises(PayoutRefused) as refused:
        yen_of(cell, 7)
    assert (refused.value.code, refused.value.line) == ("no_yen", 7)


def test_yen_and_days() -> None:
    assert [yen_of(cell, 1) for cell in ("5412", "-5412", "5412.00", "0")] == [5412, -5412, 5412, 0]
    # 15:30 on the 30th in London is the 1st in Japan
    assert day_of("2026-11-30T15:30:00+00:00", 1, in_zone=False) == date(2026, 12, 1)
    assert day_of("2026-11-30 15:30:00", 1, in_zone=False) == date(2026, 12, 1)
    assert day_of("2026-11-30 15:30:00", 1, in_zone=True) == date(2026, 11, 30)
    assert day_of("2026-11-30", 1, in_zone=False) == date(2026, 11, 30)


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"\x83\x65\x83\x58", "not_utf8"), (b"a,b\n1\n", "cells_missing"), (b'a,b\n1,"2\n', "not_csv"), (b"a\0b\n", "not_text"),
     (b"a,b\n1," + b"x" * 501 + b"\n", "cell_too_long")],
)  # fmt: skip
def test_what_is_no_table_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(PayoutRefused) as refused:
        list(rows_of(content)[1])
    assert refused.value.code == code


def test_an_empty_file_has_no_headings() -> None:
    assert rows_of(b"")[0] == []
    assert judge(Comparison("charge", "x", None, None, 0, 0), today=DUE, due_days=1) == Verdict.MATCHED
