"""``sonae staff``: the first supervisor of an installation, and what no supervisor can do from the desk."""

# ruff: noqa: PLC0415, T201

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from sonae.config.clock import now
from sonae.config.money_command import Refused, person_at_the_keyboard
from sonae.config.starting import USAGE_ERROR, start_django
from sonae.domain.staff_rights import Party, Position

if TYPE_CHECKING:
    from sonae.apps.parties.models import Organisation, User

Verb = Callable[[argparse.Namespace], int]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verbs below ``staff``."""
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    for name, verb, told in (
        ("add", add, "let somebody work at the desk of an organisation"),
        ("move", move, "from one organisation to another: positions begin anew and all sessions end"),
    ):
        one = verbs.add_parser(name, help=told)
        one.add_argument("email", metavar="E-MAIL")
        one.add_argument("--organisation", required=True, metavar="CODE")
        one.add_argument(
            "--position", required=True, action="append", choices=[position.value for position in Position],
            dest="positions", help="may be given more than once",
        )  # fmt: skip
        one.add_argument("--language", choices=("ja", "en"), default="ja", help="of the mail that tells them")
        one.set_defaults(command=run, verb=verb)
    organisation = verbs.add_parser("organisation", help="enter an organisation of the programme, or name it anew")
    organisation.add_argument("code", metavar="CODE")
    organisation.add_argument("--role", required=True, choices=[party.value for party in Party])
    organisation.add_argument("--name", required=True, help="in Japanese, as pages and mails say it")
    organisation.add_argument("--name-en", required=True)
    organisation.set_defaults(command=run, verb=enter)
    reset = verbs.add_parser("reset", help="forget somebody's second factor, where no other supervisor can")
    reset.add_argument("email", metavar="E-MAIL")
    reset.add_argument("--reason", required=True)
    reset.add_argument("--language", choices=("ja", "en"), default="ja")
    reset.set_defaults(command=run, verb=forget)
    networks = verbs.add_parser(
        "networks", help="from where an organisation's desk opens; without any, from everywhere"
    )
    networks.add_argument("--organisation", required=True, metavar="CODE")
    networks.add_argument("network", nargs="*", metavar="CIDR")
    networks.set_defaults(command=run, verb=limit)


def run(args: argparse.Namespace) -> int:
    """Do what the verb says. Every refusal is one line."""
    start_django()
    verb: Verb = args.verb
    try:
        return verb(args)
    except Refused as refused:
        print(f"sonae: {refused}", file=sys.stderr)
        return USAGE_ERROR


def enter(args: argparse.Namespace) -> int:
    """An organisation; its role is for good."""
    from sonae.apps.parties.use_cases.enter_organisation import OtherRole, enter_organisation

    try:
        organisation = enter_organisation(
            code=args.code, role=args.role, name_ja=args.name, name_en=args.name_en, actor=person_at_the_keyboard(),
            now=now(),
        )  # fmt: skip
    except OtherRole as other:
        raise Refused(f"{args.code} is the {other.role} already") from None
    print(f"{organisation.code}: {organisation.role}, {organisation.name_ja}, {organisation.name_en}")
    return 0


def add(args: argparse.Namespace) -> int:
    """Somebody new, or a member's person who works for an organisation from now on."""
    from sonae.apps.people.use_cases.enter_staff import WorksElsewhere, WorksHere, enter_staff

    try:
        user = enter_staff(
            email=_email(args.email), organisation=_organisation(args.organisation),
            positions=[Position(one) for one in args.positions], actor=person_at_the_keyboard(),
            language=args.language, now=now(),
        )  # fmt: skip
    except WorksHere:
        raise Refused(f"{args.email} is of the staff there already; positions are given at the desk") from None
    except WorksElsewhere:
        raise Refused(f"{args.email} works for another organisation; `sonae staff move` moves people") from None
    return _told(user, args)


def move(args: argparse.Namespace) -> int:
    """Somebody of another organisation's staff."""
    from sonae.apps.people.use_cases.enter_staff import LastSupervisor, WorksHere, WorksNowhere, move_staff

    try:
        user = move_staff(
            user=_user(args.email), organisation=_organisation(args.organisation),
            positions=[Position(one) for one in args.positions], actor=person_at_the_keyboard(),
            language=args.language, now=now(),
        )  # fmt: skip
    except WorksNowhere:
        raise Refused(f"{args.email} is of nobody's staff; `sonae staff add` takes people in") from None
    except WorksHere:
        raise Refused(f"{args.email} works there already") from None
    except LastSupervisor:
        raise Refused(f"{args.email} is the last supervisor there; make another one first") from None
    return _told(user, args)


def forget(args: argparse.Namespace) -> int:
    """Somebody's second factor, with the reason."""
    from sonae.apps.audit.reason import ReasonMissing
    from sonae.apps.people.use_cases.manage_staff import NotOfTheStaff, reset_from_command_line

    user = _user(args.email)
    try:
        reset_from_command_line(
            user=user, reason=args.reason, actor=person_at_the_keyboard(), language=args.language, now=now()
        )
    except ReasonMissing:
        raise Refused("--reason must say why") from None
    except NotOfTheStaff:
        raise Refused(f"{args.email} is of nobody's staff") from None
    print(f"{user.email}: second factor forgotten, all sessions ended")
    return 0


def limit(args: argparse.Namespace) -> int:
    """The networks of an organisation."""
    from sonae.apps.people.use_cases.limit_networks import set_networks
    from sonae.domain.networks import NetworksInvalid, read_networks

    organisation = _organisation(args.organisation)
    try:
        networks = read_networks("\n".join(args.network))
    except NetworksInvalid as invalid:
        raise Refused(str(invalid)) from None
    set_networks(organisation=organisation, networks=networks, actor=person_at_the_keyboard(), now=now())
    print(f"{organisation.code}: {', '.join(map(str, networks)) or 'from everywhere'}")
    return 0


def _told(user: User, args: argparse.Namespace) -> int:
    print(
        f"{user.email}: {args.organisation}, {', '.join(args.positions)}. At the next sign-in they set up their second factor."
    )
    return 0


def _email(written: str) -> str:
    from django.core.exceptions import ValidationError
    from django.core.validators import validate_email

    try:
        validate_email(written)
    except ValidationError:
        raise Refused(f"{written} is no e-mail address") from None
    return written


def _user(email: str) -> User:
    from sonae.apps.parties.models import User

    user = User.objects.filter(email__iexact=email.strip()).first()
    if user is None:
        raise Refused(f"nobody signs in with {email}")
    return user


def _organisation(code: str) -> Organisation:
    from sonae.apps.parties.models import Organisation

    found = Organisation.objects.filter(code=code).first()
    if found is None:
        known = ", ".join(Organisation.objects.order_by("code").values_list("code", flat=True)) or "none yet"
        raise Refused(f"there is no organisation {code}; known are: {known}. `sonae staff organisation` enters one")
    return found
