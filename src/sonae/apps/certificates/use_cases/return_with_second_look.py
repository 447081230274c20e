"""Return premium above the limit of ``SONAE_RETURN_ALONE_YEN``: one person of the staff asks for the act, another agrees."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from sonae.apps.audit.models import SecondLook
from sonae.apps.audit.use_cases.ask_second_look import ask_second_look
from sonae.apps.certificates.models import Certificate
from sonae.apps.certificates.use_cases.change_cover import request_change
from sonae.apps.parties.models import User
from sonae.domain.certificate.change import Wish
from sonae.domain.certificate.log import Kind

KIND = "return_premium"


def ask_to_return(
    *,
    key: str,
    certificate: Certificate,
    wish: Wish,
    decisions: Mapping[int, bool],
    seen_seq: int,
    seen_difference: int,
    user: User,
    reason: str,
    language: str,
    now: datetime,
) -> SecondLook:
    """The look that waits for another person, with all that ``request_change`` is told when they agree. Raises ReasonMissing."""
    facts = {
        "key": key,
        "certificate_id": certificate.pk,
        "kind": wish.kind,
        "asked_for": wish.asked_for.isoformat(),
        "patch": dict(wish.patch),
        "target": wish.target,
        "decisions": {str(seq): goes_on for seq, goes_on in decisions.items()},
        "seen_seq": seen_seq,
        "seen_difference": seen_difference,
        "user_id": user.pk,
        "language": language,
    }
    asked, _ = ask_second_look(
        kind=KIND, object_id=certificate.number, facts=facts, reason=reason, actor=f"user:{user.pk}", now=now
    )
    return asked


def request_agreed_change(look: SecondLook, *, now: datetime) -> None:
    """Do what was asked for, if the certificate is as it was. Raises what ``request_change`` does."""
    facts = look.facts
    request_change(
        key=facts["key"],
        certificate_id=facts["certificate_id"],
        wish=Wish(Kind(facts["kind"]), date.fromisoformat(facts["asked_for"]), facts["patch"], facts["target"]),
        decisions={int(seq): goes_on for seq, goes_on in facts["decisions"].items()},
        seen_seq=facts["seen_seq"],
        seen_difference=facts["seen_difference"],
        actor=look.asked_by,
        user=User.objects.get(pk=facts["user_id"]),
        reason=look.reason,
        language=facts["language"],
        now=now,
        alone_yen=None,
    )
