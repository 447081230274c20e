"""Scenes of the desk's money: months to close and to remit, their ties, what is earned, and the card processor's payouts."""

from __future__ import annotations

import re

from playwright.sync_api import Locator

from sonae.integrations.sandbox_card.payout_file import payout_csv
from tests.journeys.desk import OPERATOR
from tests.journeys.gallery import Visitor, scene
from tests.journeys.site import RunningSite

# Acts of the last three months, as the months would have left them: each language closes one of them.
ACTS = """
WITH year AS (
    SELECT y.id, y.start_on, v.digest FROM programmes_schemeyear y JOIN programmes_productversion v ON v.id = y.product_version_id
    WHERE y.start_on <= now() ORDER BY y.start_on DESC LIMIT 1
), wanted AS (
    SELECT n, now() - make_interval(months => n) AS at FROM generate_series(1, 3) AS n
), member AS (
    INSERT INTO parties_member (number, created_at) SELECT '3999000' || n, at FROM wanted RETURNING id, number
), certificate AS (
    INSERT INTO certificates_certificate (number, member_id, scheme_year_id, section, starts_on, verification_code, issued_at)
    SELECT 'C-MONEY-' || n, member.id, year.id, 'paid', date_trunc('month', at AT TIME ZONE 'Asia/Tokyo')::date, 'MONEY' || n, at
    FROM wanted JOIN member ON right(member.number, 1) = n::text, year RETURNING id, number, issued_at, starts_on
)
INSERT INTO certificates_transaction (certificate_id, seq, kind, effective_date, recorded_at, patch, actor, reason, rating_digest,
    total_premium_after, premium_difference)
SELECT certificate.id, 1, 'new', starts_on, issued_at, jsonb_build_object('plan', 'P100', 'industry', 'other_services',
    'annual_sales', 5000000, 'insured', jsonb_build_object('name', '見本工務店')), 'user:1', '', year.digest, 16240, 16240
FROM certificate, year
"""

# Premium of the last of those members that is owed again, and a return that no card takes; each language has its own.
OWED = """
WITH given AS (SELECT 'owed-' || %s AS key), payment AS (
    INSERT INTO billing_payment (key, purpose, member_id, charge_yen, gateway, state, session_id, payment_id, checkout_url, brand,
        last4, failure_code, closed_reason, created_at, changed_at, captured_at, checks)
    SELECT key, 'enrol:' || key, id, 16240, 'sandbox_card', 'captured', '', '', '', 'visa', '4242', '', '', now(), now(), now(), 0
    FROM given, parties_member WHERE number = '39990001' RETURNING id, key, member_id
), receivable AS (
    INSERT INTO billing_receivable (key, payment_id, receivable_yen, reason, recorded_at)
    SELECT key, id, 16240, 'dispute_lost', now() FROM payment
)
INSERT INTO billing_handreturn (key, member_id, return_yen, recorded_at, transfer_reference, transferred_by, transfers)
SELECT key, member_id, 7140, now(), '', '', 0 FROM payment
"""


def enter_acts(site: RunningSite) -> None:
    if not site.sql("SELECT 1 FROM parties_member WHERE number = '39990001'"):
        site.sql(ACTS)


def oldest_to_close(visitor: Visitor) -> Locator:
    """The row of the month whose turn it is."""
    return visitor.page.locator("tbody tr", has_text=re.compile("閉じられます|Can be closed")).last


@scene("desk:money")
def money(visitor: Visitor) -> None:
    enter_acts(visitor.site)
    visitor.come_as(OPERATOR)
    visitor.go("/desk/money/")
    visitor.says("閉じられます", "Can be closed")


@scene("desk:bordereau")
def money_list_open(visitor: Visitor) -> None:
    oldest_to_close(visitor).locator("a", has_text=re.compile("見る|Open")).click()
    visitor.says("月が終わりました", "The month is over")


