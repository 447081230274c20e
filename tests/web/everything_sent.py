"""Every form of every page, sent once by those who may: nothing is left out, and everything that can be written is written."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings

from sonae.apps.audit.models import SecondLook
from sonae.apps.audit.use_cases.ask_second_look import ask_second_look
from sonae.apps.billing.models import Payment, SavedCard, WriteOff
from sonae.apps.certificates.models import Certificate, ChangeRequest, Transaction
from sonae.apps.contact.models import Complaint, Consultation, RegisteredRequest
from sonae.apps.enrolment.models import Application
from sonae.apps.letters.models import Letter, StopEntry
from sonae.apps.membership.models import Feed, FreeCoverRun
from sonae.apps.parties.models import Member, MemberAccess, User
from sonae.apps.people.models import DeskNetwork, StaffInvitation, StaffPosition
from sonae.apps.programmes.models import ProductDraft, ProductVersion, SchemeYear
from sonae.apps.renewal.models import ParkedCertificate, RenewalRun
from sonae.apps.reporting.models import PayoutDecision, RemittanceStep
from sonae.apps.reporting.payout_items import list_payout_items
from sonae.apps.revision.models import VersionEffect
from sonae.apps.revision.use_cases.work_out_effect import work_out_effect
from sonae.apps.work.models import SavedView, WorkStep
from sonae.domain.calendar import JAPAN
from sonae.web.desk import act_views
from sonae.web.portal import change_payment_views, payment_views
from tests import cast, clock
from tests.apps.certificates.covers import IN_MARCH
from tests.drafts import later_version, zip_of
from tests.feeds import Row, file_of
from tests.renewals import EXPIRING, NEXT, give_covers
from tests.web import applicant as applicants
from tests.web.applicant import COMPANY, CONSENTS, DECLARATIONS, DISCLOSURE, OTHER_INSURED, Applicant
from tests.web.contact_window import CALLBACK, Asker
from tests.web.cover_pages import confirm, preview
from tests.web.door import app_code, browser_of, give_app_code, sign_in
from tests.web.memory_gateway import MemoryGateway
from tests.web.money_on_file import OVER, enter_month, enter_owed, payout
from tests.web.page_forms import forms_of

WITH_A_PROCESSOR = (payment_views, change_payment_views)
IN_JANUARY = datetime(2026, 1, 10, 10, tzinfo=JAPAN)
RETURN = {"kind": "cancellation", "asked_for": "2027-04-01", "seen_difference": -1}
RENEWED = {"industry": "other_services", "sales": "500", "plan": "P100", **CONSENTS, **DISCLOSURE, **DECLARATIONS}


def buy_everything(browser_class: type[Client]) -> None:
    """Every form there is, from the first sign-in to the certificate, a given-up application and a kept quote."""
    people = cast.call_in()
    gateway = MemoryGateway()
    for module in WITH_A_PROCESSOR:
        module.card_gateway = lambda: gateway  # type: ignore[assignment]
    applicants.Client = browser_class
    visitor = browser_class()
    visitor.post("/premium/", {"industry": "retail", "sales": "900", "start": "2027-01-01"})
    Asker(visitor).ask()
    Asker(visitor).refer()
    visitor.post(f"/consultation/{Consultation.objects.latest('id').token}/withdraw/", {})
    visitor.post("/sign-in/", {"email": "new@sample.example"})
    visitor.post("/sign-in/code/", {"code": "123456"})
    visitor.post("/sign-out/", {})
    newcomer = browser_class()
    newcomer.force_login(people.visitor)
    cast.enter_member("30000001", "basic", "新井商店", telephone="03-1111-2222")
    newcomer.post("/apply/", {"number": "30000001", "member_class": "basic", "telephone": "03-1111-2222"})
    use_the_door(browser_class, people)
    given_up = Applicant(people.stranger, people.other_member)
    given_up.client.post(f"{given_up.base}give-up/", {})
    applicant = Applicant(people.owner, people.member)
    applicant.fill_in(**COMPANY | OTHER_INSURED)
    applicant.confirm()
    applicant.client.post(f"{applicant.base}pay/", {})
    applicant.client.post(f"{applicant.base}payment-left/", {})
    applicant.client.post(f"{applicant.base}pay/", {"save_card": "on"})
    gateway.card_holder_pays()
    applicant.client.post(f"{applicant.base}paid/", {})
    certificate = applicant.reload().certificate
    assert certificate is not None
    use_the_portal(applicant.client, certificate.number)
    pass_the_staffs_door(browser_class, people)
    manage_the_staff(browser_class)
    take_work(browser_class, people)
    handle_feeds(browser_class, people)
    renew(browser_class, gateway)
    steer_the_turn(browser_class, people)
    handle_money(browser_class, people)
    settle_by_hand(browser_class, people)
    take_consultations(browser_class)
    look_twice(browser_class, people)
    write_to_members(browser_class)
    refer_and_register(browser_class, people)
    prepare_products(browser_class)
    with clock.at(IN_MARCH):
        change_own_cover(browser_class, people, gateway)
        change_covers_at_the_desk(browser_class, people)


def use_the_portal(browser: Client, number: str) -> None:
    """Every form of a member's own pages but deletion, which would end the kept card before it is removed."""
    browser.post("/portal/notices/", {"key": "all"})
    browser.post(f"/portal/accounting/{number}/", {"closing_month": "6"})
    correction = {"name": "青木建設", "member_class": "basic", "message": "", "form_key": "c" * 32}
    browser.post("/portal/data/correct/", correction)
    b"".join(browser.post("/portal/data/download/", {}).streaming_content)


