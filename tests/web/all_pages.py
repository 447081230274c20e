"""Every page with a form, each opened by somebody who is just there: the way from the first page to the payment."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from django.test import Client

from sonae.apps.audit.use_cases.ask_second_look import ask_second_look
from sonae.apps.billing.models import Payment
from sonae.apps.billing.use_cases.transfer_return import note_transfer
from sonae.apps.billing.use_cases.write_off import agree_to_write_off, write_off
from sonae.apps.certificates.models import Certificate
from sonae.apps.enrolment.models import Application
from sonae.apps.membership.models import Feed
from sonae.apps.parties.models import Organisation, User
from sonae.apps.programmes.use_cases.ask_publication import ask_publication
from sonae.apps.reporting.models import PayoutFile
from sonae.domain.certificate.log import Kind
from sonae.web.portal import payment_views
from tests import cast, clock
from tests.apps.certificates.covers import ask as ask_for_change
from tests.apps.certificates.covers import wish
from tests.apps.contact.asking import register
from tests.apps.contact.complaining import complain
from tests.apps.contact.desk import ask
from tests.apps.contact.referring import on_its_way
from tests.apps.letters.letters import write as write_letter
from tests.drafts import begin, later_version, save
from tests.web.applicant import Applicant
from tests.web.contact_window import received_page
from tests.web.cover_pages import preview
from tests.web.door import app_code, give_app, sign_in, signed_in
from tests.web.feeds_on_file import enter_feed
from tests.web.holdings import browser_of, give_paid_cover
from tests.web.memory_gateway import MemoryGateway
from tests.web.money_on_file import close_november, enter_month, enter_owed
from tests.web.page_forms import PageForm, forms_in

Opened = tuple[Client, str]


def _visitor(address: str) -> Callable[[], Opened]:
    return lambda: (Client(), address)


def _waiting_for_a_code() -> Opened:
    browser = Client()
    browser.post("/sign-in/", {"email": cast.VISITOR})
    return browser, "/sign-in/code/"


def _newcomer() -> Opened:
    browser = Client()
    browser.force_login(cast.enter_person("new@sample.example"))
    return browser, "/apply/"


def _owner() -> Opened:
    """Acts for a member and has not begun."""
    browser = Client()
    browser.force_login(cast.call_in().owner)
    return browser, "/apply/"


def _signed_in(page: str) -> Callable[[], Opened]:
    """The owner of a member, who has signed in with a code just now."""
    return lambda: (signed_in(cast.call_in().owner), page)


def _changing_the_address() -> Opened:
    """Waits for the code that was sent to the present address; a wrong one ends the change after a few tries."""
    browser = signed_in(cast.call_in().owner)
    browser.post("/portal/security/email/", {"email": "new-address@sample.example"})
    return browser, "/portal/security/email/"


def _applicant(page: str, *, confirmed: bool = False) -> Callable[[], Opened]:
    def open_page() -> Opened:
        people = cast.call_in()
        applicant = Applicant(people.owner, people.member)
        applicant.fill_in()
        if confirmed:
            applicant.confirm()
        return applicant.client, f"{applicant.base}{page}"

    return open_page


def _covered() -> Opened:
    """The public page of a certificate, for whoever holds its address."""
    return Client(), f"/verify/{_bought()[1].verification_code}/"


def _of_the_portal(page: str, **chosen: str) -> Callable[[], Opened]:
    """A page of a member that has bought cover; ``{}`` stands for the certificate's number, ``chosen`` is sent with the payment."""

    def open_page() -> Opened:
        browser, certificate = _bought(**chosen)
        return browser, page.format(certificate.number)

    return open_page


def _renewal(which: str) -> Callable[[], Opened]:
    """The offer for an expiring certificate, or the page on which it is taken up."""

    def open_page() -> Opened:
        applicant = Applicant((people := cast.call_in()).owner, people.member)
        applicant.fill_in()
        expiring = give_paid_cover(people.member, date(2025, 12, 1))
        Application.objects.filter(pk=applicant.application.pk).update(renewal_of=expiring)
        page = f"/portal/renewal/{expiring.number}/" if which == "offer" else f"{applicant.base}renew/"
        return applicant.client, page

    return open_page


