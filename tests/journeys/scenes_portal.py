"""Scenes of signing in, of the application step by step, of paying, and of what a member holds."""

from __future__ import annotations

import re

from tests.journeys.buyer import CARD_VISA, pay
from tests.journeys.gallery import Visitor, scene

IN_FORCE = "seisakusho@reiji.example"


@scene("portal:sign_in")
def sign_in(visitor: Visitor) -> None:
    visitor.go("/sign-in/")


@scene("portal:sign_in")
def sign_in_error(visitor: Visitor) -> None:
    visitor.page.locator("input[type=email]").fill("見本工務店")
    visitor.press()
    visitor.says("メールアドレスの形になっていません", "not in the form of an e-mail address")


@scene("portal:sign_in_code")
def sign_in_code(visitor: Visitor) -> None:
    visitor.page.locator("input[type=email]").fill("komuten-no-keiri-tanto@mihon-komuten.example")
    visitor.press()
    visitor.says("6桁のコードを送りました", "We sent six digits")


@scene("portal:sign_in_code")
def sign_in_code_error(visitor: Visitor) -> None:
    visitor.page.locator("input[name=code]").fill("12345")
    visitor.press()
    visitor.says("コードが違います", "This is not the code")


@scene("portal:home")
def home_of_nobody(visitor: Visitor) -> None:
    visitor.come_as(f"nobody-{visitor.language}@sample.example")
    visitor.go("/portal/")
    visitor.says("まだ会員の確認が済んでいません", "We don’t know your membership yet")


@scene("portal:start")
def member(visitor: Visitor) -> None:
    visitor.go("/apply/")


@scene("portal:start")
def member_errors(visitor: Visitor) -> None:
    visitor.press()
    visitor.says("会員番号を入れてください", "Please enter the member number")


@scene("portal:start")
def member_unknown(visitor: Visitor) -> None:
    _send_member(visitor, _unknown_number(visitor))
    visitor.says("会員名簿で確かめられませんでした", "We could not find you on the member list")


@scene("portal:start")
def member_has_owner(visitor: Visitor) -> None:
    visitor.go("/apply/")
    visitor.page.locator("input[name=telephone]").fill("03-0000-0025")
    visitor.page.locator("input[name=member_class][value=total]").check(force=True)
    visitor.page.locator("input[name=number]").fill("10000025")
    visitor.press()
    visitor.says("先に登録した方", "Another person registered first")


@scene("portal:start")
def error_429(visitor: Visitor) -> None:
    for _ in range(9):
        visitor.go("/apply/")
        _send_member(visitor, _unknown_number(visitor))
    visitor.says("しばらく時間をおいてください", "Please wait a little")


def _unknown_number(visitor: Visitor) -> str:
    """Tries are counted for each number too."""
    return "99999991" if visitor.prefix else "99999990"


def _send_member(visitor: Visitor, number: str) -> None:
    visitor.page.locator("input[name=number]").fill(number)
    visitor.page.locator("input[name=member_class][value=basic]").check(force=True)
    visitor.press()


@scene("portal:step")
def needs_errors(visitor: Visitor) -> None:
    visitor.begin()
    visitor.applicant.open("needs")
    visitor.press()


@scene("portal:start")
def start_with_an_open_application(visitor: Visitor) -> None:
    visitor.go("/apply/")
    visitor.says("申込みを続ける", "Continue the application")


@scene("portal:home")
def home_with_a_draft(visitor: Visitor) -> None:
    visitor.go("/portal/")
    visitor.says("入力の途中", "Draft")


@scene("portal:step")
def plan_errors(visitor: Visitor) -> None:
    visitor.applicant.open("plan")
    visitor.page.locator("input[name=sales]").fill("だいたい五百")
    visitor.press()


@scene("portal:referral")
def plan_referral(visitor: Visitor) -> None:
    visitor.page.locator("select[name=industry]").select_option("other_services")
    visitor.page.locator("input[name=sales]").fill("2億")
    visitor.press()
    visitor.says("担当者がお話をうかがいます", "A person will talk with you")


@scene("portal:step")
def plan_to_choose(visitor: Visitor) -> None:
    visitor.page.locator("main .button").first.click()
    visitor.page.locator("input[name=sales]").fill("500")
    visitor.press()
    visitor.press()
    visitor.says("プランを選んでください", "Please choose a plan")