def use_the_door(browser_class: type[Client], people: cast.Cast) -> None:
    """Every form of people, sessions, address and passkeys; what carries no passkey of ours is refused."""
    browser = browser_class()
    browser.post("/sign-in/passkey/", {"credential": "{}"})
    browser.post("/sign-in/", {"email": people.colleague.email})
    browser.post("/sign-in/code/", {"code": "123456"})
    invited = {"member": people.member.number, "action": "invite", "email": "new@sample.example", "role": "reader"}
    browser.post("/portal/people/", invited)
    browser.post("/portal/security/", {"action": "end_others"})
    browser.post("/portal/security/passkey/", {"name": "x", "credential": "{}"})
    browser.post("/portal/security/email/", {"email": "imai-new@sample.example"})
    browser.post("/portal/security/email/", {"code": "123456"})
    browser.post("/portal/security/email/", {"code": "123456"})
    assert User.objects.filter(email="imai-new@sample.example").exists()
    browser.post("/sign-in/again/", {"next": "/portal/"})


def pass_the_staffs_door(browser_class: type[Client], people: cast.Cast) -> None:
    """An app is set up and its recovery codes are kept; then, in another browser, its code is given."""
    user = people.staff["agency"]
    browser, other = browser_class(), browser_class()
    sign_in(browser, user.email)
    key = str(browser.get("/sign-in/second/set-up/").context["key"]).replace(" ", "")
    browser.post("/sign-in/second/set-up/", {"code": app_code(key)})
    for action in ("download", "kept", "renew"):
        browser.post("/sign-in/second/recovery-codes/", {"action": action})
    with clock.at(clock.later(minutes=1)):
        sign_in(other, user.email)
        give_app_code(other, key)
        assert other.get("/desk/").status_code == 200


def manage_the_staff(browser_class: type[Client]) -> None:
    """Everything that a supervisor does with the people of an organisation, and from where they may work."""
    head, clerk = (cast.enter_staff("agency", one) for one in ("supervisor", "clerk"))
    browser, page = browser_of(head, browser_class), f"/desk/staff/{clerk.pk}/"
    browser.post("/desk/staff/invite/", {"email": "invited@staff.example", "positions": ["clerk"]})
    browser.post("/desk/staff/", {"action": "send_again", "one": str(StaffInvitation.objects.latest("id").pk)})
    browser.post("/desk/staff/", {"action": "revoke", "one": str(StaffInvitation.objects.latest("id").pk)})
    for action, position in (("give", "solicitor"), ("take", "clerk")):
        browser.post(page, {"action": action, "position": position})
    browser.post(page, {"number": "R-7", "last_day": "2030-03-31"})
    for act in ("reset", "close"):
        browser.post(f"{page}{act}/", {"reason": "because"})
    browser.post(page, {"action": "reopen"})
    browser.post("/desk/staff/networks/", {"networks": "127.0.0.0/8 here"})
    assert StaffPosition.objects.filter(user=clerk, ended_at=None).get().position == "solicitor"
    assert (clerk.registrations.get().number, DeskNetwork.objects.get().cidr) == ("R-7", "127.0.0.0/8")


