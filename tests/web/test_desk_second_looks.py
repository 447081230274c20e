"""Much return premium, and the end of the free cover: one person asks at the desk, another agrees, and only then it is done."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob

from sonae.apps.audit.models import AuditEntry, SecondLook
from sonae.apps.certificates.models import Certificate, Transaction
from sonae.apps.documents.models import OutboxMessage
from sonae.apps.membership.cover_years import free_cover_ends_on
from sonae.apps.parties.models import User
from tests import cast, clock
from tests.apps.certificates.covers import IN_MARCH, give_cover
from tests.web.cover_pages import confirm, fields_of, preview, text
from tests.web.holdings import browser_of, give_free_cover, give_paid_cover

pytestmark = pytest.mark.django_db
FREE_COVER = "/desk/free-cover/"


@pytest.fixture
def people(programme: object) -> cast.Cast:
    return cast.call_in()


class TestReturns:
    """A cancellation that gives back more than one person may."""

    @pytest.fixture(autouse=True)
    def _in_march(self, programme: object, settings: object) -> Iterator[None]:
        settings.SONAE_RETURN_ALONE_YEN = 1_000  # type: ignore[attr-defined]
        with clock.at(IN_MARCH):
            yield

    @pytest.fixture
    def certificate(self, people: cast.Cast) -> Certificate:
        return give_cover(people.member)

    @pytest.fixture
    def first(self, people: cast.Cast) -> Client:
        return browser_of(people.staff["operator"])

    @pytest.fixture
    def second(self, people: cast.Cast) -> Client:
        return browser_of(cast.enter_staff("operator", "supervisor"))

    def _ask(self, browser: Client, certificate: Certificate) -> str:
        address = f"/desk/certificates/{certificate.number}/cancel/"
        seen = preview(browser, address, day="2027-03-15", reason="廃業のため")
        answer = confirm(browser, address, seen)
        assert answer.status_code == 302
        return str(answer.headers["Location"])

    def test_nothing_is_recorded_until_another_agrees(
        self, first: Client, second: Client, certificate: Certificate
    ) -> None:
        page = self._ask(first, certificate)
        before = Transaction.objects.count()
        assert page == f"/desk/returns/{SecondLook.objects.get().pk}/"
        assert "申し出た本人は確かめられません" in text(first.get(page))
        assert first.post(page, {"decision": "agree"}).status_code == 403
        assert f'href="{page}"' in first.get(f"/desk/certificates/{certificate.number}/").content.decode()
        assert Transaction.objects.count() == before
        shown = text(second.get(page))
        assert "廃業のため" in shown
        assert "解約と返戻の確認" in shown
        assert [second.post(page, {"decision": "agree"}).status_code for _ in range(2)] == [302, 302]
        assert Transaction.objects.count() == before + 1
        certificate.refresh_from_db()
        assert certificate.cancelled_on == date(2027, 4, 1)
        assert "確認済み" in text(second.get(page))

    def test_what_changed_meanwhile_is_not_recorded(
        self, first: Client, second: Client, certificate: Certificate, settings: object
    ) -> None:
        page = self._ask(first, certificate)
        settings.SONAE_RETURN_ALONE_YEN = 10_000_000  # type: ignore[attr-defined]
        address = f"/desk/certificates/{certificate.number}/cancel/"
        confirm(first, address, preview(first, address, day="2027-06-01", reason="もう一度"))
        before = Transaction.objects.count()
        answer = second.post(page, {"decision": "agree"})
        assert answer.status_code == 409
        assert "何も記録していません" in text(answer)
        assert Transaction.objects.count() == before
        assert second.post(page, {"decision": "drop"}).status_code == 422
        assert second.post(page, {"decision": "drop", "reason": "状況が変わった"}).status_code == 302
        assert SecondLook.objects.get().state == "dropped"

    def test_up_to_the_limit_one_person_is_enough(
        self, first: Client, certificate: Certificate, settings: object
    ) -> None:
        settings.SONAE_RETURN_ALONE_YEN = 10_000_000  # type: ignore[attr-defined]
        assert self._ask(first, certificate) == f"/desk/certificates/{certificate.number}/"
        assert not SecondLook.objects.exists()

    def test_a_look_of_another_kind_is_not_there(self, first: Client, certificate: Certificate) -> None:
        self._ask(first, certificate)
        organiser = browser_of(cast.enter_staff("organiser", "supervisor"))
        assert organiser.get(f"{FREE_COVER}looks/{SecondLook.objects.get().pk}/").status_code == 404


class TestEndOfTheFreeCover:
    """Asked for by one supervisor of the organiser, agreed to by another."""

    @pytest.fixture(autouse=True)
    def _covered(self, people: cast.Cast) -> None:
        give_free_cover(people.member, date(2026, 12, 1))

    @pytest.fixture
    def asker(self, people: cast.Cast) -> User:
        return cast.enter_staff("organiser", "supervisor")

    @pytest.fixture
    def first(self, asker: User) -> Client:
        return browser_of(asker)

    @pytest.fixture
    def second(self, people: cast.Cast) -> Client:
        return browser_of(cast.enter_staff("organiser", "supervisor", email="second@organiser.example"))

    def _ask(self, browser: Client) -> str:
        wanted = {"ends_on": "2027-02-14", "reason": "契約の終了"}
        seen = browser.post(FREE_COVER, {**wanted, "action": "preview"})
        assert "その日に終わる加入者証 1件" in text(seen)
        assert free_cover_ends_on() is None
        answer = browser.post(FREE_COVER, {**fields_of(seen.content.decode()), "action": "confirm"})
        return str(answer.headers["Location"])

    def test_it_is_scheduled_when_another_agrees_and_can_be_taken_back(
        self, first: Client, second: Client, asker: User
    ) -> None:
        page = self._ask(first)
        assert free_cover_ends_on() is None
        assert first.post(page, {"decision": "agree"}).status_code == 403
        assert page in second.get(FREE_COVER).content.decode()
        assert "その日に終わる加入者証 1件" in text(second.get(page))
        assert [second.post(page, {"decision": "agree"}).status_code for _ in range(2)] == [302, 302]
        assert free_cover_ends_on() == date(2027, 2, 14)
        assert ProcrastinateJob.objects.filter(task_name="sonae.carry_out_free_cover_end").count() == 1
        assert "終わる予定です" in text(second.get(FREE_COVER))
        assert second.post(FREE_COVER, {"action": "keep"}).status_code == 422
        assert second.post(FREE_COVER, {"action": "keep", "reason": "続けることにした"}).status_code == 302
        assert free_cover_ends_on() is None

    def test_a_day_that_is_not_to_come_is_refused_in_the_language_of_the_page(self, first: Client) -> None:
        for prefix, said in (("", "先の日ではありません"), ("/en", "is not in the future")):
            answer = first.post(f"{prefix}{FREE_COVER}", {"ends_on": "2026-11-01", "reason": "x", "action": "preview"})
            assert answer.status_code == 409
            assert said in text(answer)
        assert not SecondLook.objects.exists()

    @pytest.mark.parametrize("data", [{"ends_on": "", "reason": "x"}, {"ends_on": "2027-02-14", "reason": " "}])
    def test_what_is_missing_is_asked_for(self, first: Client, data: dict[str, str]) -> None:
        assert first.post(FREE_COVER, {**data, "action": "confirm"}).status_code == 422
        assert not SecondLook.objects.exists()

    def test_a_clerk_sees_how_it_stands_and_can_ask_for_nothing(self, people: cast.Cast) -> None:
        clerk = browser_of(people.staff["organiser"])
        assert "終える予定はありません" in text(clerk.get(FREE_COVER))
        data = {"ends_on": "2027-02-14", "reason": "x", "action": "confirm"}
        assert clerk.post(FREE_COVER, data).status_code == 404
        assert not SecondLook.objects.exists()


class TestPersonalData:
    """Lists that leave the house."""

    @pytest.fixture
    def asker(self, people: cast.Cast) -> User:
        return cast.enter_staff("organiser", "supervisor")

    @pytest.fixture
    def first(self, asker: User) -> Client:
        return browser_of(asker)

    @pytest.fixture
    def second(self, people: cast.Cast) -> Client:
        return browser_of(cast.enter_staff("operator", "supervisor"))

    def _ask(self, browser: Client, contents: str = "members") -> str:
        answer = browser.post("/desk/exports/", {"contents": contents, "reason": "監査のため"})
        return str(answer.headers["Location"])

    def test_the_file_is_for_whoever_asked_for_a_day_from_when_another_agreed(
        self, first: Client, second: Client, asker: User
    ) -> None:
        page = self._ask(first)
        file = f"{page}members.csv"
        assert first.get(file).status_code == 404
        assert second.post(page, {"decision": "agree"}).status_code == 302
        assert second.get(file).status_code == 404
        assert file in first.get(page).content.decode()
        answer = first.get(file)
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "no-store"
        lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()  # type: ignore[attr-defined]
        assert [line.split(",")[0] for line in lines] == ['"会員番号"', '"10000017"', '"20000031"']
        taken = AuditEntry.objects.get(action="personal_export.taken")
        assert (taken.actor, taken.detail) == (f"user:{asker.pk}", {"form": "csv", "contents": "members"})
        assert OutboxMessage.objects.filter(recipient=asker.email).count() == 1
        with clock.at(clock.now() + timedelta(hours=24)):
            assert browser_of(asker).get(file).status_code == 404

    def test_a_list_is_what_it_says_and_no_other_can_be_taken_by_its_address(
        self, first: Client, second: Client, people: cast.Cast
    ) -> None:
        give_paid_cover(people.member, date(2025, 12, 1))
        page = self._ask(first, "insured")
        second.post(page, {"decision": "agree"})
        lines = b"".join(first.get(f"{page}insured.csv").streaming_content).decode().splitlines()  # type: ignore[attr-defined]
        assert len(lines) == 2
        assert "青木工務店" in lines[1]
        for other in ("members.csv", "insured.pdf", "nothing.csv"):
            assert first.get(f"{page}{other}").status_code == 404
        assert first.get(f"{page}insured.xlsx").status_code == 200

    def test_what_members_typed_is_no_formula(self, first: Client, second: Client) -> None:
        cast.enter_member("30000009", "basic", "=cmd|' /C calc'!A0", kana="+1", telephone="-1")
        page = self._ask(first)
        second.post(page, {"decision": "agree"})
        text_of_file = b"".join(first.get(f"{page}members.csv").streaming_content).decode()  # type: ignore[attr-defined]
        assert "\"'=cmd|' /C calc'!A0\",\"'+1\"" in text_of_file

    @pytest.mark.parametrize("data", [{}, {"contents": "members"}, {"contents": "everything", "reason": "x"}])
    def test_what_is_missing_is_asked_for(self, first: Client, data: dict[str, str]) -> None:
        assert first.post("/desk/exports/", data).status_code == 422
        assert not SecondLook.objects.exists()
