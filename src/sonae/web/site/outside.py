"""For businesses outside the programme (F19, F20): which reason, what happens next, and what to say on the telephone."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from sonae.apps.contact.models import Consultation
from sonae.apps.contact.shown_texts import consent_text, shown_digest
from sonae.apps.contact.use_cases.receive_consultation import Asked
from sonae.domain.eligibility import Referral, assess
from sonae.domain.figures import FigureInvalid, read_yen
from sonae.domain.money import MAN
from sonae.domain.product.definition import Industry, Product
from sonae.domain.quoting import LARGEST_SALES
from sonae.domain.risk import Risk
from sonae.web.shared.context import programme_of
from sonae.web.shared.keyed_form import new_form_key
from sonae.web.shared.language import active_language, say
from sonae.web.site.calculation import Calculation
from sonae.web.site.calculator_form import typed
from sonae.web.site.consultation import ASKED, take_in, unstored
from sonae.web.site.contact_forms import ReferralForm
from sonae.web.site.not_open_yet import not_open_yet


@dataclass(frozen=True, slots=True)
class Typed:
    """What was carried over, as far as it can be read."""

    industry: Industry | None
    annual_sales: int | None
    sales_as_typed: str

    @property
    def anything(self) -> bool:
        return self.industry is not None or self.annual_sales is not None or bool(self.sales_as_typed)


TEXTS_CHANGED = say(
    "この画面を開いてから、お渡しする内容の文面が変わりました。もう一度お読みのうえ、印を付けてください。",
    "The text about what is passed on has changed since you opened this page. Please read it again and tick the box.",
)


@require_http_methods(["GET", "HEAD", "POST"])
def outside(request: HttpRequest) -> HttpResponse:
    """GET /outside/?industry=…&sales=…: never a dead end, whatever the address carries. POST asks for a call, with consent."""
    product = programme_of(request).current_product
    if product is None:
        return not_open_yet(request)
    if not product.consultation.are_there:
        return _page(request, product, None, typed(request.GET))
    if request.method == "POST":
        return _ask_for_a_call(request, product)
    carried = _read(typed(request.GET), product)
    known = {"industry": carried.industry.code if carried.industry else "", "sales": carried.sales_as_typed}
    form = ReferralForm(product, initial={**known, "form_key": new_form_key()})
    return _page(request, product, form, typed(request.GET))


def _ask_for_a_call(request: HttpRequest, product: Product) -> HttpResponse:
    form, digest = ReferralForm(product, request.POST), request.POST.get("consent_digest", "")
    if "consent" in request.POST and digest != shown_digest(consent_text(product, active_language())):
        form.add_error("consent", TEXTS_CHANGED)
    if form.is_valid():
        given = form.cleaned_data
        asked = Asked(
            **{name: given[name] for name in ASKED},
            kind=Consultation.Kind.REFERRAL.value,
            industry=given["industry"],
            annual_sales=given["sales"],
        )
        return take_in(request, asked, form_key=given["form_key"], product=product, consent_digest=digest)
    if "consent" in form.errors:  # a tick under other words has to be set again
        form.data = {name: form.data[name] for name in form.data if name != "consent"}
    return _page(request, product, form, typed(request.POST), status=422)


def _page(
    request: HttpRequest, product: Product, form: ReferralForm | None, given: dict[str, str], *, status: int = 200
) -> HttpResponse:
    """Without a form where the version has no words for the consent: then the telephone is the way."""
    carried = _read(given, product)
    reasons = _reasons(carried, product)
    consent = consent_text(product, active_language())
    facts = {
        "product": product,
        "form": form,
        "consent": consent,
        "consent_digest": shown_digest(consent),
        "texts": product.consultation,
        "privacy": product.wording_document("privacy"),
        "carried": carried,
        "reasons": reasons,
        "is_open": carried.industry is not None and carried.annual_sales is not None and not reasons,
        "rules": [rule for rule in product.eligibility if rule.kind != "disclosure_answer"],
        "insurer": product.party("insurer"),
        "agency": product.party("agency"),
        "operator": product.party("operator"),
        "query": Calculation(product, None, None, given, None).query,
    }
    return unstored(render(request, "site/outside.html", facts, status=status))


def _read(given: dict[str, str], product: Product) -> Typed:
    industry = next((one for one in product.industries if one.code == given["industry"]), None)
    try:
        sales: int | None = read_yen(given["sales"], unit=MAN)
    except FigureInvalid:
        sales = None
    if sales is not None and sales > LARGEST_SALES:
        sales = None
    return Typed(industry, sales, given["sales"])


def _reasons(carried: Typed, product: Product) -> tuple[Referral, ...]:
    """Half of the facts is enough for a reason: a medical institution is one whatever its sales."""
    industry = carried.industry.code if carried.industry else next(one.code for one in product.industries if one.factor)
    return assess(product, Risk(industry, carried.annual_sales or 0))
