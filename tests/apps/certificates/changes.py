"""A paid certificate of 青木工務店 that began on 1 December 2026, and asking for changes of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from django.db.models import Sum

from sonae.apps.billing.models import Posting
from sonae.apps.certificates.models import Certificate, ChangeRequest, Transaction
from sonae.apps.certificates.use_cases.change_cover import preview_change, request_change
from sonae.apps.parties.models import Member
from sonae.domain.certificate.change import Preview, Wish
from sonae.domain.certificate.log import Kind
from tests import clock
from tests.web.holdings import give_paid_cover

START = date(2026, 12, 1)


def covered(member: Member) -> Certificate:
    """P100, other services, 5,000,000 yen: 64,940 yen paid by one card."""
    return give_paid_cover(member, START)


def fresh(certificate: Certificate) -> Certificate:
    return Certificate.objects.select_related("scheme_year__product_version").get(pk=certificate.pk)


def wish(day: date, **fields: object) -> Wish:
    return Wish(Kind.CHANGE, day, {name.replace("__", "."): value for name, value in fields.items()})


def see(certificate: Certificate, wanted: Wish, decisions: Mapping[int, bool] | None = None) -> Preview:
    return preview_change(certificate=fresh(certificate), wish=wanted, decisions=decisions or {}, now=clock.now())


def ask(
    certificate: Certificate,
    wanted: Wish,
    *,
    key: str = "",
    decisions: Mapping[int, bool] | None = None,
    seen: Preview | None = None,
    now: datetime | None = None,
) -> ChangeRequest:
    """Look at the preview and ask for exactly that."""
    seen = seen or see(certificate, wanted, decisions)
    return request_change(
        key=key or f"test:{certificate.pk}:{seen.acts[0].seq}", certificate_id=certificate.pk, wish=wanted,
        decisions=decisions or {}, seen_seq=seen.acts[0].seq - 1, seen_difference=seen.difference,
        actor="user:test", user=None, reason="test", language="ja", now=now or clock.now(),
    )  # fmt: skip


def log_of(certificate: Certificate) -> list[tuple[int, str, date, int, int]]:
    entries = Transaction.objects.filter(certificate=certificate)
    return [(one.seq, one.kind, one.effective_date, one.premium_difference, one.total_premium_after) for one in entries]


def balances() -> dict[str, int]:
    """Each account that isn't at nought."""
    sums = Posting.objects.values_list("account").annotate(yen=Sum("posted_yen"))
    return {account: yen for account, yen in sums if yen}
