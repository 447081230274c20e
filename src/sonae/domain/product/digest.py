"""The fingerprint of a product version, and of a text that was shown: SHA-256 in hex."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from sonae.domain.product.texts import WordingDocument
from sonae.domain.text import Text


def product_digest(files: Mapping[str, bytes]) -> str:
    """One digest over sorted names and bytes. Lengths go in too, so no two sets of files run into each other."""
    digest = hashlib.sha256()
    for name in sorted(files):
        encoded = name.encode()
        digest.update(b"%d:%d:" % (len(encoded), len(files[name])))
        digest.update(encoded)
        digest.update(files[name])
    return digest.hexdigest()


def text_digest(*texts: Text) -> str:
    """What was shown, in both languages and in this order."""
    digest = hashlib.sha256()
    for text in texts:
        for words in (text.ja.encode(), text.en.encode()):
            digest.update(b"%d:" % len(words))
            digest.update(words)
    return digest.hexdigest()


def wording_digest(document: WordingDocument) -> str:
    """The digest of one text as it was shown, placeholders filled in."""
    texts = [document.title, document.lead, document.consent]
    for section in document.sections:
        texts += [section.heading, *section.paragraphs, *section.points]
    return text_digest(*texts)
