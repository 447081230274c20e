"""/desk/free-cover/: a round of the free cover that was parked is begun again."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from sonae.apps.membership.queries import find_run
from sonae.apps.membership.use_cases.try_run_again import RunNotParked, try_run_again
from sonae.apps.membership.use_cases.turn_free_covers import TurnNotDue
from sonae.domain.staff_rights import Right
from sonae.web.desk.access import actor_of, for_staff
from sonae.web.shared.access import not_there
from sonae.web.shared.language import say
from sonae.web.shared.moment import now

BEGUN = say(
    "もう一度始めました。数分で終わります。合わないときは、ここに再び表示されます。",
    "Begun again; it takes a few minutes. If the totals still differ it will be shown here once more.",
)
NOT_PARKED = say(
    "この処理は、すでに再開されているか、終わっています。", "This round has begun again or is done already."
)
OVER = say(
    "この保険年度はもう終わっているため、やり直せません。",
    "The scheme year is over, so there is nothing to be done again.",
)


@for_staff("POST", right=Right.HANDLE_FEEDS)
def again(request: HttpRequest, run_id: int) -> HttpResponse:
    """Pressed twice it begins once."""
    if find_run(run_id=run_id) is None:
        raise not_there(request, "free_cover_run", str(run_id))
    try:
        try_run_again(run_id=run_id, actor=actor_of(request), now=now(request))
    except RunNotParked:
        messages.info(request, NOT_PARKED)
    except TurnNotDue:
        messages.warning(request, OVER)
    else:
        messages.success(request, BEGUN)
    return redirect("desk:home")
