"""Members are found by whatever somebody says of them, the likeliest first, with the reason; and by nothing that isn't theirs."""

from __future__ import annotations

from datetime import date

import pytest

from sonae.apps.parties.models import Member, MembershipFact
from sonae.apps.search.queries import A_PAGE, FoundMembers, Why, find_members
from sonae.apps.search.use_cases.refresh_search import refresh_search
from tests import cast, clock
from tests.apps.certificates.covers import IN_MARCH, ask, give_cover, wish
from tests.web.holdings import give_free_cover, tell

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 24)


@pytest.fixture
def people(programme: object) -> cast.Cast:
    found = cast.call_in()
    cast.enter_member("30000001", "basic", "株式会社髙橋製作所", kana="タカハシセイサクショ", telephone="0120-111-222")
    cast.enter_member("30000002", "total", "渡邉商店（有）", kana="ﾜﾀﾅﾍﾞｼﾖｳﾃﾝ")
    cast.enter_member("30000003", "basic", "青木商会", kana="アオキショウカイ")
    refresh_search(now=clock.now())
    return found


def found_by(typed: str) -> list[tuple[str, str]]:
    """Number and reason of each, in their order."""
    return [(row.member.number, row.why.value) for row in find(typed).rows]


def find(typed: str) -> FoundMembers:
    return find_members(typed=typed, today=TODAY)


@pytest.mark.parametrize(
    ("typed", "number", "why"),
    [
        ("10000017", "10000017", Why.NUMBER),
        ("１００００", "10000017", Why.NUMBER),
        ("青木工務店", "10000017", Why.NAME),
        ("(株)青木 工務店", "10000017", Why.NAME),
        ("工務", "10000017", Why.NAME),
        ("工", "10000017", Why.NAME),
        ("あおきこうむ", "10000017", Why.NAME),
        ("ｺｳﾑﾃﾝ", "10000017", Why.NAME),
        ("aoki@", "10000017", Why.EMAIL),
        ("ＡＯＫＩ＠ｓａｍｐｌｅ．ｅｘａｍｐｌｅ", "10000017", Why.EMAIL),
        ("imai@sample", "10000017", Why.EMAIL),  # she signs in, and isn't on the list
        ("03-1234-0017", "10000017", Why.TELEPHONE),
        ("０３ １２３４ ００１７", "10000017", Why.TELEPHONE),
        ("1234-0017", "10000017", Why.TELEPHONE),
        ("0120111", "30000001", Why.TELEPHONE),
        ("高橋製作所", "30000001", Why.NAME),
        ("渡辺商店", "30000002", Why.NAME),
        ("わたなべしょうてん", "30000002", Why.NAME),
        ("青木公務店", "10000017", Why.ALIKE),
        ("青木務店", "10000017", Why.ALIKE),
        ("青木工工務店", "10000017", Why.ALIKE),
        ("アオギコウムテン", "10000017", Why.ALIKE),
        ("宇野 会計", "20000031", Why.NAME),
        ("会計 うの", "20000031", Why.NAME),
        ("宇野 0031", "20000031", Why.NAME),
    ],
)
def test_one_is_found_by_what_is_said(people: cast.Cast, typed: str, number: str, why: Why) -> None:
    assert found_by(typed) == [(number, why)]


@pytest.mark.parametrize(
    "typed", ["", " ", "%", "_", "\\", "'", "''' | '", "& !", "\x00", "ない会社", "木青", "9" * 300, "@", "株式"]
)
def test_nobody_is_found_by_what_fits_nobody(people: cast.Cast, typed: str) -> None:
    assert found_by(typed) == []


def test_all_words_have_to_fit(people: cast.Cast) -> None:
    assert found_by("青木 会計") == []
    assert {number for number, _ in found_by("青木")} == {"10000017", "30000003"}
    assert found_by("青木 商会") == [("30000003", "name")]


def test_the_likeliest_stands_first(people: cast.Cast) -> None:
    for number, name in (("40000001", "大青木"), ("40000002", "青木"), ("40000003", "青木運輸倉庫")):
        cast.enter_member(number, "basic", name)
    tell(people.other_member, "changed", date(2026, 11, 1), name="宇野会計", name_kana="ウノカイケイ")
    cast.leave_list(Member.objects.get(number="30000003"), date(2026, 10, 1))
    refresh_search(now=clock.now())
    numbers = [number for number, _ in found_by("青木")]
    # The whole name, beginnings by their length, within, and last of names whoever has left.
    assert numbers == ["40000002", "10000017", "40000003", "40000001", "30000003"]


