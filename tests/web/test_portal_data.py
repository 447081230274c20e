"""What we hold of a member: seen, taken away whole, corrected by who can, deleted as far as the law lets us."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from datetime import date
from typing import Any

import pytest
from django.test import Client

from sonae.apps.audit.models import AuditEntry
from sonae.apps.contact.models import DataRequest
from sonae.apps.contact.use_cases.ask_for_correction import ask_for_correction as use_case_of_correction
from sonae.apps.contact.use_cases.erase_data import erase_data
from sonae.apps.documents.models import NoticeRead, OutboxMessage, Paper
from sonae.apps.enrolment.models import Application, Evidence, StepAnswers
from sonae.apps.parties.models import MembershipFact
from sonae.apps.parties.queries import MayNotAct
from sonae.apps.programmes.models import Programme
from sonae.apps.programmes.queries import published_products
from sonae.domain.csv_cells import text_of
from sonae.web.portal import data_archive, data_views
from tests import cast, clock
from tests.formulas import PAYLOADS
from tests.web.applicant import Applicant
from tests.web.holdings import browser_of, give_paid_cover, tell, words_of
from tests.web.memory_gateway import MemoryGateway

pytestmark = pytest.mark.django_db
KEY = "k" * 32
Kind = MembershipFact.Kind


@pytest.fixture
def people(programme: Programme) -> cast.Cast:
    return cast.call_in()


def archive_of(browser: Client, query: str = "") -> zipfile.ZipFile:
    answer: Any = browser.post(f"/portal/data/download/{query}")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/zip")
    return zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))


def table(archive: zipfile.ZipFile, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(archive.read(name).decode("utf-8-sig"), newline="")))


# --- Download -------------------------------------------------------------------------------------------------------


def buy(people: cast.Cast, monkeypatch: pytest.MonkeyPatch) -> Applicant:
    gateway = MemoryGateway()
    monkeypatch.setattr("sonae.web.portal.payment_views.card_gateway", lambda: gateway)
    applicant = Applicant(people.owner, people.member)
    applicant.buy(gateway)
    return applicant


def test_the_archive_holds_data_schema_tables_and_every_paper(
    people: cast.Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    applicant = buy(people, monkeypatch)
    archive = archive_of(applicant.client)
    assert archive.testzip() is None
    papers = [name for name in archive.namelist() if name.startswith("papers/")]
    assert set(archive.namelist()) - set(papers) == {
        "README.txt", "data.json", "data.schema.json", "membership.csv", "certificates.csv", "payments.csv", "saved_cards.csv",
        "applications.csv", "requests.csv",
    }  # fmt: skip
    assert len(papers) == Paper.objects.filter(member=people.member).count() == 4
    assert all(archive.read(name).startswith(b"%PDF-") for name in papers)
    data = json.loads(archive.read("data.json"))
    assert sorted(one["file"] for one in data["papers"]) == sorted(papers)
    assert [one["number"] for one in data["certificates"]] == [applicant.reload().certificate.number]
    assert [one["charge_yen"] for one in table_of_payments(archive)] == ["59530"]
    assert data["applications"][0]["answers"]["company"]["representative"] == "青木 花"


def table_of_payments(archive: zipfile.ZipFile) -> list[dict[str, str]]:
    return table(archive, "payments.csv")


def test_the_data_is_of_the_form_that_its_schema_says(people: cast.Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    applicant = buy(people, monkeypatch)
    ask_for_correction(applicant.client, name="青木建設")
    archive = archive_of(applicant.client)
    data, schema = json.loads(archive.read("data.json")), json.loads(archive.read("data.schema.json"))
    assert list(findings(data, schema, "data")) == []
    data["certificates"][0]["actor"] = "user:7"
    assert list(findings(data, schema, "data")) == ["data.certificates[0]: actor is unknown"]
    del data["certificates"][0]["actor"], data["member"]["number"]
    assert list(findings(data, schema, "data")) == ["data.member: number is missing"]


def findings(value: Any, schema: dict[str, Any], place: str) -> Any:
    """What of the value doesn't fit the schema, as far as our schema goes."""
    if "anyOf" in schema:
        tries = [list(findings(value, one, place)) for one in schema["anyOf"]]
        yield from [] if [] in tries else tries[0]
    elif "const" in schema or "enum" in schema:
        if value not in schema.get("enum", [schema.get("const")]):
            yield f"{place}: {value!r} is not allowed"
    elif not isinstance(value, KINDS[schema["type"]]) or (schema["type"] == "integer" and isinstance(value, bool)):
        yield f"{place}: no {schema['type']}"
    elif schema["type"] == "array":
        for n, one in enumerate(value):
            yield from findings(one, schema["items"], f"{place}[{n}]")
    elif "properties" in schema:
        yield from (f"{place}: {name} is missing" for name in schema["required"] if name not in value)
        yield from (f"{place}: {name} is unknown" for name in value if name not in schema["properties"])
        for name in value.keys() & schema["properties"].keys():
            yield from findings(value[name], schema["properties"][name], f"{place}.{name}")


