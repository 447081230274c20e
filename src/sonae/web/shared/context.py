"""What every page may show about the programme: its parties, its telephone window, whether this is the demo."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.conf import settings
from django.db import Error as DatabaseError
from django.http import HttpRequest

from sonae.apps.programmes.queries import current_product, published_versions
from sonae.apps.programmes.shipped import shipped_product
from sonae.domain.calendar import Opening, next_opening
from sonae.domain.product.definition import Contact, Party, Product
from sonae.domain.quoting import PublishedVersion
from sonae.web.shared.moment import today

log = logging.getLogger("sonae.pages")


class Programme:
    """The programme as views and frame show it. Read once a request, and only when something asks."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @cached_property
    def versions(self) -> tuple[PublishedVersion, ...]:
        """The scheme years with their products, earliest first."""
        return published_versions()

    @cached_property
    def current_product(self) -> Product | None:
        """The product that an application of today falls under; None before one is published."""
        return current_product(today(self._request), self.versions)

    @cached_property
    def product(self) -> Product | None:
        """The same for the frame, which must stand without it while the database is away."""
        try:
            return self.current_product
        except DatabaseError as error:
            log.warning("the frame stands without its programme: %s", type(error).__name__)
            return None

    @property
    def next_opening(self) -> Opening | None:
        """While the programme takes no applications: when it is due to take them again."""
        return next_opening(self.product.calendar, today(self._request)) if self.product else None

    @property
    def contact(self) -> Contact | None:
        return self.product.contact if self.product else None

    @property
    def statements(self) -> tuple[str, ...]:
        """The codes of the texts for information that the product has, for the frame's links to them."""
        return tuple(text.code for text in self.product.information) if self.product else ()

    @property
    def parties(self) -> tuple[Party, ...]:
        return self.product.parties if self.product else ()


@dataclass(frozen=True, slots=True)
class ShippedProgramme:
    """For a page that must stand without the database: who to call, from the product's own files that came with the program."""

    contact: Contact | None
    parties: tuple[Party, ...]


def shipped_programme(request: HttpRequest) -> ShippedProgramme:
    """Empty where no product files are at hand."""
    product = shipped_product(today=today(request))
    return ShippedProgramme(None, ()) if product is None else ShippedProgramme(product.contact, product.parties)


def programme_of(request: HttpRequest) -> Programme:
    """The one of this request."""
    kept = getattr(request, "sonae_programme", None)
    if isinstance(kept, Programme):
        return kept
    programme = Programme(request)
    request.sonae_programme = programme  # type: ignore[attr-defined]  # read once, kept on the request itself
    return programme


def programme_context(request: HttpRequest) -> dict[str, Any]:
    """For every template: ``programme`` and ``demo``."""
    return {"programme": programme_of(request), "demo": settings.SONAE_DEMO}