@scene("portal:step")
def documents_errors(visitor: Visitor) -> None:
    visitor.applicant.open("documents")
    visitor.press()


@scene("portal:document")
def document(visitor: Visitor) -> None:
    visitor.page.locator("main a[href$='/documents/points_to_note/']").click()


@scene("portal:step")
def disclosure_errors(visitor: Visitor) -> None:
    visitor.applicant.open("disclosure")
    visitor.press()


@scene("portal:referral")
def disclosure_referral(visitor: Visitor) -> None:
    for question in ("past_event", "notified_breach"):
        visitor.page.locator(f"input[name={question}][value=yes]").check(force=True)
    visitor.press()
    visitor.says("担当者がお話をうかがいます", "A person will talk with you")


@scene("portal:step")
def company_errors(visitor: Visitor) -> None:
    visitor.applicant.open("company")
    typed = {"corporate_number": "７０００", "postcode": "100", "telephone": "03", "kana": "見本"}
    for field, text in typed.items():
        visitor.page.locator(f"main form [name={field}]").fill(text)
    visitor.page.locator("input[name=insured_is][value=other]").check(force=True)
    visitor.press()


@scene("portal:step")
def company_with_the_address(visitor: Visitor) -> None:
    visitor.go(f"/apply/{visitor.applicant.public_id}/company/")
    visitor.page.locator("[name=postcode]").fill("530-0001")
    visitor.page.locator("button[value=postcode]").click()
    visitor.says("番地を足してください", "Please add block and number")


@scene("portal:step")
def company_saved_elsewhere(visitor: Visitor) -> None:
    visitor.applicant.send("company", street="2-3-4")  # in another tab
    typed = {"representative": "見本 花子", "postcode": "530-0001", "prefecture": "大阪府", "city": "大阪市北区梅田"}
    for field, text in (typed | {"street": "1-2"}).items():
        visitor.page.locator(f"main form [name={field}]").fill(text)
    visitor.page.locator("input[name=insured_is][value=same]").check(force=True)
    visitor.press()
    visitor.says("先に保存されています", "Another page has saved this step meanwhile")


@scene("portal:confirm")
def confirm_errors(visitor: Visitor) -> None:
    visitor.applicant.open("confirm")
    visitor.applicant.send("needs", other_cover="yes")
    visitor.page.reload()
    visitor.press()
    visitor.says("補償が重なることがあります", "Covers may overlap")


@scene("portal:give_up")
def give_up(visitor: Visitor) -> None:
    visitor.go(f"/apply/{visitor.applicant.public_id}/give-up/")


@scene("portal:pay")
def pay_while_the_processor_is_away(visitor: Visitor) -> None:
    visitor.applicant.open("pay")
    visitor.site.break_next({"operation": "open", "fault": "status_500"})
    visitor.press()
    visitor.says("いま、カードの画面を開けません", "The card page can’t be opened right now")


@scene("portal:payment_left")
def payment_left(visitor: Visitor) -> None:
    visitor.go(f"/apply/{visitor.applicant.public_id}/pay/")
    visitor.press()
    visitor.page.locator(".cancel a").click()
    visitor.says("お支払いはまだ済んでいません", "The payment has not been made")


@scene("portal:step")
def under_payment(visitor: Visitor) -> None:
    visitor.go(f"/apply/{visitor.applicant.public_id}/plan/")
    visitor.says("お支払いの途中です", "A payment is under way")


@scene("portal:home")
def home_under_payment(visitor: Visitor) -> None:
    visitor.go("/portal/")
    visitor.says("お支払いの途中", "Paying")


@scene("portal:payment_left")
def payment_refused(visitor: Visitor) -> None:
    visitor.go(f"/apply/{visitor.applicant.public_id}/pay/")
    visitor.press()
    pay(visitor.page, visitor.site, "4000000000000002")
    visitor.page.locator(".cancel a").click()
    visitor.says("カードの支払いができませんでした", "The card was not charged")


@scene("portal:paid")
def payment_unknown(visitor: Visitor) -> None:
    visitor.hide_payment()
    visitor.go(f"/apply/{visitor.applicant.public_id}/paid/")
    visitor.says("お支払いを確認中です", "Confirming the payment")


