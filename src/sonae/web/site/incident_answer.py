"""The answer of the page on incident costs: the sentence, the plans side by side, the lines with range and source."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sonae.domain.drawing_on_limits import Drawn, Loss, covers_of, draw, in_product_order, scenario_losses
from sonae.domain.incident_costs.definition import Incident, LossFacts, Source
from sonae.domain.incident_costs.lines import loss_lines
from sonae.domain.money import round_half_up, yen_in_words
from sonae.domain.product.definition import Limit, Product
from sonae.domain.product.explanations import Scenario
from sonae.domain.text import Text
from sonae.web.site.incident_vessels import LimitPicture, limit_picture

SAID_DIGITS = 3  # of a sum in a sentence: 約4,120万円 says enough
NO_NOTE = Text("", "")


@dataclass(frozen=True, slots=True)
class Ground:
    """What one loss is called, how its sum came about, and on what it stands."""

    name: Text
    how: Text
    note: Text
    sources: tuple[int, ...]
    is_assumed: bool


@dataclass(frozen=True, slots=True)
class LineRow:
    """One line: its number in the order of draw, its range, its ground, and what each cover pays of its high end."""

    number: int
    ground: Ground
    cost_line: Text
    limit: Limit
    low: int
    high: int
    paid: tuple[tuple[Text, int], ...]


@dataclass(frozen=True, slots=True)
class NotNamedRow:
    """A loss that the programme doesn't name. ``yen`` is None where this incident has none or no sum is put to it."""

    name: Text
    note: Text
    yen: int | None


@dataclass(frozen=True, slots=True)
class Answer:
    """Everything that the page shows of one loss. ``pairs`` holds one entry for each cover, the free one first."""

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
        return any(line.ground.is_assumed for line in self.lines)

    @property
    def sentence(self) -> Text:
        """What the tables and pictures below prove."""
        drawn = self.smallest_plan
        # The joiner keeps a sum on the line of its 約.
        about = Text("約\u2060", "about ") if self.is_range else NO_NOTE
        plan, own, total = drawn.cover.name, said(drawn.unpaid_yen), said(self.high_yen)
        up_to = Text("多ければ、", "Up to ") if self.is_range else NO_NOTE
        ja = f"{up_to.ja}合わせて{about.ja}{total.ja}。"
        en = f"{up_to.en}{about.en}{total.en} in all. "
        if not drawn.unpaid_yen:
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
    return _answer(
        facts,
        product,
        high=in_product_order((line.at("high") for line in lines), product),
        low=in_product_order((line.at("low") for line in lines), product),
        grounds={line.code: _ground(facts, line.code, sizes) for line in lines},
        conditions=tuple((facts.size(code).name, _size_words(facts, code, value)) for code, value in sizes.items()),
        cited=frozenset(number for asked in incident.sizes for number in asked.cited),
    )


def answer_scenarios(facts: LossFacts, product: Product, scenarios: Sequence[Scenario]) -> Answer:
    """The programme's own examples, as if they had happened in one year."""
    losses = in_product_order(scenario_losses(scenarios), product)
    grounds = {one.code: Ground(one.name, one.story, NO_NOTE, facts.scenario_sources, False) for one in scenarios}
    return _answer(facts, product, high=losses, low=losses, grounds=grounds, conditions=(), cited=frozenset())


def _answer(
    facts: LossFacts,
    product: Product,
    *,
    high: Sequence[Loss],
    low: Sequence[Loss],
    grounds: dict[str, Ground],
    conditions: tuple[tuple[Text, Text], ...],
    cited: frozenset[int],
) -> Answer:
    covers = covers_of(product)
    pairs = tuple((draw(high, cover, product), draw(low, cover, product)) for cover in covers)
    rows = _line_rows(product, pairs, grounds)
    used = {number for row in rows for number in row.ground.sources} | cited
    return Answer(
        low_yen=sum(loss.yen for loss in low),
        high_yen=sum(loss.yen for loss in high),
        pairs=pairs,
        lines=rows,
        not_named=_not_named(facts, high),
        pictures=_pictures(pairs),
        sources=tuple(source for source in facts.sources if source.number in used),
        conditions=conditions,
    )


def _pictures(pairs: Sequence[tuple[Drawn, Drawn]]) -> tuple[LimitPicture, ...]:
    at_high, at_low = [high for high, _ in pairs], pairs[0][1]
    numbers = {one.loss.code: place for place, one in enumerate(at_high[0].draws, 1)}
    limits: tuple[Limit, ...] = ("liability", "cost")
    pictures = (limit_picture(limit, at_high, at_low.vessel(limit).loss_yen, numbers) for limit in limits)
    return tuple(picture for picture in pictures if picture)


def _line_rows(
    product: Product, pairs: Sequence[tuple[Drawn, Drawn]], grounds: dict[str, Ground]
) -> tuple[LineRow, ...]:
    high, low = pairs[0]
    rows = []
    for place, (most, least) in enumerate(zip(high.draws, low.draws, strict=True)):
        if most.limit is None:
            continue
        rows.append(
            LineRow(
                number=place + 1,
                ground=grounds[most.loss.code],
                cost_line=product.cost_line(most.loss.cost_line).name,
                limit=most.limit,
                low=least.loss.yen,
                high=most.loss.yen,
                paid=tuple((drawn.cover.name, drawn.draws[place].paid_yen) for drawn, _ in pairs),
            )
        )
    return tuple(rows)


def _ground(facts: LossFacts, code: str, sizes: dict[str, int]) -> Ground:
    how, figure = _how(facts, code, sizes), facts.find_figure(code)
    if figure is None:
        loss = facts.entered_loss(code)
        return Ground(loss.name, how, loss.note, (), False)
    return Ground(figure.name, how, figure.note, figure.sources, figure.mark == "assumed")


def _not_named(facts: LossFacts, losses: Iterable[Loss]) -> tuple[NotNamedRow, ...]:
    sums = {loss.code: loss.yen for loss in losses if not loss.cost_line}
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
