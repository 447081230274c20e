"""Figures at the desk: what stands on the pages, who sees which links, and what is taken as a file."""

from __future__ import annotations

import csv
import html
import io
import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from sonae.apps.audit.models import AuditEntry
from sonae.apps.enrolment.models import Application, StepAnswers
from sonae.apps.programmes.models import SchemeYear
from sonae.apps.reporting.figures.topics import TOPICS
from sonae.apps.reporting.models import CountedCover
from sonae.apps.reporting.use_cases.count_figures import count_figures
from sonae.domain.calendar import JAPAN
from tests import cast, clock
from tests.figures_world import STEPS, YEAR, consult, offer, sell
from tests.web.holdings import browser_of, give_free_cover, words_of
from tests.web.money_on_file import enter_month

pytestmark = pytest.mark.django_db
FIGURES = "/desk/figures/"
PERSONAL = ("青木", "アオキ", "宇野", "秘密", "aoki@", "03-1234")
MOMENT = datetime(2026, 12, 2, 10, tzinfo=JAPAN)


@pytest.fixture
def people(programme: object) -> cast.Cast:
    return cast.call_in()


@pytest.fixture
def desk(people: cast.Cast) -> Client:
    return browser_of(people.staff["operator"])


def begin(people: cast.Cast, place: int, *, saved: int, plan: str = "", language: str = "ja") -> Application:
    """An application of 24 November that has saved so many steps."""
    member = cast.enter_member(f"8100{place:04}", "basic", f"秘密商店{place}")
    application = Application.objects.create(
        public_id=f"figures{place}", number=f"A{place}", member=member, user=people.owner, start_on=YEAR, state="draft",
        scheme_year=SchemeYear.objects.get(start_on=YEAR), language=language, plan_code=plan, started_at=clock.now(),
        changed_at=clock.now(),
    )  # fmt: skip
    StepAnswers.objects.bulk_create(
        StepAnswers(application=application, step=step, answers={}, revision=1, saved_at=clock.now())
        for step in STEPS[:saved]
    )
    return application


def shown(browser: Client, address: str) -> str:
    """What a person sees in the main part of the page, with one blank between any two pieces."""
    page = browser.get(address).content.decode().partition("<main")[2]
    seen = re.sub(r'<span class="visually-hidden">[^<]*</span>', "", page)
    return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", seen).split()))


def count() -> None:
    with clock.at(MOMENT):
        count_figures(now=clock.now())


def test_the_funnel_says_where_most_people_stop(people: cast.Cast, desk: Client) -> None:
    for place, saved in enumerate((0, 1, 3, 3, 3, 5)):
        begin(people, place, saved=saved)
    count()
    page = words_of(desk, f"{FIGURES}applications/")
    assert "いちばん多く止まっているのは「告知」の手前で、3件です" in page
    assert "n＝6" in page
    # name, then who came so far, and of those that stand exactly here the ones under way, ended and covered
    for line in ("はじめる 6", "ご意向 5", "プラン 4", "重要事項 4", "告知 1", "会社の情報 1", "確認 0"):
        assert line in page, line
    assert "Most stop before “Disclosure”: 3" in words_of(desk, f"/en{FIGURES}applications/")


def test_each_number_of_a_table_opens_a_list_of_as_many_rows(people: cast.Cast, desk: Client) -> None:
    for place, saved in enumerate((0, 1, 3, 3, 5)):
        begin(people, place, saved=saved, plan="P300" if saved > 1 else "", language="en" if place % 2 else "ja")
    count()
    opened = 0
    for group in TOPICS["applications"].groups:
        page = desk.get(f"{FIGURES}applications/?by={group}").content.decode()
        for address, number in re.findall(r'<a href="(/desk/figures/applications/[^"]+)">([\d,]+)<span', page):
            rows = desk.get(address.replace("&amp;", "&")).content.decode()
            assert rows.count('<tr><th scope="row">') == int(number), address
            opened += 1
    assert opened > 60


def test_certificates_count_by_plan_class_industry_and_day(people: cast.Cast, desk: Client) -> None:
    with clock.at(clock.MORNING):
        sell(people.member, clock.now(), plan="P300", industry="manufacturing")
        sell(people.other_member, clock.now(), plan="P100", industry="retail")
        sell(cast.enter_member("81000001", "pap", "例示会計"), clock.now(), plan="P100", industry="retail")
    count()
    page = shown(desk, f"{FIGURES}certificates/?on=2026-12-05")
    assert "発行の67%が「1億円プラン」です" in page
    assert "有効 3 件" in page
    assert "有効 0 件" in shown(desk, f"{FIGURES}certificates/?on=2026-11-30")
    assert "発行 2 件" in shown(desk, f"{FIGURES}certificates/?class=pap")
    assert "発行 0 件" in shown(desk, f"{FIGURES}certificates/?since=2026-12&to=2026-12")
    assert "製造業" in shown(desk, f"{FIGURES}certificates/?by=industry")