@scene("desk:bordereau_close")
def money_list_close(visitor: Visitor) -> None:
    visitor.press()
    visitor.says("閉じた明細は、あとから変えられません", "A closed list can’t be changed")


@scene("desk:bordereau")
def money_list_closed(visitor: Visitor) -> None:
    visitor.press()
    visitor.says("この明細は、もう変わりません", "This list never changes again")


@scene("desk:remit")
def money_remit(visitor: Visitor) -> None:
    visitor.press()
    visitor.says("保険会社へ支払う額", "To the insurer")


@scene("desk:remit")
def money_remit_errors(visitor: Visitor) -> None:
    visitor.press()
    visitor.says("銀行の照会番号を入れてください", "Please enter the bank’s reference")


@scene("desk:bordereau")
def money_list_remitted(visitor: Visitor) -> None:
    visitor.page.locator("input[name=bank_reference]").fill("0512-000317")
    visitor.press()
    visitor.says("精算を記録しました", "The remittance is recorded")


@scene("desk:remit_back")
def money_take_back(visitor: Visitor) -> None:
    visitor.page.goto(f"{visitor.page.url}take-back/")
    visitor.says("取り消しますか", "Take back the remittance")


@scene("desk:ties")
def money_ties(visitor: Visitor) -> None:
    visitor.page.goto(visitor.page.url.replace("list/take-back/", ""))
    visitor.says("同じお金を、別々の記録から", "The same money, added up")


@scene("desk:ties")
def money_ties_unexplained(visitor: Visitor) -> None:
    visitor.go("/desk/money/")
    visitor.page.locator("tbody th a").nth(1).click()
    visitor.says("説明できない差が", "unexplained")  # the act of last month was never booked


@scene("desk:earned")
def money_earned(visitor: Visitor) -> None:
    visitor.page.locator(".month-nav a").last.click()
    visitor.says("未経過保険料が既経過になる月", "When premium is earned")


@scene("desk:money_look")
def money_look(visitor: Visitor) -> None:
    visitor.go("/desk/money/look/")
    visitor.says("人が決めることになったもの", "waits for a person")


@scene("desk:receivable")
def money_owed(visitor: Visitor) -> None:
    visitor.site.sql(OWED, visitor.language)
    _follow(visitor, "内容を見て決める", "Look and decide")
    visitor.says("まだ貸倒処理していません", "Nothing is written off")


@scene("desk:write_off")
def money_write_off(visitor: Visitor) -> None:
    visitor.page.locator(".desk-heading .button").click()
    visitor.says("10,000円までは1人で", "Up to ¥10,000 you alone")


@scene("desk:write_off")
def money_write_off_errors(visitor: Visitor) -> None:
    visitor.press()
    visitor.says("理由を入れてください", "Please give a reason")


@scene("desk:write_off")
def money_write_off_preview(visitor: Visitor) -> None:
    visitor.page.locator("textarea").fill("電話と手紙で三度連絡しましたが、返事がありません。")
    visitor.press()
    visitor.says("それまで金額は動きません", "Until then nothing moves")


@scene("desk:receivable")
def money_owed_waiting(visitor: Visitor) -> None:
    visitor.page.locator("button[value=confirm]").click()
    visitor.says("別の担当者が確かめるまで", "until another person has confirmed it")


@scene("desk:write_off_decide")
def money_write_off_own(visitor: Visitor) -> None:
    visitor.press()
    visitor.says("申し出た本人だけでは記帳できません", "can’t be booked by whoever asked for it")


@scene("desk:write_off_decide")
def money_write_off_second(visitor: Visitor) -> None:
    address = visitor.page.url
    visitor.come_as(visitor.site.enter_staff("organiser"))
    visitor.page.goto(address)
    visitor.says("この貸倒処理を記帳しますか", "Book this write-off?")


@scene("desk:receivable")
def money_owed_written_off(visitor: Visitor) -> None:
    visitor.page.locator("button[value=agree]").click()
    visitor.says("貸倒処理を記帳しました", "Written off and booked")


