"""desk.toml: the booking of calls, and the scripts of the people at the contact window."""

from __future__ import annotations

from collections.abc import Mapping

from sonae.domain.product.desk import CallbackRules, DeskRules, Script
from sonae.domain.product.reading import Findings, Table, read_toml
from sonae.domain.product.tags import collect_tags
from sonae.domain.text import Text

DESK = "desk.toml"
LONGEST_SLOT_MINUTES = 240
MOST_PLACES = 100
MOST_DAYS = 60
LONGEST_NOTICE_MINUTES = 10_080  # a week


def read_desk(
    files: Mapping[str, bytes], facts: Mapping[str, Text], sources: str, findings: Findings
) -> tuple[DeskRules, dict[str, str]]:
    """What the file says, and the tags of its numbers. Without scripts and bookings where a version has no such file."""
    top = read_toml(files, DESK, findings) if DESK in files else None
    if top is None:
        return DeskRules(), {}
    tags = collect_tags([top], sources, findings)
    scripts = top.table("scripts")
    rules = DeskRules(
        callbacks=_callbacks(top.table("callbacks")),
        administrative=_script(scripts, "administrative", facts),
        soliciting=_script(scripts, "soliciting", facts),
        leaflets=top.strings("leaflets"),
    )
    scripts.finish()
    top.finish()
    return rules, tags


def _callbacks(table: Table) -> CallbackRules:
    rules = CallbackRules(
        slot_minutes=table.number("slot_minutes", least=5, most=LONGEST_SLOT_MINUTES),
        places=table.number("places", most=MOST_PLACES),
        open_days_ahead=table.number("open_days_ahead", most=MOST_DAYS),
        notice_minutes=table.number("notice_minutes", most=LONGEST_NOTICE_MINUTES),
    )
    table.finish()
    return rules


def _script(scripts: Table, code: str, facts: Mapping[str, Text]) -> Script:
    table = scripts.table(code)
    script = Script(
        title=table.text("title", facts),
        opening=table.text("opening", facts),
        steps=table.texts("steps", facts),
        not_to_do=table.texts("not_to_do", facts),
    )
    table.finish()
    return script
