"""eligibility.toml, questions.toml, wording/ and examples/: everything that is built from sentences and answers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import cast

from sonae.domain.product.definition import (
    EligibilityRule,
    Example,
    Option,
    Question,
    QuestionGroup,
    QuestionKind,
    RuleKind,
)
from sonae.domain.product.findings import did_you_mean
from sonae.domain.product.reading import Findings, Table, read_toml
from sonae.domain.product.texts import InformationText, SectionKind, WordingDocument, WordingSection
from sonae.domain.text import Text

ELIGIBILITY, QUESTIONS = "eligibility.toml", "questions.toml"
WORDING = ("electronic_delivery", "overview", "points_to_note", "privacy")
INFORMATION = ("claims_guide", "commerce", "parties", "solicitation")
SECTION_KINDS = ("plain", "steps", "not_to_do")
RULE_KINDS = ("annual_sales_at_least", "industry_in", "disclosure_answer")
GROUPS = ("needs", "disclosure", "declaration")
QUESTION_KINDS = ("choice", "choices", "yes_no", "confirm")
STEP_KINDS = ("base", "industry", "band", "plan", "floor", "rounding", "term")
# No power of ten: 1e999999999 would be worked out digit by digit.
_EXACT = re.compile(r"-?\d{1,30}(\.\d{1,60})?(/[1-9]\d{0,29})?", re.ASCII)
_YES_NO = (Option("yes", Text("はい", "Yes")), Option("no", Text("いいえ", "No")))


def read_rules(top: Table) -> tuple[EligibilityRule, ...]:
    """The rules without their placeholders; ``fill_rule`` adds them once the sales limit is known."""
    rules: list[EligibilityRule] = []
    for table in top.tables("rules"):
        kind = table.choice("kind", RULE_KINDS)
        rule = EligibilityRule(
            code=table.string("code"),
            kind=cast(RuleKind, kind),
            message=Text("", ""),
            next_step=Text("", ""),
            industries=table.strings("industries") if kind == "industry_in" else (),
            annual_sales_yen=table.whole("annual_sales_yen", least=1) if kind == "annual_sales_at_least" else None,
            question=table.string("question") if kind == "disclosure_answer" else None,
            answer=table.string("answer") if kind == "disclosure_answer" else None,
        )
        if rule.code in {other.code for other in rules}:
            table.slip("code", f'the code "{rule.code}" stands there twice.')
        rules.append(rule)
    return tuple(rules)


def read_rule_texts(top: Table, facts: Mapping[str, Text]) -> list[tuple[Text, Text]]:
    """Message and next step of each rule, in the same order."""
    texts = []
    for table in top.tables("rules"):
        table.asked |= {"code", "kind", "industries", "annual_sales_yen", "annual_sales_yen_tag", "question", "answer"}
        _refuse_keys_of_other_kinds(table)
        texts.append((table.text("message", facts), table.text("next_step", facts)))
        table.finish()
    return texts


def _refuse_keys_of_other_kinds(table: Table) -> None:
    keys = {
        "annual_sales_at_least": {"annual_sales_yen"},
        "industry_in": {"industries"},
        "disclosure_answer": {"question", "answer"},
    }
    own = keys.get(str(table.values.get("kind")), set())
    for key in sorted(set().union(*keys.values()) - own):
        if table.has(key):
            table.slip(key, f'a rule of the kind "{table.values.get("kind")}" has no such key.')


def read_questions(top: Table, facts: Mapping[str, Text]) -> tuple[Question, ...]:
    questions: dict[str, Question] = {}
    for table in top.tables("questions"):
        code = table.string("code")
        if code in questions:
            table.slip("code", f'the code "{code}" stands there twice.')
        kind = table.choice("kind", QUESTION_KINDS)
        options = _options(table, facts) if kind in {"choice", "choices"} else ()
        questions[code] = Question(
            code=code,
            version=table.number("version", least=1),
            group=cast(QuestionGroup, table.choice("group", GROUPS)),
            kind=cast(QuestionKind, kind),
            wording=table.text("wording", facts),
            explanation=table.text("explanation", facts, optional=True),
            why=table.text("why", facts),
            required=table.flag("required"),
            options=_YES_NO if kind == "yes_no" else options,
        )
        table.finish()
    top.finish()
    return tuple(questions.values())


def _options(table: Table, facts: Mapping[str, Text]) -> tuple[Option, ...]:
    options: dict[str, Option] = {}
    for option in table.tables("options"):
        code = option.string("code")
        if code in options:
            option.slip("code", f'the answer "{code}" stands there twice.')
        fit = option.text("fit", facts) if option.has("fit") else None
        budget = option.whole("budget_yen", least=1, optional=True)
        options[code] = Option(code, option.text("label", facts), fit, budget)
        option.finish()
    return tuple(options.values())


def read_wording(
    files: Mapping[str, bytes], facts: Mapping[str, Text], findings: Findings
) -> tuple[WordingDocument, ...]:
    """The texts before consent, each with its sentence of consent."""
    documents = []
    for top in _texts_of(WORDING, files, findings):
        title, lead, sections = _words(top, facts)
        consent, must_be_opened = top.text("consent", facts), top.flag("must_be_opened")
        documents.append(WordingDocument(_code(top), title, lead, sections, consent, must_be_opened))
        top.finish()
    return tuple(documents)


def read_information(
    files: Mapping[str, bytes], facts: Mapping[str, Text], findings: Findings
) -> tuple[InformationText, ...]:
    """The texts that nobody agrees to: a consent among them is a slip. One that isn't there is for ``check`` to tell."""
    there = tuple(code for code in INFORMATION if f"wording/{code}.toml" in files)
    texts = []
    for top in _texts_of(there, files, findings):
        texts.append(InformationText(_code(top), *_words(top, facts)))
        for key in ("consent", "must_be_opened"):
            top.asked.add(key)
            if top.has(key):
                top.slip(
                    key, "a text for information asks for no consent.", f"Texts before consent: {_listed(WORDING)}."
                )
        top.finish()
    return tuple(texts)


