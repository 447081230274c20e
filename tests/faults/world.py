"""A small world to break: members with confirmed applications, a card holder, the real processor, and a clock to move.

Everything is committed; nothing is ever cleaned away. Each test has its own members and checks the books of those.
"""

from __future__ import annotations

import itertools
import secrets
import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import urllib3
from django.db import connections
from django.test import override_settings

from sonae.apps.billing.card_consent import GivenConsent
from sonae.apps.billing.gateway import CardGateway
from sonae.apps.billing.models import Payment
from sonae.apps.billing.use_cases.settle_payment import settle_payment
from sonae.apps.billing.use_cases.sweep_payments import Sweep, sweep_payments
from sonae.apps.certificates.models import Certificate, ChangeRequest
from sonae.apps.certificates.use_cases.begin_change_payment import begin_change_payment
from sonae.apps.enrolment.models import Application, Evidence, StepAnswers
from sonae.apps.enrolment.use_cases.begin_payment import begin_payment
from sonae.apps.parties.models import Member, MemberAccess, MembershipFact, User
from sonae.apps.programmes.models import SchemeYear
from sonae.apps.programmes.numbering import draw
from sonae.apps.programmes.product_files import product_of
from sonae.domain.numbering import application_number
from sonae.domain.rating import rate_plan
from sonae.domain.risk import Risk
from sonae.integrations.call_out import Circuit
from sonae.integrations.sandbox_card.card_holder import VISA, CardHolder, PaidPage
from sonae.integrations.sandbox_card.gateway import SandboxCardGateway
from sonae.integrations.sandbox_card.server import SandboxServer
from tests import clock
from tests.faults.acts import COMPANY, STEPS, ask_for_plan, take_step
from tests.faults.books import check_books
from tests.faults.changed_books import check_changed_books
from tests.faults.tariff import RISKS

KEY, SECRET, ACCOUNT = "sk_sandbox_tests", "whsec_tests", "acct_sonae"
_serial = itertools.count(1)


@dataclass(frozen=True)
class Processor:
    """The sandbox processor of this test process."""

    server: SandboxServer
    journal: Path

    def control(self, act: str, **given: Any) -> dict[str, Any]:
        reply = urllib3.request(
            "POST", f"{self.server.url}/control/{act}", json=given, headers={"Authorization": f"Bearer {KEY}"}
        )
        assert reply.status == 200, reply.data
        answer: dict[str, Any] = reply.json()
        return answer

    def gateway(self, *, seconds: float = 2.0, circuit: Circuit | None = None) -> CardGateway:
        """A fresh line to it; unless one is given the circuit never opens, because the faults here are ordered one by one."""
        with override_settings(
            SONAE_SANDBOX_CARD_URL=self.server.url, SONAE_SANDBOX_CARD_KEY=KEY,
            SONAE_SANDBOX_CARD_WEBHOOK_SECRET=SECRET, SONAE_SANDBOX_CARD_ACCOUNT=ACCOUNT,
            SONAE_CARD_TIMEOUT_SECONDS=seconds,
        ):  # fmt: skip
            return SandboxCardGateway(circuit or Circuit(limit=10_000))


