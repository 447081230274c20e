"""Which pages are judged. Lighthouse looks at a few, the checker and axe at every page of the sitemap and at what pages answer."""

from __future__ import annotations

from xml.etree import ElementTree

import urllib3

LIGHTHOUSE = {"first page": "/", "calculator": "/premium/", "cover": "/cover/"}
ANSWERS = (  # what a page shows once something was typed: results, refusals, nothing found
    "/premium/?industry=professional&sales=4800",
    "/premium/?industry=medical&sales=3000",
    "/premium/?industry=&sales=x",
    "/incident-costs/?incident=data_theft&people=50000&card_months=3",
    "/incident-costs/?incident=ransomware",
    "/incident-costs/?incident=partner_stopped&partner_days=x&own_days=9999&own_profit=",
    "/questions/?q=card",
    "/questions/?q=bicycle",
    "/outside/?industry=medical&sales=3000",
)
LOC = "{http://www.sitemaps.org/schemas/sitemap/0.9}loc"


def for_lighthouse(site: str) -> dict[str, str]:
    """Those of the named pages that this version has, by name."""
    return {name: path for name, path in LIGHTHOUSE.items() if urllib3.request("HEAD", site + path).status != 404}


def of_sitemap(site: str) -> list[str]:
    """The paths of all public pages in both languages, as the site itself lists them."""
    reply = urllib3.request("GET", f"{site}/sitemap.xml")
    assert reply.status == 200, reply.status
    found = [loc.text or "" for loc in ElementTree.fromstring(reply.data).iter(LOC)]  # our own answer
    assert found, "the sitemap is empty"
    assert all(address.startswith(site) for address in found), "the sitemap names another site"
    return [address.removeprefix(site) for address in found]


def of_answers(site: str) -> list[str]:
    """The paths of those answers in both languages, on the pages that this version has."""
    shown = [path for path in ANSWERS if urllib3.request("HEAD", site + path).status != 404]
    return [prefix + path for path in shown for prefix in ("", "/en")]


def page_at(site: str, path: str) -> str:
    """The page's HTML."""
    reply = urllib3.request("GET", site + path)
    assert reply.status == 200, (path, reply.status)
    return reply.data.decode()
