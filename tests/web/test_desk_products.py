"""Product versions at the desk: the actuary prepares, compares and tries out, a second one publishes, the operator sees nothing."""

from __future__ import annotations

import csv
import html
import io
import re
import secrets
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from sonae.apps.audit.models import AuditEntry, SecondLook
from sonae.apps.programmes.drafts import open_draft
from sonae.apps.programmes.models import DraftRevision, ProductDraft, ProductVersion, SchemeYear
from sonae.apps.revision.models import VersionEffect
from sonae.apps.revision.use_cases.work_out_effect import work_out_effect
from sonae.domain.product_differences.compare import compare_products
from sonae.domain.product_differences.difference import GROUP_NAMES
from tests import cast, clock
from tests.domain.versions import AFTER, BEFORE, product
from tests.drafts import DEARER, NEXT_YEAR, begin, later_version, save, zip_of
from tests.renewals import NEXT, enter_members, give_covers
from tests.web.cover_pages import text
from tests.web.holdings import browser_of

pytestmark = pytest.mark.usefixtures("programme")
LIST, COMPARE = "/desk/products/", "/desk/products/compare/"
NOTES = "notes.md"


@pytest.fixture
def first() -> Client:
    return browser_of(cast.enter_staff("insurer", "actuary"))


@pytest.fixture
def second() -> Client:
    return browser_of(cast.enter_staff("insurer", "actuary", email="second@insurer.example"))


@pytest.fixture
def draft() -> ProductDraft:
    return begin(later_version())


def page_of(draft: ProductDraft, page: str = "") -> str:
    return f"{LIST}drafts/{draft.pk}/{page}"


def key() -> str:
    return secrets.token_urlsafe(24)


def typed(answer: Any) -> str:
    """What stands in the text area, as the browser has it: the line end after the tag is not part of it."""
    found = re.search(r"<textarea[^>]*>\r?\n?(.*?)</textarea>", answer.content.decode(), re.DOTALL)
    assert found
    return html.unescape(found[1])


def hidden(answer: Any, name: str = "seen") -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', answer.content.decode())
    assert found
    return found[1]


def sent_from_browser(text_area: str) -> str:
    return text_area.replace("\r\n", "\n").replace("\n", "\r\n")


class TestBeginning:
    """A draft begins as a copy, or with a zip."""

    def test_a_copy_of_a_published_version(self, first: Client) -> None:
        answer = first.post(f"{LIST}new/", {"name": "改定案", "base": AFTER, "form_key": key()})
        begun = ProductDraft.objects.get()
        assert answer.headers["Location"] == page_of(begun)
        shown = text(first.get(page_of(begun)))
        assert "2026-12-01に効力が生じる改定版は、すでに公開されています" in shown or "公開済み" in shown
        assert "改定案" in text(first.get(LIST))

    def test_the_zip_of_a_folder(self, first: Client) -> None:
        folder = SimpleUploadedFile("2027.zip", zip_of(later_version(), folder="2027-12-01/"))
        first.post(f"{LIST}new/", {"name": "改定案", "base": "zip", "folder": folder, "form_key": key()})
        assert open_draft(ProductDraft.objects.get()).files == later_version()

    def test_the_same_form_sent_twice_is_one_draft(self, first: Client) -> None:
        sent = {"name": "改定案", "base": AFTER, "form_key": key()}
        assert (
            first.post(f"{LIST}new/", sent).headers["Location"] == first.post(f"{LIST}new/", sent).headers["Location"]
        )
        assert ProductDraft.objects.count() == 1

    @pytest.mark.parametrize(
        ("sent", "said"),
        [
            ({"base": AFTER}, "名前を入れてください"),
            ({"name": "x"}, "もとにするものを選んでください"),
            ({"name": "x", "base": "2020-01-01"}, "一覧から選んでください"),
            ({"name": "x", "base": "zip"}, "zipファイルを選んでください"),
            ({"name": "x", "base": "zip", "folder": b"no zip"}, "zipファイルとして読めません"),
            ({"name": "x", "base": "zip", "folder": b"PK\x03\x04"}, "zipファイルとして読めません"),
            ({"name": "x", "base": AFTER, "form_key": "<forged>"}, "受け付けられませんでした"),
        ],
    )
    def test_what_is_missing_or_wrong_is_said(self, first: Client, sent: dict[str, Any], said: str) -> None:
        if "folder" in sent:
            sent = {**sent, "folder": SimpleUploadedFile("x.zip", sent["folder"])}
        answer = first.post(f"{LIST}new/", {"form_key": key(), **sent})
        assert answer.status_code == 422
        assert said in text(answer)
        assert not ProductDraft.objects.exists()


