"""/desk/letters/stop-list/: addresses that get no letters."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from sonae.apps.letters.models import StopEntry
from sonae.apps.letters.queries import A_PAGE, list_stopped
from sonae.apps.letters.use_cases.stop_addresses import AddressUnreadable, allow_address, stop_address
from sonae.domain.staff_rights import Right
from sonae.web.desk.access import actor_of, for_staff
from sonae.web.desk.feed_words import actor_names
from sonae.web.desk.letter_views import number_in_address
from sonae.web.desk.letter_words import WHYS
from sonae.web.desk.page import desk_page
from sonae.web.shared.language import say
from sonae.web.shared.moment import now


class AddressForm(forms.Form):
    """One address that gets no letters."""

    address = forms.EmailField(
        label=say("メールアドレス", "E-mail address"),
        max_length=254,
        error_messages={
            "required": say("アドレスを入れてください。", "Please enter the address."),
            "invalid": say("name@example.jp のように入れてください。", "Please write it like name@example.jp."),
        },
    )


@for_staff("GET", "POST", right=Right.SEE_LETTERS, to_act=Right.SEND_LETTERS)
def stop_list(request: HttpRequest) -> HttpResponse:
    """Addresses that get no letters; one is added by hand, or let in again."""
    form = AddressForm()
    if request.method == "POST" and request.POST.get("action") == "allow":
        allow_address(
            entry_id=number_in_address(request.POST.get("entry", "")) or 0, actor=actor_of(request), now=now(request)
        )
        return redirect("desk:stop_list")
    if request.method == "POST":
        form = AddressForm(request.POST)
        if form.is_valid() and _stopped(request, form):
            return redirect("desk:stop_list")
    typed = "".join(sign for sign in request.GET.get("q", "")[:254] if sign.isprintable())
    found = list_stopped(after=number_in_address(request.GET.get("after", "")) or 0, typed=typed)
    names = actor_names([one.added_by for one in found])
    rows = [(one, WHYS[StopEntry.Why(one.why)], names[one.added_by]) for one in found[:A_PAGE]]
    more = found[A_PAGE - 1].pk if len(found) > A_PAGE else None
    facts = {"form": form, "rows": rows, "more": more, "typed": typed}
    return desk_page(request, "desk/letters/stop_list.html", facts, status=422 if form.errors else 200)


def _stopped(request: HttpRequest, form: AddressForm) -> bool:
    try:
        stop_address(
            address=form.cleaned_data["address"], why=StopEntry.Why.ASKED, actor=actor_of(request), now=now(request)
        )
    except AddressUnreadable:
        form.add_error("address", say("このアドレスは読めません。", "This address can’t be read."))
        return False
    return True
