"""A programme with a bit of everything that figures count, at random: the same for the same seed."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from sonae.apps.certificates.models import Certificate
from sonae.apps.contact.models import Consultation
from sonae.apps.enrolment.models import Application, Evidence, StepAnswers
from sonae.apps.parties.models import Member, MembershipFact, User
from sonae.apps.programmes.models import ProductVersion, SchemeYear
from sonae.apps.programmes.product_files import product_of
from sonae.apps.renewal.models import RenewalOffer
from sonae.domain.calendar import JAPAN
from sonae.domain.certificate.change import NotPossible
from sonae.domain.certificate.log import Act, Kind, flat
from sonae.domain.certificate.premium import schedule_premium
from sonae.domain.period import Term
from tests import cast, clock
from tests.apps.certificates.covers import ask, wish
from tests.web.holdings import PATCH, give_back, give_free_cover, give_paid_cover, tell

YEAR = date(2026, 12, 1)
BEGAN, NOW = datetime(2026, 11, 5, 12, tzinfo=JAPAN), datetime(2027, 4, 10, 10, tzinfo=JAPAN)
PLANS, INDUSTRIES, CLASSES = (
    ("P100", "P300", "P500"),
    ("other_services", "manufacturing", "retail"),
    ("basic", "total", "pap"),
)
STEPS = ("needs", "plan", "documents", "disclosure", "company")


def fill(seed: int, *, members: int = 12) -> None:
    """Members who join and leave, free and paid covers with a history, applications, offers, consultations."""
    chance = random.Random(seed)  # noqa: S311  # the same programme every time
    user = cast.enter_person(f"world-{seed}@sample.example")
    for place in range(members):
        joined = cast.enter_member(f"8{seed:03}{place:04}", chance.choice(CLASSES), f"例示商店{place}")
        _move(joined, chance)
        if chance.random() < 0.7:
            give_free_cover(joined, YEAR, cancelled_on=chance.choice((None, date(2027, 2, 1), date(2027, 3, 15))))
        if chance.random() < 0.8:
            _live(sell(joined, moment(chance), plan=chance.choice(PLANS), industry=chance.choice(INDUSTRIES)), chance)
        apply(joined, user, chance, begun=moment(chance), place=place)
        consult(moment(chance), chance.choice(("question", "callback", "referral")), place=place)
    sold = Certificate.objects.filter(section="paid", renewal_offers=None)
    for place, certificate in enumerate(sold.order_by("id")):
        if chance.random() < 0.7:
            offer(certificate, chance.choice(RenewalOffer.Decision.values), renewed=place % 3 == 0)


def moment(chance: random.Random) -> datetime:
    """Any, day or night, months' last and first moments among them."""
    if chance.random() < 0.2:
        return datetime(2027, chance.randrange(1, 5), 1, tzinfo=JAPAN) - timedelta(microseconds=chance.randrange(2))
    return BEGAN + timedelta(minutes=chance.randrange(200_000))


