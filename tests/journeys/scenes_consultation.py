"""Scenes of the contact window's desk: a visitor books a call; the clerk takes it and a call that rings; a solicitor solicits."""

from __future__ import annotations

import re

from tests.journeys.desk import OPERATOR
from tests.journeys.gallery import Visitor, scene

SOLICITOR, SUPERVISOR = "boshunin@soudan.example", "sekininsha@soudan.example"


def booked(visitor: Visitor) -> str:
    """The number of this language's visitor who has booked a call."""
    found = visitor.site.sql(
        "SELECT number FROM contact_consultation WHERE email = %s ORDER BY id DESC LIMIT 1", _email(visitor)
    )
    return str(found[0][0])


def _email(visitor: Visitor) -> str:
    return f"booked-{visitor.language}@sample.example"


@scene("site:consultation")
def callback_form(visitor: Visitor) -> None:
    visitor.go("/consultation/")
    visitor.says("空いている30分を選ぶと", "Choose a free half hour")
    page = visitor.page
    page.locator("input[name=kind][value=callback]").check(force=True)
    page.locator("input[name=name]").fill("例示 花子")
    page.locator("input[name=firm]").fill("例示工務店")
    page.locator("input[name=email]").fill(_email(visitor))
    page.locator("textarea[name=message]").fill("従業員12名の工務店です。お客さまの名簿をパソコンで持っています。")


@scene("site:consultation")
def callback_form_errors(visitor: Visitor) -> None:
    visitor.press()
    visitor.says("電話番号を入れてください", "Please enter your telephone number")


@scene("site:consultation_received")
def callback_booked(visitor: Visitor) -> None:
    visitor.page.locator("input[name=telephone]").fill("03-0000-0000")
    group = visitor.page.locator("select[name=preferred_time] optgroup").nth(1)
    value = group.locator("option").nth(0 if visitor.prefix else 1).get_attribute("value")
    visitor.page.locator("select[name=preferred_time]").select_option(value)
    visitor.press()
    visitor.says("時間を変える・取り消す", "Move or cancel the call")


@scene("site:consultation_callback")
def callback_move(visitor: Visitor) -> None:
    visitor.page.locator("a.arrow-link[href$='/call-back/']").click()
    visitor.says("お電話の予約を取り消す", "Cancel my call")


@scene("desk:consultations")
def consultations(visitor: Visitor) -> None:
    visitor.come_as(OPERATOR)
    visitor.go("/desk/consultations/")
    visitor.says(booked(visitor), booked(visitor))


@scene("desk:consultation_call")
def consultation_call(visitor: Visitor) -> None:
    visitor.go("/desk/consultations/call/?caller=0312345678")
    visitor.says("この番号の会員", "Members with this number")


@scene("desk:consultation_call")
def consultation_call_errors(visitor: Visitor) -> None:
    visitor.press()
    visitor.says("ご用件を入れてください", "Please write what it was about")


@scene("desk:consultation")
def consultation_of_a_visitor(visitor: Visitor) -> None:
    visitor.go(f"/desk/consultations/{booked(visitor)}/")
    visitor.says("事務のご案内", "Administrative talk")


@scene("desk:consultation_record")
def consultation_record(visitor: Visitor) -> None:
    visitor.press()
    visitor.says("つながらなかった", "Not reached")


@scene("desk:consultation_record")
def consultation_record_errors(visitor: Visitor) -> None:
    visitor.press()
    visitor.says("内容を入れてください", "Please write what was said")


@scene("desk:consultation_answer")
def consultation_answer(visitor: Visitor) -> None:
    visitor.go(f"/desk/consultations/{booked(visitor)}/answer/")
    visitor.says("お返事の本文", "Your answer")


