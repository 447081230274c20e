"""The desk's pages of the complaints register, and the file for the insurer's report."""

from __future__ import annotations

import csv
import io
import re
from datetime import date
from typing import Any

import pytest
from django.test import Client

from sonae.apps.audit.models import AuditEntry
from sonae.apps.contact.complaint_models import Complaint, ComplaintStep
from sonae.domain.complaint import Step
from tests import cast
from tests.apps.contact.complaining import complain, note
from tests.apps.contact.desk import ask
from tests.apps.contact.referring import refer
from tests.formulas import PAYLOADS
from tests.web.door import browser_of
from tests.web.page_forms import PageForm, forms_of

pytestmark = pytest.mark.django_db
GIVEN = {
    "received_on": "2026/11/23", "channel": "mail", "against": "agency", "category": "explanation", "gravity": "serious",
    "summary": "説明が\r\n分かりにくい", "complainant": "不満 太郎", "reach": "090-0000-0000",
}  # fmt: skip


@pytest.fixture
def operator(programme: object) -> Client:
    return browser_of(cast.enter_staff("operator", "clerk"))


def form_on(browser: Client, address: str, to: str) -> PageForm:
    (form,) = [one for one in forms_of(browser, address) if one.method == "post" and one.action.endswith(to)]
    return form


def rows_of(answer: Any) -> list[list[str]]:
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_a_complaint_is_entered_and_its_page_opens(operator: Client) -> None:
    answer = form_on(operator, "/desk/complaints/new/", "/new/").send(operator, **GIVEN)
    kept = Complaint.objects.get()
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/desk/complaints/{kept.number}/")
    assert (kept.received_on, kept.due_on, kept.summary) == (
        date(2026, 11, 23),
        date(2026, 11, 30),
        "説明が\n分かりにくい",
    )
    page = operator.get(answer.headers["Location"]).content.decode()
    for words in ("説明・案内の内容", "取扱代理店", "不満 太郎", "2026年11月30日"):
        assert words in page, words


def test_the_page_of_a_consultation_leads_there_whoever_may_handle_complaints(operator: Client) -> None:
    number = ask().number
    link = f"/desk/complaints/new/?consultation={number}"
    assert link in operator.get(f"/desk/consultations/{number}/").content.decode()
    auditor = browser_of(cast.enter_staff("operator", "auditor"))
    assert link not in auditor.get(f"/desk/consultations/{number}/").content.decode()


def test_the_number_of_a_consultation_and_of_a_member_is_carried_along(operator: Client) -> None:
    form = form_on(operator, "/desk/complaints/new/?consultation=S2026-000001-0&member=10000017", "")
    assert (form.controls["consultation_number"], form.controls["member_number"]) == ("S2026-000001-0", "10000017")
    form.send(operator, **GIVEN)
    kept = Complaint.objects.get()
    assert (kept.consultation_number, kept.member_number) == ("S2026-000001-0", "10000017")


def test_the_pages_of_a_referral_and_of_a_member_lead_to_it(operator: Client) -> None:
    member = cast.enter_member("10000017", "basic", "青木工務店")
    number = refer().number
    assert f"/desk/complaints/new/?consultation={number}" in operator.get(f"/desk/referrals/{number}/").content.decode()
    page = operator.get(f"/desk/members/{member.number}/").content.decode()
    assert f"/desk/complaints/new/?member={member.number}" in page


@pytest.mark.parametrize("field", ["received_on", "channel", "against", "category", "gravity", "summary"])
def test_what_is_missing_is_said_beside_its_field(operator: Client, field: str) -> None:
    answer = form_on(operator, "/desk/complaints/new/", "/new/").send(operator, **{**GIVEN, field: ""})
    assert answer.status_code == 422
    assert f'id="id_{field}_error"' in answer.content.decode()
    assert not Complaint.objects.exists()


