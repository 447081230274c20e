"""Limits as vessels that the lines of a loss fill in their order, drawn to the scale of that loss. Numbers only, no markup."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sonae.domain.drawing_on_limits import Draw, Drawn
from sonae.domain.product.definition import Limit
from sonae.domain.text import Text
from sonae.web.shared.pictures import percent

STEPS = (1, 2, 3, 5, 10)
TICKS = 10
ROOM_FOR_A_NUMBER = 0.05  # of the width; a narrower part shows no number
TOO_NEAR = 0.03  # of the width: a number so near the mark of the low end could not be read


@dataclass(frozen=True, slots=True)
class Piece:
    """One part of a line in the picture. ``number`` is 0 where there is no room to write it."""

    x: str
    width: str
    middle: str
    number: int


@dataclass(frozen=True, slots=True)
class Vessel:
    """What one cover pays and what runs over; covers that look and pay alike share a vessel."""

    names: tuple[Text, ...]
    limits: tuple[int, ...]
    edge: str  # how wide the vessel is; empty where the cover has no such limit
    is_open: bool  # the limit lies beyond the right end
    paid: tuple[Piece, ...]
    over: tuple[Piece, ...]
    paid_yen: int
    unpaid_yen: int
    hatch: str


@dataclass(frozen=True, slots=True)
class LimitPicture:
    """All vessels of one limit on one scale."""

    limit: Limit
    low: int
    high: int
    low_at: str  # empty where low and high are one
    scale: int
    vessels: tuple[Vessel, ...]
    ticks: tuple[str, ...]
    plan: Text  # the smallest plan, on which the title is said
    plan_unpaid: int

    @property
    def tick_yen(self) -> int:
        return self.scale // TICKS


def limit_picture(limit: Limit, covers: Sequence[Drawn], low: int, numbers: dict[str, int]) -> LimitPicture | None:
    """None where the loss has no line of that limit. ``covers``: the free one, then the plans.

    ``numbers`` are those under which the page lists the lines.
    """
    plan = covers[1].vessel(limit)
    high = plan.loss_yen
    if not high:
        return None
    scale = round_scale(high)
    return LimitPicture(
        limit=limit,
        low=low,
        high=high,
        low_at=percent(low / scale) if 0 < low < high else "",
        scale=scale,
        vessels=_alike_together(covers, limit, scale, numbers, mark=low / scale),
        ticks=tuple(percent(n / TICKS) for n in range(TICKS + 1)),
        plan=covers[1].cover.name,
        plan_unpaid=plan.unpaid_yen,
    )


def round_scale(yen: int) -> int:
    """A round sum that leaves a little room to the right of ``yen``: 1, 2, 3 or 5 with noughts, at least 100."""
    wanted, unit = max(yen + yen // 20, 100), 1
    while STEPS[-1] * unit < wanted:
        unit *= 10
    return next(step * unit for step in STEPS if step * unit >= wanted)


def _alike_together(
    covers: Sequence[Drawn], limit: Limit, scale: int, numbers: dict[str, int], *, mark: float
) -> tuple[Vessel, ...]:
    groups: dict[tuple[object, ...], list[Drawn]] = {}
    for drawn in covers:
        width = min(drawn.cover.limit_yen(limit), scale + 1)
        groups.setdefault((width, *(draw.paid_yen for draw in drawn.draws_on(limit))), []).append(drawn)
    return tuple(
        _vessel(group, limit, scale, numbers, mark=mark, hatch=f"hatch-{limit}-{place}")
        for place, group in enumerate(groups.values())
    )


def _vessel(
    group: Sequence[Drawn], limit: Limit, scale: int, numbers: dict[str, int], *, mark: float, hatch: str
) -> Vessel:
    draws, totals = group[0].draws_on(limit), group[0].vessel(limit)
    held, paid = totals.limit_yen, totals.paid_yen
    return Vessel(
        names=tuple(drawn.cover.name for drawn in group),
        limits=tuple(dict.fromkeys(drawn.cover.limit_yen(limit) for drawn in group)),
        edge=percent(min(held, scale) / scale) if held else "",
        is_open=held > scale,
        paid=_pieces(((draw, draw.paid_yen) for draw in draws), 0, scale, numbers, mark),
        over=_pieces(((draw, draw.unpaid_yen) for draw in draws), paid, scale, numbers, mark),
        paid_yen=paid,
        unpaid_yen=totals.unpaid_yen,
        hatch=hatch,
    )


def _pieces(
    parts: Iterable[tuple[Draw, int]], begin: int, scale: int, numbers: dict[str, int], mark: float
) -> tuple[Piece, ...]:
    pieces, at = [], begin
    for draw, yen in parts:
        if yen:
            share = yen / scale
            number = numbers[draw.loss.code] if share >= ROOM_FOR_A_NUMBER else 0
            middle = at / scale + share / 2
            if abs(middle - mark) < TOO_NEAR:
                middle += share / 4
            pieces.append(Piece(percent(at / scale), percent(share), percent(middle), number))
            at += yen
    return tuple(pieces)
