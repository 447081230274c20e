"""Scenes of what takes two people at the desk: the end of the free cover, much return premium, personal data."""

from __future__ import annotations

import json

from tests.journeys.desk import SECOND_PERSON
from tests.journeys.gallery import Visitor, scene

RETURN = {
    "key": "sample", "certificate_id": 0, "kind": "cancellation", "asked_for": "2027-04-01", "patch": {}, "target": None,
    "decisions": {}, "seen_seq": 1, "seen_difference": -216_460, "user_id": 0, "language": "ja",
}  # fmt: skip
ASKED = """
INSERT INTO audit_secondlook (kind, object_id, facts, reason, asked_by, asked_at, state, decided_by, decision_reason)
VALUES ('return_premium', %s, %s, '廃業のため', 'user:0', now(), 'waiting', '', '') RETURNING id
"""


@scene("desk:free_cover")
def looks_free_cover(visitor: Visitor) -> None:
    visitor.come_as(SECOND_PERSON)
    visitor.go("/desk/free-cover/")
    visitor.says("件数を確かめる", "See the numbers")


@scene("desk:free_cover")
def looks_free_cover_errors(visitor: Visitor) -> None:
    visitor.press()
    visitor.says("理由を入れてください", "Please give a reason")


@scene("desk:free_cover")
def looks_free_cover_preview(visitor: Visitor) -> None:
    visitor.page.locator("input[name=ends_on]").fill("2039-04-01")
    visitor.page.locator("textarea[name=reason]").fill("契約の終了")
    visitor.press()
    visitor.says("この内容でよろしいですか", "Is this right?")


@scene("desk:free_cover_look")
def looks_free_cover_own(visitor: Visitor) -> None:
    visitor.page.locator("main .destructive").click()
    visitor.says("申し出た本人は確かめられません", "Whoever asked can’t agree")


@scene("desk:free_cover_look")
def looks_free_cover_dropped(visitor: Visitor) -> None:
    visitor.page.locator("textarea[name=reason]").fill("見本のための取りやめ")
    visitor.page.locator("button[value=drop]").click()
    visitor.says("取りやめました", "Dropped.")


@scene("desk:return_look")
def looks_return(visitor: Visitor) -> None:
    number = f"C-LOOK-{visitor.language}"
    found = visitor.site.sql(ASKED, number, json.dumps(RETURN))
    visitor.come_as("madoguchi@soudan.example")
    visitor.go(f"/desk/returns/{found[0][0]}/")
    visitor.says("戻す保険料", "Goes back")


@scene("desk:exports")
def looks_exports_errors(visitor: Visitor) -> None:
    visitor.come_as(SECOND_PERSON)
    visitor.go("/desk/exports/")
    visitor.press()
    visitor.says("一覧を選んでください", "Please choose a list")


@scene("desk:export")
def looks_export_asked(visitor: Visitor) -> None:
    visitor.page.locator("input[name=contents][value=members]").check(force=True)
    visitor.page.locator("textarea[name=reason]").fill("監査のため")
    visitor.press()
    visitor.says("申し出のときの件数", "Rows when it was asked for")


@scene("desk:export")
def looks_export_open(visitor: Visitor) -> None:
    visitor.site.sql(
        "UPDATE audit_secondlook SET state = 'agreed', decided_by = 'user:0', decided_at = now() "
        "WHERE kind = 'personal_export' AND state = 'waiting'"
    )
    visitor.page.goto(visitor.page.url)
    visitor.says("受け取る", "Take it")


@scene("desk:exports")
def looks_exports(visitor: Visitor) -> None:
    visitor.go("/desk/exports/")
    visitor.says("確認待ちと、受け取れるもの", "What waits, and what can be taken")
