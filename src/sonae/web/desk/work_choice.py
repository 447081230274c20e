"""What of the queue an address asks for, and addresses that ask for something else. Whatever can't be read is left out."""

from __future__ import annotations

import base64
import binascii
import json
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast, get_args
from urllib.parse import urlencode

from sonae.apps.work.queue import Chosen, Place, Sort, State, Whose
from sonae.domain.work import KIND_CODES, WorkKind

LONGEST_WORDS = 80
LONGEST_PLACE = 1_200
STANDARD = Chosen()


def chosen_in(given: Mapping[str, Any]) -> Chosen:
    """The filters of an address or of a view that was kept."""
    kind, typed = str(given.get("kind", "")), str(given.get("q", ""))[:LONGEST_WORDS]
    words = "".join(sign for sign in unicodedata.normalize("NFKC", typed) if sign.isprintable()).strip()
    return Chosen(
        kind=WorkKind(kind) if kind in KIND_CODES else None,
        whose=cast(Whose, _one_of(Whose, given.get("whose"))),
        state=cast(State, _one_of(State, given.get("state"))),
        sort=cast(Sort, _one_of(Sort, given.get("sort"))),
        words=words[:LONGEST_WORDS],
    )


def _one_of(known: Any, given: Any) -> str:
    names: tuple[str, ...] = get_args(known)
    return str(given) if given in names else names[0]


def named(chosen: Chosen) -> dict[str, str]:
    """The filters that are set, by their names in addresses."""
    given = {
        "kind": chosen.kind or "",
        "whose": chosen.whose,
        "state": chosen.state,
        "sort": chosen.sort,
        "q": chosen.words,
    }
    usual = {"kind": "", "whose": STANDARD.whose, "state": STANDARD.state, "sort": STANDARD.sort, "q": ""}
    return {name: str(value) for name, value in given.items() if value != usual[name]}


def question(chosen: Chosen, **more: str) -> str:
    """The part of the address behind the path: ``?kind=question&whose=mine``, or ``?`` alone where nothing is set."""
    return f"?{urlencode({**named(chosen), **more})}"


def write_place(place: Place) -> str:
    """Where a page ended, as the next page's address carries it."""
    due_at, since, kind, key = place
    said = json.dumps([due_at.isoformat(), since.isoformat(), kind, key], ensure_ascii=False)
    return base64.urlsafe_b64encode(said.encode()).decode()


def read_place(written: str) -> Place | None:
    """None for anything that ``write_place`` hasn't written."""
    if not written or len(written) > LONGEST_PLACE or not written.isascii():
        return None
    try:
        due_at, since, kind, key = json.loads(base64.urlsafe_b64decode(written))
        moments = datetime.fromisoformat(due_at), datetime.fromisoformat(since)
    except (binascii.Error, ValueError, TypeError, RecursionError):
        return None
    is_whole = all(moment.tzinfo is not None for moment in moments) and isinstance(kind, str) and isinstance(key, str)
    return (*moments, kind, key) if is_whole and "\0" not in kind + key else None
