"""/desk/products/drafts/…: see and edit one file of a draft, put files in, bring an earlier revision back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from sonae.apps.programmes.draft_files import FilesRefused
from sonae.apps.programmes.draft_revisions import DraftMovedOn
from sonae.apps.programmes.drafts import OpenDraft, find_revision, open_draft
from sonae.apps.programmes.models import DraftRevision, ProductDraft
from sonae.apps.programmes.use_cases.replace_draft_files import replace_draft_files, restore_revision
from sonae.apps.programmes.use_cases.save_draft_file import NEW_FILE, remove_draft_file, save_draft_file
from sonae.apps.programmes.version_zip import LARGEST_ZIP_BYTES, TOO_LARGE, read_zip
from sonae.domain.staff_rights import Right
from sonae.domain.text import Text
from sonae.web.desk.access import actor_of, for_draft
from sonae.web.desk.feed_words import actor_names
from sonae.web.desk.page import desk_page
from sonae.web.desk.product_forms import EditForm, UploadForm
from sonae.web.desk.product_views import show_draft
from sonae.web.desk.product_words import finding_lines
from sonae.web.shared.access import not_there
from sonae.web.shared.language import in_language
from sonae.web.shared.moment import now

LARGEST_EDITED_BYTES = 300_000  # what a page can hold well; larger ones are uploaded
ZIP = b"PK\x03\x04"
SAVED = Text("保存しました。", "Saved.")
AS_BEFORE = Text("内容は前と同じです。何も変えていません。", "It is as it was before; nothing has changed.")
REMOVED = Text("ファイルを外しました。前の保存に戻せます。", "Removed. An earlier revision brings it back.")
RESTORED = Text("前の保存に戻しました。", "The earlier revision is back.")
MOVED_ON = Text(
    "画面を開いたあとに、下書きが変わりました。何も変えていません。いまの内容を見て、もう一度お決めください。",
    "The draft has changed since you opened the page, and nothing was done. Look at it as it is now and decide again.",
)


@for_draft("GET", "POST", to_act=Right.PREPARE_PRODUCT)
def file(request: HttpRequest, draft: ProductDraft, *, name: str) -> HttpResponse:
    """GET shows it; POST saves what was typed, or takes the file out."""
    opened = open_draft(draft)
    if name not in opened.files:
        raise not_there(request, "product_file", f"{draft.pk}/{name}"[:80])
    if request.method != "POST":
        return _show_file(request, opened, name, EditForm(initial=_as_it_is(opened, name)))
    if request.POST.get("action") == "remove":
        return _remove(request, opened, name)
    form = EditForm(request.POST)
    if not form.is_valid():
        return _show_file(request, opened, name, form, status=422)
    try:
        saved = _save(request, opened, name, form)
    except FilesRefused as refused:
        form.add_error("text", in_language(refused.said))
        return _show_file(request, opened, name, form, status=422)
    except DraftMovedOn:
        return _show_conflict(request, draft, name, form)
    is_new = saved.number > opened.revision.number
    (messages.success if is_new else messages.info)(request, in_language(SAVED if is_new else AS_BEFORE))
    return redirect("desk:product_file", draft.pk, name)


def _save(request: HttpRequest, opened: OpenDraft, name: str, form: EditForm) -> DraftRevision:
    if _not_text(opened.files[name]):
        raise FilesRefused(Text("この画面では直せないファイルです。", "This file can’t be edited in the page."))
    return save_draft_file(
        draft_id=opened.draft.pk, name=name, content=_typed(form.cleaned_data["text"], opened.files[name]),
        seen=form.cleaned_data["seen"], actor=actor_of(request), now=now(request),
    )  # fmt: skip


def _remove(request: HttpRequest, opened: OpenDraft, name: str) -> HttpResponse:
    try:
        remove_draft_file(
            draft_id=opened.draft.pk,
            name=name,
            seen=request.POST.get("seen", ""),
            actor=actor_of(request),
            now=now(request),
        )
    except DraftMovedOn:
        return show_draft(request, open_draft(opened.draft), moved_on=in_language(MOVED_ON), status=409)
    except FilesRefused as refused:
        return show_draft(request, opened, moved_on=in_language(refused.said), status=409)
    messages.success(request, in_language(REMOVED))
    return redirect("desk:product_draft", opened.draft.pk)


def _typed(text: str, before: bytes) -> bytes:
    """As the file ends its lines: browsers send CR LF whatever they were given."""
    plain = text.replace("\r\n", "\n")
    return (plain.replace("\n", "\r\n") if b"\r\n" in before else plain).encode()


def _as_it_is(opened: OpenDraft, name: str) -> dict[str, str]:
    return {"seen": opened.revision.files[name], "text": opened.files[name].decode("utf-8", "replace")}


def _not_text(content: bytes) -> Text | None:
    """Why a file can't be typed into; None where it can."""
    if len(content) > LARGEST_EDITED_BYTES:
        return Text(
            f"{LARGEST_EDITED_BYTES // 1_000} KBを超えるファイルは、画面では直せません。直したものを入れてください。",
            f"A file over {LARGEST_EDITED_BYTES // 1_000} KB can’t be edited here; upload it as it shall be.",
        )
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return Text(
            "UTF-8ではないため、画面では直せません。UTF-8で保存し直したものを入れてください。",
            "It is not UTF-8 and can’t be edited here; save it as UTF-8 and upload it.",
        )
    if any(letter < " " and letter not in "\t\r\n" for letter in text):
        return Text(
            "文字ではないものが含まれているため、画面では直せません。",
            "It holds more than text and can’t be edited here.",
        )
    return None


