"""/desk/figures/: what the programme comes to in numbers; each opens the list behind it, and both can be taken as files.

Lists and files hold numbers and facts, no names and nothing else of a person: everybody who sees figures may see them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header

from sonae.apps.audit.record import record
from sonae.apps.reporting.figures.counting import Row, counted_by, every_row, rows_behind, total_of
from sonae.apps.reporting.figures.last_round import find_round
from sonae.apps.reporting.figures.topics import TOPICS, Figure, Topic, When
from sonae.apps.reporting.models import FiguresRound
from sonae.apps.reporting.table_file import TYPES, write_table
from sonae.domain.csv_cells import Cell as FileCell
from sonae.domain.earning import month_of
from sonae.domain.period import add_months
from sonae.domain.staff_rights import Right
from sonae.domain.text import Text
from sonae.web.desk.access import actor_of, for_staff, rights_here
from sonae.web.desk.figure_address import MOST_MONTHS, Address, address_of, key_in
from sonae.web.desk.figure_chart import chart_of
from sonae.web.desk.figure_tables import Column, column_of, list_address, table_of
from sonae.web.desk.figure_words import GROUPS, Names, day_words
from sonae.web.desk.figure_words import TOPICS as TOPIC_WORDS
from sonae.web.desk.page import desk_page
from sonae.web.shared.access import View, not_there
from sonae.web.shared.context import programme_of
from sonae.web.shared.language import active_language
from sonae.web.shared.moment import now, today

ROWS_A_PAGE = 50
MONTHS_AHEAD = 13
OVERVIEW = (
    ("certificates", "in_force"), ("certificates", "issued"), ("free-cover", "members"), ("free-cover", "free_in_force"),
    ("applications", "started"), ("consultations", "received"),
)  # fmt: skip
FACTS = ("plan", "class", "industry", "language")  # of a row, shown where the topic knows them


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure on the first page."""

    topic: Text
    column: Column
    count: int
    since: date
    to: date
    on: date | None  # where it is true of a day and not of a period
    address: str


def for_topic(*methods: str) -> Callable[[View], View]:
    """The view gets what the address asks for, of a topic that there is."""

    def decorate(view: View) -> View:
        @for_staff(*methods, right=Right.SEE_FIGURES)
        @wraps(view)
        def opened(request: HttpRequest, *, topic: str, **arguments: Any) -> HttpResponseBase:
            found = TOPICS.get(topic)
            if found is None:
                raise not_there(request, "figures", topic)
            return view(request, counted_on(request, found), **arguments)

        return opened

    return decorate


def counted_on(request: HttpRequest, topic: Topic) -> Address:
    """What is asked for; where the last round's day rules, with that."""
    address, last = address_of(request, topic), round_here(request)
    if any(figure.when is When.ROUND for figure in topic.figures) and last is not None and "day" in last.seen:
        return replace(address, asked=replace(address.asked, on=date.fromisoformat(last.seen["day"])))
    return address


def round_here(request: HttpRequest) -> FiguresRound | None:
    """The last round; asked for once a request."""
    if not hasattr(request, "sonae_figures_round"):
        request.sonae_figures_round = find_round()  # type: ignore[attr-defined]  # read once, kept on the request itself
    found: FiguresRound | None = request.sonae_figures_round  # type: ignore[attr-defined]
    return found


@for_staff("GET", right=Right.SEE_FIGURES)
def figures(request: HttpRequest) -> HttpResponse:
    """The most asked-for figures, and the way to all."""
    tiles = []
    for code, name in OVERVIEW:
        address = counted_on(request, TOPICS[code])
        figure, asked = figure_of(address.topic, name), address.asked
        counted = total_of(counted_by(figure, asked, "all"))
        on = None if figure.when is When.PERIOD else asked.on
        page = list_address(address, name)
        tiles.append(
            Tile(TOPIC_WORDS[code][0], column_of(figure), counted.count, asked.since, address.last_month, on, page)
        )
    facts = {
        "tiles": tiles,
        "topics": [(code, *words) for code, words in TOPIC_WORDS.items()],
        "round": round_here(request),
    }
    return desk_page(request, "desk/figures/overview.html", facts)


@for_topic("GET")
def topic(request: HttpRequest, address: Address) -> HttpResponse:
    """Tiles, chart and table of one topic."""
    names = names_here(request)
    table = table_of(address, names)
    code = address.topic.code
    facts = {
        **frame_of(request, address, names), "table": table, "chart": chart_of(table),
        "file_query": address.query(), "definitions": list(dict.fromkeys([*table.columns, *(one.column for one in table.totals)])),
    }  # fmt: skip
    last = round_here(request)
    if code == "reconciliation" and last is not None:
        facts["open_payouts"] = last.seen.get("open_payouts")
    return desk_page(request, "desk/figures/topic.html", facts)


@for_topic("GET")
def topic_file(request: HttpRequest, address: Address, form: str) -> HttpResponseBase:
    """The table as CSV or workbook."""
    code, language = address.topic.code, active_language()
    if form not in TYPES:
        raise not_there(request, "figures", f"{code}.{form}")
    table = table_of(address, names_here(request))
    note_taken(request, address, code, form, len(table.lines))
    pieces = write_table(table.heading(language), table.rows(language), form=form, sheet=code)
    return as_file(pieces, f"figures-{code}-{address.asked.since:%Y-%m}-{address.last_month:%Y-%m}.{form}", form)


