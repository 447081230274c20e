"""Which cookies the site sets, what each is for and how long it stays: from the settings that set them."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage

from sonae.domain.text import Text

HOUR = 3600
DAY = 24 * HOUR


@dataclass(frozen=True, slots=True)
class Cookie:
    """One cookie. None of them is read by anybody but this site, so none needs consent."""

    name: str
    purpose: Text
    when: Text
    stays: Text


def cookies_in_use() -> tuple[Cookie, ...]:
    """Every cookie that the site can set."""
    return (
        Cookie(
            settings.SESSION_COOKIE_NAME,
            Text("ログインした方を覚えておくため", "Remembers who has signed in"),
            Text("ログインの手続きを始めたとき", "When you begin to sign in"),
            _stays(settings.SESSION_COOKIE_AGE),
        ),
        Cookie(
            settings.CSRF_COOKIE_NAME,
            Text(
                "送られた内容が、このサイトの画面からのものかを確かめるため",
                "Shows that what is sent comes from a page of this site",
            ),
            Text("送信する欄のある画面を開いたとき", "When you open a page with something to send"),
            _stays(settings.CSRF_COOKIE_AGE),
        ),
        Cookie(
            CookieStorage.cookie_name,
            Text("手続きの結果を、次の画面に一度だけ示すため", "Carries the result of a step to the next page, once"),
            Text("ログインのあとの手続きで", "In procedures after signing in"),
            Text("次の画面に示すまで", "Until the next page has shown it"),
        ),
    )


def _stays(seconds: int) -> Text:
    if seconds < 2 * DAY:
        return Text(f"{seconds // HOUR}時間", f"{seconds // HOUR} hours")
    return Text(f"{seconds // DAY}日", f"{seconds // DAY} days")