@scene("desk:consultation_answer")
def consultation_answer_preview(visitor: Visitor) -> None:
    visitor.page.locator("textarea[name=text]").fill(
        "お問い合わせの書類は、書類のページからお取りいただけます。\n\n手続きでわからないことがあれば、お電話ください。"
    )
    visitor.press()
    visitor.says("この内容で送りますか", "Send this?")


@scene("desk:consultation_hand_over")
def consultation_hand_over(visitor: Visitor) -> None:
    visitor.page.locator("button[value=confirm]").click()
    visitor.says("お返事を送ります", "Your answer is on its way")
    visitor.go(f"/desk/consultations/{booked(visitor)}/hand-over/")
    visitor.says("手の空いている登録募集人", "Any registered solicitor")


@scene("desk:consultation")
def consultation_handed_over(visitor: Visitor) -> None:
    visitor.page.locator("textarea[name=note]").fill(
        "どのプランがよいか聞きたいとのこと。名簿の漏えいを心配されている。"
    )
    visitor.press()
    visitor.says("引き継ぎました", "Handed over")


@scene("desk:consultation")
def consultation_of_a_solicitor(visitor: Visitor) -> None:
    visitor.come_as(SOLICITOR)
    visitor.go(f"/desk/consultations/{booked(visitor)}/")
    visitor.says("募集のご案内", "Soliciting talk")


@scene("desk:consultation_solicit")
def consultation_solicit(visitor: Visitor) -> None:
    visitor.go(f"/desk/consultations/{booked(visitor)}/solicit/")
    visitor.says("うかがった意向", "Needs, as you heard them")


@scene("desk:consultation_solicit")
def consultation_solicit_errors(visitor: Visitor) -> None:
    visitor.press()
    visitor.says("意向を入れてください", "Please write the needs")


@scene("desk:consultation_link")
def consultation_link(visitor: Visitor) -> None:
    visitor.page.locator("textarea[name=needs]").fill("お客さまの名簿の漏えいに備えたい。年10万円までにしたい。")
    visitor.page.locator("select[name=plan]").select_option("P100")
    visitor.page.locator("textarea[name=said]").fill("名簿は約2,000件で、1億円プランの範囲に収まる。予算にも合う。")
    visitor.press()
    visitor.says("プランをすすめた", "Plan recommended")
    visitor.go(f"/desk/consultations/{booked(visitor)}/link/")
    visitor.says("申込みのページを送りますか", "Send the application link?")


@scene("desk:consultation_reopen")
def consultation_reopen(visitor: Visitor) -> None:
    visitor.press()
    visitor.go(f"/desk/consultations/{booked(visitor)}/record/")
    visitor.page.locator("input[name=kind][value=called]").check(force=True)
    visitor.page.locator("textarea[name=text]").fill("お礼のお電話をした。")
    visitor.page.locator("select[name=outcome]").select_option("recommended")
    visitor.press()
    visitor.go(f"/desk/consultations/{booked(visitor)}/reopen/")
    visitor.says("そのまま残ります", "keeps its due time")


@scene("desk:consultations")
def consultations_closed(visitor: Visitor) -> None:
    visitor.go("/desk/consultations/?state=closed")
    visitor.says("新しい順", "the newest first")


@scene("desk:callbacks")
def callbacks(visitor: Visitor) -> None:
    visitor.come_as(SUPERVISOR)
    found = visitor.site.sql(
        """SELECT to_char(begins_at AT TIME ZONE 'Asia/Tokyo', 'YYYY-MM-DD') FROM contact_callbackbooking
           ORDER BY id DESC LIMIT 1"""
    )
    visitor.go(f"/desk/call-backs/?day={found[0][0]}")
    visitor.says("この枠を閉じる", "Close it")


@scene("desk:callbacks")
def callbacks_closed(visitor: Visitor) -> None:
    visitor.page.locator("textarea[name=reason]").fill("研修のため、お電話できる人がいません。")
    visitor.page.locator("form .button", has_text=re.compile("この枠を閉じる|Close it")).click()
    visitor.says("また開く", "Open again")
