"""The application, step by step: what is asked, what is kept, what is refused."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from sonae.apps.enrolment.models import Application, DocumentOpening, Evidence, StepAnswers
from sonae.domain.calendar import JAPAN
from tests import cast, clock
from tests.web.applicant import COMPANY, CONSENTS, DECLARATIONS, DISCLOSURE, NEEDS, OTHER_INSURED, RISK, Applicant

pytestmark = pytest.mark.django_db
State = Application.State


@pytest.fixture
def people(programme: object) -> cast.Cast:
    return cast.call_in()


@pytest.fixture
def applicant(people: cast.Cast) -> Applicant:
    return Applicant(people.owner, people.member)


def test_the_whole_way_leads_to_the_payment_page(applicant: Applicant) -> None:
    applicant.fill_in()
    answer = applicant.confirm()
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"{applicant.base}pay/"
    application = applicant.reload()
    assert application.state == State.CONFIRMED
    assert application.start_on.isoformat() == "2027-01-01"
    # 64,940 for the year, eleven months of it, in tens of yen
    assert (application.annual_premium, application.term_premium) == (64940, 59530)


def test_each_page_shows_again_what_was_saved(applicant: Applicant) -> None:
    applicant.fill_in()
    company = applicant.client.get(f"{applicant.base}company/").content.decode()
    assert 'value="青木 花"' in company
    assert 'value="7000012050002"' in company
    plan = applicant.client.get(f"{applicant.base}plan/").content.decode()
    assert 'value="P100" checked' in plan
    assert 'value="500"' in plan
    needs = applicant.client.get(f"{applicant.base}needs/").content.decode()
    assert 'value="buyers_personal" checked' in needs


@pytest.mark.parametrize("page", ["plan/", "documents/", "disclosure/", "company/", "confirm/"])
def test_a_later_step_leads_to_the_first_open_one(applicant: Applicant, page: str) -> None:
    for answer in (
        applicant.client.get(applicant.base + page),
        applicant.client.post(applicant.base + page, {"revision": "0", **COMPANY, **CONSENTS, **DECLARATIONS}),
    ):
        assert answer.status_code == 302
        assert answer.headers["Location"] == f"{applicant.base}needs/"
    assert not StepAnswers.objects.exists()


def test_a_document_can_not_be_skipped(applicant: Applicant) -> None:
    applicant.send("needs/", NEEDS)
    applicant.choose()
    answer = applicant.send("documents/", CONSENTS)
    assert answer.status_code == 422
    assert "「契約概要」を開いて、「読みました」を押してください。" in answer.content.decode()
    assert not StepAnswers.objects.filter(step="documents").exists()


def test_reading_a_document_changes_nothing_until_the_button_is_pressed(applicant: Applicant) -> None:
    applicant.send("needs/", NEEDS)
    applicant.choose()
    page = f"{applicant.base}documents/overview/"
    assert applicant.client.get(page).status_code == 200
    assert applicant.client.get(f"{page}pdf/").content.startswith(b"%PDF-")
    assert DocumentOpening.objects.count() == 0
    applicant.client.post(page)
    applicant.client.post(page)
    opening = DocumentOpening.objects.get()
    assert (opening.document, opening.language, len(opening.digest)) == ("overview", "ja", 64)


def test_a_document_that_needs_no_opening_has_no_page(applicant: Applicant) -> None:
    applicant.send("needs/", NEEDS)
    applicant.choose()
    assert applicant.client.get(f"{applicant.base}documents/electronic_delivery/").status_code == 404
    assert applicant.client.get(f"{applicant.base}documents/nothing/").status_code == 404


def test_a_plan_counts_only_if_its_premium_was_on_the_page(applicant: Applicant) -> None:
    applicant.send("needs/", NEEDS)
    applicant.send("plan/", RISK, action="calculate")
    seen = applicant.hidden("plan/", "seen")
    answer = applicant.send("plan/", RISK | {"sales": "4000"}, plan="P100", seen=seen)
    assert answer.headers["Location"] == f"{applicant.base}plan/"
    assert applicant.reload().plan_code == ""
    assert applicant.application.annual_sales == 40_000_000


def test_going_on_without_a_plan_is_told_beside_the_choice(applicant: Applicant) -> None:
    applicant.send("needs/", NEEDS)
    applicant.send("plan/", RISK, action="calculate")
    answer = applicant.send("plan/", RISK, seen=applicant.hidden("plan/", "seen"))
    assert answer.status_code == 422
    assert "プランを選んでください。" in answer.content.decode()


@pytest.mark.parametrize(("typed", "yen"), [("５００", 5_000_000), ("1億2千万円", 120_000_000), ("4,800", 48_000_000)])
def test_sales_are_read_as_people_type_them(applicant: Applicant, typed: str, yen: int) -> None:
    applicant.send("needs/", NEEDS)
    applicant.send("plan/", RISK | {"sales": typed}, action="calculate")
    assert applicant.reload().annual_sales == yen


def test_sales_above_the_limit_lead_to_a_person_and_everything_is_kept(applicant: Applicant) -> None:
    applicant.send("needs/", NEEDS)
    answer = applicant.send("plan/", RISK | {"sales": "1億"}, action="calculate")
    assert answer.headers["Location"] == f"{applicant.base}referral/"
    page = applicant.client.get(answer.headers["Location"]).content.decode()
    assert "有料プランの対象外です" in page
    assert "0120-008588" in page
    assert applicant.application.number in page
    assert applicant.reload().state == State.DRAFT
    assert applicant.client.get(f"{applicant.base}documents/").headers["Location"] == f"{applicant.base}referral/"


def test_an_event_in_the_past_leads_to_a_person(applicant: Applicant) -> None:
    applicant.send("needs/", NEEDS)
    applicant.choose()
    applicant.read_documents()
    applicant.send("documents/", CONSENTS)
    answer = applicant.send("disclosure/", DISCLOSURE | {"past_event": "yes"})
    assert answer.headers["Location"] == f"{applicant.base}referral/"
    assert "過去5年以内の事故" in applicant.client.get(f"{applicant.base}referral/").content.decode()
    answer = applicant.send("disclosure/", DISCLOSURE)
    assert answer.headers["Location"] == f"{applicant.base}company/"


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("corporate_number", "１２３４５６７８９０１２", "いま12桁です。あと1桁を入れてください。"),
        ("corporate_number", "70000120500022", "いま14桁です。1桁多いようです。"),
        ("corporate_number", "8000012050002", "どこかの数字が違っているようです。"),
        ("corporate_number", "七千", "数字だけを入れてください。"),
        ("postcode", "123", "郵便番号は7桁の数字です。"),
        ("telephone", "12", "電話番号として読めません。"),
        ("kana", "青木", "漢字などが残っています。"),
        ("name", "", "会社名を入れてください。"),
    ],
)
def test_errors_stand_beside_the_field_in_words(applicant: Applicant, field: str, typed: str, said: str) -> None:
    applicant.fill_in()
    answer = applicant.send("company/", COMPANY | {field: typed})
    assert answer.status_code == 422
    html = answer.content.decode()
    assert f'id="id_{field}_error"' in html
    assert said in html
    assert 'value="青木 花"' in html  # what was typed elsewhere stays


@pytest.mark.parametrize(
    ("field", "typed", "kept"),
    [
        ("kana", "あおきこうむてん", "アオキコウムテン"),
        ("kana", "ｱｵｷｺｳﾑﾃﾝ", "アオキコウムテン"),
        ("corporate_number", "７０００-０１２０-５０００２", "7000012050002"),
        ("corporate_number", "", ""),
        ("postcode", "１０００００１", "100-0001"),
        ("telephone", "＋８１　３　１２３４　５６７８", "03-1234-5678"),
        ("name", "  青木　 工務店 ", "青木 工務店"),
    ],
)
def test_any_width_is_taken_and_one_way_is_kept(applicant: Applicant, field: str, typed: str, kept: str) -> None:
    applicant.fill_in(**{field: typed})
    assert StepAnswers.objects.get(step="company").answers[field] == kept


def test_another_insured_is_asked_for_in_full(applicant: Applicant) -> None:
    applicant.fill_in()
    answer = applicant.send("company/", COMPANY | {"insured_is": "other"})
    assert answer.status_code == 422
    assert "説明がお済みでしたら、印を付けてください。" in answer.content.decode()
    applicant.send("company/", COMPANY | OTHER_INSURED)
    applicant.confirm()
    codes = {entry["code"] for entry in Evidence.objects.get().record["declarations"]}
    assert "explained_to_insured" in codes


def test_an_insured_is_forgotten_when_the_firm_itself_is_insured(applicant: Applicant) -> None:
    applicant.fill_in()
    applicant.send("company/", COMPANY | OTHER_INSURED | {"insured_is": "same"})
    kept = StepAnswers.objects.get(step="company").answers
    assert (kept["insured_name"], kept["explained_to_insured"]) == ("", False)


def test_the_postcode_button_fills_in_the_address_without_saving(applicant: Applicant) -> None:
    applicant.fill_in()
    before = StepAnswers.objects.get(step="company").saved_at, applicant.reload().revision
    answer = applicant.send("company/", COMPANY | {"postcode": "１５４－００１１", "name": "別名"}, action="postcode")
    html = answer.content.decode()
    assert answer.status_code == 200
    assert 'value="世田谷区上馬"' in html
    assert 'value="別名"' in html
    assert (StepAnswers.objects.get(step="company").saved_at, applicant.reload().revision) == before


def test_the_same_answers_twice_change_nothing(applicant: Applicant) -> None:
    first = applicant.send("needs/", NEEDS)
    revision = applicant.reload().revision
    second = applicant.client.post(f"{applicant.base}needs/", {"revision": "0", **NEEDS})
    assert first.headers["Location"] == second.headers["Location"]
    assert applicant.reload().revision == revision
    assert StepAnswers.objects.get(step="needs").revision == 1


@pytest.mark.parametrize(
    ("answer", "within", "above"), [("up_to_100000", 1, 2), ("up_to_200000", 3, 0), ("open", 0, 0)]
)
def test_each_plan_is_held_against_the_budget(applicant: Applicant, answer: str, within: int, above: int) -> None:
    """64,940 yen, 105,200 yen and 118,190 yen."""
    applicant.send("needs/", NEEDS | {"budget": answer})
    applicant.send("plan/", RISK, action="calculate")
    page = applicant.client.get(f"{applicant.base}plan/").content.decode()
    assert (page.count("に収まります"), page.count("を超えます")) == (within, above)


def test_an_older_tab_shows_both_and_saves_only_when_told_again(applicant: Applicant) -> None:
    page = f"{applicant.base}needs/"
    applicant.client.post(page, {"revision": "0", **NEEDS})
    mine = NEEDS | {"budget": "open"}
    clash = applicant.client.post(page, {"revision": "0", **mine})
    html = clash.content.decode()
    assert clash.status_code == 409
    assert "別の画面で、この内容が先に保存されています" in html
    assert "100,000円まで" in html  # what the other tab saved
    assert 'value="open" checked' in html  # what was typed here
    assert StepAnswers.objects.get(step="needs").answers["budget"] == "up_to_100000"
    again = applicant.client.post(page, {"revision": "1", **mine})
    assert again.status_code == 302
    assert StepAnswers.objects.get(step="needs").answers["budget"] == "open"


def test_an_older_confirmation_page_is_shown_again(applicant: Applicant) -> None:
    applicant.fill_in()
    seen = applicant.hidden("confirm/")
    applicant.send("company/", COMPANY | {"representative": "青木 次郎"})
    answer = applicant.client.post(f"{applicant.base}confirm/", {"revision": seen, **DECLARATIONS})
    assert answer.status_code == 409
    assert "青木 次郎" in answer.content.decode()
    assert not Evidence.objects.exists()
    assert applicant.confirm().headers["Location"] == f"{applicant.base}pay/"


@pytest.mark.parametrize("left_out", DECLARATIONS)
def test_no_declaration_can_be_left_out(applicant: Applicant, left_out: str) -> None:
    applicant.fill_in()
    given = {code: "on" for code in DECLARATIONS if code != left_out}
    assert applicant.send("confirm/", given).status_code == 422
    assert applicant.reload().state == State.DRAFT


def test_a_change_after_confirming_is_sealed_anew(applicant: Applicant) -> None:
    applicant.fill_in()
    applicant.confirm()
    applicant.send("company/", COMPANY | {"representative": "青木 次郎"})
    assert applicant.reload().state == State.DRAFT
    assert applicant.client.get(f"{applicant.base}pay/").headers["Location"] == f"{applicant.base}confirm/"
    applicant.confirm()
    first, second = Evidence.objects.order_by("revision")
    assert first.revision < second.revision
    assert first.record["company"]["answers"]["representative"] == "青木 花"
    assert second.record["company"]["answers"]["representative"] == "青木 次郎"


def test_confirming_twice_seals_once(applicant: Applicant) -> None:
    applicant.fill_in()
    revision = applicant.hidden("confirm/")
    for _ in range(2):
        answer = applicant.client.post(f"{applicant.base}confirm/", {"revision": revision, **DECLARATIONS})
        assert answer.headers["Location"] == f"{applicant.base}pay/"
    assert Evidence.objects.count() == 1


def test_only_named_fields_are_kept(applicant: Applicant) -> None:
    applicant.fill_in()
    smuggled = {"state": "issued", "term_premium": "1", "user": "1", "annual_premium": "1", "public_id": "x"}
    applicant.send("company/", COMPANY | smuggled | {"representative": "青木 次郎"})
    application = applicant.reload()
    assert (application.state, application.term_premium) == (State.DRAFT, 59530)
    assert not smuggled.keys() & StepAnswers.objects.get(step="company").answers.keys()


def test_after_the_deadline_the_next_start_is_offered_and_the_plan_chosen_anew(applicant: Applicant) -> None:
    applicant.fill_in()
    with clock.at(datetime(2026, 12, 21, 9, 0, tzinfo=JAPAN)):
        assert applicant.client.get(f"{applicant.base}confirm/").headers["Location"] == f"{applicant.base}plan/"
        page = applicant.client.get(f"{applicant.base}plan/").content.decode()
        assert "補償の始まる日が変わりました" in page
        applicant.choose()
        application = applicant.reload()
        # ten months of 64,940 are 54,116.7: in tens of yen 54,120
        assert (application.start_on.isoformat(), application.term_premium) == ("2027-02-01", 54120)
        assert applicant.confirm().headers["Location"] == f"{applicant.base}pay/"


def test_a_quote_that_no_longer_holds_is_shown_again(applicant: Applicant) -> None:
    with clock.at(datetime(2026, 12, 22, 9, 0, tzinfo=JAPAN)):
        applicant.fill_in()
        applicant.confirm()
    with clock.at(datetime(2026, 12, 22, 9, 0, tzinfo=JAPAN) + timedelta(days=31)):
        assert applicant.client.get(f"{applicant.base}pay/").headers["Location"] == f"{applicant.base}plan/"


def test_giving_up_closes_the_application_and_a_new_one_can_begin(people: cast.Cast, applicant: Applicant) -> None:
    assert applicant.client.get(f"{applicant.base}give-up/").status_code == 200
    assert applicant.reload().state == State.DRAFT
    applicant.client.post(f"{applicant.base}give-up/")
    assert applicant.reload().state == State.CLOSED
    assert "お申し出により" in applicant.client.get(f"{applicant.base}needs/").content.decode()
    assert Applicant(people.owner, people.member).application.pk != applicant.application.pk


@pytest.mark.parametrize(
    "typed", ["a" * 5000, "\x00", "\x00\x01\x02", "\ud800".encode("utf-8", "surrogatepass"), "💥" * 400]
)
@pytest.mark.parametrize("page", ["needs/", "plan/", "documents/", "disclosure/", "company/", "confirm/"])
def test_odd_input_is_refused_and_never_breaks_a_page(applicant: Applicant, page: str, typed: str | bytes) -> None:
    applicant.fill_in()
    names = [*NEEDS, *RISK, *CONSENTS, *DISCLOSURE, *COMPANY, *DECLARATIONS, "revision", "seen", "plan", "action"]
    answer = applicant.client.post(applicant.base + page, dict.fromkeys(names, typed))
    assert 200 <= answer.status_code < 500
    assert applicant.reload().state == State.DRAFT


@pytest.mark.parametrize("address", ["/apply/%00/", "/apply/short/", "/portal/papers/99999999999999999999999/"])
def test_odd_addresses_are_not_there(applicant: Applicant, address: str) -> None:
    assert applicant.client.get(address).status_code == 404
