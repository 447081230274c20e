"""Which device is it, in words? Read from what the browser says of itself; good enough to be known again by its owner."""

from __future__ import annotations

from sonae.domain.text import Text

# The first that is found counts: Edge and Opera call themselves Chrome too, Chrome calls itself Safari.
BROWSERS = (
    ("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser/", "Samsung Internet"), ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"), ("CriOS/", "Chrome"), ("Chrome/", "Chrome"), ("Safari/", "Safari"),
)  # fmt: skip
SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("CrOS", "ChromeOS"),
    ("Mac OS X", "Mac"), ("Linux", "Linux"),
)  # fmt: skip
UNKNOWN = Text("種類のわからない端末", "A device of unknown kind")


def device_of(user_agent: str) -> Text:
    """Such as "Windows の Chrome"."""
    browser = _first(BROWSERS, user_agent)
    system = _first(SYSTEMS, user_agent)
    if browser and system:
        return Text(f"{system} の {browser}", f"{browser} on {system}")
    return Text(browser or system, browser or system) if browser or system else UNKNOWN


def _first(signs: tuple[tuple[str, str], ...], user_agent: str) -> str:
    return next((name for sign, name in signs if sign in user_agent), "")
