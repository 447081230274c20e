"""How the organiser's files look, and from where on the brake holds one: as the product says that rules on the day."""

from __future__ import annotations

from datetime import date

from sonae.apps.programmes.queries import published_products, published_versions
from sonae.domain.membership_feed.layout import FeedLayout
from sonae.domain.quoting import NothingPublished


def feed_layout(*, on: date) -> FeedLayout:
    """The layout in the scheme year that holds the day, else in the newest product. Raises ``NothingPublished``."""
    ruling = next((version.product for version in published_versions() if on in version.term), None)
    product = ruling or next((published.product for published in published_products()), None)
    if product is None:
        raise NothingPublished
    return product.membership_feed
