"""What may stand in an address: exactly the signs that our tokens are made of, so that nothing else reaches the database."""

from __future__ import annotations


class Token:
    """``secrets.token_urlsafe(24)``: 32 signs of the safe alphabet."""

    regex = "[A-Za-z0-9_-]{32}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class Step:
    """The steps that are saved with a form."""

    regex = "needs|plan|documents|disclosure|company"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return str(value)
