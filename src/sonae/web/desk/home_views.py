"""/desk/: what waits for somebody, what was done last, and how many members there are."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from sonae.apps.membership.models import Feed
from sonae.apps.membership.queries import count_members, list_feeds, list_parked_runs
from sonae.apps.membership.use_cases.withdraw_feed import OPEN
from sonae.domain.staff_rights import Right
from sonae.web.desk.access import for_staff, rights_here
from sonae.web.desk.feed_rows import rows_of
from sonae.web.desk.feed_words import actor_names, class_name, class_names
from sonae.web.desk.page import desk_page
from sonae.web.desk.run_words import parked_rows
from sonae.web.shared.context import programme_of
from sonae.web.shared.moment import today


@for_staff("GET")
def home(request: HttpRequest) -> HttpResponse:
    """The files of members for those who handle them; the numbers for all."""
    names = class_names(programme_of(request).current_product)
    counted = count_members(on=today(request))
    facts = {
        "members": sum(counted.values()),
        "classes": [
            (class_name(code, names), counted.get(code, 0)) for code in [*names, *sorted(counted.keys() - names)]
        ],
        "today": today(request),
    }
    if Right.SEE_FEEDS in rights_here(request):
        applied = list_feeds(states=(Feed.State.APPLIED,), most=1)
        last = applied[0] if applied else None
        facts |= {
            "parked": parked_rows(list_parked_runs()),
            "waiting": rows_of(list_feeds(states=OPEN, most=20)),
            "last": last,
            "last_by": actor_names([last.applied_by])[last.applied_by] if last and last.applied_by else None,
        }
    return desk_page(request, "desk/home.html", facts)
