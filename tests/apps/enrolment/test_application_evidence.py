"""The sealed record: complete, and its digest can be computed again from the database by anybody."""

from __future__ import annotations

import hashlib
import json

import pytest
from django.db import DatabaseError, transaction

from sonae.apps.enrolment.evidence import wording_digest
from sonae.apps.enrolment.models import DocumentOpening, Evidence
from sonae.apps.programmes.product_files import product_of
from tests import cast
from tests.web.applicant import COMPANY, DECLARATIONS, Applicant

pytestmark = pytest.mark.django_db


@pytest.fixture
def evidence(programme: object) -> Evidence:
    people = cast.call_in()
    applicant = Applicant(people.owner, people.member)
    applicant.fill_in()
    applicant.confirm()
    return Evidence.objects.select_related("application__scheme_year__product_version").get()


def test_the_digest_can_be_computed_again_without_our_code(evidence: Evidence) -> None:
    text = json.dumps(evidence.record, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert hashlib.sha256(text.encode()).hexdigest() == evidence.digest


def test_one_changed_sign_changes_the_digest(evidence: Evidence) -> None:
    changed = {**evidence.record, "language": "en"}
    text = json.dumps(changed, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert hashlib.sha256(text.encode()).hexdigest() != evidence.digest


def test_every_document_stands_there_word_for_word_with_its_opening(evidence: Evidence) -> None:
    product = product_of(evidence.application.scheme_year.product_version)
    recorded = {entry["code"]: entry for entry in evidence.record["documents"]}
    assert recorded.keys() == {document.code for document in product.wording}
    for document in product.wording:
        entry = recorded[document.code]
        assert entry["consent_given"] is True
        assert entry["text"]["title"] == document.title.ja
        assert len(entry["text"]["sections"]) == len(document.sections)
        assert entry["digest"] == wording_digest(document, "ja")
        assert bool(entry["openings"]) is document.must_be_opened
        assert all(opening["digest"] == entry["digest"] for opening in entry["openings"])


def test_every_question_stands_there_with_version_wording_and_answer(evidence: Evidence) -> None:
    product = product_of(evidence.application.scheme_year.product_version)
    for group in ("needs", "disclosure"):
        asked = evidence.record[group]["questions"]
        expected = [(q.code, q.version, q.wording.ja) for q in product.questions_of(group)]
        assert [(entry["code"], entry["version"], entry["wording"]) for entry in asked] == expected
        assert all(entry["answer"] for entry in asked)
        assert evidence.record[group]["saved_at"]


def test_actor_product_premium_and_declarations_are_part_of_it(evidence: Evidence) -> None:
    record, version = evidence.record, evidence.application.scheme_year.product_version
    assert record["actor"] == f"user:{evidence.application.user_id}"
    assert record["member"]["number"] == "10000017"
    assert record["product"] == {"programme": "cyber", "version": "2026-12-01", "digest": version.digest}
    assert record["term"] == {"start_on": "2027-01-01", "expiry_on": "2027-12-01"}
    assert (record["plan"]["chosen"], record["plan"]["term_premium"]) == ("P100", 59530)
    assert [plan["code"] for plan in record["plan"]["offered"]] == ["P100", "P300", "P500"]
    kinds = [step["kind"] for step in record["plan"]["offered"][0]["steps"]]
    assert kinds == ["base", "industry", "band", "plan", "floor", "rounding", "term"]
    assert record["plan"]["recommendation"].startswith("none")
    assert {entry["code"] for entry in record["declarations"]} == DECLARATIONS.keys()
    assert all(entry["given"] is True and entry["wording"] for entry in record["declarations"])
    assert record["company"]["answers"]["name"] == COMPANY["name"]
    assert record["confirmed_at"].startswith("2026-11-24T10:00:00")


@pytest.mark.parametrize("model", [Evidence, DocumentOpening])
def test_nobody_can_change_or_delete_what_was_sealed(evidence: Evidence, model: type[Evidence]) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        model.objects.all().delete()
    field = {"digest": "0" * 64}
    with pytest.raises(DatabaseError), transaction.atomic():
        model.objects.update(**field)