@scene("desk:write_off_back")
def money_write_off_back(visitor: Visitor) -> None:
    visitor.page.locator("td a").last.click()
    visitor.says("保険料をまた未収にします", "the premium is owed again")


@scene("desk:hand_return")
def money_transfer(visitor: Visitor) -> None:
    visitor.come_as(OPERATOR)
    _follow(visitor, "振込みを記録する", "Note the transfer")
    visitor.says("会員の口座へ振り込みます", "goes to the member’s bank account")


@scene("desk:hand_return")
def money_transfer_errors(visitor: Visitor) -> None:
    visitor.press()
    visitor.says("銀行の照会番号を入れてください", "Please enter the bank’s reference")


@scene("desk:hand_return")
def money_transfer_noted(visitor: Visitor) -> None:
    visitor.page.locator("input[name=reference]").fill("20261128-000317")
    visitor.press()
    visitor.says("振込みを記帳しました", "The transfer is noted and booked")


@scene("desk:hand_return_back")
def money_transfer_back(visitor: Visitor) -> None:
    visitor.page.locator(".desk-heading .button").click()
    visitor.says("また振込みを待ちます", "waits to be transferred again")


@scene("desk:money_look")
def money_look_dealt_with(visitor: Visitor) -> None:
    visitor.go("/desk/money/look/")
    visitor.says("人が処理したもの", "Dealt with by hand")


@scene("desk:payout_upload")
def money_payout_upload(visitor: Visitor) -> None:
    visitor.go("/desk/money/payouts/upload/")


@scene("desk:payout_upload")
def money_payout_upload_errors(visitor: Visitor) -> None:
    _hand_in(visitor, "cut_off")
    visitor.says("途中で切れています", "it was cut off")


@scene("desk:payouts")
def money_payouts(visitor: Visitor) -> None:
    _hand_in(visitor, "none")
    visitor.says("受け取って記帳しました", "Taken and booked")


@scene("desk:payout_item")
def money_payout_item(visitor: Visitor) -> None:
    foreign = visitor.page.locator("tr", has_text=f"pay_po_{visitor.language}")
    foreign.locator("a", has_text=re.compile("理由を書いて閉じる|Close with a reason")).click()
    visitor.says("誰の支払いかを決済会社に確かめます", "Ask the processor whose payment it is")


@scene("desk:payout_item")
def money_payout_item_errors(visitor: Visitor) -> None:
    visitor.press()
    visitor.says("理由を入れてください", "Please give a reason")


@scene("desk:payouts")
def money_payouts_closed(visitor: Visitor) -> None:
    visitor.page.locator("textarea").fill("別の制度の支払いと確かめました。")
    visitor.press()
    visitor.says("理由を書いて閉じたもの", "Closed with a reason")


def _follow(visitor: Visitor, japanese: str, english: str) -> None:
    """From the list of money to what waits of this language's payment."""
    visitor.go("/desk/money/look/")
    row = visitor.page.locator("tr", has_text=f"owed-{visitor.language}")
    row.locator("a", has_text=english if visitor.prefix else japanese).click()


def _hand_in(visitor: Visitor, fault: str) -> None:
    """A payout with a charge that nobody here knows; each language has one of its own."""
    name = f"po_{visitor.language}"
    at = "2026-11-20T10:00:00+09:00"
    row: list[str | int] = [
        "",
        f"bal_{name}",
        "charge",
        f"pay_{name}",
        f"pay_{name}",
        "",
        at,
        "jpy",
        16_240,
        526,
        15_714,
    ]
    content = payout_csv([row], payout_id=name, paid_at=at, fault=fault).encode()
    visitor.page.locator("input[type=file]").set_input_files(
        {"name": f"payout-{visitor.language}.csv", "mimeType": "text/csv", "buffer": content}
    )
    visitor.press()
