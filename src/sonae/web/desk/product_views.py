"""/desk/products/: the published versions, the drafts, and one draft with its findings, files and revisions."""

from __future__ import annotations

from itertools import zip_longest

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from sonae.apps.audit.queries import waiting_look
from sonae.apps.programmes.draft_files import FilesRefused
from sonae.apps.programmes.drafts import (
    DRAFTS_A_PAGE,
    OpenDraft,
    list_drafts,
    list_revisions,
    list_versions,
    obstacles,
    open_draft,
    version_before,
)
from sonae.apps.programmes.models import DraftRevision, ProductDraft, ProductVersion
from sonae.apps.programmes.queries import list_scheme_years
from sonae.apps.programmes.use_cases.ask_publication import KIND
from sonae.apps.programmes.use_cases.begin_draft import begin_draft
from sonae.apps.programmes.version_zip import read_zip
from sonae.domain.staff_rights import Right
from sonae.domain.text import Text
from sonae.web.desk.access import actor_of, for_draft, for_staff
from sonae.web.desk.feed_words import actor_names
from sonae.web.desk.page import desk_page
from sonae.web.desk.product_forms import FROM_ZIP, BeginForm
from sonae.web.desk.product_words import ACTS, SHOWN_FINDINGS, draft_lines, finding_lines
from sonae.web.shared.keyed_form import new_form_key
from sonae.web.shared.language import in_language
from sonae.web.shared.moment import now, today

SHOWN_REVISIONS = 30
BEGUN = Text("下書きを作りました。", "The draft has begun.")


@for_staff("GET", right=Right.SEE_PRODUCT)
def products(request: HttpRequest) -> HttpResponse:
    """What is published, and what is being prepared; drafts a page at a time."""
    asked = request.GET.get("before", "")
    drafts = list_drafts(before=int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 16 else None)
    versions, years = list_versions(), list_scheme_years()
    shown = drafts[:DRAFTS_A_PAGE]
    names = actor_names(
        [*(version.published_by for version in versions), *(getattr(draft, "last_saved_by", "") for draft in shown)]
    )
    ruling = version_before(versions, today(request))
    facts = {
        "versions": [
            (
                version,
                names[version.published_by],
                [year for year in years if year.product_version_id == version.pk],
                older,
            )
            for version, older in zip_longest(versions, versions[1:])
        ],
        "in_force": ruling.pk if ruling and ruling.effective_date <= today(request) else None,
        "drafts": draft_lines(shown, versions, names),
        "next_before": shown[-1].pk if len(drafts) > DRAFTS_A_PAGE else None,
        "is_first_page": not asked,
    }
    return desk_page(request, "desk/products/list.html", facts)


@for_staff("GET", "POST", right=Right.PREPARE_PRODUCT)
def begin(request: HttpRequest) -> HttpResponse:
    """As a copy of a published version, or from a zip."""
    versions = list_versions()
    if request.method != "POST":
        initial = {"form_key": new_form_key(), "base": f"{versions[0]}" if versions else FROM_ZIP}
        return _show_begin(request, BeginForm(versions, initial=initial))
    form = BeginForm(versions, request.POST, request.FILES)
    if not form.is_valid():
        return _show_begin(request, form, status=422)
    try:
        draft = _begin(request, form, versions)
    except FilesRefused as refused:
        form.add_error("folder", in_language(refused.said))
        return _show_begin(request, form, status=422)
    messages.success(request, in_language(BEGUN))
    return redirect("desk:product_draft", draft.pk)


def _begin(request: HttpRequest, form: BeginForm, versions: list[ProductVersion]) -> ProductDraft:
    given = form.cleaned_data
    from_zip = given["base"] == FROM_ZIP
    based_on = None if from_zip else next(version for version in versions if f"{version}" == given["base"])
    files = read_zip(given["folder"].read()) if from_zip else None
    return begin_draft(
        name=given["name"], based_on=based_on, files=files, form_key=given["form_key"], actor=actor_of(request),
        now=now(request),
    )  # fmt: skip


def _show_begin(request: HttpRequest, form: BeginForm, *, status: int = 200) -> HttpResponse:
    return desk_page(request, "desk/products/begin.html", {"form": form}, status=status)


@for_draft("GET")
def draft(request: HttpRequest, draft: ProductDraft) -> HttpResponse:
    """How it stands."""
    return show_draft(request, open_draft(draft))


def show_draft(request: HttpRequest, opened: OpenDraft, *, moved_on: str = "", status: int = 200) -> HttpResponse:
    """Its page, also as the answer to something that came too late."""
    revisions = list_revisions(opened.draft, most=SHOWN_REVISIONS)
    versions = list_versions()
    findings = opened.checked.findings
    counted = {name: sum(one.file == name for one in findings) for name in opened.files}
    names = actor_names([*(one.saved_by for one in revisions), opened.draft.begun_by])
    product = opened.checked.product
    facts = {
        "opened": opened,
        "draft": opened.draft,
        "product": product,
        "published": next((one for one in versions if one.digest == opened.revision.digest), None),
        "against": version_before(versions, product.effective_date) if product else None,
        "obstacles": obstacles(opened.checked, versions, today=today(request)),
        "findings": finding_lines(findings, opened.files),
        "findings_count": len(findings),
        "shown_findings": SHOWN_FINDINGS,
        "files": [(name, len(content), counted[name]) for name, content in opened.files.items()],
        "revisions": [(one, ACTS[DraftRevision.Act(one.act)], names[one.saved_by]) for one in revisions],
        "more_revisions": opened.revision.number > SHOWN_REVISIONS,
        "look": waiting_look(kind=KIND, object_id=opened.draft.pk),
        "moved_on": moved_on,
    }
    return desk_page(request, "desk/products/draft.html", facts, status=status)