class TestEditing:
    """Files are typed in the page, whole, and nobody's work is lost."""

    @pytest.mark.parametrize("name", [NOTES, "rates/industry.csv", "product.toml", "questions.toml"])
    def test_saving_what_is_shown_changes_not_a_byte(self, first: Client, draft: ProductDraft, name: str) -> None:
        address = page_of(draft, f"files/{name}/")
        shown = first.get(address)
        answer = first.post(address, {"seen": hidden(shown), "text": sent_from_browser(typed(shown)), "action": "save"})
        assert answer.status_code == 302
        assert draft.revisions.count() == 1
        assert "前と同じです" in text(first.get(answer.headers["Location"]))

    @pytest.mark.parametrize(
        "content", [b"a\r\nb\r\n", b"\n\nbegins empty", b"<b>&amp;</b></textarea>\n", "\ufeff印\n".encode()]
    )
    def test_odd_text_comes_back_as_it_was(self, first: Client, draft: ProductDraft, content: bytes) -> None:
        save(draft, NOTES, content)
        address = page_of(draft, f"files/{NOTES}/")
        shown = first.get(address)
        first.post(address, {"seen": hidden(shown), "text": sent_from_browser(typed(shown))})
        assert open_draft(draft).files[NOTES] == content
        assert draft.revisions.count() == 2

    def test_a_slip_is_found_with_its_line_and_what_was_meant(self, first: Client, draft: ProductDraft) -> None:
        address = page_of(draft, "files/eligibility.toml/")
        shown = first.get(address)
        wrong = typed(shown).replace('"bank"', '"bnak"', 1)
        assert first.post(address, {"seen": hidden(shown), "text": wrong}).status_code == 302
        line = next(n for n, one in enumerate(wrong.splitlines(), start=1) if "bnak" in one)
        for page in (address, page_of(draft)):
            said = text(first.get(page))
            assert 'Did you mean "bank"?' in said
            assert f"{line}行目" in said
        assert "指摘が" in text(first.get(page_of(draft)))

    def test_what_another_saved_is_not_written_over_and_what_was_typed_is_kept(
        self, first: Client, second: Client, draft: ProductDraft
    ) -> None:
        address = page_of(draft, f"files/{NOTES}/")
        mine, theirs = hidden(first.get(address)), hidden(second.get(address))
        assert first.post(address, {"seen": mine, "text": "# Mine"}).status_code == 302
        answer = second.post(address, {"seen": theirs, "text": "# Theirs <typed>"})
        assert answer.status_code == 409
        assert typed(answer) == "# Theirs <typed>"
        assert "いま保存されている内容 # Mine" in text(answer)
        assert "actuary@insurer.example" in text(answer)
        assert open_draft(draft).files[NOTES] == b"# Mine"
        assert second.post(address, {"seen": hidden(answer), "text": "# Both"}).status_code == 302
        assert open_draft(draft).files[NOTES] == b"# Both"
        assert draft.revisions.count() == 3

    def test_a_forged_digest_writes_nothing(self, first: Client, draft: ProductDraft) -> None:
        address = page_of(draft, f"files/{NOTES}/")
        for seen, status in (("f" * 64, 409), ("", 409), ("x" * 65, 409)):
            assert first.post(address, {"seen": seen, "text": "# Forged"}).status_code == status
        assert draft.revisions.count() == 1

    @pytest.mark.parametrize("content", ["質問".encode("cp932"), b"\0\1\2", b"x" * 300_001])
    def test_what_is_no_text_is_not_typed_into(self, first: Client, draft: ProductDraft, content: bytes) -> None:
        save(draft, NOTES, content)
        address = page_of(draft, f"files/{NOTES}/")
        shown = first.get(address)
        assert "<textarea" not in shown.content.decode()
        assert "画面では直せ" in text(shown)
        seen = draft.revisions.latest("number").files[NOTES]
        assert first.post(address, {"seen": seen, "text": "x"}).status_code == 422
        assert draft.revisions.count() == 2

    def test_a_file_is_taken_out_and_an_earlier_revision_brings_it_back(
        self, first: Client, draft: ProductDraft
    ) -> None:
        address = page_of(draft, f"files/{NOTES}/")
        assert first.post(address, {"seen": hidden(first.get(address)), "action": "remove"}).status_code == 302
        assert first.get(address).status_code == 404
        shown = first.get(page_of(draft))
        assert "the file is missing" in text(shown)
        assert first.post(page_of(draft, "revisions/1/"), {"seen": "0" * 64}).status_code == 409
        assert first.post(page_of(draft, "revisions/1/"), {"seen": hidden(shown)}).status_code == 302
        assert open_draft(draft).files == later_version()
        assert first.post(page_of(draft, "revisions/9/"), {"seen": "x"}).status_code == 404

    def test_a_file_is_uploaded_in_the_place_of_another(self, first: Client, draft: ProductDraft) -> None:
        address = page_of(draft, "upload/")
        sent = {
            "seen": hidden(first.get(address)),
            "file": SimpleUploadedFile("anything.csv", b"x"),
            "name": "rates/plan.csv",
        }
        assert first.post(address, sent).status_code == 302
        assert open_draft(draft).files["rates/plan.csv"] == b"x"
        late = {**sent, "file": SimpleUploadedFile("anything.csv", b"y")}
        assert first.post(address, late).status_code == 409
        assert draft.revisions.count() == 2

    def test_a_zip_takes_the_place_of_everything(self, first: Client, draft: ProductDraft) -> None:
        address = page_of(draft, "upload/")
        file = SimpleUploadedFile("all.zip", zip_of(later_version(DEARER)))
        assert first.post(address, {"seen": hidden(first.get(address)), "file": file}).status_code == 302
        assert open_draft(draft).files == later_version(DEARER)

    @pytest.mark.parametrize("name", ["../../etc/passwd", "/x", "a\\b", "x/../y"])
    def test_a_name_that_leads_elsewhere_is_refused(self, first: Client, draft: ProductDraft, name: str) -> None:
        address = page_of(draft, "upload/")
        sent = {"seen": hidden(first.get(address)), "file": SimpleUploadedFile("x", b"x"), "name": name}
        answer = first.post(address, sent)
        assert answer.status_code == 422
        assert "ファイルの名前が使えません" in text(answer)

    def test_a_file_beyond_the_limit_is_refused(self, first: Client, draft: ProductDraft) -> None:
        address = page_of(draft, "upload/")
        for size, status in ((1_000_001, 422), (1_500_001, 413)):
            sent = {"seen": hidden(first.get(address)), "file": SimpleUploadedFile("x.toml", b"x" * size)}
            assert first.post(address, sent).status_code == status
        assert draft.revisions.count() == 1


