"""/desk/money/: the months with their lists and what is remitted; one month with its ties; what is earned."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.http import HttpRequest, HttpResponse

from sonae.apps.billing.queries import count_money_to_look_at, list_money_dealt_with, list_money_to_look_at
from sonae.apps.reporting.earned_premium import kept_month
from sonae.apps.reporting.models import Bordereau, RemittanceStep
from sonae.apps.reporting.months import is_over, list_months
from sonae.apps.reporting.payout_items import kept_payout_items, open_items
from sonae.apps.reporting.ties import Tie, TieItem, kept_ties, shown_first, unexplained_of
from sonae.domain.money import format_yen
from sonae.domain.staff_rights import Right
from sonae.domain.text import Text
from sonae.web.desk.access import for_month, for_staff
from sonae.web.desk.afresh import wants_afresh
from sonae.web.desk.feed_words import actor_names
from sonae.web.desk.money_words import ACTS, DEALT_WITH, ITEMS, MATTERS, SIDES, TIES
from sonae.web.desk.page import desk_page
from sonae.web.shared.language import in_language
from sonae.web.shared.moment import now, today

ITEMS_SHOWN = 100
MATTERS_SHOWN = 100
DEALT_WITH_SHOWN = 50
ALL_TIES = Text("すべて合っています", "Everything ties")
State = tuple[Text, str]  # words, and how the chip looks
RUNNING: State = Text("今月", "Running"), "waiting"
TO_CLOSE: State = Text("閉じられます", "Can be closed"), "soon"
TO_REMIT: State = Text("精算待ち", "To be remitted"), "soon"
OVERDUE: State = Text("精算の期日を過ぎました", "Overdue"), "urgent"
REMITTED: State = Text("精算済み", "Remitted"), "good"


@dataclass(frozen=True, slots=True)
class MonthLine:
    """One month of the overview."""

    month: date
    bordereau: Bordereau | None
    remitted: RemittanceStep | None
    is_over: bool
    is_late: bool

    @property
    def state(self) -> State:
        """What is to be done with it."""
        if self.bordereau is None:
            return RUNNING if not self.is_over else TO_CLOSE
        if self.remitted is not None:
            return REMITTED
        return OVERDUE if self.is_late else TO_REMIT


@for_staff("GET", right=Right.SEE_MONEY)
def months(request: HttpRequest) -> HttpResponse:
    """The newest first, with how much work the processor's payouts make."""
    moment, day = now(request), today(request)
    closed = {one.month: one for one in Bordereau.objects.prefetch_related("remittance_steps")}
    lines = []
    for month in list_months(now=moment):
        bordereau = closed.get(month)
        lines.append(
            MonthLine(
                month,
                bordereau,
                remitted_of(bordereau) if bordereau else None,
                is_over(month, now=moment),
                bordereau is not None and day > bordereau.due_on,
            )
        )
    open_count = len(open_items(kept_payout_items(now=moment).answer))
    waiting = [line for line in lines if line.bordereau is None and line.is_over]
    unremitted = [line.bordereau for line in lines if line.bordereau and not line.remitted]
    facts = {
        "lines": lines, "open_count": open_count, "look_count": count_money_to_look_at(),
        "to_close": len(waiting), "to_remit": len(unremitted),
        "to_remit_yen": sum(one.net_yen for one in unremitted),
    }  # fmt: skip
    return desk_page(request, "desk/money/months.html", facts)


def remitted_of(bordereau: Bordereau) -> RemittanceStep | None:
    """The payment that stands; None where there is none or it was taken back."""
    last = max(bordereau.remittance_steps.all(), key=lambda step: step.number, default=None)
    return last if last is not None and last.kind == RemittanceStep.Kind.PAID else None


@dataclass(frozen=True, slots=True)
class TieLine:
    """A tie with its words and the items that are shown."""

    tie: Tie
    name: Text
    left: Text
    right: Text
    items: list[tuple[TieItem, Text]]
    more: int


@for_month("GET")
def ties(request: HttpRequest, month: date) -> HttpResponse:
    """One month from four sides."""
    kept = kept_ties(month, now=now(request), afresh=wants_afresh(request))
    found, lines = kept.answer, []
    for tie in found:
        items = list(shown_first(tie.items))
        shown = [(item, ITEMS[item.code]) for item in items[:ITEMS_SHOWN]]
        lines.append(TieLine(tie, TIES[tie.code], SIDES[tie.left], SIDES[tie.right], shown, len(items) - len(shown)))
    unexplained = unexplained_of(found)
    verdict = ALL_TIES
    if unexplained:
        ja, en = format_yen(unexplained), format_yen(unexplained, "en")
        verdict = Text(f"説明できない差が{ja}あります", f"{en} are unexplained")
    facts = {
        "month": month,
        "lines": lines,
        "unexplained": unexplained,
        "verdict": in_language(verdict),
        "page": "ties",
        "kept": kept,
        "as_of": now(request),
    }
    return desk_page(request, "desk/money/ties.html", facts)


@for_month("GET")
def earned(request: HttpRequest, month: date) -> HttpResponse:
    """What the month wrote and earned, and how what is unearned will be."""
    kept = kept_month(month, now=now(request), afresh=wants_afresh(request))
    years, rows = kept.answer
    longest = max((abs(yen) for _, yen, _ in rows), default=0) or 1
    bars = [(on, yen, left, f"{100 * max(yen, 0) / longest:.2f}%", on <= month) for on, yen, left in rows]
    totals = {
        "before": sum(one.movement.before.unearned for one in years),
        "written": sum(one.movement.written for one in years),
        "earned": sum(one.movement.earned for one in years),
        "after": sum(one.movement.after.unearned for one in years),
    }
    facts = {
        "month": month,
        "years": years,
        "totals": totals,
        "bars": bars,
        "page": "earned",
        "kept": kept,
        "as_of": now(request),
    }
    return desk_page(request, "desk/money/earned.html", facts)


@for_staff("GET", right=Right.SEE_MONEY)
def look(request: HttpRequest) -> HttpResponse:
    """What waits for a person, the most pressing matter first; below it what people have dealt with by hand lately."""
    waiting = list_money_to_look_at(most=MATTERS_SHOWN)
    dealt_with = list_money_dealt_with(most=DEALT_WITH_SHOWN)
    names = actor_names(one.actor for one in dealt_with)
    facts = {
        "lines": [(one, *MATTERS[one.matter], *ACTS.get(one.matter, ("", None))) for one in waiting],
        "count": len(waiting) if len(waiting) < MATTERS_SHOWN else count_money_to_look_at(),
        "most": MATTERS_SHOWN,
        "dealt_with": [(one, *DEALT_WITH[one.matter], names[one.actor]) for one in dealt_with],
    }
    return desk_page(request, "desk/money/look.html", facts)
