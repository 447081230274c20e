"""The answer of the page on incident costs: the sentence, the plans side by side, the lines with range and source."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sonae.domain.incident_costs.definition import EnteredLoss, Example, Figure, Incident, LossFacts, Source
from sonae.domain.incident_costs.draw import Drawn, DrawnLine, covers_of, draw
from sonae.domain.incident_costs.lines import LossLine, example_lines, loss_lines
from sonae.domain.money import round_half_up, yen_in_words
from sonae.domain.product.definition import Limit, Product
from sonae.domain.text import Text
from sonae.web.site.incident_vessels import LimitPicture, limit_picture

SAID_DIGITS = 3  # of a sum in a sentence: 約4,120万円 says enough
NO_NOTE = Text("", "")


@dataclass(frozen=True, slots=True)
class LineRow:
    """One line: its number in the order of draw, range, how it came about, and what each cover pays of its high end."""

    number: int
    name: Text
    cost_line: Text
    limit: Limit
    low: int
    high: int
    how: Text
    note: Text
    sources: tuple[int, ...]
    is_assumed: bool
    paid: tuple[tuple[Text, int], ...]


@dataclass(frozen=True, slots=True)
class NotNamedRow:
    """A loss that the programme doesn't name. ``yen`` is None where this incident has none or no sum is put to it."""

    name: Text
    note: Text
    yen: int | None


@dataclass(frozen=True, slots=True)
class Answer:
    """Everything that the page shows of one loss. ``high`` and ``low`` hold one entry for each cover, the free one first."""

    low_yen: int
    high_yen: int
    pairs: tuple[tuple[Drawn, Drawn], ...]  # of each cover: the high end and the low end
    lines: tuple[LineRow, ...]
    not_named: tuple[NotNamedRow, ...]
    pictures: tuple[LimitPicture, ...]
    sources: tuple[Source, ...]
    conditions: tuple[tuple[Text, Text], ...]

    @property
    def is_range(self) -> bool:
        return self.low_yen < self.high_yen

    @property
    def smallest_plan(self) -> Drawn:
        """Of the plans that can be bought, the one with the smallest limits; on it the sentence is said."""
        return self.pairs[1][0]

    @property
    def has_assumption(self) -> bool:
        return any(line.is_assumed for line in self.lines)

    @property
    def sentence(self) -> Text:
        """What the tables and pictures below prove."""
        drawn = self.smallest_plan
        # The joiner keeps a sum on the line of its 約.
        about = Text("約\u2060", "about ") if self.is_range else NO_NOTE
        plan, own, total = drawn.cover.name, said(drawn.own_yen), said(self.high_yen)
        up_to = Text("多ければ、", "Up to ") if self.is_range else NO_NOTE
        ja = f"{up_to.ja}合わせて{about.ja}{total.ja}。"
        en = f"{up_to.en}{about.en}{total.en} in all. "
        if not drawn.own_yen:
            return Text(f"{ja}{plan.ja}の限度額に収まります", f"{en}All within the limits of the {plan.en}")
        if not drawn.beyond_yen:
            return Text(
                f"{ja}{plan.ja}の限度額に収まり、補償に含まれない{about.ja}{own.ja}が自社に残ります",
                f"{en}Within the limits of the {plan.en}, but {about.en}{own.en} that no cover names stays with you",
            )
        return Text(
            f"{ja}{plan.ja}なら{about.ja}{own.ja}が自社に残ります",
            f"{en}With the {plan.en}, {about.en}{own.en} stays with you",
        )


def said(yen: int) -> Text:
    """A sum as a sentence says it: three digits and noughts."""
    return yen_in_words(round_half_up(yen, 10 ** max(0, len(str(yen)) - SAID_DIGITS)))


def answer_incident(facts: LossFacts, product: Product, incident: Incident, sizes: dict[str, int]) -> Answer:
    """The incident at these sizes."""
    lines = loss_lines(facts, incident, sizes)
    conditions = tuple((facts.size(code).name, _size_words(facts, code, value)) for code, value in sizes.items())
    hows = {line.code: _how(facts, line.code, sizes) for line in lines}
    cited = frozenset(number for asked in incident.sizes for number in asked.cited)
    return _answer(facts, product, lines, hows=hows, conditions=conditions, cited=cited)


def answer_examples(facts: LossFacts, product: Product, examples: Sequence[Example]) -> Answer:
    """The programme's own examples, as if they had happened in one year."""
    lines = example_lines(examples)
    hows = {example.code: example.sentence for example in examples}
    return _answer(facts, product, lines, hows=hows, conditions=(), cited=frozenset())


