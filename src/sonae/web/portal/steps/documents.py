"""重要事項: the documents that must be opened, and the consents (law row 5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

from sonae.apps.enrolment.steps import Progress, StepCode
from sonae.domain.product.definition import Product
from sonae.domain.product.texts import WordingDocument
from sonae.web.portal.steps.page import Rows, StepPage
from sonae.web.shared.language import in_language, say

NOT_OPENED = say(
    "「{title}」を開いて、「読みました」を押してください。", "Please open “{title}” and press “I have read this”."
)
NOT_GIVEN = say("読んで同意いただけましたら、印を付けてください。", "If you have read this and agree, please tick it.")


class ConsentForm(forms.Form):
    """One tick for each document that asks for one."""

    def __init__(self, progress: Progress, data: Any = None, initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        self.progress = progress
        for document in asking(progress.product):
            self.fields[document.code] = forms.BooleanField(
                label=in_language(document.consent), error_messages={"required": NOT_GIVEN}
            )

    def clean(self) -> dict[str, Any]:
        for code in self.progress.documents_to_open:
            title = in_language(self.progress.product.wording_document(code).title)
            self.errors.pop(code, None)  # first things first: it is opened, then ticked
            self.add_error(code if code in self.fields else None, str(NOT_OPENED).format(title=title))
        return self.cleaned_data


def asking(product: Product) -> list[WordingDocument]:
    """The documents with a sentence of consent, as the page lists them."""
    return [document for document in in_order(product) if document.consent.ja]


def in_order(product: Product) -> list[WordingDocument]:
    """Those that must be opened first, otherwise in the product's order."""
    return sorted(product.wording, key=lambda document: not document.must_be_opened)


class Documents(StepPage):
    """The list of documents, each with its own page, and the consents."""

    code = StepCode.DOCUMENTS
    template = "portal/steps/documents.html"

    def form(self, data: Any = None) -> ConsentForm:
        return ConsentForm(self.progress, data, initial=self.progress.answers(self.code))

    def answers(self, form: forms.Form) -> dict[str, Any]:
        return {document.code: form.cleaned_data[document.code] for document in asking(self.progress.product)}

    def rows(self, answers: Mapping[str, Any]) -> Rows:
        agreed, not_agreed = str(say("同意しました", "Agreed")), str(say("まだ", "Not yet"))
        return [
            (in_language(document.title), agreed if answers.get(document.code) is True else not_agreed)
            for document in asking(self.progress.product)
        ]

    def facts(self, form: forms.Form) -> dict[str, Any]:
        return {
            "documents": [
                {
                    "text": document,
                    "opened": document.code in self.progress.opened,
                    "field": form[document.code] if document.code in form.fields else None,
                }
                for document in in_order(self.progress.product)
            ]
        }
