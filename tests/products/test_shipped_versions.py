"""The shipped product versions hold together and say what the programme's facts say."""

from __future__ import annotations

import re

import pytest

from sonae.domain.eligibility import assess_disclosure
from sonae.domain.membership_feed.layout import Brake, folded
from sonae.domain.product.check import check_product, check_versions
from sonae.domain.product.definition import Product
from sonae.domain.product.parse import parse_product
from sonae.domain.text import Text
from tests.domain.versions import AFTER, BEFORE, LATER_TEXTS, before_the_pages_explained, day, files_of, product

BOTH = pytest.mark.parametrize("version", [BEFORE, AFTER])


@BOTH
def test_a_file_that_would_end_more_than_two_percent_or_halve_a_class_is_held(version: str) -> None:
    assert product(version).membership_feed.brake == Brake(ended_permille=20, class_halved_percent=50)


@BOTH
def test_every_member_class_is_understood_by_code_and_name(version: str) -> None:
    understood = product(version).membership_feed.class_values()
    for one in product(version).member_classes:
        assert [understood[folded(way)] for way in (one.code, one.name.ja, one.name.en)] == [one.code] * 3
    assert understood[folded("ﾍﾞｰｼｯｸ ﾌﾟﾗﾝ")] == "basic"


@BOTH
def test_a_version_that_leaves_the_file_of_members_open_understands_the_plain_headings(version: str) -> None:
    layout = parse_product(before_the_pages_explained(version)).membership_feed
    assert [layout.find_field(heading) for heading in ("会員番号", "会員種別", "会員名", "会員No")] == [
        "number", "member_class", "name", None
    ]  # fmt: skip
    assert layout.class_values()[folded("弥生PAP会員")] == "pap"
    assert layout.brake == Brake(ended_permille=20, class_halved_percent=50)
    assert product(version).membership_feed.find_field("会員No") == "number"


@BOTH
def test_a_shipped_version_has_no_finding(version: str) -> None:
    assert check_product(files_of(version)) == []


def test_shipped_versions_take_effect_on_different_days() -> None:
    folders = [(f"products/cyber/{version}", product(version).effective_date) for version in (BEFORE, AFTER)]
    assert check_versions(folders) == []


@BOTH
def test_plans_and_limits_are_the_published_ones(version: str) -> None:
    plans = [(plan.code, plan.name.ja, plan.liability_limit, plan.cost_limit) for plan in product(version).plans]
    assert plans == [
        ("P100", "1億円プラン", 100_000_000, 10_000_000),
        ("P300", "3億円プラン", 300_000_000, 50_000_000),
        ("P500", "5億円プラン", 500_000_000, 50_000_000),
    ]


@BOTH
def test_free_cover_pays_damages_and_dispute_costs_only(version: str) -> None:
    free, paid = product(version).section("free"), product(version).section("paid")
    assert (free.liability_limit_yen, free.cost_limit_yen) == (500_000, None)
    assert (free.cost_lines, free.services) == (("damages", "dispute"), ())
    assert (free.needs_application, free.organiser_may_end_it) == (False, True)
    assert paid.services == ("hotline", "benchmark_report")
    assert set(paid.cost_lines) == {line.code for line in product(version).cost_lines}


@BOTH
def test_paid_plans_come_with_a_number_for_emergencies(version: str) -> None:
    assert [service.phone for service in product(version).services_of("paid")] == ["0120-000-000", ""]
    assert product(version).services_of("free") == ()


def test_cost_lines_count_towards_the_limit_of_the_facts() -> None:
    liability = [line.name.ja for line in product().cost_lines_of("liability")]
    assert liability == ["法律上の損害賠償金", "争訟費用", "協力費用"]
    assert [line.name.ja for line in product().cost_lines_of("cost")] == [
        "サイバー攻撃対応費用",
        "原因・被害範囲調査費用",
        "弁護士相談費用",
        "データ等復旧費用",
        "再発防止費用",
        "その他の費用（見舞金・見舞品など）",
    ]


def test_parties_members_contact_and_cards_are_the_programmes() -> None:
    shipped = product()
    assert shipped.party("insurer").name.ja == "東京海上日動火災保険株式会社"
    assert shipped.party("agency").name.ja == "株式会社NTTRiskManager"
    assert shipped.party("operator").name.ja == "キューアンドエー株式会社"
    assert (shipped.contact.phone, shipped.contact.phone_digits) == ("0120-008588", "0120008588")
    assert [member.code for member in shipped.member_classes] == ["basic", "total", "pap"]
    assert [brand.name for brand in shipped.payment.brands] == [
        "VISA",
        "Mastercard",
        "JCB",
        "American Express",
        "Diners Club",
    ]


