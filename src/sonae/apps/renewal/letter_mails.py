"""The mails beside the letters about the next scheme year, in the language of the member's papers. They carry no figures but days:
what is the member's own stands behind the sign-in."""

from __future__ import annotations

from sonae.apps.documents.mail_signature import signature
from sonae.apps.renewal.letter import renewal_address
from sonae.apps.renewal.years import Turn
from sonae.domain.date_in_words import date_in_words
from sonae.domain.window import hour_words

NUMBER = "[certificate number]"  # replaced for each member


def letter_mail(*, decision: str, turn: Turn, language: str, is_new: bool = True) -> tuple[str, str]:
    """Subject and body. ``is_new`` False: an earlier letter is overtaken."""
    return _offered(turn, language, is_new) if decision == "offered" else _refused(turn, language, is_new)


def _offered(turn: Turn, language: str, is_new: bool) -> tuple[str, str]:
    ends, by = date_in_words(turn.dates.expiry_on), date_in_words(turn.dates.deadline_on)
    hour, page = hour_words(turn.new.calendar.term_start_hour), renewal_address(language, NUMBER)
    if language == "en":
        return (
            f"{'Your renewal' if is_new else 'Your renewal has changed'} ({NUMBER})",
            f"{'' if is_new else 'Something has changed since our last letter, so here is a new one. '}"
            f"Your cover ({NUMBER}) expires on {ends.en} at {hour.en} JST. It is not renewed by itself: if you renew by {by.en}, "
            f"cover goes on without a gap.\n\n"
            f"Your premium for the next year, and how it comes about from this year’s, is in the letter on your page. "
            f"There you also renew, in about a minute:\n{page}\n\n"
            f"Please call us with any question.\n\n{signature(turn.new, 'en')}",
        )
    return (
        f"{'更新のご案内' if is_new else '更新のご案内を作り直しました'}（{NUMBER}）",
        f"{'' if is_new else '前回のご案内のあとに内容が変わりましたので、あらためてお送りします。'}"
        f"ご加入の補償（{NUMBER}）は、{ends.ja} {hour.ja}に満期になります。\n"
        f"更新は自動ではありません。{by.ja}までにお手続きいただくと、補償は途切れずに続きます。\n\n"
        f"次の1年の保険料と、今年の保険料からどう変わるかは、加入者ページの「更新のご案内」でご覧になれます。"
        f"お手続きもそこから、1分ほどで終わります。\n{page}\n\n"
        f"ご不明な点は、お気軽にお電話ください。\n\n{signature(turn.new, 'ja')}",
    )


def _refused(turn: Turn, language: str, is_new: bool) -> tuple[str, str]:
    ends, by = date_in_words(turn.dates.expiry_on), date_in_words(turn.dates.deadline_on)
    hour, page = hour_words(turn.new.calendar.term_start_hour), renewal_address(language, NUMBER)
    if language == "en":
        return (
            f"After your cover expires ({NUMBER})",
            f"{'' if is_new else 'Something has changed since our last letter, so here is a new one. '}"
            f"Your cover ({NUMBER}) goes on unchanged until it expires on {ends.en} at {hour.en} JST. Afterwards the paid plan "
            f"can’t be renewed on your page. Why, and what comes next, is in the letter there:\n{page}\n\n"
            f"So that no gap comes about, please call us by {by.en}.\n\n{signature(turn.new, 'en')}",
        )
    return (
        f"満期のあとの補償についてのご案内（{NUMBER}）",
        f"{'' if is_new else '前回のご案内のあとに内容が変わりましたので、あらためてお送りします。'}"
        f"ご加入の補償（{NUMBER}）は、満期の{ends.ja} {hour.ja}まで、変わらずに続きます。\n"
        f"そのあとの有料プランの更新は、加入者ページではお手続きいただけません。理由と、次にしていただくことは、"
        f"加入者ページの書類でご覧になれます。\n{page}\n\n"
        f"補償に空白ができないよう、{by.ja}までにお電話ください。\n\n{signature(turn.new, 'ja')}",
    )