def take_work(browser_class: type[Client], people: cast.Cast) -> None:
    """A question is taken up, laid to rest, woken, given to a colleague and given back; a view is kept and dropped."""
    clerk, other = people.staff["operator"], cast.enter_person("colleague@staff.example")
    User.objects.filter(pk=other.pk).update(organisation=clerk.organisation)
    browser = signed_in(browser_class, clerk)
    key = f"question:{Consultation.objects.filter(kind='question').latest('id').pk}"
    browser.post("/desk/", {"take": f"0:{key}"})
    browser.post("/desk/", {"act": "rest", "work": f"{clerk.pk}:{key}", "until": "tomorrow"})
    browser.post("/desk/", {"act": "wake", "work": f"{clerk.pk}:{key}"})
    browser.post("/desk/", {"act": "give", "work": f"{clerk.pk}:{key}", "to": str(other.pk)})
    browser.post("/desk/", {"act": "give_back", "work": f"{other.pk}:{key}"})
    browser.post("/desk/?whose=mine", {"act": "keep_view", "name": "mine"})
    browser.post("/desk/", {"act": "drop_view", "view": str(SavedView.objects.get().pk)})
    acts = list(WorkStep.objects.order_by("id").values_list("act", flat=True))
    assert acts == ["assigned", "rested", "woken", "assigned", "given_back"]


def handle_feeds(browser_class: type[Client], people: cast.Cast) -> None:
    """Everything that is done at the desk with files of members: one is applied, one is held, released and given up."""
    first, second = (browser_of(people.staff[role], browser_class) for role in ("organiser", "operator"))
    rows = [Row("10000017", "basic"), Row("20000031", "pap"), Row("30000001", "basic"), Row("40000001", "total")]
    for on, listed, acts in (("2026-12-01", rows, ("apply",)), ("2026-12-02", rows[:1], ("release", "withdraw"))):
        file = SimpleUploadedFile("members.csv", file_of(listed))
        first.post("/desk/feeds/upload/", {"form": "list", "effective_date": on, "file": file})
        for act in acts:
            feed = Feed.objects.latest("id")
            given = {"seen": act_views.seen_as(feed), "reason": "looked at"}
            assert second.post(f"/desk/feeds/{feed.pk}/{act}/", given).status_code == 302
    assert Feed.objects.filter(state=Feed.State.APPLIED).count() == 1


def renew(browser_class: type[Client], gateway: MemoryGateway) -> None:
    """A member who bought in January takes up, late, what it is offered for the next year."""
    member, owner = cast.enter_member("50000001", "basic", "例示工業"), cast.enter_person("renews@sample.example")
    cast.let_act(owner, member, MemberAccess.Role.OWNER)
    with clock.at(IN_JANUARY):
        Applicant(owner, member).buy(gateway)
    browser = signed_in(browser_class, owner)
    old = Certificate.objects.get(member=member, section="paid")
    browser.post(f"/portal/renewal/{old.number}/", {})
    started = Application.objects.get(renewal_of=old)
    address = f"/apply/{started.public_id}/renew/"
    (shown,) = (form.controls for form in forms_of(browser, address) if "seen" in form.controls)
    assert browser.post(address, {name: shown[name] for name in ("revision", "seen")} | RENEWED).status_code == 303
    gateway.card_holder_pays()
    browser.post(f"/apply/{started.public_id}/paid/", {})
    assert Certificate.objects.filter(renewed_from=old).count() == 1


