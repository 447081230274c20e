"""/desk/products/…/publish/ and …/looks/: one person asks that a draft be published, another agrees, seeing the same figures."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from sonae.apps.audit.models import SecondLook
from sonae.apps.programmes.drafts import OpenDraft, list_versions, obstacles, open_draft, version_before
from sonae.apps.programmes.models import ProductDraft, ProductVersion
from sonae.apps.programmes.product_files import product_of
from sonae.apps.programmes.use_cases.ask_publication import KIND, PublicationRefused, ask_publication
from sonae.apps.revision.queries import newest_effect
from sonae.domain.product.findings import ProductInvalid
from sonae.domain.product_differences.difference import GROUP_NAMES, GROUPS
from sonae.domain.staff_rights import Right
from sonae.domain.text import Text
from sonae.web.desk.access import actor_of, for_draft, for_staff
from sonae.web.desk.page import desk_page
from sonae.web.desk.product_compare_views import differences_by_group
from sonae.web.desk.product_forms import PublicationForm
from sonae.web.desk.product_look_words import lines_of
from sonae.web.desk.second_looks import Asked, DecisionForm, decide, look_or_absent, show
from sonae.web.shared.language import in_language
from sonae.web.shared.moment import now, today

ASKED = Text(
    "公開を申し出ました。別の担当者が確かめるまで、何も変わりません。",
    "Asked for. Nothing changes until another person has agreed.",
)
CONSEQUENCE = Text(
    "公開した改定版は、もう変えられません。この日から後に開く保険年度が、この改定版で始まります。",
    "A version that is published can’t be changed any more. Scheme years that are opened from that day on begin under it.",
)
DONE = Text("公開しました。この改定版はもう変わりません。", "Published. This version will not change any more.")


@for_draft("GET", "POST", right=Right.PREPARE_PRODUCT)
def publish(request: HttpRequest, draft: ProductDraft) -> HttpResponse:
    """GET shows what would be published; POST asks for it, for the draft as the page has shown it."""
    opened = open_draft(draft)
    if request.method != "POST":
        return _show(request, opened, PublicationForm(initial={"seen": opened.revision.digest}))
    form = PublicationForm(request.POST)
    if not form.is_valid():
        return _show(request, opened, form, status=422)
    try:
        look = ask_publication(
            draft_id=draft.pk, seen=form.cleaned_data["seen"], numbers=_numbers(opened), reason=form.cleaned_data["reason"],
            actor=actor_of(request), now=now(request),
        )  # fmt: skip
    except PublicationRefused as refused:
        renewed = PublicationForm({"reason": form.cleaned_data["reason"], "seen": opened.revision.digest})
        renewed.add_error(None, forms.ValidationError([in_language(said) for said in refused.said]))
        return _show(request, opened, renewed, status=409)
    messages.info(request, in_language(ASKED))
    return redirect("desk:product_look", look.pk)


@for_staff("GET", "POST", right=Right.SEE_PRODUCT, to_act=Right.PUBLISH_PRODUCT)
def product_look(request: HttpRequest, *, look_id: int) -> HttpResponse:
    """The second person, who sees digest, day, differences and figures as they were asked for."""
    look = look_or_absent(request, look_id, KIND)
    asked = _in_words(look)
    try:
        return decide(request, look, asked)
    except PublicationRefused as refused:
        said = " ".join(in_language(one) for one in refused.said)
        return show(request, look, asked, DecisionForm(), status=409, moved_on=said)
    except ProductInvalid as invalid:
        return show(request, look, asked, DecisionForm(), status=409, moved_on=str(invalid))


def _numbers(opened: OpenDraft) -> dict[str, Any]:
    """What both people are shown: differences by heading against the version before, and the newest figures of the effect."""
    product, versions = opened.checked.product, list_versions()
    before = version_before(versions, product.effective_date) if product else None
    found = newest_effect(digest=opened.revision.digest)
    effect = None
    if found:
        kept = ("expiring", "offered", "referred", "left", "dearer", "cheaper", "yen_before", "yen_after")
        effect = {name: found.report[name] for name in kept} | {"year": str(found.expiring_year)}
    return {
        "against": f"{before}" if before else "",
        "differences": _by_group(opened, before),
        "effect": effect,
    }


def _by_group(opened: OpenDraft, before: ProductVersion | None) -> dict[str, int]:
    if before is None or opened.checked.product is None:
        return {}
    codes = {GROUP_NAMES[group].en: group for group in GROUPS}
    return {codes[name.en]: count for name, count in differences_by_group(product_of(before), opened.checked.product)}


def _in_words(look: SecondLook) -> Asked:
    facts = look.facts
    return Asked(
        title=Text("商品改定版を公開することの確認", "Publish a product version: agree"),
        lines=[*lines_of(facts), (Text("ダイジェスト", "Digest"), Text(facts["digest"], facts["digest"]))],
        consequence=CONSEQUENCE,
        done=DONE,
        links=_links(look),
    )


def _links(look: SecondLook) -> list[tuple[Text, str]]:
    facts, draft_id = look.facts, int(look.object_id)
    asked = f"draft-{draft_id}.{facts['revision']}"
    links = [(Text("下書きを見る", "See the draft"), reverse("desk:product_draft", args=[draft_id]))]
    if facts["against"]:
        compare = f"{reverse('desk:product_compare')}?before={facts['against']}&after={asked}"
        links.append((Text("違いをすべて見る", "See every difference"), compare))
    return [
        *links,
        (Text("誰にどう影響するか", "What it means for whom"), reverse("desk:product_effect", args=[draft_id])),
    ]


def _show(request: HttpRequest, opened: OpenDraft, form: PublicationForm, *, status: int = 200) -> HttpResponse:
    product = opened.checked.product
    blocked = obstacles(opened.checked, list_versions(), today=today(request))
    numbers = {
        **_numbers(opened), "name": opened.draft.name, "revision": opened.revision.number,
        "effective_date": product.effective_date.isoformat() if product else "",
    }  # fmt: skip
    facts = {
        "draft": opened.draft,
        "opened": opened,
        "form": form,
        "obstacles": blocked,
        "lines": lines_of(numbers) if product else [],
        "consequence": CONSEQUENCE,
    }
    return desk_page(request, "desk/products/publish.html", facts, status=status)
