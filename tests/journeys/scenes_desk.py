"""Scenes of the staff's desk: the organiser's files of members from handing in to what was applied."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

from tests.journeys.desk import OPERATOR, ORGANISER, SECOND_PERSON, hand_in, list_of
from tests.journeys.gallery import Visitor, scene
from tests.journeys.site import RunningSite


@scene("desk:home")
def desk_home_of_the_contact_window(visitor: Visitor) -> None:
    visitor.come_as(OPERATOR)
    visitor.go("/desk/")
    visitor.says("例示クリニック", "例示クリニック")


@scene("desk:work_item")
def desk_work_item(visitor: Visitor) -> None:
    visitor.page.locator("tr[data-row] a[href*='kind=question']").first.click()
    visitor.says("担当と休止の経過", "Who had it, and when it rested")


@scene("desk:home")
def desk_home_chosen(visitor: Visitor) -> None:
    visitor.go("/desk/?kind=question")
    for _ in range(2):
        visitor.page.keyboard.press("j")
        visitor.page.keyboard.press("x")
    visitor.says("2件", "2 chosen")


@scene("desk:home")
def desk_home_keys(visitor: Visitor) -> None:
    visitor.page.keyboard.press("?")
    visitor.says("次の仕事・前の仕事へ", "to the next, to the one before")


@scene("desk:home")
def desk_home_narrowed_to_nothing(visitor: Visitor) -> None:
    visitor.go("/desk/?state=resting&q=x")
    visitor.says("この絞り込みに当たる仕事はありません", "Nothing waits that fits")


@scene("desk:home")
def desk_home_of_the_agency(visitor: Visitor) -> None:
    visitor.come_as(visitor.site.enter_staff("agency"))
    visitor.go("/desk/")
    visitor.says("いま待っている仕事はありません", "Nothing waits for you now")


@scene("desk:home")
def desk_home(visitor: Visitor) -> None:
    visitor.come_as(ORGANISER)
    visitor.go("/desk/")
    visitor.says("今日の仕事", "Today’s work")


@scene("desk:home")
def desk_home_parked(visitor: Visitor) -> None:
    with parked_run(visitor.site):
        visitor.go("/desk/")
        visitor.says("止まっている無料補償の処理", "Rounds of the free cover that have stopped")


@contextmanager
def parked_run(site: RunningSite) -> Iterator[None]:
    """While it lasts, a turn of the scheme year stands there whose totals did not come out."""
    after = {
        "members": 4_212, "newly_covered": 4_190, "covered_before": 20, "not_entitled": 0,
        "counted": {"members": 4_212, "covered": 4_210, "covered_after_leaving": 3, "apart": [1, 2]},
    }  # fmt: skip
    site.sql(
        """INSERT INTO membership_freecoverrun (key, cause, scheme_year_id, state, started_at, finished_at, before, after)
           SELECT 'turn:sample', 'turn', max(id), 'parked', now(), now(), '{}', %s FROM programmes_schemeyear""",
        json.dumps(after),
    )
    try:
        yield
    finally:
        site.sql("DELETE FROM membership_freecoverrun WHERE key = 'turn:sample'")


@scene("desk:turn")
def desk_turn(visitor: Visitor) -> None:
    visitor.go("/desk/turn/")
    visitor.says("満期を迎える有料プラン", "Paid cover that expires")


@scene("desk:feeds")
def desk_feeds(visitor: Visitor) -> None:
    visitor.go("/desk/feeds/")
    visitor.says("新しい順", "newest first")


@scene("desk:upload")
def desk_upload(visitor: Visitor) -> None:
    visitor.go("/desk/feeds/upload/")


@scene("desk:upload")
def desk_upload_errors(visitor: Visitor) -> None:
    visitor.press()
    visitor.says("ファイルの内容を選んでください", "Please choose what the file holds")


@scene("desk:feed")
def desk_feed_checked(visitor: Visitor) -> None:
    listed = visitor.site.members_on_file()
    bad = ["99999,basic,番号の短い会員", "70000001,gold,知らない種別", "70000002,basic,=HYPERLINK(1)"]
    first = "72" if visitor.prefix else "71"  # people of both languages pass here, each with members of their own
    joining = [f"{first}00010{digit},pap,例示会計{digit}" for digit in range(3)]
    hand_in(visitor.page, visitor.site, visitor.prefix, list_of([*listed, *joining, *bad]))
    visitor.says("適用すると、会員", "Applied, it takes")


@scene("desk:set_aside")
def desk_set_aside(visitor: Visitor) -> None:
    visitor.page.locator("a[href$='/set-aside/']").first.click()
    visitor.says("会員種別が決められたものではありません", "The member class is not a known one")


@scene("desk:apply")
def desk_apply(visitor: Visitor) -> None:
    visitor.page.go_back()
    visitor.page.locator("main .button.primary").first.click()
    visitor.says("この会員データを適用しますか", "Apply this member file?")


@scene("desk:feed")
def desk_feed_applied(visitor: Visitor) -> None:
    visitor.press()
    visitor.says("適用しました", "Applied.")


@scene("desk:apply")
def desk_apply_moved_on(visitor: Visitor) -> None:
    visitor.page.goto(f"{visitor.page.url}apply/")
    visitor.says("画面を開いたあとに", "Since you opened the page")


@scene("desk:feed")
def desk_feed_held(visitor: Visitor) -> None:
    hand_in(visitor.page, visitor.site, visitor.prefix, list_of(visitor.site.members_on_file()[:2]))
    visitor.says("入れた本人は解除できません", "You handed it in")


@scene("desk:withdraw")
def desk_withdraw(visitor: Visitor) -> None:
    visitor.page.goto(f"{visitor.page.url}withdraw/")
    visitor.says("取り下げますか", "Withdraw this member file?")


@scene("desk:release")
def desk_release(visitor: Visitor) -> None:
    held = visitor.page.url.replace("/withdraw/", "/release/")
    visitor.come_as(SECOND_PERSON)
    visitor.page.goto(held)
    visitor.says("ブレーキが止めた理由", "Why the brake holds it")


@scene("desk:release")
def desk_release_errors(visitor: Visitor) -> None:
    visitor.press()
    visitor.says("理由を入れてください", "Please give a reason")


@scene("desk:feed")
def desk_feed_withdrawn(visitor: Visitor) -> None:
    visitor.page.goto(visitor.page.url.replace("/release/", "/withdraw/"))
    visitor.page.locator("textarea").fill("見本のための取下げ")
    visitor.page.locator("main .destructive").click()
    visitor.says("取り下げました", "Withdrawn.")


@scene("desk:feed")
def desk_feed_refused(visitor: Visitor) -> None:
    hand_in(visitor.page, visitor.site, visitor.prefix, b"\x00\x01\x02 no text")
    visitor.says("このファイルは使えません", "This file can’t be used")


@scene("desk:home")
def desk_home_of_the_insurer(visitor: Visitor) -> None:
    visitor.come_as(visitor.site.enter_staff("insurer"))
    visitor.go("/desk/")
    visitor.says("会員", "Members")