def test_premium_is_shown_for_months_that_are_over(people: cast.Cast) -> None:
    certificate = sell(people.member, clock.now())
    with clock.at(datetime(2027, 1, 5, 10, tzinfo=JAPAN)):
        count_figures(now=clock.now())
        desk = browser_of(people.staff["operator"])
        page = shown(desk, f"{FIGURES}premium/")
        total = certificate.transactions.get().total_premium_after
        assert f"計上保険料 {total:,}円" in page
        assert f"2026年12月 0円 {(2 * total + 12) // 24:,}円" in page
        rows = words_of(desk, f"{FIGURES}premium/earned/?month=2026-12")
        assert certificate.number in rows


@pytest.mark.parametrize(
    ("party", "position", "leads"),
    [
        ("operator", "clerk", True),
        ("insurer", "claims_handler", None),
        ("insurer", "actuary", False),
        ("organiser", "clerk", False),
    ],
)
def test_only_who_sees_cover_is_led_to_it_and_nobody_reads_a_name(
    people: cast.Cast, party: str, position: str, leads: bool | None
) -> None:
    begin(people, 1, saved=2)
    certificate = sell(people.member, clock.now())
    offer(certificate, "offered")
    give_free_cover(people.member, YEAR)
    consult(clock.now(), "question", place=1)
    count()
    browser = browser_of(cast.enter_staff(party, position))
    linked = 0
    for topic in TOPICS.values():
        for figure in topic.figures:
            for address in ("/", ".csv"):
                answer = browser.get(f"{FIGURES}{topic.code}/{figure.code}{address}?since=2026-01&to=2028-01")
                assert (answer.status_code == 404) == (leads is None), address
                page = b"".join(answer).decode().split("<main")[-1]
                assert not [said for said in PERSONAL if said in page]
                linked += len(re.findall(r'href="/desk/(?:members|certificates)/\w', page))
    assert bool(linked) == bool(leads)


def test_a_list_goes_on_by_key_and_repeats_nothing(people: cast.Cast, desk: Client) -> None:
    for place in range(60):
        begin(people, place, saved=0)
    seen: list[str] = []
    address = f"{FIGURES}applications/started/"
    for size in (50, 10):
        page = desk.get(address).content.decode()
        numbers = re.findall(r'<tr><th scope="row"><a [^>]*>(A\d+)</a>', page)
        assert len(numbers) == size
        seen += numbers
        found = re.search(r'href="\?([^"]*before=\d+)"', page)
        address = f"{FIGURES}applications/started/?{found[1].replace('&amp;', '&')}" if found else ""
    assert (len(set(seen)), address) == (60, "")


def test_a_file_runs_no_formula_and_who_took_it_is_written_down(people: cast.Cast, desk: Client) -> None:
    begin(people, 1, saved=2, plan="=HYPERLINK(1)")
    count()
    for form, begins in (("csv", b"\xef\xbb\xbf"), ("xlsx", b"PK")):
        answer: Any = desk.get(f"{FIGURES}applications/started.{form}?language=ja")
        content = b"".join(answer.streaming_content)
        assert content.startswith(begins)
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Content-Disposition"] == f'attachment; filename="figures-applications-started.{form}"'
        if form == "csv":
            heading, row = csv.reader(io.StringIO(content.decode("utf-8-sig")))
            assert heading == ["番号", "日付", "プラン", "言語", "段階"]
            assert row == ["A1", "2026-11-24", "'=HYPERLINK(1)", "日本語", "プラン"]
    taken = AuditEntry.objects.filter(action="figures.taken").order_by("id")
    assert [(one.object_id, one.detail["form"], one.detail["rows"]) for one in taken] == [
        ("applications/started", "csv", 1), ("applications/started", "xlsx", 1),
    ]  # fmt: skip
    assert "language=ja" in taken[0].detail["asked"]


