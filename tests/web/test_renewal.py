"""更新: the offer with its waterfall, the one page of renewing, and who can't renew online and why."""

from __future__ import annotations

import html
import re
from datetime import date, datetime
from typing import Any

import pytest
from django.test import Client

from sonae.apps.billing.gateway import SavedCardOutcome
from sonae.apps.certificates.mapping import acts_of
from sonae.apps.certificates.models import Certificate
from sonae.apps.enrolment.models import Application, DocumentOpening, Evidence
from sonae.apps.programmes.models import Programme
from sonae.domain.calendar import JAPAN
from sonae.domain.certificate.change import Wish
from sonae.domain.certificate.log import Kind, fields_on
from tests import clock
from tests.apps.certificates.changes import ask
from tests.cast import Cast, call_in, leave_list
from tests.web.applicant import COMPANY, CONSENTS, DECLARATIONS, DISCLOSURE, OTHER_INSURED, Applicant
from tests.web.door import enter
from tests.web.holdings import give_paid_cover, tell, words_of
from tests.web.memory_gateway import MemoryGateway
from tests.web.page_forms import forms_of
from tests.web.test_queries import statements_of

pytestmark = pytest.mark.django_db
OCTOBER = datetime(2026, 10, 10, 10, tzinfo=JAPAN)
LATE = datetime(2026, 11, 24, 10, tzinfo=JAPAN)
ANSWERS = {"industry": "other_services", "sales": "500", "plan": "P100", **CONSENTS, **DISCLOSURE, **DECLARATIONS}


@pytest.fixture
def cast(programme: Programme) -> Cast:
    return call_in()


@pytest.fixture(autouse=True)
def gateway(monkeypatch: pytest.MonkeyPatch) -> MemoryGateway:
    gateway = MemoryGateway()
    monkeypatch.setattr("sonae.web.portal.payment_views.card_gateway", lambda: gateway)
    return gateway


def bought(cast: Cast, gateway: MemoryGateway, *, keep_card: bool = False, **company: str) -> Certificate:
    """青木工務店 buys in January 2026, for the ten months from 1 February."""
    with clock.at(datetime(2026, 1, 10, 10, tzinfo=JAPAN)):
        applicant = Applicant(cast.owner, cast.member)
        applicant.fill_in(**company)
        applicant.confirm()
        applicant.client.post(f"{applicant.base}pay/", {"save_card": "on"} if keep_card else {})
        gateway.card_holder_pays()
        applicant.client.get(f"{applicant.base}paid/")
    certificate = applicant.reload().certificate
    assert certificate is not None
    return certificate


class Renewing:
    """The member's browser, on the way from the offer to the card page."""

    def __init__(self, cast: Cast, certificate: Certificate) -> None:
        self.client = Client()
        self.client.force_login(cast.owner)
        self.offer = f"/portal/renewal/{certificate.number}/"

    def start(self) -> str:
        answer = self.client.post(self.offer, follow=True)
        self.page: str = answer.request["PATH_INFO"]
        return self.page

    def hidden(self, name: str) -> str:
        found = re.search(rf'name="{name}" value="([^"]*)"', self.client.get(self.page).content.decode())
        assert found, name
        return html.unescape(found[1])

    def send(self, **changed: Any) -> Any:
        answers = {"revision": self.hidden("revision"), "seen": self.hidden("seen"), **ANSWERS, **changed}
        return self.client.post(self.page, {name: value for name, value in answers.items() if value is not None})

    @property
    def application(self) -> Application:
        return Application.objects.latest("started_at", "id")