KINDS = {"object": dict, "array": list, "string": str, "integer": int, "null": type(None)}


def test_nothing_of_another_member_and_nothing_of_the_staff_is_in_it(people: cast.Cast) -> None:
    give_paid_cover(people.member, date(2026, 12, 1))
    theirs = give_paid_cover(people.other_member, date(2026, 12, 1))
    archive = archive_of(browser_of(people.owner))
    text = "".join(archive.read(name).decode(errors="replace") for name in archive.namelist())
    for word in ("宇野", "20000031", theirs.number, cast.UNO, cast.IMAI, "staff-7", "inside", '"source"'):
        assert word not in text, word
    assert json.loads(archive.read("data.json"))["you"]["other_people"] == 2  # the administrator and the reader


@pytest.mark.parametrize("payload", PAYLOADS)
def test_every_text_column_is_neutral_and_numbers_are_untouched(people: cast.Cast, payload: str) -> None:
    tell(people.member, Kind.CHANGED, date(2026, 11, 1), name=payload, name_kana=payload, telephone=payload[:20])
    application = Applicant(people.owner, people.member).application
    certificate = give_paid_cover(people.member, date(2026, 12, 1))
    Application.objects.filter(pk=application.pk).update(industry=payload, closed_reason=payload)
    DataRequest.objects.create(
        number="S1", form_key=KEY, kind="erasure", member=people.member, user=people.owner, held={}, wanted={},
        message=payload, language="ja", received_at=certificate.issued_at,
    )  # fmt: skip
    archive = archive_of(browser_of(people.owner))
    latest = table(archive, "membership.csv")[-1]
    told = [latest["name"], latest["name_kana"], latest["telephone"]]
    applied = table(archive, "applications.csv")[0]
    told += [applied["industry"], applied["closed_reason"], table(archive, "requests.csv")[0]["message"]]
    assert told == ["'" + payload, "'" + payload, "'" + payload[:20], "'" + payload, "'" + payload, "'" + payload]
    assert text_of(latest["name"]) == payload
    assert table_of_payments(archive)[0]["charge_yen"] == "64940"
    assert b",64940," in archive.read("payments.csv")


