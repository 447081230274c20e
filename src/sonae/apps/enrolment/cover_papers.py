"""What the member gets when cover is issued: certificate, receipt, important matters and a copy of the disclosure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sonae.apps.billing.models import Payment
from sonae.apps.certificates.certificate_paper import certificate_facts
from sonae.apps.certificates.models import Certificate
from sonae.apps.certificates.use_cases.issue_certificate import Schedule
from sonae.apps.documents.facts import (
    AnsweredQuestion,
    CertificateFacts,
    DisclosureCopyFacts,
    Facts,
    Frame,
    ImportantMattersFacts,
    ReceiptFacts,
    ShownDocument,
)
from sonae.apps.documents.models import Paper
from sonae.apps.documents.papers import issue_all
from sonae.apps.documents.rendering import file_name_for_receipt
from sonae.apps.enrolment.models import Application, DocumentOpening, Evidence, StepAnswers
from sonae.apps.programmes.models import ProductVersion
from sonae.apps.programmes.numbering import draw
from sonae.apps.programmes.product_files import product_of
from sonae.domain.addressing import honorific
from sonae.domain.calendar import cover_starts_at, japan_date
from sonae.domain.numbering import receipt_number
from sonae.domain.product.definition import Product
from sonae.domain.text import Text

Kind = Paper.Kind
YES, NO = Text("はい", "Yes"), Text("いいえ", "No")


@dataclass(frozen=True, slots=True)
class _Issue:
    """Everything that the papers of one certificate are made from."""

    application: Application
    certificate: Certificate
    schedule: Schedule
    payment: Payment
    version: ProductVersion
    product: Product
    frame: Frame
    now: datetime

    @property
    def insured_is_applicant(self) -> bool:
        return self.schedule.insured["name"] == self.schedule.applicant["name"]

    @property
    def cover_from(self) -> datetime:
        return cover_starts_at(self.product.calendar, self.certificate.starts_on)

    @property
    def cover_until(self) -> datetime:
        return cover_starts_at(self.product.calendar, self.application.scheme_year.expiry_on)


def issue_papers(
    *, application: Application, certificate: Certificate, schedule: Schedule, payment: Payment, now: datetime
) -> None:
    """Freeze the facts of all four papers. Called in the transaction that issues the cover."""
    version = application.scheme_year.product_version
    product = product_of(version)
    frame = Frame.of(product, version.digest)
    issue = _Issue(application, certificate, schedule, payment, version, product, frame, now)
    receipt_name = file_name_for_receipt(
        paid_on=japan_date(now), payment_yen=payment.charge_yen, insurer_name=product.party("insurer").name.ja
    )
    papers: tuple[tuple[str, str, Facts], ...] = (
        (Kind.CERTIFICATE, f"{certificate.number}_加入者証.pdf", _certificate(issue)),
        (Kind.RECEIPT, receipt_name, _receipt(issue)),
        (
            Kind.IMPORTANT_MATTERS,
            f"{certificate.number}_重要事項説明書.pdf",
            ImportantMattersFacts.of(issue.product, issue.version.digest),
        ),
        (Kind.DISCLOSURE_COPY, f"{certificate.number}_告知内容の写し.pdf", _disclosure(issue)),
    )
    issue_all(
        Paper(
            key=f"{kind}:{certificate.number}:1",
            kind=kind,
            member=application.member,
            product_version=version,
            language=application.language,
            file_name=file_name,
            facts=facts.as_dict(),
            issued_at=now,
        )
        for kind, file_name, facts in papers
    )


def _certificate(issue: _Issue) -> CertificateFacts:
    schedule = issue.schedule
    return certificate_facts(
        certificate=issue.certificate,
        fields=schedule.as_patch(),
        annual_premium=schedule.annual_premium,
        term_premium=schedule.term_premium,
        now=issue.now,
    )


def _receipt(issue: _Issue) -> ReceiptFacts:
    paid_on = japan_date(issue.now)
    applicant, product = issue.schedule.applicant, issue.product
    return ReceiptFacts(
        frame=issue.frame,
        receipt_number=receipt_number(paid_on.year, draw("receipt")),
        made_at=issue.now,
        addressee=applicant["name"],
        honorific=honorific(applicant["name"], run_by=applicant["representative"]),
        paid_on=paid_on,
        payment_yen=issue.payment.charge_yen,
        payee_name=product.party("insurer").name,
        card_brand=issue.payment.brand,
        certificate_number=issue.certificate.number,
        plan_name=product.plan(issue.schedule.plan_code).name,
        cover_from=issue.cover_from,
        cover_until=issue.cover_until,
        tax_note=product.payment.tax_note,
        keeping_note=product.document(Kind.RECEIPT).explanation,
    )


def _disclosure(issue: _Issue) -> DisclosureCopyFacts:
    application, product = issue.application, issue.product
    step = StepAnswers.objects.filter(application=application, step="disclosure").first()
    given = step.answers if step else {}
    sealed = Evidence.objects.filter(application=application).order_by("-revision").first()
    declared = {entry["code"] for entry in (sealed.record["declarations"] if sealed else [])}
    return DisclosureCopyFacts(
        frame=issue.frame,
        application_number=application.number,
        certificate_number=issue.certificate.number,
        made_at=issue.now,
        insured_name=issue.schedule.insured["name"],
        applicant_name="" if issue.insured_is_applicant else issue.schedule.applicant["name"],
        answered_by=application.user.email,
        answered_at=step.saved_at if step else issue.now,
        industry_name=product.industry(issue.schedule.industry).name,
        annual_sales=issue.schedule.annual_sales,
        questions=tuple(
            AnsweredQuestion(q.code, q.version, q.wording, YES if given.get(q.code) == "yes" else NO)
            for q in product.questions_of("disclosure")
        ),
        declarations=tuple(q.wording for q in product.questions_of("declaration") if q.code in declared),
        documents=_shown(application, product),
    )


def _shown(application: Application, product: Product) -> tuple[ShownDocument, ...]:
    return tuple(
        ShownDocument(
            product.wording_document(opening.document).title, product.version, opening.digest, opening.opened_at
        )
        for opening in DocumentOpening.objects.filter(application=application).order_by("opened_at", "id")
    )
