"""A person without a mouse: Tab, Space, Enter, arrows and typing, and at every stop the place must show that it has the focus."""

from __future__ import annotations

from playwright.sync_api import Page, expect

MOST_STOPS = 80

# What stands for the focused element on the screen: itself, or the label that is drawn around a radio or a tick.
# Its ring must be drawn, it must lie in the window, and nothing may lie over it (WCAG 2.2: 2.4.7, 2.4.11).
FOCUS_PROBLEM = """() => {
  const here = document.activeElement;
  if (!here || here === document.body) return "nothing has the focus";
  const ringed = [here, here.closest("label")].filter(Boolean).find((element) => {
    const look = getComputedStyle(element);
    const drawn = look.outlineStyle !== "none" && parseFloat(look.outlineWidth) >= 2;
    return drawn && !/^(transparent|rgba\\(.*, 0\\))$/.test(look.outlineColor);
  });
  if (!ringed) return "no ring is drawn around it";
  if (!here.matches(":focus-visible")) return "the browser does not mean it to be seen";
  const box = [...ringed.getClientRects()].find((part) => part.width > 4 && part.height > 4);
  if (!box) return "it has no size";
  const x = box.left + box.width / 2, y = box.top + box.height / 2;
  if (x < 0 || y < 0 || x > innerWidth || y > innerHeight) return "it lies outside the window";
  const top = document.elementFromPoint(x, y);
  if (!top || !(ringed.contains(top) || top.contains(ringed))) return "something lies over it";
  return "";
}"""
DESCRIPTION = "() => document.activeElement.outerHTML.slice(0, 160)"


class Keyboard:
    """The keys of one page's person."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.stops = 0

    def tab(self, *, back: bool = False) -> None:
        """One stop on; its focus must be seen."""
        self.page.keyboard.press("Shift+Tab" if back else "Tab")
        self.stops += 1
        problem = self.page.evaluate(FOCUS_PROBLEM)
        assert not problem, f"{problem}: {self.page.evaluate(DESCRIPTION)} on {self.page.url}"

    def is_at(self, target: str) -> bool:
        return bool(self.page.evaluate("(target) => document.activeElement.matches(target)", target))

    def tab_to(self, target: str, *, back: bool = False) -> None:
        """On, stop by stop, until the focus is at what the selector names; stay where it is there already."""
        if self.is_at(target):
            return
        for _ in range(MOST_STOPS):
            self.tab(back=back)
            if self.is_at(target):
                return
        raise AssertionError(f"{target} can't be reached with the keyboard on {self.page.url}")

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)

    def skip_to_main(self) -> None:
        """The first stop of every page leads past the header. (An address that ends in #main has done so already.)"""
        self.tab()
        if self.page.url.endswith("#main"):
            assert self.is_at("main *"), self.page.evaluate(DESCRIPTION)
            return
        assert self.is_at("a.skip-link"), f"{self.page.evaluate(DESCRIPTION)} on {self.page.url}"
        self.press("Enter")
        expect(self.page.locator("#main")).to_be_focused()

    def type_into(self, target: str, text: str) -> None:
        """Go there and type, in place of what stood there."""
        self.tab_to(target)
        self.press("Control+a")
        self.page.keyboard.insert_text(text)

    def tick(self, target: str) -> None:
        """Go there and tick it."""
        self.tab_to(target)
        self.press("Space")
        assert self.page.evaluate("document.activeElement.checked"), f"{target} was not ticked"

    def choose(self, name: str, value: str) -> None:
        """Go to the group of radios and on to the wanted one with the arrows."""
        self.tab_to(f"input[type=radio][name={name}]")
        self.press("Space")
        self._arrow_to("input[type=radio]", value)

    def select(self, target: str, value: str) -> None:
        """Go to the list and down to the wanted line."""
        self.tab_to(target)
        self._arrow_to(target, value)

    def _arrow_to(self, target: str, value: str) -> None:
        for _ in range(30):
            if self.page.evaluate("() => document.activeElement.value") == value:
                assert self.is_at(target)
                return
            self.press("ArrowDown")
        raise AssertionError(f"the arrows don't lead to {value}")

    def go(self, target: str) -> None:
        """Go to a link or button and press Enter."""
        self.tab_to(target)
        self.press("Enter")