class TestComparing:
    """The differences in sentences, and as a table to take away."""

    def address(self, before: str, after: str, file: bool = False) -> str:
        return f"{COMPARE[:-1]}{'.csv' if file else '/'}?before={before}&after={after}"

    def test_the_shipped_versions(self, first: Client) -> None:
        shown = text(first.get(self.address(BEFORE, AFTER)))
        assert "1億円プラン、製造業、3,000万円超 5,000万円以下 68,670円 82,410円 ＋20.0%" in shown
        assert "業種、製造業、係数 × 0.75 × 0.90" in shown
        english = text(first.get(f"/en{self.address(BEFORE, AFTER)}"))
        assert (
            "100 Million Yen Plan, Manufacturing, sales over 30 million yen, up to 50 million yen ¥68,670 ¥82,410 +20.0%"
            in english
        )

    def test_the_table_has_every_difference(self, first: Client) -> None:
        answer = first.get(self.address(BEFORE, AFTER, file=True))
        rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
        found = compare_products(product(BEFORE), product(AFTER))
        assert len(rows) == 1 + len(found)
        assert [
            "年間保険料",
            "1億円プラン、製造業、3,000万円超 5,000万円以下",
            "68,670円",
            "82,410円",
            "13740",
            "'＋20.0%",
        ] in rows
        assert AuditEntry.objects.filter(action="product.differences_taken").count() == 1

    def test_a_formula_in_a_text_stays_text(self, first: Client) -> None:
        name = ("rates/industry.csv", "小売業", "=HYPERLINK(1)")
        draft = begin(later_version(name))
        answer = first.get(self.address(AFTER, f"draft-{draft.pk}", file=True))
        cells = [cell for row in csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))) for cell in row]
        assert "'=HYPERLINK(1)" in cells
        assert not any(cell.startswith("=") for cell in cells)

    def test_a_draft_against_itself_and_its_revisions(self, first: Client, draft: ProductDraft) -> None:
        save(draft, NOTES, b"# Only a note\n")
        assert "商品としての違いはありません" in text(first.get(self.address(f"draft-{draft.pk}", f"draft-{draft.pk}")))
        shown = text(first.get(self.address(f"draft-{draft.pk}.1", f"draft-{draft.pk}")))
        assert "商品としての違いはありません" in shown
        assert "notes.md" in shown

    def test_what_can_not_be_read_can_not_be_compared(self, first: Client, draft: ProductDraft) -> None:
        save(draft, "rates/plan.csv", b"x")
        answer = first.get(self.address(AFTER, f"draft-{draft.pk}"))
        assert answer.status_code == 200
        assert "比べられません" in text(answer)
        assert len(first.get(self.address(AFTER, f"draft-{draft.pk}", file=True)).content.splitlines()) == 1

    @pytest.mark.parametrize(
        "code", ["", "2020-01-01", "draft-999999", "draft-1.99", "draft-x", "draft-99999999999999999", "%00", "' OR 1"]
    )
    def test_what_there_is_not_is_not_there(self, first: Client, draft: ProductDraft, code: str) -> None:
        assert first.get(self.address(AFTER, code)).status_code == 404
        assert first.get(self.address(code, AFTER, file=True)).status_code == 404


