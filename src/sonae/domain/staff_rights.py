"""Who of the programme's organisations may see and do what (F02).

A right belongs to a position within an organisation: what an insurer's actuary may see is not what the operator's clerk may. To
solicit takes a registration that is valid on the day (保険業法 2 XXVI, 275, 276): the position alone is not enough.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sonae.domain.text import Text


class Party(StrEnum):
    """An organisation's part in the programme."""

    ORGANISER = "organiser"
    INSURER = "insurer"
    AGENCY = "agency"
    OPERATOR = "operator"


class Position(StrEnum):
    """What a person does there. One person may hold several."""

    CLERK = "clerk"
    SOLICITOR = "solicitor"
    SUPERVISOR = "supervisor"
    CLAIMS_HANDLER = "claims_handler"
    ACTUARY = "actuary"
    AUDITOR = "auditor"


class Right(StrEnum):
    """``SEE_…`` reads and changes nothing; every other one acts."""

    SEE_DESK = "see_desk"
    TAKE_WORK = "take_work"
    SEE_FEEDS = "see_feeds"
    HANDLE_FEEDS = "handle_feeds"
    SEE_COVER = "see_cover"
    CHANGE_COVER = "change_cover"
    SEE_MONEY = "see_money"
    HANDLE_MONEY = "handle_money"
    SEE_CONSULTATIONS = "see_consultations"
    TAKE_CONSULTATIONS = "take_consultations"
    CLOSE_CALLBACK_SLOTS = "close_callback_slots"
    SOLICIT = "solicit"
    HAND_ON_REFERRALS = "hand_on_referrals"
    SEE_REFERRALS = "see_referrals"
    TAKE_REFERRALS = "take_referrals"
    SEE_COMPLAINTS = "see_complaints"
    HANDLE_COMPLAINTS = "handle_complaints"
    SEE_DATA_REQUESTS = "see_data_requests"
    HANDLE_DATA_REQUESTS = "handle_data_requests"
    SEE_CASES = "see_cases"
    HANDLE_CASES = "handle_cases"
    SEE_LEGAL_ADVICE = "see_legal_advice"
    SEE_CLAIMS = "see_claims"
    HANDLE_CLAIMS = "handle_claims"
    AUTHORISE_CLAIMS = "authorise_claims"
    SEE_PANEL = "see_panel"
    MANAGE_PANEL = "manage_panel"
    END_FREE_COVER = "end_free_cover"
    SEE_LETTERS = "see_letters"
    SEND_LETTERS = "send_letters"
    SEE_FIGURES = "see_figures"
    SEE_PRODUCT = "see_product"
    PREPARE_PRODUCT = "prepare_product"
    PUBLISH_PRODUCT = "publish_product"
    SEE_AUDIT = "see_audit"
    SEE_STAFF = "see_staff"
    MANAGE_STAFF = "manage_staff"
    EXPORT_PERSONAL_DATA = "export_personal_data"


DAYS_TO_RENEW = 60  # before its last day a registration is shown as one that ends soon


class Standing(StrEnum):
    """How a registration stands on a day."""

    HOLDS = "holds"
    ENDS_SOON = "ends_soon"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Registration:
    """A solicitor's registration; it holds up to and including the last day."""

    number: str
    last_day: date

    def holds_on(self, day: date) -> bool:
        """Whether somebody may solicit under it on that day."""
        return day <= self.last_day

    def standing_on(self, day: date) -> Standing:
        """Whether it has to be renewed, for those who look after it."""
        if not self.holds_on(day):
            return Standing.OVER
        return Standing.ENDS_SOON if (self.last_day - day).days <= DAYS_TO_RENEW else Standing.HOLDS


_EVERYBODY = frozenset(Position)
_DESK = frozenset({Position.CLERK, Position.SOLICITOR, Position.SUPERVISOR})
_DESK_AND_CLAIMS = _DESK | {Position.CLAIMS_HANDLER}
_HEAD = frozenset({Position.SUPERVISOR})
_CLAIMS = frozenset({Position.CLAIMS_HANDLER, Position.SUPERVISOR})
_MODEL = frozenset({Position.ACTUARY})

