"""The organiser ends the free cover for everybody from a day on (F05), sees the numbers before, and may take it back until then."""

from __future__ import annotations

from datetime import date, datetime

from django.conf import settings
from django.db import transaction

from sonae.apps.audit.later import later
from sonae.apps.audit.models import SecondLook
from sonae.apps.audit.record import record
from sonae.apps.audit.use_cases.ask_second_look import ask_second_look
from sonae.apps.membership.cover_years import find_free_cover_end
from sonae.apps.membership.end_preview import EndPreview, preview_end
from sonae.apps.membership.models import FreeCoverEnd
from sonae.apps.parties.models import Organisation, User
from sonae.apps.programmes.models import Programme
from sonae.apps.programmes.product_files import product_of
from sonae.apps.programmes.queries import find_scheme_year
from sonae.domain.calendar import japan_date
from sonae.domain.text import Text

KIND = "free_cover_end"  # of the second look that it takes


class EndRefused(Exception):
    """The end can't be scheduled or taken back; ``said`` says why."""

    def __init__(self, said: Text) -> None:
        super().__init__(said.en)
        self.said = said


def ask_free_cover_end(*, ends_on: date, reason: str, by: User, now: datetime) -> SecondLook:
    """The end as one person of the organiser asks for it; another has to agree (``decide_second_look``), and then it is scheduled.

    What it would mean in numbers is kept with it. Raises ``EndRefused`` and ``ReasonMissing``.
    """
    check_organiser(by)
    _check_day(ends_on, now)
    if (known := find_free_cover_end()) is not None:
        raise _already_ends(known)
    preview = preview_end(ends_on=ends_on, now=now)
    asked, _ = ask_second_look(
        kind=KIND, object_id=ends_on.isoformat(), facts=preview.as_dict(), reason=reason, actor=f"user:{by.pk}", now=now
    )
    return asked


def schedule_asked_end(look: SecondLook, *, now: datetime) -> None:
    """Carry out what another person has agreed to. Raises ``EndRefused``."""
    by = User.objects.get(pk=int(look.asked_by.removeprefix("user:")))
    schedule_free_cover_end(ends_on=date.fromisoformat(look.object_id), reason=look.reason, by=by, now=now)


def schedule_free_cover_end(*, ends_on: date, reason: str, by: User, now: datetime) -> FreeCoverEnd:
    """The end, scheduled; certificates and mails follow by the rounds. The same end again is a quiet success.

    Raises ``EndRefused``.
    """
    check_organiser(by)
    with transaction.atomic():
        programme = Programme.objects.select_for_update().get(code=settings.SONAE_PROGRAMME)
        known = find_free_cover_end()
        if known is not None and known.ends_on == ends_on:
            return known
        if known is not None:
            raise _already_ends(known)
        _check_day(ends_on, now)
        preview = preview_end(ends_on=ends_on, now=now)
        end = FreeCoverEnd.objects.create(
            programme=programme, ends_on=ends_on, scheduled_at=now, scheduled_by=f"user:{by.pk}", reason=reason,
            preview=preview.as_dict(),
        )  # fmt: skip
        record(now=now, actor=end.scheduled_by, action="free_cover.end_scheduled", object_kind="free_cover_end",
               object_id=end.pk, ends_on=ends_on.isoformat(), certificates=preview.certificates,
               members=preview.members)  # fmt: skip
        later("sonae.carry_out_free_cover_end")
    return end


def keep_free_cover(*, reason: str, by: User, now: datetime) -> FreeCoverEnd:
    """The end, taken back before its day. Raises ``EndRefused``."""
    check_organiser(by)
    with transaction.atomic():
        Programme.objects.select_for_update().get(code=settings.SONAE_PROGRAMME)
        end = find_free_cover_end()
        if end is None:
            raise EndRefused(Text("無料補償の終了は予定されていません。", "No end of the free cover is scheduled."))
        if japan_date(now) >= end.ends_on:
            raise EndRefused(
                Text(
                    f"無料補償は{end.ends_on}に終わりました。もう取り消せません。",
                    f"The free cover has ended on {end.ends_on}; that can't be taken back any more.",
                )
            )
        end.withdrawn_at, end.withdrawn_by, end.withdrawal_reason = now, f"user:{by.pk}", reason
        end.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawal_reason"])
        record(now=now, actor=end.withdrawn_by, action="free_cover.end_withdrawn", object_kind="free_cover_end",
               object_id=end.pk, ends_on=end.ends_on.isoformat())  # fmt: skip
        later("sonae.carry_out_free_cover_end")
    return end


def preview_free_cover_end(*, ends_on: date, now: datetime) -> EndPreview:
    """What an end on that day would mean, in numbers; changes nothing. Raises ``EndRefused``."""
    _check_day(ends_on, now)
    return preview_end(ends_on=ends_on, now=now)


def check_organiser(by: User) -> None:
    """Raises ``EndRefused`` for everybody else."""
    if by.organisation is None or by.organisation.role != Organisation.Role.ORGANISER or not by.is_active:
        raise EndRefused(
            Text(
                "無料補償を終えられるのは、団体の担当者だけです。",
                "Only somebody of the organiser can end the free cover.",
            )
        )


def _check_day(ends_on: date, now: datetime) -> None:
    today = japan_date(now)
    if ends_on <= today:
        raise EndRefused(
            Text(
                f"{ends_on}は先の日ではありません。今日までに約束した補償は、なくせません。",
                f"{ends_on} is not in the future: cover that was promised until today can't be taken away.",
            )
        )
    year = find_scheme_year(on=today)
    if year is None or not product_of(year.product_version).section("free").organiser_may_end_it:
        raise EndRefused(
            Text(
                "いまの商品では、団体が無料補償を終えることはできません。",
                "The product doesn't let the organiser end the free cover.",
            )
        )


def _already_ends(known: FreeCoverEnd) -> EndRefused:
    return EndRefused(
        Text(
            f"無料補償は{known.ends_on}に終わる予定です。先にそれを取り消してください。",
            f"The free cover ends on {known.ends_on} already; take that back first.",
        )
    )
