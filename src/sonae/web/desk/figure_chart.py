"""The chart of a page of figures: bars that stand on one line, under the sentence that they prove. Lengths are SVG attributes,
which the policy allows; what is hatched is so on paper, too."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sonae.domain.money import format_yen
from sonae.domain.text import Text
from sonae.web.desk.figure_tables import TIMES, Cell, FigureTable, Line

MOST_BARS = 40


@dataclass(frozen=True, slots=True)
class Bar:
    """One part: its value in words, and in per cent of the longest how much of it is filled and how much is hatched after that."""

    name: Text
    value: Text
    filled: str
    hatched_from: str
    hatched: str


@dataclass(frozen=True, slots=True)
class Chart:
    """``what`` says which figure the bars show; ``keys`` what is filled and what hatched, where both are."""

    title: Text
    what: Text
    total: Text
    bars: tuple[Bar, ...]
    keys: tuple[Text, Text] | None = None


def chart_of(table: FigureTable) -> Chart | None:
    """None where there is nothing to look at, or too much."""
    if not table.columns or len(table.lines) > MOST_BARS or not any(line.cells[0].value for line in table.lines):
        return None
    make: Callable[[FigureTable], Chart] = MADE.get((table.address.topic.code, table.address.group), _plain)
    return make(table)


def _plain(table: FigureTable) -> Chart:
    """By months and weeks the highest; by all else what share the largest part has."""
    cells = [line.cells[0] for line in table.lines]
    best = max(table.lines, key=lambda line: line.cells[0].value)
    name, value, column = best.name, _words(best.cells[0]), cells[0].column
    if table.address.group in TIMES or all(cell.value <= 0 for cell in cells):
        title = Text(
            f"{column.name.ja}がいちばん多いのは{name.ja}で、{value.ja}です", f"{name.en} is highest: {value.en}"
        )
    else:
        whole = sum(cell.value for cell in cells)
        share = _percent(best.cells[0].value, whole)
        title = Text(f"{column.name.ja}の{share}が「{name.ja}」です", f"{share} of “{column.name.en}” is {name.en}")
    longest = max(abs(cell.value) for cell in cells) or 1
    bars = tuple(_bar(line, line.cells[0].value, 0, longest) for line in table.lines)
    return Chart(title, column.name, _total(table, cells), bars)


def _funnel(table: FigureTable) -> Chart:
    """How many came to each step, and how many of them stopped there; the last step is the cover, where nobody stops."""
    reached = [line.cells[0].value for line in table.lines]
    stopped = [here - after for here, after in zip(reached, [*reached[1:], reached[-1]], strict=True)]
    most = max(range(len(stopped) - 1), key=lambda place: stopped[place])
    following = table.lines[most + 1].name
    title = Text(
        f"いちばん多く止まっているのは「{following.ja}」の手前で、{stopped[most]:,}件です",
        f"Most stop before “{following.en}”: {stopped[most]:,}",
    )
    if not stopped[most]:
        title = Text("途中で止まった申込みはありません", "No application has stopped on the way")
    longest = max(reached) or 1
    bars = tuple(
        _bar(line, here - stop, stop, longest) for line, here, stop in zip(table.lines, reached, stopped, strict=True)
    )
    keys = Text("次の段階へ進んだ", "went on to the next step"), Text("ここで止まっている", "have stopped here")
    return Chart(title, table.columns[0].name, Text(f"n＝{reached[0]:,}", f"n = {reached[0]:,}"), bars, keys)


def _within_hours(table: FigureTable) -> Chart:
    """What came in, and how much of it while nobody answers the telephone."""
    received, within = ([line.cells[place].value for line in table.lines] for place in (0, 1))
    outside = sum(received) - sum(within)
    share = _percent(outside, sum(received))
    title = Text(
        f"相談の{share}は、受付時間の外に届いています", f"{share} of consultations come in outside window hours"
    )
    longest = max(received) or 1
    bars = tuple(
        _bar(line, inside, here - inside, longest)
        for line, here, inside in zip(table.lines, received, within, strict=True)
    )
    keys = Text("受付時間内", "within hours"), Text("受付時間外", "outside hours")
    return Chart(title, table.columns[0].name, Text(f"n＝{sum(received):,}", f"n = {sum(received):,}"), bars, keys)


MADE: Mapping[tuple[str, str], Callable[[FigureTable], Chart]] = {
    ("applications", "step"): _funnel,
    **{("consultations", group): _within_hours for group in ("hour", "weekday", "week", "month")},
}


def _bar(line: Line, filled: int, hatched: int, longest: int) -> Bar:
    begins = _share(filled, longest)
    return Bar(line.name, _words(line.cells[0]), f"{begins:.2f}%", f"{begins:.2f}%", f"{_share(hatched, longest):.2f}%")


def _share(value: int, longest: int) -> float:
    """One can still be seen beside a million; below nought there is no bar, and the figure says it."""
    return 0.0 if value <= 0 else max(0.4, 100 * value / longest)


def _words(cell: Cell) -> Text:
    if cell.column.in_yen:
        return Text(format_yen(cell.value), format_yen(cell.value, "en"))
    return Text(f"{cell.value:,}件", f"{cell.value:,}")


def _total(table: FigureTable, cells: list[Cell]) -> Text:
    whole, yen = sum(cell.counted.count for cell in cells), sum(cell.counted.yen for cell in cells)
    if cells[0].column.in_yen:
        return Text(f"合計{format_yen(yen)}、n＝{whole:,}", f"{format_yen(yen, 'en')} in all, n = {whole:,}")
    return Text(f"n＝{whole:,}", f"n = {whole:,}")


def _percent(part: int, whole: int) -> str:
    """Rounded half up, without decimals; what is not nothing is never 0 %."""
    return "0%" if not part or not whole else f"{max(1, (200 * part + whole) // (2 * whole))}%"
