"""The switch for maintenance: everything says so and until when, nothing asks the database, and the telephone is there."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils.http import parse_http_date

from sonae.apps.programmes.shipped import shipped_product
from sonae.domain.product.parse import parse_product
from sonae.web.shared import error_pages
from sonae.web.shared.context import shipped_programme
from sonae.web.shared.maintenance import maintenance_until
from tests import cast, clock
from tests.architecture.test_access_matrix import MATRIX, ask
from tests.web.test_parts import product_files

UNTIL = "2026-11-24T13:30+09:00"
TELEPHONE = parse_product(product_files()).contact.phone


@pytest.fixture
def at_work(settings: Any) -> None:
    settings.SONAE_MAINTENANCE_UNTIL = UNTIL


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(MATRIX.keys() - {"health"}))
def test_every_address_says_when_to_come_back_and_asks_no_database(at_work: None, name: str) -> None:
    with CaptureQueriesContext(connection) as asked:
        answer = ask(Client(), MATRIX[name])
    assert answer.status_code == 503
    assert parse_http_date(answer.headers["Retry-After"]) == maintenance_until(UNTIL).timestamp()  # type: ignore[union-attr]
    assert answer.headers["Cache-Control"] == "no-store"
    assert list(asked) == []


@pytest.mark.parametrize(
    ("path", "words"),
    [("/", "2026年11月24日</span><wbr><span class=\"unbroken\">午後1時30分"), ("/en/", "13:30 JST"),
     ("/en/premium/", "We are working on this site")],
)  # fmt: skip
def test_the_page_says_until_when_in_japans_time_and_whom_to_call(at_work: None, path: str, words: str) -> None:
    page = Client().get(path).content.decode()
    assert words in page.replace(" </span>", "</span>")
    assert f'href="tel:{TELEPHONE.replace("-", "")}"' in page
    assert TELEPHONE in page
    assert "noindex" in page


def test_who_watches_the_servers_sees_that_they_are_up(at_work: None) -> None:
    answer = Client().get("/health/")
    assert (answer.status_code, answer.content) == (200, b"up\n")


@pytest.mark.django_db
def test_when_the_moment_has_come_the_pages_are_back(at_work: None, programme: object) -> None:
    until = maintenance_until(UNTIL)
    assert until is not None
    with clock.at(until - timedelta(seconds=1)):
        assert Client().get("/").status_code == 503
    with clock.at(until):
        assert Client().get("/").status_code == 200


@pytest.mark.django_db
def test_without_the_switch_nothing_is_said(programme: object) -> None:
    assert Client().get("/").status_code == 200


@pytest.mark.django_db
def test_a_signed_in_person_is_told_the_same(at_work: None, programme: object) -> None:
    browser = Client()
    browser.force_login(cast.call_in().owner)
    assert browser.get("/portal/").status_code == 503


@pytest.mark.parametrize(
    ("written", "moment"),
    [("", None), ("2026-12-05T06:00", "2026-12-05T06:00:00+09:00"), ("2026-12-04T21:00+00:00", "2026-12-04T21:00:00+00:00")],
)  # fmt: skip
def test_a_moment_without_a_zone_is_japans(written: str, moment: str | None) -> None:
    read = maintenance_until(written)
    assert (read.isoformat() if read else None) == moment


@pytest.mark.parametrize("written", ["tomorrow", "2026-13-01T00:00", "6:00"])
def test_what_is_no_moment_is_refused_with_an_example(written: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="2026-12-05T06:00"):
        maintenance_until(written)


# --- pages that stand alone


@pytest.mark.parametrize("page", [error_pages.bad_request, error_pages.server_error, error_pages.unavailable])
def test_a_page_that_stands_alone_names_the_telephone(page: Any) -> None:
    # No database mark: a query would fail this test.
    assert TELEPHONE in page(RequestFactory().get("/")).content.decode()


def test_the_product_that_came_along_is_the_one_in_effect() -> None:
    chosen = {day: shipped_product(today=day) for day in (date(2020, 1, 1), date(2026, 11, 30), date(2026, 12, 1))}
    effective = [product.effective_date.isoformat() if product else "" for product in chosen.values()]
    assert effective == ["2025-12-01", "2025-12-01", "2026-12-01"]


def test_without_files_at_hand_the_page_stands_without_a_telephone(settings: Any, tmp_path: Any) -> None:
    settings.SONAE_PRODUCTS = tmp_path
    broken = tmp_path / "cyber" / "2025-12-01"
    request = RequestFactory().get("/")
    assert shipped_programme(request).contact is None
    broken.mkdir(parents=True)
    (broken / "product.toml").write_text("nothing")
    assert shipped_programme(request).contact is None
    assert error_pages.server_error(request).status_code == 500


# --- when applications open again


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/premium/", ("2027年10月21日", "2027年12月1日", "受け付ける予定")),
        ("/en/premium/", ("21 October 2027", "1 December 2027", "due to open")),
    ],
)
def test_a_closed_calculator_says_when_applications_open_again(
    programme: object, path: str, words: tuple[str, ...]
) -> None:
    _put_years_back()
    page = Client().get(path).content.decode()
    assert [word for word in words if word not in page] == []


@pytest.mark.django_db
def test_whoever_wants_to_apply_is_told_the_same(programme: object) -> None:
    people = cast.call_in()
    _put_years_back()
    browser = Client()
    browser.force_login(people.owner)
    page = browser.post("/apply/", {"member": people.member.number})
    assert page.status_code == 409
    assert "2027年10月21日" in page.content.decode()


def _put_years_back() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE programmes_schemeyear "
            "SET start_on = start_on - interval '10 years', expiry_on = expiry_on - interval '10 years'"
        )
