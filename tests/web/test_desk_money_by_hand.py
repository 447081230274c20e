"""The desk's buttons for money that people settle: writing off with a second person, transfers by hand, and taking both back."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from sonae.apps.audit.models import AuditEntry
from sonae.apps.billing.gateway import CardDispute, DisputeState
from sonae.apps.billing.models import HandReturn, Payment, Receivable, WriteOff
from sonae.apps.billing.use_cases.note_dispute import note_dispute
from sonae.apps.parties.models import User
from tests import cast, clock
from tests.apps.billing.bought import balance
from tests.web.cover_pages import confirm, fields_of, preview
from tests.web.holdings import browser_of, words_in, words_of
from tests.web.money_on_file import enter_month, enter_owed

pytestmark = pytest.mark.django_db
LIST = "/desk/money/look/"


@pytest.fixture
def people(programme: object) -> cast.Cast:
    people = cast.call_in()
    enter_month()
    return people


@pytest.fixture
def money(people: cast.Cast) -> tuple[Receivable, HandReturn]:
    return enter_owed(Payment.objects.get(payment_id="pay_0"))


@pytest.fixture
def clerk(people: cast.Cast) -> Client:
    return browser_of(people.staff["operator"])


@pytest.fixture
def second(people: cast.Cast) -> Client:
    """Somebody of the organiser, who handles money too."""
    return browser_of(people.staff["organiser"])


def asking(owed: Receivable) -> str:
    return f"/desk/money/owed/{owed.pk}/write-off/"


def ask(browser: Client, owed: Receivable, yen: str = "24,000", reason: str = "連絡がつかない") -> Any:
    """As the pages lead: the form, what it would do, done."""
    return confirm(browser, asking(owed), preview(browser, asking(owed), write_off_yen=yen, reason=reason))


def deciding(asked: WriteOff) -> str:
    return f"/desk/money/write-offs/{asked.pk}/"


def moved() -> dict[str, int]:
    """What the acts of these tests have booked, beside what stood there before."""
    return {
        account: balance().get(account, 0) for account in ("member_receivable", "written_off", "return_by_hand", "bank")
    }


def test_the_list_leads_to_where_each_matter_is_dealt_with(
    clerk: Client, second: Client, money: tuple[Receivable, HandReturn]
) -> None:
    owed, by_hand = money
    page = clerk.get(LIST).content.decode()
    assert f'href="/desk/money/owed/{owed.pk}/"' in page
    assert f'href="/desk/money/returns/{by_hand.pk}/"' in page
    assert f'href="/desk/members/{by_hand.member.number}/"' in page
    assert "/desk/members/" not in second.get(LIST).content.decode(), "the organiser doesn't see what is covered"
    ask(clerk, owed)
    assert f'href="{deciding(WriteOff.objects.get())}"' in clerk.get(LIST).content.decode()


def test_what_it_does_to_the_yen_is_shown_before_anything_is_done(
    clerk: Client, money: tuple[Receivable, HandReturn]
) -> None:
    owed, _ = money
    before = moved()
    shown = preview(clerk, asking(owed), write_off_yen="９千円", reason="少額のため")
    page = words_in(shown)
    assert "未収の保険料 24,000円 −9,000円 15,000円" in page
    assert "貸倒処理した保険料 0円 +9,000円 9,000円" in page
    assert "すぐに記帳します" in page
    assert (WriteOff.objects.count(), moved()) == (0, before)
    assert "別の担当者" in words_in(preview(clerk, asking(owed), write_off_yen="10,001", reason="少額のため"))


def test_up_to_the_limit_a_clerk_writes_off_alone_and_once(clerk: Client, money: tuple[Receivable, HandReturn]) -> None:
    owed, _ = money
    before = moved()
    shown = preview(clerk, asking(owed), write_off_yen="9,000", reason="少額のため")
    for _ in range(2):
        answer = confirm(clerk, asking(owed), shown)
        assert (answer.status_code, answer.headers["Location"]) == (302, f"/desk/money/owed/{owed.pk}/")
    done = WriteOff.objects.get()
    assert (done.state, done.write_off_yen, done.reason) == ("done", 9_000, "少額のため")
    assert {account: yen - before[account] for account, yen in moved().items()} == {
        "member_receivable": -9_000, "written_off": 9_000, "return_by_hand": 0, "bank": 0,
    }  # fmt: skip
    page = words_of(clerk, f"/desk/money/owed/{owed.pk}/")
    assert "いま未収の額 15,000円" in page
    assert "少額のため" in words_of(clerk, LIST)


def test_above_the_limit_another_person_books_it_and_whoever_asked_can_not(
    clerk: Client, second: Client, people: cast.Cast, money: tuple[Receivable, HandReturn]
) -> None:
    owed, _ = money
    before = moved()
    assert ask(clerk, owed).status_code == 302
    asked = WriteOff.objects.get()
    assert (asked.state, moved()) == ("waiting", before)
    own = clerk.get(deciding(asked)).content.decode()
    assert "申し出た本人だけでは記帳できません" in own
    assert 'value="agree"' not in own
    assert clerk.post(deciding(asked), {"decision": "agree"}).status_code == 403
    assert moved() == before
    shown = words_of(second, deciding(asked))
    assert "operator@staff.example" in shown
    assert "連絡がつかない" in shown
    for _ in range(2):
        assert second.post(deciding(asked), {"decision": "agree"}).status_code == 302
    asked.refresh_from_db()
    assert (asked.state, asked.decided_by) == ("done", f"user:{people.staff['organiser'].pk}")
    assert moved()["written_off"] == before["written_off"] + 24_000
    assert clerk.post(deciding(asked), {"decision": "drop"}).status_code == 409
    assert second.get(deciding(asked)).status_code == 302  # leads to how it stands


@pytest.mark.parametrize("who", ["clerk", "second"])
def test_it_is_dropped_by_either_of_them_and_nothing_is_booked(
    request: pytest.FixtureRequest, clerk: Client, who: str, money: tuple[Receivable, HandReturn]
) -> None:
    owed, _ = money
    before = moved()
    ask(clerk, owed)
    browser: Client = request.getfixturevalue(who)
    refused = browser.post(deciding(WriteOff.objects.get()), {"decision": "drop", "reason": " "})
    assert refused.status_code == 422
    assert "取りやめる理由を入れてください。" in refused.content.decode()
    assert (WriteOff.objects.get().state, moved()) == ("waiting", before)
    said = {"decision": "drop", "reason": "会員から連絡がありました"}
    assert browser.post(deciding(WriteOff.objects.get()), said).status_code == 302
    assert (WriteOff.objects.get().state, moved()) == ("dropped", before)
    page = words_of(clerk, f"/desk/money/owed/{owed.pk}/")
    assert "取りやめ" in page
    assert "カードの持ち主に戻りました。加入者証はそのまま" in page.replace(" ", "")
    assert "「会員から連絡がありました」" in page


def test_a_press_that_says_neither_yes_nor_no_decides_nothing(
    clerk: Client, second: Client, money: tuple[Receivable, HandReturn]
) -> None:
    ask(clerk, money[0])
    asked = WriteOff.objects.get()
    for sent in ({}, {"decision": "yes"}):
        assert second.post(deciding(asked), sent).status_code == 422
    assert WriteOff.objects.get().state == "waiting"


def test_a_write_off_is_taken_back_with_a_reason_and_once(clerk: Client, money: tuple[Receivable, HandReturn]) -> None:
    owed, _ = money
    before = moved()
    ask(clerk, owed, "9000")
    page = f"{deciding(WriteOff.objects.get())}take-back/"
    assert "未収の保険料 15,000円 +9,000円 24,000円" in words_of(clerk, page)
    assert clerk.post(page, {"reason": "　"}).status_code == 422
    for _ in range(2):
        assert clerk.post(page, {"reason": "入金の約束があった"}).status_code == 302
    assert (WriteOff.objects.get().state, moved()) == ("taken_back", before)
    assert "入金の約束があった" in words_of(clerk, f"/desk/money/owed/{owed.pk}/")
    assert clerk.get(page).status_code == 302


def test_a_page_that_was_opened_before_somebody_else_acted_changes_nothing(
    clerk: Client, second: Client, money: tuple[Receivable, HandReturn]
) -> None:
    owed, _ = money
    mine = preview(clerk, asking(owed), write_off_yen="500", reason="x")
    ask(second, owed, "9000")
    before = moved()
    answer = confirm(clerk, asking(owed), mine)
    assert answer.status_code == 409
    assert "画面を開いたあとに変わりました" in answer.content.decode()
    assert (WriteOff.objects.count(), moved()) == (1, before)
    assert clerk.get(asking(owed)).status_code == 302  # what lives is on the page of the receivable


def test_a_confirmation_that_comes_again_after_it_was_taken_back_books_nothing(
    clerk: Client, money: tuple[Receivable, HandReturn]
) -> None:
    owed, _ = money
    shown = preview(clerk, asking(owed), write_off_yen="9000", reason="x")
    confirm(clerk, asking(owed), shown)
    clerk.post(f"{deciding(WriteOff.objects.get())}take-back/", {"reason": "まちがい"})
    assert confirm(clerk, asking(owed), shown).status_code == 409
    assert WriteOff.objects.count() == 1


@pytest.mark.parametrize(
    ("yen", "said"),
    [
        ("24001", "未収の額は24,000円です"),
        ("0", "1円以上"),
        ("", "金額を入れてください"),
        ("二つ", "金額"),
        ("-5", "0円以上"),
        ("9" * 20, "大きすぎます"),
        ("9" * 70, "長すぎて"),
    ],
)
def test_what_can_not_be_written_off_is_told_so(
    clerk: Client, money: tuple[Receivable, HandReturn], yen: str, said: str
) -> None:
    answer = clerk.post(asking(money[0]), {"write_off_yen": yen, "reason": "x", "seen": "", "action": "confirm"})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not WriteOff.objects.exists()


def test_the_limit_of_the_settings_is_the_one_that_is_told_and_kept(
    clerk: Client, money: tuple[Receivable, HandReturn], settings: Settings
) -> None:
    settings.SONAE_WRITE_OFF_ALONE_YEN = 24_000
    assert "24,000円までは1人で記帳できます" in words_of(clerk, asking(money[0]))
    ask(clerk, money[0])
    assert WriteOff.objects.get().state == "done"


def test_what_was_typed_is_there_to_be_edited(clerk: Client, money: tuple[Receivable, HandReturn]) -> None:
    shown = preview(clerk, asking(money[0]), write_off_yen="9000", reason="少額")
    answer = clerk.post(asking(money[0]), {**fields_of(shown.content.decode()), "action": "edit"})
    assert fields_of(answer.content.decode())["write_off_yen"] == "9,000"
    assert "少額" in answer.content.decode()


def test_a_transfer_is_noted_once_and_shown_with_who_noted_it(
    clerk: Client, money: tuple[Receivable, HandReturn]
) -> None:
    _, by_hand = money
    page = f"/desk/money/returns/{by_hand.pk}/"
    before = moved()
    form = fields_of(clerk.get(page).content.decode())
    assert "会員に振り込む返戻保険料 7,000円 −7,000円 0円" in words_of(clerk, page)
    for wrong in ({"transferred_on": "2026-11-23"}, {"transferred_on": "2026-11-25"}, {"transferred_on": "昨日"}, {}):
        assert clerk.post(page, {**form, "reference": "B-1" if wrong else " ", **wrong}).status_code == 422
    for _ in range(2):
        answer = clerk.post(page, {**form, "reference": "B-1"})
        assert (answer.status_code, answer.headers["Location"]) == (302, page)
    assert moved() == {**before, "return_by_hand": before["return_by_hand"] + 7_000, "bank": before["bank"] - 7_000}
    shown = words_of(clerk, page)
    assert "B-1" in shown
    assert "operator@staff.example" in shown
    assert "B-1" in words_of(clerk, LIST)
    entry = AuditEntry.objects.get(action="hand_return.transferred")
    assert entry.detail == {"return_yen": 7_000, "reference": "B-1"}
    assert clerk.post(page, {**form, "reference": "B-2"}).status_code == 409
    assert HandReturn.objects.get().transfer_reference == "B-1"


def test_a_transfer_is_taken_back_with_a_reason_and_an_old_page_takes_back_no_later_one(
    clerk: Client, money: tuple[Receivable, HandReturn]
) -> None:
    _, by_hand = money
    page = f"/desk/money/returns/{by_hand.pk}/"
    before = moved()
    note = fields_of(clerk.get(page).content.decode())
    clerk.post(page, {**note, "reference": "B-1"})
    back = fields_of(clerk.get(f"{page}take-back/").content.decode())
    assert clerk.post(f"{page}take-back/", {**back, "reason": ""}).status_code == 422
    for _ in range(2):
        assert clerk.post(f"{page}take-back/", {**back, "reason": "銀行から戻った"}).status_code == 302
    assert moved() == before
    assert clerk.get(f"{page}take-back/").status_code == 302
    assert clerk.post(page, {**note, "reference": "B-1"}).status_code == 409, "an old page notes nothing"
    clerk.post(page, {**fields_of(clerk.get(page).content.decode()), "reference": "B-2"})
    assert clerk.post(f"{page}take-back/", {**back, "reason": "銀行から戻った"}).status_code == 409
    assert HandReturn.objects.get().transfer_reference == "B-2"


@pytest.mark.parametrize("page", [
    "owed/{}/", "owed/{}/write-off/", "write-offs/{}/", "write-offs/{}/take-back/", "returns/{}/", "returns/{}/take-back/",
])  # fmt: skip
def test_what_is_not_there_is_not_there_for_those_who_may_either(clerk: Client, page: str) -> None:
    for number in (999_999_999, 10**30):
        assert clerk.get(f"/desk/money/{page.format(number)}").status_code == 404


@pytest.mark.parametrize("role", ["insurer", "agency"])
def test_insurer_and_agency_find_none_of_it(
    people: cast.Cast, clerk: Client, money: tuple[Receivable, HandReturn], role: str
) -> None:
    owed, by_hand = money
    ask(clerk, owed)
    other: User = people.staff[role]
    browser, asked = browser_of(other), WriteOff.objects.get()
    for page in (f"/desk/money/owed/{owed.pk}/", asking(owed), deciding(asked), f"{deciding(asked)}take-back/",
                 f"/desk/money/returns/{by_hand.pk}/", f"/desk/money/returns/{by_hand.pk}/take-back/"):  # fmt: skip
        assert browser.get(page).status_code == 404
    assert browser.post(deciding(asked), {"decision": "agree"}).status_code == 404
    assert WriteOff.objects.get().state == "waiting"


def test_the_english_pages_say_the_same(clerk: Client, second: Client, money: tuple[Receivable, HandReturn]) -> None:
    owed, by_hand = money
    assert "Note the transfer" in words_of(clerk, f"/en{LIST}")
    assert "Up to ¥10,000 you alone" in words_of(clerk, f"/en{asking(owed)}")
    ask(clerk, owed)
    assert "Book this write-off?" in words_of(second, f"/en{deciding(WriteOff.objects.get())}")
    assert "Return premium to be transferred" in words_of(clerk, f"/en/desk/money/returns/{by_hand.pk}/")


def test_what_came_back_since_the_dispute_was_won_after_all_is_told_in_the_pages_language(
    clerk: Client, people: cast.Cast
) -> None:
    payment = Payment.objects.get(payment_id="pay_0")
    lost, won = (CardDispute("dis_1", 20_000, DisputeState(state)) for state in ("lost", "won"))
    note_dispute(payment=payment, seen=lost, now=clock.now())
    owed = Receivable.objects.get()
    ask(clerk, owed, "9000")
    note_dispute(payment=payment, seen=won, now=clock.now())
    page = words_of(clerk, f"/desk/money/owed/{owed.pk}/")
    assert "未収はありません" in page
    assert "戻った額 20,000円" in page
    assert "「異議があとから退けられ、お金が戻りました」" in page
    assert "システム" in page
    page = words_of(clerk, f"/en/desk/money/owed/{owed.pk}/")
    assert "“the dispute was won after all and the money came back”" in page
    assert clerk.get(asking(owed)).status_code == 302, "there is nothing to write off"
    assert "いま確かめるものはありません" in words_of(clerk, LIST)
