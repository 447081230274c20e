"""Whatever is recorded whenever, and however the months are closed: lists, postings and the ledger say the same in the end."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
from django.db.models import Sum

from sonae.apps.billing.ledger import book
from sonae.apps.billing.models import Charge, Posting
from sonae.apps.certificates.mapping import acts_of, term_of
from sonae.apps.certificates.models import Certificate, Transaction
from sonae.apps.programmes.models import SchemeYear
from sonae.apps.programmes.product_files import product_of
from sonae.apps.reporting.list_export import digest_again
from sonae.apps.reporting.models import Bordereau, BordereauLine
from sonae.apps.reporting.months import first_open_month, is_over
from sonae.apps.reporting.ties import ties_of, unexplained_of
from sonae.apps.reporting.use_cases.close_bordereau import close_bordereau
from sonae.domain.bordereau import line_from
from sonae.domain.calendar import JAPAN
from sonae.domain.certificate.change import NotPossible, Wish, preview
from sonae.domain.certificate.log import Kind
from sonae.domain.period import add_months
from tests import cast
from tests.web.holdings import PATCH

pytestmark = pytest.mark.django_db
START = date(2026, 12, 1)


def moments(chance: random.Random) -> Iterator[datetime]:
    """From October 2026 on, mostly days apart, sometimes moments before and after midnight at the end of a month."""
    moment = datetime(2026, 10, 30, 12, tzinfo=JAPAN)
    while moment < datetime(2027, 11, 1, tzinfo=JAPAN):
        yield moment
        moment += timedelta(days=chance.randrange(0, 20), minutes=chance.randrange(1, 1_500))


@pytest.mark.parametrize("seed", range(6))
def test_everything_is_listed_once(programme: object, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  # the same lives every time
    year = SchemeYear.objects.get(start_on=START)
    certificates: list[Certificate] = []
    kept: dict[date, tuple[str, list[str]]] = {}
    for place, moment in enumerate(moments(chance)):
        if len(certificates) < 4:
            certificates.append(_sell(year, place, moment))
        for certificate in certificates:
            if chance.random() < 0.5:
                _act(certificate, chance, moment)
        if chance.random() < 0.3:
            _close_what_can_be(moment, chance, kept)
    _close_what_can_be(datetime(2027, 12, 1, tzinfo=JAPAN), None, kept)

    posted = Transaction.objects.aggregate(yen=Sum("premium_difference"))["yen"]
    listed = BordereauLine.objects.aggregate(yen=Sum("premium_yen"))["yen"]
    payable = Posting.objects.filter(account="premium_payable").aggregate(yen=-Sum("posted_yen"))["yen"]
    totals = sum(one.transactions.latest("seq").total_premium_after for one in certificates)
    assert posted == listed == payable == totals
    assert BordereauLine.objects.count() == Transaction.objects.count()
    for month, (digest, facts) in kept.items():
        bordereau = Bordereau.objects.get(month=month)
        assert list(bordereau.lines.order_by("number").values_list("facts", flat=True)) == facts
        assert digest_again(bordereau) == bordereau.digest == digest
        assert all(line_from(one).recorded_on < add_months(month, 1) for one in facts)
        assert unexplained_of(ties_of(month)) == 0


def _sell(year: SchemeYear, place: int, moment: datetime) -> Certificate:
    member = cast.enter_member(f"7{place:07}", "basic", f"例示{place}")
    certificate = Certificate.objects.create(
        number=f"C-{place}", member=member, scheme_year=year, section="paid", starts_on=START,
        verification_code=str(place), issued_at=moment,
    )  # fmt: skip
    _post(certificate, 1, Kind.NEW, START, moment, PATCH, 64_940, 64_940, None)
    return certificate


def _act(certificate: Certificate, chance: random.Random, moment: datetime) -> None:
    """A change, a cancellation or its undoing, for any day of the term, as the domain would record it."""
    log = list(certificate.transactions.all())
    kind = chance.choice([Kind.CHANGE, Kind.CHANGE, Kind.CANCELLATION, Kind.REINSTATEMENT])
    day = START + timedelta(days=chance.randrange(1, 330))
    wish = Wish(kind, day, {"plan": chance.choice(["P100", "P300", "P500"])} if kind == Kind.CHANGE else {})
    product = product_of(certificate.scheme_year.product_version)
    try:
        shown = preview(product, acts_of(log), term_of(certificate), wish, now=moment)
    except NotPossible:
        return
    act, by_seq = shown.acts[0], {entry.seq: entry for entry in log}
    reverses = by_seq[act.reverses] if act.reverses else None
    _post(
        certificate,
        act.seq,
        act.kind,
        act.effective_date,
        moment,
        dict(act.patch),
        shown.totals[0],
        shown.difference,
        reverses,
    )


def _post(
    certificate: Certificate, seq: int, kind: str, effective: date, moment: datetime, patch: dict[str, object],
    total: int, difference: int, reverses: Transaction | None,
) -> None:  # fmt: skip
    charge = None
    if difference:
        key = f"act:{certificate.number}:{seq}"
        charge = Charge.objects.create(key=key, member=certificate.member, charge_yen=difference, recorded_at=moment)
        book(
            key=f"charge:{key}",
            postings={"member_receivable": difference, "premium_payable": -difference},
            description="",
            now=moment,
        )
    Transaction.objects.create(
        certificate=certificate, seq=seq, kind=kind, effective_date=effective, recorded_at=moment, patch=patch, actor="user:7",
        rating_digest=certificate.scheme_year.product_version.digest, total_premium_after=total,
        premium_difference=difference, charge=charge, reverses=reverses,
    )  # fmt: skip


def _close_what_can_be(moment: datetime, chance: random.Random | None, kept: dict[date, tuple[str, list[str]]]) -> None:
    """The months that are over, all of them or only the first."""
    while (month := first_open_month()) and is_over(month, now=moment):
        closed = close_bordereau(month=month, actor="user:7", now=moment)
        kept[month] = closed.digest, list(closed.lines.order_by("number").values_list("facts", flat=True))
        if chance is not None and chance.random() < 0.5:
            return
