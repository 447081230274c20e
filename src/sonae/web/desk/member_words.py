"""How members are found and told of, in the desk's words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sonae.apps.search.queries import FoundMember, Why
from sonae.domain.text import Text
from sonae.web.desk.cover_words import CoverLine

FOUND_BY: Mapping[Why, Text] = {  # nothing is said where the name itself was asked for
    Why.NUMBER: Text("会員番号", "member number"),
    Why.CERTIFICATE: Text("加入者証番号", "certificate number"),
    Why.EMAIL: Text("メールアドレス", "e-mail address"),
    Why.TELEPHONE: Text("電話番号", "telephone"),
    Why.COVER_NAME: Text("加入者証の申込者・被保険者", "applicant or insured of a certificate"),
    Why.OTHER_NAME: Text("ほかの時期の名前", "name at another time"),
    Why.ADDRESS: Text("加入者証の住所", "address on a certificate"),
    Why.ALIKE: Text("似た名前", "a name like it"),
}


@dataclass(frozen=True, slots=True)
class FoundLine:
    """One member that was found, with the words for it."""

    row: FoundMember
    class_name: Text | None
    cover: CoverLine | None
    why: Text | None
