"""What those who have not renewed are told: a reminder before the deadline, a warning before the expiry, a notice after it."""

from __future__ import annotations

from datetime import date

from sonae.apps.documents.mail_signature import signature
from sonae.apps.renewal.letter import renewal_address
from sonae.apps.renewal.letter_mails import NUMBER
from sonae.apps.renewal.years import Turn
from sonae.domain.date_in_words import date_in_words
from sonae.domain.renewal_calendar import NoticeKind, start_if_confirmed
from sonae.domain.window import hour_words


def notice_mail(*, kind: NoticeKind, turn: Turn, language: str, today: date) -> tuple[str, str]:
    """Subject and body; ``today`` decides which start a renewal still has."""
    subject, said = {"reminder": _reminder, "warning": _warning, "notice": _notice}[kind](turn, language, today)
    page = renewal_address(language, NUMBER)
    if language == "en":
        return (
            f"{subject} ({NUMBER})",
            f"{said}\n\nYou renew here, in about a minute:\n{page}\n\n"
            f"If you don’t want to renew, you need not do anything. Please call us with any question.\n\n"
            f"{signature(turn.new, 'en')}",
        )
    return (
        f"{subject}（{NUMBER}）",
        f"{said}\n\n更新のお手続きは、次のページから1分ほどで終わります。\n{page}\n\n"
        f"更新されない場合は、何もしていただく必要はありません。ご不明な点は、お気軽にお電話ください。\n\n"
        f"{signature(turn.new, 'ja')}",
    )


def _reminder(turn: Turn, language: str, today: date) -> tuple[str, str]:
    ends, by, hour = _days(turn)
    if language == "en":
        return (
            f"Please renew by {by[1]}",
            f"Your cover ({NUMBER}) expires on {ends[1]} at {hour[1]} JST and is not renewed by itself. If you renew by {by[1]}, "
            f"cover goes on without a gap.",
        )
    return (
        f"更新のお手続きは{by[0]}までです",
        f"ご加入の補償（{NUMBER}）は、{ends[0]} {hour[0]}に満期になり、自動では更新されません。"
        f"{by[0]}までにお手続きいただくと、補償は途切れずに続きます。",
    )


def _warning(turn: Turn, language: str, today: date) -> tuple[str, str]:
    ends, _, hour = _days(turn)
    start, until = _late_start(turn, today)
    if language == "en":
        return (
            f"Your cover ends on {ends[1]}",
            f"Your cover ({NUMBER}) ends on {ends[1]} at {hour[1]} JST; it has not been renewed. You can still renew until "
            f"{until[1]}. Renewed today, cover begins on {start[1]}.",
        )
    return (
        f"補償は{ends[0]}に終わります",
        f"ご加入の補償（{NUMBER}）は、更新のお手続きがないため、{ends[0]} {hour[0]}に終わります。"
        f"お手続きは{until[0]}まで間に合います。今日お手続きいただくと、補償は{start[0]}に始まります。",
    )


def _notice(turn: Turn, language: str, today: date) -> tuple[str, str]:
    ends, _, hour = _days(turn)
    start, until = _late_start(turn, today)
    if language == "en":
        return (
            f"Your cover ended on {ends[1]}",
            f"Your cover ({NUMBER}) ended on {ends[1]} at {hour[1]} JST. What happens afterwards is not covered by it. You can "
            f"still take up our offer until {until[1]}. Renewed today, cover begins on {start[1]}.",
        )
    return (
        f"補償は{ends[0]}に終わりました",
        f"ご加入の補償（{NUMBER}）は、{ends[0]} {hour[0]}に終わりました。"
        f"そのあとに起きた事故は、有料プランの補償の対象になりません。"
        f"更新のご案内は{until[0]}までお使いいただけます。今日お手続きいただくと、補償は{start[0]}に始まります。",
    )


def _days(turn: Turn) -> tuple[tuple[str, str], tuple[str, str], tuple[str, str]]:
    ends, by = date_in_words(turn.dates.expiry_on), date_in_words(turn.dates.deadline_on)
    hour = hour_words(turn.new.calendar.term_start_hour)
    return (ends.ja, ends.en), (by.ja, by.en), (hour.ja, hour.en)


def _late_start(turn: Turn, today: date) -> tuple[tuple[str, str], tuple[str, str]]:
    start = start_if_confirmed(turn.new, turn.dates, turn.year.term, today) or turn.dates.expiry_on
    begins, until = date_in_words(start), date_in_words(turn.dates.late_until)
    return (begins.ja, begins.en), (until.ja, until.en)