def _at_the_desk(page: str, *, cancelled: bool = False) -> Callable[[], Opened]:
    """A page of the desk about a certificate that was bought, and cancelled where wanted."""

    def open_page() -> Opened:
        _, certificate = _bought()  # first: it calls in the cast, which brings the operator's organisation along
        if cancelled:
            _cancel(certificate)
        return operator(), page.format(certificate.number)

    return open_page


def _about_a_member(page: str) -> Callable[[], Opened]:
    """A page of the desk about somebody who bought cover."""

    def open_page() -> Opened:
        _, certificate = _bought()
        return operator(), page.format(certificate.member.number)

    return open_page


def _cancelled() -> Opened:
    """The page on which members take a cancellation of their own back."""
    browser, certificate = _bought()
    _cancel(certificate, User.objects.get(memberships__member=certificate.member, memberships__role="owner"))
    return browser, f"/portal/cover/{certificate.number}/reinstate/"


def _cancel(certificate: Certificate, user: User | None = None) -> None:
    ask_for_change(certificate, wish(Kind.CANCELLATION, date(2027, 6, 1)), user=user)


def _bought(**chosen: str) -> tuple[Client, Certificate]:
    gateway, before = MemoryGateway(mark=f"{Certificate.objects.count()}_"), payment_views.card_gateway
    payment_views.card_gateway = lambda: gateway  # type: ignore[assignment]
    try:
        browser, pay = _applicant("pay/", confirmed=True)()
        browser.post(pay, chosen)
        gateway.card_holder_pays()
        browser.get(pay.replace("/pay/", "/paid/"))
    finally:
        payment_views.card_gateway = before
    return browser, Certificate.objects.latest("id")


def auditor() -> Client:
    """Somebody who reads everything and changes nothing, at the desk."""
    return browser_of(cast.enter_staff("insurer", "auditor"))


def operator() -> Client:
    """Somebody of the contact window, at the desk."""
    names = {"code": "operator", "name_ja": "operator", "name_en": "operator"}
    organisation, _ = Organisation.objects.get_or_create(role=Organisation.Role.OPERATOR, defaults=names)
    return browser_of(cast.enter_person("desk@staff.example", organisation=organisation))


def _money(page: str, *, closed: bool = False) -> Callable[[], Opened]:
    """Before the operator, with a month's premium in it."""

    def open_page() -> Opened:
        browser = operator()
        if not PayoutFile.objects.exists():
            enter_month()
        if closed:
            close_november()
        return browser, page

    return open_page


def _by_hand(page: str) -> Callable[[], Opened]:
    """Before the operator: premium owed again, which another clerk has asked to write off, and a return to transfer."""

    def open_page() -> Opened:
        browser = operator()
        if not PayoutFile.objects.exists():
            enter_month()
        owed, by_hand = enter_owed(Payment.objects.get(payment_id="pay_0"))
        given: dict[str, Any] = {"reason": "because", "now": clock.now()}
        if "write-offs" in page:
            other = cast.enter_person("other@staff.example", organisation=Organisation.objects.get(role="operator"))
            asked = write_off(receivable_id=owed.pk, write_off_yen=24_000, actor=f"user:{other.pk}", **given)
            if "take-back" in page:
                agree_to_write_off(write_off_id=asked.pk, actor="user:0", now=clock.now())
            return browser, page.format(asked.pk)
        if "take-back" in page:
            note_transfer(
                hand_return_id=by_hand.pk, transferred_on=date(2026, 11, 24), reference="B-18", actor="user:0",
                now=clock.now(),
            )  # fmt: skip
        return browser, page.format(owed.pk if "owed" in page else by_hand.pk)

    return open_page


def _supervisor(page: str) -> Callable[[], Opened]:
    """Before a supervisor of the organiser, a new one each time."""

    def open_page() -> Opened:
        number = User.objects.count()
        return browser_of(cast.enter_staff("organiser", "supervisor", email=f"head-{number}@organiser.example")), page

    return open_page


def actuary() -> Client:
    """Somebody of the insurer who prepares product versions."""
    known = User.objects.filter(email="actuary@insurer.example").first()
    return browser_of(known or cast.enter_staff("insurer", "actuary"))


