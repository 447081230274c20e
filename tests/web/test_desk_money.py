"""The desk's pages of money: what they show and do, once, for those who handle it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob

from sonae.apps.audit.models import AuditEntry
from sonae.apps.billing.models import JournalEntry, Payment
from sonae.apps.reporting.models import Bordereau, Payout, PayoutDecision, RemittanceStep
from sonae.apps.reporting.payout_items import list_payout_items
from sonae.domain.calendar import JAPAN
from sonae.web.desk import list_views
from tests import cast, clock
from tests.web.holdings import browser_of, words_of
from tests.web.money_on_file import OVER, close_november, enter_month, payout

pytestmark = pytest.mark.django_db
MONTH = "/desk/money/2026-11/"


@pytest.fixture
def people(programme: object) -> cast.Cast:
    people = cast.call_in()
    enter_month()
    return people


@pytest.fixture
def desk(people: cast.Cast) -> Iterator[Client]:
    """The operator, on 2 December."""
    with clock.at(OVER):
        yield browser_of(people.staff["operator"])


def upload(desk: Client, content: bytes, name: str = "po.csv") -> object:
    return desk.post("/desk/money/payouts/upload/", {"file": SimpleUploadedFile(name, content)})


def item_of(verdict: str, moment: datetime = OVER) -> str:
    return next(item.key for item in list_payout_items(now=moment) if item.verdict == verdict)


def test_the_months_say_what_is_to_be_done(desk: Client) -> None:
    page = words_of(desk, "/desk/money/")
    assert "2026年12月" in page
    assert re.search(r"2026年11月 見る 閉じられます", page)
    close_november()
    page = words_of(desk, "/desk/money/")
    assert "3 137,020円 27,404円 109,616円" in page
    assert "精算待ち" in page
    with clock.at(datetime(2027, 1, 1, 10, tzinfo=JAPAN)):
        late = browser_of(cast.User.objects.get(email="operator@staff.example"))
        assert "精算の期日を過ぎました" in words_of(late, "/desk/money/")


def test_a_month_is_closed_by_asking_once_more_and_only_once(desk: Client) -> None:
    assert "137,020円" in words_of(desk, f"{MONTH}list/close/")
    assert not Bordereau.objects.exists()
    for _ in range(2):
        answer = desk.post(f"{MONTH}list/close/")
        assert (answer.status_code, answer.headers["Location"]) == (302, f"{MONTH}list/")
    closed = Bordereau.objects.get()
    assert closed.closed_by == f"user:{cast.User.objects.get(email='operator@staff.example').pk}"
    page = words_of(desk, f"{MONTH}list/")
    assert closed.digest in page
    assert "C202612-" in page
    assert "保険会社へ支払う額109,616円" in page


def test_a_month_that_runs_is_not_closed(desk: Client) -> None:
    answer = desk.post("/desk/money/2026-12/list/close/")
    assert answer.status_code == 409
    assert "まだ終わっていません" in answer.content.decode()
    assert not Bordereau.objects.exists()


def test_a_long_list_is_closed_by_the_worker(desk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(list_views, "CLOSED_AT_ONCE", 2)
    desk.post(f"{MONTH}list/close/")
    assert not Bordereau.objects.exists()
    job = ProcrastinateJob.objects.get(task_name="sonae.close_month")
    assert job.args["month"] == "2026-11"


@pytest.mark.parametrize(("form", "begins"), [("csv", b"\xef\xbb\xbf"), ("xlsx", b"PK")])
def test_a_closed_list_is_taken_as_a_file_and_that_is_written_down(desk: Client, form: str, begins: bytes) -> None:
    assert desk.get(f"{MONTH}list/premium.{form}").status_code == 404  # not closed
    close_november()
    answer = desk.get(f"{MONTH}list/premium.{form}")
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    assert content.startswith(begins)
    assert answer.headers["Content-Disposition"] == f'attachment; filename="bordereau-2026-11-premium.{form}"'
    assert answer.headers["Cache-Control"] == "no-store"
    entry = AuditEntry.objects.get(action="bordereau.taken")
    assert (entry.object_id, entry.detail) == ("2026-11", {"profile": "premium", "form": form})
    assert desk.get(f"{MONTH}list/claims.{form}").status_code == desk.get(f"{MONTH}list/premium.pdf").status_code == 404


def test_a_remittance_is_recorded_once_and_taken_back_with_a_reason(desk: Client) -> None:
    close_november()
    given = {"paid_on": "2026-12-02", "bank_reference": "B-17"}
    assert desk.post(f"{MONTH}list/remit/", {**given, "paid_on": "2026-12-03"}).status_code == 422
    assert desk.post(f"{MONTH}list/remit/", {"paid_on": "昨日"}).status_code == 422
    for _ in range(2):
        assert desk.post(f"{MONTH}list/remit/", given).status_code == 302
    assert RemittanceStep.objects.count() == 1
    assert "精算済み" in words_of(desk, f"{MONTH}list/")
    assert desk.post(f"{MONTH}list/take-back/", {"reason": ""}).status_code == 422
    for _ in range(2):
        desk.post(f"{MONTH}list/take-back/", {"reason": "別の口座へ振り込みました"})
    assert [step.kind for step in RemittanceStep.objects.order_by("number")] == ["paid", "taken_back"]
    assert JournalEntry.objects.filter(key__startswith="remittance:").count() == 2
    assert "別の口座へ振り込みました" in words_of(desk, f"{MONTH}list/")


def test_the_ties_show_what_is_unexplained_and_from_where(desk: Client) -> None:
    page = words_of(desk, MONTH)
    # the certificates of this test have no bookings: 137,020 yen of premium and of money are red
    assert "説明できない差が" in page
    assert "加入者証の異動 137,020円 仕訳 0円 差 +137,020円" in page
    assert page.count("異動と仕訳の金額が違う") == 2


def test_what_is_earned_is_shown_by_year_and_month(desk: Client) -> None:
    page = words_of(desk, "/desk/money/2026-12/earned/")
    # 64,940 ÷ 12 and 72,080 ÷ 12, rounded
    assert "月初の未経過保険料137,020円" in page
    assert f"既経過になった保険料{5_412 + 6_007:,}円" in page
    assert "2027年11月" in page
    assert "この月までに計上した保険料はありません" in words_of(desk, "/desk/money/2026-10/earned/")


def test_a_payout_file_is_taken_once_and_a_broken_one_not_at_all(desk: Client) -> None:
    assert upload(desk, payout("po_2")).status_code == 302  # type: ignore[attr-defined]
    assert upload(desk, payout("po_2")).status_code == 302  # type: ignore[attr-defined]
    assert Payout.objects.count() == 2
    broken = {
        "途中で切れています": payout("po_3", fault="cut_off"),
        "合計が、ファイルの合計と合いません": payout("po_3", fault="wrong_total"),
        "文字のファイルではありません": b"\x00\x01",
        "UTF-8ではありません": "見出し,二つ\n".encode("cp932"),
        "2行目": payout("po_3").replace(b"62836", b"62837"),
        "同じ入金は": payout("po_1").replace(b"\r\n", b"\n"),
    }
    for said, content in broken.items():
        answer = desk.post("/desk/money/payouts/upload/", {"file": SimpleUploadedFile("x.csv", content)}, follow=True)
        assert said in answer.content.decode(), said
    assert Payout.objects.count() == 2


def test_a_file_that_is_too_large_is_told_so(desk: Client, settings: object) -> None:
    settings.SONAE_PAYOUT_LIMIT_BYTES = 10  # type: ignore[attr-defined]
    assert upload(desk, payout("po_2")).status_code == 413  # type: ignore[attr-defined]


def test_an_item_is_closed_with_a_reason_and_opened_again(desk: Client) -> None:
    page = words_of(desk, "/desk/money/payouts/")
    assert "pay_x 支払い 当方にない入金明細" in page
    assert "入金待ち 72,080円" in page
    address = "/desk/money/payouts/item/"
    key = item_of("surplus")
    assert desk.post(f"{address}?key={key}", {"reason": " "}).status_code == 422
    for _ in range(2):  # the second press opens nothing: the page said that it closes
        desk.post(f"{address}?key={key}", {"reason": "別の制度の支払いでした"})
    assert PayoutDecision.objects.filter(kind="closed").count() == 1
    for wrong in ("", "a\0b", "x" * 5_000, key.replace("5000", "1")):
        assert desk.get(address, {"key": wrong}).status_code == 404


@pytest.mark.parametrize("month", ["2026-13", "2026-1", "26-11", "２０２６-11", "x" * 900, "1999-01"])
def test_what_is_no_month_is_not_there(desk: Client, month: str) -> None:
    assert desk.get(f"/desk/money/{month}/").status_code == 404


def test_english_pages_say_the_same(desk: Client) -> None:
    close_november()
    assert "To be remitted" in words_of(desk, "/en/desk/money/")
    assert "November 2026, ties" in words_of(desk, f"/en{MONTH}")
    assert "Net, to the insurer¥109,616" in words_of(desk, f"/en{MONTH}list/")
    assert "in a payout, not known here" in words_of(desk, "/en/desk/money/payouts/")


def test_money_that_waits_for_a_person_is_listed(desk: Client, people: cast.Cast) -> None:
    assert "いま確かめるものはありません" in words_of(desk, "/desk/money/look/")
    Payment.objects.filter(payment_id="pay_0").update(state=Payment.State.PERSON)
    page = words_of(desk, "/desk/money/look/")
    assert "70000000" in page
    assert "結果の分からない支払い 64,940円" in page
    assert "確かめるお金1件" in words_of(desk, "/desk/money/")
