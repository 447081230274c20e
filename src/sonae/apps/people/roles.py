"""The roles in words."""

from __future__ import annotations

from datetime import datetime

from sonae.apps.parties.models import Member, MemberAccess
from sonae.apps.parties.queries import find_membership
from sonae.domain.calendar import japan_date
from sonae.domain.text import Text

Role = MemberAccess.Role
ROLE_NAMES: dict[str, Text] = {
    Role.OWNER: Text("代表者", "owner"),
    Role.ADMINISTRATOR: Text("管理者", "administrator"),
    Role.READER: Text("閲覧", "reader"),
}
ROLE_DUTIES: dict[str, Text] = {
    Role.OWNER: Text(
        "すべての手続きに加えて、役割の変更、担当者の削除、代表者の交代ができます。",
        "Does everything, changes roles, removes people and hands the ownership over.",
    ),
    Role.ADMINISTRATOR: Text(
        "申込み、お支払い、変更ができ、担当者を招けます。", "Applies, pays, changes things and invites people."
    ),
    Role.READER: Text(
        "ご加入の内容と書類を見られます。手続きはできません。", "Sees cover and documents, and changes nothing."
    ),
}
TO_GIVE = (Role.ADMINISTRATOR, Role.READER)  # an owner is made by handing over alone


def firm_name(member: Member, *, now: datetime) -> str:
    """The member's name on the list, or its number once it has left."""
    membership = find_membership(member=member, on=japan_date(now))
    return membership.name if membership else member.number
