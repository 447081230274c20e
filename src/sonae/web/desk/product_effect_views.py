"""/desk/products/drafts/…/effect/: what a draft would mean for whom, worked out in the background and kept with its digest."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from sonae.apps.programmes.drafts import OpenDraft, open_draft
from sonae.apps.programmes.models import ProductDraft, SchemeYear
from sonae.apps.programmes.product_files import product_of
from sonae.apps.programmes.queries import list_scheme_years
from sonae.apps.revision.effect import AXES
from sonae.apps.revision.models import VersionEffect
from sonae.apps.revision.queries import find_effect, year_to_judge
from sonae.apps.revision.use_cases.ask_effect import NotReadable, ask_effect
from sonae.domain.product_differences.difference import signed_percent
from sonae.domain.staff_rights import Right
from sonae.domain.text import Text
from sonae.web.desk.access import actor_of, for_draft
from sonae.web.desk.effect_picture import AXIS_NAMES, Words, example_lines, picture_of, reason_lines, share_lines
from sonae.web.desk.feed_words import actor_names
from sonae.web.desk.page import desk_page
from sonae.web.desk.product_words import EFFECT_STATES
from sonae.web.desk.turn_words import PROBLEMS, named
from sonae.web.shared.language import in_language
from sonae.web.shared.moment import now

ASKED = Text("試算を始めました。", "The figures are being worked out.")
UNREADABLE = Text(
    "ファイルが商品として読めないため、試算できません。先に指摘を直してください。",
    "The files can’t be read as a product, so nothing can be worked out. Mend the findings first.",
)


@for_draft("GET", "POST", to_act=Right.PREPARE_PRODUCT)
def effect(request: HttpRequest, draft: ProductDraft) -> HttpResponse:
    """GET shows the newest figures for the draft as it stands, and asks again while they are worked out; POST asks for them."""
    opened, years = open_draft(draft), list_scheme_years()
    asked = request.POST if request.method == "POST" else request.GET
    year = _year(opened, years, asked.get("year", ""))
    if request.method == "POST" and year is not None:
        try:
            ask_effect(opened=opened, year=year, actor=actor_of(request), now=now(request))
        except NotReadable:
            messages.warning(request, in_language(UNREADABLE))
        else:
            messages.success(request, in_language(ASKED))
        return redirect(f"{reverse('desk:product_effect', args=[draft.pk])}?year={year.start_on}")
    found = find_effect(digest=opened.revision.digest, year=year) if year else None
    if request.headers.get("HX-Request"):
        waits = HttpResponse(status=204)
        if found is None or found.state != VersionEffect.State.ASKED:
            waits.headers["HX-Refresh"] = "true"
        return waits
    return desk_page(request, "desk/products/effect.html", _facts(opened, years, year, found))


def _year(opened: OpenDraft, years: list[SchemeYear], asked: str) -> SchemeYear | None:
    """The year that was asked for, or the one out of which people would first renew under the draft."""
    named_year = next((year for year in years if f"{year.start_on}" == asked), None)
    if named_year is not None or opened.checked.product is None:
        return named_year or (years[-1] if years else None)
    return year_to_judge(years, opened.checked.product.effective_date)


def _facts(
    opened: OpenDraft, years: list[SchemeYear], year: SchemeYear | None, found: VersionEffect | None
) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "draft": opened.draft,
        "opened": opened,
        "years": years,
        "year": year,
        "effect": found,
        "state": EFFECT_STATES[found.state] if found else None,
        "asked_by": actor_names([found.asked_by])[found.asked_by] if found else None,
        "unreadable": UNREADABLE if opened.checked.product is None else None,
    }
    if found and year and found.state == VersionEffect.State.DONE and opened.checked.product:
        report, words = found.report, Words(opened.checked.product, product_of(year.product_version))
        facts |= {
            "report": report,
            "change": signed_percent(report["yen_before"], report["yen_after"]) if report["offered"] else None,
            "picture": picture_of(report["steps"]),
            "axes": [(axis, AXIS_NAMES[axis], share_lines(report, axis, words)) for axis in AXES],
            "reasons": reason_lines(report["reasons"], words),
            "problems": named(report["problems"], PROBLEMS),
            "problem_count": sum(report["problems"].values()),
            "examples": example_lines(report, words),
        }
    return facts
