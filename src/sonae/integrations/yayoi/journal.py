"""仕訳データ as 弥生会計 imports it: 25 columns without a heading, Shift_JIS, one line for each booking.

The columns and their lengths are those of 弥生's own support page; docs/howto/accounting-export.md names it and says what we
put into each.
"""

from __future__ import annotations

from sonae.apps.billing.accounting_formats import Voucher
from sonae.domain.csv_cells import Cell, in_code_page, neutral, write_rows
from sonae.domain.premium_bookings import Booking
from sonae.domain.text import Text

ENCODING = "cp932"
COLUMNS = (
    "識別フラグ", "伝票No", "決算", "取引日付",
    "借方勘定科目", "借方補助科目", "借方部門", "借方税区分", "借方金額", "借方税金額",
    "貸方勘定科目", "貸方補助科目", "貸方部門", "貸方税区分", "貸方金額", "貸方税金額",
    "摘要", "番号", "期日", "タイプ", "生成元", "仕訳メモ", "付箋1", "付箋2", "調整",
)  # fmt: skip
ONE_LINE_BOOKING, JOURNAL, NO_TAG, NOT_ADJUSTED = "2000", 0, 0, "no"
OUTSIDE_TAX = "対象外"
LONGEST_ACCOUNT, LONGEST_SUMMARY = 24, 64  # half-width places: bytes of Shift_JIS


class YayoiJournal:
    """弥生会計: 仕訳日記帳 ＞ ファイル ＞ インポート."""

    code = "yayoi"
    name = Text("弥生会計 取込み用（CSV）", "For import into Yayoi accounting (CSV)")
    file_name = "{certificate}_yayoi.csv"

    def write(self, voucher: Voucher) -> bytes:
        """The file. A character that Shift_JIS doesn't have becomes 〓."""
        rows = [_row(booking, voucher) for booking in voucher.bookings]
        return in_code_page("".join(write_rows(rows)), ENCODING)


def _row(booking: Booking, voucher: Voucher) -> list[Cell]:
    debit, credit = (_short(account, LONGEST_ACCOUNT) for account in (booking.debit, booking.credit))
    return [
        ONE_LINE_BOOKING, "", "", f"{booking.on:%Y/%m/%d}",
        debit, "", "", OUTSIDE_TAX, booking.yen, 0,
        credit, "", "", OUTSIDE_TAX, booking.yen, 0,
        _short(_summary(booking, voucher), LONGEST_SUMMARY), "", "", JOURNAL, "", "", NO_TAG, NO_TAG, NOT_ADJUSTED,
    ]  # fmt: skip


def _summary(booking: Booking, voucher: Voucher) -> str:
    """What it is, of which certificate and receipt; nothing that a person typed."""
    what = {"payment": "支払", "refund": "返金", "share": _months(booking)}[booking.occasion]
    return " ".join(filter(None, ("サイバー保険料", what, voucher.certificate_number, voucher.receipt_number)))


def _months(booking: Booking) -> str:
    if booking.from_on is None or booking.to_on is None:
        return ""
    first, last = f"{booking.from_on:%y/%m}", f"{booking.to_on:%y/%m}"
    return f"{first}分" if first == last else f"{first}-{last}分"


def _short(text: str, places: int) -> str:
    """The text cut to that many half-width places, without half a character at the end, and with room for the mark that a text
    gets in the file which a spreadsheet would run."""
    cut = _cut(text, places)
    return cut if len(neutral(cut)) == len(cut) else _cut(text, places - 1)


def _cut(text: str, places: int) -> str:
    return in_code_page(text, ENCODING)[:places].decode(ENCODING, "ignore")
