"""Scenes of letters to members: from the draft over a second person to what became of them, and the stop list."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.journeys.desk import SECOND_PERSON
from tests.journeys.gallery import Visitor, scene

BODY = """[[会員名]] さま

いつもありがとうございます。
この制度の保険年度が、12月1日に変わります。
無料補償はそのまま続きますので、お手続きは要りません。"""
BOUNCED = """
INSERT INTO letters_bounce (digest, address, message_id, kind, status, received_at)
SELECT 'sample-' || id, recipient, id, 'permanent', '5.1.1', now() FROM documents_outboxmessage
WHERE key LIKE 'letter:%%' ORDER BY id DESC LIMIT 1
"""


def letter_page(visitor: Visitor) -> str:
    """Of the letter of these scenes."""
    found = visitor.site.sql("SELECT max(id) FROM letters_letter WHERE subject_en = %s", visitor.language)
    return f"/desk/letters/{found[0][0]}/"


@scene("desk:letters")
def letters_empty(visitor: Visitor) -> None:
    visitor.come_as(SECOND_PERSON)
    visitor.go("/desk/letters/")
    visitor.says("会員へのお知らせ", "Letters to members")


@scene("desk:new_letter")
def letters_write(visitor: Visitor) -> None:
    visitor.go("/desk/letters/new/")
    visitor.says("お知らせを書く", "Write a letter")


@scene("desk:new_letter")
def letters_write_errors(visitor: Visitor) -> None:
    visitor.page.locator("textarea[name=body_ja]").fill("[[会員めい]] さま")
    visitor.page.locator("input[name=subject_ja]").fill("保険年度のご案内")
    visitor.press()
    visitor.says("でしょうか", "Did you mean")


@scene("desk:letter")
def letters_draft(visitor: Visitor) -> None:
    visitor.page.locator("textarea[name=body_ja]").fill(BODY)
    visitor.page.locator("input[name=subject_en]").fill(visitor.language)
    visitor.page.locator("textarea[name=body_en]").fill("Dear [[member name]],\n\nThe scheme year turns on 1 December.")
    visitor.press()
    visitor.says("いまの件数", "As it stands")


@scene("desk:edit_letter")
def letters_edit(visitor: Visitor) -> None:
    visitor.go(f"{letter_page(visitor)}edit/")
    visitor.says("お知らせを直す", "Change the letter")


@scene("desk:letter_look")
def letters_look(visitor: Visitor) -> None:
    found = visitor.site.sql(
        """INSERT INTO audit_secondlook (kind, object_id, facts, reason, asked_by, asked_at, state, decided_by, decision_reason)
           SELECT 'send_letter', max(id)::text, '{"recipients": 4190, "without_address": 12, "stopped": 3, "members": 4205,
           "revision": 1, "by_class": {}, "send_at": "2026-12-01T00:00:00+00:00"}', '年度の案内', 'user:0', now(), 'waiting', '', ''
           FROM letters_letter WHERE subject_en = %s RETURNING id""",
        visitor.language,
    )
    visitor.go(f"/desk/letters/looks/{found[0][0]}/")
    visitor.says("送る件数", "Mails")


@scene("desk:letter_look")
def letters_look_dropped(visitor: Visitor) -> None:
    visitor.page.locator("textarea[name=reason]").fill("文面を直す")
    visitor.page.locator("button[value=drop]").click()
    visitor.says("取りやめました", "Dropped.")


@scene("desk:letter")
def letters_sent(visitor: Visitor) -> None:
    visitor.go(letter_page(visitor))
    visitor.page.locator("textarea[name=reason]").fill("年度の案内")
    visitor.press()
    state = visitor.page.locator("main h1 .status")
    expect(state).to_have_text(re.compile("送信|Scheduled|Sent|Being sent"))
    for _ in range(40):
        if re.search("送信済み|Sent", state.inner_text()):
            break
        visitor.page.wait_for_timeout(500)
        visitor.page.reload()
    visitor.site.sql(BOUNCED)
    visitor.page.reload()
    visitor.says("送ったメールを1通ずつ見る", "Look at the mails one by one")


@scene("desk:letter_mails")
def letters_mails(visitor: Visitor) -> None:
    visitor.go(f"{letter_page(visitor)}mails/")
    visitor.says("送ったメール", "Mails as sent")


@scene("desk:letter_mail")
def letters_mail(visitor: Visitor) -> None:
    visitor.page.locator("main tbody th a").first.click()
    visitor.says("宛先", "To")


@scene("desk:stop_list")
def letters_stop_list(visitor: Visitor) -> None:
    visitor.go("/desk/letters/stop-list/")
    visitor.page.locator("input[name=address]").fill(f"stop-{visitor.language}@mihon.example")
    visitor.press()
    visitor.says(f"stop-{visitor.language}@mihon.example", f"stop-{visitor.language}@mihon.example")
