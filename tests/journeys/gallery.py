"""The pages to be looked at: each scene brings a browser to one of them. Scenes follow one another and share their visitor."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from django.urls import resolve
from playwright.sync_api import BrowserContext, Page, ViewportSize, expect

from tests.journeys.buyer import sign_in
from tests.journeys.conftest import DESKTOP, TABLET, TELEPHONE
from tests.journeys.quick_applicant import QuickApplicant
from tests.journeys.site import NewMember, RunningSite

ENGLISH = "/en"
A4: ViewportSize = {"width": 718, "height": 1047}  # what the margins leave


@dataclass
class Visitor:
    """One person in one language; what earlier scenes left behind is kept for the later ones."""

    site: RunningSite
    context: BrowserContext
    prefix: str
    page: Page = field(init=False)
    member: NewMember = field(init=False)
    applicant: QuickApplicant = field(init=False)
    verification_code: str = ""
    card_session: str = ""
    app_key: str = ""

    def __post_init__(self) -> None:
        self.page = self.context.new_page()

    @property
    def language(self) -> str:
        return self.prefix.strip("/") or "ja"

    def go(self, path: str) -> None:
        self.page.goto(f"{self.site.address}{self.prefix}{path}")

    def press(self) -> None:
        """The one main button of the page."""
        self.page.locator("main .button.primary").first.click()

    def come_as(self, email: str) -> None:
        """As somebody else from now on."""
        self.context.clear_cookies()
        sign_in(self.page, self.site, self.prefix, email)

    def says(self, japanese: str, english: str) -> None:
        """The page that is shown is the one that was meant."""
        expect(self.page.locator("main")).to_contain_text(english if self.prefix else japanese)

    def begin(self) -> None:
        """As a member's person who begins an application."""
        self.member = self.site.enter_member("見本工務店")
        self.context.clear_cookies()
        self.applicant = QuickApplicant(self.page, self.site, self.member, self.prefix)

    def hide_payment(self) -> None:
        """As if the processor had never answered: nobody can ask it about this payment."""
        found = self.site.sql(
            "SELECT session_id FROM billing_payment WHERE purpose = %s", f"enrol:{self.applicant.public_id}"
        )
        self.card_session = str(found[0][0])
        self.change_payment(state="unknown", session_id="")

    def change_payment(self, **columns: object) -> None:
        """Set the applicant's payment to a state that takes days or an accident to come about."""
        sets = ", ".join(f"{name} = %s" for name in columns)
        self.site.sql(
            f"UPDATE billing_payment SET {sets} WHERE purpose = %s",
            *columns.values(),
            f"enrol:{self.applicant.public_id}",
        )


Show = Callable[[Visitor], None]


@dataclass(frozen=True)
class Scene:
    """``route`` is the name in the access matrix of the page that is shown."""

    name: str
    route: str
    show: Show
    printed: bool

    @property
    def sizes(self) -> tuple[ViewportSize, ...]:
        if self.printed:
            return (A4,)
        at_every_width = self.route.startswith(("site:", "desk:"))
        return (DESKTOP, TABLET, TELEPHONE) if at_every_width else (DESKTOP, TELEPHONE)


SCENES: list[Scene] = []


def scene(route: str, *, printed: bool = False) -> Callable[[Show], Show]:
    """The function shows a page at that address; the picture is called like the function. ``printed``: as on paper."""

    def enter(show: Show) -> Show:
        SCENES.append(Scene(show.__name__.replace("_", "-"), route, show, printed))
        return show

    return enter


def route_of(address: str) -> str:
    """The name of the page at that address, whatever its language."""
    path = urlsplit(address).path
    return resolve(path.removeprefix(ENGLISH) if path.startswith(f"{ENGLISH}/") else path).view_name


@contextmanager
def refusing_quotes(site: RunningSite, sqlstate: str) -> Iterator[None]:
    """While it lasts, the database answers an attempt to keep a quote with this error."""
    site.sql(
        f"""CREATE FUNCTION refuse_quote() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION 'ordered by a test' USING ERRCODE = '{sqlstate}'; END $$;
            CREATE TRIGGER refuse_quote BEFORE INSERT ON quotes_quote FOR EACH ROW EXECUTE FUNCTION refuse_quote()"""
    )
    try:
        yield
    finally:
        site.sql("DROP TRIGGER refuse_quote ON quotes_quote; DROP FUNCTION refuse_quote()")


@contextmanager
def nothing_published(site: RunningSite) -> Iterator[None]:
    """While it lasts, the programme that the site serves has no product."""
    site.sql("UPDATE programmes_programme SET code = 'other' WHERE code = 'cyber'")
    try:
        yield
    finally:
        site.sql("UPDATE programmes_programme SET code = 'cyber' WHERE code = 'other'")


@contextmanager
def years_over(site: RunningSite) -> Iterator[None]:
    """While it lasts, every scheme year lies ten years back."""
    site.sql(MOVE_YEARS.format("-"))
    try:
        yield
    finally:
        site.sql(MOVE_YEARS.format("+"))


MOVE_YEARS = (
    "UPDATE programmes_schemeyear SET start_on = start_on {0} interval '10 years', "
    "expiry_on = expiry_on {0} interval '10 years'"
)
