"""/desk/audit/: who did or looked at what, when and why; found by what people remember of it, and taken along as CSV."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.urls import reverse
from django.utils.http import content_disposition_header, urlencode

from sonae.apps.audit.models import AuditEntry
from sonae.apps.audit.note_reading import note_reading
from sonae.apps.audit.record import record
from sonae.apps.people.audit_search import (
    A_PAGE,
    LONGEST_TYPED,
    Place,
    Question,
    Reach,
    all_entries,
    find_entries,
    place_of,
    reach_of,
    staff_among,
)
from sonae.domain.audit_kinds import KINDS
from sonae.domain.calendar import JAPAN
from sonae.domain.csv_cells import Cell, write_rows
from sonae.domain.staff_rights import Right
from sonae.domain.text import Text
from sonae.web.desk.access import actor_of, for_staff, rights_here
from sonae.web.desk.audit_details import detail_lines
from sonae.web.desk.audit_words import action_words, choices_of_actions, kind_name, words_by_code
from sonae.web.desk.feed_words import NOBODY_KNOWN, actor_names
from sonae.web.desk.page import desk_page
from sonae.web.shared.access import person
from sonae.web.shared.csv_download import MARK
from sonae.web.shared.language import active_language, in_language, say
from sonae.web.shared.moment import now, today
from sonae.web.shared.text_fields import line_field

MOST_ROWS = 50_000  # of a file
LONGEST_ID = 80
TYPED_KINDS = frozenset(
    {"member_search", "audit_search"}
)  # their ids are what somebody typed, names of people among it
EVERYBODY_ELSE = Text("会員の担当者", "a member’s person")
COLUMNS = (
    Text("日時", "moment"), Text("だれが", "who"), Text("記号", "code"), Text("何を", "what"), Text("対象", "object"),
    Text("対象の番号", "number"), Text("内容", "details"),
)  # fmt: skip


class DayField(forms.DateField):
    """A day of this century, or nothing."""

    def __init__(self, label: Any) -> None:
        super().__init__(
            label=label,
            required=False,
            input_formats=["%Y-%m-%d", "%Y/%m/%d", "%Y年%m月%d日"],
            widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "placeholder": "2026-12-01"}),
            error_messages={"invalid": say("2026-12-01 のように入れてください。", "Please write it like 2026-12-01.")},
        )

    def clean(self, value: Any) -> date | None:
        day: date | None = super().clean(value)
        if day is not None and not 2000 <= day.year < 2100:
            raise forms.ValidationError(self.error_messages["invalid"])
        return day


class AuditForm(forms.Form):
    """What is asked of the log; every field may stay empty."""

    who = line_field(
        say("だれが", "Who"),
        most=LONGEST_TYPED,
        help_text=say(
            "職員のアドレスの一部、組織名、会員の担当者のアドレス。またはシステム、決済会社、送り手、コマンド、訪問者",
            "Part of a staff address, an organisation, a member’s person’s address; or system, gateway, sender, command, visitor",
        ),
        autocomplete="off",
    )
    what = forms.ChoiceField(
        label=say("何を", "What"),
        required=False,
        error_messages={"invalid_choice": say("一覧から選んでください。", "Please choose from the list.")},
    )
    kind = forms.ChoiceField(
        label=say("対象", "About"),
        required=False,
        error_messages={"invalid_choice": say("一覧から選んでください。", "Please choose from the list.")},
    )
    object = line_field(
        say("対象の番号", "Its number"),
        most=LONGEST_ID,
        help_text=say("会員番号、加入者証番号など", "A member’s or a certificate’s number and the like"),
        autocomplete="off",
    )
    since = DayField(say("いつから", "From"))
    until = DayField(say("いつまで", "To"))

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        everything = ("", str(say("すべて", "everything")))
        self.fields["what"].choices = [  # type: ignore[attr-defined]  # both are fields with choices
            everything,
            *(
                (in_language(topic), [(code, in_language(words)) for code, words in acts])
                for topic, acts in choices_of_actions()
            ),
        ]
        self.fields["kind"].choices = [everything, *((code, in_language(kind.name)) for code, kind in KINDS.items())]  # type: ignore[attr-defined]  # as above

    def question(self) -> Question:
        """What was asked, once it is valid."""
        given = self.cleaned_data
        return Question(
            who=given["who"], what=given["what"], since=given["since"], until=given["until"], kind=given["kind"],
            object_id=given["object"],
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One entry in words; ``address`` is where its object is seen by whoever reads it, "" where it isn't. ``about`` is how that
    object is called, its number as a rule."""

    entry: AuditEntry
    who: Text
    what: Text
    kind: Text
    about: Text
    address: str
    details: list[tuple[Text, str]]


@for_staff("GET", right=Right.SEE_AUDIT)
def search(request: HttpRequest) -> HttpResponse:
    """GET /desk/audit/?who=…&what=…; what was asked is itself written down, once for a while."""
    form, reach = AuditForm(request.GET), reach_of(person(request), held=rights_here(request))
    if not form.is_valid():
        return _mistaken(request, form, reach)
    question = form.question()
    note_reading(now=now(request), actor=actor_of(request), action="audit.searched", **_as_recorded(question))
    before = _place_from(request.GET.get("before", ""))
    found = find_entries(replace(question, before=before), reach)
    shown = found[:A_PAGE]
    asked: dict[str, str] = {name: str(value) for name, value in request.GET.items() if name in form.fields and value}
    facts = {
        "form": form,
        "lines": _lines(request, shown),
        "asked": urlencode(asked),
        "is_first": before is None,
        "older": urlencode({**asked, "before": _in_address(place_of(shown[-1]))}) if len(found) > A_PAGE else "",
        "reads_everything": reach.everything,
        "most_rows": MOST_ROWS,
    }
    return desk_page(request, "desk/audit.html", facts)


