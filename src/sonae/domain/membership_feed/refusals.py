"""Why a whole file is not used: a code, its details, and what to tell the sender in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from sonae.domain.text import Text

# The places in braces are details of the refusal; each code always comes with the ones that its text names.
REFUSALS: Mapping[str, Text] = MappingProxyType(
    {
        "empty": Text("ファイルが空です。", "The file is empty."),
        "binary": Text(
            "文字のファイルではありません（{line}行目に文字でないデータがあります）。CSVかExcel（.xlsx）で送ってください。",
            "This is no file of text: line {line} holds data that is none. Send CSV or Excel (.xlsx).",
        ),
        "wrong_encoding": Text(
            "{line}行目に、{encoding}として読めない文字があります。文字コードを確かめて、もう一度書き出してください。",
            "Line {line} can't be read as {encoding}. Check the encoding and export the file again.",
        ),
        "truncated": Text(
            "ファイルが{line}行目の途中で切れています。送信や書き出しが最後まで済んでいるか確かめてください。",
            "The file breaks off in the middle of line {line}. Check that it was exported and sent to its end.",
        ),
        "line_too_long": Text(
            "{line}行目が長すぎます（1行は{most:,}文字まで）。改行のないファイルではないか確かめてください。",
            "Line {line} is too long: at most {most:,} characters are read. Check that the file has line ends.",
        ),
        "quote_not_closed": Text(
            "{line}行目で始まる引用符（\"）が閉じられていません。",
            "A quotation mark that opens on line {line} is never closed.",
        ),
        "heading_missing": Text(
            "見出しの行に「{wanted}」がありません。{found}",
            "The line of headings has no “{wanted}”. {found}",
        ),
        "heading_twice": Text(
            "見出し「{first}」と「{second}」は同じ項目です。どちらか1つにしてください。",
            "The headings “{first}” and “{second}” mean the same. Keep one of them.",
        ),
        "changes_in_list": Text(
            "見出し「{heading}」があります。異動のファイルではありませんか。会員全員の名簿であれば、この列を除いてください。",
            "There is a heading “{heading}”. Is this a file of changes? If it is the list of all members, leave that column out.",
        ),
        "no_rows": Text("見出しのほかに行がありません。", "There is no row below the headings."),
        "no_good_row": Text(
            "使える行が1つもありません（{set_aside:,}行すべてに誤りがあります）。",
            "No row can be used: all {set_aside:,} have something wrong with them.",
        ),
        "not_a_workbook": Text(
            "Excelのブック（.xlsx）ではありません。Excelで「Excelブック（*.xlsx）」として保存し直してください。",
            "This is no Excel workbook (.xlsx). Save it in Excel as “Excel Workbook (*.xlsx)”.",
        ),
        "workbook_not_read": Text(
            "Excelのブックはここでは読めません。CSVで送ってください。",
            "Workbooks are not read here. Send CSV.",
        ),
        "workbook_encrypted": Text(
            "パスワードの付いたブックか、古い形式（.xls）のブックです。パスワードを外し、.xlsxで保存してください。",
            "The workbook has a password, or is of the old kind (.xls). Remove the password and save it as .xlsx.",
        ),
        "workbook_macros": Text(
            "マクロを含むブックです。マクロなしの.xlsxで保存してください。",
            "The workbook holds macros. Save it as .xlsx without them.",
        ),
        "workbook_sheets": Text(
            "データのあるシートが{count}枚あります（{names}）。会員のシート1枚だけにしてください。",
            "{count} sheets hold data ({names}). Keep the one with the members only.",
        ),
        "workbook_too_large": Text(
            "ブックの中身が大きすぎるか、圧縮のしかたが不自然です（展開して{most_megabytes:,} MBまで）。CSVで送ってください。",
            "The workbook is too large inside (at most {most_megabytes:,} MB unpacked), or packed in an unnatural way. Send CSV.",
        ),
        "workbook_unsafe": Text(
            "ブックの中に、外部を参照するなど安全でない記述（{part}）があります。Excelで開いて保存し直してください。",
            "A part of the workbook ({part}) is unsafe, for instance refers to the outside. Open it in Excel and save it again.",
        ),
        "workbook_broken": Text(
            "ブックが壊れています（{part}）。送信が最後まで済んでいるか確かめてください。",
            "The workbook is damaged ({part}). Check that it was sent to its end.",
        ),
    }
)  # fmt: skip
# What to add to "heading_missing", so that a renamed heading is found by the person who renamed it.
_NEAR = Text("「{near}」は「{wanted}」のことですか。", "Did you mean “{wanted}” by “{near}”?")
_KNOWN = Text("使える見出し：{known}。", "Understood are: {known}.")


class FeedRefused(Exception):
    """Nothing of the file is used. ``details`` are texts and numbers only, so that they can be kept as JSON."""

    def __init__(self, code: str, **details: str | int) -> None:
        self.code = code
        self.details = details
        super().__init__(f"{code} {details}" if details else code)

    @property
    def text(self) -> Text:
        """What to tell the sender."""
        return refusal_text(self.code, self.details)


def refusal_text(code: str, details: Mapping[str, str | int]) -> Text:
    """The text of a kept refusal. KeyError for a code that isn't one."""
    template = REFUSALS[code]
    if code != "heading_missing":
        return Text(template.ja.format_map(details), template.en.format_map(details))
    hint = _NEAR if details.get("near") else _KNOWN
    return Text(
        template.ja.format_map({**details, "found": hint.ja.format_map(details)}),
        template.en.format_map({**details, "found": hint.en.format_map(details)}),
    )
