"""Every act that the code writes into the audit log has words in both languages, and so has what stands beside it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import get_args

import pytest
from django.conf import settings

from sonae.apps.membership.models import Feed, FreeCoverRun
from sonae.apps.membership.tally import Tally as CoverTally
from sonae.apps.programmes.models import DraftRevision
from sonae.apps.renewal.tally import Tally as RenewalTally
from sonae.apps.reporting.models import PayoutDecision, RemittanceStep
from sonae.apps.work.models import WorkStep
from sonae.domain.audit_kinds import KINDS, kinds_seen_with
from sonae.domain.certificate.log import Kind
from sonae.domain.complaint import Step as ComplaintStep
from sonae.domain.consultation import EventKind
from sonae.domain.data_request import Step as RequestStep
from sonae.domain.incident.case import EventKind as CaseEventKind
from sonae.domain.referral import Step as ReferralStep
from sonae.domain.renewal_calendar import NoticeKind
from sonae.domain.staff_rights import SEEING, Right
from sonae.domain.text import Text
from sonae.web.desk.audit_details import DETAILS
from sonae.web.desk.audit_words import DECISIONS, action_words, all_actions, kind_name, words_by_code
from tests.architecture.sources import SRC, own_files, shown

WRITERS = {"record", "note_reading", "note_look"}
TELLERS = {"_tell", "_write"}  # functions that write an act which they are given
OF_A_LOOK = {f"{{kind}}.{code}" for code in DECISIONS} | {"{look.kind}.{wanted}"}
FOUND_OF_LOOKS = {f"{kind}.{code}" for kind in settings.SONAE_SECOND_LOOKS for code in DECISIONS}
ENDS = {FreeCoverRun.Cause.END, FreeCoverRun.Cause.KEEP}  # a turn has words of its own
# Acts whose name is put together, with everything that may stand in the gaps.
PUT_TOGETHER: dict[str, set[str]] = {
    "certificate.{act.kind}": {f"certificate.{one}" for one in Kind},
    "feed.{feed.state}": {f"feed.{one}" for one in (Feed.State.HELD, Feed.State.CHECKED)},
    "free_cover.{run.cause}_{run.state}": {
        f"free_cover.{cause}_{state}"
        for cause in ENDS
        for state in FreeCoverRun.State
        if state != FreeCoverRun.State.RUNNING
    },
    "payout_item.{kind}": {f"payout_item.{one}" for one in PayoutDecision.Kind},
    "remittance.{step.kind}": {f"remittance.{one}" for one in RemittanceStep.Kind},
    "renewal.{due.kind}_sent": {f"renewal.{one}_sent" for one in get_args(NoticeKind)},
    "complaint.{kind}": {f"complaint.{one}" for one in ComplaintStep},
    "case.{step.kind}": {f"case.{one}" for one in CaseEventKind},
    "consultation.{step.kind}": {f"consultation.{one}" for one in EventKind},
    "data_request.{kind}": {f"data_request.{one}" for one in RequestStep},
    "product_draft.{saved.act}": {f"product_draft.{one}" for one in DraftRevision.Act},
    "referral.{step}": {f"referral.{one}" for one in ReferralStep},
    "work.{act}": {f"work.{one}" for one in WorkStep.Act},
    "{kind}.unheard": {"certificate.unheard", "referral.unheard"},
    **dict.fromkeys(OF_A_LOOK, FOUND_OF_LOOKS),
}
KINDS_PUT_TOGETHER = {"kind", "look.kind"}  # a second look's, and what was asked for in vain


def calls() -> Iterator[tuple[Path, ast.Call, ast.Module]]:
    for path in own_files(SRC, suffixes=(".py",)):
        tree = ast.parse(path.read_text())
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in WRITERS | TELLERS | {"not_there"}:
                yield path, node, tree


def said(node: ast.expr | None, tree: ast.Module) -> Iterator[str]:
    """Every text that the expression may be; a gap as it is written in the code."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.IfExp(body=body, orelse=orelse):
            yield from said(body, tree)
            yield from said(orelse, tree)
        case ast.JoinedStr(values=values):
            yield "".join(
                f"{{{ast.unparse(one.value)}}}"
                if isinstance(one, ast.FormattedValue)
                else str(getattr(one, "value", ""))
                for one in values
            )
        case ast.Name(id=name):
            for other in ast.walk(tree):
                if isinstance(other, ast.Assign) and any(getattr(one, "id", "") == name for one in other.targets):
                    yield from said(other.value, tree)
        case _:
            return


