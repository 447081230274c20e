"""Everything that we hold of one member for itself, as plain values: what data.json says (member_data.schema.json).

Left out: what is not the member's own, such as who of the staff did what, and the names of the organiser's files.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sonae.apps.billing.models import Payment, SavedCard
from sonae.apps.billing.queries import closing_month_of
from sonae.apps.certificates.models import Certificate, ChangeRequest
from sonae.apps.contact.models import DataRequest
from sonae.apps.documents.models import Paper
from sonae.apps.enrolment.models import Application
from sonae.apps.parties.models import Member, MemberAccess, User
from sonae.apps.parties.standing import list_facts

FORMAT = "sonae-member-data/1"
Plain = dict[str, Any]


def member_data(*, member: Member, user: User, now: datetime) -> Plain:
    """The document. ``user`` is the person who asks; of the member's other people it says nothing but their number."""
    return {
        "format": FORMAT,
        "made_at": now.isoformat(),
        "member": {"number": member.number, "on_file_since": member.created_at.isoformat()},
        "you": _access(member, user),
        "membership": [_fact(fact) for fact in list_facts(member=member)],
        "certificates": [_certificate(one) for one in _certificates(member)],
        "changes_asked": [_change(one) for one in _changes(member)],
        "payments": [_payment(one) for one in _payments(member)],
        "saved_cards": [_saved_card(one) for one in _saved_cards(member)],
        "applications": [_application(one) for one in _applications(member)],
        "papers": [_paper(one) for one in papers_of(member)],
        "requests": [_request(one) for one in DataRequest.objects.filter(member=member).order_by("id")],
        "closing_month": closing_month_of(member=member),
    }


def papers_of(member: Member) -> list[Paper]:
    """Oldest first."""
    return list(Paper.objects.filter(member=member).order_by("issued_at", "id"))


def paper_path(paper: Paper) -> str:
    """Where it lies in the archive: its number first, because two papers may have one name."""
    return f"papers/{paper.pk}_{paper.file_name.replace('/', '_')}"


def _saved_cards(member: Member) -> list[SavedCard]:
    return list(SavedCard.objects.filter(member=member).select_related("consent").order_by("id"))


def _saved_card(saved: SavedCard) -> Plain:
    return {
        "brand": saved.brand,
        "last4": saved.last4,
        "expiry": f"{saved.expiry_year}-{saved.expiry_month:02d}",
        "kept_at": saved.saved_at.isoformat(),
        "agreed_to": saved.consent.text,
        "agreed_at": saved.consent.given_at.isoformat(),
        "ended_at": saved.ended_at.isoformat() if saved.ended_at else None,
    }


def _access(member: Member, user: User) -> Plain:
    people = list(MemberAccess.objects.filter(member=member))
    own = next(access for access in people if access.user_id == user.pk)
    return {
        "email": user.email,
        "role": own.role,
        "since": own.granted_at.isoformat(),
        "other_people": len(people) - 1,
    }


def _fact(fact: Any) -> Plain:
    return {
        "kind": fact.kind,
        "effective_date": fact.effective_date.isoformat(),
        "recorded_at": fact.recorded_at.isoformat(),
        "member_class": fact.member_class,
        "name": fact.name,
        "name_kana": fact.name_kana,
        "email": fact.email,
        "telephone": fact.telephone,
    }


def _certificates(member: Member) -> list[Certificate]:
    return list(
        Certificate.objects.filter(member=member)
        .select_related("scheme_year")
        .prefetch_related("transactions__reverses")
        .order_by("starts_on", "id")
    )


def _certificate(certificate: Certificate) -> Plain:
    return {
        "number": certificate.number,
        "section": certificate.section,
        "starts_on": certificate.starts_on.isoformat(),
        "expiry_on": certificate.scheme_year.expiry_on.isoformat(),
        "cancelled_on": certificate.cancelled_on.isoformat() if certificate.cancelled_on else None,
        "issued_at": certificate.issued_at.isoformat(),
        "verification_code": certificate.verification_code,
        "transactions": [
            {
                "seq": act.seq,
                "kind": act.kind,
                "effective_date": act.effective_date.isoformat(),
                "recorded_at": act.recorded_at.isoformat(),
                "fields": act.patch,
                "total_premium_after": act.total_premium_after,
                "premium_difference": act.premium_difference,
                "reverses": act.reverses.seq if act.reverses else None,
            }
            for act in certificate.transactions.all()
        ],
    }


def _changes(member: Member) -> list[ChangeRequest]:
    asked = ChangeRequest.objects.filter(certificate__member=member).select_related("certificate")
    return list(asked.order_by("asked_at", "id"))


def _change(asked: ChangeRequest) -> Plain:
    return {
        "certificate": asked.certificate.number,
        "kind": asked.kind,
        "asked_at": asked.asked_at.isoformat(),
        "asked_for": asked.asked_for.isoformat(),
        "fields": asked.patch,
        "difference_yen": asked.difference_yen,
        "state": asked.state,
    }


def _payments(member: Member) -> list[Payment]:
    charged = Payment.objects.filter(member=member, captured_at__isnull=False)
    return list(charged.prefetch_related("refunds").order_by("captured_at", "id"))


def _payment(payment: Payment) -> Plain:
    return {
        "charged_at": payment.captured_at.isoformat() if payment.captured_at else None,
        "charge_yen": payment.charge_yen,
        "card_brand": payment.brand,
        "card_last4": payment.last4,
        "refunds": [
            {
                "refund_yen": refund.refund_yen,
                "written_down_at": refund.created_at.isoformat(),
                "refunded_at": refund.refunded_at.isoformat() if refund.refunded_at else None,
            }
            for refund in payment.refunds.all()
        ],
    }


def _applications(member: Member) -> list[Application]:
    return list(
        Application.objects.filter(member=member)
        .prefetch_related("steps", "openings", "evidence")
        .order_by("started_at", "id")
    )


def _application(application: Application) -> Plain:
    return {
        "number": application.number,
        "state": application.state,
        "closed_reason": application.closed_reason,
        "start_on": application.start_on.isoformat(),
        "plan": application.plan_code,
        "industry": application.industry,
        "annual_sales": application.annual_sales,
        "annual_premium": application.annual_premium,
        "term_premium": application.term_premium,
        "started_at": application.started_at.isoformat(),
        "changed_at": application.changed_at.isoformat(),
        "answers": {step.step: step.answers for step in application.steps.all()},
        "documents_opened": [
            {"document": one.document, "digest": one.digest, "opened_at": one.opened_at.isoformat()}
            for one in application.openings.all()
        ],
        "evidence": [
            {"digest": one.digest, "recorded_at": one.recorded_at.isoformat(), "record": one.record}
            for one in application.evidence.all()
        ],
    }


def _paper(paper: Paper) -> Plain:
    return {"kind": paper.kind, "issued_at": paper.issued_at.isoformat(), "file": paper_path(paper)}


def _request(asked: DataRequest) -> Plain:
    return {
        "number": asked.number,
        "kind": asked.kind,
        "received_at": asked.received_at.isoformat(),
        "held": asked.held,
        "wanted": asked.wanted,
        "message": asked.message,
    }