def _product(page: str) -> Callable[[], Opened]:
    """Before the actuary: a page of a draft of its own that was saved twice."""

    def open_page() -> Opened:
        browser, draft = actuary(), begin(later_version())
        save(draft, "notes.md", b"# Notes\n")
        return browser, f"/desk/products/drafts/{draft.pk}/{page}"

    return open_page


def _letter(page: str) -> Callable[[], Opened]:
    """A draft, before a supervisor who may send it."""

    def open_page() -> Opened:
        browser, _ = _supervisor("")()
        return browser, f"/desk/letters/{write_letter().pk}/{page}"

    return open_page


def _return_look() -> Opened:
    """Before the operator, much return premium that a colleague wants to give back."""
    facts = {"kind": "cancellation", "asked_for": "2027-04-01", "seen_difference": -216_460}
    look, _ = ask_second_look(
        kind="return_premium", object_id="C-1", facts=facts, reason="because", actor="user:0", now=clock.now()
    )
    return operator(), f"/desk/returns/{look.pk}/"


def _consultation(page: str, *positions: str, **asked: Any) -> Callable[[], Opened]:
    """Before somebody of the contact window in these positions, with a consultation that has come in."""

    def open_page() -> Opened:
        given: dict[str, Any] = {"kind": "callback", "telephone": "03-1234-0017"} | asked
        found = ask(**given)
        if page == "call-back/":
            return Client(), f"/consultation/{found.token}/{page}"
        email = f"{'-'.join(positions)}-{found.pk}@operator.example"
        browser = browser_of(cast.enter_staff("operator", *positions, email=email))
        return browser, page.format(f"/desk/consultations/{found.number}/")

    return open_page


def _referral(page: str, state: str, party: str = "operator") -> Callable[[], Opened]:
    """A referral at that point of its way, before somebody of the contact window or of the agency."""

    def open_page() -> Opened:
        browser = operator() if party == "operator" else browser_of(cast.enter_staff(party, "clerk"))
        return browser, f"/desk/referrals/{on_its_way(state).number}/{page}"

    return open_page


def _product_look() -> Opened:
    """Another has asked to publish a draft."""
    browser, draft = actuary(), begin(later_version())
    numbers = {"against": "2026-12-01", "differences": {"calendar": 1}, "effect": None}
    look = ask_publication(
        draft_id=draft.pk,
        seen=draft.revisions.get().digest,
        numbers=numbers,
        reason="because",
        actor="user:0",
        now=clock.now(),
    )
    return browser, f"/desk/products/looks/{look.pk}/"


def _feed(page: str, state: str) -> Callable[[], Opened]:
    return lambda: (operator(), f"/desk/feeds/{enter_feed(state).pk}/{page}")


def _second_step(page: str) -> Callable[[], Opened]:
    """Somebody of the staff who has given the code from the mail alone; with an app where one is asked for."""

    def open_page() -> Opened:
        names = {"code": "agency", "name_ja": "agency", "name_en": "agency"}
        organisation, _ = Organisation.objects.get_or_create(role=Organisation.Role.AGENCY, defaults=names)
        browser, user = Client(), cast.enter_person("new@staff.example", organisation=organisation)
        sign_in(browser, user.email)
        if page == "/sign-in/second/":
            give_app(user)
        return browser, page

    return open_page


def _recovery_codes() -> Opened:
    browser, set_up = _second_step("/sign-in/second/set-up/")()
    key = str(browser.get(set_up).context["key"]).replace(" ", "")
    return browser, browser.post(set_up, {"code": app_code(key)}).headers["Location"]


def _staff_page(page: str) -> Callable[[], Opened]:
    """At the desk; ``{}`` stands for a colleague."""

    def open_page() -> Opened:
        head, colleague = (cast.enter_staff("operator", one) for one in ("supervisor", "solicitor"))
        give_app(colleague)
        return browser_of(head), page.format(colleague.pk)

    return open_page


