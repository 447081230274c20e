"""What is done with the rows that were chosen in the queue: taken up, given away, laid to rest; and views that are kept."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from sonae.apps.audit.record import record
from sonae.apps.parties.models import User
from sonae.apps.work.queries import list_colleagues
from sonae.apps.work.queue import MOST_AT_ONCE, Chosen, Queue
from sonae.apps.work.use_cases.assign_work import Assigned, WorkKey, assign_work
from sonae.apps.work.use_cases.keep_view import NameMissing, TooManyViews, drop_view, keep_view
from sonae.apps.work.use_cases.rest_work import Rested, rest_work
from sonae.domain.moments import read_day
from sonae.domain.text import Text
from sonae.domain.work_clock import LONGEST_REST_DAYS, rest_until_day, rest_until_next_week, rest_until_tomorrow
from sonae.web.desk.access import actor_of
from sonae.web.desk.work_choice import named, question
from sonae.web.desk.work_rows import person_words, read_value
from sonae.web.shared.access import not_there, person
from sonae.web.shared.language import in_language
from sonae.web.shared.moment import now, today

NOTHING_CHOSEN = Text("仕事を選んでください。", "Please choose some work.")
NOBODY_CHOSEN = Text("渡す相手を選んでください。", "Please choose somebody.")
NO_DAY = Text(
    f"日付が読めません。明日から{LONGEST_REST_DAYS}日後までを、2026-12-04 のように入れてください。",
    f"That day can’t be read. Please write one from tomorrow to {LONGEST_REST_DAYS} days ahead, like 2026-12-04.",
)
NOT_OPEN = Text(
    "もう片づいているか、担当できない仕事が{count}件ありました。", "{count} were done by now, or are not yours to do."
)
VIEW_KEPT, VIEW_REPLACED = Text("見方を保存しました。", "View kept."), Text("見方を置き換えました。", "View replaced.")
VIEW_DROPPED = Text("見方を削除しました。", "View dropped.")
NAME_MISSING = Text("見方の名前を入れてください。", "Please give the view a name.")
TOO_MANY = Text(
    "保存できる数に達しています。使わない見方を削除してください。", "No more can be kept; drop one that you don’t use."
)


def carry_out(request: HttpRequest, queue: Queue, chosen: Chosen) -> HttpResponse:
    """One button of the page; then back to the list as it was looked at."""
    asked = request.POST.get("act", "")
    match "take" if request.POST.get("take") else asked:
        case "keep_view":
            _keep_view(request, chosen)
        case "drop_view":
            _drop_view(request)
        case "rest" | "wake" as act:
            _rest(request, queue, wakes=act == "wake")
        case "take" | "give" | "give_back" as act:
            _assign(request, queue, act)
        case _:
            pass
    return redirect(f"{reverse('desk:home')}{question(chosen)}" if named(chosen) else reverse("desk:home"))


def _assign(request: HttpRequest, queue: Queue, act: str) -> None:
    seen = _chosen_rows(request)
    assignee = _assignee(request, act)
    if not seen:
        messages.warning(request, in_language(NOTHING_CHOSEN))
    elif assignee is None and act != "give_back":
        messages.warning(request, in_language(NOBODY_CHOSEN))
    else:
        done = assign_work(queue=queue, seen=seen, assignee=assignee, actor=actor_of(request), now=now(request))
        _tell_assigned(request, done, assignee)


def _assignee(request: HttpRequest, act: str) -> User | None:
    """Whom it is given to; somebody who is no colleague is nobody."""
    if act == "take":
        return person(request)
    if act == "give_back":
        return None
    number = request.POST.get("to", "")
    colleagues = list_colleagues(user=person(request), on=today(request))
    return next((one.user for one in colleagues if str(one.user.pk) == number), None)


def _tell_assigned(request: HttpRequest, done: Assigned, assignee: User | None) -> None:
    count = len(done.done)
    if count and assignee is None:
        messages.success(request, in_language(Text(f"{count}件を担当なしに戻しました。", f"{count} given back.")))
    elif count and assignee == person(request):
        messages.success(request, in_language(Text(f"{count}件を引き受けました。", f"You have taken up {count}.")))
    elif count and assignee is not None:
        name = person_words(assignee, assignee.organisation_id).ja
        messages.success(request, in_language(Text(f"{count}件を {name} に渡しました。", f"{count} given to {name}.")))
    if done.lost:
        lost = len(done.lost)
        words = Text(
            f"{lost}件は、画面を開いたあとに担当が変わっていたので、そのままにしました。いまの担当を確かめてください。",
            f"{lost} changed hands since you opened the page and stay as they are. Please see who has them now.",
        )
        messages.warning(request, in_language(words))
    if done.not_theirs:
        words = Text(
            f"{len(done.not_theirs)}件は、渡す相手にその仕事をする権限がありません。",
            f"{len(done.not_theirs)} stay: whoever you chose has not the right to do them.",
        )
        messages.warning(request, in_language(words))
    _tell_gone(request, done.gone)


def _rest(request: HttpRequest, queue: Queue, *, wakes: bool) -> None:
    keys, moment = _chosen_rows(request).keys(), now(request)
    until = None if wakes else _until(request, moment)
    if not keys:
        messages.warning(request, in_language(NOTHING_CHOSEN))
    elif until is None and not wakes:
        messages.warning(request, in_language(NO_DAY))
    else:
        done = rest_work(queue=queue, keys=keys, until=until, actor=actor_of(request), now=moment)
        _tell_rested(request, done, until)


def _until(request: HttpRequest, moment: datetime) -> datetime | None:
    match request.POST.get("until"):
        case "tomorrow":
            return rest_until_tomorrow(moment)
        case "next_week":
            return rest_until_next_week(moment)
        case _:
            day = read_day(request.POST.get("day", "").strip())
            return rest_until_day(day, moment) if day else None


def _tell_rested(request: HttpRequest, done: Rested, until: datetime | None) -> None:
    count = len(done.done)
    if count and until is not None:
        day = f"{until.month}月{until.day}日 {until:%H:%M}"
        words = Text(f"{count}件を{day}まで休ませます。", f"{count} will rest until {until:%H:%M on %-d %B}.")
        messages.success(request, in_language(words))
    elif count:
        messages.success(request, in_language(Text(f"{count}件を列に戻しました。", f"{count} are back in the queue.")))
    if done.others:
        others = Text(
            f"{len(done.others)}件は、ほかの人の担当なのでそのままにしました。先に引き受けてください。",
            f"{len(done.others)} are somebody else’s and stay as they are; take them over first.",
        )
        messages.warning(request, in_language(others))
    _tell_gone(request, done.gone)


def _tell_gone(request: HttpRequest, gone: Iterable[WorkKey]) -> None:
    """What was named and can't be seen may be done by now, or never was theirs: either leaves a line in the log."""
    missing = list(gone)
    if not missing:
        return
    said = ", ".join(f"{kind}:{key}" for kind, key in missing)[:80]
    record(now=now(request), actor=actor_of(request), action="work.not_open", object_kind="work", object_id=said,
           count=len(missing))  # fmt: skip
    text = in_language(NOT_OPEN).format(count=len(missing))
    messages.warning(request, text)


def _chosen_rows(request: HttpRequest) -> dict[WorkKey, int | None]:
    """Who had what, of each row that was ticked, or of the one whose own button was pressed."""
    single = request.POST.get("take")
    values = [single] if single else request.POST.getlist("work")[:MOST_AT_ONCE]
    return dict(found for found in map(read_value, values) if found)


def _keep_view(request: HttpRequest, chosen: Chosen) -> None:
    shared = request.POST.get("shared") == "on"
    try:
        _, is_new = keep_view(
            owner=person(request),
            name=request.POST.get("name", ""),
            chosen=named(chosen),
            is_shared=shared,
            now=now(request),
        )
    except NameMissing:
        messages.warning(request, in_language(NAME_MISSING))
    except TooManyViews:
        messages.warning(request, in_language(TOO_MANY))
    else:
        messages.success(request, in_language(VIEW_KEPT if is_new else VIEW_REPLACED))


def _drop_view(request: HttpRequest) -> None:
    number = request.POST.get("view", "")
    is_number = number.isascii() and number.isdigit() and len(number) < 19
    if not is_number or not drop_view(owner=person(request), view_id=int(number), now=now(request)):
        raise not_there(request, "saved_view", number)
    messages.success(request, in_language(VIEW_DROPPED))