def steer_the_turn(browser_class: type[Client], people: cast.Cast) -> None:
    """Every button of the turn's page, and a parked round of the free cover begun again."""
    browser, years = signed_in(browser_class, people.staff["operator"]), SchemeYear.objects
    expiring, coming = years.get(start_on=EXPIRING), years.get(start_on=NEXT)
    known: dict[str, Any] = {"scheme_year": coming, "started_at": clock.now(), "before": {}}
    run = RenewalRun.objects.create(key=f"offers:{NEXT}", expiring_year=expiring, to_id=0, **known)
    (unread,) = give_covers([cast.enter_member("50000002", "basic", "例示倉庫")], {"annual_sales": "many"})
    ParkedCertificate.objects.create(scheme_year=coming, certificate=unread, reason="unreadable", parked_at=clock.now())
    states = []
    for act in ("rehearse", "offers", "pause", "resume", "retry"):
        browser.post("/desk/turn/", {"act": act, "year": f"{NEXT}", "certificate": str(unread.pk)})
        run.refresh_from_db()
        states.append(run.state)
    assert states == ["running", "running", "paused", "running", "running"]
    parked = FreeCoverRun.objects.create(key=f"turn:{NEXT}", cause="turn", state="parked", **known)
    browser.post(f"/desk/free-cover/{parked.pk}/again/", {})
    parked.refresh_from_db()
    assert (parked.state, ParkedCertificate.objects.get().tries) == ("running", 2)


def handle_money(browser_class: type[Client], people: cast.Cast) -> None:
    """January's list, with the first cover, is closed, remitted and taken back; of a payout, what is not ours is closed."""
    enter_month()
    with clock.at(OVER):
        browser, month = signed_in(browser_class, people.staff["operator"]), "/desk/money/2026-01/list"
        browser.post(f"{month}/close/", {})
        browser.post(f"{month}/remit/", {"paid_on": "2026-12-02", "bank_reference": "B-17"})
        browser.post(f"{month}/take-back/", {"reason": "other account"})
        assert RemittanceStep.objects.count() == 2
        file = SimpleUploadedFile("po.csv", payout("po_2"))
        assert browser.post("/desk/money/payouts/upload/", {"file": file}).status_code == 302
        key = next(item.key for item in list_payout_items(now=OVER) if item.verdict == "surplus")
        browser.post(f"/desk/money/payouts/item/?key={key}", {"reason": "not ours"})
        assert PayoutDecision.objects.count() == 1


def settle_by_hand(browser_class: type[Client], people: cast.Cast) -> None:
    """Premium owed again is written off by two people and that taken back; a return is transferred, and that taken back."""
    browser, second = (signed_in(browser_class, people.staff[role]) for role in ("operator", "organiser"))
    owed, by_hand = enter_owed(Payment.objects.get(payment_id="pay_0"))
    page = f"/desk/money/owed/{owed.pk}/write-off/"
    given = {"write_off_yen": "24000", "reason": "moved away", "seen": "write-offs"}
    for action in ("preview", "edit", "confirm"):
        browser.post(page, {**given, "action": action})
    asked = WriteOff.objects.get()
    second.post(f"/desk/money/write-offs/{asked.pk}/", {"decision": "agree"})
    second.post(f"/desk/money/write-offs/{asked.pk}/take-back/", {"reason": "it pays after all"})
    page = f"/desk/money/returns/{by_hand.pk}/"
    browser.post(page, {"transferred_on": "2026-11-24", "reference": "B-18", "seen": "0"})
    browser.post(f"{page}take-back/", {"reason": "sent back by the bank", "seen": "1"})
    asked.refresh_from_db()
    by_hand.refresh_from_db()
    assert (asked.state, by_hand.transfers, by_hand.transferred_on) == ("taken_back", 1, None)


