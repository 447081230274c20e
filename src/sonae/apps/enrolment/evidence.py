"""What was shown, asked, answered and agreed to, as one record with a digest that anybody can compute again."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any

from sonae.apps.enrolment.models import DocumentOpening
from sonae.apps.enrolment.steps import Progress, StepCode
from sonae.apps.parties.models import User
from sonae.apps.parties.queries import Membership
from sonae.domain.product.definition import Option, Question
from sonae.domain.product.texts import WordingDocument
from sonae.domain.rating import rate
from sonae.domain.risk import Risk

FORMAT = 1


def canonical(record: Any) -> bytes:
    """The one way to write a record down: UTF-8, keys in order, no spaces. It survives the database unchanged."""
    return json.dumps(record, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def digest_of(record: Any) -> str:
    """SHA-256 of the canonical form, in hex."""
    return hashlib.sha256(canonical(record)).hexdigest()


def wording_text(document: WordingDocument, language: str) -> dict[str, Any]:
    """A document as it is shown, whole, in one language."""
    return {
        "title": document.title.in_language(language),
        "lead": document.lead.in_language(language),
        "consent": document.consent.in_language(language),
        "sections": [
            {
                "heading": section.heading.in_language(language),
                "paragraphs": [text.in_language(language) for text in section.paragraphs],
                "points": [text.in_language(language) for text in section.points],
            }
            for section in document.sections
        ],
    }


def wording_digest(document: WordingDocument, language: str) -> str:
    """The digest of exactly the text that is shown."""
    return digest_of(wording_text(document, language))


def compose_evidence(
    *,
    progress: Progress,
    declarations: dict[str, bool],
    membership: Membership,
    user: User,
    language: str,
    now: datetime,
) -> dict[str, Any]:
    """The whole record of an application whose steps are all done (law rows 4, 5, 8, 9, 21)."""
    application, year = progress.application, progress.application.scheme_year
    return {
        "format": FORMAT,
        "application": application.number,
        "revision": application.revision,
        "language": language,
        "actor": f"user:{user.pk}",
        "member": {"number": membership.number, "class": membership.member_class, "name": membership.name},
        "product": {
            "programme": progress.product.programme,
            "version": progress.product.version,
            "digest": year.product_version.digest,
        },
        "term": {"start_on": application.start_on.isoformat(), "expiry_on": year.expiry_on.isoformat()},
        "plan": _plan(progress, language),
        "documents": _documents(progress, language),
        "needs": _answered(progress, "needs", StepCode.NEEDS, language),
        "disclosure": _answered(progress, "disclosure", StepCode.DISCLOSURE, language),
        "company": {"answers": progress.answers(StepCode.COMPANY), "saved_at": _saved_at(progress, StepCode.COMPANY)},
        "declarations": [
            _shown(question, language) | {"given": declarations[question.code]}
            for question in progress.product.questions_of("declaration")
            if question.code in declarations
        ],
        "confirmed_at": now.isoformat(),
    }


def _plan(progress: Progress, language: str) -> dict[str, Any]:
    application = progress.application
    risk = Risk(industry=application.industry, annual_sales=application.annual_sales or 0)
    offered = rate(progress.product, risk, application.start_on, application.scheme_year.expiry_on)
    return {
        "industry": risk.industry,
        "industry_name": progress.product.industry(risk.industry).name.in_language(language),
        "annual_sales": risk.annual_sales,
        "chosen": application.plan_code,
        "annual_premium": application.annual_premium,
        "term_premium": application.term_premium,
        "quoted_on": application.quoted_on.isoformat() if application.quoted_on else "",
        "offered": [premium.as_json(language) for premium in offered],
        "recommendation": "none: facts side by side",
        "fit_shown": [option.fit.in_language(language) for option in fitting_options(progress) if option.fit],
        "saved_at": _saved_at(progress, StepCode.PLAN),
    }


def fitting_options(progress: Progress) -> list[Option]:
    """The answers about needs from which something follows for the plans, in the order of the questions."""
    given = progress.answers(StepCode.NEEDS)
    return [
        option
        for question in progress.product.questions_of("needs")
        for option in question.options
        if option.fit is not None and option.code in _codes(given.get(question.code))
    ]


def _codes(answer: object) -> list[object]:
    return answer if isinstance(answer, list) else [answer]


def _documents(progress: Progress, language: str) -> list[dict[str, Any]]:
    openings = DocumentOpening.objects.filter(application=progress.application).order_by("opened_at", "id")
    given = progress.answers(StepCode.DOCUMENTS)
    return [
        {
            "code": document.code,
            "text": wording_text(document, language),
            "digest": wording_digest(document, language),
            "consent_given": given.get(document.code) is True,
            "openings": [
                {"digest": o.digest, "language": o.language, "opened_at": o.opened_at.isoformat()}
                for o in openings
                if o.document == document.code
            ],
        }
        for document in progress.product.wording
    ]


def _answered(progress: Progress, group: Any, step: StepCode, language: str) -> dict[str, Any]:
    given = progress.answers(step)
    questions = [_shown(q, language) | {"answer": given.get(q.code)} for q in progress.product.questions_of(group)]
    return {"questions": questions, "saved_at": _saved_at(progress, step)}


def _shown(question: Question, language: str) -> dict[str, Any]:
    shown = {
        "code": question.code,
        "version": question.version,
        "wording": question.wording.in_language(language),
        "explanation": question.explanation.in_language(language),
        "why": question.why.in_language(language),
        "options": {option.code: option.label.in_language(language) for option in question.options},
    }
    return shown | {"digest": digest_of(shown)}


def _saved_at(progress: Progress, step: StepCode) -> str:
    return progress.steps[step].saved_at.isoformat()
