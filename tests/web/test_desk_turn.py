"""/desk/turn/: what the staff see of the turn, what their buttons do once, and what a forged form does not."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob

from sonae.apps.audit.models import AuditEntry
from sonae.apps.parties.models import Organisation
from sonae.apps.programmes.models import SchemeYear
from sonae.apps.renewal.models import ParkedCertificate, RenewalOffer, RenewalRun
from sonae.apps.renewal.use_cases.make_offers import make_offers
from sonae.apps.renewal.use_cases.rehearse_turn import rehearse_turn
from sonae.domain.calendar import JAPAN
from tests import cast, clock
from tests.renewals import NEXT, OFFERS_DAY, act, enter_members, give_covers
from tests.web.door import browser_of

pytestmark = pytest.mark.usefixtures("programme")
PAGE = "/desk/turn/"


@pytest.fixture
def organiser() -> Client:
    cast.call_in()
    return browser_of(Organisation.objects.get(role="organiser").staff.get())


def jobs() -> list[str]:
    return list(ProcrastinateJob.objects.order_by("id").values_list("task_name", flat=True))


def press(browser: Client, what: str, **more: str) -> str:
    answer = browser.post(PAGE, {"act": what, "year": "2026-12-01", **more}, follow=True)
    assert answer.redirect_chain == [(PAGE, 302)] or not answer.redirect_chain
    return answer.content.decode()


def test_the_page_says_days_counts_progress_forecast_and_what_was_set_aside(organiser: Client) -> None:
    give_covers(enter_members(3), {"industry": "manufacturing", "annual_sales": 40_000_000})
    (large,) = give_covers(enter_members(1))
    act(large, 2, "change", date(2026, 5, 1), {"annual_sales": 100_000_000}).save()
    (broken,) = give_covers(enter_members(1), {"annual_sales": "many <b>"})
    rehearse_turn(year_start=NEXT, actor="system:command", now=OFFERS_DAY)
    make_offers(year_start=NEXT, now=OFFERS_DAY, connections=1)
    page = organiser.get(PAGE).content.decode()
    for words in ("2026年12月1日", "作成済み", "206,010円", "247,230円", "申告売上高が上限以上", broken.number,
                  "業種・売上高・プランの記録が読めません", "100%", "5 / 5"):  # fmt: skip
        assert words in page, words
    assert "many <b>" not in page
    assert "<form" in page
    english = organiser.get(f"/en{PAGE}").content.decode()
    assert "Sales at or above the limit" in english
    assert "Industry, sales or plan can’t be read" in english


def test_each_button_does_its_act_and_leaves_a_name(organiser: Client) -> None:
    (broken,) = give_covers(enter_members(1), {"annual_sales": "many"})
    assert "試し計算を始めました" in press(organiser, "rehearse")
    assert "作成を始めました" in press(organiser, "offers")
    assert jobs() == ["sonae.rehearse_turn", "sonae.make_offers"]
    make_offers(year_start=NEXT, now=OFFERS_DAY, connections=1)
    RenewalRun.objects.update(state="running")
    assert "一時停止しました" in press(organiser, "pause")
    assert "再開しました" in press(organiser, "resume")
    assert "まだ作れません" in press(organiser, "retry", certificate=str(broken.pk))
    act(broken, 2, "change", date(2025, 12, 1), {"annual_sales": 5_000_000}).save()
    assert "ご案内を作りました" in press(organiser, "retry", certificate=str(broken.pk))
    assert RenewalOffer.objects.get().decision == "offered"
    assert not ParkedCertificate.objects.filter(resolved_at__isnull=True).exists()
    acted = AuditEntry.objects.filter(actor__startswith="user:", object_kind="renewal_run").order_by("id")
    assert [entry.action for entry in acted] == [
        "renewal.paused", "renewal.resumed", "renewal.tried_again", "renewal.tried_again",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "forged",
    [
        {"act": "delete", "year": "2026-12-01"},
        {"act": "pause", "year": "2031-12-01"},
        {"act": "pause", "year": "12/01"},
        {"act": "retry", "year": "2026-12-01", "certificate": "9" * 40},
        {"act": "retry", "year": "2026-12-01", "certificate": "１２; DROP"},
        {},
    ],
)
def test_a_forged_form_does_nothing(organiser: Client, forged: dict[str, str]) -> None:
    give_covers(enter_members(1))
    before = AuditEntry.objects.count()
    assert organiser.post(PAGE, forged).status_code == 302
    assert (RenewalOffer.objects.count(), AuditEntry.objects.count(), jobs()) == (0, before, [])


def test_a_certificate_that_was_not_set_aside_can_not_be_tried_again(organiser: Client) -> None:
    (certificate,) = give_covers(enter_members(1))
    press(organiser, "retry", certificate=str(certificate.pk))
    assert RenewalOffer.objects.count() == 0


@pytest.mark.parametrize("role", ["insurer", "agency"])
def test_who_has_no_business_with_it_finds_nothing_there(organiser: Client, role: str) -> None:
    browser = browser_of(Organisation.objects.get(role=role).staff.get())
    for answer in (browser.get(PAGE), browser.post(PAGE, {"act": "offers", "year": "2026-12-01"})):
        assert answer.status_code == 404
    assert jobs() == []


def test_offers_can_not_be_started_before_their_day(organiser: Client) -> None:
    with clock.at(datetime(2026, 9, 20, 10, tzinfo=JAPAN)):
        assert "ご案内を作り始める" not in organiser.get(PAGE).content.decode()
        press(organiser, "offers")
    assert jobs() == []


def test_the_page_takes_as_many_statements_for_many_as_for_few(
    organiser: Client, django_assert_max_num_queries: object
) -> None:
    give_covers(enter_members(30), {"annual_sales": "many"})
    make_offers(year_start=NEXT, now=OFFERS_DAY, connections=1)
    with django_assert_max_num_queries(30):  # type: ignore[operator]
        assert organiser.get(PAGE).status_code == 200


def test_without_a_next_year_it_says_how_one_is_opened(organiser: Client) -> None:
    SchemeYear.objects.filter(start_on=NEXT).delete()
    assert "sonae scheme-year open" in organiser.get(PAGE).content.decode()
