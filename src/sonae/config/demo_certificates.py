"""The demo's certificates: bought as members buy them, step by step, and paid on the sandbox card processor's page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sonae.apps.billing.gateway import card_gateway
from sonae.apps.billing.use_cases.settle_payment import settle_payment
from sonae.apps.enrolment.models import Application
from sonae.apps.enrolment.queries import progress_of
from sonae.apps.enrolment.steps import StepCode
from sonae.apps.enrolment.use_cases.begin_payment import begin_payment
from sonae.apps.enrolment.use_cases.confirm_application import confirm_application, declarations_of
from sonae.apps.enrolment.use_cases.open_document import open_document
from sonae.apps.enrolment.use_cases.save_step import save_step
from sonae.apps.enrolment.use_cases.start_application import start_application
from sonae.apps.parties.models import Member, User
from sonae.apps.parties.queries import find_membership
from sonae.apps.parties.use_cases.enter_user import enter_user
from sonae.apps.parties.use_cases.link_member import link_member
from sonae.apps.programmes.product_files import product_of
from sonae.domain.calendar import japan_date
from sonae.domain.product.definition import Product
from sonae.integrations.sandbox_card.card_holder import JCB, MASTERCARD, VISA, CardHolder


@dataclass(frozen=True, slots=True)
class DemoPurchase:
    """Who bought which plan, how many days ago, with which test card."""

    number: str
    industry: str
    annual_sales: int
    plan_code: str
    days_ago: int
    card: str
    address: tuple[str, str, str, str]


DEMO_PURCHASES = (
    DemoPurchase(
        "10000025", "manufacturing", 48_000_000, "P300", 190, VISA, ("1000001", "東京都", "千代田区", "千代田1-1")
    ),
    DemoPurchase(
        "10000059", "information", 32_000_000, "P500", 130, JCB, ("5300001", "大阪府", "大阪市北区", "梅田1-2-3")
    ),
    DemoPurchase(
        "10000114", "education", 12_000_000, "P100", 75, MASTERCARD, ("4600008", "愛知県", "名古屋市中区", "栄1-2-3")
    ),
)


def buy_demo_certificates(*, now: datetime) -> None:
    """Buy what has not been begun yet; change nothing that is there."""
    for purchase in DEMO_PURCHASES:
        if not Application.objects.filter(member__number=purchase.number).exists():
            _buy(purchase, now=now - timedelta(days=purchase.days_ago))


def _buy(purchase: DemoPurchase, *, now: datetime) -> None:
    application = apply_as_member(purchase, now=now)
    if application is None:
        return
    payment = begin_payment(application_id=application.pk, gateway=card_gateway(), now=now)
    CardHolder().pay(payment.checkout_url, purchase.card)
    settle_payment(key=payment.key, gateway=card_gateway(), cause="browser", now=now)


def apply_as_member(purchase: DemoPurchase, *, now: datetime) -> Application | None:
    """The application with every step answered and confirmed, ready to be paid; None for whoever is no member."""
    member = Member.objects.get(number=purchase.number)
    membership = find_membership(member=member, on=japan_date(now))
    if membership is None:
        return None
    user = enter_user(email=membership.email, now=now)
    link_member(user=user, number=member.number, member_class=membership.member_class, telephone="", now=now)
    application = start_application(member=member, user=user, language="ja", now=now)
    product = product_of(application.scheme_year.product_version)
    company = _company(purchase, membership.name, membership.name_kana, membership.telephone)
    _answer(application, user, StepCode.NEEDS, _needs(product), now=now)
    plan = {"industry": purchase.industry, "annual_sales": purchase.annual_sales, "plan_code": purchase.plan_code}
    _answer(application, user, StepCode.PLAN, plan, now=now)
    for document in product.wording:
        open_document(application_id=application.pk, document=document.code, language="ja", user=user, now=now)
    _answer(application, user, StepCode.DOCUMENTS, {document.code: True for document in product.wording}, now=now)
    nothing = {question.code: "no" for question in product.questions_of("disclosure")}
    _answer(application, user, StepCode.DISCLOSURE, nothing, now=now)
    _answer(application, user, StepCode.COMPANY, company, now=now)
    application = Application.objects.get(pk=application.pk)
    declared = {question.code: True for question in declarations_of(progress_of(application, today=japan_date(now)))}
    confirm_application(
        application_id=application.pk,
        seen_revision=application.revision,
        declarations=declared,
        user=user,
        language="ja",
        now=now,
    )
    return application


def _answer(
    application: Application, user: User, step: StepCode, answers: Mapping[str, object], *, now: datetime
) -> None:
    save_step(application_id=application.pk, step=step, answers=answers, seen_revision=0, user=user, now=now)


def _needs(product: Product) -> dict[str, object]:
    """The first answer that each question offers."""
    return {
        question.code: [question.options[0].code] if question.kind == "choices" else question.options[0].code
        for question in product.questions_of("needs")
    }


def _company(purchase: DemoPurchase, name: str, kana: str, telephone: str) -> dict[str, object]:
    postcode, prefecture, city, street = purchase.address
    return {
        "name": name,
        "kana": kana,
        "representative": "見本 太郎",
        "corporate_number": "",
        "postcode": postcode,
        "prefecture": prefecture,
        "city": city,
        "street": street,
        "building": "",
        "telephone": telephone,
        "insured_name": "",
        "insured_kana": "",
        "insured_address": "",
    }
