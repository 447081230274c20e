"""A QR code as a picture within the page."""

from __future__ import annotations

import re

import zxingcpp
from django.utils.html import format_html
from django.utils.safestring import SafeString

_SIZE = re.compile(r'<svg width="([0-9]{1,4})"', re.ASCII)
_MODULES = re.compile(r'<path d="([-0-9MHVhvZz ]{1,20000})"', re.ASCII)


def square_code(text: str, *, label: str) -> SafeString:
    """The code of the text, without any style of its own; ``label`` says what it is to whoever can't see it."""
    drawn = str(zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M").to_svg(add_quiet_zones=True))
    size, modules = _SIZE.search(drawn), _MODULES.search(drawn)
    if size is None or modules is None:
        raise ValueError("the code was drawn in a form that is not known")
    return format_html(
        '<svg class="square-code" role="img" aria-label="{}" viewBox="0 0 {} {}"><path d="{}"></path></svg>',
        label, size[1], size[1], modules[1],
    )  # fmt: skip
