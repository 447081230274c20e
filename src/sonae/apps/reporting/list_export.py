"""A closed list as a file: its kept lines under the columns of a profile, as CSV or as a workbook, streamed."""

from __future__ import annotations

from collections.abc import Iterator

from sonae.apps.programmes.product_files import product_of
from sonae.apps.reporting.models import Bordereau
from sonae.apps.reporting.table_file import AT_ONCE, write_table
from sonae.domain.bordereau import Digest, line_from
from sonae.domain.bordereau_cells import Sheet
from sonae.domain.product.bordereau import Profile


class NoSuchProfile(Exception):
    """The version of the product that the list was closed under has no such columns."""


def profiles_of(bordereau: Bordereau) -> tuple[Profile, ...]:
    """The layouts in which the list can be had."""
    return product_of(bordereau.product_version).bordereau.profiles


def file_name(bordereau: Bordereau, profile: str, form: str) -> str:
    """bordereau-2026-12-premium.csv"""
    return f"bordereau-{bordereau}-{profile}.{form}"


def export(bordereau: Bordereau, *, profile: str, form: str, language: str) -> Iterator[bytes]:
    """The file in pieces; the same for ever, as its lines and its columns are. NoSuchProfile. ``form``: csv or xlsx."""
    product = product_of(bordereau.product_version)
    layout = product.bordereau.profile(profile)
    if layout is None:
        raise NoSuchProfile(profile)
    sheet = Sheet(product, layout, bordereau.month, language)
    rows = (sheet.row(number, line_from(facts)) for number, facts in _kept(bordereau))
    return write_table(sheet.heading(), rows, form=form, sheet=str(bordereau))


def _kept(bordereau: Bordereau) -> Iterator[tuple[int, str]]:
    lines = bordereau.lines.order_by("number").values_list("number", "facts")
    return lines.iterator(chunk_size=AT_ONCE)


def digest_again(bordereau: Bordereau) -> str:
    """The digest over the lines as they are kept now: the same as the one that was written down when the month was closed."""
    digest = Digest(bordereau.month)
    digest.add(facts for _, facts in _kept(bordereau))
    return digest.hex