def test_the_table_is_taken_as_it_stands(people: cast.Cast, desk: Client) -> None:
    for place in range(3):
        begin(people, place, saved=place)
    count()
    answer: Any = desk.get(f"{FIGURES}applications.csv?by=month&since=2026-11&to=2026-11")
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert rows == [
        ["月", "はじめた申込み", "途中", "終わった（加入なし）", "加入", "加入（円）"],
        ["2026年11月", "3", "3", "0", "0", "0"],
    ]
    assert AuditEntry.objects.get(action="figures.taken").object_id == "applications"


@pytest.mark.parametrize(
    "path", ["claims/", "claims.csv", "claims/issued/", "certificates/claims/", "certificates/claims.csv",
             "certificates.pdf", "certificates/issued.pdf"],
)  # fmt: skip
def test_what_is_no_figure_is_not_there_and_leaves_a_line(desk: Client, path: str) -> None:
    assert desk.get(f"{FIGURES}{path}").status_code == 404
    assert AuditEntry.objects.filter(action="access.refused", object_kind="figures").count() == 1


@pytest.mark.parametrize(
    "query",
    [
        "since=x&to=y&on=z&by=w", "since=2099-12&to=2099-12", "since=2000-01&to=2000-01", "since=2027-01&to=2026-01",
        "since=2000-01&to=2099-12", "plan=%00", "plan=' OR 1=1 --", "plan=%F0%9F%92%A3", f"plan={'x' * 4000}", "on=0001-01-01",
        "on=9999-12-31", "before=99999999999999999999", "before=-1", "before=１２", "by=reached", "month=2026-13", "by=all",
        "since=２０２６-11", "reached=%27", "class=-", "%25s=%25s",
    ],
)  # fmt: skip
def test_whatever_the_address_says_is_read_or_counts_as_not_said(desk: Client, query: str) -> None:
    for topic in TOPICS.values():
        for path in (f"{topic.code}/", f"{topic.code}/{topic.figures[0].code}/"):
            assert desk.get(f"{FIGURES}{path}?{query}").status_code == 200, (topic.code, query)


def test_what_is_typed_stands_on_the_page_as_text(desk: Client) -> None:
    page = desk.get(f"{FIGURES}applications/started/?plan=<b>x</b>").content.decode()
    assert "<b>x</b>" not in page
    assert "&lt;b&gt;x&lt;/b&gt;" in page


def test_a_count_that_is_held_is_said_with_what_differs(people: cast.Cast, desk: Client) -> None:
    assert "まだ集計していません" in words_of(desk, FIGURES)
    sell(people.member, clock.now())
    count()
    assert "2026年12月2日 午前10時 集計" in words_of(desk, f"{FIGURES}certificates/")
    assert "帳簿と合わない" not in words_of(desk, FIGURES)
    CountedCover.objects.update(total_premium_yen=1)
    count_figures(now=MOMENT + timedelta(minutes=20))
    assert "集計が帳簿と合わないため、前回の数字のままです" in words_of(desk, f"{FIGURES}certificates/")


def test_reconciliation_says_what_is_open_and_leads_to_money_only_those_who_see_it(people: cast.Cast) -> None:
    enter_month()
    with clock.at(clock.later(minutes=1)):
        count_figures(now=clock.now())
        for party, position, leads in (("organiser", "clerk", True), ("insurer", "actuary", False)):
            browser = browser_of(cast.enter_staff(party, position))
            words = shown(browser, f"{FIGURES}reconciliation/")
            assert "カード請求 137,020円" in words
            assert "銀行に届いた額 67,674円" in words
            assert "合わない入金 1 件 5,000円" in words
            assert ('href="/desk/money/' in browser.get(f"{FIGURES}reconciliation/").content.decode()) == leads


def test_consultations_show_how_many_come_outside_hours(desk: Client) -> None:
    consult(datetime(2026, 11, 24, 10, tzinfo=JAPAN), "question", place=1)
    consult(datetime(2026, 11, 22, 10, tzinfo=JAPAN), "question", place=2)  # a Sunday
    page = shown(desk, f"{FIGURES}consultations/")
    assert "相談の50%は、受付時間の外に届いています" in page
    assert "10時台 2 1 2 0 0" in page
    assert "日曜日 1 0 1 0 0" in shown(desk, f"{FIGURES}consultations/?by=weekday")


def test_a_year_without_anything_says_so(desk: Client) -> None:
    for topic in TOPICS.values():
        assert desk.get(f"{FIGURES}{topic.code}/").status_code == 200
        assert "あてはまるものはありません" in words_of(desk, f"{FIGURES}{topic.code}/{topic.figures[-1].code}/")
