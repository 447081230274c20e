"""The documents of an application's product version as facts for the press."""

from __future__ import annotations

from sonae.apps.documents.facts import Frame, ImportantMattersFacts, MattersPart, Plan, lines_of
from sonae.apps.enrolment.steps import Progress


def facts_of_important_matters(progress: Progress) -> dict[str, object]:
    """Every document that must be opened, with plans and limits; equal for every application of the version."""
    product, version = progress.product, progress.application.scheme_year.product_version
    return ImportantMattersFacts(
        frame=Frame.of(product, version.digest),
        made_at=version.published_at,
        parts=tuple(MattersPart.of(document) for document in product.wording if document.must_be_opened),
        plans=tuple(Plan.of(plan) for plan in product.plans),
        liability_lines=lines_of(product, "liability"),
        cost_lines=lines_of(product, "cost"),
    ).as_dict()
