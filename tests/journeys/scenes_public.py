"""Scenes of the public pages and of the pages for what went wrong."""

from __future__ import annotations

from tests.journeys.gallery import Visitor, nothing_published, refusing_quotes, scene, years_over

FACTS = "?industry=professional&sales=4800"
CERTIFICATE = "SELECT verification_code FROM certificates_certificate ORDER BY id LIMIT 1"


@scene("site:home")
def first_page(visitor: Visitor) -> None:
    visitor.go("/")


@scene("site:home")
def first_page_with_open_menu(visitor: Visitor) -> None:
    """On a telephone; the summary isn't there at a desk."""
    for menu in visitor.page.locator("details.menu").all():
        menu.evaluate("(menu) => { menu.open = true; }")


@scene("site:calculator")
def calculator_errors(visitor: Visitor) -> None:
    visitor.go("/premium/?industry=&sales=たくさん")


@scene("site:calculator")
def calculator_no_industry_is_open(visitor: Visitor) -> None:
    visitor.go("/premium/?industry=professional&sales=15000")


@scene("site:calculator")
def calculator_too_late(visitor: Visitor) -> None:
    visitor.go(f"/premium/{FACTS}&start=2026-01-01")


@scene("site:calculator")
def calculator_every_start(visitor: Visitor) -> None:
    """With the first premiums of all months unfolded."""
    visitor.go(f"/premium/{FACTS}")
    visitor.page.locator("details.starts > summary").click()


@scene("site:calculator", printed=True)
def calculator_in_print(visitor: Visitor) -> None:
    """As the scene before left it."""


@scene("site:incident_costs")
def incident_costs_empty(visitor: Visitor) -> None:
    visitor.go("/incident-costs/")


@scene("site:incident_costs")
def incident_costs_limits_suffice(visitor: Visitor) -> None:
    visitor.go("/incident-costs/?incident=misdirected_mail")
    visitor.says("1億円プランの限度額に収まります", "All within the limits of the 100 Million Yen Plan")


@scene("site:incident_costs")
def incident_costs_limits_do_not_suffice(visitor: Visitor) -> None:
    visitor.go("/incident-costs/?incident=data_theft&people=50000&card_months=3")
    visitor.page.locator(".line-by-line summary").click()
    visitor.says("が自社に残ります", "stays with you")


@scene("site:incident_costs")
def incident_costs_own_loss(visitor: Visitor) -> None:
    visitor.go("/incident-costs/?incident=ransomware")


@scene("site:incident_costs")
def incident_costs_examples(visitor: Visitor) -> None:
    visitor.go("/incident-costs/?example=data_lost&example=contractor_leak&example=claims")


@scene("site:incident_costs")
def incident_costs_errors(visitor: Visitor) -> None:
    visitor.go("/incident-costs/?incident=partner_stopped&partner_days=たくさん&own_days=9999&own_profit=")


@scene("site:incident_costs", printed=True)
def incident_costs_in_print(visitor: Visitor) -> None:
    visitor.go("/incident-costs/?incident=data_theft&people=50000&card_months=3")


@scene("site:quote")
def quote(visitor: Visitor) -> None:
    visitor.go(f"/premium/{FACTS}")
    visitor.page.locator(".keep-quote button").click()
    visitor.page.wait_for_url("**/quotes/**")


@scene("site:quote", printed=True)
def quote_in_print(visitor: Visitor) -> None:
    """As the scene before left it."""


@scene("site:quote")
def quote_expired(visitor: Visitor) -> None:
    token = f"expired-{visitor.language}-{visitor.site.log.parent.name}"
    visitor.site.sql(
        """INSERT INTO quotes_quote (token, number, product_version_id, industry, annual_sales, start_on, expiry_on,
             answers, made_at, valid_until)
           SELECT %s, 'Q26-00000' || %s, product_version_id, industry, annual_sales, start_on, expiry_on, answers,
             made_at - interval '60 days', valid_until - 60 FROM quotes_quote ORDER BY id DESC LIMIT 1
           ON CONFLICT (token) DO NOTHING""",  # the pages may have been passed on this site before
        token,
        "1" if visitor.prefix else "0",
    )
    visitor.go(f"/quotes/{token}/")


