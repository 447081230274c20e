"""The mail with the sign-in code."""

from __future__ import annotations

from sonae.apps.people.notices import FOOT
from sonae.domain.text import Text

SUBJECT = Text("Sonae ログインコード：{code}", "Your Sonae sign-in code: {code}")

BODY = Text(
    """Sonae（備え）にログインするためのコードです。

    {code}

ログインの画面に、10分以内に入れてください。コードが使えるのは一度だけです。

このメールに心当たりがないときは、何もしなくて構いません。コードがなければ、
どなたもログインできません。Sonaeの担当者がコードをお尋ねすることはありません。
""",
    """Here is your code for signing in to Sonae.

    {code}

Type it on the sign-in page within ten minutes. It works once.

If you did not ask for it, you need not do anything: without the code nobody can sign in.
Nobody at Sonae will ever ask you for it.
""",
)


def sign_in_mail(*, code: str, language: str) -> tuple[str, str]:
    """Subject and body."""
    subject, body = (text.in_language(language).format(code=code) for text in (SUBJECT, BODY))
    return subject, body + FOOT.in_language(language)