def test_a_name_of_another_time_is_found_and_says_so(people: cast.Cast) -> None:
    tell(people.member, "changed", date(2026, 6, 1), name="あかね建設", name_kana="アカネケンセツ")
    refresh_search(now=clock.now())
    assert found_by("あかね建設") == [("10000017", "name")]
    assert found_by("工務店") == [("10000017", "other_name")]


def test_a_name_that_is_to_come_is_not_the_name_of_today(people: cast.Cast) -> None:
    tell(people.member, "changed", date(2027, 4, 1), name="あかね建設", name_kana="")
    refresh_search(now=clock.now())
    assert found_by("あかね建設") == [("10000017", "other_name")]
    assert find_members(typed="あかね建設", today=date(2027, 4, 1)).rows[0].why == Why.NAME


def test_a_paid_certificate_brings_its_number_address_people_and_telephone(people: cast.Cast) -> None:
    certificate = give_cover(people.other_member, insured={"name": "はなぞの歯科", "kana": "ハナゾノシカ"})
    assert found_by(certificate.number.lower()) == [("20000031", "certificate")]  # before anything was written for it
    assert found_by("はなぞの") == []
    refresh_search(now=clock.now())
    for typed, why in (
        ("千代田区千代田１－１", "address"), ("千代田 1-1", "address"), ("花園", None), ("はなぞの", "cover_name"),
        ("青木 花", "cover_name"), ("100-0001", "address"), ("03-1234-5678", "telephone"),
    ):  # fmt: skip
        found = [row for row in found_by(typed) if row[0] == "20000031"]
        assert found == ([("20000031", why)] if why else []), typed


def test_an_address_that_was_changed_is_found_too(people: cast.Cast) -> None:
    certificate = give_cover(people.member)
    with clock.at(IN_MARCH):
        ask(certificate, wish("change", date(2027, 3, 15), applicant_city="港区芝", applicant_street="2-2"))  # type: ignore[arg-type]
        refresh_search(now=clock.now())
    assert found_by("港区芝2-2") == [("10000017", "address")]
    assert found_by("千代田区千代田1") == [("10000017", "address")]


def test_a_free_certificate_is_found_by_its_number(people: cast.Cast) -> None:
    free = give_free_cover(people.member, date(2026, 12, 1))
    assert found_by(free.number) == [("10000017", "certificate")]


def test_many_are_the_fifty_likeliest_and_then_all_of_them_page_by_page(people: cast.Cast) -> None:
    for place in range(120):
        cast.enter_member(f"5{place:07}", "basic", f"見本商店{place}")
    refresh_search(now=clock.now())
    first = find("見本商店")
    assert (len(first.rows), first.after, first.in_order) == (A_PAGE, 0, False)
    seen, after = [], first.after
    while after is not None:
        page = find_members(typed="見本商店", today=TODAY, after=after)
        assert page.in_order
        seen += [row.member.number for row in page.rows]
        after = page.after
    assert seen == [f"5{place:07}" for place in range(120)]


def test_a_number_has_to_be_said_further_where_many_begin_like_it(people: cast.Cast) -> None:
    for place in range(60):
        cast.enter_member(f"6{place:07}", "basic", "見本")
    found = find("600000")
    assert (len(found.rows), found.after) == (A_PAGE, None)


def test_whoever_has_no_fact_is_found_by_its_number(people: cast.Cast) -> None:
    Member.objects.create(number="70000001", created_at=clock.now())
    refresh_search(now=clock.now())
    assert found_by("70000001") == [("70000001", "number")]


def test_the_next_member_of_a_feed_does_not_need_the_round_to_be_found_by_number(people: cast.Cast) -> None:
    cast.enter_member("80000001", "basic", "後から商店", email="ato@later.example")
    assert found_by("80000001") == [("80000001", "number")]
    assert found_by("後から商店") == []
    refresh_search(now=clock.now())
    assert found_by("後から商店") == [("80000001", "name")]
    assert MembershipFact.objects.count() == 6
