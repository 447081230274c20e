"""Why an application can't become cover, and what to do now, in words."""

from __future__ import annotations

from dataclasses import dataclass

from sonae.apps.enrolment.acceptance import Obstacle
from sonae.domain.text import Text


@dataclass(frozen=True, slots=True)
class Explanation:
    """What stands in the way, and the next step. ``goes_on`` where the applicant can go on alone."""

    what: Text
    next_step: Text
    goes_on: bool = True


CALL_US = Text("相談窓口へお電話ください。", "Please call us.")
EXPLANATIONS: dict[str, Explanation] = {
    Obstacle.NOT_A_MEMBER: Explanation(
        Text("会員名簿に、いま有効な登録がありません。", "The member list has no entry in force today."), CALL_US, False
    ),
    Obstacle.TOO_LATE: Explanation(
        Text("この補償開始日の締切日を過ぎました。", "The deadline for this start of cover has passed."),
        Text(
            "プランの画面で、次の補償開始日の保険料をお確かめください。",
            "Please look at the premium for the next start on the page “Plan”.",
        ),
    ),
    Obstacle.QUOTE_EXPIRED: Explanation(
        Text("保険料をお見せしてから、有効な日数が過ぎました。", "The premium that was shown no longer holds."),
        Text("プランの画面で、いまの保険料をお確かめください。", "Please look at today’s premium on the page “Plan”."),
    ),
    Obstacle.REFERRED: Explanation(
        Text("担当者がお話をうかがう必要があります。", "A person needs to talk with you first."), CALL_US, False
    ),
    Obstacle.PREMIUM_DIFFERS: Explanation(
        Text("保険料が、お見せした額と変わりました。", "The premium is not the one that was shown."),
        Text("プランの画面で、いまの保険料をお確かめください。", "Please look at today’s premium on the page “Plan”."),
    ),
    Obstacle.HAS_COVER: Explanation(
        Text("この期間には、すでにご加入いただいています。", "You already have cover for this term."),
        Text("加入者ページでご加入内容をご覧ください。", "Your cover is on the member’s page."),
        False,
    ),
}
INCOMPLETE = Explanation(
    Text("まだ確認していただく画面が残っています。", "There are pages still to be checked."),
    Text("残りの画面へお進みください。", "Please go on with them."),
)


def explain(obstacle: str | None) -> Explanation:
    """The words for an obstacle; anything unknown asks to call."""
    if obstacle is None:
        return INCOMPLETE
    unknown = Explanation(
        Text("お支払いの内容を確かめられませんでした。", "The payment could not be checked."), CALL_US
    )
    return EXPLANATIONS.get(obstacle, unknown)
