"""One heading and one line for each booking: UTF-8 with its mark, so that spreadsheets open it as it is."""

from __future__ import annotations

from sonae.apps.billing.accounting_formats import Voucher
from sonae.domain.csv_cells import Cell, in_code_page, write_rows
from sonae.domain.premium_bookings import Booking
from sonae.domain.text import Text

HEADING = (
    "日付", "借方勘定科目", "貸方勘定科目", "金額", "摘要",
    "対象期間の初め", "対象期間の終わり", "加入者証番号", "領収書番号", "税区分",
)  # fmt: skip
WORDS = {"payment": "サイバー保険料の支払い", "refund": "サイバー保険料の返金", "share": "サイバー保険料の費用化"}
EXEMPT, OUTSIDE_TAX = "非課税仕入", "対象外"


class JournalCsv:
    """仕訳帳."""

    code = "journal"
    name = Text("仕訳帳（CSV）", "Journal (CSV)")
    file_name = "{certificate}_journal.csv"

    def write(self, voucher: Voucher) -> bytes:
        """The file."""
        rows: list[list[Cell]] = [list(HEADING), *(_row(booking, voucher) for booking in voucher.bookings)]
        return in_code_page("\ufeff" + "".join(write_rows(rows)), "utf-8")


def _row(booking: Booking, voucher: Voucher) -> list[Cell]:
    return [
        booking.on, booking.debit, booking.credit, booking.yen, WORDS[booking.occasion], _month(booking, "from_on"),
        _month(booking, "to_on"), voucher.certificate_number, voucher.receipt_number,
        EXEMPT if booking.occasion == "share" else OUTSIDE_TAX,
    ]  # fmt: skip


def _month(booking: Booking, field: str) -> str:
    day = getattr(booking, field)
    return f"{day:%Y-%m}" if day else ""
