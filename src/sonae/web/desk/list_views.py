"""/desk/money/<month>/list/: the month's list for the insurer, closing it, its files, and what is remitted."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.utils.http import content_disposition_header

from sonae.apps.audit.later import later
from sonae.apps.audit.record import record
from sonae.apps.reporting.file_forms import TYPES
from sonae.apps.reporting.layouts import NoProduct
from sonae.apps.reporting.list_export import NoSuchProfile, export, file_name, profiles_of
from sonae.apps.reporting.models import Bordereau
from sonae.apps.reporting.months import is_over
from sonae.apps.reporting.unlisted import count_unlisted
from sonae.apps.reporting.use_cases.close_bordereau import BeforeTheFirst, EarlierOpen, NotOver, close_bordereau
from sonae.apps.reporting.use_cases.remit_premium import (
    DayOutOfReach,
    StandsOtherwise,
    mark_remitted,
    take_remittance_back,
)
from sonae.domain.bordereau import Line, line_from
from sonae.domain.bordereau_cells import TRANSACTIONS
from sonae.domain.staff_rights import Right
from sonae.domain.text import Text
from sonae.web.desk.access import actor_of, for_month
from sonae.web.desk.act_views import ReasonForm
from sonae.web.desk.feed_words import actor_names
from sonae.web.desk.money_views import remitted_of
from sonae.web.desk.page import desk_page
from sonae.web.shared.access import not_there
from sonae.web.shared.figures import month_words
from sonae.web.shared.language import active_language, say
from sonae.web.shared.moment import now, today

LINES_SHOWN = 50
CLOSED_AT_ONCE = 20_000  # lines; a longer list is closed by the worker
SECTIONS = {"paid": Text("有料プラン", "Paid plans"), "free": Text("無料補償", "Free cover")}


class RemitForm(forms.Form):
    """When it was paid, and by which reference the bank knows it."""

    paid_on = forms.DateField(
        label=say("支払った日", "Paid on"),
        input_formats=["%Y-%m-%d", "%Y/%m/%d", "%Y年%m月%d日"],
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={
            "required": say("支払った日を入れてください。", "Please enter the day."),
            "invalid": say("2026-12-01 のように入れてください。", "Please write it like 2026-12-01."),
        },
    )
    bank_reference = forms.CharField(
        label=say("銀行の照会番号", "Bank reference"),
        help_text=say("振込みの控えにある番号を入れてください。", "As the bank’s slip has it."),
        max_length=80,
        error_messages={
            "required": say("銀行の照会番号を入れてください。", "Please enter the bank’s reference."),
            "max_length": say("80字までで入れてください。", "At most 80 characters, please."),
        },
    )


@for_month("GET")
def bordereau(request: HttpRequest, month: date) -> HttpResponse:
    """A closed list with its first lines; of an open one only how much there is so far."""
    closed = _closed(month)
    facts: dict[str, Any] = {"month": month, "closed": closed, "page": "list", "over": is_over(month, now=now(request))}
    if closed is None:
        counted = count_unlisted(month)
        facts["sections"] = [(name, *counted.get(code, (0, 0))) for code, name in SECTIONS.items()]
    else:
        facts |= _facts_of(closed)
    return desk_page(request, "desk/money/list.html", facts)


def _facts_of(closed: Bordereau) -> dict[str, Any]:
    kept = closed.lines.order_by("number").values_list("number", "facts")[:LINES_SHOWN]
    names = actor_names([closed.closed_by, *(step.actor for step in closed.remittance_steps.all())])
    return {
        "rows": [_row(number, line_from(facts)) for number, facts in kept],
        "profiles": profiles_of(closed),
        "closed_by": names[closed.closed_by],
        "remitted": remitted_of(closed),
        "steps": [(step, names[step.actor]) for step in closed.remittance_steps.order_by("number")],
    }


def _row(number: int, line: Line) -> tuple[int, Line, Text, Text]:
    return number, line, TRANSACTIONS[line.transaction], SECTIONS[line.section]


@for_month("GET", "POST", right=Right.HANDLE_MONEY)
def close(request: HttpRequest, month: date) -> HttpResponse:
    """GET asks; POST closes, once. Who presses twice reads that it is closed."""
    if _closed(month) is not None:
        if request.method == "POST":
            messages.info(request, say("この月はもう閉じられています。", "This month is closed already."))
        return redirect("desk:bordereau", f"{month:%Y-%m}")
    if request.method != "POST":
        return _ask(request, month)
    if sum(count for count, _ in count_unlisted(month).values()) > CLOSED_AT_ONCE:
        later("sonae.close_month", month=f"{month:%Y-%m}", actor=actor_of(request))
        said = say(
            "件数が多いため、裏で閉じています。少ししてから開き直してください。",
            "The list is long and is being closed now. Look again in a while.",
        )
        messages.info(request, said)
        return redirect("desk:bordereau", f"{month:%Y-%m}")
    return _close(request, month)


def _close(request: HttpRequest, month: date) -> HttpResponse:
    try:
        close_bordereau(month=month, actor=actor_of(request), now=now(request))
    except NotOver:
        problem = say(
            "この月はまだ終わっていません。翌月の1日から閉じられます。",
            "This month is not over yet; it can be closed from the 1st of the next.",
        )
    except EarlierOpen as earlier:
        name = month_words(earlier.month, active_language())
        problem = say(
            f"{name}がまだ閉じられていません。先にその月を閉じてください。",
            f"{name} is still open; please close it first.",
        )
    except BeforeTheFirst:
        problem = say(
            "この月より後の月が、最初の明細として閉じられています。", "A later month was closed as the first list."
        )
    except NoProduct:
        problem = say(
            "公開された商品がないため、明細の形が決まりません。",
            "No product is published, so nothing says how a list looks.",
        )
    else:
        messages.success(
            request, say("閉じました。この明細は、もう変わりません。", "Closed. This list never changes again.")
        )
        return redirect("desk:bordereau", f"{month:%Y-%m}")
    return _ask(request, month, problem=str(problem), status=409)


def _ask(request: HttpRequest, month: date, *, problem: str = "", status: int = 200) -> HttpResponse:
    counted = count_unlisted(month).values()
    count, yen = (sum(figures) for figures in zip(*counted, strict=True)) if counted else (0, 0)
    facts = {"month": month, "act": "close", "count": count, "yen": yen, "problem": problem}
    return desk_page(request, "desk/money/list_act.html", facts, status=status)


@for_month("GET", "POST", right=Right.HANDLE_MONEY)
def remit(request: HttpRequest, month: date) -> HttpResponse:
    """The clerk says that it was paid, with day and reference."""
    closed = _closed_or_absent(request, month)
    form = RemitForm(
        request.POST if request.method == "POST" else None, initial={"paid_on": today(request).isoformat()}
    )
    if request.method == "POST" and form.is_valid():
        try:
            mark_remitted(month=month, actor=actor_of(request), now=now(request), **form.cleaned_data)
        except DayOutOfReach:
            form.add_error(
                "paid_on",
                say(
                    "この月の初めから今日までの日付を入れてください。", "A day from the month’s first to today, please."
                ),
            )
        except StandsOtherwise:
            messages.warning(
                request, say("別の支払いがすでに記録されています。", "Another payment is recorded already.")
            )
            return redirect("desk:bordereau", f"{month:%Y-%m}")
        else:
            messages.success(request, say("精算を記録しました。", "The remittance is recorded."))
            return redirect("desk:bordereau", f"{month:%Y-%m}")
    return _form(request, closed, "remit", form)


@for_month("GET", "POST", right=Right.HANDLE_MONEY)
def take_back(request: HttpRequest, month: date) -> HttpResponse:
    """The clerk takes the last payment back and says why."""
    closed = _closed_or_absent(request, month)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            take_remittance_back(
                month=month, reason=form.cleaned_data["reason"], actor=actor_of(request), now=now(request)
            )
        except StandsOtherwise:
            messages.warning(request, say("取り消す支払いがありません。", "There is no payment to take back."))
        else:
            messages.success(request, say("精算を取り消しました。", "The remittance is taken back."))
        return redirect("desk:bordereau", f"{month:%Y-%m}")
    return _form(request, closed, "take_back", form)


def _form(request: HttpRequest, closed: Bordereau, act: str, form: forms.Form) -> HttpResponse:
    facts = {"month": closed.month, "closed": closed, "act": act, "form": form}
    return desk_page(request, "desk/money/list_act.html", facts, status=422 if form.errors else 200)


@for_month("GET")
def file(request: HttpRequest, month: date, *, profile: str, form: str) -> HttpResponseBase:
    """The closed list as CSV or workbook, streamed; who took it is written down, because there are names of insured in it."""
    closed = _closed_or_absent(request, month)
    if form not in TYPES:
        raise not_there(request, "bordereau", f"{month:%Y-%m} {profile}.{form}")
    try:
        pieces = export(closed, profile=profile, form=form, language=active_language())
    except NoSuchProfile:
        raise not_there(request, "bordereau", f"{month:%Y-%m} {profile}") from None
    record(now=now(request), actor=actor_of(request), action="bordereau.taken", object_kind="bordereau",
           object_id=str(closed), profile=profile, form=form)  # fmt: skip
    answer = StreamingHttpResponse(pieces, content_type=TYPES[form])
    answer.headers["Content-Disposition"] = (
        content_disposition_header(True, file_name(closed, profile, form)) or "attachment"
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _closed(month: date) -> Bordereau | None:
    return (
        Bordereau.objects.select_related("product_version")
        .defer("product_version__files")
        .prefetch_related("remittance_steps")
        .filter(month=month)
        .first()
    )


def _closed_or_absent(request: HttpRequest, month: date) -> Bordereau:
    closed = _closed(month)
    if closed is None:
        raise not_there(request, "bordereau", f"{month:%Y-%m}")
    return closed
