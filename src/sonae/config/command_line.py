"""The ``sonae`` command: what an operator types. Each command is thin; the work is in the use-cases."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import psycopg
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError
from procrastinate.exceptions import ConnectorException

from sonae.config.database import DatabaseUnavailable
from sonae.config.starting import USAGE_ERROR

# What an operator can mend: the server is away or read-only, or the account may not.
REFUSALS = (
    psycopg.OperationalError, psycopg.errors.InsufficientPrivilege, psycopg.errors.ReadOnlySqlTransaction,
)  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 done, 1 done with findings, 2 wrong input or not possible."""
    parser = _parser()
    args = parser.parse_args(arguments)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sonae.config.settings.run")
    command: Callable[[argparse.Namespace], int] = args.command
    try:
        return command(args)
    except (DatabaseUnavailable, ImproperlyConfigured) as problem:
        return _not_possible(str(problem))
    except (DatabaseError, ConnectorException) as error:
        refusal = _first_cause(error)
        if not isinstance(refusal, REFUSALS):
            raise  # a fault of ours, which wants its trace
        return _not_possible(f"The database refused: {str(refusal).splitlines()[0]}")
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # the reader of our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _first_cause(error: BaseException) -> BaseException:
    while cause := error.__cause__ or error.__context__:
        error = cause
    return error


def _not_possible(reason: str) -> int:
    print(f"sonae: {reason}", file=sys.stderr)  # noqa: T201  # a command's own voice
    return USAGE_ERROR


def _port(given: str) -> int:
    port = int(given) if given.isascii() and given.isdigit() else 0
    if not 1 <= port <= 65_535:
        raise argparse.ArgumentTypeError(f"{given} is no port; expected a number from 1 to 65535")
    return port


def _parser() -> argparse.ArgumentParser:
    from sonae.config import (  # noqa: PLC0415  # keeps `--help` free of settings
        audit_command,
        certificate_command,
        commands,
        feed_command,
        free_cover_command,
        money_command,
        quote_command,
        replay_command,
        search_command,
        staff_command,
        turn_command,
    )  # fmt: skip

    parser = argparse.ArgumentParser(prog="sonae", description="Runs a group insurance programme end to end.")
    verbs = parser.add_subparsers(required=True, metavar="COMMAND")

    run = verbs.add_parser(
        "run", help="start everything on this machine: database, web, worker, sandbox card processor"
    )
    run.add_argument("--host", default="127.0.0.1")
    run.add_argument("--port", type=_port, default=8000)
    run.add_argument("--card-port", type=_port, default=8001)
    run.set_defaults(command=commands.run)

    setup = verbs.add_parser("setup", help="create the database, publish the product, seed the demo; then stop")
    setup.set_defaults(command=commands.setup)
    migrate = verbs.add_parser("migrate", help="bring the database's schema up to this code")
    migrate.add_argument("--plan", action="store_true", help="only say how schema and code differ; 1 when they do")
    migrate.set_defaults(command=commands.migrate)

    web = verbs.add_parser("web", help="the web server alone")
    web.add_argument("--host", default="127.0.0.1")
    web.add_argument("--port", type=_port, default=8000)
    web.set_defaults(command=commands.web)
    verbs.add_parser("worker", help="the background worker alone").set_defaults(command=commands.worker)
    verbs.add_parser("sweep", help="one round over payments, refunds and mails that are due").set_defaults(
        command=commands.sweep
    )

    quote = verbs.add_parser("quote", help="rate one risk, or a file of risks")
    quote_command.add_arguments(quote)
    quote.set_defaults(command=commands.quote)

    certificate = verbs.add_parser("certificate", help="a certificate on a day, as it was known at a moment")
    certificate_command.add_arguments(certificate)
    certificate.set_defaults(command=commands.certificate)

    feed = verbs.add_parser("feed", help="check or apply the organiser's file of members")
    feed_command.add_arguments(feed)
    feed.set_defaults(command=commands.feed)

    product = verbs.add_parser("product", help="check or publish a product version").add_subparsers(required=True)
    check = product.add_parser("check", help="list every finding with file, place and suggestion")
    check.add_argument("path", type=Path)
    check.set_defaults(command=commands.check_product_folder)
    publish = product.add_parser("publish", help="check, digest and publish; immutable from then on")
    publish.add_argument("path", type=Path)
    publish.set_defaults(command=commands.publish_product_folder)

    facts = verbs.add_parser("loss-facts", help="check what incidents cost").add_subparsers(required=True)
    checked = facts.add_parser("check", help="list every finding, and every figure that its source row does not bear")
    checked.add_argument("path", type=Path)
    checked.add_argument("--product", type=Path, metavar="VERSION_FOLDER", help="also check its cost lines")
    checked.set_defaults(command=commands.check_loss_facts_folder)

    for name, module, explanation in (
        ("free-cover", free_cover_command, "the free cover: turn of the year, and its end"),
        ("audit", audit_command, "the log of acts: seal it, verify it, print the digest of a day"),
        ("replay", replay_command, "rate every premium ever posted again; exit code 1 if one differs"),
        ("turn", turn_command, "the turn of the scheme year for paid cover: rehearse, offers, status"),
        ("staff", staff_command, "who works at the desks of the organisations"),
        ("search", search_command, "what members are found by at the desk"),
    ):
        module.add_arguments(verbs.add_parser(name, help=explanation))
    money_command.add_commands(verbs)

    year = verbs.add_parser("scheme-year", help="open a scheme year").add_subparsers(required=True)
    opened = year.add_parser("open", help="open the scheme year that holds the day")
    opened.add_argument("on", metavar="YYYY-MM-DD")
    opened.set_defaults(command=commands.open_year)
    return parser


if __name__ == "__main__":
    sys.exit(main())
