"""What an application asks to be covered, as the certificate will say it."""

from __future__ import annotations

from sonae.apps.certificates.use_cases.issue_certificate import Schedule
from sonae.apps.enrolment.models import Application, StepAnswers

APPLICANT_FIELDS = (
    "name", "kana", "representative", "corporate_number", "postcode", "prefecture", "city", "street", "building", "telephone",
)  # fmt: skip
INSURED_FIELDS = ("insured_name", "insured_kana", "insured_address")


def company_answers(application: Application) -> dict[str, str]:
    """The answers of the step "company"; empty before it was saved."""
    step = StepAnswers.objects.filter(application=application, step="company").first()
    return {} if step is None else {key: str(value) for key, value in step.answers.items() if value is not None}


def schedule_of(application: Application) -> Schedule:
    """The schedule of a confirmed application. The insured is the applicant unless another is named (F04)."""
    company = company_answers(application)
    applicant = {field: company.get(field, "") for field in APPLICANT_FIELDS}
    other = {field.removeprefix("insured_"): company.get(field, "") for field in INSURED_FIELDS}
    insured = other if other["name"] else {"name": applicant["name"], "kana": applicant["kana"]}
    return Schedule(
        plan_code=application.plan_code,
        industry=application.industry,
        annual_sales=application.annual_sales or 0,
        applicant=applicant,
        insured=insured,
        annual_premium=application.annual_premium or 0,
        term_premium=application.term_premium or 0,
    )
