"""From bytes to checked values: tables of TOML and CSV, read key by key so that every slip has its place."""

from __future__ import annotations

import csv
import io
import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from fractions import Fraction

from sonae.domain.product.findings import Finding, did_you_mean
from sonae.domain.product.placeholders import fill, repeated_facts, unknown_placeholders
from sonae.domain.text import Text

LARGEST_FILE_BYTES = 1_000_000
HUGE = 10**18
LONGEST_FIGURE = 20  # digits of a cell
_DECIMAL = re.compile(r"-?\d+(\.\d+)?", re.ASCII)
_TAG = re.compile(r"published|assumed|source \[\d+\]")


class Findings:
    """Collects what is wrong while reading goes on; nothing stops at the first slip."""

    def __init__(self) -> None:
        self.found: list[Finding] = []

    def add(self, file: str, place: str, message: str, suggestion: str = "") -> None:
        finding = Finding(file, place, message, suggestion)
        if finding not in self.found:
            self.found.append(finding)


def decode(files: Mapping[str, bytes], name: str, findings: Findings) -> str | None:
    """The file's text, or None with a finding."""
    content = files.get(name)
    if content is None:
        findings.add(name, "", "the file is missing.", did_you_mean(name, files))
        return None
    if len(content) > LARGEST_FILE_BYTES:
        findings.add(name, "", f"the file has {len(content):,} bytes; at most {LARGEST_FILE_BYTES:,} are read.")
        return None
    if content.startswith(b"\xef\xbb\xbf"):
        findings.add(name, "byte 0", "the file begins with a byte order mark.", "Save it as UTF-8 without one.")
        content = content[3:]
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        findings.add(name, f"byte {error.start}", "the file is not UTF-8.", _encoding_hint(content))
        return None


def _encoding_hint(content: bytes) -> str:
    for encoding, called in (("utf-16", "UTF-16"), ("cp932", "Shift_JIS")):
        if encoding == "utf-16" and content[:2] not in {b"\xff\xfe", b"\xfe\xff"}:
            continue
        try:
            content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return f"It looks like {called}; save it as UTF-8."
    return "Save it as UTF-8."


