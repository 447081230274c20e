"""A month with premium in it, closed where wanted, and a payout of the card processor that doesn't quite fit."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sonae.apps.billing.models import HandReturn, Payment, Posting, Receivable
from sonae.apps.billing.use_cases.owe_again import owe_again
from sonae.apps.billing.use_cases.return_premium import return_premium
from sonae.apps.reporting.models import Bordereau
from sonae.apps.reporting.months import first_open_month
from sonae.apps.reporting.use_cases.close_bordereau import close_bordereau
from sonae.apps.reporting.use_cases.take_payout_file import take_payout_file
from sonae.domain.calendar import JAPAN
from sonae.integrations.sandbox_card.payout_file import payout_csv
from tests import cast, clock
from tests.web.holdings import give_free_cover, give_paid_cover

OCTOBER, NOVEMBER = date(2026, 10, 1), date(2026, 11, 1)
OVER = datetime(2026, 12, 2, 10, 0, tzinfo=JAPAN)


def enter_month() -> None:
    """Two paid certificates and a free one, recorded in November; one payment is in a payout, and one of nobody's too."""
    for place in range(2):
        member = cast.enter_member(f"7000000{place}", "basic", f"例示製作所{place}")
        certificate = give_paid_cover(member, date(2026, 12, 1), premium=64_940 + 7_140 * place)
        Payment.objects.filter(key=certificate.number).update(gateway="sandbox_card", payment_id=f"pay_{place}")
    give_free_cover(cast.enter_member("70000009", "pap", "例示会計"), date(2026, 12, 1))
    # An hour ago: what is known at a moment is what came before it, so a file of this moment would not be there yet.
    an_hour_ago = clock.now() - timedelta(hours=1)
    take_payout_file(content=payout(), file_name="payout.csv", actor="command:root", now=an_hour_ago)


def payout(name: str = "po_1", *, fault: str = "none") -> bytes:
    """A file with the first payment, and one that is not ours."""
    rows: list[list[str | int]] = [
        [
            "",
            f"bal_{name}_1",
            "charge",
            "pay_0",
            "pay_0",
            "",
            "2026-11-24T10:00:00+09:00",
            "jpy",
            64_940,
            2_104,
            62_836,
        ],
        ["", f"bal_{name}_2", "charge", "pay_x", "pay_x", "", "2026-11-24T10:00:00+09:00", "jpy", 5_000, 162, 4_838],
    ]
    return payout_csv(rows, payout_id=name, paid_at="2026-11-26T00:00:00+09:00", fault=fault).encode()


def close_november() -> Bordereau:
    """As on 2 December; the months before it, where there are any, are closed first."""
    while (first := first_open_month()) is not None and first < NOVEMBER:
        close_bordereau(month=first, actor="command:root", now=OVER)
    return close_bordereau(month=NOVEMBER, actor="command:root", now=OVER)


def enter_owed(payment: Payment) -> tuple[Receivable, HandReturn]:
    """24,000 yen of the payment are owed again, since a dispute was lost; and 7,000 yen are to be transferred by hand."""
    name = f"{payment.key}:{Receivable.objects.count()}"
    receivable = owe_again(
        key=f"dispute:of:{name}", payment=payment, receivable_yen=24_000, reason=Receivable.Reason.DISPUTE_LOST,
        from_account=Posting.Account.DISPUTED, now=clock.now(),
    )  # fmt: skip
    return_premium(key=f"act:{name}", member=payment.member, charge_ids=[], return_yen=7_000, now=clock.now())
    return receivable, HandReturn.objects.get(key=f"act:{name}")