def recorded_acts() -> dict[str, set[str]]:
    """Each act with the files that write it."""
    found: dict[str, set[str]] = {}
    for path, call, tree in calls():
        match getattr(call.func, "id", ""):
            case "note_look":
                texts = said(call.args[1], tree)
            case "_tell" | "_write":
                texts = (one.value for one in call.args if isinstance(one, ast.Constant) and "." in str(one.value))
            case "not_there":
                continue
            case _:
                texts = said(next((one.value for one in call.keywords if one.arg == "action"), None), tree)
        for text in texts:
            found.setdefault(text, set()).add(shown(path))
    return found


def acts_that_may_be() -> set[str]:
    acts = recorded_acts()
    gaps = {act for act in acts if "{" in act}
    return (acts.keys() - gaps).union(*(PUT_TOGETHER[one] for one in gaps))


def test_what_is_put_together_is_known_and_nothing_else_is() -> None:
    gaps = {act for act in recorded_acts() if "{" in act}
    assert gaps == {"{kind}.asked", "{look.kind}.{wanted}"} | (PUT_TOGETHER.keys() - OF_A_LOOK)


def test_every_act_has_words() -> None:
    assert sorted(acts_that_may_be() - words_by_code().keys()) == []


def test_nothing_has_words_that_no_code_writes() -> None:
    assert sorted(words_by_code().keys() - acts_that_may_be()) == []


def test_every_call_names_its_act_where_it_can_be_read() -> None:
    """So that nothing escapes the two tests above."""
    silent = [
        f"{shown(path)}:{call.lineno}"
        for path, call, tree in calls()
        if getattr(call.func, "id", "") in {"record", "note_reading"}
        and not list(said(next((one.value for one in call.keywords if one.arg == "action"), None), tree))
    ]
    through = (
        "apps/audit/note_reading.py",
        "web/desk/access.py",
        "use_cases/write_off.py",
        "note_dispute.py",
        "change_people.py",
    )
    assert [one for one in silent if not any(name in one for name in through)] == []
    assert len(silent) == len(through)


def test_every_search_finds_many() -> None:
    assert len(recorded_acts()) > 100
    assert {"feed.released", "write_off.done", "member.seen", "renewal.offers_held"} <= recorded_acts().keys()


def kinds_written() -> set[str]:
    found: set[str] = set()
    for _, call, tree in calls():
        match getattr(call.func, "id", ""):
            case "note_look":
                found |= set(said(call.args[2], tree))
            case "not_there":
                found |= set(said(call.args[1], tree))
            case _:
                given = next((one.value for one in call.keywords if one.arg == "object_kind"), None)
                found |= set(said(given, tree))
    return found | {"audit_search"}  # of a search it stands with the question


def test_every_kind_of_thing_has_a_name() -> None:
    assert sorted(kinds_written() - KINDS.keys()) == []
    assert sorted(KINDS.keys() - kinds_written() - set(settings.SONAE_SECOND_LOOKS)) == []


def test_what_takes_a_second_person_is_a_kind_of_thing() -> None:
    assert settings.SONAE_SECOND_LOOKS.keys() <= KINDS.keys()


def details_written() -> set[str]:
    known = {"now", "actor", "action", "object_kind", "object_id"}
    named = {
        str(one.arg)
        for _, call, _ in calls()
        if getattr(call.func, "id", "") in WRITERS
        for one in call.keywords
        if one.arg and one.arg not in known
    }
    counted = {one.name for tally in (CoverTally, RenewalTally) for one in fields(tally)}
    return named | counted


def test_everything_that_stands_beside_an_act_has_a_name() -> None:
    assert sorted(details_written() - DETAILS.keys()) == []


TEXTS = [
    *(text for topic, acts in all_actions().items() for text in (topic, *acts.values())),
    *(kind.name for kind in KINDS.values()),
    *DETAILS.values(),
]


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: text.en)
def test_both_languages_say_it(text: Text) -> None:
    assert re.search("[\u3040-\u30ff\u4e00-\u9fff]", text.ja)
    assert text.en.strip()
    assert not re.search("[\u3040-\u30ff\u4e00-\u9fff]", text.en)


def test_no_two_acts_are_called_alike() -> None:
    words = list(words_by_code().values())
    assert len({one.ja for one in words}) == len({one.en for one in words}) == len(words)


def test_what_a_later_version_recorded_is_shown_by_its_code() -> None:
    assert action_words("moon.landed", {}) == Text("moon.landed", "moon.landed")
    assert kind_name("moon") == Text("moon", "moon")


def test_what_a_right_does_not_show_is_not_read_about() -> None:
    assert kinds_seen_with([]) == frozenset()
    assert kinds_seen_with([Right.SEE_FEEDS]) == {"feed", "free_cover_run", "free_cover_end", "renewal_run"}
    assert {one.right for one in KINDS.values()} <= SEEING | {None}