PAGES: dict[str, Callable[[], Opened]] = {
    "first page": _visitor("/"),
    "calculator": _visitor("/premium/?industry=retail&sales=900"),
    "questions": _visitor("/questions/?q=card"),
    "incident costs": _visitor("/incident-costs/?incident=ransomware"),
    "consultation": _visitor("/consultation/"),
    "consent": lambda: (Client(), f"{received_page('referral')}withdraw/"),
    "outside": _visitor("/outside/?industry=medical&sales=900"),
    "sign in": _visitor("/sign-in/"),
    "code": _waiting_for_a_code,
    "member": _newcomer,
    "start": _owner,
    "needs": _applicant("needs/"),
    "plan": _applicant("plan/"),
    "documents": _applicant("documents/"),
    "one document": _applicant("documents/overview/"),
    "disclosure": _applicant("disclosure/"),
    "company": _applicant("company/"),
    "confirm": _applicant("confirm/"),
    "give up": _applicant("give-up/"),
    "pay": _applicant("pay/", confirmed=True),
    "verify": _covered,
    "notices": _of_the_portal("/portal/notices/"),
    "payments": _of_the_portal("/portal/payments/", save_card="on"),
    "data": _of_the_portal("/portal/data/"),
    "looks": _of_the_portal("/portal/data/looks/"),
    "correction": _of_the_portal("/portal/data/correct/"),
    "erasure": _of_the_portal("/portal/data/erase/"),
    "accounting": _of_the_portal("/portal/accounting/{}/"),
    "renewal": _renewal("offer"),
    "renewing": _renewal("page"),
    "cover change": _of_the_portal("/portal/cover/{}/change/"),
    "cover cancel": _of_the_portal("/portal/cover/{}/cancel/"),
    "cover reinstate": _cancelled,
    "desk members": lambda: (operator(), "/desk/members/?q=x"),
    "desk member": _about_a_member("/desk/members/{}/?on=2027-03-03"),
    "desk certificate": _at_the_desk("/desk/certificates/{}/?on=2027-03-03"),
    "desk change": _at_the_desk("/desk/certificates/{}/change/"),
    "desk cancel": _at_the_desk("/desk/certificates/{}/cancel/"),
    "desk reinstate": _at_the_desk("/desk/certificates/{}/reinstate/", cancelled=True),
    "desk reverse": _at_the_desk("/desk/certificates/{}/reverse/2/", cancelled=True),
    "desk figures": lambda: (operator(), "/desk/figures/certificates/"),
    "desk audit": lambda: (auditor(), "/desk/audit/?who=system"),
    "call-back": _consultation("call-back/"),
    "desk consultations": _consultation("/desk/consultations/", "clerk"),
    "desk call": _consultation("/desk/consultations/call/?caller=0312340017", "clerk"),
    "desk consultation": _consultation("{}", "clerk"),
    "desk record": _consultation("{}record/", "clerk"),
    "desk answer": _consultation("{}answer/", "clerk"),
    "desk hand over": _consultation("{}hand-over/", "clerk"),
    "desk solicit": _consultation("{}solicit/", "solicitor"),
    "desk link": _consultation("{}link/", "solicitor"),
    "desk reopen": _consultation("{}reopen/", "clerk"),
    "desk call-backs": _consultation("/desk/call-backs/?day=2026-11-25", "supervisor"),
    "desk turn": lambda: (operator(), "/desk/turn/"),
    "desk upload": lambda: (operator(), "/desk/feeds/upload/"),
    "desk apply": _feed("apply/", Feed.State.CHECKED),
    "desk release": _feed("release/", Feed.State.HELD),
    "desk withdraw": _feed("withdraw/", Feed.State.RECEIVED),
    "desk free cover": _supervisor("/desk/free-cover/"),
    "desk exports": _supervisor("/desk/exports/"),
    "desk return": _return_look,
    "desk letter written": _supervisor("/desk/letters/new/"),
    "desk letter": _letter(""),
    "desk letter changed": _letter("edit/"),
    "desk stop list": _supervisor("/desk/letters/stop-list/"),
    "desk referral by telephone": lambda: (operator(), "/desk/referrals/new/"),
    "desk referral to pass": _referral("pass/", "waiting"),
    "desk referral withdrawn": _referral("withdraw/", "passed"),
    "desk referral answered": _referral("answer/", "taken", "agency"),
    "desk complaints": lambda: (operator(), "/desk/complaints/?against=agency"),
    "desk complaint": lambda: (operator(), "/desk/complaints/new/?consultation=S2026-000001-0"),
    "desk complaint noted": lambda: (operator(), f"/desk/complaints/{complain().number}/"),
    "desk data request": lambda: (operator(), "/desk/data-requests/new/"),
    "desk data request noted": lambda: (operator(), f"/desk/data-requests/{register().number}/"),
    "desk payout": lambda: (operator(), "/desk/money/payouts/upload/"),
    "desk payout item": _money("/desk/money/payouts/item/?key=sandbox_card:charge:pay_x:surplus:None:5000"),
    "desk write-off": _by_hand("/desk/money/owed/{}/write-off/"),
    "desk write-off decided": _by_hand("/desk/money/write-offs/{}/"),
    "desk write-off taken back": _by_hand("/desk/money/write-offs/{}/take-back/"),
    "desk transfer": _by_hand("/desk/money/returns/{}/"),
    "desk transfer taken back": _by_hand("/desk/money/returns/{}/take-back/"),
    "desk close": _money("/desk/money/2026-12/list/close/"),  # still open when the next ones close November
    "desk remit": _money("/desk/money/2026-11/list/remit/", closed=True),
    "desk take back": _money("/desk/money/2026-11/list/take-back/", closed=True),
    "second step": _second_step("/sign-in/second/"),
    "setting up": _second_step("/sign-in/second/set-up/"),
    "recovery codes": _recovery_codes,
    "desk staff": _staff_page("/desk/staff/"),
    "desk invitation": _staff_page("/desk/staff/invite/"),
    "desk person": _staff_page("/desk/staff/{}/"),
    "desk closed": _staff_page("/desk/staff/{}/close/"),
    "desk reset": _staff_page("/desk/staff/{}/reset/"),
    "desk networks": _staff_page("/desk/staff/networks/"),
    "desk product begin": lambda: (actuary(), "/desk/products/new/"),
    "desk product compare": lambda: (actuary(), "/desk/products/compare/?before=2025-12-01&after=2026-12-01"),
    "desk product draft": _product(""),
    "desk product file": _product("files/notes.md/"),
    "desk product upload": _product("upload/"),
    "desk product effect": _product("effect/?year=2025-12-01"),
    "desk product publish": _product("publish/"),
    "desk product look": _product_look,
    "people": _signed_in("/portal/people/"),
    "security": _signed_in("/portal/security/"),
    "address": _signed_in("/portal/security/email/"),
    "address code": _changing_the_address,
    "passkey": _signed_in("/portal/security/passkey/"),
}

