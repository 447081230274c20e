"""``sonae earned``, ``payout``, ``bordereau``, ``ties``, ``figures``: what is printed and written, with which exit code."""

from __future__ import annotations

import csv
import io
import itertools
import json
from pathlib import Path

import pytest

from sonae.apps.billing.models import JournalEntry, Payment
from sonae.apps.reporting.models import Bordereau, BordereauLine, CountedCover, Payout
from sonae.apps.reporting.payout_items import list_payout_items, open_items
from sonae.apps.reporting.use_cases.decide_payout_item import decide_payout_item
from sonae.config import money_command
from sonae.config.command_line import main
from sonae.config.starting import USAGE_ERROR
from tests import clock
from tests.web.money_on_file import OVER, close_november, enter_month, payout

pytestmark = pytest.mark.django_db
WORK_LEFT = 1


@pytest.fixture(autouse=True)
def _november(monkeypatch: pytest.MonkeyPatch, programme: object) -> None:
    """Two paid certificates of 64,940 and 72,080 yen and a free one, recorded in November."""
    monkeypatch.setattr(money_command, "start_django", lambda: None)
    # What is known at a moment is what came before it: between taking a file and listing what differs some time has to pass.
    seconds = itertools.count()
    monkeypatch.setattr(money_command, "now", lambda: clock.later(seconds=next(seconds)))
    enter_month()


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Exit code, output and complaint, as on 2 December."""
    with clock.at(OVER):
        code = main(list(arguments))
    output = capsys.readouterr()
    return code, output.out, output.err


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """The one line that says why."""
    code, out, err = said(capsys, *arguments)
    assert (code, out) == (USAGE_ERROR, "")
    assert len(err.splitlines()) == 1
    assert err.startswith("sonae: ")
    return err.removeprefix("sonae: ").rstrip("\n")


def test_earned_premium_is_printed_by_scheme_year_as_csv_and_json(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = said(capsys, "earned", "--month", "2026-12")
    assert (code, err) == (0, "")
    heading, (_, *year) = list(csv.reader(io.StringIO(out)))
    assert heading == [
        "month", "scheme_year", "certificates", "unearned_before_yen", "written_yen", "earned_yen", "unearned_after_yen",
    ]  # fmt: skip
    # 64,940 ÷ 12 and 72,080 ÷ 12, rounded; both were written in November
    assert year == ["2026-12-01", "2", "137020", "0", "11419", "125601"]
    code, out, err = said(capsys, "earned", "--month", "2026-12", "--format", "json")
    assert (code, err) == (0, "")
    assert json.loads(out) == [{
        "month": "2026-12", "scheme_year": "2026-12-01", "certificates": 2, "unearned_before_yen": 137_020, "written_yen": 0,
        "earned_yen": 11_419, "unearned_after_yen": 125_601,
    }]  # fmt: skip


def test_a_month_without_premium_is_a_heading_or_an_empty_list(capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "earned", "--month", "2026-10")[1].count("\n") == 1
    assert json.loads(said(capsys, "earned", "--month", "2026-10", "--format", "json")[1]) == []


def test_a_payout_is_taken_once_and_ends_in_one_while_something_does_not_match(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "payout.csv"
    file.write_bytes(payout("po_2"))
    code, out, err = said(capsys, "payout", str(file))
    assert (code, err) == (WORK_LEFT, "")
    first, *work = out.splitlines()
    assert first == "payout po_2: 2 lines, 67,674 yen to the bank, 2,266 yen kept; taken"
    # pay_0 stood in the payout that was taken before, too, and nobody here knows pay_x
    (charged,) = Payment.objects.filter(payment_id="pay_0").values_list("key", flat=True)
    assert work == [
        f"  duplicate: charge {charged}, theirs less ours +64,940 yen",
        "  surplus: charge pay_x, theirs less ours +10,000 yen",
    ]
    booked = JournalEntry.objects.count()
    code, out, _ = said(capsys, "payout", str(file))
    assert (code, out.splitlines()[0].endswith("; was here already; nothing changes")) == (WORK_LEFT, True)
    assert (Payout.objects.filter(payout_id="po_2").count(), JournalEntry.objects.count()) == (1, booked)


def test_a_payout_ends_in_nought_once_a_person_has_closed_what_differs(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "payout.csv"
    file.write_bytes(payout("po_1"))
    assert said(capsys, "payout", str(file))[0] == WORK_LEFT
    (item,) = open_items(list_payout_items(now=OVER))
    decide_payout_item(item=item.key, closed=True, reason="not ours", actor="user:7", now=OVER)
    code, out, _ = said(capsys, "payout", str(file))
    assert (code, len(out.splitlines())) == (0, 1)


@pytest.mark.parametrize(("fault", "why"), [("cut_off", "cut_off"), ("wrong_total", "wrong_total")])
def test_a_payout_file_that_does_not_fit_is_refused_whole(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, fault: str, why: str
) -> None:
    file = tmp_path / "payout.csv"
    file.write_bytes(payout("po_2", fault=fault))
    text = refused(capsys, "payout", str(file))
    assert text.startswith(f"{file} is refused: ")
    assert why in text
    assert not Payout.objects.filter(payout_id="po_2").exists()


def test_a_payout_file_that_is_not_there_no_file_or_too_large_is_refused(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, settings: object
) -> None:
    assert refused(capsys, "payout", str(tmp_path / "none.csv")).endswith("none.csv: No such file or directory")
    assert refused(capsys, "payout", str(tmp_path)).endswith("Is a directory")
    settings.SONAE_PAYOUT_LIMIT_BYTES = 10  # type: ignore[attr-defined]
    (tmp_path / "large.csv").write_bytes(payout("po_2"))
    assert refused(capsys, "payout", str(tmp_path / "large.csv")).endswith("more than 10 bytes")
    assert Payout.objects.count() == 1


def test_a_month_is_closed_once_and_says_the_same_again(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = said(capsys, "bordereau", "close", "2026-11")
    closed = Bordereau.objects.get()
    assert (code, err) == (0, "")
    assert out == (
        f"2026-11: 3 lines, premium 137,020, commission 27,404, net 109,616 yen due by 2026-12-31\n{closed.digest}\n"
    )
    assert closed.closed_by.startswith("command:")
    assert said(capsys, "bordereau", "close", "2026-11") == (0, out, "")
    assert (Bordereau.objects.count(), BordereauLine.objects.count()) == (1, 3)


def test_a_month_that_can_not_be_closed_says_why(capsys: pytest.CaptureFixture[str]) -> None:
    assert refused(capsys, "bordereau", "close", "2026-12") == "2026-12 is not over yet in Japan"
    close_november()
    assert "a later month is closed already" in refused(capsys, "bordereau", "close", "2026-10")
    with clock.at(OVER.replace(year=2027, month=2)):
        code = main(["bordereau", "close", "2027-01"])
    assert (code, capsys.readouterr().err) == (USAGE_ERROR, "sonae: 2026-12 is still open; close it first\n")
    assert Bordereau.objects.count() == 1


@pytest.mark.parametrize(("form", "begins"), [("csv", b"\xef\xbb\xbf"), ("xlsx", b"PK")])
def test_a_closed_list_is_written_whole_and_the_same_each_time(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, form: str, begins: bytes
) -> None:
    close_november()
    file = tmp_path / f"november.{form}"
    for profile in ("premium", "lloyds-5-2"):
        arguments = ("bordereau", "export", "2026-11", "--profile", profile, "--format", form, "--out", str(file))
        assert said(capsys, *arguments) == (0, f"{file}: 3 lines\n", "")
        written = file.read_bytes()
        assert written.startswith(begins)
        assert said(capsys, *arguments)[0] == 0
        assert file.read_bytes() == written
    assert [one.name for one in tmp_path.iterdir()] == [file.name], "nothing half-written stays beside it"


def test_a_list_that_can_not_be_written_says_why_and_leaves_what_was_there(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "list.csv"
    file.write_text("before")
    out = ("--out", str(file))
    assert refused(capsys, "bordereau", "export", "2026-11", *out) == "2026-11 is not closed"
    close_november()
    assert refused(capsys, "bordereau", "export", "2026-11", "--profile", "claims", *out) == "there is no list claims"
    nowhere = tmp_path / "none" / "list.csv"
    assert refused(capsys, "bordereau", "export", "2026-11", "--out", str(nowhere)).startswith(f"{nowhere}: ")
    assert ([one.name for one in tmp_path.iterdir()], file.read_text()) == (["list.csv"], "before")


def test_the_digest_of_a_closed_list_is_worked_out_again(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert refused(capsys, "bordereau", "check", "2026-11") == "2026-11 is not closed"
    closed = close_november()
    assert said(capsys, "bordereau", "check", "2026-11") == (0, f"{closed.digest}\nas when it was closed\n", "")
    monkeypatch.setattr("sonae.apps.reporting.list_export.digest_again", lambda _: "0" * 64)
    code, out, _ = said(capsys, "bordereau", "check", "2026-11")
    assert (code, out) == (WORK_LEFT, f"{'0' * 64}\nDIFFERS from {closed.digest}\n")


def test_ties_print_what_stands_behind_a_difference_and_end_in_one(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = said(capsys, "ties", "--month", "2026-11")
    assert (code, err) == (WORK_LEFT, "")
    # the certificates of this test were never booked
    assert "premium: certificates 137,020 – ledger 0 = +137,020 yen, unexplained 137,020" in out
    assert out.count("  UNEXPLAINED: act_booked_otherwise ") == 2


def test_ties_of_a_month_in_which_nothing_happened_end_in_nought(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = said(capsys, "ties", "--month", "2026-09")
    assert (code, err) == (0, "")
    assert "UNEXPLAINED" not in out
    assert out.splitlines()[0] == "premium: certificates 0 – ledger 0 = +0 yen, unexplained 0"


@pytest.mark.parametrize(
    ("arguments", "said_why"),
    [
        (["earned"], "the following arguments are required: --month"),
        (["earned", "--month", "2026-13"], "2026-13 is no month; expected YYYY-MM, for example 2026-12"),
        (["earned", "--month", "2026-12", "--format", "xml"], "invalid choice: 'xml'"),
        (["payout"], "the following arguments are required: FILE"),
        (["ties"], "the following arguments are required: --month"),
        (["ties", "--month", "２０２６-12"], "is no month; expected YYYY-MM"),
        (["ties", "--month", "2026-12-01"], "is no month; expected YYYY-MM"),
        (["bordereau"], "required"),
        (["bordereau", "close"], "the following arguments are required: YYYY-MM"),
        (["bordereau", "close", "december"], "december is no month"),
        (["bordereau", "export", "2026-11"], "the following arguments are required: --out"),
        (["bordereau", "export", "2026-11", "--out", "x", "--language", "fr"], "invalid choice: 'fr'"),
        (["bordereau", "check", ""], "is no month"),
    ],
)
def test_wrong_arguments_are_told_what_is_wrong_and_do_nothing(
    capsys: pytest.CaptureFixture[str], arguments: list[str], said_why: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == USAGE_ERROR
    output = capsys.readouterr()
    assert output.out == ""
    assert said_why in output.err
    assert (Bordereau.objects.count(), Payout.objects.count()) == (0, 1)


def test_the_figures_are_counted_and_held_against_the_books(capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "figures") == (0, "counted at 2026-12-02 10:00 JST\n", "")
    CountedCover.objects.update(total_premium_yen=1)
    code, out, _ = said(capsys, "figures")
    assert (code, out.splitlines()[1]) == (WORK_LEFT, "  DIFFERS: premium_yen: counted 2, its source 137,020")