def test_a_member_renews_on_one_page_and_pays(cast: Cast, gateway: MemoryGateway) -> None:
    old = bought(cast, gateway)
    with clock.at(OCTOBER):
        renewing = Renewing(cast, old)
        said = words_of(renewing.client, renewing.offer)
        assert "2026年12月1日 午後4時 から 2027年12月1日 午後4時 まで" in said
        assert "今回満期になる補償は10か月分でした" in said
        assert re.fullmatch(r"/apply/[\w-]+/renew/", renewing.start())
        answer = renewing.send()
        assert (answer.status_code, answer.url.startswith("http://127.0.0.1:8001/pay/")) == (303, True)
        gateway.card_holder_pays()
        renewing.client.get(f"/apply/{renewing.application.public_id}/paid/")
    application = renewing.application
    new = application.certificate
    assert new is not None
    assert (new.renewed_from, new.starts_on, new.scheme_year.start_on) == (old, date(2026, 12, 1), date(2026, 12, 1))
    assert (application.annual_premium, application.term_premium) == (64_940, 64_940)
    assert DocumentOpening.objects.filter(application=application).count() == 3
    record = Evidence.objects.get(application=application).record
    assert [entry["code"] for entry in record["declarations"]] == list(DECLARATIONS)
    old.refresh_from_db()
    assert (old.cancelled_on, old.cover.upper) == (None, date(2026, 12, 1))


def test_with_a_kept_card_it_is_done_without_a_card_page(cast: Cast, gateway: MemoryGateway) -> None:
    """One page, one press: the kept card is held, everything is checked again, and captured."""
    old = bought(cast, gateway, keep_card=True)
    with clock.at(OCTOBER):
        renewing = Renewing(cast, old)
        renewing.start()
        assert "•••• 4242" in words_of(renewing.client, renewing.page)
        answer = renewing.send(pay_with="saved")
        assert (answer.status_code, answer.url) == (302, f"/apply/{renewing.application.public_id}/paid/")
    assert renewing.application.state == "issued"
    assert renewing.application.certificate is not None
    assert renewing.application.certificate.renewed_from == old
    assert gateway.captures == 2


def test_renewing_with_a_kept_card_asks_no_more_than_it_did(cast: Cast, gateway: MemoryGateway) -> None:
    """From the press to the cover with its papers: the member, and everybody behind it, waits for each of them."""
    old = bought(cast, gateway, keep_card=True)
    with clock.at(OCTOBER):
        renewing = Renewing(cast, old)
        renewing.start()
        answers = {name: renewing.hidden(name) for name in ("revision", "seen")} | ANSWERS | {"pay_with": "saved"}
        assert statements_of(renewing.client, renewing.page, answers) == 78
    assert renewing.application.state == "issued"


def test_a_kept_card_whose_holder_is_wanted_leads_to_the_card_page(cast: Cast, gateway: MemoryGateway) -> None:
    old = bought(cast, gateway, keep_card=True)
    gateway.saved_outcome = SavedCardOutcome.HOLDER_NEEDED
    with clock.at(OCTOBER):
        renewing = Renewing(cast, old)
        renewing.start()
        told = renewing.client.get(renewing.send(pay_with="saved").url)
        assert "お支払い" in told.content.decode()
        assert renewing.application.state == "confirmed"
        again = renewing.send(pay_with="other")
        assert (again.status_code, again.url.startswith("http://127.0.0.1:8001/pay/")) == (303, True)


def test_without_a_tick_of_its_own_no_card_is_charged_without_its_page(cast: Cast, gateway: MemoryGateway) -> None:
    renewing = Renewing(cast, bought(cast, gateway, keep_card=True))
    with clock.at(OCTOBER):
        renewing.start()
        assert renewing.send().url.startswith("http://127.0.0.1:8001/pay/")


def test_what_changed_is_worked_out_again_before_it_counts(cast: Cast, gateway: MemoryGateway) -> None:
    renewing = Renewing(cast, bought(cast, gateway))
    with clock.at(OCTOBER):
        renewing.start()
        shown = renewing.send(sales="2,000")  # other premiums than those that stood on the page
        assert shown.status_code == 422
        assert renewing.application.annual_sales == 5_000_000
        calculated = renewing.client.post(
            renewing.page, {**ANSWERS, "sales": "2,000", "revision": "1", "action": "calculate"}
        )
        text = calculated.content.decode()
        mark = re.search(r'name="seen" value="([^"]*)"', text)
        assert mark is not None
        assert "error-summary" not in text
        assert renewing.send(sales="2,000", seen=html.unescape(mark[1])).status_code == 303
    assert (renewing.application.annual_sales, renewing.application.state) == (20_000_000, "paying")


