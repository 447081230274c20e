"""One document that must be opened: the whole text, the PDF, and "I have read this". Reading changes nothing; the button does."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from sonae.apps.documents.facts import ImportantMattersFacts
from sonae.apps.documents.rendering import paper_press
from sonae.apps.enrolment.evidence import wording_digest
from sonae.apps.enrolment.models import Application
from sonae.apps.enrolment.steps import Progress, StepCode
from sonae.apps.enrolment.use_cases.open_document import open_document
from sonae.apps.enrolment.use_cases.save_step import NotOpen, OutOfOrder
from sonae.domain.product.texts import WordingDocument
from sonae.web.portal.access import for_application, progress_for
from sonae.web.portal.application_views import answer_if_not_open, step_address, steps_of
from sonae.web.portal.downloads import pdf_download
from sonae.web.shared.access import person
from sonae.web.shared.language import active_language, in_language, say
from sonae.web.shared.moment import now


@for_application("GET", "POST")
def document(request: HttpRequest, application: Application, code: str) -> HttpResponse:
    """GET shows the text; POST writes down that it was opened."""
    progress = progress_for(request, application)
    text = _text(progress, code)
    ended = answer_if_not_open(request, application)
    if ended is not None:
        return ended
    if not progress.may_visit(StepCode.DOCUMENTS):
        return redirect(step_address(application, progress.first_open))
    if request.method != "POST":
        return render(request, "portal/document.html", _facts(progress, text))
    try:
        open_document(
            application_id=application.pk,
            document=code,
            language=active_language(),
            user=person(request),
            now=now(request),
        )
    except (NotOpen, OutOfOrder):
        return redirect("portal:application", application.public_id)
    opened = str(say("「{title}」を読んだことを記録しました。", "“{title}” is marked as read."))
    messages.success(request, opened.format(title=in_language(text.title)))
    return redirect(step_address(application, StepCode.DOCUMENTS))


def _facts(progress: Progress, text: WordingDocument) -> dict[str, object]:
    return {
        "application": progress.application,
        "progress": progress,
        "text": text,
        "opened": text.code in progress.opened,
        "digest": wording_digest(text, active_language()),
        "version": progress.product.version,
        "steps": steps_of(progress, StepCode.DOCUMENTS),
        "back": step_address(progress.application, StepCode.DOCUMENTS),
    }


@for_application("GET", to="see")
def document_pdf(request: HttpRequest, application: Application, code: str) -> HttpResponse:
    """The same texts to keep and to print."""
    progress = progress_for(request, application)
    _text(progress, code)
    language = active_language()
    facts = ImportantMattersFacts.of(progress.product, progress.application.scheme_year.product_version.digest)
    pdf = paper_press().render(template="important_matters", facts=facts.as_dict(), language=language)
    return pdf_download(pdf, str(say("重要事項のご説明.pdf", "important-matters.pdf")))


def _text(progress: Progress, code: str) -> WordingDocument:
    """The document of that address; only those that must be opened have one."""
    for text in progress.product.wording:
        if text.code == code and text.must_be_opened:
            return text
    raise Http404