@scene("site:cover")
def cover(visitor: Visitor) -> None:
    visitor.go("/cover/")


@scene("site:cover", printed=True)
def cover_in_print(visitor: Visitor) -> None:
    """As the scene before left it."""


@scene("site:questions")
def questions(visitor: Visitor) -> None:
    visitor.go("/questions/")


@scene("site:questions")
def questions_open(visitor: Visitor) -> None:
    """As the scene before left it, with the first answers of every group opened."""
    for asked in visitor.page.locator(".questions details:first-child").all():
        asked.evaluate("(asked) => { asked.open = true; }")


@scene("site:questions")
def questions_search_with_hits(visitor: Visitor) -> None:
    """Typed, and found without leaving the page."""
    visitor.page.locator("#q").fill("card" if visitor.prefix else "ｶｰﾄﾞ")
    visitor.page.locator("#hits").wait_for()
    visitor.says("「ｶｰﾄﾞ」を含む質問が3件あります", "questions with “card”")


@scene("site:questions")
def questions_search_without_hits(visitor: Visitor) -> None:
    visitor.go("/questions/?q=bicycle")
    visitor.says("「bicycle」を含む質問は見つかりませんでした", "No question with “bicycle”")


@scene("site:question")
def question(visitor: Visitor) -> None:
    visitor.go("/questions/how-limits-work/")


@scene("site:outside")
def outside(visitor: Visitor) -> None:
    visitor.go("/outside/")


@scene("site:outside")
def outside_with_a_reason(visitor: Visitor) -> None:
    visitor.go("/outside/?industry=medical&sales=3000")


@scene("site:emergency")
def emergency(visitor: Visitor) -> None:
    visitor.go("/emergency/")


@scene("site:emergency", printed=True)
def emergency_in_print(visitor: Visitor) -> None:
    """As the scene before left it."""


@scene("site:documents")
def documents(visitor: Visitor) -> None:
    visitor.go("/documents/")


@scene("site:documents")
def documents_with_all_digests(visitor: Visitor) -> None:
    visitor.page.locator("details.checks > summary").click()


@scene("site:documents", printed=True)
def documents_in_print(visitor: Visitor) -> None:
    """As the scene before left it."""


@scene("site:documents")
def documents_of_an_older_version(visitor: Visitor) -> None:
    visitor.page.locator(".version-choice a").last.click()
    visitor.says("この期間に加入した方の書面", "For those who joined in that time")


@scene("site:legal")
def legal(visitor: Visitor) -> None:
    visitor.go("/legal/")


@scene("site:legal_page")
def legal_parties(visitor: Visitor) -> None:
    visitor.go("/legal/parties/")


@scene("site:legal_page")
def legal_solicitation(visitor: Visitor) -> None:
    visitor.go("/legal/solicitation/")


@scene("site:legal_page")
def legal_privacy(visitor: Visitor) -> None:
    visitor.go("/legal/privacy/")


@scene("site:legal_page")
def legal_accessibility(visitor: Visitor) -> None:
    visitor.go("/legal/accessibility/")


@scene("site:legal_page")
def legal_cookies(visitor: Visitor) -> None:
    visitor.go("/legal/cookies/")


@scene("site:legal_page")
def legal_commerce(visitor: Visitor) -> None:
    visitor.go("/legal/commerce/")


@scene("site:legal_page", printed=True)
def legal_commerce_in_print(visitor: Visitor) -> None:
    """As the scene before left it."""


@scene("site:consultation")
def consultation(visitor: Visitor) -> None:
    visitor.go("/consultation/")


@scene("site:consultation")
def consultation_errors(visitor: Visitor) -> None:
    visitor.press()
    visitor.says("3か所をご確認ください", "3 things to check")


@scene("site:consultation_received")
def consultation_received(visitor: Visitor) -> None:
    page = visitor.page
    page.locator("#id_kind_0").check()
    for field, text in (
        ("name", "見本 花子"),
        ("email", "mihon@sample.example"),
        ("message", "いつから加入できますか。"),
    ):
        page.fill(f"#id_{field}", text)
    visitor.press()
    page.wait_for_url("**/consultation/*/")


