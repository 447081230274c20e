"""The parts of the pages: every one of them is drawn, in both languages, with what it must say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import pytest
from django import forms
from django.conf.urls.i18n import i18n_patterns
from django.http import HttpRequest, HttpResponse
from django.template import Context, Template, TemplateSyntaxError
from django.test import Client, RequestFactory
from django.urls import include, path
from django.utils import translation

from sonae.apps.programmes.models import Programme
from sonae.domain.product.parse import parse_product
from sonae.domain.rating import rate
from sonae.domain.risk import Risk
from sonae.domain.text import Text
from sonae.web.shared import error_pages, figures, parts_page, pictures
from sonae.web.shared.context import programme_context
from sonae.web.shared.language import say
from sonae.web.shared.moment import now, today
from sonae.web.shared.premium_rows import premium_rows
from sonae.web.shared.procedure import lay_out_steps
from tests import clock
from tests.conftest import PRODUCT_FOLDERS


def nothing(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


def breaks(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("on purpose")


def too_often(request: HttpRequest) -> HttpResponse:
    return error_pages.too_many_requests(request, retry_after_seconds=90)


def away(request: HttpRequest) -> HttpResponse:
    return error_pages.unavailable(request)


SITE = [
    path("", nothing, name="home"),
    path("premium/", nothing, name="calculator"),
    path("outside/", nothing, name="outside"),
    path("cover/", nothing, name="cover"),
    path("incident-costs/", nothing, name="incident_costs"),
    path("questions/", nothing, name="questions"),
    path("documents/", nothing, name="documents"),
    path("consultation/", nothing, name="consultation"),
    path("emergency/", nothing, name="emergency"),
    path("legal/", nothing, name="legal"),
    path("legal/<slug:slug>/", nothing, name="legal_page"),
    path("design/", parts_page.parts, name="parts"),
    path("favicon.ico", nothing, name="favicon"),
    path("apple-touch-icon.png", nothing, name="apple_touch_icon"),
    path("site.webmanifest", nothing, name="manifest"),
    path("breaks/", breaks),
    path("too-often/", too_often),
    path("away/", away),
]
PORTAL = [
    path("portal/", nothing, name="home"),
    path("portal/documents/", nothing, name="documents"),
    path("portal/payments/", nothing, name="payments"),
    path("portal/notices/", nothing, name="notices"),
    path("portal/data/", nothing, name="data"),
    path("sign-in/", nothing, name="sign_in"),
    path("sign-out/", nothing, name="sign_out"),
    path("apply/", nothing, name="start"),
]
urlpatterns = i18n_patterns(
    path("", include((SITE, "site"))),
    path("", include((PORTAL, "portal"))),
    prefix_default_language=False,
)
handler404 = error_pages.not_found
handler500 = error_pages.server_error

pytestmark = pytest.mark.urls(__name__)


@pytest.fixture(autouse=True)
def _in_japanese() -> Iterator[None]:
    """A request leaves its language behind on the thread."""
    with translation.override("ja"):
        yield


def draw(source: str, language: str = "ja", **facts: Any) -> str:
    with translation.override(language):
        return Template("{% load language figures parts %}" + source).render(Context(facts))


# --- the page that shows every part


@pytest.fixture(params=["/design/", "/en/design/"])
def page(request: pytest.FixtureRequest, client: Client, programme: Programme) -> str:
    answer = client.get(request.param)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_parts_page_draws_every_part(page: str) -> None:
    classes = {name for group in re.findall(r'class="([^"]*)"', page) for name in group.split()}
    assert classes >= {
        *("page-header", "reach-us", "menu", "breadcrumb", "page-title", "page-footer", "parties", "sample-ribbon"),
        *("button", "primary", "emergency", "destructive", "plain", "arrow-link", "button-row"),
        *("field", "required", "optional", "hint", "field-error", "with-unit", "unit", "echo", "width-13"),
        *("choice-cards", "choice-card", "answer-scale", "check-line", "error-summary", "steps", "steps-summary"),
        *("money", "figure-large", "figure", "middle", "premium-steps", "result", "rule-applied", "quote-card", "free"),
        *("plan-table", "plan-tiles", "tile-filled", "tile-empty", "tile-ink", "plan-jump", "limit-bar", "bar-paid"),
        *("bar-unpaid-edge", "term-ruler", "to-cards", "notice", "status", "empty-state", "card", "cover-head"),
        *("task-list", "file-row", "call-box", "questions", "three-facts", "doors", "procedure", "hero", "street"),
    }


def test_every_id_on_the_parts_page_is_there_once_and_every_reference_leads_somewhere(page: str) -> None:
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    listed = re.findall(r'\s(?:for|aria-describedby|aria-labelledby)="([^"]+)"', page)
    wanted = {one for group in listed for one in group.split()} | set(re.findall(r'href="#([^"]+)"', page))
    assert wanted - set(ids) == set()


def test_each_language_is_whole(client: Client, programme: Programme) -> None:
    english = client.get("/en/design/").content.decode()
    words = re.sub(r'<text class="il-sign.*?</text>|<[^>]* lang="ja"[^>]*>.*?</|備え', "", english)
    assert re.findall(r"[ぁ-んァ-ン一-龥]+", re.sub(r"<[^>]+>", "", words)) == []
    assert '<html lang="en">' in english
    assert '<html lang="ja">' in client.get("/design/").content.decode()


def test_the_other_language_is_the_same_page(client: Client, programme: Programme) -> None:
    assert 'href="/en/design/?a=1" lang="en"' in client.get("/design/?a=1").content.decode()
    assert 'href="/design/" lang="ja"' in client.get("/en/design/").content.decode()


def test_the_telephone_number_and_the_parties_come_from_the_product(client: Client, programme: Programme) -> None:
    product = parse_product(product_files())
    shown = client.get("/design/").content.decode()
    assert f'href="tel:{product.contact.phone_digits}"' in shown
    for party in product.parties:
        assert party.name.ja in shown


def product_files() -> dict[str, bytes]:
    folder = PRODUCT_FOLDERS[-1]
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


@pytest.mark.django_db
def test_the_frame_stands_before_a_product_is_published(client: Client) -> None:
    shown = client.get("/design/").content.decode()
    assert 'class="reach-us two"' in shown
    assert 'class="parties"' not in shown


# --- error pages


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "status", "japanese", "english"),
    [
        ("nowhere/", 404, "このページは見つかりません", "There is no page here"),
        ("too-often/", 429, "2分たつと", "in 2 minutes"),
        ("breaks/", 500, "こちらの不具合です", "The fault is ours"),
        ("away/", 503, "補償は、そのまま続いています", "goes on as before"),
    ],
)
def test_an_error_page_speaks_the_language_of_its_address(
    client: Client, address: str, status: int, japanese: str, english: str
) -> None:
    client.raise_request_exception = False
    for prefix, words in (("/", japanese), ("/en/", english)):
        answer = client.get(prefix + address)
        assert answer.status_code == status
        assert words in answer.content.decode()
        assert answer.headers["Cache-Control"] == "no-store"


def test_the_pages_for_400_500_and_503_ask_no_database() -> None:
    # No database mark: a query would fail this test.
    request = RequestFactory().get("/en/premium/")
    for page, status in (
        (error_pages.bad_request, 400),
        (error_pages.server_error, 500),
        (error_pages.unavailable, 503),
    ):
        answer = page(request)
        assert answer.status_code == status
        assert '<main id="main"' in answer.content.decode()


def test_whoever_must_wait_is_told_how_long() -> None:
    request = RequestFactory().get("/")
    assert error_pages.unavailable(request).headers["Retry-After"] == "60"


def test_an_error_page_that_cannot_be_drawn_still_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*args: object) -> str:
        raise OSError("no template")

    monkeypatch.setattr(error_pages, "render_to_string", fails)
    answer = error_pages.server_error(RequestFactory().get("/"))
    assert answer.status_code == 500
    assert "もう一度お開きください" in answer.content.decode()


# --- language and moment


def test_both_languages_stand_beside_each_other() -> None:
    source = '{% say "はい" "Yes" %} {% ja %}か{{ n }}{% en %}or {{ n }}{% endja %} {{ text|in_language }}'
    facts = {"n": 2, "text": Text("箱", "box")}
    assert draw(source, "ja", **facts) == "はい か2 箱"
    assert draw(source, "en", **facts) == "Yes or 2 box"


def test_a_block_without_its_english_does_not_compile() -> None:
    with pytest.raises(TemplateSyntaxError, match="without its"):
        draw("{% ja %}箱{% endja %}")


def test_japanese_words_on_an_english_page_are_marked_and_nothing_is_let_through() -> None:
    facts = {"text": "Write 4,800万円 <b>"}
    assert draw("{{ text|japanese_marked }}", "en", **facts) == 'Write 4,800<span lang="ja">万円</span> &lt;b&gt;'
    assert draw("{{ text|japanese_marked }}", "ja", **facts) == "Write 4,800万円 &lt;b&gt;"


def test_a_long_name_may_end_its_line_before_its_kanji() -> None:
    name = Text("リスク総合<支援>サービス", "Risk <support>")
    assert draw("{{ name|breakable }}", "ja", name=name) == "リスク<wbr>総合&lt;支援&gt;サービス"
    assert draw("{{ name|breakable }}", "en", name=name) == "Risk &lt;support&gt;"


def test_a_label_is_decided_when_it_is_shown() -> None:
    label = say("業種", "Business")
    assert str(label) == "業種"
    with translation.override("en"):
        assert str(label) == "Business"


def test_the_day_of_a_request_is_japans() -> None:
    request = RequestFactory().get("/")
    assert now(request) == clock.now()
    request.sonae_moment = datetime(2026, 11, 30, 15, 30, tzinfo=UTC)  # half past midnight in Tokyo
    assert today(request) == date(2026, 12, 1)


def test_the_programme_is_read_only_when_a_page_asks(django_assert_num_queries: Any, db: None) -> None:
    with django_assert_num_queries(0):
        programme_context(RequestFactory().get("/"))


# --- figures


@pytest.mark.parametrize(
    ("source", "japanese", "english"),
    [
        ("{{ 64940|yen }}", '<span class="money">64,940<small>円</small></span>', None),
        ('{{ 64940|yen:"figure" }}', None, '<span class="money figure"><small>¥</small>64,940</span>'),
        ("{{ 64940|yen_text }}", "64,940円", "¥64,940"),
        ("{{ 0|yen_text }}", "0円", "¥0"),
        ("{{ 100000000|yen_words }}", "1億円", "100 million yen"),
        ("{{ 50000000|yen_words }}", "5,000万円", "50 million yen"),
        ("{{ 0|yen_words }}", "なし", "none"),
        ("{{ none|yen_words }}", "なし", "none"),
        ("{{ 0|yen_text_or_words }}", "0円", "¥0"),
        ("{{ 120000000|yen_words_figure }}", '<span class="money middle">1<small>億</small>2,000<small>万円</small></span>', None),
        ("{{ exact|exact_yen }}", "192,836.7324円", "¥192,836.7324"),
        ("{{ third|exact_yen }}", "約0.33円", "about ¥0.33"),
        ("{{ 1.3|factor }}", "× 1.30", "× 1.30"),
        ("{{ nine|factor:12 }}", "× 9／12", "× 9／12"),
        ("{{ 0.285|percent }}", "29%", "29%"),
        ("{{ day|japan_date }}", '<time datetime="2026-12-01">2026年12月1日</time>', None),
        ("{{ day|japan_date }}", None, '<time datetime="2026-12-01">1 December 2026</time>'),
        ("{{ day|japan_date_text }}", "2026年12月1日", "1 December 2026"),
    ],
)  # fmt: skip
def test_figures_are_written_as_the_look_says(source: str, japanese: str | None, english: str | None) -> None:
    facts = {
        "none": None, "exact": Fraction(1_928_367_324, 10_000), "third": Fraction(1, 3), "nine": Fraction(3, 4),
        "day": date(2026, 12, 1),
    }  # fmt: skip
    if japanese is not None:
        assert draw(source, "ja", **facts) == japanese
    if english is not None:
        assert draw(source, "en", **facts) == english


@pytest.mark.parametrize(
    ("moment", "japanese", "english"),
    [
        (datetime(2026, 12, 1, 7, tzinfo=UTC), "2026年12月1日 午後4時", "1 December 2026, 16:00 JST"),
        (datetime(2026, 11, 30, 15, 5, tzinfo=UTC), "2026年12月1日 午前0時5分", "1 December 2026, 00:05 JST"),
        (datetime(2026, 12, 1, 3, 0, tzinfo=UTC), "2026年12月1日 午後0時", "1 December 2026, 12:00 JST"),
    ],
)
def test_moments_are_told_in_japans_time(moment: datetime, japanese: str, english: str) -> None:
    assert figures.moment_words(moment, "ja") == japanese
    assert figures.moment_words(moment, "en") == english
    for language, words in (("ja", japanese), ("en", english)):
        assert re.sub(r"<[^>]+>", "", draw("{{ m|japan_moment }}", language, m=moment)) == words


def test_the_era_stands_once_behind_the_date_and_only_in_japanese() -> None:
    assert figures.date_words_with_era(date(2026, 12, 1), "ja") == "2026年12月1日（令和8年）"
    assert figures.date_words_with_era(date(2019, 6, 1), "ja") == "2019年6月1日（令和元年）"
    assert figures.date_words_with_era(date(2026, 12, 1), "en") == "1 December 2026"


# --- forms


class OneForm(forms.Form):
    sales = forms.CharField(label=say("申告売上高", "Sales"), help_text=say("直近の決算の額です。", "Latest accounts."))
    nickname = forms.CharField(label=say("通称", "Known as"), required=False)
    insured = forms.ChoiceField(
        label=say("補償を受ける会社", "Insured"), widget=forms.RadioSelect, choices=[("same", "同じ"), ("other", "別")]
    )
    read = forms.BooleanField(label=say("読みました", "Read"))


def test_an_untouched_field_has_its_label_mark_and_hint() -> None:
    shown = draw('{% field form.sales unit="万円" echo=True %}', form=OneForm())
    assert '<label class="field-label" for="id_sales">申告売上高' in shown
    assert '<span class="required">必須</span>' in shown
    assert 'aria-describedby="id_sales_helptext id_sales_echo"' in shown
    assert 'id="id_sales_helptext"' in shown
    assert '<output class="echo" id="id_sales_echo" for="id_sales"' in shown
    assert "aria-invalid" not in shown
    assert "data-state" not in shown


def test_a_refused_field_says_so_beside_itself_and_keeps_what_was_typed() -> None:
    form = OneForm({"sales": "", "nickname": "<b>", "insured": ""})
    shown = draw("{% field form.sales %}", "en", form=form)
    assert shown.count('aria-invalid="true"') == 1
    assert 'aria-describedby="id_sales_helptext id_sales_error"' in shown
    assert 'id="id_sales_error"' in shown
    assert '<div class="field" data-state="error">' in shown
    assert 'value="&lt;b&gt;"' in draw("{% field form.nickname %}", form=form)


def test_an_optional_field_is_marked_as_such() -> None:
    assert '<span class="optional">optional</span>' in draw("{% field form.nickname %}", "en", form=OneForm())


def test_what_was_understood_is_echoed_without_a_script() -> None:
    shown = draw("{% field form.sales echo=True echo_yen=48000000 %}", form=OneForm({"sales": "４８００"}))
    assert "＝ <b>48,000,000円</b>（4,800万円）" in shown


def test_radios_are_a_group_with_a_legend_and_the_chosen_one_is_kept() -> None:
    form = OneForm({"insured": "other"})
    shown = draw("{% field form.insured hints=hints %}", form=form, hints={"other": Text("異なる場合", "If different")})
    assert '<fieldset class="field" id="id_insured" role="radiogroup">' in shown
    assert "<legend>補償を受ける会社" in shown
    assert re.search(r'id="id_insured_1" value="other" checked', shown)
    assert shown.count(" checked") == 1
    assert '<span class="hint">異なる場合</span>' in shown
    assert 'class="answer-scale"' in draw('{% field form.insured look="scale" %}', form=form)


def test_a_tick_stands_before_its_words() -> None:
    shown = draw("{% field form.read %}", form=OneForm({}))
    assert re.search(r'<div class="check-line"><input type="checkbox"[^>]*id="id_read"', shown)
    assert 'aria-describedby="id_read_error"' in shown


def test_the_summary_leads_to_each_field_that_was_refused() -> None:
    form = OneForm({})
    form.add_error(None, "制度は申込みを受け付けていません。")
    shown = draw("{% error_summary form %}", form=form)
    assert "4か所をご確認ください" in shown
    assert re.findall(r'href="#([^"]+)"', shown) == ["id_sales", "id_insured_0", "id_read"]
    assert 'role="alert"' in shown
    assert draw("{% error_summary form %}", form=OneForm()).strip() == ""


def test_steps_say_what_is_done_and_what_comes_next() -> None:
    steps = lay_out_steps(
        [Text("会員", "Member"), Text("告知", "Disclosure"), Text("確認", "Check")], 1, ["/a/", "/b/", "/c/"]
    )
    shown = draw("{% procedure_steps steps %}", "en", steps=steps)
    assert shown.count('aria-current="step"') == 1
    assert re.findall(r'href="([^"]+)"', shown) == ["/a/"]
    assert "Step 2 of 3: Disclosure" in shown
    assert "Next: Check" in shown


# --- premiums and pictures


def test_the_steps_of_a_real_premium_can_be_followed() -> None:
    product = parse_product(product_files())
    premium = rate(product, Risk("other_services", 5_000_000), date(2026, 12, 1), date(2027, 12, 1))[0]
    rows = premium_rows(premium, "ja")
    assert [(row.figure, row.kind) for row in (rows[0], rows[-1])] == [("64,940円", ""), ("64,940円", "result")]
    assert rows[-1].label == "今回お支払いの額"
    assert sum(row.kind == "result" for row in rows) == 2
    assert rows[-2].figure == "× 12／12"


def test_a_floor_is_shown_only_where_it_lifts_the_premium() -> None:
    assert [row.kind for row in premium_rows(parts_page.floor_premium(), "ja")] == ["", "", "rule-applied", "result"]
    lifted = premium_rows(parts_page.sample_premium(parts_page.PLANS[0], 119_040), "ja")
    assert "rule-applied" not in {row.kind for row in lifted}


def looks(tiles: tuple[pictures.Tile, ...]) -> list[str]:
    return [tile.look for tile in tiles]


def test_a_plan_is_seen_as_tiles_before_it_is_read() -> None:
    plan = pictures.plan_tiles(300_000_000, 10_000_000)
    assert looks(plan.large) == ["tile-filled"] * 3 + ["tile-empty"] * 2
    assert looks(plan.small) == ["tile-filled"] + ["tile-empty"] * 4
    assert plan.width == 160
    assert plan.words == Text(
        "賠償の限度額3億円、自社の費用の限度額1,000万円",
        "Liability limit 300 million yen, own-cost limit 10 million yen",
    )


def test_a_small_limit_is_a_speck_of_true_area() -> None:
    plan = pictures.plan_tiles(500_000, 0)
    speck = plan.large[1]
    assert speck.look == "tile-ink"
    top, right = (tuple(map(float, point.split())) for point in speck.shape[1:-1].split("L")[:2])
    assert ((right[0] - top[0]) / 13) ** 2 == pytest.approx(1 / 200, rel=0.05)
    assert "なし" in plan.words.ja


def test_what_a_limit_does_not_hold_runs_over() -> None:
    bar = pictures.limit_bar(10_000_000, 15_000_000, 50_000_000)
    assert (bar.vessel, bar.paid, bar.unpaid, bar.unpaid_yen) == ("20%", "20%", "10%", 5_000_000)
    enough = pictures.limit_bar(50_000_000, 15_000_000, 0)
    assert (enough.vessel, enough.paid, enough.unpaid) == ("100%", "30%", "")


def test_hatchings_of_one_page_have_names_of_their_own() -> None:
    shown = draw('{% limit_bar "a" 10 15 %}{% limit_bar "b" 10 15 %}')
    assert re.findall(r'<pattern id="([^"]+)"', shown) == ["hatch-1", "hatch-2"]


def test_the_scheme_year_is_a_ruler() -> None:
    ruler = pictures.term_ruler(date(2027, 3, 1), date(2027, 12, 1), date(2027, 3, 1))
    assert (ruler.from_at, ruler.length, ruler.today_at) == ("25%", "75%", "25%")
    assert pictures.term_ruler(date(2027, 3, 1), date(2027, 12, 1), date(2028, 1, 1)).today_at == ""


def test_whom_to_call_comes_from_the_programme_unless_another_number_is_given() -> None:
    contact = SimpleNamespace(phone="0120-000-111", hours=Text("平日", "Weekdays"))
    shown = draw("{% call_box %}", programme=SimpleNamespace(contact=contact))
    assert 'href="tel:0120000111"' in shown
    assert "平日" in shown
    other = draw('{% call_box emergency=True number="0120-000-222" %}', programme=SimpleNamespace(contact=contact))
    assert 'href="tel:0120000222"' in other
    assert "平日" not in other
    assert draw("{% call_box %}").strip() == ""


def test_an_icon_decorates_unless_it_speaks_for_itself() -> None:
    assert 'aria-hidden="true"' in draw('{% icon "phone" %}')
    assert 'role="img" aria-label="電話"' in draw('{% icon "phone" "電話" %}')
    with pytest.raises(KeyError):
        draw('{% icon "padlock" %}')
