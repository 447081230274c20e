"""A letter as the mail that one member gets."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sonae.apps.documents.mail_signature import signature
from sonae.apps.letters.models import Letter
from sonae.domain.date_in_words import date_in_words
from sonae.domain.letter_text import OF_A_PAID_COVER, Place, filled, one_line
from sonae.domain.product.definition import Product
from sonae.domain.text import Text

BETWEEN = "\n\n– – –\n\n"
STOP = Text(
    "このようなお知らせが要らない方は、上の窓口までお知らせください。ご加入の手続きに要るメールは、これからもお送りします。",
    "If you don’t want letters like this one, please tell the contact window above. What your cover needs we go on sending.",
)
SAMPLE: Mapping[Place, Text] = {
    Place.NAME: Text("見本工務店", "見本工務店"),
    Place.NUMBER: Text("00000000", "00000000"),
    Place.CERTIFICATE: Text("C0000-000000-0", "C0000-000000-0"),
    Place.EXPIRY: date_in_words(date(2027, 12, 1)),
}


def mail_of(letter: Letter, values: Mapping[Place, Text], product: Product) -> tuple[str, str]:
    """Subject and body. The list of members says nothing of a language: where there is an English text, both are sent."""
    subjects = [one_line(filled(letter.subject_ja, values, "ja"))]
    bodies = [_body(letter.body_ja, values, product, "ja")]
    if letter.body_en:
        subjects.append(one_line(filled(letter.subject_en, values, "en")))
        bodies.append(_body(letter.body_en, values, product, "en"))
    return " / ".join(subjects)[:200], BETWEEN.join(bodies) + "\n"


def sample_values(letter: Letter) -> dict[Place, Text]:
    """Plainly invented ones, of what every recipient has."""
    has_paid = letter.cover == Letter.Cover.PAID
    return {place: text for place, text in SAMPLE.items() if has_paid or place not in OF_A_PAID_COVER}


def _body(text: str, values: Mapping[Place, Text], product: Product, language: str) -> str:
    body = filled(text.replace("\r\n", "\n").strip(), values, language)
    return f"{body}\n\n{signature(product, language)}\n{STOP.in_language(language)}"