class World:
    """What a test acts with. ``now`` is the one clock of us and of the processor."""

    def __init__(self, *, processor: Processor, database: str, stack: ExitStack) -> None:
        self.processor = processor
        self.database = database
        self.gateway: CardGateway = processor.gateway()
        self.holder = CardHolder()
        self.applications: list[str] = []
        self.certificates: list[str] = []  # those that are changed: their books are looked at as a whole
        self._stack = stack
        self.at(clock.MORNING)
        # The rounds of this test ask about its own payments, not about those that other tests have left.
        Payment.objects.filter(next_check_at__isnull=False).update(next_check_at=None)
        left = Payment.objects.filter(state__in=[Payment.State.CAPTURED, Payment.State.PERSON])
        left.update(gateway="of another test")

    # --- time ------------------------------------------------------------------------------------------------------

    @property
    def now(self) -> datetime:
        return clock.now()

    def at(self, moment: datetime) -> None:
        """Move our clock and the processor's to the moment."""
        self._stack.enter_context(clock.at(moment))
        self.processor.control("behaviour", clock_skew_seconds=(moment - datetime.now(UTC)).total_seconds())

    def pass_time(self, **step: float) -> None:
        self.at(self.now + timedelta(**step))

    # --- people ----------------------------------------------------------------------------------------------------

    def member(self) -> Member:
        number = f"F{next(_serial):05d}{secrets.token_hex(3)}"
        member = Member.objects.create(number=number, created_at=self.now)
        self.tell(member, MembershipFact.Kind.JOINED, on=date(2020, 4, 1))
        user = User.objects.create_user(f"{number.lower()}@example.jp", date_joined=self.now)
        MemberAccess.objects.create(
            member=member, user=user, role=MemberAccess.Role.OWNER, granted_at=self.now, proof="listed_email"
        )
        return member

    def tell(self, member: Member, kind: str, *, on: date) -> None:
        MembershipFact.objects.create(
            member=member, kind=kind, effective_date=on, recorded_at=self.now, member_class="regular",
            name="株式会社そなえ商店", source="test",
        )  # fmt: skip

    def application(
        self, *, member: Member | None = None, risk: tuple[str, int, str] | None = None, start_on: date = date(2027, 1, 1),
        state: str = Application.State.CONFIRMED,
    ) -> Application:  # fmt: skip
        """Confirmed and ready to be paid, with the premium of the real rating."""
        member = member or self.member()
        user = MemberAccess.objects.get(member=member).user
        year = SchemeYear.objects.select_related("product_version").get(start_on__lte=start_on, expiry_on__gt=start_on)
        industry, annual_sales, plan = risk or RISKS[len(self.applications) % len(RISKS)]
        premium = rate_plan(
            product_of(year.product_version),
            Risk(industry=industry, annual_sales=annual_sales),
            plan,
            start_on,
            year.expiry_on,
        )
        application = Application.objects.create(
            public_id=secrets.token_urlsafe(24), number=application_number(2026, draw("application")), member=member,
            user=user, scheme_year=year, start_on=start_on, state=state, language="ja", plan_code=plan, industry=industry,
            annual_sales=annual_sales, annual_premium=premium.annual_premium, term_premium=premium.term_premium,
            quoted_on=self.now.date(), started_at=self.now, changed_at=self.now,
        )  # fmt: skip
        for step, answers in (("company", COMPANY), ("disclosure", {"past_event": "no"})):
            StepAnswers.objects.create(
                application=application, step=step, answers=answers, revision=1, saved_at=self.now
            )
        Evidence.objects.create(
            application=application, revision=0, record={"declarations": []}, digest="0" * 64, recorded_at=self.now
        )
        self.applications.append(application.public_id)
        return application

    def applied(self) -> Application:
        """Confirmed as an applicant does it, step by step."""
        member = self.member()
        for step in STEPS:
            take_step(step, member_id=member.pk, now=self.now)
        application = Application.objects.get(member=member)
        self.applications.append(application.public_id)
        return application

    # --- acts ------------------------------------------------------------------------------------------------------

    def begin(self, application: Application, *, gateway: CardGateway | None = None) -> Payment:
        return begin_payment(application_id=application.pk, gateway=gateway or self.gateway, now=self.now)

    def pay(self, payment: Payment, number: str = VISA, *, challenge: str = "success") -> PaidPage:
        """The card holder on the processor's page."""
        return self.holder.pay(payment.checkout_url, number, challenge=challenge)

    def settle(self, payment: Payment, *, cause: str = "browser", gateway: CardGateway | None = None) -> Payment:
        return settle_payment(key=payment.key, gateway=gateway or self.gateway, cause=cause, now=self.now)

    def sweep(self, *, gateway: CardGateway | None = None) -> Sweep:
        return sweep_payments(gateway=gateway or self.gateway, now=self.now)

    def heal(self, *, minutes: int = 15, gateway: CardGateway | None = None) -> None:
        """Nobody does anything: only the minutely rounds go on."""
        for _ in range(minutes):
            self.pass_time(minutes=1)
            self.sweep(gateway=gateway)

    def authorised(self, number: str = VISA, *, application: Application | None = None) -> tuple[Application, Payment]:
        """As far as the way back from the card page."""
        application = application or self.application()
        payment = self.begin(application)
        self.pay(payment, number)
        return application, payment

    def covered(self, plan: str = "P100", *, number: str = VISA, keeps_card: bool = False) -> Certificate:
        """Cover that is bought and paid for, to be changed."""
        application = self.application(risk=("retail", 9_000_000, plan))
        consent = GivenConsent(application.user, "ja") if keeps_card else None
        payment = begin_payment(application_id=application.pk, gateway=self.gateway, now=self.now, consent=consent)
        self.pay(payment, number)
        self.settle(payment)
        self.applications.remove(application.public_id)
        application.refresh_from_db()
        certificate = application.certificate
        assert certificate is not None
        self.certificates.append(certificate.number)
        return certificate

    def change(self, certificate: Certificate | None = None, plan: str = "P300", *, key: str = "") -> ChangeRequest:
        """A change of plan, asked for: it waits for its payment, or is done where nothing more is to be paid."""
        certificate = certificate or self.covered()
        return ask_for_plan(key=key or secrets.token_hex(8), number=certificate.number, plan=plan, now=self.now)

    def pay_change(self, request: ChangeRequest, *, on_saved_card: bool = False) -> Payment:
        """The member presses "pay"."""
        return begin_change_payment(
            public_id=request.public_id, actor="user:test", gateway=self.gateway, now=self.now,
            on_saved_card=on_saved_card,
        )  # fmt: skip

    def break_next(self, operation: str, fault: str, *, done: bool = False, times: int = 1, **more: Any) -> None:
        order = {"operation": operation, "fault": fault, "done": done, "times": times, **more}
        self.processor.control("behaviour", next=[order])

    # --- looking ---------------------------------------------------------------------------------------------------

    def books(self, *, settled: bool = True) -> list[str]:
        """What the outside oracle finds wrong with this test's applications."""
        return check_books(
            database=self.database, journal=self.processor.journal, applications=self.applications, settled=settled
        )

    def changed_books(self) -> list[str]:
        """What the outside oracle finds wrong with this test's changed certificates."""
        return check_changed_books(
            database=self.database, journal=self.processor.journal, certificates=self.certificates
        )

    def change_states(self, request: ChangeRequest) -> tuple[str, str]:
        """Of the request and its latest payment, afresh; "" where it has none."""
        request.refresh_from_db()
        payment = Payment.objects.filter(purpose=request.purpose).order_by("id").last()
        return request.state, payment.state if payment else ""

    def states(self, application: Application) -> tuple[str, str]:
        """Of the application and its latest payment, afresh; "" where it has none."""
        application.refresh_from_db()
        payment = Payment.objects.filter(purpose=f"enrol:{application.public_id}").order_by("id").last()
        return application.state, payment.state if payment else ""


def all_at_once(acts: Sequence[Callable[[], object]]) -> list[object]:
    """Run every act on a thread of its own, released together; answers or exceptions in their order."""
    gate = threading.Barrier(len(acts))
    outcomes: list[object] = [None] * len(acts)

    def run(place: int, act: Callable[[], object]) -> None:
        try:
            gate.wait(10)
            outcomes[place] = act()
        except Exception as error:  # the test looks at it
            outcomes[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair, daemon=True) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return outcomes
