"""The demo's members: plainly fictitious firms of the three classes, at addresses that can't exist."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from sonae.apps.membership.use_cases.follow_member import follow_members
from sonae.apps.parties.models import Member, MemberAccess, MembershipFact, Organisation, User
from sonae.apps.people.one_time_codes import draw_key
from sonae.apps.people.second_factors import keep_key, second_factors_of
from sonae.apps.people.use_cases.place_staff import grant_position, note_registration
from sonae.domain.staff_rights import Position

JOINED_ON = date(2025, 4, 1)


@dataclass(frozen=True, slots=True)
class DemoMember:
    """One line of the organiser's list."""

    number: str
    member_class: str
    name: str
    name_kana: str
    email: str
    telephone: str
    left_on: date | None = None


@dataclass(frozen=True, slots=True)
class DemoLogIn:
    """An address to sign in with, and what it shows."""

    email: str
    explanation: str


DEMO_MEMBERS = (
    DemoMember("10000017", "basic", "見本工務店", "ミホンコウムテン", "komuten@mihon.example", "03-0000-0017"),
    DemoMember("10000025", "total", "例示製作所", "レイジセイサクショ", "seisakusho@reiji.example", "03-0000-0025"),
    DemoMember("20000031", "pap", "架空会計事務所", "カクウカイケイジムショ", "kaikei@kakuu.example", "03-0000-0031"),
    DemoMember("10000041", "basic", "サンプル商店", "サンプルショウテン", "shoten@sample.example", "03-0000-0041"),
    DemoMember("10000059", "total", "見本情報サービス", "ミホンジョウホウサービス", "joho@mihon.example", "03-0000-0059"),
    DemoMember("20000064", "pap", "例示税理士事務所", "レイジゼイリシジムショ", "zeirishi@reiji.example", "03-0000-0064"),
    DemoMember("10000073", "basic", "架空運輸", "カクウウンユ", "unyu@kakuu.example", "03-0000-0073"),
    DemoMember("10000082", "total", "サンプル食堂", "サンプルショクドウ", "shokudo@sample.example", "03-0000-0082"),
    DemoMember("10000090", "basic", "見本印刷", "ミホンインサツ", "insatsu@mihon.example", "03-0000-0090"),
    DemoMember("20000105", "pap", "架空社労士法人", "カクウシャロウシホウジン", "sharoshi@kakuu.example", "03-0000-0105"),
    DemoMember("10000114", "total", "例示学習塾", "レイジガクシュウジュク", "juku@reiji.example", "03-0000-0114"),
    DemoMember(
        "10000122", "basic", "サンプル造園", "サンプルゾウエン", "zoen@sample.example", "03-0000-0122", date(2026, 3, 31)
    ),
)  # fmt: skip

DEMO_LOG_INS = (
    DemoLogIn("komuten@mihon.example", "見本工務店 (basic, 10000017): has no paid plan yet – go and buy one"),
    DemoLogIn("kaikei@kakuu.example", "架空会計事務所 (PAP, 20000031): has no paid plan yet"),
    DemoLogIn("seisakusho@reiji.example", "例示製作所 (total, 10000025): holds a certificate"),
    DemoLogIn("zoen@sample.example", "サンプル造園 (10000122): has left the support service"),
)


@dataclass(frozen=True, slots=True)
class DemoStaff:
    """Somebody who works for one of the organisations."""

    email: str
    organisation: str
    positions: tuple[Position, ...]
    explanation: str


