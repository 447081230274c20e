"""Publishing a draft takes two people, no finding, a free day to come, and the draft as both have seen it."""

from __future__ import annotations

from typing import Any

import pytest

from sonae.apps.audit.models import AuditEntry, SecondLook
from sonae.apps.audit.reason import ReasonMissing
from sonae.apps.audit.use_cases.decide_second_look import SamePerson, decide_second_look
from sonae.apps.programmes.drafts import files_of, latest_revision
from sonae.apps.programmes.models import ProductDraft, ProductVersion
from sonae.apps.programmes.product_files import decode_files
from sonae.apps.programmes.use_cases.ask_publication import PublicationRefused, ask_publication
from sonae.apps.programmes.use_cases.publish_product import publish_product
from tests import clock
from tests.drafts import PREPARES, begin, days_ahead, later_version, save

pytestmark = pytest.mark.usefixtures("programme")
AGREES = "user:2"


def ask(draft: ProductDraft, *, seen: str = "", reason: str = "年次の改定") -> SecondLook:
    seen = seen or latest_revision(draft).digest
    numbers: dict[str, Any] = {"against": "2026-12-01", "differences": {}, "effect": None}
    return ask_publication(
        draft_id=draft.pk, seen=seen, numbers=numbers, reason=reason, actor=PREPARES, now=clock.now()
    )


def agree(look: SecondLook, actor: str = AGREES) -> SecondLook:
    return decide_second_look(look_id=look.pk, agree=True, reason="", actor=actor, now=clock.now())


def test_nothing_is_published_until_another_agrees_and_then_once() -> None:
    draft = begin(later_version())
    look, before = ask(draft), ProductVersion.objects.count()
    with pytest.raises(SamePerson):
        agree(look, PREPARES)
    assert ProductVersion.objects.count() == before
    assert [agree(look).state for _ in range(2)] == ["agreed", "agreed"]
    version = ProductVersion.objects.latest("effective_date")
    assert ProductVersion.objects.count() == before + 1
    assert (f"{version}", version.digest, version.published_by) == ("2027-12-01", look.facts["digest"], AGREES)
    assert decode_files(version.files) == files_of(latest_revision(draft))
    acts = AuditEntry.objects.exclude(actor="system:test").exclude(object_kind="product_draft").order_by("id")
    assert list(acts.values_list("action", "actor")) == [
        ("publish_product.asked", PREPARES), ("product.published", AGREES), ("publish_product.agreed", AGREES),
    ]  # fmt: skip


def test_a_draft_that_moved_on_since_is_not_published() -> None:
    draft = begin(later_version())
    look = ask(draft)
    save(draft, "notes.md", b"# Another word\n")
    with pytest.raises(PublicationRefused, match="has changed since"):
        agree(look)
    look.refresh_from_db()
    assert look.state == "waiting"
    with pytest.raises(PublicationRefused, match="asked for as it stood"):
        ask(draft)
    assert ProductVersion.objects.count() == 2


def test_a_draft_that_was_brought_back_to_what_was_seen_is_published() -> None:
    draft = begin(later_version())
    look, notes = ask(draft), files_of(latest_revision(draft))["notes.md"]
    save(draft, "notes.md", b"# Another word\n")
    save(draft, "notes.md", notes)
    assert agree(look).state == "agreed"


def test_a_digest_that_nobody_was_shown_is_refused() -> None:
    draft = begin(later_version())
    first = latest_revision(draft).digest
    save(draft, "notes.md", b"# Another word\n")
    for seen in (first, "0" * 64):
        with pytest.raises(PublicationRefused, match="has changed since"):
            ask(draft, seen=seen)
    assert not SecondLook.objects.exists()


def test_a_digest_forged_into_the_look_publishes_nothing() -> None:
    look = ask(begin(later_version()))
    SecondLook.objects.filter(pk=look.pk).update(facts={**look.facts, "digest": "f" * 64})
    with pytest.raises(PublicationRefused):
        agree(look)
    assert ProductVersion.objects.count() == 2


@pytest.mark.parametrize(
    ("files", "said"),
    [
        (later_version(("rates/plan.csv", "P300,1.62", "P300,-1")), "finding"),
        (later_version(day="2026-12-01"), "is published already"),
        (later_version(day=f"{days_ahead(0)}"), "is not in the future"),
        (later_version(day="2026-06-01"), "is not in the future"),
        (later_version(("product.toml", 'programme = "cyber"', 'programme = "other"')), "has to be “cyber”"),
    ],
)
def test_what_can_not_be_published_can_not_be_asked_for(files: dict[str, bytes], said: str) -> None:
    with pytest.raises(PublicationRefused, match=said):
        ask(begin(files))
    assert not SecondLook.objects.exists()


def test_a_day_that_was_taken_meanwhile_is_refused() -> None:
    look = ask(begin(later_version()))
    publish_product(files=later_version(("notes.md", "#", "# Other")), actor="system:command_line", now=clock.now())
    with pytest.raises(PublicationRefused, match="is published already"):
        agree(look)
    look.refresh_from_db()
    assert look.state == "waiting"


def test_it_takes_a_reason_and_asking_again_is_the_same() -> None:
    draft = begin(later_version())
    with pytest.raises(ReasonMissing):
        ask(draft, reason="  ")
    assert ask(draft) == ask(draft)
    assert SecondLook.objects.count() == 1
