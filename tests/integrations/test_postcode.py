"""Addresses from seven digits, as people type them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from sonae.apps.parties.postcode import Place, postcode_book
from sonae.integrations.postcode.lookup import PosutoBook, seven_digits

KAMIUMA = Place("1540011", "東京都", "世田谷区", "上馬", "トウキョウト", "セタガヤク", "カミウマ")


@pytest.mark.parametrize(
    "typed",
    ["1540011", "154-0011", "〒154-0011", "１５４－００１１", "１５４ー００１１", "154 0011", " 〒１５４−００１１　"],
)
def test_a_code_is_found_however_it_is_typed(typed: str) -> None:
    assert PosutoBook().find_places(typed) == (KAMIUMA,)


@pytest.mark.parametrize(
    "typed", ["", "154", "15400111", "abcdefg", "154-0011a", "九九九", "0000000", "9999999", "1' OR '1"]
)
def test_what_is_no_postcode_of_japan_finds_nothing(typed: str) -> None:
    assert PosutoBook().find_places(typed) is None


def test_a_code_of_several_towns_lists_each_of_them_once() -> None:
    places = PosutoBook().find_places("581-0027")
    assert places is not None
    assert [(place.neighborhood, place.neighborhood_kana) for place in places] == [
        ("八尾木", "ヤオギ"),
        ("八尾木", "ヨオギ"),
    ]
    across_prefectures = PosutoBook().find_places("498-0000")
    assert across_prefectures is not None
    assert {place.prefecture for place in across_prefectures} == {"愛知県", "三重県"}


def test_a_code_of_a_whole_city_leaves_the_town_empty() -> None:
    places = PosutoBook().find_places("060-0000")
    assert places is not None
    assert (places[0].city, places[0].neighborhood) == ("札幌市中央区", "")


def test_an_office_with_a_code_of_its_own_brings_its_name() -> None:
    places = PosutoBook().find_places("100-8111")
    assert places is not None
    assert (places[0].office, places[0].neighborhood) == ("宮内庁", "千代田")


def test_many_threads_read_the_book_at_once() -> None:
    book = PosutoBook()
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(book.find_places, ["154-0011", "999-9999"] * 50))
    assert answers == [(KAMIUMA,), None] * 50


def test_the_settings_name_this_book() -> None:
    assert isinstance(postcode_book(), PosutoBook)


def test_other_scripts_digits_become_ours_or_nothing() -> None:
    assert seven_digits("１５４００１１") == "1540011"
    assert seven_digits("١٥٤٠٠١١") is None
