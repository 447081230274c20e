"""The steps that ask the product's own questions: needs and disclosure. Wording, options and reasons come from the product."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from django import forms
from django.utils.html import format_html
from django.utils.safestring import SafeString

from sonae.apps.enrolment.steps import StepCode
from sonae.domain.product.definition import Question, QuestionGroup
from sonae.web.portal.steps.page import Rows, StepPage
from sonae.web.shared.language import in_language, say

CHOOSE_ONE = say("あてはまるものをひとつ選んでください。", "Please choose one answer.")
CHOOSE_SOME = say("あてはまるものをひとつ以上選んでください。", "Please choose at least one answer.")
UNKNOWN = say("選べる答えの中から選んでください。", "Please choose one of the answers shown.")
NOT_ANSWERED = say("答えていません", "Not answered")
BECAUSE = say("お尋ねする理由：", "Why we ask: ")


class QuestionForm(forms.Form):
    """One field for each question."""

    def __init__(self, questions: Iterable[Question], data: Any = None, initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        for question in questions:
            self.fields[question.code] = _field(question)


def _field(question: Question) -> forms.Field:
    shared: dict[str, Any] = {
        "label": in_language(question.wording),
        "help_text": _help(question),
        "required": question.required,
        "choices": [(option.code, in_language(option.label)) for option in question.options],
    }
    if question.kind == "choices":
        return forms.MultipleChoiceField(
            widget=forms.CheckboxSelectMultiple,
            error_messages={"required": CHOOSE_SOME, "invalid_choice": UNKNOWN, "invalid_list": UNKNOWN},
            **shared,
        )
    return forms.ChoiceField(
        widget=forms.RadioSelect, error_messages={"required": CHOOSE_ONE, "invalid_choice": UNKNOWN}, **shared
    )


def _help(question: Question) -> SafeString:
    explanation, why = in_language(question.explanation), in_language(question.why)
    if not explanation:
        return format_html("{}{}", BECAUSE, why)
    return format_html("{}<br>{}{}", explanation, BECAUSE, why)


class QuestionPage(StepPage):
    """A step made of questions of one group."""

    group: ClassVar[QuestionGroup]

    @property
    def questions(self) -> tuple[Question, ...]:
        return self.progress.product.questions_of(self.group)

    def form(self, data: Any = None) -> QuestionForm:
        return QuestionForm(self.questions, data, initial=self.progress.answers(self.code))

    def answers(self, form: forms.Form) -> dict[str, Any]:
        return {question.code: form.cleaned_data[question.code] for question in self.questions}

    def rows(self, answers: Mapping[str, Any]) -> Rows:
        return [(in_language(q.wording), self._words(q, answers.get(q.code))) for q in self.questions]

    def _words(self, question: Question, answer: object) -> str:
        given = answer if isinstance(answer, list) else [answer]
        labels = [in_language(option.label) for option in question.options if option.code in given]
        return str(say("、", ", ")).join(labels) or str(NOT_ANSWERED)


class Needs(QuestionPage):
    """ご意向: what the firm keeps, what others demand of it, what it may cost (law row 4)."""

    code = StepCode.NEEDS
    template = "portal/steps/needs.html"
    group = "needs"


class Disclosure(QuestionPage):
    """告知: exactly what is asked, in its version (law row 8)."""

    code = StepCode.DISCLOSURE
    template = "portal/steps/disclosure.html"
    group = "disclosure"
