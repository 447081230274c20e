"""Papers: their facts are frozen when they are issued, their PDF is made when first asked for and then kept as it is."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction

from sonae.apps.documents.models import Paper, PaperFile
from sonae.apps.documents.rendering import paper_press
from sonae.apps.parties.models import Member
from sonae.apps.programmes.models import ProductVersion

COLUMNS = ("key", "kind", "member_id", "product_version_id", "language", "file_name", "facts", "issued_at")
ISSUE_ALL = """
    INSERT INTO documents_paper (key, kind, member_id, product_version_id, language, file_name, facts, issued_at)
    SELECT key, kind, member_id, product_version_id, language, file_name, facts, issued_at
    FROM jsonb_to_recordset(%s::jsonb) AS paper (key text, kind text, member_id bigint, product_version_id bigint,
        language text, file_name text, facts jsonb, issued_at timestamptz)
    ON CONFLICT DO NOTHING"""


def issue_paper(
    *,
    key: str,
    kind: str,
    member: Member | None,
    product_version: ProductVersion,
    language: str,
    file_name: str,
    facts: dict[str, object],
    now: datetime,
) -> Paper:
    """The paper of that key, issued once."""
    paper, _ = Paper.objects.get_or_create(
        key=key,
        defaults={
            "kind": kind,
            "member": member,
            "product_version": product_version,
            "language": language,
            "file_name": file_name,
            "facts": facts,
            "issued_at": now,
        },
    )
    return paper


def issue_all(papers: Iterable[Paper]) -> None:
    """Papers that nobody has saved yet, each issued once for its key, in one statement.

    They go as one JSON: as columns of an array, their long facts would be escaped once more, sign by sign.
    """
    rows = [{name: getattr(paper, name) for name in COLUMNS} for paper in papers]
    with connection.cursor() as cursor:
        cursor.execute(ISSUE_ALL, [json.dumps(rows, cls=DjangoJSONEncoder)])


def pdf_of(*, paper: Paper, now: datetime) -> bytes:
    """The PDF, made and kept at the first call. Two first calls at once keep one file: rendering is deterministic."""
    kept = PaperFile.objects.filter(paper=paper).first()
    if kept is not None:
        return bytes(kept.pdf)
    pdf = paper_press().render(template=paper.kind, facts=paper.facts, language=paper.language)
    with transaction.atomic():
        kept, _ = PaperFile.objects.get_or_create(
            paper=paper, defaults={"pdf": pdf, "digest": hashlib.sha256(pdf).hexdigest(), "made_at": now}
        )
    return bytes(kept.pdf)


def find_paper(*, key: str) -> Paper | None:
    """The paper of that key, if it was issued."""
    return Paper.objects.filter(key=key).first()
