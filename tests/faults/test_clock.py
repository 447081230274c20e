"""F14: twelve instants at which a clock goes wrong, and servers in other time zones."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connections

from sonae.apps.billing.models import JournalEntry
from sonae.apps.certificates.models import Certificate
from sonae.domain.calendar import JAPAN
from tests import clock
from tests.faults.world import World

pytestmark = pytest.mark.faults
ROOT = Path(__file__).parents[2]

# moment in Japan, start of the cover, may it still be bought, the day it is booked on
INSTANTS = [
    ("2026-11-20T23:59:50", date(2026, 12, 1), True, date(2026, 11, 20)),
    ("2026-11-21T00:00:00", date(2026, 12, 1), False, None),
    ("2026-11-21T08:59:59", date(2026, 12, 1), False, None),  # still the 20th in London
    ("2026-11-20T00:00:01", date(2026, 12, 1), True, date(2026, 11, 20)),  # still the 19th in London
    ("2026-11-30T23:59:50", date(2027, 1, 1), True, date(2026, 11, 30)),
    ("2026-12-01T00:00:00", date(2027, 1, 1), True, date(2026, 12, 1)),
    ("2026-12-01T15:59:59", date(2027, 1, 1), True, date(2026, 12, 1)),
    ("2026-12-01T16:00:00", date(2027, 1, 1), True, date(2026, 12, 1)),
    ("2026-12-20T23:59:59", date(2027, 1, 1), True, date(2026, 12, 20)),
    ("2026-12-31T23:59:59", date(2027, 2, 1), True, date(2026, 12, 31)),  # before a leap second there may be
    ("2027-01-20T23:59:59", date(2027, 2, 1), True, date(2027, 1, 20)),
    ("2027-01-31T12:00:00", date(2027, 3, 1), True, date(2027, 1, 31)),
]


@pytest.mark.parametrize(("moment", "start_on", "possible", "booked_on"), INSTANTS, ids=[row[0] for row in INSTANTS])
def test_the_wall_clock_in_japan_decides_what_can_be_bought_and_when_it_is_booked(
    world: World, moment: str, start_on: date, possible: bool, booked_on: date | None
) -> None:
    at = datetime.fromisoformat(moment).replace(tzinfo=JAPAN)
    world.at(at - timedelta(minutes=20))
    if not possible:
        world.at(datetime(2026, 11, 20, 23, 50, tzinfo=JAPAN))
    application, payment = world.authorised(application=world.application(start_on=start_on))
    world.at(at)
    world.settle(payment)
    if not possible:
        assert world.states(application)[0] == "confirmed"
        assert not Certificate.objects.filter(member=application.member).exists()
    else:
        assert world.states(application) == ("issued", "captured")
        assert application.certificate is not None
        assert application.certificate.starts_on == start_on
        assert JournalEntry.objects.get(key=f"payment:{payment.key}").booked_on == booked_on
    assert world.books() == []


@pytest.mark.parametrize("jump", [timedelta(hours=1), timedelta(hours=-1), timedelta(days=-1), timedelta(days=365)])
def test_a_clock_that_jumps_neither_doubles_nor_forgets(world: World, jump: timedelta) -> None:
    """Our clock alone jumps; the processor's goes on. Due work is what is due in the books, not what a timer says."""
    application, payment = world.authorised()
    world.break_next("capture", "lose_reply")
    world.settle(payment)
    with clock.at(world.now + jump):
        for minute in range(15):
            with clock.at(clock.later(minutes=minute)):
                world.sweep()
        assert world.states(application) == ("issued", "captured")
        assert world.books() == []


ZONED = """
import json, os
os.environ["DJANGO_SETTINGS_MODULE"] = "sonae.config.settings.test"
import django
django.setup()
from datetime import date, datetime, timedelta
from sonae.apps.programmes.models import ProductVersion
from sonae.apps.programmes.product_files import product_of
from sonae.config import clock
from sonae.domain import calendar
from tests import clock as still

product = product_of(ProductVersion.objects.latest("effective_date"))
rules = product.calendar
days = ["2026-11-20T14:59:50", "2026-11-20T15:00:00", "2026-11-30T14:59:50", "2026-11-30T15:00:00", "2028-02-28T15:30:00",
        "2028-02-29T14:59:59", "2028-02-29T15:00:00", "2027-12-31T14:59:59", "2027-03-30T22:00:00"]
said = []
for text in days:
    moment = datetime.fromisoformat(text + "+00:00")
    day = calendar.japan_date(moment)
    start = calendar.next_start(rules, day)
    said.append([str(day), str(start), str(calendar.application_deadline(rules, start)),
                 str(calendar.cover_starts_at(rules, start).timestamp()), str(calendar.quote_valid_until(rules, day))])
print(json.dumps({"said": said, "aware": clock.now().utcoffset() == timedelta(0)}))
"""


def test_a_server_in_any_time_zone_says_the_same(world: World) -> None:
    """The same program under three TZs, in processes of their own, against the same database."""
    at = connections["default"].settings_dict
    parts = "&".join(f"{key.lower()}={at[key]}" for key in ("HOST", "PORT", "USER", "PASSWORD") if at[key])
    url = f"postgresql:///{at['NAME']}?{parts}"
    answers = []
    for zone in ("UTC", "Asia/Tokyo", "America/Los_Angeles"):
        environment = {**os.environ, "TZ": zone, "PGTZ": zone, "DATABASE_URL": url}
        done = subprocess.run(
            [sys.executable, "-c", ZONED],
            env=environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-500:]
        answers.append(json.loads(done.stdout))
    assert answers[0] == answers[1] == answers[2]
    assert answers[0]["aware"]
    said = answers[0]["said"]
    assert said[0][:3] == ["2026-11-20", "2026-12-01", "2026-11-20"]
    assert said[1][:3] == ["2026-11-21", "2027-01-01", "2026-12-20"]
    assert said[2][0] == "2026-11-30"
    assert said[3][0] == "2026-12-01"
    assert said[4][:2] == ["2028-02-29", "2028-04-01"]
    assert said[5][0] == "2028-02-29"
    assert said[6][:2] == ["2028-03-01", "2028-04-01"]
    assert datetime.fromtimestamp(float(said[0][3]), UTC) == datetime(2026, 12, 1, 7, 0, tzinfo=UTC)  # 16:00 in Japan


def test_the_cover_that_starts_on_the_first_of_march_of_a_leap_year_lasts_to_the_term_s_end(world: World) -> None:
    """Nine months from 1 March; nothing is inferred from the length of February."""
    world.at(datetime(2027, 2, 20, 23, 59, 50, tzinfo=JAPAN))
    application, payment = world.authorised(application=world.application(start_on=date(2027, 3, 1)))
    world.settle(payment)
    assert world.states(application) == ("issued", "captured")
    assert application.certificate is not None
    application.certificate.refresh_from_db()
    assert (application.certificate.cover.lower, application.certificate.cover.upper) == (
        date(2027, 3, 1),
        date(2027, 12, 1),
    )
    assert world.books() == []