class Table:
    """One table of a TOML file. Each key is taken once; ``finish`` reports the keys that nobody asked for."""

    def __init__(self, file: str, place: str, values: Mapping[str, object], findings: Findings) -> None:
        self.file, self.place, self.values, self.findings = file, place, values, findings
        self.asked: set[str] = set()

    def at(self, key: str) -> str:
        return f"{self.place}.{key}" if self.place else key

    def slip(self, key: str, message: str, suggestion: str = "") -> None:
        self.findings.add(self.file, self.at(key), message, suggestion)

    def _take(self, key: str, kind: type, called: str, *, optional: bool = False) -> object | None:
        self.asked |= {key, f"{key}_tag"}
        value = self.values.get(key)
        if value is None:
            if not optional:
                unasked = [known for known in self.values if known not in self.asked]
                self.slip(key, f"{called} is missing.", did_you_mean(key, unasked) if unasked else "")
            return None
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            self.slip(key, f"{called} is expected here, not {value!r}.")
            return None
        return value

    def string(self, key: str, *, optional: bool = False) -> str:
        value = self._take(key, str, "a text in quotes", optional=optional)
        if isinstance(value, str) and not value.strip():
            self.slip(key, "the text is empty.")
        return value if isinstance(value, str) else ""

    def choice(self, key: str, choices: tuple[str, ...]) -> str:
        value = self.string(key)
        if value and value not in choices:
            self.slip(key, f'"{value}" is not known.', did_you_mean(value, choices))
        return value if value in choices else choices[0]

    def whole(self, key: str, *, least: int = 0, most: int = 10**13, optional: bool = False) -> int | None:
        value = self._take(key, int, "a whole number", optional=optional)
        if not isinstance(value, int):
            return None
        if value < least:
            self.slip(key, f"{value} is {'negative' if value < 0 else 'too small'}; at least {least} is expected.")
        elif value > most:
            self.slip(key, f"{value} is too large; at most {most} is expected.")
        return value

    def number(self, key: str, *, least: int = 0, most: int = 10**13) -> int:
        """A whole number that has to be there; the smallest allowed one stands in while findings are collected."""
        value = self.whole(key, least=least, most=most)
        return value if value is not None and least <= value <= most else least

    def flag(self, key: str, *, optional: bool = False) -> bool:
        return bool(self._take(key, bool, "true or false", optional=optional))

    def day(self, key: str, *, optional: bool = False) -> date | None:
        value = self._take(key, date, "a day (2026-12-01)", optional=optional)
        if isinstance(value, datetime):
            self.slip(key, "a day without a time is expected here.")
            return None
        return value if isinstance(value, date) else None

    def strings(self, key: str, *, optional: bool = False) -> tuple[str, ...]:
        values = self._take(key, list, "a list of texts", optional=optional)
        if not isinstance(values, list):
            return ()
        for index, value in enumerate(values):
            if not isinstance(value, str):
                self.slip(f"{key}[{index}]", f"a text is expected here, not {value!r}.")
        return tuple(value for value in values if isinstance(value, str))

    def numbers(self, key: str, *, most: int = 10**13) -> tuple[int, ...]:
        """A list of whole numbers from 0 on."""
        values = self._take(key, list, "a list of whole numbers")
        if not isinstance(values, list):
            return ()
        good = [isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most for value in values]
        for index, value in enumerate(values):
            if not good[index]:
                self.slip(f"{key}[{index}]", f"a whole number from 0 to {most} is expected here, not {value!r}.")
        return tuple(value for value, fits in zip(values, good, strict=True) if fits)

    def text(self, key: str, facts: Mapping[str, Text] | None = None, *, optional: bool = False) -> Text:
        """A text in both languages; ``facts`` fills its placeholders."""
        value = self._take(key, dict, "a text { ja = …, en = … }", optional=optional)
        return self._both(key, value, facts) if isinstance(value, dict) else Text("", "")

    def texts(self, key: str, facts: Mapping[str, Text] | None = None, *, optional: bool = False) -> tuple[Text, ...]:
        values = self._take(key, list, "a list of texts { ja = …, en = … }", optional=optional)
        if not isinstance(values, list):
            return ()
        texts = []
        for index, value in enumerate(values):
            if isinstance(value, dict):
                texts.append(self._both(f"{key}[{index}]", value, facts))
            else:
                self.slip(f"{key}[{index}]", "a text { ja = …, en = … } is expected here.")
        return tuple(texts)

    def _both(self, key: str, value: Mapping[str, object], facts: Mapping[str, Text] | None) -> Text:
        inner = Table(self.file, self.at(key), value, self.findings)
        text = Text(inner.string("ja"), inner.string("en"))
        inner.finish()
        for language in ("ja", "en"):
            for name in unknown_placeholders(text.in_language(language), facts or {}):
                inner.slip(language, f"the placeholder {{{name}}} is not known.", did_you_mean(name, facts or ()))
            for name in repeated_facts(text.in_language(language), language, facts or {}):
                inner.slip(language, "the text repeats a figure of the product.", f"Write {{{name}}}.")
        return fill(text, facts) if facts else text

    def table(self, key: str) -> Table:
        value = self._take(key, dict, f"a table [{key}]")
        return Table(self.file, self.at(key), value if isinstance(value, dict) else {}, self.findings)

    def has(self, key: str) -> bool:
        return key in self.values

    def tables(self, key: str, *, optional: bool = False) -> Iterator[Table]:
        """The tables of an array, in order; a finding if there is none."""
        values = self._take(key, list, f"at least one table [[{key}]]", optional=optional)
        if not isinstance(values, list):
            return
        for index, value in enumerate(values):
            if isinstance(value, dict):
                yield Table(self.file, f"{self.at(key)}[{index}]", value, self.findings)
            else:
                self.slip(f"{key}[{index}]", "a table is expected here.")

    def finish(self) -> None:
        """Report every key that is not known here."""
        known = {key for key in self.asked if not key.endswith("_tag")}
        for key in self.values:
            if key not in self.asked and key != "tag":
                self.slip(key, "the key is not known here.", did_you_mean(key, known))


def read_toml(files: Mapping[str, bytes], name: str, findings: Findings) -> Table | None:
    """The file's top table, or None with a finding."""
    text = decode(files, name, findings)
    if text is None:
        return None
    try:
        values = tomllib.loads(text)
        if _has_huge_number(values):
            findings.add(name, "", f"a number in the file is beyond {HUGE:,}.")
            return None
        return Table(name, "", values, findings)
    except (ValueError, RecursionError) as error:  # a number of thousands of digits is a ValueError of its own
        findings.add(name, "", f"the file is not valid TOML: {error}.")
        return None


