"""Answer some expiring certificates within the caller's transaction; what fails is set aside with its reason, the rest goes on."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.db import InterfaceError, OperationalError, transaction

from sonae.apps.audit.milestones import reached
from sonae.apps.renewal.expiring import Expiring, lock_members, read_expiring
from sonae.apps.renewal.judging import Problem, judge
from sonae.apps.renewal.models import ParkedCertificate
from sonae.apps.renewal.tally import Tally
from sonae.apps.renewal.write_answers import park, write_answers
from sonae.apps.renewal.years import Turn
from sonae.domain.calendar import japan_date

log = logging.getLogger("sonae.renewal")


def answer_chunk(ids: Sequence[int], *, turn: Turn, now: datetime) -> Tally:
    """Offer, letter and mail for each that has none yet; every certificate is counted once in what comes back."""
    lock_members(ids)
    rows = read_expiring(ids, turn=turn, today=japan_date(now))
    reached("offers.read")
    undone, tally = sort_out(rows, turn=turn)
    try:
        with transaction.atomic():
            return tally + _answer(undone, turn=turn, now=now)
    except (OperationalError, InterfaceError):
        raise  # the database is away: nobody's certificate is at fault
    except Exception as error:  # whatever one row can raise must not keep the others waiting
        log.warning("a chunk of %d certificates goes one by one: %s", len(undone), error)
        return sum((_answer_alone(row, turn=turn, now=now) for row in undone), tally)


def sort_out(rows: Sequence[Expiring], *, turn: Turn) -> tuple[list[Expiring], Tally]:
    """Those that want an answer, and the count of those that don't: answered before, renewed already, or cancelled."""
    undone, already, renewed, cancelled = [], 0, 0, 0
    for row in rows:
        if row.is_answered:
            already += 1
        elif row.cancelled_on is not None and row.cancelled_on < turn.expiring.expiry_on:
            cancelled += 1
        elif row.is_renewed:
            renewed += 1
        else:
            undone.append(row)
    return undone, Tally(seen=len(rows), already=already, renewed=renewed, cancelled=cancelled)


def _answer(rows: Sequence[Expiring], *, turn: Turn, now: datetime) -> Tally:
    judged, by_rule = judge(rows, turn=turn, today=japan_date(now))
    reached("offers.judged")
    written = write_answers(judged.answers, turn=turn, now=now)
    reached("offers.written")
    park(judged.problems, turn=turn, now=now)
    if judged.answers:
        answered = [answer.expiring.certificate_id for answer in judged.answers]
        ParkedCertificate.objects.filter(
            scheme_year=turn.year, certificate__in=answered, resolved_at__isnull=True
        ).update(resolved_at=now)
    return replace(written, cancelled=judged.cancelled, parked=len(judged.problems), by_rule=by_rule)


def _answer_alone(row: Expiring, *, turn: Turn, now: datetime) -> Tally:
    try:
        with transaction.atomic():
            return _answer([row], turn=turn, now=now)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:  # said to a person, who can try it again
        problem = Problem(row.certificate_id, "unexpected", f"{type(error).__name__}: {error}")
        park([problem], turn=turn, now=now)
        return Tally(parked=1)