def test_numbers_of_the_calendar_are_tagged_as_what_they_are() -> None:
    tags = product().tags
    assert tags["product.toml: calendar.term_start_month"] == "published"
    assert tags["product.toml: calendar.application_deadline_day"] == "assumed"
    assert tags["product.toml: plans[P300].cost_limit_yen"] == "published"
    assert tags["product.toml: free_cover.issue_days_before_turn"] == "assumed"
    assert tags["rates/industry.csv: manufacturing"] == "assumed"
    assert tags["eligibility.toml: rules[SALES_LIMIT].annual_sales_yen"] == "published"


def test_a_past_event_is_referred_with_a_next_step() -> None:
    (referral,) = assess_disclosure(product(), {"past_event": "yes", "notified_breach": "no"})
    assert referral.code == "DISCLOSURE_EVENT"
    assert "0120-008588" in referral.next_step.ja
    assert assess_disclosure(product(), {"past_event": "no", "notified_breach": "no"}) == ()


def test_every_question_says_why_it_is_asked() -> None:
    for question in product().questions:
        assert question.why.ja.endswith("。")
        assert question.why.en.endswith(".")
    assert [question.code for question in product().questions_of("disclosure")] == ["past_event", "notified_breach"]
    assert len(product().questions_of("needs")) == 5
    declared = {question.code for question in product().questions_of("declaration")}
    assert {"truthful", "explained_to_insured", "no_antisocial_forces", "no_cooling_off", "personal_data"} <= declared


def test_scenarios_are_the_published_ones() -> None:
    assert [(one.code, one.cost_line, one.cost_yen) for one in product().scenarios] == [
        ("data_lost", "restoration", 10_000_000),
        ("contractor_leak", "other_costs", 5_000_000),
        ("claims", "damages", 50_000_000),
    ]
    assert product().tags["product.toml: scenarios[claims].cost_yen"] == "published"


def test_no_answer_names_a_plan_a_limit_or_a_party_by_hand() -> None:
    written = files_of(AFTER)["faq.toml"].decode()
    shipped = product()
    names = [party.name.ja for party in shipped.parties] + [brand.name for brand in shipped.payment.brands]
    for fact in (
        *names,
        *(plan.name.ja for plan in shipped.plans),
        shipped.contact.phone,
        "50万円",
        "1億円",
        "12月1日",
    ):
        assert fact not in written


def test_a_version_published_before_the_pages_explained_so_much_can_still_be_read() -> None:
    files = before_the_pages_explained(BEFORE)
    read = parse_product(files)
    assert (read.not_covered, read.scenarios, read.answered, read.answered_questions) == ((), (), (), ())
    assert read.information == ()
    assert not read.consultation.are_there
    assert (read.contact.closed_on_holidays, read.contact.answer_working_days) == (True, 1)
    assert {(one.file, one.place) for one in check_product(files)} == {
        ("faq.toml", "questions"),
        ("consultation.toml", ""),
        ("product.toml", "not_covered"),
        ("product.toml", "scenarios"),
        *((name, "") for name in LATER_TEXTS),
    }


def all_texts(of: Product) -> list[Text]:
    found: list[Text] = []

    def walk(value: object) -> None:
        if isinstance(value, Text):
            found.append(value)
        elif isinstance(value, tuple):
            for item in value:
                walk(item)
        elif hasattr(value, "__dataclass_fields__"):
            for name in value.__dataclass_fields__:
                walk(getattr(value, name))

    walk(of)
    return found


@BOTH
def test_no_text_shows_a_placeholder_or_doubles_a_stop(version: str) -> None:
    texts = all_texts(product(version))
    assert len(texts) > 250
    for text in texts:
        for words in (text.ja, text.en):
            assert not re.search(r"[{}]|\.\.|。。|（[^）]*（", words), words


def test_the_words_before_consent_carry_the_products_figures() -> None:
    overview = product().wording_document("overview")
    points = [point.ja for section in overview.sections for point in section.points]
    assert "3億円プラン：賠償の限度額 3億円、自社の費用の限度額 5,000万円" in points
    paragraphs = [paragraph.ja for section in overview.sections for paragraph in section.paragraphs]
    assert any("20日までのお申込みで、翌月1日の午後4時に補償が始まります" in paragraph for paragraph in paragraphs)
    assert product().effective_date == day(AFTER)
