"""Scenes of changing a paid cover: by the member from the form to what was recorded, and by a clerk at the desk."""

from __future__ import annotations

from datetime import date

from tests.journeys.buyer import CARD_VISA, pay
from tests.journeys.desk import OPERATOR
from tests.journeys.gallery import Visitor, scene

NUMBERS: dict[str, str] = {}
# A payment of which nobody knows whether it was charged, and one that was taken back.
MUCH_MONEY = """
    WITH of_member AS (SELECT id FROM parties_member WHERE number = %s),
    tried AS (INSERT INTO billing_payment (key, purpose, member_id, charge_yen, gateway, state, session_id, payment_id,
        checkout_url, brand, last4, failure_code, closed_reason, created_at, changed_at, checks)
      SELECT 'sample:' || id, 'sample:' || id, id, 12340, 'sandbox_card', 'person', 'sample:' || id, '', '', 'visa', '4242', '', '',
        now() - interval '6 days', now() - interval '6 days', 9 FROM of_member RETURNING id)
    INSERT INTO billing_dispute (payment_id, dispute_id, dispute_yen, state, opened_at)
      SELECT id, 'sample', 12340, 'open', now() - interval '2 days' FROM tried
"""


def number_of(visitor: Visitor) -> str:
    """Of the certificate that these scenes change."""
    return NUMBERS[visitor.language]


def buy(visitor: Visitor) -> str:
    """The member of these scenes buys cover; the number of its certificate."""
    visitor.begin()
    visitor.applicant.open("pay")
    visitor.press()
    pay(visitor.page, visitor.site, CARD_VISA)
    visitor.page.locator("main dd b").first.wait_for(timeout=20_000)
    found = visitor.site.sql(
        "SELECT c.number FROM certificates_certificate c JOIN parties_member m ON m.id = c.member_id "
        "WHERE m.number = %s AND c.section = 'paid'",
        visitor.member.number,
    )
    return str(found[0][0])


def start_of(visitor: Visitor) -> date:
    """The day on which that cover begins."""
    found = visitor.site.sql("SELECT starts_on FROM certificates_certificate WHERE number = %s", number_of(visitor))
    day = found[0][0]
    assert isinstance(day, date)
    return day


@scene("portal:cover_change")
def cover_change(visitor: Visitor) -> None:
    NUMBERS[visitor.language] = buy(visitor)
    visitor.go(f"/portal/cover/{number_of(visitor)}/change/")


@scene("portal:cover_change")
def cover_change_errors(visitor: Visitor) -> None:
    visitor.page.locator("input[name=sales]").fill("たくさん")
    visitor.press()
    visitor.says("か所をご確認ください", "to check")


@scene("portal:cover_change")
def cover_change_preview(visitor: Visitor) -> None:
    visitor.page.locator("input[name=sales]").fill("500")
    visitor.page.locator("input[name=plan][value=P300]").check(force=True)
    visitor.press()
    visitor.says("追加保険料", "Additional premium")


@scene("portal:change_asked")
def change_to_pay(visitor: Visitor) -> None:
    visitor.press()
    visitor.says("お支払いが済むと、変更を記録します", "The change is recorded once it is paid")


@scene("portal:change_paid")
def change_done(visitor: Visitor) -> None:
    visitor.press()
    pay(visitor.page, visitor.site, CARD_VISA)
    visitor.page.locator("main .file-rows").wait_for(timeout=20_000)
    visitor.says("異動承認書", "Endorsement")


@scene("portal:cover_cancel")
def cover_cancel(visitor: Visitor) -> None:
    visitor.go(f"/portal/cover/{number_of(visitor)}/cancel/")
    visitor.says("お返しする保険料", "goes back")


@scene("portal:cover_cancel")
def cover_cancel_preview(visitor: Visitor) -> None:
    visitor.page.locator("input[name=day]").nth(2).check(force=True)
    visitor.press()
    visitor.says("お返しする先", "Goes back to")


@scene("portal:change_asked")
def cover_cancelled(visitor: Visitor) -> None:
    visitor.page.locator("main .button.destructive").click()
    visitor.page.locator("main .file-rows").wait_for(timeout=20_000)


@scene("portal:home")
def home_of_a_cancelled_cover(visitor: Visitor) -> None:
    visitor.go("/portal/")
    visitor.says("に解約されます", "Cancelled from")


@scene("portal:documents")
def documents_with_editions(visitor: Visitor) -> None:
    visitor.go("/portal/documents/")
    visitor.says("前の版", "an earlier edition")


@scene("portal:cover_reinstate")
def cover_reinstate(visitor: Visitor) -> None:
    visitor.go(f"/portal/cover/{number_of(visitor)}/reinstate/")


