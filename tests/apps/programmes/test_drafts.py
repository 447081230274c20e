"""A draft: every save is a revision, nothing is lost, nobody writes over what another has saved."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, transaction

from sonae.apps.audit.models import AuditEntry
from sonae.apps.programmes.draft_files import FilesRefused
from sonae.apps.programmes.draft_revisions import DraftMovedOn
from sonae.apps.programmes.drafts import content_digest, files_of, latest_revision, open_draft
from sonae.apps.programmes.models import DraftContent, DraftRevision, ProductDraft, ProductVersion
from sonae.apps.programmes.product_files import decode_files
from sonae.apps.programmes.use_cases.begin_draft import NothingToBeginWith, begin_draft
from sonae.apps.programmes.use_cases.replace_draft_files import replace_draft_files, restore_revision
from sonae.apps.programmes.use_cases.save_draft_file import remove_draft_file, save_draft_file
from tests import clock
from tests.drafts import PREPARES, begin, later_version, save

pytestmark = pytest.mark.usefixtures("programme")
NOTES = "notes.md"


def test_it_begins_as_the_very_files_of_the_published_version() -> None:
    draft = begin()
    published = ProductVersion.objects.latest("effective_date")
    revision = draft.revisions.get()
    assert files_of(revision) == decode_files(published.files)
    assert (revision.number, revision.digest, revision.act) == (1, published.digest, "begun")
    assert open_draft(draft).checked.findings == ()


def test_it_begins_with_files_that_were_sent() -> None:
    draft = begin(later_version())
    assert draft.based_on is None
    opened = open_draft(draft)
    assert opened.checked.product is not None
    assert f"{opened.checked.product.effective_date}" == "2027-12-01"


def test_it_needs_something_to_begin_with() -> None:
    with pytest.raises(NothingToBeginWith):
        begin_draft(name="x", based_on=None, files=None, form_key="k", actor=PREPARES, now=clock.now())
    with pytest.raises(FilesRefused):
        begin({})
    assert not ProductDraft.objects.exists()


def test_the_same_form_again_is_the_same_draft() -> None:
    given = {"name": "x", "based_on": None, "files": later_version(), "form_key": "k" * 32, "actor": PREPARES}
    first, second = (begin_draft(**given, now=clock.now()) for _ in range(2))  # type: ignore[arg-type]
    assert first == second
    assert DraftRevision.objects.count() == 1


def test_each_save_is_a_revision_and_content_is_kept_once() -> None:
    draft = begin()
    contents = DraftContent.objects.count()
    saved = save(draft, NOTES, b"# Notes\n")
    assert (saved.number, saved.act, saved.about, saved.saved_by) == (2, "saved", NOTES, PREPARES)
    assert files_of(saved)[NOTES] == b"# Notes\n"
    assert DraftContent.objects.count() == contents + 1
    assert DraftContent.objects.get(digest=content_digest(b"# Notes\n"))
    assert [entry.action for entry in AuditEntry.objects.filter(object_kind="product_draft").order_by("id")] == [
        "product_draft.begun", "product_draft.saved",
    ]  # fmt: skip


def test_what_has_not_changed_is_no_revision() -> None:
    draft = begin()
    assert save(draft, NOTES, open_draft(draft).files[NOTES]).number == 1


def test_a_file_that_another_has_saved_is_not_written_over() -> None:
    draft = begin()
    seen = latest_revision(draft).files[NOTES]
    save(draft, NOTES, b"# Mine\n", actor="user:2")
    with pytest.raises(DraftMovedOn):
        save_draft_file(draft_id=draft.pk, name=NOTES, content=b"# Late\n", seen=seen, actor=PREPARES, now=clock.now())
    with pytest.raises(DraftMovedOn):
        remove_draft_file(draft_id=draft.pk, name=NOTES, seen=seen, actor=PREPARES, now=clock.now())
    assert open_draft(draft).files[NOTES] == b"# Mine\n"
    assert latest_revision(draft).number == 2


def test_two_people_save_two_files_and_neither_is_lost() -> None:
    draft = begin()
    seen = latest_revision(draft).files
    for number, name in enumerate((NOTES, "sources.md"), start=2):
        text = f"# {name}\n".encode()
        saved = save_draft_file(
            draft_id=draft.pk, name=name, content=text, seen=seen[name], actor=PREPARES, now=clock.now()
        )
        assert saved.number == number
    files = open_draft(draft).files
    assert (files[NOTES], files["sources.md"]) == (b"# notes.md\n", b"# sources.md\n")


def test_the_same_save_again_is_a_quiet_success() -> None:
    draft = begin()
    seen = latest_revision(draft).files[NOTES]
    given = {"draft_id": draft.pk, "name": NOTES, "content": b"# Once\n", "seen": seen, "actor": PREPARES}
    assert [save_draft_file(**given, now=clock.now()).number for _ in range(2)] == [2, 2]


def test_a_file_is_put_in_and_taken_out() -> None:
    draft = begin()
    save(draft, "examples/99-new.toml", b'why = "x"\n')
    seen = latest_revision(draft).files["examples/99-new.toml"]
    given = {"draft_id": draft.pk, "name": "examples/99-new.toml", "seen": seen, "actor": PREPARES}
    assert [remove_draft_file(**given, now=clock.now()).number for _ in range(2)] == [3, 3]
    assert "examples/99-new.toml" not in open_draft(draft).files
    assert latest_revision(draft).digest == draft.revisions.get(number=1).digest


def test_the_last_file_stays() -> None:
    draft = begin({"product.toml": b"x = 1\n"})
    with pytest.raises(FilesRefused):
        remove_draft_file(
            draft_id=draft.pk, name="product.toml", seen=latest_revision(draft).files["product.toml"], actor=PREPARES,
            now=clock.now(),
        )  # fmt: skip


@pytest.mark.parametrize("name", ["../x", "/x", "", "x" * 121])
def test_a_name_that_leads_elsewhere_is_refused(name: str) -> None:
    draft = begin()
    with pytest.raises(FilesRefused):
        save(draft, name, b"x")
    assert latest_revision(draft).number == 1


def test_an_earlier_revision_comes_back_as_a_new_one() -> None:
    draft = begin()
    save(draft, NOTES, b"# Changed\n")
    seen = latest_revision(draft).digest
    back = restore_revision(draft_id=draft.pk, number=1, seen=seen, actor=PREPARES, now=clock.now())
    assert (back.number, back.act, back.about) == (3, "restored", "1")
    assert files_of(back) == files_of(draft.revisions.get(number=1))
    assert files_of(draft.revisions.get(number=2))[NOTES] == b"# Changed\n"
    with pytest.raises(DraftMovedOn):
        restore_revision(draft_id=draft.pk, number=2, seen=seen, actor=PREPARES, now=clock.now())


def test_a_whole_folder_takes_the_place_of_all_files_that_were_seen() -> None:
    draft = begin()
    seen = latest_revision(draft).digest
    files = later_version()
    replaced = replace_draft_files(draft_id=draft.pk, files=files, seen=seen, actor=PREPARES, now=clock.now())
    assert files_of(replaced) == files
    with pytest.raises(DraftMovedOn):
        replace_draft_files(draft_id=draft.pk, files={"a": b"x"}, seen=seen, actor=PREPARES, now=clock.now())


@pytest.mark.parametrize("table", [DraftRevision, DraftContent])
def test_what_was_saved_can_not_be_changed_or_taken_away(table: type[DraftRevision] | type[DraftContent]) -> None:
    begin()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        table.objects.all()._raw_delete(using="default")  # no look for what refers to it
    changed = {"act": "saved"} if table is DraftRevision else {"content": b"x"}
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        table.objects.update(**changed)