def test_taking_it_is_written_down_and_cannot_be_done_without_end(
    people: cast.Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = browser_of(people.colleague)
    for _ in range(data_views.DOWNLOADS_AN_HOUR):
        archive_of(browser)
    entry = AuditEntry.objects.latest("id")
    assert (entry.action, entry.object_kind, entry.object_id) == ("data.downloaded", "member", "10000017")
    assert entry.actor == f"user:{people.colleague.pk}"
    assert browser.post("/portal/data/download/").status_code == 429
    assert AuditEntry.objects.filter(action="data.downloaded").count() == data_views.DOWNLOADS_AN_HOUR


def test_a_paper_is_made_only_when_its_turn_comes(people: cast.Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    buy(people, monkeypatch)
    made: list[int] = []
    real = data_archive.pdf_of
    monkeypatch.setattr(
        data_archive, "pdf_of", lambda *, paper, now: made.append(paper.pk) or real(paper=paper, now=now)
    )
    answer: Any = browser_of(people.owner).post("/portal/data/download/")
    pieces = iter(answer.streaming_content)
    assert next(pieces)
    assert made == []
    list(pieces)
    assert len(made) == 4


# --- Correction -----------------------------------------------------------------------------------------------------


def ask_for_correction(browser: Client, **wanted: str) -> Any:
    held = {
        "name": "青木工務店", "name_kana": "アオキコウムテン", "member_class": "basic", "email": cast.AOKI,
        "telephone": "03-1234-0017", "message": "", "form_key": KEY,
    }  # fmt: skip
    return browser.post("/portal/data/correct/", held | wanted)


def test_a_correction_is_kept_and_confirmed_and_the_list_stays_as_it_is(people: cast.Cast) -> None:
    facts = list(MembershipFact.objects.order_by("id").values())
    assert ask_for_correction(browser_of(people.owner), name="青木建設", member_class="total").status_code == 302
    asked = DataRequest.objects.get()
    assert (asked.kind, asked.member, asked.user) == ("correction", people.member, people.owner)
    assert asked.held == {"name": "青木工務店", "member_class": "basic"}
    assert asked.wanted == {"name": "青木建設", "member_class": "total"}
    assert list(MembershipFact.objects.order_by("id").values()) == facts
    mail = OutboxMessage.objects.get(key=f"data-request:{asked.number}")
    assert mail.recipient == cast.AOKI
    assert "会社名\n　名簿の内容：青木工務店\n　正しい内容：青木建設" in mail.body
    assert "あんしん保守サポート トータルプラン" in mail.body
    assert "会社名：青木工務店 → 青木建設" in words_of(browser_of(people.colleague), "/portal/data/")
    assert AuditEntry.objects.filter(action="correction.asked", object_id="10000017").count() == 1


def test_the_same_form_sent_twice_is_one_request(people: cast.Cast) -> None:
    browser = browser_of(people.owner)
    for _ in range(2):
        ask_for_correction(browser, name="青木建設")
    assert DataRequest.objects.count() == OutboxMessage.objects.count() == 1
    assert "このお申し出は、すでに受け付けています。" in words_of(browser, "/portal/data/")


def test_somebody_elses_form_key_brings_nothing_of_theirs(people: cast.Cast) -> None:
    ask_for_correction(browser_of(people.owner), name="青木建設")
    theirs = browser_of(people.stranger)
    theirs.raise_request_exception = False
    ask_for_correction(theirs, name="宇野建設")
    assert [asked.member for asked in DataRequest.objects.all()] == [people.member]
    assert "青木" not in words_of(theirs, "/portal/data/")


def test_nothing_changed_and_nothing_said_asks_for_something(people: cast.Cast) -> None:
    answer = ask_for_correction(browser_of(people.owner))
    assert answer.status_code == 422
    assert "直したいところを書き換えてから送ってください。" in answer.content.decode()
    assert not DataRequest.objects.exists()


def test_what_cannot_be_read_is_said_beside_its_field_and_what_was_typed_stays(people: cast.Cast) -> None:
    answer = ask_for_correction(browser_of(people.owner), telephone="でんわ", name="青木建設")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "電話番号として読めません。" in page
    assert 'value="青木建設"' in page


def test_a_broken_form_key_is_refused_and_the_next_try_counts(people: cast.Cast) -> None:
    answer = ask_for_correction(browser_of(people.owner), name="青木建設", form_key="x")
    assert answer.status_code == 422
    assert 'name="form_key" value="x"' not in answer.content.decode()


def test_who_has_left_can_still_ask(people: cast.Cast) -> None:
    tell(people.member, Kind.LEFT, date(2026, 5, 1))
    assert ask_for_correction(browser_of(people.owner), message="退会していません。").status_code == 302
    assert DataRequest.objects.get().message == "退会していません。"


# --- Deletion -------------------------------------------------------------------------------------------------------


def erase(browser: Client, key: str = KEY) -> Any:
    return browser.post("/portal/data/erase/", {"message": "", "form_key": key})


def test_a_draft_is_emptied_and_ended_and_the_mail_names_what_is_kept(people: cast.Cast) -> None:
    applicant = Applicant(people.owner, people.member)
    applicant.fill_in()
    NoticeRead.objects.create(user=people.owner, member=people.member, key="x", read_at="2026-11-24T10:00+09:00")
    assert StepAnswers.objects.count() == 5
    assert erase(applicant.client).status_code == 302
    application = applicant.reload()
    assert (application.state, application.closed_reason) == ("closed", "erased")
    assert (application.plan_code, application.industry, application.annual_sales) == ("", "", None)
    assert not StepAnswers.objects.exists()
    assert not NoticeRead.objects.exists()
    asked = DataRequest.objects.get()
    assert asked.held == {"applications": 1, "answers": 5, "read_marks": 1, "saved_cards": 0}
    mail = OutboxMessage.objects.get(key=f"data-request:{asked.number}")
    assert "加入に至らなかった申込み 1件の入力内容" in mail.body
    assert "（7年）：" in mail.body
    assert [entry.action for entry in AuditEntry.objects.order_by("-id")[:2]] == ["data.erased", "application.erased"]


def test_what_was_sealed_paid_or_issued_is_left_as_it_is(people: cast.Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    applicant = buy(people, monkeypatch)
    before = list(StepAnswers.objects.order_by("id").values()), list(Evidence.objects.values())
    erase(applicant.client)
    assert (list(StepAnswers.objects.order_by("id").values()), list(Evidence.objects.values())) == before
    assert applicant.reload().state == Application.State.ISSUED


def test_a_confirmed_application_has_to_be_given_up_first(people: cast.Cast) -> None:
    applicant = Applicant(people.owner, people.member)
    applicant.fill_in()
    applicant.confirm()
    answers = StepAnswers.objects.count()
    erase(applicant.client)
    assert applicant.reload().state == Application.State.CONFIRMED
    assert StepAnswers.objects.count() == answers
    applicant.client.post(f"{applicant.base}give-up/")
    erase(applicant.client, "m" * 32)
    assert not StepAnswers.objects.exists()
    assert Evidence.objects.count() == 1


def test_drafts_of_another_member_stay(people: cast.Cast) -> None:
    theirs = Applicant(people.stranger, people.other_member)
    theirs.fill_in()
    erase(browser_of(people.owner))
    assert theirs.reload().state == Application.State.DRAFT
    assert StepAnswers.objects.count() == 5


def test_sent_twice_it_deletes_once(people: cast.Cast) -> None:
    applicant = Applicant(people.owner, people.member)
    applicant.fill_in()
    erase(applicant.client)
    erase(applicant.client)
    assert DataRequest.objects.count() == 1


def test_the_page_says_what_goes_and_what_stays_how_long_and_why(people: cast.Cast) -> None:
    applicant = Applicant(people.owner, people.member)
    applicant.fill_in()
    page = words_of(applicant.client, "/portal/data/erase/")
    assert (
        f"申込み {applicant.application.number}（2026年11月24日に開始）の入力内容。途中の申込みは、ここで終わります"
        in page
    )
    assert "保険料の請求、お支払い、返金、領収書、仕訳の記録 7年 帳簿書類と" in page
    assert "（法人税法、電子帳簿保存法）" in page
    assert "第三者への提供と、その同意・取消しの記録 3年" in page
    assert not DataRequest.objects.exists()


def test_what_the_list_said_is_shown_in_the_order_in_which_it_holds(people: cast.Cast) -> None:
    tell(people.member, Kind.CHANGED, date(2026, 11, 1), name="青木建設")
    page = words_of(browser_of(people.owner), "/portal/data/")
    assert "これまでに届いた内容（2件）" in page
    assert page.index("2025年4月1日 入会 青木工務店") < page.index("2026年11月1日 変更 青木建設")
    assert "feed:7" not in page


# --- Roles ------------------------------------------------------------------------------------------------------------


def test_a_reader_takes_the_data_along_and_asks_for_nothing(people: cast.Cast) -> None:
    browser = browser_of(people.reader)
    assert archive_of(browser).namelist()
    for page in ("/portal/data/correct/", "/portal/data/erase/"):
        assert browser.get(page).status_code == 403
    assert ask_for_correction(browser, name="青木建設").status_code == 403
    assert browser.post("/portal/data/erase/", {"message": "", "form_key": KEY}).status_code == 403
    assert not DataRequest.objects.exists()


def test_the_use_cases_ask_for_the_role_too(people: cast.Cast) -> None:
    product, moment = published_products()[0].product, clock.now()
    of_a_reader = {"member": people.member, "user": people.reader, "product": product, "language": "ja", "now": moment}
    with pytest.raises(MayNotAct):
        use_case_of_correction(**of_a_reader, held={}, wanted={"name": "青木建設"}, message="", form_key=KEY)
    with pytest.raises(MayNotAct):
        erase_data(**of_a_reader, message="", form_key=KEY)
    assert not DataRequest.objects.exists()