def sell(
    member: Member, at: datetime, *, plan: str = "P100", industry: str = "other_services", starts_on: date | None = None
) -> Certificate:
    """A paid cover with the premium that the product asks for, from the 1st of the month after that moment."""
    there = at.astimezone(JAPAN)
    starts_on = starts_on or max(YEAR, date(there.year + there.month // 12, there.month % 12 + 1, 1))
    year = SchemeYear.objects.select_related("product_version").get(start_on=YEAR)
    first = Act(1, Kind.NEW, starts_on, at, flat({**PATCH, "plan": plan, "industry": industry}))
    total = schedule_premium(product_of(year.product_version), (first,), Term(starts_on, year.expiry_on)).total
    with clock.at(at):
        return give_paid_cover(member, starts_on, premium=total, plan=plan, industry=industry)


def _live(certificate: Certificate, chance: random.Random) -> None:
    for day in sorted(chance.sample(range(5, 130), chance.randrange(3))):
        at = certificate.issued_at + timedelta(days=day)
        wanted = chance.choice((
            wish(Kind.CANCELLATION, at.astimezone(JAPAN).date()), wish(Kind.CHANGE, at.astimezone(JAPAN).date(), plan="P100"),
        ))  # fmt: skip
        if at < NOW:
            with clock.at(at):
                _ask(certificate, wanted)
    if chance.random() < 0.3:
        give_back(certificate, 100, refunded_at=moment(chance))


def _ask(certificate: Certificate, wanted: object) -> None:
    try:
        ask(certificate, wanted)  # type: ignore[arg-type]
    except NotPossible:
        return


def _move(member: Member, chance: random.Random) -> None:
    told: Iterable[tuple[str, date]] = chance.choice((
        (), (("left", date(2027, 2, 14)),), (("changed", date(2027, 1, 10)),),
        (("left", date(2027, 1, 1)), ("joined", date(2027, 3, 1))),
    ))  # fmt: skip
    for kind, day in told:
        changed = {"member_class": "total"} if kind == MembershipFact.Kind.CHANGED else {}
        tell(member, kind, day, **changed)


def apply(member: Member, user: User, chance: random.Random, *, begun: datetime, place: int) -> Application:
    """An application that has come so far and no further, alive or ended."""
    state, saved = chance.choice(("draft", "draft", "closed", "confirmed")), chance.randrange(len(STEPS) + 1)
    plan = chance.choice(PLANS) if saved > 1 else ""
    application = Application.objects.create(
        public_id=f"world{user.pk}x{place}", number=f"W{user.pk}-{place}", member=member, user=user,
        scheme_year=SchemeYear.objects.get(start_on=YEAR), start_on=YEAR, state=state, language=chance.choice(("ja", "en")),
        plan_code=plan, term_premium=64_940 if plan else None, started_at=begun, changed_at=begun,
    )  # fmt: skip
    StepAnswers.objects.bulk_create(
        StepAnswers(application=application, step=step, answers={}, revision=1, saved_at=begun)
        for step in STEPS[:saved]
    )
    if state == "closed" and chance.random() < 0.5:
        Evidence.objects.create(application=application, revision=1, record={}, digest="0" * 64, recorded_at=begun)
    return application


def offer(certificate: Certificate, decision: str, *, renewed: bool = False, state: str = "open") -> RenewalOffer:
    """What the certificate was told about the next scheme year."""
    following = SchemeYear.objects.get(start_on=YEAR)
    if renewed and not Certificate.objects.filter(renewed_from=certificate).exists():
        cover = give_free_cover(certificate.member, date(2027, 11, 1), cancelled_on=date(2027, 11, 1))
        Certificate.objects.filter(pk=cover.pk).update(renewed_from=certificate)
    return RenewalOffer.objects.create(
        certificate=certificate, scheme_year=following, member=certificate.member, decision=decision,
        reasons=["MEDICAL"] if decision == "referred" else [], plan_code="P100", industry="retail", annual_sales=5_000_000,
        annual_premium=64_940 if decision == "offered" else 0, annual_premium_before=64_940, months_before=12,
        product_digest="0" * 64, seen_seq=1, seen_fact=1, judged_on=YEAR, state=state, letter_key=f"world:{certificate.pk}",
        offered_at=clock.now(), changed_at=clock.now(),
    )  # fmt: skip


def consult(received_at: datetime, kind: str, *, place: int, language: str = "ja") -> Consultation:
    """A consultation that came in at that moment."""
    mark = f"{received_at:%Y%m%d%H%M%S}-{place}"
    return Consultation.objects.create(
        token=f"T{mark}", number=f"Q{mark}"[:20], form_key=f"F{mark}", kind=kind, language=language,
        product_version=ProductVersion.objects.order_by("id")[0], name="秘密 太郎", kana="", firm="", email="", telephone="",
        preferred_time="", member_number="", industry="", message="", shown={}, shown_digest="0" * 64, received_at=received_at,
    )  # fmt: skip
