"""The desk's first page with 100,000 open items of one kind and a million members, beside a bare count of the same rows.

The pages are asked for in this process, from signing in to the last byte, one after the other; the yardstick is one statement that
counts the open rows of the same table and joins the notes, asked in turn with each page. A third of the items is somebody's, a
tenth rests. Sizes may be named in SONAE_BENCH_MEMBERS and SONAE_BENCH_ITEMS.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench.free_covers import MEMBERS, a_programme
from bench.load import p95
from bench.loading import run_all
from bench.staff import browser_of_staff

VISITS = 40
ITEMS = """
    INSERT INTO billing_handreturn (key, member_id, return_yen, recorded_at, transfer_reference, transferred_by, transfers)
    SELECT 'bench:' || n, n, 1000 + n %% 9000, %(now)s::timestamptz - make_interval(mins => n::integer %% 20000), '', '', 0
    FROM generate_series(1, %(items)s) AS n;
    INSERT INTO billing_handreturn (key, member_id, return_yen, recorded_at, transferred_on, transfer_reference, transferred_by,
        transfers)
    SELECT 'done:' || n, n, 5000, %(now)s::timestamptz - interval '40 days', DATE '2026-11-01', 'x', 'bench', 1
    FROM generate_series(1, %(items)s) AS n;
    INSERT INTO work_worknote (kind, key, assignee_id, assigned_at, rests_until, changed_by, changed_at)
    SELECT 'hand_return', id::text, CASE WHEN id %% 3 = 0 THEN %(clerk)s END, %(now)s,
        CASE WHEN id %% 10 = 0 THEN %(now)s::timestamptz + interval '1 day' END, 'bench', %(now)s
    FROM billing_handreturn WHERE transferred_on IS NULL AND (id %% 3 = 0 OR id %% 10 = 0);
"""
BARE = """
    SELECT count(*), count(note.assignee_id) FROM billing_handreturn AS item
    LEFT JOIN work_worknote AS note ON note.kind = 'hand_return' AND note.key = item.id::text
    WHERE item.transferred_on IS NULL
"""
PAGES = {
    "the whole page": "/desk/",
    "one kind": "/desk/?kind=hand_return",
    "mine, oldest first": "/desk/?whose=mine&sort=oldest",
    "a page far behind": "",
    "by a name": "/desk/?q=計測商店77777",
    "what is new": "/desk/work/changes/?seen=2026-11-24T09:59:00%2B09:00&every=100000",
}


def main() -> None:
    """Print the 95th percentile of each page and its ratio to that of the yardstick in the same round."""
    members = int(os.environ.get("SONAE_BENCH_MEMBERS", "1000000"))
    items = min(members, int(os.environ.get("SONAE_BENCH_ITEMS", "100000")))
    with tempfile.TemporaryDirectory() as folder, a_programme(Path(folder)) as bench:
        os.environ.setdefault("SONAE_TEST_MOMENT", bench.now.isoformat())
        _measure(members, items)


def _measure(members: int, items: int) -> None:
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection
    from tests import cast, clock

    settings.SONAE_CLOCK, settings.ALLOWED_HOSTS = "tests.clock.now", ["testserver"]
    call_command("collectstatic", verbosity=0, interactive=False)
    clerk = cast.enter_staff("operator", "clerk")
    run_all(MEMBERS, {"size": members, "now": clock.now()})
    run_all(ITEMS, {"items": items, "now": clock.now(), "clerk": clerk.pk})
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")
        cursor.execute("CHECKPOINT")
    browser = browser_of_staff(clerk, moment=clock.now())
    print(f"{members:,} members, {items:,} open items of one kind, as many done; p95 of {VISITS} visits, one at a time")
    for name, address in PAGES.items():
        ours, bare = [], []
        visit = _visit(browser, address or _far_behind(items))
        visit()
        _bare()
        for _ in range(VISITS):
            ours.append(_seconds(visit))
            bare.append(_seconds(_bare))
        print(
            f"  {name:<22} {p95(ours) * 1000:6.0f} ms   bare count {p95(bare) * 1000:5.0f} ms   "
            f"ratio {p95(ours) / p95(bare):5.2f}",
            flush=True,
        )


def _visit(browser: object, address: str) -> Callable[[], None]:
    def visit() -> None:
        answer = browser.get(address)  # type: ignore[attr-defined]  # a browser of Django's tests
        assert answer.status_code == 200, answer.status_code

    return visit


def _far_behind(items: int) -> str:
    """The page that begins in the middle of the list."""
    from tests import clock
    from tests.apps.work.open_work import queue_of

    from sonae.apps.parties.models import User
    from sonae.apps.work.queue import Chosen
    from sonae.web.desk.work_choice import write_place

    queue = queue_of(User.objects.get(organisation__role="operator"))
    middle = queue.page(Chosen(), most=items // 2).items[-1]
    assert middle.since < clock.now()
    return f"/desk/?after={write_place(middle.place)}"


def _bare() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(BARE)
        cursor.fetchall()


def _seconds(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
