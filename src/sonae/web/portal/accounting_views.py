"""/portal/accounting/…: a premium split by the member's own accounting periods, and the files for its accounting software."""

from __future__ import annotations

import io
import zipfile

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from sonae.apps.audit.record import record
from sonae.apps.billing.accounting_formats import accounting_formats
from sonae.apps.billing.queries import closing_month_of
from sonae.apps.billing.use_cases.choose_closing_month import choose_closing_month
from sonae.apps.documents.papers import pdf_of
from sonae.domain.date_in_words import MONTHS
from sonae.domain.prepaid_split import MONTHS_OF_A_YEAR
from sonae.web.portal.access import only_looks
from sonae.web.portal.accounting import Books, books_of
from sonae.web.portal.chosen_member import ChosenMember, for_member
from sonae.web.portal.cover import holding_of
from sonae.web.shared.access import not_there, person
from sonae.web.shared.context import programme_of
from sonae.web.shared.csv_download import file_download
from sonae.web.shared.language import say
from sonae.web.shared.moment import now


class ClosingMonthForm(forms.Form):
    """In which month the firm closes its books."""

    closing_month = forms.TypedChoiceField(
        label=say("決算月", "Month in which you close your books"),
        coerce=int,
        choices=[(n, say(f"{n}月", MONTHS[n - 1])) for n in range(1, MONTHS_OF_A_YEAR + 1)],
        error_messages={
            "required": say("決算月を選んでください。", "Please choose the month."),
            "invalid_choice": say("決算月を選んでください。", "Please choose the month."),
        },
    )


@for_member("GET", "POST")
def accounting(request: HttpRequest, chosen: ChosenMember, number: str) -> HttpResponse:
    """GET shows the split; POST remembers the closing month for this member. Nothing that is booked changes by it."""
    books, may_choose = _books(request, chosen, number), chosen.may(person(request), "manage")
    if request.method == "POST" and not may_choose:
        return only_looks(request)
    form = ClosingMonthForm(request.POST or None, initial={"closing_month": books.closing_month})
    if request.method == "POST" and form.is_valid():
        month = form.cleaned_data["closing_month"]
        choose_closing_month(member=chosen.member, closing_month=month, user=person(request), now=now(request))
        messages.success(request, say(f"決算月を{month}月にしました。", f"Your books close in {MONTHS[month - 1]}."))
        return redirect(f"{reverse('portal:accounting', args=[number])}{chosen.query}")
    facts = {
        "chosen": chosen,
        "books": books,
        "form": form if may_choose else None,
        "formats": accounting_formats().values(),
        "product": books.cover.product,
        "keeping": (programme_of(request).current_product or books.cover.product).keeping,
    }
    return render(request, "portal/accounting.html", facts, status=400 if form.errors else 200)


@for_member("GET")
def accounting_file(request: HttpRequest, chosen: ChosenMember, number: str, code: str) -> HttpResponse:
    """One file for accounting software, or ``bundle``: all of them with the receipts, as ZIP."""
    books = _books(request, chosen, number)
    formats = accounting_formats()
    if code != "bundle" and code not in formats:
        raise not_there(request, "accounting file", code)
    by_month = request.GET.get("by") == "month"
    record(now=now(request), actor=f"user:{person(request).pk}", action="books.downloaded", object_kind="certificate",
           object_id=number, form=code, by_month=by_month)  # fmt: skip
    if code == "bundle":
        return file_download(_bundle(request, books, by_month), f"{number}_accounting.zip", "application/zip")
    wanted = formats[code]
    return file_download(
        wanted.write(books.voucher(by_month=by_month)), wanted.file_name.format(certificate=number), "text/csv"
    )


def _books(request: HttpRequest, chosen: ChosenMember, number: str) -> Books:
    holding = holding_of(member=chosen.member, now=now(request))
    cover = next((one for one in holding.covers if one.certificate.number == number and one.allocations), None)
    if cover is None:
        raise not_there(request, "certificate", number)
    return books_of(holding, cover, closing_month_of(member=chosen.member))


def _bundle(request: HttpRequest, books: Books, by_month: bool) -> bytes:
    voucher, packed = books.voucher(by_month=by_month), io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for one in accounting_formats().values():
            archive.writestr(one.file_name.format(certificate=voucher.certificate_number), one.write(voucher))
        for receipt in books.receipts:
            archive.writestr(receipt.file_name, pdf_of(paper=receipt, now=now(request)))
    return packed.getvalue()