# Member data is the organiser's, and the operator keeps it for the organiser. What a member has covered is between the member
# and the insurer, for whom the operator keeps it. Premium passes through the organiser's accounts and the operator's hands.
# The agency sees what was passed to it with consent (F20), and nothing else of anybody. A case is the operator's, who has the
# member on the telephone, and the insurer's, who pays for it; what a lawyer advised is not the operator's.
HOLDERS: dict[Right, dict[Party, frozenset[Position]]] = {
    Right.SEE_DESK: dict.fromkeys(Party, _EVERYBODY),
    Right.TAKE_WORK: dict.fromkeys(Party, _EVERYBODY),  # what of it, the right of each kind of work says
    Right.SEE_FEEDS: {Party.ORGANISER: _DESK, Party.OPERATOR: _DESK},
    Right.HANDLE_FEEDS: {Party.ORGANISER: _DESK, Party.OPERATOR: _DESK},
    Right.SEE_COVER: {Party.OPERATOR: _DESK_AND_CLAIMS, Party.INSURER: _DESK_AND_CLAIMS},
    Right.CHANGE_COVER: {Party.OPERATOR: _DESK},
    Right.SEE_MONEY: {Party.ORGANISER: _DESK, Party.OPERATOR: _DESK},
    Right.HANDLE_MONEY: {Party.ORGANISER: _DESK, Party.OPERATOR: _DESK},
    Right.SEE_CONSULTATIONS: {Party.OPERATOR: _DESK_AND_CLAIMS},
    Right.TAKE_CONSULTATIONS: {Party.OPERATOR: _DESK_AND_CLAIMS},
    Right.CLOSE_CALLBACK_SLOTS: {Party.OPERATOR: _HEAD},
    Right.SOLICIT: {Party.OPERATOR: frozenset({Position.SOLICITOR}), Party.AGENCY: frozenset({Position.SOLICITOR})},
    Right.HAND_ON_REFERRALS: {Party.OPERATOR: _DESK},
    Right.SEE_REFERRALS: {Party.OPERATOR: _DESK, Party.AGENCY: _DESK},
    Right.TAKE_REFERRALS: {Party.AGENCY: _DESK},
    Right.SEE_COMPLAINTS: {Party.OPERATOR: _DESK_AND_CLAIMS, Party.INSURER: _HEAD, Party.ORGANISER: _HEAD},
    Right.HANDLE_COMPLAINTS: {Party.OPERATOR: _DESK_AND_CLAIMS},
    Right.SEE_DATA_REQUESTS: {Party.ORGANISER: _DESK, Party.OPERATOR: _DESK},
    Right.HANDLE_DATA_REQUESTS: {Party.ORGANISER: _DESK, Party.OPERATOR: _DESK},
    Right.SEE_CASES: {Party.OPERATOR: _DESK_AND_CLAIMS, Party.INSURER: _CLAIMS},
    Right.HANDLE_CASES: {Party.OPERATOR: _DESK_AND_CLAIMS, Party.INSURER: _CLAIMS},
    Right.SEE_LEGAL_ADVICE: {Party.INSURER: _CLAIMS},
    Right.SEE_CLAIMS: {Party.OPERATOR: _CLAIMS, Party.INSURER: _CLAIMS},
    Right.HANDLE_CLAIMS: {Party.INSURER: _CLAIMS},
    Right.AUTHORISE_CLAIMS: {Party.INSURER: _HEAD},
    Right.SEE_PANEL: {Party.OPERATOR: _DESK_AND_CLAIMS, Party.INSURER: _CLAIMS},
    Right.MANAGE_PANEL: {Party.INSURER: _CLAIMS},
    Right.END_FREE_COVER: {Party.ORGANISER: _HEAD},
    Right.SEE_LETTERS: {Party.ORGANISER: _DESK, Party.OPERATOR: _DESK},
    Right.SEND_LETTERS: {Party.ORGANISER: _HEAD, Party.OPERATOR: _HEAD},
    Right.SEE_FIGURES: dict.fromkeys((Party.ORGANISER, Party.INSURER, Party.OPERATOR), _DESK | _MODEL),
    Right.SEE_PRODUCT: {Party.INSURER: _DESK | _MODEL, Party.ORGANISER: _HEAD},
    Right.PREPARE_PRODUCT: {Party.INSURER: _MODEL | _HEAD},
    Right.PUBLISH_PRODUCT: {Party.INSURER: _MODEL | _HEAD},
    Right.SEE_AUDIT: dict.fromkeys((Party.ORGANISER, Party.INSURER, Party.OPERATOR), _HEAD),
    Right.SEE_STAFF: dict.fromkeys(Party, _HEAD),
    Right.MANAGE_STAFF: dict.fromkeys(Party, _HEAD),
    Right.EXPORT_PERSONAL_DATA: {Party.ORGANISER: _HEAD, Party.OPERATOR: _HEAD},
}
SEEING = frozenset(right for right in Right if right.startswith("see_"))