@pytest.mark.parametrize("missing", ["past_event", "overview", "electronic_delivery", "truthful", "plan"])
def test_nothing_of_last_year_is_taken_for_this_year(cast: Cast, gateway: MemoryGateway, missing: str) -> None:
    """F17: read, answered, declared and chosen anew. One slip is shown, and nothing is sealed or charged."""
    renewing = Renewing(cast, bought(cast, gateway))
    with clock.at(OCTOBER):
        renewing.start()
        answer = renewing.send(**{missing: None})
    assert answer.status_code == 422
    assert f'id="id_{missing}' in answer.content.decode()
    assert (renewing.application.state, Evidence.objects.filter(application=renewing.application).count()) == (
        "draft",
        0,
    )


def test_where_another_is_insured_that_is_explained_anew(cast: Cast, gateway: MemoryGateway) -> None:
    renewing = Renewing(cast, bought(cast, gateway, **OTHER_INSURED))
    with clock.at(OCTOBER):
        renewing.start()
        assert renewing.send().status_code == 422
        assert renewing.send(explained_to_insured="on").status_code == 303


def test_a_disclosure_that_refers_goes_to_a_person_with_the_answers_kept(cast: Cast, gateway: MemoryGateway) -> None:
    renewing = Renewing(cast, bought(cast, gateway))
    with clock.at(OCTOBER):
        renewing.start()
        answer = renewing.send(past_event="yes")
    assert answer.url == f"/apply/{renewing.application.public_id}/referral/"
    assert renewing.application.steps.get(step="disclosure").answers["past_event"] == "yes"


def test_sent_twice_it_is_one_payment(cast: Cast, gateway: MemoryGateway) -> None:
    renewing = Renewing(cast, bought(cast, gateway))
    with clock.at(OCTOBER):
        renewing.start()
        sent = {"revision": renewing.hidden("revision"), "seen": renewing.hidden("seen"), **ANSWERS}
        first = renewing.client.post(renewing.page, sent)
        second = renewing.client.post(renewing.page, sent)
    assert (first.status_code, second.status_code, second.url) == (303, 303, first.url)
    assert renewing.application.member.payments.exclude(state="captured").count() == 1


def test_an_older_page_does_not_overwrite_a_newer_one(cast: Cast, gateway: MemoryGateway) -> None:
    renewing = Renewing(cast, bought(cast, gateway))
    with clock.at(OCTOBER):
        renewing.start()
        answer = renewing.send(revision="0")
    assert answer.status_code == 409
    assert renewing.application.state == "draft"


def test_facts_of_the_last_day_are_those_that_are_offered(cast: Cast, gateway: MemoryGateway) -> None:
    """Sales that grew in mid-term are on the page, and are a step of the waterfall."""
    old = bought(cast, gateway)
    ask(old, Wish(Kind.CHANGE, date(2026, 6, 1), {"annual_sales": 4_000_000, "insured.name": "青木住建"}), now=OCTOBER)
    with clock.at(OCTOBER):
        renewing = Renewing(cast, old)
        renewing.start()
        assert 'value="400"' in renewing.client.get(renewing.page).content.decode()


def test_who_has_left_reads_why_and_until_when(cast: Cast, gateway: MemoryGateway) -> None:
    old = bought(cast, gateway)
    leave_list(cast.member, date(2026, 9, 1))
    with clock.at(OCTOBER):
        renewing = Renewing(cast, old)
        said = words_of(renewing.client, renewing.offer)
        assert "次の1年は、この画面では更新できません" in said
        assert "いまの補償は、2026年12月1日 午後4時 までそのまま続きます。" in said
        renewing.client.post(renewing.offer)
    assert Application.objects.count() == 1


def test_who_is_back_too_late_reads_the_same_here_as_in_the_letter(cast: Cast, gateway: MemoryGateway) -> None:
    """Back before the expiry, but after the deadline by which only a member can apply."""
    old = bought(cast, gateway)
    leave_list(cast.member, date(2026, 9, 1))
    tell(cast.member, "joined", date(2026, 11, 25), member_class="basic")
    with clock.at(OCTOBER):
        assert "次の1年は、この画面では更新できません" in words_of(
            Renewing(cast, old).client, f"/portal/renewal/{old.number}/"
        )


