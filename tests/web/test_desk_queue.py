"""The desk's first page: what waits for this person, narrowed down, taken up, given away and laid aside, without a script too."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from sonae.apps.audit.models import AuditEntry
from sonae.apps.parties.models import User
from sonae.apps.work.models import SavedView, WorkNote, WorkStep
from sonae.apps.work.queue import A_PAGE, Chosen
from sonae.apps.work.use_cases.keep_view import keep_view
from sonae.domain.work import RULES, WorkKind
from sonae.web.desk.work_choice import chosen_in, named, question, read_place, write_place
from sonae.web.desk.work_rows import LOOKS_AT, PAGES, read_value
from tests import cast, clock
from tests.apps.work.open_work import ENTER, consultation, queue_of, second_look
from tests.web.feeds_on_file import enter_feed
from tests.web.holdings import browser_of, words_in, words_of
from tests.web.test_queries import statements_of

pytestmark = pytest.mark.django_db
CARD = re.compile(r'<span class="label">([^<]*)</span><span class="figure">([\d,]+)')


@pytest.fixture
def people(programme: object) -> cast.Cast:
    return cast.call_in()


@pytest.fixture
def clerk(people: cast.Cast) -> User:
    return people.staff["operator"]


@pytest.fixture
def browser(clerk: User) -> Client:
    return browser_of(clerk)


def cards(browser: Client) -> dict[str, int]:
    page = browser.get("/desk/").content.decode()
    part = page[: page.index('id="queue"')]
    return {name: int(count) for name, count in CARD.findall(part[part.index("<main") :])}


def send(browser: Client, act: str, *values: str, at: str = "/desk/", **given: str) -> str:
    """What the page says that it leads back to."""
    answer = browser.post(at, {"act": act, "work": list(values), **given}, follow=True)
    assert answer.status_code == 200
    return words_in(answer)


def value(kind: str, key: object, held: int = 0) -> str:
    return f"{held}:{kind}:{key}"


def test_a_line_says_how_long_is_left_what_to_do_whom_it_concerns_and_how_it_stands(browser: Client) -> None:
    asked = consultation("callback", preferred_time="morning")
    page = words_of(browser, "/desk/")
    assert "明日11月25日（水） 電話をかける折返しの電話 例示園芸 03-0000-0001 午前9時から正午まで" in page
    assert "いつから入れますか 引き受ける" in page
    assert f'value="0:callback:{asked.pk}"' in browser.get("/desk/").content.decode()
    page = words_of(browser, "/en/desk/")
    assert "tomorrowWednesday 25 November Call backCall-backs 例示園芸" in page


@pytest.mark.parametrize("kind", ENTER)
def test_each_kind_has_its_words_and_leads_to_its_page(people: cast.Cast, kind: WorkKind) -> None:
    ENTER[kind]()
    head = browser_of(cast.enter_staff("operator", "supervisor", "clerk"))
    page = head.get("/desk/").content.decode()
    rule = RULES[kind]
    assert f"<b>{rule.to_do.ja}</b>" in page
    assert cards(head)[rule.name.ja] == 1
    row = page[page.index("<tr data-row") :]
    (address,) = re.findall(r'<a href="([^"]*)" data-open', row[: row.index("</tr>")])
    has_page = kind in PAGES and kind != WorkKind.SECOND_LOOK  # of one of a kind that the program doesn't know by now
    assert address.startswith("/desk/work/item/") != has_page
    assert address.startswith("#") or head.get(address.replace("&amp;", "&")).status_code == 200
    assert rule.to_do.en in head.get("/en/desk/").content.decode()


def test_what_takes_a_second_person_leads_to_where_they_decide(people: cast.Cast, settings: Any) -> None:
    assert LOOKS_AT.keys() == settings.SONAE_SECOND_LOOKS.keys() == settings.SONAE_SECOND_LOOK_RIGHTS.keys()
    look = second_look("personal_export")
    page = browser_of(cast.enter_staff("operator", "supervisor")).get("/desk/").content.decode()
    assert f'href="/desk/exports/{look.pk}/"' in page


def test_the_counts_are_links_to_their_lists(browser: Client) -> None:
    for _ in range(3):
        consultation("question")
    enter_feed("held")
    assert cards(browser) == {"加入相談": 3, "保留中の会員データ": 1}
    page = words_of(browser, "/desk/?kind=question")
    assert "加入相談 すべての種類に戻る すべて 3" in page
    assert "ブレーキの理由を確かめて決める" not in page


def test_the_rights_of_each_decide_what_is_counted_listed_and_found(people: cast.Cast) -> None:
    enter_feed("held"), consultation("question")
    assert cards(browser_of(people.staff["operator"])) == {"加入相談": 1, "保留中の会員データ": 1}
    assert cards(browser_of(people.staff["organiser"])) == {"保留中の会員データ": 1}
    for role in ("insurer", "agency"):
        page = browser_of(people.staff[role]).get("/desk/?kind=question").content.decode()
        assert "例示園芸" not in page
        assert "members_list" not in page
        assert "data-row" not in page


def test_a_shared_view_opens_nothing_to_whoever_may_not_see_it(people: cast.Cast) -> None:
    consultation("question")
    other = cast.enter_staff("organiser", "supervisor")
    keep_view(owner=other, name="質問", chosen={"kind": "question"}, is_shared=True, now=clock.now())
    page = words_of(browser_of(people.staff["organiser"]), "/desk/?kind=question")
    assert "質問" in page
    assert "例示園芸" not in page


def test_an_auditor_sees_everything_and_is_offered_nothing(people: cast.Cast) -> None:
    asked = consultation("question")
    enter_feed("held")
    auditor = browser_of(cast.enter_staff("insurer", "auditor"))
    page = auditor.get("/desk/").content.decode()
    assert cards(auditor) == {"加入相談": 1, "保留中の会員データ": 1}
    assert 'name="work"' not in page
    assert 'name="act"' not in page
    assert 'name="take"' not in page
    assert auditor.post("/desk/", {"act": "take", "work": value("question", asked.pk)}).status_code == 404
    assert not WorkNote.objects.exists()


def test_taken_up_with_its_own_button_it_is_mine(browser: Client, clerk: User) -> None:
    asked = consultation("question")
    answer = browser.post("/desk/?whose=nobody", {"take": value("question", asked.pk)})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/desk/?whose=nobody")
    assert WorkNote.objects.get().assignee == clerk
    page = words_of(browser, "/desk/?whose=mine")
    assert "1件を引き受けました。" in page
    assert "自分の担当 1" in page
    assert "質問に答える" not in words_of(browser, "/desk/?whose=nobody")


def test_several_are_given_to_a_colleague_who_may_do_them(browser: Client, people: cast.Cast) -> None:
    other = cast.enter_staff("operator", "supervisor", email="sasaki@operator.example")
    cast.enter_staff("organiser", "clerk", email="elsewhere@organiser.example")
    keys = [consultation("question").pk for _ in range(2)]
    assert "elsewhere@organiser.example" not in browser.get("/desk/").content.decode()
    said = send(browser, "give", *(value("question", key) for key in keys), to=str(other.pk))
    assert "2件を sasaki に渡しました。" in said
    assert [note.assignee for note in WorkNote.objects.all()] == [other, other]
    said = send(browser, "give_back", *(value("question", key, other.pk) for key in keys))
    assert "2件を担当なしに戻しました。" in said


@pytest.mark.parametrize("to", ["", "0", "999999", "x", "-1", "1 OR 1=1"])
def test_it_is_given_to_no_stranger(browser: Client, people: cast.Cast, to: str) -> None:
    asked = consultation("question")
    said = send(browser, "give", value("question", asked.pk), to=to)
    assert "渡す相手を選んでください。" in said
    assert "渡す相手を選んでください。" in send(
        browser, "give", value("question", asked.pk), to=str(people.staff["organiser"].pk)
    )
    assert not WorkNote.objects.exists()


def test_who_comes_second_reads_who_has_it(browser: Client, people: cast.Cast) -> None:
    asked, other = consultation("question"), cast.enter_staff("operator", "clerk", email="first@operator.example")
    browser_of(other).post("/desk/", {"take": value("question", asked.pk)})
    said = send(browser, "take", value("question", asked.pk))
    assert "1件は、画面を開いたあとに担当が変わっていたので、そのままにしました。" in said
    assert "first" in said
    assert WorkNote.objects.get().assignee == other


def test_of_people_elsewhere_the_organisation_alone_is_shown(browser: Client, people: cast.Cast) -> None:
    feed = enter_feed("held")
    browser_of(people.staff["organiser"]).post("/desk/", {"take": value("feed_held", feed.pk)})
    page = words_of(browser, "/desk/")
    assert "団体事務局の担当者" in page
    assert people.staff["organiser"].email not in page


@pytest.mark.parametrize(
    ("until", "day", "said"),
    [
        ("tomorrow", "", "1件を11月25日 09:00まで休ませます。"),
        ("next_week", "", "1件を11月30日 09:00まで休ませます。"),
        ("day", "2026-12-04", "1件を12月4日 09:00まで休ませます。"),
        ("day", "2026-11-24", "日付が読めません。"),
        ("day", "2036-01-01", "日付が読めません。"),
        ("day", "あした", "日付が読めません。"),
        ("never", "", "日付が読めません。"),
    ],
)
def test_it_rests_until_the_morning_that_was_chosen(browser: Client, until: str, day: str, said: str) -> None:
    asked = consultation("question")
    page = send(browser, "rest", value("question", asked.pk), until=until, day=day)
    assert said in page
    assert ("休止中 1" in page) == ("休ませます" in said)
    if "休ませます" in said:
        assert "質問に答える" in words_of(browser, "/desk/?state=resting")
        assert "1件を列に戻しました。" in send(browser, "wake", value("question", asked.pk), at="/desk/?state=resting")
    assert "休止中 0" in words_of(browser, "/desk/")


@pytest.mark.parametrize("act", ["take", "give_back", "rest", "wake"])
def test_with_nothing_chosen_nothing_is_done(browser: Client, act: str) -> None:
    consultation("question")
    assert "仕事を選んでください。" in send(browser, act, until="tomorrow")
    assert not WorkNote.objects.exists()


FORGED = [
    "0:nothing:1",
    "0:question:999999",
    "0:feed_held:x",
    "x:question:1",
    "0:question",
    ":::",
    "0:question:\x00",
    "０:question:1",
    f"{'9' * 30}:question:1",
]


@pytest.mark.parametrize("forged", FORGED)
@pytest.mark.parametrize("act", ["take", "rest"])
def test_what_is_forged_is_ignored_and_leaves_a_line_where_it_names_something(
    browser: Client, forged: str, act: str
) -> None:
    said = send(browser, act, forged, until="tomorrow")
    assert not WorkNote.objects.exists()
    written = AuditEntry.objects.filter(action="work.not_open").count()
    assert written == (1 if read_value(forged) else 0)
    assert ("もう片づいているか" in said) == (written == 1)


def test_of_what_others_see_nothing_is_done_from_here(people: cast.Cast) -> None:
    asked = consultation("question")
    organiser = browser_of(people.staff["organiser"])
    send(organiser, "take", value("question", asked.pk))
    assert not WorkNote.objects.exists()
    entry = AuditEntry.objects.get(action="work.not_open")
    assert (entry.actor, entry.object_id) == (f"user:{people.staff['organiser'].pk}", f"question:{asked.pk}")


def test_no_more_than_some_hundred_are_taken_at_once(browser: Client) -> None:
    values = [value("question", consultation("question").pk) for _ in range(205)]
    send(browser, "take", *values)
    assert WorkNote.objects.count() == WorkStep.objects.count() == 200


def test_pages_go_on_by_key_and_lose_nobody(browser: Client) -> None:
    for place in range(A_PAGE * 2 + 3):
        consultation("question", received_at=clock.now() - timedelta(minutes=place))
    seen: list[str] = []
    address = "/desk/"
    for _ in range(3):
        page = browser.get(address).content.decode()
        seen += re.findall(r'name="work" value="([^"]+)"', page)
        more = re.search(r'class="button small" href="([^"]*after=[^"]*)"', page)
        address = f"/desk/{more[1].replace('&amp;', '&')}" if more else ""
    assert address == ""
    assert len(seen) == len(set(seen)) == A_PAGE * 2 + 3


@pytest.mark.parametrize("after", ["x", "W10=", "e30=", "é", "[" * 500, "bnVsbA==", "A" * 5_000])
def test_a_place_that_nobody_wrote_is_the_beginning(browser: Client, after: str) -> None:
    consultation("question")
    assert "質問に答える" in words_in(browser.get("/desk/", {"after": after}))
    assert read_place(after) is None


def test_a_place_is_read_as_it_was_written(people: cast.Cast) -> None:
    consultation("question")
    (item,) = queue_of(people.staff["operator"]).page(Chosen()).items
    assert read_place(write_place(item.place)) == item.place


@pytest.mark.parametrize(
    "given",
    [
        {}, {"kind": "question"}, {"whose": "mine", "sort": "oldest"}, {"state": "resting", "q": "例示 & 園芸"},
        {"state": "overdue", "sort": "newest"},
    ],
)  # fmt: skip
def test_an_address_says_what_was_chosen(given: dict[str, str]) -> None:
    assert named(chosen_in(given)) == given
    read = {name: values[0] for name, values in parse_qs(urlsplit(question(chosen_in(given))).query).items()}
    assert read == given


@pytest.mark.parametrize("bad", ["nothing", "QUESTION", "'", "\x00", "a" * 9_000, "ﬁ"])
def test_a_filter_that_is_none_is_left_out(browser: Client, bad: str) -> None:
    consultation("question")
    for name in ("kind", "whose", "state", "sort"):
        assert "質問に答える" in words_in(browser.get("/desk/", {name: bad}))
    assert browser.get("/desk/", {"q": bad}).status_code == 200


def test_a_view_is_kept_under_a_name_shared_and_dropped(browser: Client, clerk: User) -> None:
    said = send(browser, "keep_view", at="/desk/?whose=mine&sort=oldest", name="自分の古い順", shared="on")
    assert "見方を保存しました。" in said
    view = SavedView.objects.get()
    assert (view.chosen, view.is_shared, view.owner) == ({"whose": "mine", "sort": "oldest"}, True, clerk)
    other = browser_of(cast.enter_staff("operator", "clerk", email="other@operator.example"))
    page = other.get("/desk/").content.decode()
    assert '<a href="?whose=mine&amp;sort=oldest">自分の古い順</a>' in page
    assert f'name="view" value="{view.pk}"' not in page
    assert other.post("/desk/", {"act": "drop_view", "view": str(view.pk)}).status_code == 404
    assert SavedView.objects.exists()
    assert "見方を置き換えました。" in send(browser, "keep_view", name="自分の古い順")
    assert "自分の古い順" not in words_of(other, "/desk/")
    assert "見方を削除しました。" in send(browser, "drop_view", view=str(view.pk))


@pytest.mark.parametrize("view", ["", "x", "999999", "9" * 40, "１"])
def test_a_view_that_is_not_there_is_not_there(browser: Client, view: str) -> None:
    assert browser.post("/desk/", {"act": "drop_view", "view": view}).status_code == 404


def test_a_view_without_a_name_is_not_kept(browser: Client) -> None:
    assert "見方の名前を入れてください。" in send(browser, "keep_view", name=" \x00")


def test_a_name_with_markup_is_a_name(browser: Client) -> None:
    send(browser, "keep_view", name="<script>alert(1)</script>" * 9)
    consultation("question", firm="<b>x</b>", message="<i>y</i>")
    page = browser.get("/desk/?q=<u>").content.decode() + browser.get("/desk/").content.decode()
    assert not re.search(r"<script>alert|<b>x|<i>y|<u>", page)


def test_an_item_says_who_had_it_and_when_it_rested(browser: Client, clerk: User) -> None:
    address = f"/desk/work/item/?kind=question&key={consultation('question').pk}"
    assert "まだ誰も引き受けていません。" in words_of(browser, address)
    key = address.rpartition("=")[2]
    browser.post("/desk/", {"take": value("question", key)})
    send(browser, "rest", value("question", key, clerk.pk), until="tomorrow")
    page = words_of(browser, address)
    assert "担当 operator 休止 2026年11月25日 午前9時まで" in page
    assert "休ませました：2026年11月25日 午前9時まで" in page
    assert "担当を決めました：operator" in page
    assert page.index("休ませました") < page.index("担当を決めました")
    assert "Given to: operator" in words_of(browser, f"/en{address}")


@pytest.mark.parametrize(
    "asked", ["", "?kind=question", "?kind=x&key=1", "?kind=question&key=999999", "?kind=question&key=%00"]
)
def test_an_item_that_is_not_open_is_not_there(browser: Client, asked: str) -> None:
    assert browser.get(f"/desk/work/item/{asked}").status_code == 404
    assert AuditEntry.objects.filter(action="access.refused", object_kind="work").count() == 1


def test_an_item_of_another_ones_right_is_not_there(people: cast.Cast) -> None:
    address = f"/desk/work/item/?kind=question&key={consultation('question').pk}"
    for role in ("organiser", "insurer", "agency"):
        assert browser_of(people.staff[role]).get(address).status_code == 404


def news(browser: Client, page: str) -> str:
    """What the small part says that the page asks for now and then."""
    address = re.search(r'hx-get="(/desk/work/changes/[^"]*)"', page)
    assert address
    answer = browser.get(address[1].replace("&amp;", "&"))
    assert answer.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def test_the_page_is_told_what_came_went_and_changed_hands_since(browser: Client, people: cast.Cast) -> None:
    first, second = consultation("question"), enter_feed("held")
    page = browser.get("/desk/?sort=oldest").content.decode()
    assert news(browser, page) == ""
    with clock.at(clock.later(minutes=1)):
        consultation("callback")
        type(second).objects.update(state="withdrawn")
        other = cast.enter_staff("operator", "clerk")
        browser_of(other).post("/desk/", {"take": value("question", first.pk)})
        said = news(browser, page)
    assert said == "新しい仕事 1件。 片づいた仕事 1件。 担当や休止が変わった仕事 1件。 一覧を新しくする"


def test_what_a_person_did_themselves_is_no_news_to_them(browser: Client) -> None:
    first = consultation("question")
    page = browser.get("/desk/").content.decode()
    with clock.at(clock.later(minutes=1)):
        browser.post("/desk/", {"take": value("question", first.pk)})
        assert news(browser, page) == ""


@pytest.mark.parametrize("asked", ["", "?seen=x&every=1", "?seen=2026-11-24T10:00:00%2B09:00&every=x", "?every=1"])
def test_asked_in_other_words_there_is_no_news(browser: Client, asked: str) -> None:
    answer = browser.get(f"/desk/work/changes/{asked}")
    assert (answer.status_code, answer.content) == (200, b"")


def test_an_empty_queue_says_what_will_come_and_to_whom(people: cast.Cast) -> None:
    page = words_of(browser_of(people.staff["operator"]), "/desk/")
    assert (
        "いま待っている仕事はありません。 ここに並ぶもの：折返しの電話、加入相談、代理店への取次ぎ、保留中の会員データ"
        in page
    )
    page = words_of(browser_of(people.staff["agency"]), "/desk/")
    assert "いま待っている仕事はありません。" in page
    assert "会員データ" not in page
    assert "この絞り込みに当たる仕事はありません。" in words_of(browser_of(people.staff["agency"]), "/desk/?whose=mine")


def test_the_days_of_the_scheme_year_and_what_ran_by_itself_stand_below(browser: Client) -> None:
    page = words_of(browser, "/desk/")
    # 24 November is after the 20th: the next chance is for January.
    assert "12月20日（日）までの申込みは、1月1日（金） 16:00 に始まります。" in page
    assert "保険年度 2025年12月1日から2026年12月1日" in page
    assert "まだありません。" in page
    enter_feed("applied", applied_at=clock.now() - timedelta(hours=4))
    assert "06:00会員データを適用しました" in words_of(browser, "/desk/")


def test_the_page_is_drawn_in_thirty_statements_at_most_however_much_waits(people: cast.Cast) -> None:
    head = cast.enter_staff("operator", "supervisor", "clerk", "solicitor")
    browser = browser_of(head)
    for enter in ENTER.values():
        enter()
    browser.get("/desk/")
    little = statements_of(browser, "/desk/")
    assert little <= 30
    for place in range(3):
        cast.enter_staff("operator", "clerk", email=f"c{place}@operator.example")
        keep_view(owner=head, name=str(place), chosen={}, is_shared=False, now=clock.now())
        for enter in ENTER.values():
            enter()
    browser.get("/desk/")
    assert statements_of(browser, "/desk/") == little


def test_everything_is_sent_from_plain_forms(browser: Client) -> None:
    consultation("question")
    page = browser.get("/desk/").content.decode()
    main: Any = page[page.index("<main") : page.index("</main")]
    assert "onclick" not in main
    assert "hx-post" not in main
    assert main.count("csrfmiddlewaretoken") == main.count('method="post"')