class TestTryingOut:
    """What it would mean for whom."""

    def test_the_figures_are_worked_out_behind_and_shown(self, first: Client, draft: ProductDraft) -> None:
        give_covers(
            enter_members(4), {"industry": "wholesale"}, {}, year=SchemeYear.objects.get(start_on=NEXT), starts_on=NEXT
        )
        save(draft, "rates/industry.csv", later_version(DEARER)["rates/industry.csv"])
        address = page_of(draft, "effect/")
        assert "まだ試算していません" in text(first.get(address))
        answer = first.post(address, {"year": f"{NEXT}"})
        assert answer.headers["Location"] == f"{address}?year={NEXT}"
        assert "試算しています" in text(first.get(address))
        assert "HX-Refresh" not in first.get(address, headers={"HX-Request": "true"}).headers
        work_out_effect(effect_id=VersionEffect.objects.get().pk, now=clock.now())
        assert first.get(address, headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"
        shown = text(first.get(address))
        assert "4件のうち2件の保険料が上がり、0件が下がります" in shown
        assert "259,760円 → 285,740円" in shown
        assert "卸売業 2件 2件" not in shown
        assert (
            "1億円プラン 卸売業 500万円以下 あんしん保守サポート ベーシックプラン 64,940円 → 77,930円 ＋20.0% 2"
            in shown
        )
        assert "株式会社みほん" not in shown
        assert "＋20〜25%" in shown

    def test_a_save_makes_the_figures_those_of_an_earlier_revision(self, first: Client, draft: ProductDraft) -> None:
        address = page_of(draft, "effect/")
        first.post(address, {"year": f"{NEXT}"})
        work_out_effect(effect_id=VersionEffect.objects.get().pk, now=clock.now())
        assert "満期を迎える0件" in text(first.get(address))
        save(draft, NOTES, b"# Another\n")
        assert "まだ試算していません" in text(first.get(address))

    @pytest.mark.parametrize("year", ["", "x", "2031-12-01", "2027-12-01'--"])
    def test_a_year_that_there_is_not_is_the_usual_one(self, first: Client, draft: ProductDraft, year: str) -> None:
        assert first.get(page_of(draft, "effect/"), {"year": year}).status_code == 200
        first.post(page_of(draft, "effect/"), {"year": year})
        assert VersionEffect.objects.get().expiring_year.start_on == NEXT

    def test_what_can_not_be_read_can_not_be_tried(self, first: Client, draft: ProductDraft) -> None:
        save(draft, "rates/plan.csv", b"x")
        assert "試算できません" in text(first.get(page_of(draft, "effect/")))
        first.post(page_of(draft, "effect/"), {"year": f"{NEXT}"})
        assert not VersionEffect.objects.exists()


class TestPublishing:
    """One asks, another agrees."""

    def ask(self, browser: Client, draft: ProductDraft) -> str:
        shown = browser.get(page_of(draft, "publish/"))
        assert "2027年12月1日" in text(shown)
        answer = browser.post(page_of(draft, "publish/"), {"seen": hidden(shown), "reason": "年次の改定"})
        assert answer.status_code == 302, text(answer)
        return str(answer.headers["Location"])

    def test_the_second_sees_digest_day_differences_and_figures(
        self, first: Client, second: Client, draft: ProductDraft
    ) -> None:
        first.post(page_of(draft, "effect/"), {"year": f"{NEXT}"})
        work_out_effect(effect_id=VersionEffect.objects.get().pk, now=clock.now())
        page = self.ask(first, draft)
        shown = text(second.get(page))
        assert draft.revisions.get().digest in shown
        for words in (
            "2027年12月1日",
            "2026年12月1日の改定版との違い",
            GROUP_NAMES["calendar"].ja,
            "満期 0件のうち",
            "年次の改定",
        ):
            assert words in shown
        assert f"{COMPARE}?before={AFTER}&amp;after=draft-{draft.pk}.1" in second.get(page).content.decode()

    def test_it_is_published_when_another_agrees(self, first: Client, second: Client, draft: ProductDraft) -> None:
        page = self.ask(first, draft)
        assert page in first.get(page_of(draft)).content.decode()
        assert first.post(page, {"decision": "agree"}).status_code == 403
        assert not ProductVersion.objects.filter(effective_date=NEXT_YEAR).exists()
        assert [second.post(page, {"decision": "agree"}).status_code for _ in range(2)] == [302, 302]
        assert ProductVersion.objects.filter(effective_date=NEXT_YEAR).count() == 1
        assert "公開済み" in text(first.get(page_of(draft)))
        assert "2027年12月1日の版として公開済み" in text(first.get(LIST))

    def test_a_draft_that_moved_on_is_refused_with_nothing_done(
        self, first: Client, second: Client, draft: ProductDraft
    ) -> None:
        page = self.ask(first, draft)
        save(draft, NOTES, b"# Another\n")
        answer = second.post(page, {"decision": "agree"})
        assert answer.status_code == 409
        assert "申し出のあとに下書きが変わった" in text(answer)
        assert SecondLook.objects.get().state == "waiting"
        assert second.post(page, {"decision": "drop", "reason": "書き直す"}).status_code == 302
        assert not ProductVersion.objects.filter(effective_date=NEXT_YEAR).exists()

    def test_a_page_that_is_too_old_or_forged_asks_for_nothing(self, first: Client, draft: ProductDraft) -> None:
        old = hidden(first.get(page_of(draft, "publish/")))
        save(draft, NOTES, b"# Another\n")
        for seen in (old, "f" * 64, ""):
            answer = first.post(page_of(draft, "publish/"), {"seen": seen, "reason": "年次の改定"})
            assert answer.status_code == 409
            assert "年次の改定" in answer.content.decode()
        assert not SecondLook.objects.exists()

    def test_a_draft_with_findings_offers_no_button_and_is_refused(self, first: Client, draft: ProductDraft) -> None:
        save(draft, "rates/plan.csv", b"x")
        shown = first.get(page_of(draft, "publish/"))
        assert "このままでは公開できません" in text(shown)
        assert 'name="reason"' not in shown.content.decode()
        sent = {"seen": draft.revisions.latest("number").digest, "reason": "x"}
        assert first.post(page_of(draft, "publish/"), sent).status_code == 409
        assert first.post(page_of(draft, "publish/"), {**sent, "reason": " "}).status_code == 422
        assert not SecondLook.objects.exists()


class TestRights:
    """Who sees, who acts."""

    def pages(self, draft: ProductDraft) -> list[str]:
        parts = ("", f"files/{NOTES}/", "effect/")
        return [LIST, f"{COMPARE}?before={BEFORE}&after={AFTER}", *(page_of(draft, part) for part in parts)]

    def test_the_operator_the_agency_and_clerks_of_the_organiser_see_nothing(self, draft: ProductDraft) -> None:
        for party, position in (
            ("operator", "supervisor"),
            ("agency", "solicitor"),
            ("organiser", "clerk"),
            ("insurer", "claims_handler"),
        ):
            browser = browser_of(cast.enter_staff(party, position))
            for page in [*self.pages(draft), page_of(draft, "upload/"), page_of(draft, "publish/"), f"{LIST}new/"]:
                assert browser.get(page).status_code == 404, (party, page)
            assert "商品改定版" not in browser.get("/desk/").content.decode()

    @pytest.mark.parametrize("who", [("organiser", "supervisor"), ("insurer", "clerk"), ("operator", "auditor")])
    def test_who_may_see_changes_nothing(self, draft: ProductDraft, who: tuple[str, str]) -> None:
        browser = browser_of(cast.enter_staff(*who))
        for page in self.pages(draft):
            assert browser.get(page).status_code == 200, page
        assert "<textarea" not in browser.get(page_of(draft, f"files/{NOTES}/")).content.decode()
        sent = {"seen": draft.revisions.get().files[NOTES], "text": "# Forged", "year": f"{NEXT}"}
        for page in (f"files/{NOTES}/", "effect/", "upload/", "publish/", "revisions/1/"):
            assert browser.post(page_of(draft, page), sent).status_code == 404, page
        assert browser.post(f"{LIST}new/", {"name": "x", "base": AFTER}).status_code == 404
        assert DraftRevision.objects.count() == 1
        assert not VersionEffect.objects.exists()
        assert "商品改定版" in browser.get("/desk/").content.decode()

    def test_a_look_is_agreed_to_by_who_may_publish_alone(self, draft: ProductDraft, first: Client) -> None:
        page = TestPublishing().ask(first, draft)
        clerk = browser_of(cast.enter_staff("insurer", "clerk"))
        assert clerk.get(page).status_code == 200
        assert clerk.post(page, {"decision": "agree"}).status_code == 404
        assert browser_of(cast.enter_staff("operator", "supervisor")).get(page).status_code == 404
        assert SecondLook.objects.get().state == "waiting"


def test_many_drafts_page_by_key(first: Client) -> None:
    for number in range(52):
        begin({"product.toml": b"x = 1\n"}, name=f"案{number:02d}")
    newest = text(first.get(LIST))
    assert "案51" in newest
    assert "案01" not in newest
    older = re.search(r'href="\?before=(\d+)"', first.get(LIST).content.decode())
    assert older
    shown = text(first.get(LIST, {"before": older[1]}))
    assert "案01" in shown
    assert "案00" in shown
    assert "案51" not in shown
    for odd in ("x", "-1", "9" * 40, "１"):
        assert first.get(LIST, {"before": odd}).status_code == 200
