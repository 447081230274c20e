"""Questions with their answers: all of them, those with certain words, and each on a page of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers
from django_htmx.middleware import HtmxDetails

from sonae.domain.product.definition import Product
from sonae.domain.product.explanations import AnsweredGroup, AnsweredQuestion
from sonae.domain.word_search import LONGEST_QUERY, Query, has_every_word, hits, loosen, read_query, tidy
from sonae.web.shared.context import programme_of
from sonae.web.shared.kept_pages import kept_page
from sonae.web.shared.language import in_language
from sonae.web.site.not_open_yet import not_open_yet

Marked = tuple[tuple[str, bool], ...]  # parts of a text in order, and whether each is a hit


@dataclass(frozen=True, slots=True)
class Found:
    """A question with the words that were looked for marked in it and in its answer."""

    question: AnsweredQuestion
    heading: Marked
    answer: tuple[Marked, ...]

    @property
    def in_heading(self) -> bool:
        return any(is_hit for _, is_hit in self.heading)


@dataclass(frozen=True, slots=True)
class Search:
    """What was typed, what was looked for, and what was found; those with a hit in the question stand first."""

    typed: str
    query: Query
    found: tuple[Found, ...]

    @property
    def too_long(self) -> bool:
        return len(self.typed) > LONGEST_QUERY


@require_safe
@vary_on_headers("HX-Request")
@kept_page
def questions(request: HttpRequest) -> HttpResponse:
    """GET /questions/?q=…"""
    product = programme_of(request).current_product
    if product is None:
        return not_open_yet(request)
    facts = {
        "product": product,
        "groups": product.answered,
        "search": search(product, request.GET.get("q", "")),
        "longest": LONGEST_QUERY,
    }
    htmx = cast(HtmxDetails, request.htmx)  # type: ignore[attr-defined]  # set by django_htmx's middleware
    wants_part = bool(htmx) and not htmx.history_restore_request
    return render(request, "site/questions/part.html" if wants_part else "site/questions.html", facts)


def search(product: Product, typed: str) -> Search | None:
    """None where nothing was asked. A sentence that stands nowhere as it is, is looked for by its main words."""
    line = tidy(typed)
    if not line:
        return None
    if len(line) > LONGEST_QUERY:
        return Search(line, Query(()), ())
    exact = read_query(line)
    for query in (exact, loosen(exact)):
        if found := _found(product, query):
            return Search(line, query, found)
    return Search(line, exact, ())


def _found(product: Product, query: Query) -> tuple[Found, ...]:
    found = [
        Found(
            one,
            marked(query, in_language(one.question)),
            tuple(marked(query, in_language(text)) for text in one.answer),
        )
        for one in product.answered_questions
        if has_every_word(query, in_language(one.question), *(in_language(text) for text in one.answer))
    ]
    return tuple(sorted(found, key=lambda one: not one.in_heading))


def marked(query: Query, text: str) -> Marked:
    """The text in parts, hits and what lies between them."""
    parts, done = [], 0
    for hit in hits(query, text):
        parts += [(text[done : hit.start], False), (text[hit.start : hit.end], True)]
        done = hit.end
    parts.append((text[done:], False))
    return tuple(part for part in parts if part[0])


@require_safe
@kept_page
def question(request: HttpRequest, slug: str) -> HttpResponse:
    """GET /questions/<slug>/"""
    product = programme_of(request).current_product
    if product is None:
        return not_open_yet(request)
    group = next((one for one in product.answered if any(asked.slug == slug for asked in one.questions)), None)
    if group is None:
        raise Http404
    return render(request, "site/question.html", _question_facts(product, group, slug))


def _question_facts(product: Product, group: AnsweredGroup, slug: str) -> dict[str, Any]:
    place = next(n for n, asked in enumerate(group.questions) if asked.slug == slug)
    by_slug = {asked.slug: asked for asked in product.answered_questions}
    asked = group.questions[place]
    return {
        "product": product,
        "group": group,
        "asked": asked,
        "related": [by_slug[other] for other in asked.related],
        "before": group.questions[place - 1] if place else None,
        "after": group.questions[place + 1] if place + 1 < len(group.questions) else None,
    }