def look_twice(browser_class: type[Client], people: cast.Cast) -> None:
    """A list of members is asked for and agreed to; the end of the free cover too, and taken back; a return is dropped."""
    first, second = (
        signed_in(browser_class, cast.enter_staff("organiser", "supervisor", email=f"{name}@organiser.example"))
        for name in ("first", "second")
    )
    first.post("/desk/exports/", {"contents": "members", "reason": "audit"})
    second.post(f"/desk/exports/{SecondLook.objects.latest('id').pk}/", {"decision": "agree"})
    for action in ("preview", "confirm"):
        first.post("/desk/free-cover/", {"ends_on": "2039-04-01", "reason": "it ends", "action": action})
    second.post(f"/desk/free-cover/looks/{SecondLook.objects.latest('id').pk}/", {"decision": "agree"})
    second.post("/desk/free-cover/", {"action": "keep", "reason": "it goes on"})
    operator = signed_in(browser_class, people.staff["operator"])
    look, _ = ask_second_look(
        kind="return_premium", object_id="C-1", facts=RETURN, reason="x", actor="user:0", now=clock.now()
    )
    operator.post(f"/desk/returns/{look.pk}/", {"decision": "drop", "reason": "not so"})
    assert sorted(SecondLook.objects.values_list("state", flat=True)) == ["agreed", "agreed", "dropped"]


def write_to_members(browser_class: type[Client]) -> None:
    """A letter is written, changed, tried out, asked for, agreed to and stopped; another is asked for; an address is stopped."""
    first, second = (
        signed_in(browser_class, User.objects.get(email=f"{name}@organiser.example")) for name in ("first", "second")
    )
    written = {"classes": ["basic"], "cover": "all", "subject_ja": "ご案内", "body_ja": "本文", "revision": "0"}
    first.post("/desk/letters/new/", written)
    letter = Letter.objects.latest("id")
    page = f"/desk/letters/{letter.pk}/"
    first.post(f"{page}edit/", {**written, "subject_ja": "年度のご案内", "revision": "1"})
    first.post(page, {"action": "sample"})
    with override_settings(SONAE_LETTER_ALONE=0):
        first.post(page, {"action": "send", "reason": "x", "revision": "2", "send_at": "2027-12-01 09:00"})
    second.post(f"/desk/letters/looks/{SecondLook.objects.latest('id').pk}/", {"decision": "agree"})
    first.post(page, {"action": "stop", "reason": "not now"})
    for given in ({"action": "stop", "address": "stop@sample.example"}, {"action": "allow", "entry": "1"}):
        first.post("/desk/letters/stop-list/", given)
    letter.refresh_from_db()
    assert (letter.state, letter.revision, StopEntry.objects.count()) == ("stopped", 2, 1)


def take_consultations(browser_class: type[Client]) -> None:
    """A call is booked, moved and cancelled, and every button of the desk is pressed for one that rings."""
    visitor = browser_class()
    Asker(visitor).ask(**CALLBACK, preferred_time="2026-11-25T14:00")
    page = f"/consultation/{Consultation.objects.latest('id').token}/call-back/"
    for place, more in enumerate(({"preferred_time": "2026-11-26T09:00"}, {"action": "cancel"})):
        assert visitor.post(page, {"form_key": f"{place:032d}", **more}).status_code == 302
    browser = signed_in(browser_class, cast.enter_staff("operator", "solicitor", email="solicits@staff.example"))
    called = {"form_key": "c" * 32, "name": "例示", "email": "rings@sample.example", "message": "相談", "said": "案内",
              "language": "ja"}  # fmt: skip
    rung = str(browser.post("/desk/consultations/call/", called).headers["Location"])
    acts: dict[str, dict[str, str]] = {
        "take": {},
        "record": {"kind": "called", "channel": "telephone", "text": "x", "follow_up_on": "2026-12-01"},
        "answer": {"text": "x", "action": "confirm"},
        "hand-over": {"solicitor": "any", "note": "x"},
        "solicit": {"needs": "x", "plan": "P100", "said": "y", "channel": "telephone"},
        "link": {},
        "record/": {"kind": "note", "channel": "desk", "text": "x", "outcome": "recommended"},
        "reopen": {"reason": "x"},
    }
    for place, (act, given) in enumerate(acts.items()):
        address = f"{rung}{act.rstrip('/')}/"
        assert browser.post(address, {"form_key": f"{place:034d}", **given}).status_code == 302, act
    supervisor = signed_in(browser_class, cast.enter_staff("operator", "supervisor", email="closes@staff.example"))
    for action in ("close", "open"):
        given = {"slot": "2026-11-25T14:00", "reason": "x", "action": action}
        assert supervisor.post("/desk/call-backs/?day=2026-11-25", given).status_code == 302


