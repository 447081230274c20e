"""The words and the HTML of the card holder's pages, in Japanese and English."""

from __future__ import annotations

from html import escape

from sonae.domain.text import Text
from sonae.integrations.sandbox_card.card_form import CardForm, grouped
from sonae.integrations.sandbox_card.cards import DECLINES, TEST_CARDS, brand_of
from sonae.integrations.sandbox_card.processor import Payment

RIBBON = Text(
    "テスト環境です。本物のカードは使えず、請求もされません。",
    "Test environment: no real card works here and nobody is charged.",
)
MARK = """<svg width="34" height="24" viewBox="0 0 34 24" fill="none" stroke="currentColor" stroke-width="2"
aria-hidden="true"><rect x="1" y="1" width="32" height="22" rx="4"/><path d="M1 8h32M1 9h32M6 17h8"/></svg>"""
FOOT = Text(
    "Sandbox Card は、お支払いの流れを試すための決済サービスです。",
    "Sandbox Card is a payment service for trying things out.",
)
BRANDS = ("VISA", "Mastercard", "JCB", "American Express", "Diners Club")


def _yen(yen: int, language: str) -> str:
    return f"¥{yen:,}" if language == "en" else f"{yen:,}円"


def _frame(*, title: str, body: str, language: str, other_language_link: str = "") -> str:
    return f"""<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{escape(title)} – Sandbox Card</title>
<link rel="stylesheet" href="/page.css">
</head>
<body>
<header>
<p class="ribbon">{escape(RIBBON.in_language(language))}</p>
<div class="top">
<p class="maker">{MARK} Sandbox Card</p>
{other_language_link}
</div>
</header>
<main>
{body}
</main>
<footer><p>{escape(FOOT.in_language(language))}</p></footer>
</body>
</html>
"""


def _other_language(path: str, language: str) -> str:
    code, name = ("ja", "日本語") if language == "en" else ("en", "English")
    return f'<p class="language"><a href="{escape(path)}?lang={code}" lang="{code}" hreflang="{code}">{name}</a></p>'


def _notice(title: str, text: str, language: str, link: str = "") -> str:
    body = f'<section class="card narrow"><h1>{escape(title)}</h1><p>{escape(text)}</p>{link}</section>'
    return _frame(title=title, body=body, language=language)


def missing_page(language: str) -> str:
    """For an address that nobody was given, or a form that is not ours."""
    language = "en" if language == "en" else "ja"
    return _notice(
        Text("このページは開けません", "This page can't be opened").in_language(language),
        Text(
            "お手数ですが、お申込みのサイトに戻り、もう一度お支払いへお進みください。",
            "Please go back to the site that you came from and go on to the payment again.",
        ).in_language(language),
        language,
    )


def closed_page(payment: Payment, language: str) -> str:
    """For a page that timed out or was closed by the merchant."""
    back = Text("お申込みのサイトに戻る", "Back to the site").in_language(language)
    link = f'<p><a class="button" href="{escape(payment.session.cancel_url)}">{escape(back)}</a></p>'
    return _notice(
        Text("このお支払いページは閉じています", "This payment page is closed").in_language(language),
        Text(
            "お支払いは行われていません。お申込みのサイトに戻り、もう一度お手続きください。",
            "Nothing was paid. Please go back to the site and try again.",
        ).in_language(language),
        language,
        link,
    )


def _summary(payment: Payment, language: str) -> str:
    def say(ja: str, en: str) -> str:
        return escape(Text(ja, en).in_language(language))

    session = payment.session
    kept = ""
    if payment.saves_card:
        words = say("このカードは、次回のお支払いのために保存されます。", "This card is kept for your next payment.")
        kept = f'<p class="hint">{words}</p>'
    return f"""<section class="summary" aria-labelledby="sum">
<h2 id="sum">{say("お支払いの内容", "What you pay")}</h2>
<p class="total">{escape(_yen(session.charge_yen, language))}</p>
<dl>
<div><dt>{say("お支払い先", "Paid to")}</dt><dd>{escape(session.payee)}</dd></div>
<div><dt>{say("内容", "For")}</dt><dd>{escape(session.description)}</dd></div>
<div><dt>{say("お支払い方法", "How")}</dt><dd>{say("カード（一括払い）", "Card, in one sum")}</dd></div>
</dl>
{kept}
</section>"""


def _field(  # one row of the form
    form: CardForm, language: str, *, name: str, label: Text, hint: Text, value: str, extra: str
) -> str:
    error = form.errors.get(name)
    described = f"{name}-hint" + (f" {name}-error" if error else "")
    shown = ""
    if error:
        words = escape(error.in_language(language))
        shown = f'<p class="error" id="{name}-error"><span aria-hidden="true">!</span> {words}</p>'
    invalid = ' aria-invalid="true"' if error else ""
    return f"""<div class="field field-{name}">
<label for="{name}">{escape(label.in_language(language))}</label>
<p class="hint" id="{name}-hint">{escape(hint.in_language(language))}</p>
<input id="{name}" name="{name}" value="{escape(value)}" required aria-describedby="{described}"{invalid} {extra}>
{shown}
</div>"""