@scene("portal:paid")
def payment_with_a_person(visitor: Visitor) -> None:
    visitor.change_payment(state="person")
    visitor.go(f"/apply/{visitor.applicant.public_id}/paid/")
    visitor.says("担当者が確認しています", "A person is looking into it")


@scene("portal:paid")
def paid(visitor: Visitor) -> None:
    visitor.change_payment(state="open", session_id=visitor.card_session)
    visitor.go(f"/apply/{visitor.applicant.public_id}/pay/")
    visitor.press()
    pay(visitor.page, visitor.site, CARD_VISA)
    visitor.says("加入の手続きが終わりました", "Your cover is arranged")


@scene("portal:home")
def home_with_a_certificate(visitor: Visitor) -> None:
    visitor.press()
    visitor.says("まもなく始まります", "To begin")


@scene("portal:home", printed=True)
def home_in_print(visitor: Visitor) -> None:
    """As the scene before left it."""


@scene("portal:paid")
def payment_released(visitor: Visitor) -> None:
    """The membership ended while the card was typed: the hold is given back."""
    visitor.begin()
    visitor.applicant.open("pay")
    visitor.press()
    visitor.site.leave_list(visitor.member)
    pay(visitor.page, visitor.site, CARD_VISA)
    visitor.says("会員名簿に、いま有効な登録がありません", "The member list has no entry in force today")


@scene("portal:pay")
def obstacle(visitor: Visitor) -> None:
    """The same before paying."""
    visitor.go(f"/apply/{visitor.applicant.public_id}/pay/")
    visitor.press()
    visitor.says("このままではお申込みを進められません", "The application can’t go on as it stands")


@scene("portal:paid")
def payment_refunded(visitor: Visitor) -> None:
    """Charged, but cover could not begin."""
    visitor.change_payment(state="captured")
    visitor.site.sql(
        """INSERT INTO billing_refund (key, payment_id, refund_yen, reason, refund_id, created_at, refunded_at, checks)
           SELECT key || ':refund', id, charge_yen, 'not_a_member', 're_1', now(), now(), 0 FROM billing_payment
           WHERE purpose = %s""",
        f"enrol:{visitor.applicant.public_id}",
    )
    visitor.go(f"/apply/{visitor.applicant.public_id}/paid/")
    visitor.says("お支払いの全額をカードへお返しします", "The whole sum goes back to your card")


@scene("portal:start")
def not_a_member(visitor: Visitor) -> None:
    """The membership ends while the page is open."""
    visitor.begin()
    visitor.go(f"/apply/{visitor.applicant.public_id}/give-up/")
    visitor.page.locator("main .destructive").click()
    visitor.go("/apply/")
    visitor.site.leave_list(visitor.member)
    visitor.press()
    visitor.says("今日の時点で会員名簿に有効な登録がありません", "has no entry in force on the member list today")


@scene("portal:step")
def closed(visitor: Visitor) -> None:
    visitor.go(f"/apply/{visitor.applicant.public_id}/needs/")
    visitor.says("この申込みは終わっています", "This application has ended")


@scene("portal:home")
def home_in_force(visitor: Visitor) -> None:
    visitor.come_as(IN_FORCE)
    visitor.go("/portal/")
    visitor.says("補償中", "In force")


@scene("portal:people")
def people(visitor: Visitor) -> None:
    visitor.go("/portal/people/")
    visitor.says("役割とできること", "What the roles may do")


@scene("portal:people")
def people_errors(visitor: Visitor) -> None:
    visitor.press()
    visitor.says("メールアドレスを入れてください", "Please enter an e-mail address")


@scene("portal:people")
def people_invited(visitor: Visitor) -> None:
    form = visitor.page.locator(
        "main form:has(input[name=role])"
    ).first  # scenes of a member's pages give the person a second
    form.locator("input[name=email]").fill(_guest(visitor))
    form.locator("input[name=role][value=reader]").check(force=True)
    visitor.press()
    visitor.says("返事を待っている招待", "Invitations without an answer")


@scene("portal:security")
def security(visitor: Visitor) -> None:
    visitor.go("/portal/security/")
    visitor.says("ログイン中の端末", "Where you are signed in")


