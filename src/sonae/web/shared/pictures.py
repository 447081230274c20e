"""Pictures computed from figures: plans as tiles, limits as vessels, the scheme year as a ruler. Numbers only, no markup."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from sonae.domain.money import yen_in_words
from sonae.domain.text import Text

LIABILITY_TILE = 100_000_000
COST_TILE = 10_000_000


@dataclass(frozen=True, slots=True)
class Tile:
    """One diamond. ``shape`` is an SVG path; ``look`` its class."""

    shape: str
    look: str


@dataclass(frozen=True, slots=True)
class PlanTiles:
    """All tiles of one plan and what they say in words."""

    width: int
    large: tuple[Tile, ...]
    small: tuple[Tile, ...]
    words: Text


@lru_cache(maxsize=64)
def plan_tiles(liability_limit: int, cost_limit: int, *, liability_slots: int = 5, cost_slots: int = 5) -> PlanTiles:
    """A large tile is 1億円 of liability, a small one 1,000万円 of own costs; empty slots show what larger plans hold."""
    liability_slots = max(liability_slots, math.ceil(liability_limit / LIABILITY_TILE))
    cost_slots = max(cost_slots, math.ceil(cost_limit / COST_TILE))
    upper = math.ceil(liability_slots / 2)
    places = [(15 + 28 * n, 15) for n in range(upper)] + [(29 + 28 * n, 29) for n in range(liability_slots - upper)]
    start = 28 * upper + 16
    costs = [(start + 13 * n, 36) for n in range(cost_slots)]
    return PlanTiles(
        width=start + 13 * (cost_slots - 1) + 8,
        large=_tiles(places, 13, liability_limit / LIABILITY_TILE),
        small=_tiles(costs, 6, cost_limit / COST_TILE),
        words=_limits_in_words(liability_limit, cost_limit),
    )


def _tiles(places: list[tuple[int, int]], half: float, filled: float) -> tuple[Tile, ...]:
    tiles = []
    for n, (x, y) in enumerate(places):
        share = min(1.0, max(0.0, filled - n))
        tiles.append(Tile(_diamond(x, y, half), "tile-filled" if share == 1 else "tile-empty"))
        if 0 < share < 1:  # by area, so that 50万円 is truly a two-hundredth of a tile
            tiles.append(Tile(_diamond(x, y, half * math.sqrt(share)), "tile-ink"))
    return tuple(tiles)


def _diamond(x: float, y: float, half: float) -> str:
    points = [(x, y - half), (x + half, y), (x, y + half), (x - half, y)]
    return "M" + "L".join(f"{px:.4g} {py:.4g}" for px, py in points) + "z"


def _limits_in_words(liability_limit: int, cost_limit: int) -> Text:
    liability, cost = yen_in_words(liability_limit), yen_in_words(cost_limit)
    return Text(
        f"賠償の限度額{liability.ja}、自社の費用の限度額{cost.ja if cost_limit else 'なし'}",
        f"Liability limit {liability.en}, own-cost limit {cost.en if cost_limit else 'none'}",
    )


@dataclass(frozen=True, slots=True)
class Tick:
    """A month on the ruler: place in percent, its name."""

    at: str
    name: Text
    is_end: bool
    near_edge: bool
    anchor: str


@dataclass(frozen=True, slots=True)
class TermRuler:
    """The scheme year that ends at ``expiry_on``, with the part that is covered."""

    ticks: tuple[Tick, ...]
    from_at: str
    length: str
    today_at: str
    today_anchor: str


SHORT_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def term_ruler(start_on: date, expiry_on: date, today: date | None = None) -> TermRuler:
    """Twelve equal months up to the expiry. ``today`` outside the year is not marked."""
    year_start = expiry_on.replace(year=expiry_on.year - 1)
    ticks = tuple(_tick(year_start.month, n) for n in range(13))
    begin = _share(year_start, start_on)
    here = None if today is None or not year_start <= today < expiry_on else _share(year_start, today)
    return TermRuler(
        ticks=ticks,
        from_at=percent(begin),
        length=percent(1 - begin),
        today_at="" if here is None else percent(here),
        today_anchor="end" if here is not None and here > 0.75 else "start",
    )


def _tick(first_month: int, n: int) -> Tick:
    month = (first_month + n - 1) % 12 + 1
    is_end = n in (0, 12)
    return Tick(
        at=percent(n / 12),
        name=Text(f"{month}月" if is_end else str(month), SHORT_MONTHS[month - 1]),
        is_end=is_end,
        near_edge=n in (1, 11),
        anchor={0: "start", 12: "end"}.get(n, "middle"),
    )


def _share(year_start: date, day: date) -> float:
    months = (day.year - year_start.year) * 12 + day.month - year_start.month
    return min(1.0, max(0.0, (months + (day.day - year_start.day) / 31) / 12))


@dataclass(frozen=True, slots=True)
class LimitBar:
    """A loss poured into a limit. All widths in percent of the scale."""

    vessel: str
    paid: str
    unpaid: str
    unpaid_yen: int
    paid_yen: int


def limit_bar(limit_yen: int, loss_yen: int, scale_yen: int) -> LimitBar:
    """What the limit holds is paid; what it doesn't runs over. The scale must hold both."""
    scale = max(scale_yen, limit_yen, loss_yen, 1)
    paid = min(limit_yen, loss_yen)
    return LimitBar(
        vessel=percent(limit_yen / scale),
        paid=percent(paid / scale),
        unpaid=percent((loss_yen - paid) / scale) if loss_yen > paid else "",
        unpaid_yen=loss_yen - paid,
        paid_yen=paid,
    )


def percent(share: float) -> str:
    """A width as SVG reads it."""
    return f"{round(share * 100, 3):g}%"
