"""What a fresh installation holds: the schema, the published product, and in the demo a believable programme."""

# ruff: noqa: PLC0415, T201

from __future__ import annotations

import contextlib
import io
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sonae.apps.programmes.models import ProductVersion


def prepare_programme(*, now: datetime) -> None:
    """Schema, static files, product, scheme years and, in the demo, members. Safe to repeat; keeps what is there."""
    from django.conf import settings
    from django.core.management import call_command

    from sonae.apps.programmes.use_cases.open_scheme_year import open_scheme_year
    from sonae.config.schema import migrate_database
    from sonae.domain.calendar import japan_date

    migrate_database()
    with contextlib.redirect_stdout(io.StringIO()):
        call_command("collectstatic", verbosity=0, interactive=False)
    folder = Path(settings.SONAE_PRODUCTS) / settings.SONAE_PROGRAMME
    versions = [_published(version, now=now) for version in sorted(folder.iterdir()) if version.is_dir()]
    # Every scheme year from the first version's to the one in which an application two months ahead would start.
    day = versions[0].effective_date
    while day <= japan_date(now) + timedelta(days=62):
        day = open_scheme_year(programme=settings.SONAE_PROGRAMME, on=day, actor="system:setup", now=now).expiry_on
    if settings.SONAE_DEMO:
        from sonae.apps.reporting.use_cases.count_figures import count_figures
        from sonae.apps.search.use_cases.refresh_search import refresh_search
        from sonae.config.demo_members import cover_members, seed_members

        seed_members(now=now)
        cover_members(now=now)
        refresh_search(now=now)
        count_figures(now=now)


def _published(folder: Path, *, now: datetime) -> ProductVersion:
    """The version of that folder. One that was published before stays as it was, whatever the folder says by now."""
    from sonae.apps.programmes.models import ProductVersion
    from sonae.apps.programmes.use_cases.publish_product import DayTaken, publish_product
    from sonae.apps.programmes.version_folder import read_folder

    try:
        return publish_product(files=read_folder(folder), actor="system:setup", now=now)[0]
    except DayTaken as taken:
        print(f"sonae: {folder.name}: {taken} Going on with the published one.", file=sys.stderr)
        return ProductVersion.objects.get(effective_date=taken.effective_date)


def seed_certificates(*, now: datetime) -> None:
    """A few certificates, bought the way a member buys them, at the sandbox card processor that must be running; then what waits
    at the desk on a working day."""
    from django.conf import settings

    if settings.SONAE_DEMO:
        from sonae.config.demo_certificates import buy_demo_certificates
        from sonae.config.demo_day import begin_working_day

        buy_demo_certificates(now=now)
        begin_working_day(now=now)


def welcome(*, address: str, cards: str) -> str:
    """What ``sonae run`` prints: where to go and who may sign in."""
    from sonae.config.demo_members import DEMO_LOG_INS, DEMO_STAFF

    people, staff = (
        "\n".join(f"    {log_in.email:<32} {log_in.explanation}" for log_in in log_ins)
        for log_ins in (DEMO_LOG_INS, DEMO_STAFF)
    )
    return (
        f"\n  Sonae 備え is running.\n\n"
        f"    First page        {address}/            English: {address}/en/\n"
        f"    Calculator        {address}/premium/\n"
        f"    Apply             {address}/apply/\n"
        f"    The staff's desk  {address}/desk/\n"
        f"    Mails (sign-in codes are here)  {address}/demo/outbox/\n"
        f"    Test cards        {cards}/\n\n"
        f"  Sign in with one of these addresses; the code arrives on the page of mails:\n\n{people}\n\n"
        f"  At the desk, which also asks for the code of an authenticator app (on the page of mails, too):\n\n{staff}\n\n"
        f"  Stop with Ctrl-C. Everything is kept under var/.\n"
    )
