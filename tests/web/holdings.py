"""What a member holds, put into the database as months of buying, leaving and being followed would have left it."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

from django.test import Client

from sonae.apps.billing.models import Allocation, Charge, Payment, Refund
from sonae.apps.certificates.models import Certificate, Transaction
from sonae.apps.parties.models import Member, MembershipFact
from sonae.apps.programmes.models import SchemeYear
from tests import clock
from tests.web import door

browser_of = door.browser_of
INLINE = re.compile(r"</?(?:time|strong|b|span|wbr|small|a)\b[^>]*>")
PATCH = {"plan": "P100", "industry": "other_services", "annual_sales": 5_000_000, "insured": {"name": "青木工務店"}}


def give_paid_cover(
    member: Member,
    starts_on: date,
    *,
    premium: int = 64_940,
    cancelled_on: date | None = None,
    paid_at: datetime | None = None,
    **fields: object,
) -> Certificate:
    """A paid certificate with its charge, its payment and its first transaction; ``fields`` beside those that all have."""
    number = f"C{starts_on:%Y%m}-{member.pk}"
    paid_at = paid_at or clock.now()
    charge = Charge.objects.create(key=f"enrol:{number}", member=member, charge_yen=premium, recorded_at=paid_at)
    payment = Payment.objects.create(
        key=number, purpose=charge.key, member=member, charge_yen=premium, gateway="memory", state="captured",
        session_id=number, brand="visa", last4="4242", created_at=paid_at, changed_at=paid_at, captured_at=paid_at,
    )  # fmt: skip
    Allocation.objects.create(payment=payment, charge=charge, allocated_yen=premium, recorded_at=paid_at)
    certificate = _certificate(member, "paid", number, starts_on, cancelled_on)
    _act(certificate, patch=PATCH | fields, charge=charge, total_premium_after=premium, premium_difference=premium)
    return certificate


def give_free_cover(member: Member, starts_on: date, *, cancelled_on: date | None = None) -> Certificate:
    """A free certificate, ended by a transaction where it has an end."""
    certificate = _certificate(member, "free", f"F{starts_on:%Y%m}-{member.pk}", starts_on, cancelled_on)
    _act(certificate)
    if cancelled_on:
        _act(certificate, seq=2, kind=Transaction.Kind.CANCELLATION, effective_date=cancelled_on)
    return certificate


def give_back(certificate: Certificate, refund_yen: int, *, refunded_at: datetime | None) -> Refund:
    """So much of what was paid for the certificate goes back."""
    payment = Payment.objects.get(allocations__charge__transaction__certificate=certificate)
    return Refund.objects.create(
        key=f"{payment.key}:refund", payment=payment, refund_yen=refund_yen, reason="test", created_at=clock.now(),
        refunded_at=refunded_at,
    )  # fmt: skip


def tell(member: Member, kind: str, on: date, **changed: str) -> MembershipFact:
    """The organiser tells us something, from a day on; the rest stays as it was known."""
    known = MembershipFact.objects.filter(member=member).latest("recorded_at", "id")
    fields = {name: getattr(known, name) for name in ("member_class", "name", "name_kana", "email", "telephone")}
    return MembershipFact.objects.create(
        member=member, kind=kind, effective_date=on, recorded_at=clock.now(), source="feed:7", **{**fields, **changed}
    )  # fmt: skip


def words_of(browser: Client, address: str) -> str:
    """What stands on the page, in one line: a blank where a block ends, nothing where a word is only marked."""
    answer = browser.get(address)
    assert answer.status_code == 200, answer.status_code
    return words_in(answer)


def words_in(answer: Any) -> str:
    """The same of an answer that is there."""
    page = answer.content.decode()
    main = page[page.index("<main") : page.index("</main")]
    return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", INLINE.sub("", main)).split()))


@contextmanager
def on(day: date) -> Iterator[None]:
    """Stand at ten in the morning of that day."""
    with clock.at(clock.MORNING.replace(year=day.year, month=day.month, day=day.day)):
        yield


def _certificate(member: Member, section: str, number: str, starts_on: date, cancelled_on: date | None) -> Certificate:
    year = SchemeYear.objects.get(start_on__lte=starts_on, expiry_on__gt=starts_on)
    return Certificate.objects.create(
        number=number, member=member, scheme_year=year, section=section, starts_on=starts_on, cancelled_on=cancelled_on,
        verification_code=number.replace("-", ""), issued_at=clock.now(),
    )  # fmt: skip


def _act(certificate: Certificate, **fields: object) -> None:
    first = {
        "seq": 1, "kind": Transaction.Kind.NEW, "effective_date": certificate.starts_on, "recorded_at": clock.now(),
        "patch": {}, "actor": "user:staff-7", "reason": "inside", "total_premium_after": 0, "premium_difference": 0,
        "rating_digest": certificate.scheme_year.product_version.digest,
    }  # fmt: skip
    Transaction.objects.create(certificate=certificate, **{**first, **fields})