def _texts_of(codes: tuple[str, ...], files: Mapping[str, bytes], findings: Findings) -> list[Table]:
    tops = (read_toml(files, f"wording/{code}.toml", findings) for code in codes)
    return [top for top in tops if top is not None]


def _code(top: Table) -> str:
    return top.file.removeprefix("wording/").removesuffix(".toml")


def _listed(codes: tuple[str, ...]) -> str:
    return ", ".join(codes)


def _words(top: Table, facts: Mapping[str, Text]) -> tuple[Text, Text, tuple[WordingSection, ...]]:
    sections = tuple(_section(table, facts) for table in top.tables("sections"))
    return top.text("title", facts), top.text("lead", facts), sections


def _section(table: Table, facts: Mapping[str, Text]) -> WordingSection:
    heading, paragraphs = table.text("heading", facts), table.texts("paragraphs", facts, optional=True)
    points = table.texts("points", facts, optional=True)
    kind = cast(SectionKind, table.choice("kind", SECTION_KINDS)) if table.has("kind") else "plain"
    if not paragraphs and not points:
        table.slip("paragraphs", "a section needs paragraphs or points.")
    if kind != "plain" and not points:
        table.slip("points", f'a section of the kind "{kind}" needs points.')
    code = table.string("code", optional=True)
    table.finish()
    return WordingSection(heading, paragraphs, points, kind, code)


def read_examples(files: Mapping[str, bytes], findings: Findings) -> tuple[Example, ...]:
    names = sorted(name for name in files if name.startswith("examples/") and name.endswith(".toml"))
    if not names:
        findings.add("examples/", "", "there is no worked example.")
    examples = []
    for name in names:
        top = read_toml(files, name, findings)
        if top is not None:
            examples.append(_example(name, top))
    return tuple(examples)


def _example(name: str, top: Table) -> Example:
    facts, expected = top.table("facts"), top.table("expected")
    referred = expected.strings("referred", optional=True)
    steps: tuple[Fraction, ...] = ()
    premiums: list[int | None] = [None, None, None]
    plan: str | None = None
    if not referred:
        plan = facts.string("plan")
        keys = ("annual_premium_yen", "term_premium_yen", "monthly_equivalent_yen")
        premiums = [expected.whole(key) for key in keys]
        steps = _step_values(expected.table("steps"))
    top.asked.add("why")
    example = Example(
        name=name,
        industry=facts.string("industry"),
        annual_sales=facts.number("annual_sales_yen"),
        plan=plan,
        start_on=facts.day("start_on") or date.min,
        expiry_on=facts.day("expiry_on") or date.min,
        step_values=steps,
        annual_premium=premiums[0],
        term_premium=premiums[1],
        monthly_equivalent=premiums[2],
        referred=referred,
    )
    for table in (facts, expected, top):
        table.finish()
    return example


def _step_values(table: Table) -> tuple[Fraction, ...]:
    values = []
    for kind in STEP_KINDS:
        written = table.string(kind)
        if _EXACT.fullmatch(written):
            values.append(Fraction(written))
        elif written:
            table.slip(kind, f'an exact figure such as "72083.4" is expected, not "{written[:60]}".')
    table.finish()
    return tuple(values)


def check_rule_references(
    rules: tuple[EligibilityRule, ...], industries: set[str], questions: Mapping[str, Question], findings: Findings
) -> None:
    """Every industry, question and answer that a rule names has to be there."""
    for index, rule in enumerate(rules):
        place = f"rules[{index}]"
        for code in rule.industries:
            if code not in industries:
                hint = did_you_mean(code, industries)
                findings.add(ELIGIBILITY, f"{place}.industries", f'the industry "{code}" is not known.', hint)
        if rule.question is None:
            continue
        question = questions.get(rule.question)
        if question is None:
            message = f'the question "{rule.question}" is not asked.'
            findings.add(ELIGIBILITY, f"{place}.question", message, did_you_mean(rule.question, questions))
        elif rule.answer not in {option.code for option in question.options}:
            hint = did_you_mean(rule.answer or "", (option.code for option in question.options))
            findings.add(ELIGIBILITY, f"{place}.answer", f'the question has no answer "{rule.answer}".', hint)
