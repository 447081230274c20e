"""The card holder's pages: type the card, pass 3-D Secure, go back to the merchant. Works without JavaScript.

Nobody but the merchant's visitor knows the address of a page, and every form carries the page's own token.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from sonae.integrations.sandbox_card import page_html
from sonae.integrations.sandbox_card.card_form import filled_from_list, read_card_form
from sonae.integrations.sandbox_card.cards import Behaviour
from sonae.integrations.sandbox_card.control import Order
from sonae.integrations.sandbox_card.exchange import Reply, Request
from sonae.integrations.sandbox_card.processor import Payment, Processor, Refusal
from sonae.integrations.sandbox_card.saved_cards import keep_card

PAGE = re.compile(r"/pay/(?P<token>[\w-]{20,64})(?P<challenge>/challenge)?")
STYLE = Path(__file__).with_name("page.css")


def _form_of(request: Request) -> dict[str, str]:
    fields: dict[str, str] = {}
    try:
        pairs = parse_qsl(request.body.decode("utf-8"), keep_blank_values=True, max_num_fields=20)
    except ValueError:
        return fields
    for name, value in pairs:
        fields.setdefault(name, value)
    return fields


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _html(status: int, body: str, payment: Payment | None = None) -> Reply:
    # A browser checks form-action along the redirects too, so the way back to the merchant must be in it.
    back = {_origin(payment.session.return_url), _origin(payment.session.cancel_url)} if payment else set()
    targets = " ".join(["'self'", *sorted(back)])
    rules = f"default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action {targets}"
    headers = {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": rules,
        "Cache-Control": "no-store",
    }
    return Reply(status, body.encode(), headers)


def _redirect(url: str) -> Reply:
    return Reply(303, b"", {"Location": url, "Cache-Control": "no-store"})


class HostedPage:
    """Answers the card holder's browser."""

    def __init__(self, *, processor: Processor) -> None:
        self._processor = processor

    def operation_of(self, request: Request) -> str | None:
        """The operation that a fault may be ordered for, if the request is one."""
        match = PAGE.fullmatch(request.path)
        if match is None or request.method != "POST":
            return None
        return "challenge" if match["challenge"] else "authorise"

    def card_order(self, request: Request) -> Order | None:
        """What the card itself does to the answer of this page."""
        if self.operation_of(request) != "authorise":
            return None
        card = read_card_form(_form_of(request), self._processor.clock()).card
        match card.behaviour.page_fault if card else "":
            case "slow":
                return Order("authorise", "slow", done=True)
            case "reply_lost":
                return Order("authorise", "empty", done=True)
        return None

    def answer(self, request: Request) -> Reply:
        """A page, or the way on."""
        if request.path == "/page.css" and request.method == "GET":
            headers = {"Content-Type": "text/css; charset=utf-8", "Cache-Control": "public, max-age=300"}
            return Reply(200, STYLE.read_bytes(), headers)
        match = PAGE.fullmatch(request.path)
        try:
            with self._processor.work():
                payment = self._processor.payment_of_page(match["token"] if match else "")
                return self._page(request, payment, challenge=bool(match and match["challenge"]))
        except Refusal:
            return _html(404, page_html.missing_page(request.query.get("lang", "ja")))

    def _page(self, request: Request, payment: Payment, *, challenge: bool) -> Reply:
        form = _form_of(request) if request.method == "POST" else {}
        language = form.get("lang") or request.query.get("lang", "") or payment.session.language
        language = "en" if language == "en" else "ja"
        genuine = hmac.compare_digest(form.get("token", "").encode(), payment.session.form_token.encode())
        if request.method == "POST" and not genuine:
            return _html(403, page_html.missing_page(language))
        if payment.state in ("authorised", "captured"):
            return _redirect(payment.session.return_url)
        if payment.state != "open":
            return _html(410, page_html.closed_page(payment, language), payment)
        step = self._challenge if challenge else self._card
        return step(request, payment, form, language)

    def _card(self, request: Request, payment: Payment, form: Mapping[str, str], language: str) -> Reply:
        now = self._processor.clock()
        if request.method == "GET":
            filled = filled_from_list(request.query.get("card", ""), now.year)
            return _html(200, page_html.card_page(payment, filled, language), payment)
        typed = read_card_form(form, now)
        if typed.errors or typed.card is None:
            return _html(422, page_html.card_page(payment, typed, language), payment)
        behaviour = typed.card.behaviour
        if behaviour.challenge:
            self._processor.open_challenge(
                payment, brand=typed.brand, last4=typed.last4, expiry=typed.expiry_date, behaviour=behaviour
            )
            return _redirect(f"/pay/{payment.session.page_token}/challenge?lang={language}")
        if behaviour.decline:
            return self._declined(payment, behaviour.decline, typed.brand, typed.last4, language)
        self._processor.authorise(
            payment, brand=typed.brand, last4=typed.last4, behaviour=behaviour, three_d_secure="frictionless"
        )
        keep_card(
            self._processor,
            payment,
            brand=typed.brand,
            last4=typed.last4,
            expiry=typed.expiry_date,
            behaviour=behaviour,
        )
        return _redirect(payment.session.return_url)

    def _challenge(self, request: Request, payment: Payment, form: Mapping[str, str], language: str) -> Reply:
        challenge = payment.challenge
        if not challenge:
            return _redirect(f"/pay/{payment.session.page_token}?lang={language}")
        if request.method == "GET":
            return _html(200, page_html.challenge_page(payment, language), payment)
        if form.get("attempt") != challenge["attempt"]:
            # An older tab: the newer try decides.
            return _redirect(f"/pay/{payment.session.page_token}/challenge?lang={language}")
        brand, last4, behaviour = challenge["brand"], challenge["last4"], Behaviour(**challenge["behaviour"])
        match form.get("answer"):
            case "success" if not behaviour.decline:
                self._processor.authorise(
                    payment, brand=brand, last4=last4, behaviour=behaviour, three_d_secure="challenge"
                )
                year, month = challenge["expiry"]
                keep_card(
                    self._processor,
                    payment,
                    brand=brand,
                    last4=last4,
                    expiry=(year, month),
                    behaviour=behaviour,
                )
                return _redirect(payment.session.return_url)
            case "success" | "failure":
                code = behaviour.decline or "authentication_failed"
            case _:
                code = "authentication_abandoned"
        return self._declined(payment, code, brand, last4, language)

    def _declined(self, payment: Payment, code: str, brand: str, last4: str, language: str) -> Reply:
        self._processor.decline(payment, code=code, brand=brand, last4=last4)
        return _redirect(f"/pay/{payment.session.page_token}?lang={language}")
