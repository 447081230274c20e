"""What the public pages explain beside the cover: what no cost line names, scenarios, questions with their answers."""

from __future__ import annotations

import re
from collections.abc import Mapping

from sonae.domain.product.explanations import AnsweredGroup, AnsweredQuestion, NotCovered, Scenario
from sonae.domain.product.findings import did_you_mean
from sonae.domain.product.parse_parts import new_code
from sonae.domain.product.reading import Findings, Table, read_toml
from sonae.domain.text import Text

FAQ = "faq.toml"
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
LONGEST_SLUG = 60


def read_not_covered(top: Table, facts: Mapping[str, Text]) -> tuple[NotCovered, ...]:
    """Empty in a version that was published before the pages said it."""
    found: dict[str, NotCovered] = {}
    for table in top.tables("not_covered", optional=True):
        code = new_code(table, found)
        texts = (table.text(key, facts) for key in ("name", "explanation", "instead"))
        found[code] = NotCovered(code, *texts)
        table.finish()
    return tuple(found.values())


def read_scenarios(top: Table, facts: Mapping[str, Text], cost_lines: set[str]) -> tuple[Scenario, ...]:
    """Each with the cost line that it falls under, which has to be there."""
    found: dict[str, Scenario] = {}
    for table in top.tables("scenarios", optional=True):
        code, line = new_code(table, found), table.string("cost_line")
        if line and line not in cost_lines:
            table.slip("cost_line", f'the cost line "{line}" is not known.', did_you_mean(line, cost_lines))
        name, story = table.text("name", facts), table.text("story", facts)
        found[code] = Scenario(code, name, story, line, table.number("cost_yen", least=1))
        table.finish()
    return tuple(found.values())


def read_answered(
    files: Mapping[str, bytes], facts: Mapping[str, Text], findings: Findings
) -> tuple[AnsweredGroup, ...]:
    """The groups in their order, each with its questions. Empty where the version has no such file."""
    top = read_toml(files, FAQ, findings) if FAQ in files else None
    if top is None:
        return ()
    names: dict[str, Text] = {}
    for table in top.tables("groups"):
        code = new_code(table, names)
        names[code] = table.text("name", facts)
        table.finish()
    questions: dict[str, AnsweredQuestion] = {}
    for table in top.tables("questions"):
        question = _question(table, facts, names, questions)
        questions[question.slug] = question
    top.finish()
    _check_related(questions, findings)
    _check_groups(top, names, questions)
    return tuple(
        AnsweredGroup(code, name, tuple(one for one in questions.values() if one.group == code))
        for code, name in names.items()
    )


def _question(
    table: Table, facts: Mapping[str, Text], groups: Mapping[str, Text], taken: Mapping[str, AnsweredQuestion]
) -> AnsweredQuestion:
    slug, group = table.string("slug"), table.string("group")
    if slug in taken:
        table.slip("slug", f'the slug "{slug}" stands there twice.')
    if slug and (len(slug) > LONGEST_SLUG or not _SLUG.fullmatch(slug)):
        hint = f"Write small letters, digits and single hyphens, at most {LONGEST_SLUG}: premium-payment."
        table.slip("slug", f'"{slug}" can\'t be an address.', hint)
    if group and group not in groups:
        table.slip("group", f'the group "{group}" is not known.', did_you_mean(group, groups))
    question = AnsweredQuestion(
        slug=slug,
        group=group,
        question=table.text("question", facts),
        answer=table.texts("answer", facts),
        related=table.strings("related", optional=True),
        on_first_page=table.flag("on_first_page", optional=True),
    )
    if table.has("answer") and not question.answer:
        table.slip("answer", "the answer has no paragraph.")
    table.finish()
    return question


def _check_related(questions: Mapping[str, AnsweredQuestion], findings: Findings) -> None:
    for question in questions.values():
        others = questions.keys() - {question.slug}
        for slug in question.related:
            place = f"questions[{question.slug}].related"
            if slug == question.slug:
                findings.add(FAQ, place, "the question is named as related to itself.")
            elif slug not in others:
                findings.add(FAQ, place, f'the question "{slug}" is not there.', did_you_mean(slug, others))


def _check_groups(top: Table, groups: Mapping[str, Text], questions: Mapping[str, AnsweredQuestion]) -> None:
    filled = {question.group for question in questions.values()}
    for code in groups:
        if code not in filled:
            top.slip(f"groups[{code}]", "the group has no question.")
