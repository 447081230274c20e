"""The desk's pages of member files: who may, what they say, and that nothing happens twice or to something nobody saw."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from sonae.apps.audit.models import AuditEntry
from sonae.apps.membership.models import Feed
from sonae.apps.parties.models import Organisation, User
from sonae.web.desk import act_views, upload_views
from tests import cast
from tests.web.door import browser_of
from tests.web.feeds_on_file import enter_feed, set_aside

pytestmark = pytest.mark.django_db
PAGES = ("", "apply/", "release/", "withdraw/", "set-aside/", "set-aside.csv")


@pytest.fixture
def people(programme: object) -> cast.Cast:
    return cast.call_in()


@pytest.fixture
def operator(people: cast.Cast) -> Client:
    return browser_of(people.staff["operator"])


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


def seen(feed: Feed) -> dict[str, str]:
    feed.refresh_from_db()
    return {"seen": act_views.seen_as(feed)}


@pytest.mark.parametrize("role", ["insurer", "agency"])
def test_insurer_and_agency_find_no_feeds(people: cast.Cast, role: str) -> None:
    browser, feed = browser_of(people.staff[role]), enter_feed()
    assert browser.get("/desk/").status_code == 200
    assert "会員データ" not in text_of(browser.get("/desk/"))
    for page in ("feeds/", "feeds/upload/", "feeds/template/list.csv", *(f"feeds/{feed.pk}/{page}" for page in PAGES)):
        assert browser.get(f"/desk/{page}").status_code == 404, page
        assert browser.post(f"/desk/{page}", seen(feed)).status_code in {404, 405}, page
    assert Feed.objects.get().state == Feed.State.CHECKED


def test_members_find_no_desk_and_leave_a_line_in_the_log(people: cast.Cast) -> None:
    feed = enter_feed()
    for user in (people.owner, people.colleague, people.stranger, people.visitor):
        for page in ("", "feeds/", "feeds/upload/", *(f"feeds/{feed.pk}/{page}" for page in PAGES)):
            assert browser_of(user).get(f"/desk/{page}").status_code == 404
    assert AuditEntry.objects.filter(action="access.refused", object_kind="desk").count() == 4 * 9


@pytest.mark.parametrize("number", ["0", "999999", "9" * 30])
def test_a_feed_that_is_not_there_is_not_there(operator: Client, number: str) -> None:
    for page in PAGES:
        assert operator.get(f"/desk/feeds/{number}/{page}").status_code == 404


def test_who_is_shut_out_of_the_organisation_is_out_at_the_next_request(people: cast.Cast, operator: Client) -> None:
    assert operator.get("/desk/feeds/").status_code == 200
    User.objects.filter(pk=people.staff["operator"].pk).update(organisation=None)
    assert operator.get("/desk/feeds/").status_code == 404


def test_a_dry_run_is_told_in_words_and_figures(operator: Client) -> None:
    feed = enter_feed()
    page = text_of(operator.get(f"/desk/feeds/{feed.pk}/"))
    for said in (
        "4,976件が 4,997件",
        "除いた行",
        "会員種別が決められたものではありません",
        "−1",
        "+20",
        "見本堂",
        "新見本堂",
    ):
        assert said in page, said
    assert "&lt;b&gt;架空&lt;/b&gt;商会" in page
    assert "<b>架空" not in page


def test_the_brake_says_its_numbers(operator: Client) -> None:
    feed = enter_feed(Feed.State.HELD)
    page = text_of(operator.get(f"/desk/feeds/{feed.pk}/"))
    assert "4,976件のうち 176件（3.5 %）が退会になり、4,800件が残ります" in page
    assert "476件から 200件に減ります" in page
    english = text_of(operator.get(f"/en/desk/feeds/{feed.pk}/"))
    assert "Of 4,976 members 176 (3.5 %) would leave; 4,800 would remain." in english


def test_a_refused_file_says_why(operator: Client) -> None:
    feed = enter_feed(Feed.State.REFUSED)
    page = text_of(operator.get(f"/desk/feeds/{feed.pk}/"))
    assert "ファイルが空です" in page
    assert "適用する" not in page


def test_a_page_that_waits_asks_again_and_is_drawn_anew(operator: Client) -> None:
    feed = enter_feed(Feed.State.RECEIVED)
    address = f"/desk/feeds/{feed.pk}/"
    page = text_of(operator.get(address))
    assert f'data-hx-get="{address}"' in page
    assert '<noscript><meta http-equiv="refresh" content="5"></noscript>' in page
    waiting = operator.get(address, headers={"HX-Request": "true"})
    assert (waiting.status_code, waiting.headers.get("HX-Refresh")) == (204, None)
    Feed.objects.update(state=Feed.State.REFUSED, refusal={"code": "empty", "details": {}})
    assert operator.get(address, headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"


def test_whoever_handed_it_in_can_not_release_it(people: cast.Cast, operator: Client) -> None:
    feed = enter_feed(Feed.State.HELD, received_by=f"user:{people.staff['operator'].pk}")
    assert "別の担当者" in text_of(operator.get(f"/desk/feeds/{feed.pk}/release/"))
    answer = operator.post(f"/desk/feeds/{feed.pk}/release/", {**seen(feed), "reason": "確かめました"})
    assert answer.status_code == 403
    assert Feed.objects.get().state == Feed.State.HELD


def test_a_second_person_releases_it_and_says_why(people: cast.Cast, operator: Client) -> None:
    feed = enter_feed(Feed.State.HELD, received_by=f"user:{people.staff['organiser'].pk}")
    address = f"/desk/feeds/{feed.pk}/release/"
    assert operator.post(address, {**seen(feed), "reason": " "}).status_code == 422
    assert operator.post(address, {**seen(feed), "reason": "x" * 401}).status_code == 422
    answer = operator.post(address, {**seen(feed), "reason": "団体に電話で確かめました"}, follow=True)
    assert "保留を解除しました" in text_of(answer)
    feed.refresh_from_db()
    assert (feed.state, feed.released_by) == (Feed.State.CHECKED, f"user:{people.staff['operator'].pk}")
    assert "団体に電話で確かめました" in text_of(answer)


def test_a_feed_is_withdrawn_with_a_reason(operator: Client) -> None:
    feed = enter_feed()
    answer = operator.post(
        f"/desk/feeds/{feed.pk}/withdraw/", {**seen(feed), "reason": "違うファイルでした"}, follow=True
    )
    assert "取り下げました" in text_of(answer)
    assert Feed.objects.get().state == Feed.State.WITHDRAWN


@pytest.mark.parametrize("state", ["received", "refused", "held", "applied", "withdrawn"])
def test_what_can_not_be_applied_says_how_it_stands(operator: Client, state: str) -> None:
    feed = enter_feed(state)
    for answer in (
        operator.get(f"/desk/feeds/{feed.pk}/apply/"),
        operator.post(f"/desk/feeds/{feed.pk}/apply/", seen(feed)),
    ):
        assert answer.status_code == 409
        assert "画面を開いたあとに" in text_of(answer)
    assert Feed.objects.get().state == state


def test_a_stale_page_decides_nothing(operator: Client) -> None:
    feed = enter_feed()
    old = seen(feed)
    Feed.objects.update(checked_at="2026-11-24T11:00:00+09:00")
    for act in ("apply", "withdraw"):
        assert operator.post(f"/desk/feeds/{feed.pk}/{act}/", {**old, "reason": "x"}).status_code == 409
    assert Feed.objects.get().state == Feed.State.CHECKED


def test_without_the_mark_of_what_was_seen_a_stale_page_would_decide(
    operator: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    feed = enter_feed()
    old = seen(feed)
    Feed.objects.update(checked_at="2026-11-24T11:00:00+09:00")
    monkeypatch.setattr(act_views, "seen_as", lambda feed: old["seen"])
    operator.post(f"/desk/feeds/{feed.pk}/withdraw/", {**old, "reason": "x"})
    assert Feed.objects.get().state == Feed.State.WITHDRAWN


def test_the_rows_that_were_set_aside_are_listed_page_by_page(operator: Client) -> None:
    feed = enter_feed()
    set_aside(feed, *(f"=HYPERLINK({number})" for number in range(250)))
    first = text_of(operator.get(f"/desk/feeds/{feed.pk}/set-aside/"))
    assert "250行" in first
    assert "=HYPERLINK(99)" in first
    assert "=HYPERLINK(100)" not in first
    for odd in ("3", "999", "9" * 20, "x", "-1", ""):
        assert operator.get(f"/desk/feeds/{feed.pk}/set-aside/", {"page": odd}).status_code == 200
    assert "=HYPERLINK(249)" in text_of(operator.get(f"/desk/feeds/{feed.pk}/set-aside/", {"page": "3"}))


def test_the_csv_of_rows_runs_no_formula_and_is_written_down(operator: Client) -> None:
    feed = enter_feed()
    set_aside(feed, "=cmd|' /C calc'!A0", "10000017,basic,普通の行")
    answer = operator.get(f"/desk/feeds/{feed.pk}/set-aside.csv")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="set-aside-{feed.pk}.csv"'
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))  # type: ignore[attr-defined]
    assert [row[3] for row in rows[1:]] == ["'=cmd|' /C calc'!A0", "10000017,basic,普通の行"]
    assert AuditEntry.objects.filter(action="feed.set_aside_taken", object_id=str(feed.pk)).count() == 1


def upload(browser: Client, content: bytes, **given: Any) -> Any:
    file = SimpleUploadedFile(given.pop("name", "members.csv"), content)
    return browser.post("/desk/feeds/upload/", {"form": "list", "effective_date": "2026-12-01", "file": file, **given})


def test_a_large_file_waits_for_the_worker_and_a_double_send_is_one_feed(
    operator: Client, monkeypatch: pytest.MonkeyPatch, people: cast.Cast
) -> None:
    monkeypatch.setattr(upload_views, "READ_AT_ONCE_BYTES", 0)
    answers = [upload(operator, b"a,b\n1,2\n") for _ in range(2)]
    feed = Feed.objects.get()
    assert [answer.headers["Location"] for answer in answers] == [f"/desk/feeds/{feed.pk}/"] * 2
    assert (feed.state, feed.channel, feed.received_by) == ("received", "desk", f"user:{people.staff['operator'].pk}")


def test_the_same_file_after_its_dry_run_says_that_it_is_here(
    operator: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upload_views, "READ_AT_ONCE_BYTES", 0)
    upload(operator, b"a,b\n1,2\n")
    Feed.objects.update(state=Feed.State.WITHDRAWN)
    upload(operator, b"a,b\n1,2\n")
    Feed.objects.filter(state=Feed.State.RECEIVED).update(state=Feed.State.HELD, dry_run=enter_feed("held").dry_run)
    answer = upload(operator, b"a,b\n1,2\n")
    assert "同じファイルが、すでにあります" in text_of(operator.get(answer.headers["Location"]))


def test_a_file_beyond_the_limit_is_refused_in_words(operator: Client, settings: Settings) -> None:
    settings.SONAE_FEED_LIMIT_BYTES = 1 << 20
    answer = upload(operator, b"x" * ((1 << 20) + 1))
    assert answer.status_code == 413
    assert "1 MBまでにしてください" in text_of(answer)
    assert not Feed.objects.exists()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"form": "all"}, "正しく選択"), ({"form": ""}, "ファイルの内容を選んでください"),
        ({"effective_date": "12/1"}, "2026-12-01 のように"), ({"effective_date": ""}, "日付を入れてください"),
        ({"effective_date": "1926-12-01"}, "までの日付を入れてください"), ({"file": ""}, "ファイルを選んでください"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_the_form_is_said_beside_it(operator: Client, given: dict[str, str], said: str) -> None:
    answer = upload(operator, b"a,b\n", **given)
    assert answer.status_code == 422
    assert said in text_of(answer)
    assert not Feed.objects.exists()


def test_a_files_name_is_text_and_no_path(operator: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upload_views, "READ_AT_ONCE_BYTES", 0)
    upload(operator, b"a,b\n", name="../../<script>alert(1)</script>.csv")
    feed = Feed.objects.get()
    page = text_of(operator.get(f"/desk/feeds/{feed.pk}/"))
    assert "/" not in feed.file_name
    assert "<script>alert" not in page


@pytest.mark.parametrize("form", ["list", "changes"])
def test_the_template_holds_headings_alone(operator: Client, form: str) -> None:
    answer = operator.get(f"/desk/feeds/template/{form}.csv")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(rows) == 1
    assert rows[0][0] == "会員番号"
    assert ("異動区分" in rows[0]) == (form == "changes")


def test_another_template_is_not_there(operator: Client) -> None:
    assert operator.get("/desk/feeds/template/other.csv").status_code == 404


def test_the_home_shows_what_waits_and_how_many_there_are(people: cast.Cast, operator: Client) -> None:
    held, done = enter_feed(Feed.State.HELD), enter_feed(Feed.State.APPLIED, applied_at="2026-11-20T10:00:00+09:00")
    page = text_of(operator.get("/desk/"))
    assert f'href="/desk/feeds/{held.pk}/"' in page
    assert f'href="/desk/feeds/{done.pk}/"' in page
    assert '<span class="figure">2<small>件</small>' in page
    cast.leave_list(people.member, cast.JOINED_ON)
    assert '<span class="figure">1<small>件</small>' in text_of(operator.get("/desk/"))


def test_a_hundred_feeds_cost_no_more_statements_than_one(
    people: cast.Cast, operator: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    enter_feed(received_by=f"user:{people.staff['organiser'].pk}")
    with django_assert_max_num_queries(20) as few:
        operator.get("/desk/feeds/")
    for number in range(100):
        enter_feed(received_by=f"user:{people.staff['organiser' if number % 2 else 'operator'].pk}")
    with django_assert_max_num_queries(20) as many:
        operator.get("/desk/feeds/")
    assert len(few) == len(many)


def test_every_role_has_a_page_to_begin_with(people: cast.Cast) -> None:
    for role in Organisation.Role.values:
        assert "今日の仕事" in text_of(browser_of(people.staff[role]).get("/desk/"))