@for_topic("GET")
def rows(request: HttpRequest, address: Address, figure: str) -> HttpResponse:
    """The list behind a figure, the latest first, fifty at a time."""
    found = figure_or_absent(request, address, figure)
    names, before = names_here(request), key_in(request)
    listed = rows_behind(found, address.asked, before=before, most=ROWS_A_PAGE + 1)
    shown, query = listed[:ROWS_A_PAGE], address.query(by=False)
    fact_names = [GROUPS[code] for code in facts_shown(address.topic)]
    facts = {
        **frame_of(request, address, names), "column": column_of(found), "query": query, "first": before is None,
        "rows": [(row, list(zip(fact_names, facts_of(row, address.topic, names), strict=True))) for row in shown],
        "fact_names": fact_names,
        "counted": total_of(counted_by(found, address.asked, "all")),
        "narrowed": [(GROUPS[code], names.say(code, value)) for code, value in address.asked.chosen.items()],
        "next": f"{query}&before={shown[-1].key}" if len(listed) > ROWS_A_PAGE else "",
        "may_open": Right.SEE_COVER in rights_here(request), "has_yen": found.has_yen or found.in_yen, "kept": found.kept,
        "by_moment": "hour" in address.topic.groups,
    }  # fmt: skip
    return desk_page(request, "desk/figures/rows.html", facts)


@for_topic("GET")
def rows_file(request: HttpRequest, address: Address, figure: str, form: str) -> HttpResponseBase:
    """The whole list as CSV or workbook, streamed; who took it is written down."""
    found, code = figure_or_absent(request, address, figure), address.topic.code
    if form not in TYPES:
        raise not_there(request, "figures", f"{code}/{figure}.{form}")
    names, language = names_here(request), active_language()
    note_taken(request, address, f"{code}/{figure}", form, total_of(counted_by(found, address.asked, "all")).count)
    has_yen = found.has_yen or found.in_yen
    heading = [
        *(one.in_language(language) for one in (NUMBER, DAY, *(GROUPS[code] for code in facts_shown(address.topic)))),
        *([YEN.in_language(language)] if has_yen else []),
    ]
    pieces = write_table(heading, _file_rows(found, address, names, language, has_yen=has_yen), form=form, sheet=figure)
    return as_file(pieces, f"figures-{code}-{figure}.{form}", form)


NUMBER, DAY, YEN = Text("番号", "Number"), Text("日付", "Date"), Text("金額（円）", "Yen")


def _file_rows(
    figure: Figure, address: Address, names: Names, language: str, *, has_yen: bool
) -> Iterator[list[FileCell]]:
    for row in every_row(figure, address.asked):
        facts: list[FileCell] = [fact.in_language(language) for fact in facts_of(row, address.topic, names)]
        yield [row.number, row.on_date, *facts, *([row.yen] if has_yen else [])]


def facts_shown(topic: Topic) -> list[str]:
    """The groups whose values a row of the topic shows; of two that say the same, one."""
    coded = [code for code in ("step", "outcome", "kind") if code in topic.groups][:1]
    why = [code for code in ("reason", "window") if code in topic.groups][:1]
    return [*(code for code in FACTS if code in topic.groups), *coded, *why]


def facts_of(row: Row, topic: Topic, names: Names) -> list[Text]:
    """Their values in words."""
    values = {
        "plan": row.plan, "class": row.member_class, "industry": row.industry, "language": row.language, "step": row.detail,
        "outcome": row.detail, "kind": row.detail, "reason": row.reason, "window": row.reason,
    }  # fmt: skip
    return [names.say(code, values[code]) for code in facts_shown(topic)]


def frame_of(request: HttpRequest, address: Address, names: Names) -> dict[str, Any]:
    """What every page of a topic has: its words, the form that narrows it down, and when it was counted."""
    topic, present = address.topic, month_of(today(request))
    months = {add_months(present, MONTHS_AHEAD - 1 - place) for place in range(MOST_MONTHS + MONTHS_AHEAD)}
    choices = [
        (
            code,
            GROUPS[code],
            [(value, name, address.asked.chosen.get(code) == value) for value, name in names.of(code).items()],
        )
        for code in topic.filters
    ]
    name, lead = TOPIC_WORDS[topic.code]
    return {
        "topic": topic, "name": name, "lead": lead, "address": address, "choices": choices,
        "months": [
            (f"{one:%Y-%m}", day_words("month", f"{one:%Y-%m}"), one == address.asked.since, one == address.last_month)
            for one in sorted(months | {address.asked.since, address.last_month}, reverse=True)
        ],
        "groups": [(code, GROUPS[code], code == address.group) for code in topic.groups],
        "by_day": any(figure.when is When.DAY for figure in topic.figures),
        "topics": [(code, words[0], code == topic.code) for code, words in TOPIC_WORDS.items()],
        "round": round_here(request),
    }  # fmt: skip


def names_here(request: HttpRequest) -> Names:
    """By the product of the day."""
    return Names(programme_of(request).current_product)


def figure_of(topic: Topic, code: str) -> Figure:
    """KeyError where there is none."""
    found = topic.figure(code)
    if found is None:
        raise KeyError(code)
    return found


def figure_or_absent(request: HttpRequest, address: Address, code: str) -> Figure:
    """The figure of the address; what isn't there is answered so."""
    found = address.topic.figure(code)
    if found is None:
        raise not_there(request, "figures", f"{address.topic.code}/{code}")
    return found


def note_taken(request: HttpRequest, address: Address, what: str, form: str, count: int) -> None:
    """Who took which figures, and narrowed down to what."""
    record(now=now(request), actor=actor_of(request), action="figures.taken", object_kind="figures", object_id=what[:80],
           form=form, rows=count, asked=address.query())  # fmt: skip


def as_file(pieces: Iterator[bytes], name: str, form: str) -> StreamingHttpResponse:
    """Saved under that name, and kept by no cache on the way."""
    answer = StreamingHttpResponse(pieces, content_type=TYPES[form])
    answer.headers["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer
