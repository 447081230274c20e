"""F14: twelve instants at which a clock goes wrong, and servers in other time zones."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import NamedTuple

import pytest
from django.db.models import Q

from sonae.apps.billing.models import JournalEntry
from sonae.apps.billing.use_cases import sweep_payments
from sonae.apps.certificates.models import Certificate
from sonae.apps.documents.models import Paper
from sonae.apps.enrolment.models import Application
from sonae.apps.programmes.use_cases.open_scheme_year import open_scheme_year
from sonae.domain.calendar import JAPAN
from tests import clock
from tests.faults.children import Zygote
from tests.faults.conftest import Processor
from tests.faults.world import World

pytestmark = pytest.mark.faults
ZONES = {"UTC": "+0000", "Asia/Tokyo": "+0900", "America/Los_Angeles": "-0800"}


class Instant(NamedTuple):
    """A moment in Japan: the start that is being bought then, whether it still may be, and the start that an application begun
    at that moment gets."""

    moment: str
    bought: date
    possible: bool
    begun: date


INSTANTS = [
    Instant("2026-11-20T00:00:01", date(2026, 12, 1), True, date(2026, 12, 1)),  # still the 19th in London
    Instant("2026-11-20T23:59:50", date(2026, 12, 1), True, date(2026, 12, 1)),
    Instant("2026-11-21T00:00:00", date(2026, 12, 1), False, date(2027, 1, 1)),
    Instant("2026-11-21T08:59:59", date(2026, 12, 1), False, date(2027, 1, 1)),  # still the 20th in London
    Instant("2026-11-30T23:59:50", date(2027, 1, 1), True, date(2027, 1, 1)),
    Instant("2026-12-01T00:00:00", date(2027, 1, 1), True, date(2027, 1, 1)),
    Instant("2026-12-01T15:59:59", date(2027, 1, 1), True, date(2027, 1, 1)),
    Instant("2026-12-01T16:00:00", date(2027, 1, 1), True, date(2027, 1, 1)),
    Instant("2026-12-31T23:59:59", date(2027, 2, 1), True, date(2027, 2, 1)),  # before a leap second there may be
    Instant("2027-01-31T12:00:00", date(2027, 3, 1), True, date(2027, 3, 1)),
    Instant("2028-02-20T23:59:59", date(2028, 3, 1), True, date(2028, 3, 1)),
    Instant("2028-02-29T00:00:00", date(2028, 4, 1), True, date(2028, 4, 1)),  # still the 28th in London
    Instant("2028-02-29T23:59:59", date(2028, 4, 1), True, date(2028, 4, 1)),
    Instant("2028-03-01T00:00:00", date(2028, 4, 1), True, date(2028, 4, 1)),
]


@pytest.fixture(params=ZONES)
def zoned(request: pytest.FixtureRequest, fault_database: str, processor: Processor) -> Iterator[Zygote]:
    """A server of ours that believes to stand in that zone, and its database too."""
    zone = str(request.param)
    with Zygote(database=fault_database, processor=processor.server.url, time_zone=zone) as warm:
        assert warm.run("zone", now=clock.now())["told"] == ZONES[zone]
        yield warm


def test_the_wall_clock_in_japan_decides_wherever_the_server_stands(world: World, zoned: Zygote) -> None:
    """Fourteen instants: what can be bought, from when it covers, on which day it is booked, and which start is offered."""
    open_scheme_year(programme="cyber", on=date(2027, 12, 1), actor="system:test", now=world.now)
    for instant in INSTANTS:
        at = datetime.fromisoformat(instant.moment).replace(tzinfo=JAPAN)
        world.at(at - timedelta(minutes=20))
        if not instant.possible:
            world.at(datetime(2026, 11, 20, 23, 50, tzinfo=JAPAN))
        application, payment = world.authorised(application=world.application(start_on=instant.bought))
        world.at(at)
        assert zoned.run("settle", payment.key, now=at)["error"] == ""
        if instant.possible:
            check_cover(world, application, payment.key, instant)
        else:
            assert world.states(application)[0] == "confirmed", instant
            assert not Certificate.objects.filter(member=application.member).exists()
        begun = zoned.run("step", {"step": ("start", ""), "member": world.member().pk}, now=at)
        assert Application.objects.get(pk=begun["told"]).start_on == instant.begun, instant
    world.heal(minutes=2)
    assert world.books() == []


def check_cover(world: World, application: Application, key: str, instant: Instant) -> None:
    assert world.states(application) == ("issued", "captured"), instant
    certificate = application.certificate
    assert certificate is not None
    expiry_on = date(2028, 12, 1) if instant.bought >= date(2027, 12, 1) else date(2027, 12, 1)
    assert (certificate.cover.lower, certificate.cover.upper) == (instant.bought, expiry_on)
    assert JournalEntry.objects.get(key=f"payment:{key}").booked_on == date.fromisoformat(instant.moment[:10])
    facts = Paper.objects.get(member=application.member, kind=Paper.Kind.CERTIFICATE).facts
    assert (facts["cover_from"], facts["cover_until"]) == (
        f"{instant.bought.isoformat()}T16:00:00+09:00",
        f"{expiry_on.isoformat()}T16:00:00+09:00",
    )


JUMPS = [timedelta(hours=1), timedelta(hours=-1), timedelta(days=-1), timedelta(days=365)]


def ends_after_a_jump(world: World, jump: timedelta) -> tuple[str, str]:
    """Our clock alone jumps; the processor's goes on. A quarter of an hour of rounds later."""
    application, payment = world.authorised()
    world.break_next("capture", "lose_reply")
    world.settle(payment)
    with clock.at(world.now + jump):
        for minute in range(15):
            with clock.at(clock.later(minutes=minute)):
                world.sweep()
    return world.states(application)


@pytest.mark.parametrize("jump", JUMPS)
def test_a_clock_that_jumps_neither_doubles_nor_forgets(world: World, jump: timedelta) -> None:
    """Due work is what is due in the books, not what a timer says."""
    assert ends_after_a_jump(world, jump) == ("issued", "captured")
    assert world.books() == []


@pytest.mark.parametrize("jump", JUMPS)
def test_a_timer_for_the_planned_minute_is_missed_by_a_clock_that_jumps(
    world: World, jump: timedelta, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The naive rule: a round takes what was planned for the minute that has just gone by."""
    monkeypatch.setattr(
        sweep_payments, "_due", lambda now: Q(next_check_at__gt=now - timedelta(minutes=1), next_check_at__lte=now)
    )
    assert ends_after_a_jump(world, timedelta(0)) == ("issued", "captured")
    assert ends_after_a_jump(world, jump) == ("paying", "unknown")
    assert any("1 charges kept, 0 certificates" in finding for finding in world.books())


def test_without_doubting_the_future_a_clock_set_back_puts_all_work_off(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweep_payments, "_due", lambda now: Q(next_check_at__lte=now))
    assert [ends_after_a_jump(world, jump) for jump in JUMPS] == [
        ("issued", "captured"), ("paying", "unknown"), ("paying", "unknown"), ("issued", "captured"),
    ]  # fmt: skip
