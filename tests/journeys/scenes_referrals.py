"""Scenes of the contact window: a referral from the telephone to its deletion, complaints, requests about personal data."""

from __future__ import annotations

import re

from tests.journeys.desk import OPERATOR
from tests.journeys.gallery import Visitor, scene


@scene("desk:referrals")
def referrals_empty(visitor: Visitor) -> None:
    visitor.come_as(OPERATOR)
    visitor.go("/desk/referrals/?show=answered")
    visitor.says("いまはありません", "There is nothing at the moment")


@scene("desk:referral_new")
def referral_new(visitor: Visitor) -> None:
    visitor.go("/desk/referrals/new/")
    visitor.says("同意をいただいてから記録する", "Once they consent, write down")


@scene("desk:referral_new")
def referral_new_errors(visitor: Visitor) -> None:
    visitor.press()
    visitor.says("同意がないと、お取り次ぎできません", "Without consent nothing can be passed on")


@scene("desk:referral")
def referral_waiting(visitor: Visitor) -> None:
    page = visitor.page
    for name, value in (
        ("firm", "見本医院"), ("name", "見本 花子"), ("kana", "ミホン ハナコ"), ("telephone", "03-1234-0099"),
        ("email", "mihon@sample.example"), ("sales", "12000"), ("message", "院内の電子カルテが止まったときの補償を知りたい"),
    ):  # fmt: skip
        page.locator(f"[name={name}]").fill(value)
    page.locator("select[name=industry]").select_option("medical")
    page.locator("input[name=consent]").check(force=True)
    visitor.press()
    visitor.says("お渡しする内容", "What would be passed")


@scene("desk:referral_pass")
def referral_pass(visitor: Visitor) -> None:
    visitor.page.locator(".desk-heading .button.primary").click()
    visitor.says("一度渡すと、取り戻せません", "Once passed, it can’t be taken back")


@scene("desk:referral")
def referral_passed(visitor: Visitor) -> None:
    visitor.press()
    visitor.says("第三者提供の記録", "Record of the provision")


@scene("desk:referrals")
def referrals_of_the_agency(visitor: Visitor) -> None:
    visitor.come_as(visitor.site.enter_staff("agency"))
    visitor.go("/desk/referrals/")
    visitor.says("見本医院", "見本医院")


@scene("desk:referral")
def referral_of_the_agency(visitor: Visitor) -> None:
    visitor.page.locator("tbody th a").first.click()
    visitor.says("お渡しした内容", "What was passed to you")


@scene("desk:referral_answer")
def referral_taken(visitor: Visitor) -> None:
    visitor.page.locator(".desk-heading .button.primary").click()
    visitor.says("受け取りました", "Taken")


@scene("desk:referral_answer")
def referral_answer(visitor: Visitor) -> None:
    visitor.press()
    visitor.says("代理店が対応中", "With the agency")
    visitor.page.locator(".desk-heading .button.primary").click()
    visitor.says("ご契約になりました", "Concluded")


@scene("desk:referral_answer")
def referral_answer_errors(visitor: Visitor) -> None:
    visitor.press()
    visitor.says("どれかを選んでください", "Please choose one")


@scene("desk:referral_withdraw")
def referral_withdraw(visitor: Visitor) -> None:
    number = visitor.page.url.split("/referrals/")[1].split("/")[0]
    visitor.come_as(OPERATOR)
    visitor.go(f"/desk/referrals/{number}/withdraw/")
    visitor.says("すぐに代理店へ伝えます", "the agency is told at once")


@scene("desk:referral")
def referral_withdrawn(visitor: Visitor) -> None:
    visitor.page.locator("main .destructive").click()
    visitor.says("削除待ち", "to be deleted")


@scene("desk:referral")
def referral_to_delete_of_the_agency(visitor: Visitor) -> None:
    address = visitor.page.url
    visitor.come_as(visitor.site.enter_staff("agency"))
    visitor.page.goto(address)
    visitor.says("ご本人が同意を取り消しました", "The person has withdrawn the consent")


@scene("desk:referrals")
def referrals_of_the_operator(visitor: Visitor) -> None:
    visitor.come_as(OPERATOR)
    visitor.go("/desk/referrals/?show=all")
    visitor.says("見本医院", "見本医院")


@scene("desk:complaint_new")
def complaint_new(visitor: Visitor) -> None:
    visitor.go("/desk/complaints/new/?member=10000017")
    visitor.says("苦情を記録する", "Record a complaint")


@scene("desk:complaint_new")
def complaint_new_errors(visitor: Visitor) -> None:
    visitor.press()
    visitor.says("内容を入れてください", "Please say what it is about")


@scene("desk:complaint")
def complaint_open(visitor: Visitor) -> None:
    page = visitor.page
    page.locator("select[name=against]").select_option("operator")
    page.locator("select[name=category]").select_option("manner")
    page.locator("input[name=gravity][value=serious]").check(force=True)
    page.locator("textarea[name=summary]").fill("昼の時間帯に電話が20分つながらず、折り返しもなかった。")
    page.locator("input[name=complainant]").fill("見本 太郎")
    visitor.press()
    visitor.says("まだ何も記録していません", "Nothing has been noted yet")


NOTED = (
    ("done", "その日の着信記録を確かめ、当番の人数が足りなかったと分かった。"),
    ("answered", "電話でお詫びし、経緯を説明した。"),
)


@scene("desk:complaint")
def complaint_answered(visitor: Visitor) -> None:
    for kind, text in NOTED:
        visitor.page.locator(f"input[name=kind][value={kind}]").check(force=True)
        visitor.page.locator("textarea[name=text]").fill(text)
        visitor.press()
    visitor.says("お返事済み", "Answered")


@scene("desk:complaints")
def complaints_list(visitor: Visitor) -> None:
    visitor.go("/desk/complaints/?show=all")
    visitor.says("応対の態度", "Manner")


@scene("desk:data_request_new")
def data_request_new(visitor: Visitor) -> None:
    visitor.go("/desk/data-requests/new/")
    visitor.says("本人と確かめてから", "before it is proved who asks")


@scene("desk:data_request_new")
def data_request_new_errors(visitor: Visitor) -> None:
    visitor.press()
    visitor.says("ご請求の内容を入れてください", "Please say what they ask")


@scene("desk:data_request")
def data_request_open(visitor: Visitor) -> None:
    page = visitor.page
    page.locator("input[name=kind][value=disclosure]").check(force=True)
    page.locator("select[name=channel]").select_option("letter")
    page.locator("input[name=person]").fill("見本 花子")
    page.locator("textarea[name=wanted]").fill("私について持っている情報を、すべて教えてください。")
    visitor.press()
    visitor.says("本人の確認待ち", "Who asks is to be proved")


@scene("desk:data_request")
def data_request_proved(visitor: Visitor) -> None:
    visitor.page.locator("input[name=kind][value=identity]").check(force=True)
    visitor.page.locator("textarea[name=text]").fill("窓口で運転免許証を見た")
    visitor.press()
    visitor.says("対応中", "Being worked on")


@scene("desk:data_requests")
def data_requests_list(visitor: Visitor) -> None:
    visitor.go("/desk/data-requests/?show=all")
    visitor.page.locator("tbody tr", has_text=re.compile("開示|Disclosure")).first.wait_for()