# What is filled in on a page that then says what it would do, on a page with a form of its own.
PREVIEWED: dict[str, dict[str, str]] = {
    "cover change": {"plan": "P500"},
    "cover cancel": {"day": "2027-03-01"},
    "cover reinstate": {},
    "desk change": {"plan": "P500", "day": "2027-03-01", "reason": "because"},
    "desk cancel": {"day": "2027-03-01", "reason": "because"},
    "desk reinstate": {"reason": "because"},
    "desk reverse": {"reason": "because"},
    "desk write-off": {"reason": "because"},
    "desk answer": {"text": "because"},
}


def answers_of(name: str, browser: Client, address: str) -> Iterator[Any]:
    """The page and, where it leads to one, its preview. AssertionError if either doesn't open."""
    answers = [browser.get(address)]
    if name in PREVIEWED:
        answers.append(preview(browser, address, **PREVIEWED[name]))
    for answer in answers:
        assert answer.status_code == 200, (address, answer.status_code, answer.headers.get("Location"))
        yield answer


def forms_opened(name: str, browser: Client, address: str) -> list[PageForm]:
    """Those of the page and of its preview, which is sent on as if to be recorded."""
    forms = [
        form for answer in answers_of(name, browser, address) for form in forms_in(answer.content.decode(), address)
    ]
    for form in forms:
        if form.is_preview:
            form.controls["action"] = "confirm"
    return forms