@scene("portal:cover_reinstate")
def cover_reinstate_preview(visitor: Visitor) -> None:
    visitor.press()
    visitor.says("補償の続く期限", "Cover goes on until")


@scene("desk:members")
def desk_members(visitor: Visitor) -> None:
    visitor.site.let_be_found()
    visitor.come_as(OPERATOR)
    visitor.go("/desk/members/?q=見本")
    visitor.says("見本", "見本")


@scene("desk:members")
def desk_members_alike(visitor: Visitor) -> None:
    visitor.go("/desk/members/?q=見本工事店")
    visitor.says("似た名前", "a name like it")


@scene("desk:members")
def desk_members_at_once(visitor: Visitor) -> None:
    visitor.go("/desk/members/")
    visitor.page.locator("#member-search").press_sequentially("見本工")
    visitor.page.locator("#found-at-once a").first.wait_for()


@scene("desk:member")
def desk_member(visitor: Visitor) -> None:
    visitor.go(f"/desk/members/?q={number_of(visitor)}")
    visitor.says("異動承認書", "Endorsement")


@scene("desk:member")
def desk_member_of_the_past(visitor: Visitor) -> None:
    """Its first day, as it was known just after it was bought."""
    found = visitor.site.sql(
        "SELECT to_char(issued_at AT TIME ZONE 'Asia/Tokyo' + interval '1 ms', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS') "
        "FROM certificates_certificate WHERE number = %s",
        number_of(visitor),
    )
    visitor.go(f"/desk/members/{visitor.member.number}/?on={start_of(visitor)}&known={found[0][0]}")
    visitor.says("に分かっていた内容です", "As it was known by")


@scene("desk:member")
def desk_member_that_waits(visitor: Visitor) -> None:
    """Much of it, and some of it waiting."""
    visitor.site.sql(MUCH_MONEY, visitor.member.number)
    visitor.go(f"/desk/members/{visitor.member.number}/")
    visitor.says("待っていること", "What waits")


@scene("desk:member")
def desk_member_without_paid_cover(visitor: Visitor) -> None:
    member = visitor.site.enter_member("例示商会")
    visitor.go(f"/desk/members/{member.number}/")
    visitor.says("例示商会", "例示商会")


@scene("desk:member_history")
def desk_member_history(visitor: Visitor) -> None:
    visitor.go(f"/desk/members/{visitor.member.number}/history/")
    visitor.says("すべて", "Everything")


@scene("desk:member_history")
def desk_member_history_of_mails(visitor: Visitor) -> None:
    visitor.go(f"/desk/members/{visitor.member.number}/history/?of=mails")
    visitor.page.locator("main summary").first.click()


@scene("desk:certificate")
def desk_certificate(visitor: Visitor) -> None:
    visitor.go(f"/desk/certificates/{number_of(visitor)}/")
    visitor.says("異動の記録", "The log")


@scene("desk:reinstate")
def desk_reinstate(visitor: Visitor) -> None:
    visitor.go(f"/desk/certificates/{number_of(visitor)}/reinstate/")


@scene("desk:reverse")
def desk_reverse_preview(visitor: Visitor) -> None:
    visitor.go(f"/desk/certificates/{number_of(visitor)}/reverse/2/")
    visitor.page.locator("input[name=reason]").fill("届出の誤りのため")
    visitor.press()
    visitor.says("届出の誤りのため", "届出の誤りのため")


@scene("desk:change")
def desk_change(visitor: Visitor) -> None:
    visitor.go(f"/desk/certificates/{number_of(visitor)}/change/")


@scene("desk:change")
def desk_change_preview(visitor: Visitor) -> None:
    """Other sales, from the first day on."""
    visitor.page.locator("input[name=day]").fill(start_of(visitor).isoformat())
    visitor.page.locator("input[name=sales]").fill("900")
    visitor.page.locator("input[name=reason]").fill("決算が確定したため")
    visitor.press()
    visitor.says("決算が確定したため", "決算が確定したため")


@scene("desk:certificate")
def desk_certificate_recorded(visitor: Visitor) -> None:
    visitor.page.locator("main button[value=confirm]").click()
    visitor.says("異動の記録", "The log")


@scene("desk:certificate")
def desk_certificate_of_the_past(visitor: Visitor) -> None:
    visitor.go(f"/desk/certificates/{number_of(visitor)}/?on={start_of(visitor)}&known=2026-11-01")
    visitor.says("まだ加入の記録がありませんでした", "nothing of this certificate was recorded")


@scene("desk:cancel")
def desk_cancel_not_possible(visitor: Visitor) -> None:
    visitor.go(f"/desk/certificates/{number_of(visitor)}/cancel/")
    visitor.page.locator("input[name=day]").fill("2030-01-01")
    visitor.page.locator("input[name=reason]").fill("x")
    visitor.press()
    visitor.says("か所をご確認ください", "to check")
