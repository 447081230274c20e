"""/apply/: for which member does this person apply? Shown once, proved once; then the application begins or goes on."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from sonae.apps.enrolment.queries import list_living_applications
from sonae.apps.enrolment.use_cases.start_application import HasCover, MayNotApply, start_application
from sonae.apps.parties.models import Member
from sonae.apps.parties.queries import find_membership, list_members_of
from sonae.apps.parties.use_cases.link_member import MemberHasOwner, NoSuchMembership, TooManyTries, link_member
from sonae.apps.programmes.queries import ProgrammeClosed
from sonae.domain.product.definition import Product
from sonae.web.portal import prefill
from sonae.web.portal.access import only_looks
from sonae.web.shared.access import not_there, person, signed_in
from sonae.web.shared.context import programme_of
from sonae.web.shared.error_pages import too_many_requests
from sonae.web.shared.language import active_language, in_language, say
from sonae.web.shared.moment import now, today


class MemberForm(forms.Form):
    """Number, class and proof."""

    number = forms.CharField(
        label=say("会員番号", "Member number"),
        help_text=say(
            "会員証や請求書に書かれている番号です。全角でも構いません。",
            "The number on your membership card or invoice. Full-width figures are fine.",
        ),
        max_length=20,
        error_messages={"required": say("会員番号を入れてください。", "Please enter the member number.")},
    )
    member_class = forms.ChoiceField(
        label=say("会員の区分", "Kind of membership"),
        widget=forms.RadioSelect,
        error_messages={"required": say("会員の区分を選んでください。", "Please choose the kind of membership.")},
    )
    telephone = forms.CharField(
        label=say("会員名簿に登録した電話番号", "Telephone number on the member list"),
        help_text=say(
            "ログインに使ったメールアドレスが会員名簿のものと同じなら、空けて構いません。",
            "Leave it empty if you signed in with the e-mail address on the member list.",
        ),
        max_length=30,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
    )

    def __init__(self, product: Product, data: Any = None) -> None:
        super().__init__(data)
        choice: Any = self.fields["member_class"]
        choice.choices = [(kind.code, in_language(kind.name)) for kind in product.member_classes]


NOT_ON_THE_LIST = say(
    "会員番号、会員の区分、メールアドレスまたは電話番号の組合せが、会員名簿にありません。",
    "The member list has no entry with this number, kind of membership and e-mail address or telephone number.",
)


@signed_in("GET", "POST")
def start(request: HttpRequest) -> HttpResponse:
    """GET shows where the person stands and changes nothing; POST links a member, or begins the application."""
    prefill.keep(request)
    product = programme_of(request).current_product
    if product is None:
        return render(request, "portal/closed_programme.html", {"product": None})
    if request.method == "POST" and "member" in request.POST:
        if _only_looks_at(request, request.POST["member"]):
            return only_looks(request)
        return _begin(request, _own_member(request, request.POST["member"]))
    members = list_members_of(user=person(request), to="manage")
    if request.method == "POST":
        return _link(request, product)
    if not members or "another" in request.GET:
        return _show_form(request, product, MemberForm(product))
    return render(request, "portal/start.html", _standing(request, members))


def _standing(request: HttpRequest, members: list[Member]) -> dict[str, Any]:
    living = {application.member_id: application for application in list_living_applications(user=person(request))}
    return {
        "rows": [
            {
                "member": member,
                "membership": find_membership(member=member, on=today(request)),
                "application": living.get(member.pk),
            }
            for member in members
        ]
    }


def _only_looks_at(request: HttpRequest, number: str) -> bool:
    """Whether it is a member of theirs for which they may change nothing."""
    seen = {member.number for member in list_members_of(user=person(request))}
    return number in seen - {member.number for member in list_members_of(user=person(request), to="manage")}


def _own_member(request: HttpRequest, number: str) -> Member:
    for member in list_members_of(user=person(request), to="manage"):
        if member.number == number:
            return member
    raise not_there(request, "member", number)


def _link(request: HttpRequest, product: Product) -> HttpResponse:
    form = MemberForm(product, request.POST)
    if not form.is_valid():
        return _show_form(request, product, form, status=422)
    try:
        member = link_member(
            user=person(request),
            number=form.cleaned_data["number"],
            member_class=form.cleaned_data["member_class"],
            telephone=form.cleaned_data["telephone"],
            now=now(request),
        )
    except NoSuchMembership:
        form.add_error(None, NOT_ON_THE_LIST)
        return _show_form(request, product, form, status=422, unknown=True)
    except MemberHasOwner:
        return render(request, "portal/has_owner.html", status=409)
    except TooManyTries:
        return too_many_requests(request, retry_after_seconds=3600)
    return _begin(request, member)


def _show_form(
    request: HttpRequest, product: Product, form: MemberForm, *, status: int = 200, unknown: bool = False
) -> HttpResponse:
    facts = {"form": form, "product": product, "unknown": unknown, "email": person(request).email}
    return render(request, "portal/member.html", facts, status=status)


def _begin(request: HttpRequest, member: Member) -> HttpResponse:
    try:
        application = start_application(
            member=member, user=person(request), language=active_language(), now=now(request)
        )
    except HasCover:
        messages.info(
            request,
            say("この保険年度には、すでにご加入いただいています。", "You already have cover for this scheme year."),
        )
        return redirect("portal:home")
    except MayNotApply:
        return render(request, "portal/not_a_member.html", {"member": member}, status=403)
    except ProgrammeClosed:
        product = programme_of(request).current_product
        return render(request, "portal/closed_programme.html", {"product": product}, status=409)
    return redirect("portal:application", application.public_id)