def _show_conflict(request: HttpRequest, draft: ProductDraft, name: str, form: EditForm) -> HttpResponse:
    """What was typed stays; beside it stands what somebody has saved meanwhile. Saving again puts it in its place."""
    opened = open_draft(draft)
    if name not in opened.files:
        return show_draft(request, opened, moved_on=in_language(MOVED_ON), status=409)
    last = draft.revisions.filter(about=name).order_by("-number").first() or opened.revision
    kept = EditForm({"text": form.cleaned_data["text"], "seen": opened.revision.files[name]})
    facts = {"conflict": last, "conflict_by": actor_names([last.saved_by])[last.saved_by]}
    return _show_file(request, opened, name, kept, facts=facts, status=409)


def _show_file(
    request: HttpRequest,
    opened: OpenDraft,
    name: str,
    form: EditForm,
    *,
    facts: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    content = opened.files[name]
    shown = {
        "draft": opened.draft,
        "opened": opened,
        "name": name,
        "size": len(content),
        "form": form,
        "closed": _not_text(content),
        "now_saved": content.decode("utf-8", "replace") if facts else "",
        "findings": finding_lines([one for one in opened.checked.findings if one.file == name], opened.files),
        "only_file": len(opened.files) == 1,
    }
    return desk_page(request, "desk/products/file.html", {**shown, **(facts or {})}, status=status)


@for_draft("GET", "POST", right=Right.PREPARE_PRODUCT)
def upload(request: HttpRequest, draft: ProductDraft) -> HttpResponse:
    """One file in the place of another or beside them, or a zip in the place of all."""
    opened = open_draft(draft)
    if request.method != "POST":
        return _show_upload(request, opened, UploadForm(initial={"seen": opened.revision.digest}))
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return _show_upload(request, opened, form, status=422)
    if form.cleaned_data["file"].size > LARGEST_ZIP_BYTES:
        form.add_error("file", in_language(TOO_LARGE))
        return _show_upload(request, opened, form, status=413)
    try:
        saved = _take(request, opened, form)
    except FilesRefused as refused:
        form.add_error("file", in_language(refused.said))
        return _show_upload(request, opened, form, status=422)
    except DraftMovedOn:
        return show_draft(request, open_draft(draft), moved_on=in_language(MOVED_ON), status=409)
    is_new = saved.number > opened.revision.number
    (messages.success if is_new else messages.info)(request, in_language(SAVED if is_new else AS_BEFORE))
    return redirect("desk:product_draft", draft.pk)


def _take(request: HttpRequest, opened: OpenDraft, form: UploadForm) -> DraftRevision:
    given, content = form.cleaned_data, form.cleaned_data["file"].read()
    who: dict[str, Any] = {"draft_id": opened.draft.pk, "actor": actor_of(request), "now": now(request)}
    if content.startswith(ZIP):
        return replace_draft_files(files=read_zip(content), seen=given["seen"], **who)
    if given["seen"] != opened.revision.digest:
        raise DraftMovedOn
    name = given["name"] or given["file"].name
    seen = opened.revision.files.get(name, NEW_FILE)
    return save_draft_file(name=name, content=content, seen=seen, act=DraftRevision.Act.UPLOADED, **who)


def _show_upload(request: HttpRequest, opened: OpenDraft, form: UploadForm, *, status: int = 200) -> HttpResponse:
    facts = {
        "draft": opened.draft,
        "form": form,
        "files": list(opened.files),
        "limit_kilobytes": LARGEST_ZIP_BYTES // 1_000,
    }
    return desk_page(request, "desk/products/upload.html", facts, status=status)


@for_draft("POST", right=Right.PREPARE_PRODUCT)
def restore(request: HttpRequest, draft: ProductDraft, *, number: int) -> HttpResponse:
    """A new revision as an earlier one was."""
    if find_revision(draft, number) is None:
        raise not_there(request, "product_revision", f"{draft.pk}/{number}"[:80])
    try:
        restore_revision(
            draft_id=draft.pk,
            number=number,
            seen=request.POST.get("seen", ""),
            actor=actor_of(request),
            now=now(request),
        )
    except DraftMovedOn:
        return show_draft(request, open_draft(draft), moved_on=in_language(MOVED_ON), status=409)
    messages.success(request, in_language(RESTORED))
    return redirect("desk:product_draft", draft.pk)
