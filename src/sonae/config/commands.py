"""What each ``sonae`` command does. Imports that need the settings stand inside, after the settings are there."""

# ruff: noqa: PLC0415, T201

from __future__ import annotations

import argparse
import sys
from datetime import date
from pathlib import Path

from sonae.config.clock import now
from sonae.config.starting import USAGE_ERROR, start_django


def run(args: argparse.Namespace) -> int:
    """Everything on one machine, for the demo and for trying out."""
    from sonae.config.supervisor import run_everything

    return run_everything(host=args.host, port=args.port, card_port=args.card_port)


def setup(args: argparse.Namespace) -> int:
    """Schema, published product, seeded demo."""
    start_django(needs_schema=False)
    from sonae.config.seed import prepare_programme

    prepare_programme(now=now())
    return 0


def migrate(args: argparse.Namespace) -> int:
    """Bring the schema up to the code, and the serving account its rights; or only say which steps one has and the other not."""
    start_django(needs_schema=False)
    from sonae.config.schema import migrate_database, pending_migrations, unknown_migrations

    if args.plan:
        pending, unknown = pending_migrations(), unknown_migrations()
        print(
            "\n".join([*(f"to be done: {name}" for name in pending), *(f"of newer code: {name}" for name in unknown)])
        )
        return 1 if pending or unknown else 0
    migrate_database()
    return 0


def web(args: argparse.Namespace) -> int:
    """The web server alone."""
    start_django()
    from django.conf import settings

    from sonae.config.web_server import FRAME_BYTES, PortUnusable, serve
    from sonae.config.wsgi import application
    from sonae.web.api.feed_gate import may_send_file

    try:
        file_bytes = settings.SONAE_FEED_LIMIT_BYTES + FRAME_BYTES
        serve(application, host=args.host, port=args.port, file_bytes=file_bytes, may_send_file=may_send_file)
    except PortUnusable as problem:
        print(f"sonae: {problem}", file=sys.stderr)
        return USAGE_ERROR
    return 0


def worker(args: argparse.Namespace) -> int:
    """The background worker alone."""
    start_django()
    from sonae.config.worker import work

    work()
    return 0


def sweep(args: argparse.Namespace) -> int:
    """One round, with its control totals."""
    start_django()
    from sonae.apps.billing.gateway import card_gateway
    from sonae.apps.billing.use_cases.keep_card import forget_ended_cards
    from sonae.apps.billing.use_cases.sweep_payments import sweep_payments
    from sonae.apps.certificates.use_cases.close_left_changes import close_left_changes
    from sonae.apps.documents.outbox import send_due_mails

    totals = sweep_payments(gateway=card_gateway(), now=now())
    closed, forgotten = close_left_changes(now=now()), forget_ended_cards(gateway=card_gateway(), now=now())
    mails = send_due_mails(now=now())
    due = f"payments {totals.payments}, refunds {totals.refunds}, asked {totals.asked}, parked {totals.parked}"
    print(f"{due}, changes closed {closed}, cards forgotten {forgotten}, mails {mails}")
    return 1 if totals.parked else 0


def quote(args: argparse.Namespace) -> int:
    """Rate one risk or a file."""
    start_django()
    from sonae.config import quote_command

    return quote_command.run(args)


def certificate(args: argparse.Namespace) -> int:
    """A certificate on a day, as it was known at a moment."""
    start_django()
    from sonae.config import certificate_command

    return certificate_command.run(args)


def feed(args: argparse.Namespace) -> int:
    """The organiser's file of members."""
    start_django()
    from sonae.config import feed_command

    return feed_command.run(args)


def check_product_folder(args: argparse.Namespace) -> int:
    """Every finding of a version folder, or of all versions when the folder holds version folders."""
    from sonae.config.product_folder import check_folder

    return check_folder(Path(args.path))


def publish_product_folder(args: argparse.Namespace) -> int:
    """Publish one version folder."""
    start_django()
    from sonae.config.product_folder import publish_folder

    return publish_folder(Path(args.path), now=now())


def check_loss_facts_folder(args: argparse.Namespace) -> int:
    """Every finding of the folder of loss facts."""
    from sonae.config.loss_facts_folder import check_folder

    return check_folder(args.path, args.product)


def open_year(args: argparse.Namespace) -> int:
    """Open the scheme year that holds the day."""
    start_django()
    from django.conf import settings

    from sonae.apps.programmes.use_cases.open_scheme_year import NoProductForYear, open_scheme_year

    try:
        on = date.fromisoformat(args.on)
        year = open_scheme_year(programme=settings.SONAE_PROGRAMME, on=on, actor="system:command_line", now=now())
    except ValueError:
        print(f"sonae: {args.on} is no day; expected YYYY-MM-DD, for example 2026-12-01", file=sys.stderr)
        return USAGE_ERROR
    except NoProductForYear as problem:
        print(f"sonae: {problem}", file=sys.stderr)
        return USAGE_ERROR
    print(f"{year.start_on} to {year.expiry_on}: product version {year.product_version}")
    return 0