@scene("portal:passkey")
def passkey(visitor: Visitor) -> None:
    visitor.go("/portal/security/passkey/")
    visitor.says("このアドレスではパスキーを使えません", "Passkeys don’t work at this address")


@scene("portal:email")
def email_change(visitor: Visitor) -> None:
    visitor.go("/portal/security/email/")
    visitor.says("順に確認コードを送ります", "We send a code to your present address")


@scene("portal:email")
def email_change_code(visitor: Visitor) -> None:
    visitor.page.locator("input[type=email]").fill("atarashii-no-keiri-tanto@reiji-seisakusho.example")
    visitor.press()
    visitor.says("2つのうち1つ目です", "First of two")


@scene("portal:sign_in_again")
def sign_in_again(visitor: Visitor) -> None:
    """The change of address is left first: who comes after, in the other language, finds none under way."""
    visitor.page.locator("main form:has(input[value=leave]) button").click()
    visitor.go("/sign-in/again/")
    visitor.says("ご本人であることを確かめます", "we make sure that it is you")


@scene("portal:invitation")
def invitation_for_another(visitor: Visitor) -> None:
    rows = visitor.site.sql(
        "SELECT body FROM documents_outboxmessage WHERE recipient = %s ORDER BY id DESC LIMIT 1", _guest(visitor)
    )
    found = re.search(r"/invitations/\S+", str(rows[0][0]))
    assert found
    visitor.go(found[0])
    visitor.says("別のメールアドレスでログインしています", "You are signed in with another address")


@scene("portal:invitation")
def invitation_to_accept(visitor: Visitor) -> None:
    address = visitor.page.url
    visitor.come_as(_guest(visitor))
    visitor.page.goto(address)
    visitor.says("お受けになると", "Once you accept")


@scene("portal:start")
def only_looks(visitor: Visitor) -> None:
    """A reader tries to begin an application with the page of somebody who may."""
    visitor.press()
    visitor.go("/apply/")
    number = visitor.site.sql(
        """SELECT m.number FROM parties_member m JOIN parties_memberaccess a ON a.member_id = m.id
           JOIN parties_user u ON u.id = a.user_id WHERE u.email = %s""",
        _guest(visitor),
    )[0][0]
    visitor.page.locator("main form").first.evaluate(ADD_MEMBER_AND_SEND, number)
    visitor.says("「閲覧」の担当として登録されています", "You are entered as a reader")


ADD_MEMBER_AND_SEND = """(form, number) => {
    const field = document.createElement("input");
    field.name = "member";
    field.value = number;
    form.append(field);
    form.submit();
}"""


def _guest(visitor: Visitor) -> str:
    return f"keiri-tanto-{visitor.language}@reiji-seisakusho.example"


@scene("portal:renewal_offer")
def renewal_offer(visitor: Visitor) -> None:
    """What it says depends on the season: when renewing begins, what the next year costs and why, or that it is over."""
    visitor.come_as(IN_FORCE)
    visitor.go(f"/portal/renewal/{_expiring(visitor)}/")
    visitor.says("更新は自動ではありません", "Renewal is not automatic")


@scene("portal:renew")
def renew(visitor: Visitor) -> None:
    visitor.begin()
    visitor.applicant.open("confirm")
    visitor.site.sql(
        """UPDATE enrolment_application SET renewal_of_id = c.id FROM certificates_certificate c
           WHERE public_id = %s AND c.number = %s""",
        visitor.applicant.public_id,
        _expiring(visitor),
    )
    visitor.go(f"/apply/{visitor.applicant.public_id}/renew/")
    visitor.says("昨年のお答えは引き継ぎません", "Last year’s answers are not carried over")


def _expiring(visitor: Visitor) -> str:
    """The certificate of the demo's member with cover."""
    found = visitor.site.sql(
        """SELECT c.number FROM certificates_certificate c JOIN parties_memberaccess a ON a.member_id = c.member_id
           JOIN parties_user u ON u.id = a.user_id
           WHERE u.email = %s AND c.section = 'paid' ORDER BY c.starts_on LIMIT 1""",
        IN_FORCE,
    )
    return str(found[0][0])
