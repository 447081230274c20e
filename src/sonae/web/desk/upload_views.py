"""/desk/feeds/upload/: hand in a file at the desk. It goes to the disk as it comes and is never held whole."""

from __future__ import annotations

import contextlib
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from sonae.apps.membership.models import Feed
from sonae.apps.membership.use_cases.check_feed import check_feed
from sonae.apps.membership.use_cases.receive_feed import DayOutOfReach, FeedTooLarge, receive_feed
from sonae.domain.membership_feed.layout import ACTS, FIELDS_OF, NEEDED, FeedLayout, Field
from sonae.domain.quoting import NothingPublished
from sonae.domain.staff_rights import Right
from sonae.web.desk.access import actor_of, for_staff
from sonae.web.desk.feed_words import FORMS
from sonae.web.desk.page import desk_page
from sonae.web.shared.context import programme_of
from sonae.web.shared.csv_download import csv_bytes, file_download
from sonae.web.shared.language import active_language, in_language, say
from sonae.web.shared.moment import now, today

MEGABYTE = 1 << 20
READ_AT_ONCE_BYTES = 300_000  # a few thousand members; what is larger is read by the worker
TEMPLATES: dict[str, tuple[Field, ...]] = {"list": FIELDS_OF["list"], "changes": FIELDS_OF["changes"]}


class UploadForm(forms.Form):
    """What the file is, from when it holds, and the file."""

    form = forms.ChoiceField(
        label=say("ファイルの内容", "What the file holds"),
        widget=forms.RadioSelect,
        error_messages={"required": say("ファイルの内容を選んでください。", "Please choose what the file holds.")},
    )
    effective_date = forms.DateField(
        label=say("いつの時点か", "From which day it holds"),
        help_text=say(
            "名簿はその日に会員である方の全員、異動は日付の列がない行に使います。例：2026-12-01",
            "A list names everybody who is a member on that day; for changes, rows without a day of their own take it. "
            "Such as 2026-12-01.",
        ),
        input_formats=["%Y-%m-%d", "%Y/%m/%d", "%Y年%m月%d日"],
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={
            "required": say("日付を入れてください。", "Please enter the day."),
            "invalid": say("2026-12-01 のように入れてください。", "Please write it like 2026-12-01."),
        },
    )
    file = forms.FileField(
        label=say("ファイル", "File"),
        help_text=say(
            "CSV（UTF-8またはシフトJIS、カンマ区切りまたはタブ区切り）か Excel（.xlsx）。",
            "CSV (UTF-8 or Shift_JIS, commas or tabs) or Excel (.xlsx).",
        ),
        max_length=200,
        error_messages={
            "required": say("ファイルを選んでください。", "Please choose a file."),
            "missing": say("ファイルを選んでください。", "Please choose a file."),
            "invalid": say("ファイルを選んでください。", "Please choose a file."),
            "empty": say("ファイルが空です。", "The file is empty."),
            "max_length": say(
                "ファイル名が長すぎます。200字までにしてください。",
                "The file’s name is too long: at most 200 characters.",
            ),
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["form"]
        choice.choices = [(code, in_language(words)) for code, words in FORMS.items()]


@for_staff("GET", "POST", right=Right.HANDLE_FEEDS)
def upload(request: HttpRequest) -> HttpResponse:
    """The same file twice leads to the feed that is there."""
    if request.method != "POST":
        return _show(request, UploadForm(initial={"effective_date": today(request).isoformat()}))
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return _show(request, form, status=422)
    try:
        feed = _receive(request, form)
    except FeedTooLarge:
        form.add_error("file", _too_large())
        return _show(request, form, status=413)
    except DayOutOfReach as bounds:
        between = say(
            f"{bounds.earliest} から {bounds.latest} までの日付を入れてください。",
            f"Please enter a day from {bounds.earliest} to {bounds.latest}.",
        )
        form.add_error("effective_date", between)
        return _show(request, form, status=422)
    return redirect("desk:feed", feed.pk)


def _receive(request: HttpRequest, form: UploadForm) -> Feed:
    given, moment = form.cleaned_data, now(request)
    feed = receive_feed(
        file=given["file"], file_name=given["file"].name, form=given["form"], effective_date=given["effective_date"],
        channel=Feed.Channel.DESK, actor=actor_of(request), now=moment,
    )  # fmt: skip
    if feed.state != Feed.State.RECEIVED:
        said = say(
            "同じファイルが、すでにあります。新しくは受け付けていません。そのあとで別の名簿を適用していて、この名簿に戻したいときは、"
            "日付を翌日以降にして入れてください。",
            "The same file is here already, so nothing was added. If another list was applied since and this one is to hold again, "
            "hand it in with a later day.",
        )
        messages.info(request, said)
    elif feed.size <= READ_AT_ONCE_BYTES:
        with contextlib.suppress(NothingPublished):  # the worker tries again
            feed = check_feed(feed_id=feed.pk, now=moment)
    return feed


def _too_large() -> str:
    megabytes = f"{settings.SONAE_FEED_LIMIT_BYTES // MEGABYTE:,}"
    return str(
        say(
            f"ファイルが大きすぎます。{megabytes} MBまでにしてください。",
            f"The file is too large: at most {megabytes} MB are taken.",
        )
    )


def _show(request: HttpRequest, form: UploadForm, *, status: int = 200) -> HttpResponse:
    layout = _layout(request)
    facts = {
        "form": form,
        "limit_megabytes": settings.SONAE_FEED_LIMIT_BYTES // MEGABYTE,
        "columns": [_column(field, layout) for field in FIELDS_OF["changes"]],
        "acts": [layout.acts[act][0 if active_language() == "ja" else -1] for act in ACTS],
        "product": programme_of(request).current_product,
    }
    return desk_page(request, "desk/feeds/upload.html", facts, status=status)


def _column(field: Field, layout: FeedLayout) -> dict[str, Any]:
    """One column as the page explains it."""
    return {
        "heading": layout.headings[field][0],
        "english": next((one for one in layout.headings[field] if one.isascii() and one.islower()), ""),
        "needed_in_list": field in NEEDED["list"],
        "in_list": field in FIELDS_OF["list"],
        "needed_in_changes": field in NEEDED["changes"],
    }


def _layout(request: HttpRequest) -> FeedLayout:
    """As the product of today says; what is understood anyway before one is published."""
    product = programme_of(request).current_product
    return product.membership_feed if product else FeedLayout(classes={})


@for_staff("GET", right=Right.SEE_FEEDS)
def template(request: HttpRequest, form: str) -> HttpResponse:
    """The line of headings, and nothing that could be taken for a member."""
    if form not in TEMPLATES:
        raise Http404
    headings = [_layout(request).headings[field][0] for field in TEMPLATES[form]]
    return file_download(csv_bytes([headings]), f"members_{form}.csv", "text/csv; charset=utf-8")