P = Position
DEMO_STAFF = (  # two of a kind where one asks and another agrees
    DemoStaff("jimukyoku-1@dantai.example", "organiser", (P.CLERK,), "the organiser: hands member files in and applies them"),
    DemoStaff("jimukyoku-2@dantai.example", "organiser", (P.SUPERVISOR,), "its supervisor: releases what the brake holds"),
    DemoStaff("madoguchi@soudan.example", "operator", (P.CLERK,), "the contact window: answers and records; may not solicit"),
    DemoStaff("boshunin@soudan.example", "operator", (P.SOLICITOR,), "the contact window: a registered solicitor"),
    DemoStaff("sekininsha@soudan.example", "operator", (P.SUPERVISOR,), "its supervisor: staff, audit, second looks"),
    DemoStaff("toritsugi@dairiten.example", "agency", (P.SOLICITOR,), "the agency: takes the referrals that were passed to it"),
    DemoStaff("hikiuke@hoken.example", "insurer", (P.CLERK,), "the insurer: sees members and their cover"),
    DemoStaff("suuri-1@hoken.example", "insurer", (P.ACTUARY,), "its actuary: prepares product versions"),
    DemoStaff("suuri-2@hoken.example", "insurer", (P.ACTUARY,), "a second actuary: publishes what the first prepared"),
    DemoStaff("kansa@hoken.example", "insurer", (P.AUDITOR,), "an auditor: sees everything and changes nothing"),
)  # fmt: skip
DEMO_REGISTRATION, REGISTERED_UNTIL = "見本-000001", date(2030, 3, 31)

ORGANISATIONS = (
    ("organiser", "organiser", "制度を運営する団体", "The organisation that runs the programme"),
    ("insurer", "insurer", "東京海上日動火災保険株式会社", "Tokio Marine & Nichido Fire Insurance Co., Ltd."),
    ("agency", "agency", "株式会社NTTRiskManager", "NTTRiskManager"),
    ("operator", "operator", "キューアンドエー株式会社", "Q&A Corporation"),
)


@transaction.atomic
def seed_members(*, now: datetime) -> None:
    """Add the demo's organisations, members and people that are missing; change nothing that is there."""
    for code, role, name_ja, name_en in ORGANISATIONS:
        Organisation.objects.get_or_create(code=code, defaults={"role": role, "name_ja": name_ja, "name_en": name_en})
    for person in DEMO_STAFF:
        user = User.objects.filter(email=person.email).first() or _enter_staff(person, now)
        if not second_factors_of(user).is_set_up:
            keep_key(user=user, key=draw_key(), last_step=0, now=now, demo=True)
    known = set(Member.objects.values_list("number", flat=True))
    for entry in DEMO_MEMBERS:
        if entry.number not in known:
            _add(entry, now)


@transaction.atomic
def cover_members(*, now: datetime) -> None:
    """Give the demo's members their free cover, which with a feed would come by itself."""
    ids = Member.objects.filter(number__in=[entry.number for entry in DEMO_MEMBERS]).order_by("id")
    follow_members(ids=list(ids.values_list("id", flat=True)), reason="demo", now=now)


def _enter_staff(person: DemoStaff, now: datetime) -> User:
    organisation = Organisation.objects.get(code=person.organisation)
    user = User.objects.create_user(person.email, date_joined=now, organisation=organisation)
    for position in person.positions:
        grant_position(user_id=user.pk, position=position, actor="system:demo", now=now)
    if Position.SOLICITOR in person.positions:
        note_registration(
            user_id=user.pk, number=DEMO_REGISTRATION, last_day=REGISTERED_UNTIL, actor="system:demo", now=now
        )
    return user


def _add(entry: DemoMember, now: datetime) -> None:
    member = Member.objects.create(number=entry.number, created_at=now)
    days = [(MembershipFact.Kind.JOINED, JOINED_ON)]
    if entry.left_on is not None:
        days.append((MembershipFact.Kind.LEFT, entry.left_on))
    MembershipFact.objects.bulk_create(
        MembershipFact(
            member=member, kind=kind, effective_date=day, recorded_at=now, member_class=entry.member_class,
            name=entry.name, name_kana=entry.name_kana, email=entry.email, telephone=entry.telephone, source="demo",
        )
        for kind, day in days
    )  # fmt: skip
    if entry.email in {log_in.email for log_in in DEMO_LOG_INS}:
        user = User.objects.filter(email=entry.email).first() or User.objects.create_user(entry.email, date_joined=now)
        MemberAccess.objects.create(
            member=member, user=user, role=MemberAccess.Role.OWNER, granted_at=now, proof="listed_email"
        )