@scene("site:outside")
def outside_without_consent(visitor: Visitor) -> None:
    visitor.go("/outside/?industry=medical&sales=12000")
    for field, text in (
        ("firm", "見本医院"),
        ("name", "見本 健"),
        ("telephone", "03-1234-5678"),
        ("email", "ken@sample.example"),
    ):
        visitor.page.fill(f"#id_{field}", text)
    visitor.press()
    visitor.says("1か所をご確認ください", "One thing to check")


@scene("site:consultation_received")
def referral_received(visitor: Visitor) -> None:
    visitor.page.locator("#id_consent").check()
    visitor.press()
    visitor.page.wait_for_url("**/consultation/*/")


@scene("site:consultation_withdraw")
def consent_withdraw(visitor: Visitor) -> None:
    visitor.page.locator("main a[href$='/withdraw/']").click()


@scene("site:consultation_received")
def consent_withdrawn(visitor: Visitor) -> None:
    visitor.page.locator("main .button.destructive").click()
    visitor.says("同意は取り消されています", "Your consent is withdrawn")


@scene("site:verify")
def verify_in_force(visitor: Visitor) -> None:
    visitor.verification_code = str(visitor.site.sql(CERTIFICATE)[0][0])
    visitor.go(f"/verify/{visitor.verification_code}/")


@scene("site:verify")
def verify_not_in_force(visitor: Visitor) -> None:
    visitor.go(f"/verify/{visitor.verification_code}/?year=2020&month=1&day=31")


@scene("site:verify")
def verify_no_such_day(visitor: Visitor) -> None:
    visitor.go(f"/verify/{visitor.verification_code}/?year=2026&month=2&day=30")


@scene("site:verify")
def verify_unknown(visitor: Visitor) -> None:
    visitor.go("/verify/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA/")


@scene("site:parts")
def parts(visitor: Visitor) -> None:
    visitor.go("/design/")


@scene("portal:outbox")
def outbox(visitor: Visitor) -> None:
    visitor.go("/demo/outbox/")


@scene("site:home")
def error_400(visitor: Visitor) -> None:
    """Asked under a name that isn't ours."""
    own = visitor.site.address.replace("127.0.0.1", "sonae.localhost")
    visitor.page.goto(f"{own}{visitor.prefix}/")
    visitor.says("送られた内容を読み取れませんでした", "We could not read what was sent")


@scene("site:quote")
def error_404(visitor: Visitor) -> None:
    visitor.go("/quotes/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA/")
    visitor.says("このページは見つかりません", "There is no page here")


@scene("site:calculator")
def error_form_too_old(visitor: Visitor) -> None:
    visitor.go(f"/premium/{FACTS}")
    visitor.context.clear_cookies()
    visitor.page.locator(".keep-quote button").click()
    visitor.says("画面を開いてから時間がたっています", "This page has been open for a long time")


@scene("site:calculator")
def error_500(visitor: Visitor) -> None:
    visitor.go(f"/premium/{FACTS}")
    with refusing_quotes(visitor.site, "XX000"):
        visitor.page.locator(".keep-quote button").click()
        visitor.says("画面を表示できませんでした", "This page could not be shown")


@scene("site:calculator")
def error_503(visitor: Visitor) -> None:
    visitor.go(f"/premium/{FACTS}")
    with refusing_quotes(visitor.site, "57P03"):
        visitor.page.locator(".keep-quote button").click()
        visitor.says("ただいま手続きを休んでいます", "We are away for a moment")


@scene("site:home")
def not_open_yet(visitor: Visitor) -> None:
    with nothing_published(visitor.site):
        visitor.go("/")
    visitor.says("ただいま準備中です", "This programme is not open yet")


@scene("site:calculator")
def calculator_closed(visitor: Visitor) -> None:
    with years_over(visitor.site):
        visitor.go("/premium/")
    visitor.says("お申込みを受け付けていません", "Applications are closed")