def _fields(form: CardForm, language: str) -> str:
    return "\n".join(
        (
            _field(
                form,
                language,
                name="number",
                label=Text("カード番号", "Card number"),
                hint=Text("数字14〜16桁", "14 to 16 digits"),
                value=form.number,
                extra='inputmode="numeric" autocomplete="cc-number" maxlength="40"',
            ),
            _field(
                form,
                language,
                name="expiry",
                label=Text("有効期限", "Expiry"),
                hint=Text("月／年", "Month/year"),
                value=form.expiry,
                extra='inputmode="numeric" autocomplete="cc-exp" maxlength="10"',
            ),
            _field(
                form,
                language,
                name="cvc",
                label=Text("セキュリティコード", "Security code"),
                hint=Text(
                    "裏面3桁（Amexは表面4桁）",
                    "3 digits (Amex: 4)",
                ),
                value=form.cvc,
                extra='inputmode="numeric" autocomplete="cc-csc" maxlength="8"',
            ),
            _field(
                form,
                language,
                name="name",
                label=Text("カードの名義", "Name on the card"),
                hint=Text("カードの表記どおり（例：SONAE TARO）", "As it stands on the card"),
                value=form.name,
                extra='autocomplete="cc-name" maxlength="60"',
            ),
        )
    )


def _test_cards(language: str) -> str:
    def say(ja: str, en: str) -> str:
        return escape(Text(ja, en).in_language(language))

    rows = []
    for position, card in enumerate(TEST_CARDS):
        label = escape(card.label.in_language(language))
        number = grouped(card.number)
        link = f'<a href="?card={position}&amp;lang={language}">{number}</a>'
        rows.append(f'<tr><td>{link}</td><td>{label}</td><td class="brand">{escape(brand_of(card.number))}</td></tr>')
    return f"""<section class="card cards" aria-labelledby="cards">
<h2 id="cards">{say("テストカード", "Test cards")}</h2>
<p>{say("番号を選ぶと、上の欄に入ります。", "Choose a number to fill it in above.")}</p>
<table>
<thead><tr><th scope="col">{say("番号", "Number")}</th><th scope="col">{say("起こること", "What happens")}</th>
<th scope="col" class="brand">{say("ブランド", "Brand")}</th></tr></thead>
<tbody>
{chr(10).join(rows)}
</tbody>
</table>
</section>"""


def card_page(payment: Payment, form: CardForm, language: str) -> str:
    """The page on which a card is typed."""

    def say(ja: str, en: str) -> str:
        return escape(Text(ja, en).in_language(language))

    session = payment.session
    total = _yen(session.charge_yen, language)
    alert = ""
    if form.errors:
        alert = say(
            "入力内容をお確かめください。安全のため、カード番号とセキュリティコードはもう一度入力してください。",
            "Please check what you typed. For safety, type the card number and the security code again.",
        )
    elif payment.failure_code and not form.number:
        alert = escape(DECLINES.get(payment.failure_code, DECLINES["card_declined"]).in_language(language))
    box = f'<p class="alert" role="alert"><span aria-hidden="true">!</span> {alert}</p>' if alert else ""
    title = Text("カードでのお支払い", "Pay by card").in_language(language)
    brands = "".join(f"<li>{escape(brand)}</li>" for brand in BRANDS)
    body = f"""<div class="columns">
{_summary(payment, language)}
<section class="card">
<h1>{escape(title)}</h1>
{box}
<ul class="brands" aria-label="{say("使えるカード", "Cards you can use")}">{brands}</ul>
<form method="post" action="/pay/{session.page_token}" novalidate autocomplete="on">
<input type="hidden" name="token" value="{escape(session.form_token)}">
<input type="hidden" name="lang" value="{language}">
<div class="fields">
{_fields(form, language)}
</div>
<button class="button">{say(f"{total}を支払う", f"Pay {total}")}</button>
</form>
<p class="cancel"><a href="{escape(session.cancel_url)}">{say("支払わずに戻る", "Go back without paying")}</a></p>
</section>
</div>
{_test_cards(language)}"""
    path = f"/pay/{session.page_token}"
    shown = f"{Text('エラー：', 'Error: ').in_language(language)}{title}" if alert else title
    return _frame(title=shown, body=body, language=language, other_language_link=_other_language(path, language))


def challenge_page(payment: Payment, language: str) -> str:
    """3-D Secure's question, with the three ways it can end."""

    def say(ja: str, en: str) -> str:
        return escape(Text(ja, en).in_language(language))

    session, challenge = payment.session, payment.challenge
    title = Text("本人認証（3Dセキュア）", "Identity check (3-D Secure)").in_language(language)
    card = f"{challenge['brand']} •••• {challenge['last4']}"
    body = f"""<section class="card narrow">
<h1>{escape(title)}</h1>
<p>{say("カード会社が、ご本人によるお支払いかを確認します。", "The card company checks that it is you.")}</p>
<dl>
<div><dt>{say("お支払い先", "Paid to")}</dt><dd>{escape(session.payee)}</dd></div>
<div><dt>{say("金額", "Sum")}</dt><dd>{escape(_yen(session.charge_yen, language))}</dd></div>
<div><dt>{say("カード", "Card")}</dt><dd>{escape(card)}</dd></div>
</dl>
<form method="post" action="/pay/{session.page_token}/challenge">
<input type="hidden" name="token" value="{escape(session.form_token)}">
<input type="hidden" name="attempt" value="{escape(challenge["attempt"])}">
<input type="hidden" name="lang" value="{language}">
<p class="choices">
<button class="button" name="answer" value="success">{say("認証に成功する", "Pass the check")}</button>
<button class="button quiet" name="answer" value="failure">{say("認証に失敗する", "Fail the check")}</button>
<button class="button quiet" name="answer" value="abandon">{say("途中でやめる", "Abandon the check")}</button>
</p>
</form>
</section>"""
    path = f"/pay/{session.page_token}/challenge"
    return _frame(title=title, body=body, language=language, other_language_link=_other_language(path, language))