def refer_and_register(browser_class: type[Client], people: cast.Cast) -> None:
    """A referral by telephone is passed, answered and taken back; a complaint is entered and closed; a letter is answered."""
    browser, agency = (signed_in(browser_class, people.staff[role]) for role in ("operator", "agency"))
    (form,) = (form for form in forms_of(browser, "/desk/referrals/new/") if "consent_digest" in form.controls)
    spoken = {**SPOKEN, "consent_digest": form.controls["consent_digest"], "form_key": "r" * 32}
    assert browser.post("/desk/referrals/new/", spoken).status_code == 302
    page = f"/desk/referrals/{Consultation.objects.latest('id').number}/"
    (form,) = (form for form in forms_of(browser, f"{page}pass/") if "digest" in form.controls)
    assert browser.post(f"{page}pass/", {"digest": form.controls["digest"]}).status_code == 302
    told = {"step": "taken", "happened_on": "2026-11-24", "note": "taken", "seen": "0"}
    assert agency.post(f"{page}answer/", told).status_code == 302
    assert browser.post(f"{page}withdraw/", {}).status_code == 302
    told |= {"step": "deleted", "seen": "1"}
    assert agency.post(f"{page}answer/", told).status_code == 302
    browser.post("/desk/complaints/new/", {**COMPLAINT, "form_key": "p" * 32})
    page = f"/desk/complaints/{Complaint.objects.get().number}/note/"
    noted = {"happened_on": "2026-11-24", "text": "rang back", "prevention": "more people", "gravity": "grave"}
    for seen, kind in enumerate(("done", "graded", "answered", "cause", "closed", "reopened")):
        assert browser.post(page, {**noted, "kind": kind, "seen": str(seen)}).status_code == 302, kind
    browser.post("/desk/data-requests/new/", {**LETTER, "form_key": "l" * 32})
    page = f"/desk/data-requests/{RegisteredRequest.objects.latest('id').number}/note/"
    noted = {"happened_on": "2026-11-24", "text": "because", "outcome": "refused"}
    for seen, kind in enumerate(("done", "identity", "answered")):
        assert browser.post(page, {**noted, "kind": kind, "seen": str(seen)}).status_code == 302, kind


SPOKEN = {
    "firm": "井上医院", "name": "井上 健", "kana": "イノウエ", "telephone": "03-1234-5678", "email": "inoue@sample.example",
    "preferred_time": "any", "industry": "medical", "sales": "900", "message": "call me", "consent": "on", "spoken_at": "09:55",
}  # fmt: skip
COMPLAINT = {
    "received_on": "2026-11-24", "channel": "telephone", "against": "operator", "category": "manner", "gravity": "light",
    "summary": "nobody answers", "complainant": "somebody", "reach": "at home", "consultation_number": "S1", "member_number": "1",
}  # fmt: skip
LETTER = {
    "kind": "disclosure", "channel": "letter", "received_on": "2026-11-24", "person": "somebody", "agent_of": "a friend",
    "email": "somebody@sample.example", "reach": "at home", "member_number": "", "wanted": "everything",
}  # fmt: skip