@for_staff("GET", right=Right.SEE_AUDIT)
def file(request: HttpRequest) -> HttpResponseBase:
    """The same as CSV, as far as ``MOST_ROWS``; that it was taken is written down."""
    form, reach = AuditForm(request.GET), reach_of(person(request), held=rights_here(request))
    if not form.is_valid():
        return _mistaken(request, form, reach)
    question = form.question()
    record(now=now(request), actor=actor_of(request), action="audit.taken", **_as_recorded(question))
    rows = _rows(all_entries(question, reach, most=MOST_ROWS), active_language())
    answer = StreamingHttpResponse(_pieces(rows), content_type="text/csv; charset=utf-8")
    name = f"audit-{today(request):%Y-%m-%d}.csv"
    answer.headers["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _mistaken(request: HttpRequest, form: AuditForm, reach: Reach) -> HttpResponse:
    return desk_page(request, "desk/audit.html", {"form": form, "reads_everything": reach.everything}, status=422)


def _as_recorded(question: Question) -> dict[str, Any]:
    """The question as the log keeps it."""
    asked = {
        "who": question.who, "what": question.what, "kind": question.kind, "object": question.object_id,
        "since": question.since.isoformat() if question.since else "",
        "until": question.until.isoformat() if question.until else "",
    }  # fmt: skip
    said = {name: value for name, value in asked.items() if value}
    return {"object_kind": "audit_search", "object_id": " ".join(said.values())[:LONGEST_ID], **said}


def _in_address(place: Place) -> str:
    return f"{place.occurred_at.astimezone(UTC):%Y%m%dT%H%M%S.%f}-{place.entry_id}"


def _place_from(typed: str) -> Place | None:
    """None for what isn't one of ours: then the list begins with the newest."""
    moment, _, number = typed.partition("-")
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        return None
    try:
        return Place(datetime.strptime(moment, "%Y%m%dT%H%M%S.%f").replace(tzinfo=UTC), int(number))
    except ValueError:
        return None


def _lines(request: HttpRequest, entries: list[AuditEntry]) -> list[AuditLine]:
    users = [f"user:{entry.object_id}" for entry in entries if entry.object_kind == "user"]
    names, words, held = (
        actor_names([*(entry.actor for entry in entries), *users]),
        words_by_code(),
        rights_here(request),
    )
    return [
        AuditLine(
            entry=entry,
            who=names[entry.actor],
            what=action_words(entry.action, words),
            kind=kind_name(entry.object_kind),
            about=_about(entry, names),
            address=_address_of(entry) if (known := KINDS.get(entry.object_kind)) and known.right in held else "",
            details=list(detail_lines(entry.detail, active_language())),
        )
        for entry in entries
    ]


def _about(entry: AuditEntry, names: Mapping[str, Text]) -> Text:
    """A user by name, everything else by number."""
    user = names.get(f"user:{entry.object_id}") if entry.object_kind == "user" else None
    return user if user and user != NOBODY_KNOWN else Text(entry.object_id, entry.object_id)


def _address_of(entry: AuditEntry) -> str:
    """Of a page about the thing itself. What was refused may be no thing at all."""
    if entry.action in {"access.refused", "free_cover.followed"} or not entry.object_id:
        return ""
    match entry.object_kind:
        case "member" | "certificate" as kind:
            return reverse(f"desk:{kind}", args=[entry.object_id])
        case "feed" if entry.object_id.isdecimal():
            return reverse("desk:feed", args=[int(entry.object_id)])
        case "bordereau":
            return reverse("desk:bordereau", args=[entry.object_id])
        case _:
            return ""


def _rows(entries: Iterator[AuditEntry], language: str) -> Iterator[tuple[Cell, ...]]:
    words = words_by_code()
    yield tuple(column.in_language(language) for column in COLUMNS)
    for some in _batches(entries):
        staff = staff_among(some)
        for entry in some:
            yield _row(entry, _who(entry, staff, language), words, language)


def _batches(entries: Iterator[AuditEntry], size: int = 1_000) -> Iterator[list[AuditEntry]]:
    some: list[AuditEntry] = []
    for entry in entries:
        some.append(entry)
        if len(some) == size:
            yield some
            some = []
    yield some


def _row(entry: AuditEntry, who: str, words: Mapping[str, Text], language: str) -> tuple[Cell, ...]:
    typed = entry.object_kind in TYPED_KINDS
    details = (
        []
        if typed
        else [
            f"{name.in_language(language)}: {said}" for name, said in detail_lines(entry.detail, language, whole=True)
        ]
    )
    return (
        entry.occurred_at.astimezone(JAPAN).isoformat(timespec="seconds"),
        who,
        entry.action,
        action_words(entry.action, words).in_language(language),
        kind_name(entry.object_kind).in_language(language),
        "" if typed else entry.object_id,
        "; ".join(details),
    )


def _who(entry: AuditEntry, staff: Mapping[str, Any], language: str) -> str:
    """The staff by address; members' people by number alone, so that the file holds nobody's personal data."""
    if entry.actor in staff:
        return str(staff[entry.actor].email)
    if entry.actor.startswith("user:"):
        return f"{EVERYBODY_ELSE.in_language(language)} {entry.actor.partition(':')[2]}"
    return entry.actor


def _pieces(rows: Iterator[tuple[Cell, ...]]) -> Iterator[str]:
    yield MARK
    yield from write_rows(rows)