def _answer(
    facts: LossFacts,
    product: Product,
    lines: Sequence[LossLine],
    *,
    hows: dict[str, Text],
    conditions: tuple[tuple[Text, Text], ...],
    cited: frozenset[int],
) -> Answer:
    covers = covers_of(product)
    high = tuple(draw(lines, cover, product, "high") for cover in covers)
    low = tuple(draw(lines, cover, product, "low") for cover in covers)
    rows = _line_rows(facts, product, high, hows)
    numbers = {line.line.code: place for place, line in enumerate(high[0].lines, 1)}
    limits: tuple[Limit, ...] = ("liability", "cost")
    pictures = (
        limit_picture(limit, high, sum(line.loss_yen for line in low[0].lines_of(limit)), numbers) for limit in limits
    )
    used = {number for row in rows for number in row.sources} | cited
    return Answer(
        low_yen=low[0].loss_yen,
        high_yen=high[0].loss_yen,
        pairs=tuple(zip(high, low, strict=True)),
        lines=rows,
        not_named=_not_named(facts, lines),
        pictures=tuple(picture for picture in pictures if picture),
        sources=tuple(source for source in facts.sources if source.number in used),
        conditions=conditions,
    )


def _line_rows(
    facts: LossFacts, product: Product, covers: Sequence[Drawn], hows: dict[str, Text]
) -> tuple[LineRow, ...]:
    names = {line.code: line.name for line in product.cost_lines}
    rows = []
    for place, drawn in enumerate(covers[0].lines):
        if drawn.limit is None:
            continue
        fact = _fact(facts, drawn.line.code)
        rows.append(
            LineRow(
                number=place + 1,
                name=fact.name,
                cost_line=names[drawn.line.cost_line],
                limit=drawn.limit,
                low=drawn.line.low,
                high=drawn.line.high,
                how=hows[drawn.line.code],
                note=NO_NOTE if isinstance(fact, Example) else fact.note,
                sources=() if isinstance(fact, EnteredLoss) else fact.sources,
                is_assumed=isinstance(fact, Figure) and fact.mark == "assumed",
                paid=tuple((one.cover.name, _paid(one, place)) for one in covers),
            )
        )
    return tuple(rows)


def _paid(drawn: Drawn, place: int) -> int:
    line: DrawnLine = drawn.lines[place]
    return line.paid_yen


def _fact(facts: LossFacts, code: str) -> Figure | EnteredLoss | Example:
    figure = facts.find_figure(code) or next((one for one in facts.examples if one.code == code), None)
    return figure or facts.entered_loss(code)


def _not_named(facts: LossFacts, lines: Iterable[LossLine]) -> tuple[NotNamedRow, ...]:
    sums = {line.code: line.high for line in lines}
    return tuple(NotNamedRow(loss.name, loss.note, sums.get(loss.code)) for loss in facts.not_named)


def _size_words(facts: LossFacts, code: str, value: int) -> Text:
    size = facts.size(code)
    if size.kind == "yen":
        return yen_in_words(value)
    unit = size.unit_of_one if value == 1 else size.unit
    return Text(f"{value:,}{unit.ja}", f"{value:,} {unit.en}")


def _how(facts: LossFacts, code: str, sizes: dict[str, int]) -> Text:
    """How the range came about: 10,000人あたり100万円〜130万円。ここでは300人。."""
    figure = facts.find_figure(code)
    if figure is None:
        loss = facts.entered_loss(code)
        days, yen = (_size_words(facts, size, sizes[size]) for size in (loss.days, loss.yen_a_day))
        return Text(f"{days.ja} × 1日{yen.ja}。", f"{days.en} × {yen.en} a day.")
    if not figure.size:
        return Text("1件あたりの額。", "For the whole case.")
    span = range_words(figure.low, figure.high)
    per, number = (_size_words(facts, figure.size, value) for value in (figure.per, sizes[figure.size]))
    return Text(f"{per.ja}あたり{span.ja}。ここでは{number.ja}。", f"{span.en} for {per.en}; here {number.en}.")


def range_words(low: int, high: int) -> Text:
    """One sum, or from one to the other."""
    least, most = yen_in_words(low), yen_in_words(high)
    return least if low == high else Text(f"{least.ja}〜{most.ja}", f"{least.en} to {most.en}")