def test_it_is_noted_answered_explained_and_closed(operator: Client) -> None:
    number = complain().number
    address = f"/desk/complaints/{number}/"
    told = {"text": "折り返した", "prevention": "人数を増やす"}
    for kind in ("done", "answered", "cause", "closed"):
        form = form_on(operator, address, "/note/")
        answer = form.send(operator, **{**{name: told[name] for name in told if name in form.controls}, "kind": kind})
        assert answer.status_code == 302, kind
    page = operator.get(address).content.decode()
    assert "完了" in page
    assert list(ComplaintStep.objects.order_by("seq").values_list("kind", flat=True)) == [
        "done", "answered", "cause", "closed",
    ]  # fmt: skip


def test_a_step_from_a_page_of_before_is_not_taken(operator: Client) -> None:
    form = form_on(operator, f"/desk/complaints/{complain().number}/", "/note/")
    assert [form.send(operator, kind="done", text="x").status_code for _ in range(2)] == [302, 409]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"kind": "closed"}, "kind"),
        ({"kind": "done", "text": ""}, "text"),
        ({"kind": "cause", "prevention": ""}, "prevention"),
        ({"kind": "graded", "gravity": ""}, "gravity"),
        ({"kind": "done", "happened_on": "2026-11-23"}, "happened_on"),
    ],
)
def test_what_can_not_be_noted_is_said_beside_its_field(operator: Client, given: dict[str, str], field: str) -> None:
    form = form_on(operator, f"/desk/complaints/{complain().number}/", "/note/")
    answer = form.send(operator, **{"text": "x", "prevention": "y", **given})
    assert answer.status_code == 422
    assert f'id="id_{field}_error"' in answer.content.decode()


def test_the_list_is_narrowed_and_says_what_is_overdue(operator: Client) -> None:
    late = complain(received_on=date(2026, 11, 1), against="insurer").number
    ours = complain().number
    shown = operator.get("/desk/complaints/").content.decode()
    assert shown.index(late) < shown.index(ours)
    assert "期限を過ぎています" in shown
    narrowed = operator.get("/desk/complaints/?against=insurer&category=x&show=%00").content.decode()
    assert late in narrowed
    assert ours not in narrowed


def test_the_file_names_nobody_and_says_what_was_done(operator: Client) -> None:
    complaint = complain(complainant="不満 太郎")
    for kind in (Step.DONE, Step.ANSWERED, Step.CAUSE):
        note(complaint, kind)
    answer = operator.get("/desk/complaints.csv?show=all")
    head, row = rows_of(answer)
    assert dict(zip(head, row, strict=True)) == {
        "受付番号": complaint.number, "受付日": "2026-11-24", "経路": "電話", "何について": "応対の態度・待ち時間",
        "どこへの": "相談窓口", "重さ": "軽い", "内容": "電話が20分つながらなかった。", "状態": "お返事済み",
        "お返事の期限": "2026-12-08", "お返事した日": "2026-11-24", "対応": "2026-11-24 担当者が折り返した",
        "原因": "担当者が折り返した", "再発防止": "昼の人数を増やす",
    }  # fmt: skip
    assert "不満" not in answer.content.decode()
    assert answer.headers["Content-Disposition"] == 'attachment; filename="complaints_20261124.csv"'
    entry = AuditEntry.objects.get(action="complaints.taken")
    assert (entry.actor.startswith("user:"), entry.detail) == (True, {"rows": 1})


@pytest.mark.parametrize("formula", PAYLOADS)
def test_no_cell_of_the_file_runs_a_formula(operator: Client, formula: str) -> None:
    note(complain(summary=formula), Step.CAUSE, words={"text": formula, "prevention": formula})
    _, row = rows_of(operator.get("/desk/complaints.csv?show=all"))
    for cell in row:
        assert not re.match(r"[\s\ufeff]*[=+\-@|%＝＋－＠−\t\r\n]", cell), cell


def test_the_file_follows_the_filter(operator: Client) -> None:
    numbers = {against: complain(against=against).number for against in ("insurer", "agency")}
    rows = rows_of(operator.get("/desk/complaints.csv?against=agency"))[1:]
    assert [row[0] for row in rows] == [numbers["agency"]]
