"""What every page may show about the programme: its parties, its telephone window, whether this is the demo."""

from __future__ import annotations

import logging
from functools import cached_property
from typing import Any

from django.conf import settings
from django.db import Error as DatabaseError
from django.http import HttpRequest

from sonae.apps.programmes.queries import current_product
from sonae.domain.product.definition import Contact, Party, Product
from sonae.web.shared.moment import today

log = logging.getLogger("sonae.pages")


class Programme:
    """The programme as the frame shows it. Read once a request, and only when a page asks."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @cached_property
    def product(self) -> Product | None:
        """None before a product is published or while the database is away: the frame must stand without it."""
        try:
            return current_product(today(self._request))
        except DatabaseError as error:
            log.warning("the frame stands without its programme: %s", type(error).__name__)
            return None

    @property
    def contact(self) -> Contact | None:
        return self.product.contact if self.product else None

    @property
    def parties(self) -> tuple[Party, ...]:
        return self.product.parties if self.product else ()


def programme_context(request: HttpRequest) -> dict[str, Any]:
    """For every template: ``programme`` and ``demo``."""
    return {"programme": Programme(request), "demo": settings.SONAE_DEMO}
