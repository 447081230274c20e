"""領収書 for the additional premium of a change."""

from __future__ import annotations

from datetime import datetime

from sonae.apps.billing.models import Payment
from sonae.apps.certificates.models import ChangeRequest
from sonae.apps.certificates.queries import first_act_of, fold
from sonae.apps.documents.facts import Frame, ReceiptFacts
from sonae.apps.documents.models import Paper
from sonae.apps.documents.papers import issue_paper
from sonae.apps.documents.rendering import file_name_for_receipt
from sonae.apps.programmes.numbering import draw
from sonae.apps.programmes.product_files import product_of
from sonae.domain.addressing import honorific
from sonae.domain.calendar import cover_starts_at, japan_date
from sonae.domain.numbering import receipt_number


def issue_change_receipt(*, request: ChangeRequest, payment: Payment, now: datetime) -> Paper:
    """Its facts are frozen in the transaction that records the change; ``first_seq`` of the request is written."""
    certificate = request.certificate
    version = certificate.scheme_year.product_version
    paid_on = japan_date(now)
    return issue_paper(
        key=f"{Paper.Kind.RECEIPT}:{certificate.number}:{request.first_seq}",
        kind=Paper.Kind.RECEIPT,
        member=certificate.member,
        product_version=version,
        language=request.language,
        file_name=file_name_for_receipt(
            paid_on=paid_on,
            payment_yen=payment.charge_yen,
            insurer_name=product_of(version).party("insurer").name.ja,
        ),
        facts=_facts(request, payment, now).as_dict(),
        now=now,
    )


def _facts(request: ChangeRequest, payment: Payment, now: datetime) -> ReceiptFacts:
    certificate = request.certificate
    product = product_of(certificate.scheme_year.product_version)
    paid_on, expiry_on = japan_date(now), certificate.scheme_year.expiry_on
    act = first_act_of(request)
    fields = fold(certificate.transactions.order_by("seq"), on=act.effective_date)
    name, representative = _addressee(fields)
    return ReceiptFacts(
        frame=Frame.of(product, certificate.scheme_year.product_version.digest),
        receipt_number=receipt_number(paid_on.year, draw("receipt")),
        made_at=now,
        addressee=name,
        honorific=honorific(name, run_by=representative),
        paid_on=paid_on,
        payment_yen=payment.charge_yen,
        payee_name=product.party("insurer").name,
        card_brand=payment.brand,
        certificate_number=certificate.number,
        plan_name=product.plan(str(fields["plan"])).name,
        cover_from=cover_starts_at(product.calendar, act.effective_date),
        cover_until=cover_starts_at(product.calendar, certificate.cancelled_on or expiry_on),
        tax_note=product.payment.tax_note,
        keeping_note=product.document(Paper.Kind.RECEIPT).explanation,
        is_additional=True,
    )


def _addressee(fields: dict[str, object]) -> tuple[str, str]:
    """Who paid, by name, and who runs the firm: the applicant as it is known since the change."""
    applicant = fields.get("applicant") or fields.get("insured")
    known = applicant if isinstance(applicant, dict) else {}
    return str(known.get("name", "")), str(known.get("representative", ""))
