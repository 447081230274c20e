"""A member's data as one ZIP: data.json with its schema, tables for a spreadsheet, and every paper as PDF."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from sonae.apps.documents.papers import pdf_of
from sonae.apps.parties.models import Member, User
from sonae.domain.csv_cells import Cell
from sonae.web.portal.member_data import Plain, member_data, paper_path, papers_of
from sonae.web.shared.csv_download import csv_bytes

SCHEMA = Path(__file__).with_name("member_data.schema.json")
TABLES = {
    "membership": (
        "kind", "effective_date", "recorded_at", "member_class", "name", "name_kana", "email", "telephone",
    ),
    "certificates": ("number", "section", "starts_on", "expiry_on", "cancelled_on", "issued_at"),
    "payments": ("charged_at", "charge_yen", "card_brand", "card_last4"),
    "saved_cards": ("brand", "last4", "expiry", "kept_at", "agreed_to", "agreed_at", "ended_at"),
    "applications": (
        "number", "state", "closed_reason", "start_on", "plan", "industry", "annual_sales", "annual_premium",
        "term_premium", "started_at", "changed_at",
    ),
    "requests": ("number", "kind", "received_at", "message"),
}  # fmt: skip
READ_ME = """このZIPには、{number} について当システムが持っているデータが入っています。

data.json             すべての内容（機械で読む形）
data.schema.json      その形の説明
*.csv                 表計算ソフトで開ける表（先頭の ' は、数式として動かないように付けた印です）
papers/               書類（PDF）

This archive holds what we keep of member {number}: data.json (everything, for machines), data.schema.json (its form),
tables as CSV (an apostrophe in front of a text keeps it from being run as a formula), and the papers as PDF.
"""


def archive_files(*, member: Member, user: User, now: datetime) -> Iterator[tuple[str, bytes]]:
    """Name and content, one after the other: a paper is made only when its turn comes."""
    data = member_data(member=member, user=user, now=now)
    yield "README.txt", READ_ME.format(number=member.number).encode()
    yield "data.json", json.dumps(data, ensure_ascii=False, indent=2).encode()
    yield "data.schema.json", SCHEMA.read_bytes()
    for name, columns in TABLES.items():
        yield f"{name}.csv", csv_bytes([list(columns), *(_row(one, columns) for one in data[name])])
    for paper in papers_of(member):
        yield paper_path(paper), pdf_of(paper=paper, now=now)


def _row(one: Plain, columns: tuple[str, ...]) -> list[Cell]:
    return [one[column] for column in columns]