def positions_in(party: Party) -> tuple[Position, ...]:
    """Those that somebody there can hold: every one that may do more than open the desk, and the auditor's."""
    useful = {
        position
        for right, held in HOLDERS.items()
        if right not in {Right.SEE_DESK, Right.TAKE_WORK}  # which everybody holds
        for position in held.get(party, ())
    }
    return tuple(one for one in Position if one in useful or one == Position.AUDITOR)


def leads_staff(positions: Collection[Position]) -> bool:
    """Whether somebody with these positions manages the staff of their organisation; an auditor changes nothing."""
    return Position.SUPERVISOR in positions and Position.AUDITOR not in positions


def rights_of(
    *, party: Party, positions: Collection[Position], registration: Registration | None, on: date
) -> frozenset[Right]:
    """What somebody may who holds these positions there on that day. An auditor sees everything there is and does nothing,
    whatever else they are."""
    if Position.AUDITOR in positions:
        return SEEING
    held = {right for right, holders in HOLDERS.items() if holders.get(party, frozenset()) & frozenset(positions)}
    if registration is None or not registration.holds_on(on):
        held.discard(Right.SOLICIT)
    return frozenset(held)


PARTY_NAMES = {
    Party.ORGANISER: Text("団体事務局", "organiser"),
    Party.INSURER: Text("引受保険会社", "insurer"),
    Party.AGENCY: Text("取扱代理店", "agency"),
    Party.OPERATOR: Text("相談窓口", "contact window"),
}
POSITION_NAMES = {
    Position.CLERK: Text("担当者", "clerk"),
    Position.SOLICITOR: Text("登録募集人", "registered solicitor"),
    Position.SUPERVISOR: Text("責任者", "supervisor"),
    Position.CLAIMS_HANDLER: Text("保険金担当", "claims handler"),
    Position.ACTUARY: Text("アクチュアリー", "actuary"),
    Position.AUDITOR: Text("監査人", "auditor"),
}
RIGHT_NAMES = {
    Right.SEE_DESK: Text("業務画面を開く", "open the desk"),
    Right.TAKE_WORK: Text("仕事を受け持つ、休ませる", "take up work and let it rest"),
    Right.SEE_FEEDS: Text("会員データを見る", "see member files"),
    Right.HANDLE_FEEDS: Text("会員データを取り込む", "hand in and apply member files"),
    Right.SEE_COVER: Text("加入者と補償を見る", "see members and their cover"),
    Right.CHANGE_COVER: Text("異動・解約を記録する", "record changes and cancellations"),
    Right.SEE_MONEY: Text("入出金を見る", "see money"),
    Right.HANDLE_MONEY: Text("入出金を処理する", "settle money"),
    Right.SEE_CONSULTATIONS: Text("相談を見る", "see consultations"),
    Right.TAKE_CONSULTATIONS: Text("相談に応じ、記録する", "take and record consultations"),
    Right.CLOSE_CALLBACK_SLOTS: Text("折り返しのお電話の枠を閉じる", "close half hours for call-backs"),
    Right.SOLICIT: Text("募集する（登録の有効な日だけ）", "solicit (only while the registration holds)"),
    Right.HAND_ON_REFERRALS: Text("代理店へ取り次ぐ", "pass referrals to the agency"),
    Right.SEE_REFERRALS: Text("取次ぎを見る", "see referrals"),
    Right.TAKE_REFERRALS: Text("取次ぎを受ける", "take referrals"),
    Right.SEE_COMPLAINTS: Text("苦情の記録を見る", "see complaints"),
    Right.HANDLE_COMPLAINTS: Text("苦情に対応する", "handle complaints"),
    Right.SEE_DATA_REQUESTS: Text("本人からの請求を見る", "see requests about personal data"),
    Right.HANDLE_DATA_REQUESTS: Text("本人からの請求に応じる", "answer requests about personal data"),
    Right.SEE_CASES: Text("事故の受付を見る", "see cases"),
    Right.HANDLE_CASES: Text("事故を受け付け、対応する", "take and handle cases"),
    Right.SEE_LEGAL_ADVICE: Text("弁護士の助言を見る", "see legal advice"),
    Right.SEE_CLAIMS: Text("保険金の請求を見る", "see claims"),
    Right.HANDLE_CLAIMS: Text("保険金の請求を扱う", "handle claims"),
    Right.AUTHORISE_CLAIMS: Text("保険金の支払いを認める", "authorise claims"),
    Right.SEE_PANEL: Text("専門業者の名簿を見る", "see the panel of specialists"),
    Right.MANAGE_PANEL: Text("専門業者の名簿を管理する", "manage the panel of specialists"),
    Right.END_FREE_COVER: Text("無料補償を終える", "end the free cover"),
    Right.SEE_LETTERS: Text("お知らせを見る", "see letters and mails"),
    Right.SEND_LETTERS: Text("お知らせを送る", "send letters and mails"),
    Right.SEE_FIGURES: Text("実績を見る", "see figures"),
    Right.SEE_PRODUCT: Text("商品改定版を見る", "see product versions"),
    Right.PREPARE_PRODUCT: Text("商品改定版を用意する", "prepare product versions"),
    Right.PUBLISH_PRODUCT: Text("商品改定版を公開する", "publish product versions"),
    Right.SEE_AUDIT: Text("操作記録を見る", "see the audit log"),
    Right.SEE_STAFF: Text("職員を見る", "see staff"),
    Right.MANAGE_STAFF: Text("職員と役割を決める", "manage staff and positions"),
    Right.EXPORT_PERSONAL_DATA: Text("個人データを書き出す", "export personal data"),
}
POSITION_DUTIES = {
    Position.CLERK: Text("日々の事務と相談を受け持ちます。", "Does the daily work and takes consultations."),
    Position.SOLICITOR: Text(
        "登録の有効な日に、プランを勧め、説明し、申込みを受けます。",
        "Recommends, explains and takes applications while the registration holds.",
    ),
    Position.SUPERVISOR: Text(
        "担当者の仕事に加えて、職員を管理し、二人目の確認をします。",
        "Does a clerk’s work, manages the staff and takes second looks.",
    ),
    Position.CLAIMS_HANDLER: Text("事故の相談と保険金を受け持ちます。", "Takes incidents and claims."),
    Position.ACTUARY: Text("商品改定版を用意し、数字を見ます。", "Prepares product versions and reads figures."),
    Position.AUDITOR: Text("すべてを見て、何も変えません。", "Sees everything and changes nothing."),
}
