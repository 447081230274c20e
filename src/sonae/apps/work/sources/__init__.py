"""Where open work comes from: for each kind one query over the tables that the work itself stands in.

Each gives the columns key, member_id, about (a name of its own, or nothing), said (what somebody wrote), detail (facts for the
page), since; one gives due_at, one sees and acts since its rights differ from item to item. ``queue.py`` joins them. A kind is in
one source and one only.
"""

from __future__ import annotations

from collections.abc import Mapping

from sonae.apps.work.sources import (
    cover,
    data_requests,
    feeds,
    inquiries,
    money,
    payouts_and_months,
    second_looks,
    staff,
)
from sonae.domain.work import WorkKind

SOURCES: Mapping[WorkKind, str] = {
    **inquiries.SOURCES,
    **feeds.SOURCES,
    **money.SOURCES,
    **payouts_and_months.SOURCES,
    **cover.SOURCES,
    **data_requests.SOURCES,
    **second_looks.SOURCES,
    **staff.SOURCES,
}
OWN_DUE = {WorkKind.REGISTRATION}  # their items bring due_at
OWN_RIGHTS = {WorkKind.SECOND_LOOK}  # their items bring sees and acts
