"""Premium that was owed again because a dispute was lost, and whose money came back since the dispute was won after all.

Receivables are a log, so what came back stands in the journal, in the one entry that books the reversal.
"""

from __future__ import annotations

from django.db.models import F, OuterRef, Subquery, Sum, Value
from django.db.models.functions import Coalesce, Replace

from sonae.apps.billing.models import Posting, Receivable

# How the keys of a dispute's receivable and of its reversal end; a second time with 2.
LOST, REVERSED = ":lost", ":reversed"


def recovered_of(receivable: Receivable) -> int:
    """Yen of it that came back."""
    found = Receivable.objects.filter(pk=receivable.pk).annotate(recovered=recovered_in_sql())
    return int(found.values_list("recovered", flat=True).get())


def recovered_in_sql() -> Coalesce:
    """The same, of each row of receivables."""
    lines = Posting.objects.filter(
        entry__key=Replace(OuterRef("key"), Value(LOST), Value(REVERSED)),
        account=Posting.Account.MEMBER_RECEIVABLE,
    ).exclude(entry__key=OuterRef("key"))
    summed = lines.values("account").annotate(yen=Sum(-F("posted_yen"))).values("yen")
    return Coalesce(Subquery(summed), 0)