def _has_huge_number(value: object) -> bool:
    """No figure of a product comes near it, and Python refuses to write one of thousands of digits into a message."""
    if isinstance(value, Mapping):
        return any(map(_has_huge_number, value.values()))
    if isinstance(value, list):
        return any(map(_has_huge_number, value))
    return isinstance(value, int) and abs(value) > HUGE


class Row:
    """One line of a CSV table."""

    def __init__(self, file: str, line: int, values: Mapping[str, str], findings: Findings) -> None:
        self.file, self.line, self.values, self.findings = file, line, values, findings

    def slip(self, column: str, message: str, suggestion: str = "") -> None:
        self.findings.add(self.file, f"line {self.line}, {column}", message, suggestion)

    def string(self, column: str) -> str:
        value = self.values.get(column, "").strip()
        if not value:
            self.slip(column, "the cell is empty.")
        return value

    def yen(self, column: str) -> int:
        value = self.string(column)
        if not value:
            return 0
        if not _DECIMAL.fullmatch(value) or "." in value or len(value) > LONGEST_FIGURE:
            self.slip(column, f'whole yen in plain digits are expected, not "{value}".')
            return 0
        if int(value) < 0:
            self.slip(column, f"{value} is negative.")
            return 0
        return int(value)

    def factor(self, column: str, *, optional: bool = False) -> Fraction | None:
        value = self.values.get(column, "").strip()
        if not value:
            if not optional:
                self.slip(column, "the factor is missing.")
            return None
        if not _DECIMAL.fullmatch(value):
            self.slip(column, f'a factor such as 1.31 is expected, not "{value}".')
            return None
        if len(value) > 12 or Fraction(value) <= 0:
            self.slip(column, f"{value} is no factor; more than 0 and at most 12 characters are expected.")
            return None
        return Fraction(value)


def read_csv(files: Mapping[str, bytes], name: str, columns: tuple[str, ...], findings: Findings) -> list[Row]:
    """The rows of a table whose heading must be exactly ``columns`` (the unit is part of the name)."""
    text = decode(files, name, findings)
    if text is None:
        return []
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        lines = [(reader.line_num, cells) for cells in reader if cells]
    except csv.Error as error:
        findings.add(name, f"line {reader.line_num}", f"the file is not valid CSV: {error}.")
        return []
    if not lines:
        findings.add(name, "line 1", "the table is empty.", f"Its heading is {','.join(columns)}.")
        return []
    if not _heading_fits(name, [cell.strip() for cell in lines[0][1]], columns, findings):
        return []
    rows = []
    for line, cells in lines[1:]:
        if len(cells) != len(columns):
            findings.add(name, f"line {line}", f"{len(columns)} cells are expected, not {len(cells)}.")
            continue
        row = Row(name, line, dict(zip(columns, cells, strict=True)), findings)
        _check_row_tag(row)
        rows.append(row)
    if not rows:
        findings.add(name, "line 2", "the table has no row.")
    return rows


def _heading_fits(name: str, heading: list[str], columns: tuple[str, ...], findings: Findings) -> bool:
    missing = [column for column in columns if column not in heading]
    for column in heading:
        if column in columns:
            if heading.count(column) > 1:
                findings.add(name, f"line 1, {column}", "the column stands there more than once.")
            continue
        thing = column.rpartition("_")[0]
        same_thing = [other for other in missing if thing and other.rpartition("_")[0] == thing]
        if same_thing:
            findings.add(name, f"line 1, {column}", "the unit is not the expected one.", f'Write "{same_thing[0]}".')
        else:
            findings.add(
                name, f"line 1, {column}", "the column is not known.", did_you_mean(column, missing or columns)
            )
    for column in missing:
        findings.add(name, "line 1", f'the column "{column}" is missing.')
    if not missing and tuple(heading) != columns and sorted(heading) == sorted(columns):
        findings.add(name, "line 1", "the columns stand in another order.", f"Write {','.join(columns)}.")
    return tuple(heading) == columns


def _check_row_tag(row: Row) -> None:
    tag = row.values.get("tag", "").strip()
    if "tag" in row.values and not is_tag(tag):
        row.slip("tag", f'the number has no tag; "{tag}" is none.', "Write published, source [n] or assumed.")


def is_tag(tag: object) -> bool:
    """published, assumed or source [n]."""
    return isinstance(tag, str) and _TAG.fullmatch(tag) is not None