@pytest.mark.parametrize("leaves_on", [date(2026, 10, 10), date(2026, 11, 30)])
def test_who_leaves_after_the_page_was_opened_is_not_charged(
    cast: Cast, gateway: MemoryGateway, leaves_on: date
) -> None:
    """F21, asked again before anything is paid: today's leaver, and who is known to leave before the new cover begins."""
    renewing = Renewing(cast, bought(cast, gateway))
    with clock.at(OCTOBER):
        renewing.start()
        leave_list(cast.member, leaves_on)
        assert renewing.send().status_code == 409
    assert not renewing.application.member.payments.exclude(state="captured").exists()


def test_late_renewals_begin_when_an_application_of_that_day_does(cast: Cast, gateway: MemoryGateway) -> None:
    old = bought(cast, gateway)
    with clock.at(LATE):
        renewing = Renewing(cast, old)
        # 64,940 × 11/12 = 59,528.33 → 59,530
        assert "59,530円（11か月分）" in words_of(renewing.client, renewing.offer)
        renewing.start()
        assert renewing.send().status_code == 303
    assert (renewing.application.start_on, renewing.application.term_premium) == (date(2027, 1, 1), 59_530)


@pytest.mark.parametrize("moment", [datetime(2026, 9, 1, tzinfo=JAPAN), datetime(2027, 1, 10, tzinfo=JAPAN)])
def test_before_and_after_its_time_nothing_begins(cast: Cast, gateway: MemoryGateway, moment: datetime) -> None:
    old = bought(cast, gateway)
    with clock.at(moment):
        renewing = Renewing(cast, old)
        assert "更新の受付" in words_of(renewing.client, renewing.offer)
        renewing.client.post(renewing.offer)
    assert Application.objects.count() == 1


def test_others_find_nothing_and_readers_only_look(cast: Cast, gateway: MemoryGateway) -> None:
    old = bought(cast, gateway)
    with clock.at(OCTOBER):
        for user in cast.everybody_else():
            stranger = Client()
            enter(stranger, user)
            assert stranger.get(f"/portal/renewal/{old.number}/").status_code == 404
            assert stranger.post(f"/portal/renewal/{old.number}/").status_code == 404
        reader = Client()
        reader.force_login(cast.reader)
        assert reader.get(f"/portal/renewal/{old.number}/").status_code == 200
        assert reader.post(f"/portal/renewal/{old.number}/").status_code == 403
    assert Application.objects.count() == 1


def test_a_certificate_without_an_application_asks_for_what_is_not_known(cast: Cast) -> None:
    """One that was entered by hand: the needs and the firm are asked on their own pages first."""
    old = give_paid_cover(cast.member, date(2025, 12, 1))
    with clock.at(OCTOBER):
        renewing = Renewing(cast, old)
        assert re.fullmatch(r"/apply/[\w-]+/needs/", renewing.start())


def test_the_firm_is_corrected_on_the_page_that_the_renewal_leads_to(cast: Cast, gateway: MemoryGateway) -> None:
    """Though the documents of the next year, which come before it at a first application, are still to be read."""
    old = bought(cast, gateway)
    with clock.at(OCTOBER):
        renewing = Renewing(cast, old)
        page = renewing.start().replace("/renew/", "/company/")
        assert f'href="{page}"' in renewing.client.get(renewing.page).content.decode()
        (form,) = [one for one in forms_of(renewing.client, page) if "street" in one.controls]
        assert form.controls["name"] == COMPANY["name"]
        answer = renewing.client.post(page, form.controls | COMPANY | {"street": "2-2", "action": "next"})
        assert (answer.status_code, answer.url) == (302, renewing.page)
        assert renewing.send().status_code == 303
        gateway.card_holder_pays()
        renewing.client.get(f"/apply/{renewing.application.public_id}/paid/")
    new = renewing.application.certificate
    assert new is not None
    assert fields_on(acts_of(new.transactions.all()), new.starts_on)["applicant.street"] == "2-2"


def test_the_firm_of_a_renewal_that_was_entered_by_hand_comes_after_its_needs(cast: Cast) -> None:
    old = give_paid_cover(cast.member, date(2025, 12, 1))
    with clock.at(OCTOBER):
        renewing = Renewing(cast, old)
        answer = renewing.client.get(renewing.start().replace("/needs/", "/company/"))
        assert (answer.status_code, answer.url) == (302, renewing.page)
