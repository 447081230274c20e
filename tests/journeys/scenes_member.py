"""Scenes of what members hold, in every state of their membership, and of their documents, payments, notices, data and books."""

from __future__ import annotations

from datetime import date, timedelta

from tests.journeys.gallery import Visitor, scene
from tests.journeys.members_in_states import give_free_cover, let_act, tell, today_of
from tests.journeys.site import NewMember

IN_FORCE = "seisakusho@reiji.example"
IN_FORCE_NUMBER = "10000025"


def _come_as_member(visitor: Visitor, name: str) -> NewMember:
    """A member of the visitor's own, whose person has signed in."""
    member = visitor.site.enter_member(name)
    visitor.come_as(member.email)
    let_act(visitor.site, member.number, member.email)
    return member


def _today(visitor: Visitor) -> date:
    return today_of(visitor.site)


@scene("portal:home")
def home_of_a_new_member(visitor: Visitor) -> None:
    """The free certificate is still being made."""
    _come_as_member(visitor, "見本設備")
    visitor.go("/portal/")
    visitor.says("加入者証を準備しています", "Certificate being made")


@scene("portal:home")
def home_with_free_cover(visitor: Visitor) -> None:
    member = _come_as_member(visitor, "見本建材")
    give_free_cover(visitor.site, member.number)
    tell(visitor.site, member.number, "changed", _today(visitor) - timedelta(days=9), "total")
    visitor.go("/portal/")
    visitor.says("捨てずに残しておくもの", "Keep these")


@scene("portal:home")
def home_leaving(visitor: Visitor) -> None:
    member = _come_as_member(visitor, "サンプル運輸")
    give_free_cover(visitor.site, member.number)
    tell(visitor.site, member.number, "left", _today(visitor) + timedelta(days=40))
    visitor.go("/portal/")
    visitor.says("会員でなくなる日が登録されています", "The list says on which day you leave")


@scene("portal:home")
def home_of_who_has_left(visitor: Visitor) -> None:
    member = _come_as_member(visitor, "サンプル造園")
    tell(visitor.site, member.number, "left", _today(visitor) - timedelta(days=90))
    visitor.go("/portal/")
    visitor.says("無料補償は付いていません", "There is no free cover")


@scene("portal:home")
def home_of_who_came_back(visitor: Visitor) -> None:
    member = _come_as_member(visitor, "見本塗装")
    tell(visitor.site, member.number, "left", _today(visitor) - timedelta(days=90))
    tell(visitor.site, member.number, "joined", _today(visitor) - timedelta(days=10))
    visitor.go("/portal/")
    visitor.says("ふたたび会員になっています", "You are a member again")


@scene("portal:home")
def home_with_both(visitor: Visitor) -> None:
    """And with a second member to switch to."""
    give_free_cover(visitor.site, IN_FORCE_NUMBER)
    visitor.come_as(IN_FORCE)
    let_act(visitor.site, "20000064", IN_FORCE)
    visitor.go("/portal/")
    visitor.says("補償中", "In force")
    visitor.says("20000064", "20000064")


@scene("portal:home", printed=True)
def home_with_both_in_print(visitor: Visitor) -> None:
    """As the scene before left it."""


@scene("portal:documents")
def documents_of_the_member(visitor: Visitor) -> None:
    visitor.go("/portal/documents/")
    visitor.says("加入者証の一覧", "Certificates")


@scene("portal:payments")
def payments(visitor: Visitor) -> None:
    visitor.go("/portal/payments/")
    visitor.says("経理の表", "For your books")


@scene("portal:accounting")
def accounting(visitor: Visitor) -> None:
    visitor.page.locator("main .task-list a").first.click()
    visitor.page.locator("select[name=closing_month]").select_option("9")
    visitor.page.locator(".closing-month button").click()
    visitor.says("決算月を9月にしました", "Your books close in September")


@scene("portal:accounting", printed=True)
def accounting_in_print(visitor: Visitor) -> None:
    """As the scene before left it."""


@scene("portal:notices")
def notices(visitor: Visitor) -> None:
    visitor.go("/portal/notices/")
    visitor.says("すべて既読にする", "Mark all as read")


@scene("portal:data")
def data(visitor: Visitor) -> None:
    visitor.go("/portal/data/")
    visitor.says("会員名簿の内容", "What the member list says")


LOOKED = """
    INSERT INTO audit_auditentry (occurred_at, actor, action, object_kind, object_id, detail)
    SELECT now() - make_interval(hours => 7 * place), 'user:' || person.id, what.action, what.kind, what.name, '{}'
    FROM (VALUES (1, 'madoguchi@soudan.example', 'member.recognised', 'member', %s), (2, 'hikiuke@hoken.example',
              'member.seen', 'member', %s), (9, 'boshunin@soudan.example', 'member.seen', 'member', %s))
        AS what (place, email, action, kind, name)
    JOIN parties_user AS person ON person.email = what.email ORDER BY what.place DESC RETURNING id
"""


@scene("portal:data_looks")
def looks(visitor: Visitor) -> None:
    visitor.site.sql(LOOKED, *["10000025"] * 3)
    visitor.go("/portal/data/looks/")
    visitor.says("お電話の番号から会員を確かめる画面", "Who is calling")


@scene("portal:data_correct")
def correction_errors(visitor: Visitor) -> None:
    visitor.go("/portal/data/correct/")
    visitor.page.locator("input[name=telephone]").fill("でんわ")
    visitor.press()
    visitor.says("電話番号として読めません", "can’t be read as a telephone number")


@scene("portal:data")
def data_after_a_correction(visitor: Visitor) -> None:
    visitor.page.locator("input[name=telephone]").fill("03-1111-0025")
    visitor.page.locator("input[name=name]").fill("例示精密製作所")
    visitor.press()
    visitor.says("これまでのお申し出", "Your requests so far")


@scene("portal:data_erase")
def erasure(visitor: Visitor) -> None:
    visitor.go("/portal/data/erase/")
    visitor.says("法令などにより残すもの", "What must be kept")
