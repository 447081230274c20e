"""The audit log at the desk: who reads what of it, how it is found and taken along, and that looking is itself written down."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest
from django.test import Client

from sonae.apps.audit.models import AuditEntry
from sonae.apps.audit.note_reading import ONE_LOOK
from sonae.apps.audit.record import record
from sonae.apps.membership.models import Feed
from sonae.apps.parties.models import User
from sonae.web.desk import audit_views
from sonae.web.desk.audit_details import detail_lines
from tests import cast, clock
from tests.web.feeds_on_file import enter_feed
from tests.web.holdings import browser_of, give_paid_cover, words_of
from tests.web.money_on_file import close_november, enter_month

pytestmark = pytest.mark.django_db
LOG = "/desk/audit/"


@pytest.fixture
def people(programme: object) -> cast.Cast:
    return cast.call_in()


@pytest.fixture
def auditor(people: cast.Cast) -> Client:
    return browser_of(cast.enter_staff("agency", "auditor"))


def supervisor_of(party: str) -> tuple[User, Client]:
    user = cast.enter_staff(party, "supervisor")
    return user, browser_of(user)


def act(
    actor: str,
    action: str = "feed.released",
    kind: str = "feed",
    name: object = 7,
    *,
    minutes: float = 0,
    **detail: str | int,
) -> None:
    record(now=clock.later(minutes=minutes), actor=actor, action=action, object_kind=kind, object_id=name, **detail)


def found(browser: Client, **asked: str) -> list[tuple[str, str, str]]:
    """Who, what and about what, line by line, without the line of this very search."""
    answer = browser.get(LOG, asked)
    assert answer.status_code == 200
    return [
        (line.entry.actor, line.entry.action, line.entry.object_id)
        for line in answer.context["lines"]
        if line.entry.action != "audit.searched"
    ]


# --- Who reads what -------------------------------------------------------------------------------------------------


def test_an_auditor_reads_everything(people: cast.Cast, auditor: Client) -> None:
    act(f"user:{people.owner.pk}", "user.signed_in", "user", people.owner.pk)
    act("system:sweeper", "payment.needs_person", "payment", "p1", minutes=1)
    assert [action for _, action, _ in found(auditor)][:2] == ["payment.needs_person", "user.signed_in"]


def test_a_supervisor_reads_what_own_people_did_and_what_was_done_with_what_they_may_see(people: cast.Cast) -> None:
    _, insurer = supervisor_of("insurer")
    own, other = people.staff["insurer"], people.staff["operator"]
    before = found(insurer)
    act(f"user:{own.pk}", "feed.released", "feed", "own people")  # though an insurer sees no member files
    act(f"user:{own.pk}", "user.signed_in", "user", own.pk)
    act(f"user:{other.pk}", "certificate.change", "certificate", "seen")
    act(f"user:{people.owner.pk}", "member.linked", "member", "seen too")
    act("system:renewal", "certificate.issued", "certificate", "by itself")
    act("system:people", "staff.position_granted", "user", own.pk)
    readable = found(insurer)
    act(f"user:{other.pk}", "feed.released", "feed", "no files")
    act(f"user:{other.pk}", "user.signed_in", "user", other.pk)
    act(f"user:{other.pk}", "members.searched", "member_search", "青木")
    act(f"user:{people.owner.pk}", "user.signed_in", "user", people.owner.pk)
    act("gateway:sandbox_card", "payment.disputed", "payment", "no money")
    assert len(readable) - len(before) == 6
    assert found(insurer) == readable


def test_without_the_reach_a_supervisor_would_read_everything(
    people: cast.Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, insurer = supervisor_of("insurer")
    act(f"user:{people.staff['operator'].pk}", "members.searched", "member_search", "青木")
    assert "青木" not in str(found(insurer))
    monkeypatch.setattr("sonae.apps.people.audit_search.positions_of", lambda user: {"auditor"})
    assert "青木" in str(found(insurer))


def test_nobody_reads_more_by_asking_for_it(people: cast.Cast) -> None:
    _, insurer = supervisor_of("insurer")
    act(f"user:{people.staff['operator'].pk}", "members.searched", "member_search", "秘密")
    for asked in (
        {"who": "operator@staff"}, {"what": "members.searched"}, {"kind": "member_search"}, {"object": "秘密"},
    ):  # fmt: skip
        assert "秘密" not in str(found(insurer, **asked))
        assert "秘密" not in b"".join(insurer.get("/desk/audit.csv", asked)).decode()


@pytest.mark.parametrize("role", ["organiser", "insurer", "agency", "operator"])
def test_a_clerk_finds_no_log(people: cast.Cast, role: str) -> None:
    browser = browser_of(people.staff[role])
    assert [browser.get(page).status_code for page in (LOG, "/desk/audit.csv")] == [404, 404]
    assert "操作記録" not in browser.get("/desk/").content.decode()


# --- Finding --------------------------------------------------------------------------------------------------------


@pytest.fixture
def acts(people: cast.Cast) -> cast.Cast:
    act(f"user:{people.staff['operator'].pk}", "certificate.change", "certificate", "C1", minutes=1)
    act(f"user:{people.staff['organiser'].pk}", "feed.released", "feed", 7, minutes=2)
    act(f"user:{people.owner.pk}", "member.linked", "member", "10000017", minutes=3)
    act("system:sweeper", "payment.needs_person", "payment", "p1", minutes=4)
    act("gateway:sandbox_card", "payment.disputed", "payment", "p1", minutes=5)
    act("visitor", "webhook.refused", "webhook", "", minutes=60 * 24)
    return people


@pytest.mark.parametrize(
    ("asked", "actions"),
    [
        ({"who": "operator@staff"}, ["certificate.change"]),
        ({"who": "ＯＰＥＲＡＴＯＲ＠"}, ["certificate.change"]),
        ({"who": "organiser"}, ["feed.released"]),
        ({"who": cast.AOKI}, ["member.linked"]),
        ({"who": "aoki"}, []),  # a part of an address finds the staff alone
        ({"who": "システム", "what": "payment.needs_person"}, ["payment.needs_person"]),
        ({"who": "決済会社"}, ["payment.disputed"]),
        ({"who": "訪問者"}, ["webhook.refused"]),
        ({"who": "nobody@nowhere.example"}, []),
        ({"who": "%"}, []),
        ({"what": "feed.released"}, ["feed.released"]),
        ({"kind": "payment"}, ["payment.disputed", "payment.needs_person"]),
        ({"kind": "payment", "who": "system"}, ["payment.needs_person"]),
        ({"object": "10000017"}, ["member.linked"]),
        ({"kind": "feed", "object": "7"}, ["feed.released"]),
        ({"kind": "member", "object": "7"}, []),
        ({"since": "2026-11-25"}, ["webhook.refused"]),
        ({"until": "2026年11月24日", "kind": "webhook"}, []),
        ({"since": "2026/11/24", "until": "2026/11/24", "kind": "feed"}, ["feed.released"]),
    ],
)
def test_an_act_is_found_by_what_somebody_remembers(
    acts: cast.Cast, auditor: Client, asked: dict[str, str], actions: list[str]
) -> None:
    assert [action for _, action, _ in found(auditor, **asked)] == actions


def test_a_line_is_told_in_words_with_its_reason(acts: cast.Cast, auditor: Client) -> None:
    act(
        f"user:{acts.staff['organiser'].pk}",
        "write_off.done",
        "payment",
        "p9",
        reason="回収できない",
        write_off_yen=9_000,
    )
    shown = words_of(auditor, f"{LOG}?what=write_off.done")
    for words in (
        "2026-11-24 10:00:00", "organiser@staff.example（organiser）", "貸倒処理をした", "支払い p9",
        "理由 回収できない 貸倒処理の額 9,000円",
    ):  # fmt: skip
        assert words in shown, words
    english = words_of(auditor, f"/en{LOG}?what=write_off.done")
    for words in (
        "organiser@staff.example (organiser)",
        "wrote off",
        "Payment p9",
        "reason 回収できない written off ¥9,000",
    ):
        assert words in english, words


def test_a_thing_is_linked_for_whoever_may_see_it(acts: cast.Cast, auditor: Client) -> None:
    _, insurer = supervisor_of("insurer")
    act(f"user:{acts.staff['insurer'].pk}", "feed.released", "feed", 8)
    act("system:reporting", "bordereau.closed", "bordereau", "2026-11")
    act(f"user:{acts.owner.pk}", "access.refused", "member", "x/../y")
    page, narrow = auditor.get(LOG).content.decode(), insurer.get(LOG).content.decode()
    for address in ("/desk/members/10000017/", "/desk/certificates/C1/", "/desk/feeds/8/", "/desk/money/2026-11/list/"):
        assert f'href="{address}"' in page
    assert 'href="/desk/members/10000017/"' in narrow
    assert "/desk/feeds/" not in narrow
    assert "x/../y" in page
    assert 'href="/desk/members/x' not in page


def test_what_was_typed_is_text(people: cast.Cast, auditor: Client) -> None:
    act("user:1", "members.searched", "member_search", "<script>alert(1)</script>", reason="<b>")
    page = auditor.get(LOG, {"who": '"><i>'}).content.decode()
    assert "<i>" not in page
    assert "<script>alert" not in auditor.get(LOG).content.decode()


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"since": "last week"}, "2026-12-01 のように"),
        ({"until": "0001-01-01"}, "2026-12-01 のように"),
        ({"until": "9999-12-31"}, "2026-12-01 のように"),
        ({"what": "moon.landed"}, "一覧から選んでください"),
        ({"kind": "moon"}, "一覧から選んでください"),
        ({"who": "x" * 121}, "120文字以内"),
        ({"object": "x" * 81}, "80文字以内"),
    ],
)
def test_what_cannot_be_asked_is_said_beside_its_field(
    acts: cast.Cast, auditor: Client, asked: dict[str, str], told: str
) -> None:
    answer = auditor.get(LOG, asked)
    assert (answer.status_code, auditor.get("/desk/audit.csv", asked).status_code) == (422, 422)
    assert told in answer.content.decode()
    assert "audit-lines" not in answer.content.decode()
    assert not AuditEntry.objects.filter(action="audit.taken").exists()


def test_an_empty_answer_says_what_to_do(people: cast.Cast, auditor: Client) -> None:
    assert "この条件に合う記録はありません" in words_of(auditor, f"{LOG}?kind=payout_item")


# --- Page by page ---------------------------------------------------------------------------------------------------


def test_older_entries_follow_by_key_and_none_is_shown_twice_though_new_ones_come(
    people: cast.Cast, auditor: Client
) -> None:
    for number in range(120):
        act("system:sweeper", name=number, minutes=number // 40)  # forty of one moment
    seen, address = [], f"{LOG}?kind=feed"
    while address:
        answer = auditor.get(address)
        seen += [line.entry.object_id for line in answer.context["lines"]]
        act("system:sweeper", name="new", minutes=60)
        address = f"{LOG}?{answer.context['older']}" if answer.context["older"] else ""
    assert seen == [str(number) for number in reversed(range(120))]


@pytest.mark.parametrize(
    "before",
    ["x", "-", "20261124T010000.000000", "20261124T010000.000000-", "20261124T010000.000000-９", "99999999T999999.0-1",
     "20261124T010000.000000-" + "9" * 30, "00010101T000000.000000-1", "%00"],
)  # fmt: skip
def test_a_place_that_is_none_of_ours_does_no_harm(acts: cast.Cast, auditor: Client, before: str) -> None:
    assert auditor.get(LOG, {"before": before}).status_code == 200


# --- Taking it along ------------------------------------------------------------------------------------------------


def rows_of(browser: Client, **asked: str) -> list[list[str]]:
    answer = browser.get("/desk/audit.csv", asked)
    assert answer.status_code == 200
    content = b"".join(answer).decode("utf-8-sig")  # type: ignore[call-overload]  # a streamed answer
    return list(csv.reader(io.StringIO(content)))


def test_the_file_holds_what_was_asked_for_and_nobodys_personal_data(acts: cast.Cast, auditor: Client) -> None:
    act("system:x", "feed.released", "feed", "=1+1", reason="@SUM(A1)")
    act(f"user:{acts.staff['operator'].pk}", "members.searched", "member_search", "青木工務店")
    rows = rows_of(auditor)
    assert rows[0] == ["日時", "だれが", "記号", "何を", "対象", "対象の番号", "内容"]
    by_code = {row[2]: row for row in rows[1:]}
    staff, member = acts.staff["operator"].email, f"会員の担当者 {acts.owner.pk}"
    assert by_code["certificate.change"][:6] == [
        "2026-11-24T10:01:00+09:00", staff, "certificate.change", "変更を記録した", "加入者証", "C1",
    ]  # fmt: skip
    assert by_code["member.linked"][1] == member
    assert by_code["members.searched"][5:] == ["", ""]
    written = b"".join(auditor.get("/desk/audit.csv")).decode()  # type: ignore[call-overload]  # as above
    assert cast.AOKI not in written
    assert "青木" not in written
    assert [row[5:] for row in rows if row[5] == "'=1+1"] == [["'=1+1", "理由: @SUM(A1)"]]


def test_the_file_is_as_long_as_asked_for_and_no_longer_than_its_limit(
    people: cast.Cast, auditor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sonae.apps.people.audit_search.FILE_PAGE", 7)
    for number in range(30):
        act("system:sweeper", name=number)
    assert len(rows_of(auditor, kind="feed")) == 31
    monkeypatch.setattr(audit_views, "MOST_ROWS", 20)
    assert [row[5] for row in rows_of(auditor, kind="feed")][1:] == [str(number) for number in range(29, 9, -1)]


def test_searching_the_log_and_taking_it_are_written_down(acts: cast.Cast) -> None:
    user, browser = supervisor_of("operator")
    for _ in range(2):
        browser.get(LOG, {"who": "system", "since": "2026-11-01"})
    browser.get(LOG, {"who": "visitor"})
    browser.get("/desk/audit.csv", {"kind": "feed", "object": "7"})
    told = AuditEntry.objects.filter(actor=f"user:{user.pk}").order_by("id").values_list("action", "detail")
    assert list(told) == [
        ("audit.searched", {"who": "system", "since": "2026-11-01"}),
        ("audit.searched", {"who": "visitor"}),
        ("audit.taken", {"kind": "feed", "object": "7"}),
    ]


# --- Looking is written down ----------------------------------------------------------------------------------------


def looks_of(user: User) -> list[tuple[str, str]]:
    entries = AuditEntry.objects.filter(actor=f"user:{user.pk}").order_by("id")
    return list(entries.values_list("action", "object_id"))


def test_whoever_looks_at_a_member_is_written_down(people: cast.Cast) -> None:
    certificate = give_paid_cover(people.member, date(2026, 12, 1))
    user = people.staff["insurer"]
    browser = browser_of(user)
    browser.get("/desk/members/")
    browser.get("/desk/members/", {"q": " 青木\x00 "})
    browser.get("/desk/members/10000017/")
    browser.get(f"/desk/certificates/{certificate.number}/")
    assert looks_of(user) == [
        ("members.searched", "青木"), ("member.seen", "10000017"), ("certificate.seen", certificate.number),
    ]  # fmt: skip


def test_every_page_about_a_certificate_is_a_look_at_it(people: cast.Cast) -> None:
    certificate, user = give_paid_cover(people.member, date(2026, 12, 1)), people.staff["operator"]
    assert browser_of(user).get(f"/desk/certificates/{certificate.number}/cancel/").status_code == 200
    assert looks_of(user) == [("certificate.seen", certificate.number)]


def test_one_look_is_one_line_for_a_while_and_each_person_has_their_own(people: cast.Cast) -> None:
    for role in ("operator", "insurer", "operator"):
        browser_of(people.staff[role]).get("/desk/members/10000017/")
    with clock.at(clock.MORNING + ONE_LOOK):
        browser_of(people.staff["operator"]).get("/desk/members/10000017/")
    browser_of(people.staff["operator"]).get("/desk/members/20000031/")
    assert [name for _, name in looks_of(people.staff["operator"])] == ["10000017", "10000017", "20000031"]
    assert [name for _, name in looks_of(people.staff["insurer"])] == ["10000017"]


def test_what_is_not_there_is_no_look(people: cast.Cast) -> None:
    user = people.staff["operator"]
    browser_of(user).get("/desk/members/99999999/")
    browser_of(user).get("/desk/certificates/C2026-999999-9/")
    assert [action for action, _ in looks_of(user)] == ["access.refused", "access.refused"]


def test_looking_into_files_and_lists_with_names_is_written_down(people: cast.Cast) -> None:
    feed, user = enter_feed(Feed.State.CHECKED), people.staff["organiser"]
    enter_month()
    browser = browser_of(user)
    browser.get("/desk/money/2026-11/list/")  # still open, and without names
    close_november()
    for page in (
        f"/desk/feeds/{feed.pk}/", f"/desk/feeds/{feed.pk}/set-aside/", f"/desk/feeds/{feed.pk}/set-aside.csv",
        "/desk/money/2026-11/list/", "/desk/money/2026-11/list/premium.csv",
    ):  # fmt: skip
        assert browser.get(page).status_code == 200
    assert looks_of(user) == [
        ("feed.seen", str(feed.pk)), ("feed.set_aside_seen", str(feed.pk)), ("feed.set_aside_taken", str(feed.pk)),
        ("bordereau.seen", "2026-11"), ("bordereau.taken", "2026-11"),
    ]  # fmt: skip


def test_a_page_that_only_asks_whether_a_file_was_read_is_no_look(people: cast.Cast) -> None:
    feed, user = enter_feed(Feed.State.RECEIVED), people.staff["organiser"]
    browser_of(user).get(f"/desk/feeds/{feed.pk}/", headers={"HX-Request": "true"})
    assert looks_of(user) == []


def test_users_positions_and_digests_are_told_so_that_a_person_can_read_them(
    people: cast.Cast, auditor: Client
) -> None:
    clerk = people.staff["operator"]
    act("system:x", "staff.position_granted", "user", clerk.pk, position="supervisor", count=0)
    act("system:x", "feed.received", "feed", 3, digest="0123456789abcdef" * 4)
    act("system:x", "user.signed_out", "user", 999_999)
    shown = words_of(auditor, LOG)
    assert f"利用者 {clerk.email}（operator） 役割 責任者 " in shown
    assert "ダイジェスト 0123456789ab… " in shown
    assert "利用者 999999" in shown
    assert "0123456789abcdef" * 4 in b"".join(auditor.get("/desk/audit.csv")).decode()  # type: ignore[call-overload]


@pytest.mark.parametrize(
    ("key", "value", "ja", "en"),
    [
        ("positions", "claims_handler, clerk", "保険金担当, 担当者", "claims handler, clerk"),
        ("by", "app", "認証アプリ", "authenticator app"),
        ("reason", "asked", "本人の希望", "asked for it"),
        ("reason", "asked by the member", "asked by the member", "asked by the member"),
        ("send_at", "2026-11-28T06:15:14.318812+00:00", "2026年11月28日 午後3時15分", "28 November 2026, 15:15 JST"),
        ("send_at", "2026-99-99T99:99:99+00:00", "2026-99-99T99:99:99+00:00", "2026-99-99T99:99:99+00:00"),
    ],
)
def test_what_stands_beside_an_act_is_said_in_words(key: str, value: str, ja: str, en: str) -> None:
    assert [said for _, said in detail_lines({key: value}, "ja")] == [ja]
    assert [said for _, said in detail_lines({key: value}, "en")] == [en]
