"""/desk/: the queue of what waits, by due time; what ran by itself, the days of the scheme year, and how many members there are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from sonae.apps.membership.models import FreeCoverRun
from sonae.apps.membership.queries import count_members, list_parked_runs
from sonae.apps.work.models import SavedView
from sonae.apps.work.queries import Ran, list_colleagues, list_views, list_what_ran
from sonae.apps.work.queue import A_PAGE, Chosen, KindCount, Queue, Sort
from sonae.domain.calendar import application_deadline, cover_starts_at, japan_date, next_start, scheme_term
from sonae.domain.moments import read_moment
from sonae.domain.product.definition import Product
from sonae.domain.staff_rights import Right
from sonae.domain.text import Text
from sonae.domain.window import day_words
from sonae.domain.work import RULES
from sonae.web.desk.access import for_staff, rights_here
from sonae.web.desk.feed_words import class_name, class_names
from sonae.web.desk.page import desk_page
from sonae.web.desk.queue_here import queue_of
from sonae.web.desk.run_words import parked_rows, run_name
from sonae.web.desk.work_acts import carry_out
from sonae.web.desk.work_choice import chosen_in, named, question, read_place, write_place
from sonae.web.desk.work_rows import acting_rights, due_words, rows_of
from sonae.web.shared.access import person
from sonae.web.shared.context import programme_of
from sonae.web.shared.language import in_language
from sonae.web.shared.moment import now, today

WHOSE = {
    "all": Text("すべて", "All"),
    "mine": Text("自分の担当", "Mine"),
    "nobody": Text("担当なし", "Nobody’s"),
    "overdue": Text("期限超過", "Overdue"),
    "resting": Text("休止中", "Resting"),
}
SORTS: Mapping[Sort, Text] = {
    "due": Text("期限の近い順", "by due time"),
    "oldest": Text("古い順", "oldest first"),
    "newest": Text("新しい順", "newest first"),
}


@dataclass(frozen=True, slots=True)
class Tab:
    """One way to narrow the list: a link with what it holds."""

    name: Text
    count: int
    address: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Card:
    """One kind with its count."""

    name: Text
    count: KindCount
    note: Text
    address: str
    is_chosen: bool


@for_staff("GET", "POST", to_act=Right.TAKE_WORK)
def home(request: HttpRequest) -> HttpResponse:
    """The page; POST takes work up, gives it away, lets it rest, or keeps a view, and leads back to where it was sent from."""
    queue, chosen = queue_of(request), chosen_in(request.GET.dict())
    if request.method == "POST":
        return carry_out(request, queue, chosen)
    return desk_page(request, "desk/home.html", {**_work(request, queue, chosen), **_around(request)})


@for_staff("GET")
def changes(request: HttpRequest) -> HttpResponse:
    """How many items came, went or changed hands since the page was drawn, as a small part of it."""
    seen_at, every = read_moment(request.GET.get("seen", "")[:40]), request.GET.get("every", "")
    if seen_at is None or not (every.isascii() and every.isdigit() and len(every) < 12):
        return HttpResponse("")
    counts = queue_of(request).counts(seen_at=seen_at)
    came, moved, held = (sum(getattr(one, name) for one in counts) for name in ("came", "moved", "every"))
    news = {"came": came, "gone": max(0, int(every) + came - held), "moved": moved}
    facts = {**news, "address": question(chosen_in(request.GET.dict()))}
    return render(request, "desk/work/changes.html", facts)


def _work(request: HttpRequest, queue: Queue, chosen: Chosen) -> dict[str, Any]:
    counts, after = queue.counts(), read_place(request.GET.get("after", ""))
    page = queue.page(chosen, after=after)
    product = programme_of(request).current_product
    rows = rows_of(page.items, queue=queue, product=product)
    may_take = Right.TAKE_WORK in queue.viewer.rights
    return {
        "cards": [_card(one, chosen, queue.now) for one in counts if one.every],
        "idle": [RULES[one.kind].name for one in counts if not one.every],
        "within_the_hour": sum(row.urgency == "urgent" for row in rows) if chosen == Chosen() and not after else 0,
        "overdue": sum(one.overdue for one in counts),
        "tabs": _tabs(counts, chosen),
        "kind": RULES[chosen.kind].name if chosen.kind else None,
        "without_words": question(replace(chosen, words="")),
        "every_kind": question(replace(chosen, kind=None)),
        "chosen": chosen,
        "carried": {name: value for name, value in named(chosen).items() if name != "q"},
        "sorts": [(name, question(replace(chosen, sort=code)), code == chosen.sort) for code, name in SORTS.items()],
        "rows": rows,
        "next_page": question(chosen, after=write_place(page.items[-1].place)) if page.has_more else "",
        "first_page": question(chosen) if after else "",
        "a_page": A_PAGE,
        "is_whole": chosen == Chosen() and after is None,
        "here": question(chosen),
        "may_take": may_take,
        "may_choose": may_take and any(row.may_act for row in rows),
        "colleagues": _colleagues(request, queue) if may_take and rows else [],
        "views": [_view(view, chosen, person(request).pk) for view in list_views(user=person(request))],
        "seen": queue.now.isoformat(),
        "every": sum(one.every for one in counts),
    }


def _colleagues(request: HttpRequest, queue: Queue) -> list[Any]:
    wanted = acting_rights(queue.viewer.kinds) & queue.viewer.rights
    everybody = list_colleagues(user=person(request), on=today(request))
    return [one.user for one in everybody if one.rights & wanted]


def _card(one: KindCount, chosen: Chosen, moment: datetime) -> Card:
    if one.overdue:
        note = Text(f"期限超過 {one.overdue:,}件", f"{one.overdue:,} overdue")
    elif one.open and one.next_due_at is not None:
        due = due_words(one.next_due_at, moment)
        note = Text(f"次の期限 {due.ja}", f"next due {due.en}")
    else:
        note = Text(f"休止中 {one.resting:,}件", f"{one.resting:,} resting")
    is_chosen = chosen.kind == one.kind
    return Card(RULES[one.kind].name, one, note, question(Chosen(kind=None if is_chosen else one.kind)), is_chosen)


def _tabs(counts: list[KindCount], chosen: Chosen) -> list[Tab]:
    of_kind = [one for one in counts if chosen.kind in {None, one.kind}]
    held = {
        "all": sum(one.open for one in of_kind),
        "mine": sum(one.mine for one in of_kind),
        "nobody": sum(one.nobodys for one in of_kind),
        "overdue": sum(one.overdue for one in of_kind),
        "resting": sum(one.resting for one in of_kind),
    }
    present = chosen.whose if chosen.state == "open" else chosen.state
    return [Tab(name, held[code], question(_narrowed(chosen, code)), code == present) for code, name in WHOSE.items()]


def _narrowed(chosen: Chosen, code: str) -> Chosen:
    state = {"overdue": "overdue", "resting": "resting"}.get(code, "open")
    whose = code if state == "open" else "all"
    return chosen_in({**named(chosen), "whose": whose, "state": state})


def _view(view: SavedView, chosen: Chosen, user_id: int) -> dict[str, Any]:
    kept, own = chosen_in(view.chosen), view.owner_id == user_id
    by = "" if own else view.owner.email.partition("@")[0]
    return {"view": view, "address": question(kept), "is_chosen": kept == chosen, "own": own, "by": by}


def _around(request: HttpRequest) -> dict[str, Any]:
    """What stands below the queue."""
    product = programme_of(request).current_product
    names, counted = class_names(product), count_members(on=today(request))
    classes = [(class_name(code, names), counted.get(code, 0)) for code in [*names, *sorted(counted.keys() - names)]]
    facts = {
        "members": sum(counted.values()),
        "classes": classes,
        "today": today(request),
        "now": now(request),
        "ran": [_ran(one, now(request)) for one in list_what_ran(rights=rights_here(request))],
        "parked": parked_rows(list_parked_runs()) if Right.SEE_FEEDS in rights_here(request) else [],
    }
    if product is None:
        return facts
    deadline = in_language(_deadline_words(product, today(request)))
    return {**facts, "year": scheme_term(product.calendar, today(request)), "deadline": deadline}


def _deadline_words(product: Product, day: date) -> Text:
    """By when to apply, and when that cover begins."""
    start = next_start(product.calendar, day)
    last, first = day_words(application_deadline(product.calendar, start)), day_words(start)
    hour = f"{cover_starts_at(product.calendar, start):%H:%M}"
    return Text(
        f"{last.ja}までの申込みは、{first.ja} {hour} に始まります。",
        f"What is applied for by {last.en} starts on {first.en}, {hour} JST.",
    )


def _ran(one: Ran, moment: datetime) -> dict[str, Any]:
    name = run_name(one.row) if isinstance(one.row, FreeCoverRun) else None
    is_today = japan_date(one.at) == japan_date(moment)
    return {"what": one.what, "at": one.at, "today": is_today, "row": one.row, "name": name}