def prepare_products(browser_class: type[Client]) -> None:
    """A draft is begun, edited, filled, brought back and tried out; publishing it is asked for and agreed to by another."""
    first, second = (
        signed_in(browser_class, cast.enter_staff("insurer", "actuary", email=email))
        for email in ("suuri-1@insurer.example", "suuri-2@insurer.example")
    )
    folder = SimpleUploadedFile("v.zip", zip_of(later_version()))
    first.post("/desk/products/new/", {"name": "revision", "base": "zip", "folder": folder, "form_key": "p" * 32})
    draft = ProductDraft.objects.latest("id")
    page = f"/desk/products/drafts/{draft.pk}"
    begun = draft.revisions.get()
    first.post(f"{page}/files/notes.md/", {"seen": begun.files["notes.md"], "text": "# Notes"})
    seen = draft.revisions.latest("number").digest
    first.post(f"{page}/upload/", {"seen": seen, "file": SimpleUploadedFile("sources.md", b"# None"), "name": ""})
    first.post(f"{page}/revisions/1/", {"seen": draft.revisions.latest("number").digest})
    first.post(f"{page}/effect/", {"year": f"{EXPIRING}"})
    work_out_effect(effect_id=VersionEffect.objects.latest("id").pk, now=clock.now())
    first.post(f"{page}/publish/", {"seen": begun.digest, "reason": "yearly"})
    second.post(f"/desk/products/looks/{SecondLook.objects.latest('id').pk}/", {"decision": "agree"})
    assert draft.revisions.count() == 4
    assert ProductVersion.objects.latest("effective_date").digest == begun.digest


def change_own_cover(browser_class: type[Client], people: cast.Cast, gateway: MemoryGateway) -> None:
    """In March: a dearer plan is given up, asked for again, left, paid; then the cover is cancelled, and goes on; deletion last."""
    browser, number = signed_in(browser_class, people.owner), paid_cover_of(people.member).number
    page = f"/portal/cover/{number}"
    browser.post(act_on(browser, f"{page}/change/", plan="P500") + "give-up/", {})
    waiting = act_on(browser, f"{page}/change/", plan="P300")
    browser.post(f"{waiting}pay/", {})
    browser.post(f"{waiting}payment-left/", {})
    pay_for(browser, waiting, gateway)
    act_on(browser, f"{page}/cancel/", day="2027-05-01")
    pay_for(browser, act_on(browser, f"{page}/reinstate/"), gateway)
    kinds = Transaction.objects.filter(certificate__number=number).order_by("seq").values_list("kind", flat=True)
    assert list(kinds) == ["new", "change", "cancellation", "reinstatement"]
    browser.post("/portal/payments/", {"saved_card": str(SavedCard.objects.get(member=people.member).pk)})
    assert not SavedCard.objects.filter(ended_at=None).exists()
    browser.post("/portal/data/erase/", {"message": "", "form_key": "e" * 32})


def pay_for(browser: Client, waiting: str, gateway: MemoryGateway) -> None:
    browser.post(f"{waiting}pay/", {})
    gateway.card_holder_pays()
    browser.post(f"{waiting}paid/", {})


def change_covers_at_the_desk(browser_class: type[Client], people: cast.Cast) -> None:
    """The same at the desk, where a change of address is reversed, and the reinstatement, which has to be paid, is given up."""
    certificate = paid_cover_of(people.member)
    browser, page = signed_in(browser_class, people.staff["operator"]), f"/desk/certificates/{certificate.number}/"
    act_on(browser, f"{page}change/", day="2027-03-10", reason="moved", applicant__street="2-2")
    last = certificate.transactions.latest("seq").seq
    act_on(browser, f"{page}reverse/{last}/", reason="a slip")
    act_on(browser, f"{page}cancel/", day="2027-06-01", reason="closed down")
    act_on(browser, f"{page}reinstate/", reason="goes on")
    waiting = ChangeRequest.objects.filter(state=ChangeRequest.State.WAITING)
    assert waiting.count() == 1
    browser.post(f"{page}give-up/", {})
    acts = list(certificate.transactions.filter(seq__gte=last).order_by("seq").values_list("kind", flat=True))
    assert (acts, waiting.count()) == (["change", "reversal", "cancellation"], 0)


def act_on(browser: Client, address: str, **changed: str) -> str:
    """Seen first, then done; where that leads to."""
    seen = preview(browser, address, **changed)
    assert seen.status_code == 200, (address, seen.status_code)
    done = confirm(browser, address, seen)
    assert done.status_code == 302, (address, done.status_code)
    return str(done.headers["Location"])


def paid_cover_of(member: Member) -> Certificate:
    return Certificate.objects.get(member=member, section="paid")


def signed_in(browser_class: type[Client], user: User) -> Client:
    return browser_of(user, browser_class)
