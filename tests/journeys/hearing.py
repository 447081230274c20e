"""What must hold of every page for somebody who hears it. Each rule gives the findings as sentences; none, and all is well."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable

from playwright.sync_api import Page

from tests.journeys.accessibility_tree import Heard, listen

Rule = Callable[[Heard, Page], list[str]]
ONCE = ("banner", "main", "contentinfo")
NAMED_PLACES = ("navigation", "complementary", "region", "form", "search")
TO_PRESS = ("link", "button", "DisclosureTriangle", "DisclosureTriangleGrouped")
TO_FILL = ("textbox", "searchbox", "combobox", "checkbox", "radio", "spinbutton", "listbox", "slider", "switch")
SAYS_NOTHING = re.compile(
    r"(こちら|ここ|詳細|詳しく|もっと見る|続き|リンク|click here|here|more|read more|details|link|PDF)", re.IGNORECASE
)
# A window of another width folds or unfolds the page when it is next drawn: only then do ear and eye get the same page.
DRAWN = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
JAPANESE = "[ぁ-んァ-ヶ一-龠]"


def hear(page: Page) -> list[str]:
    """Everything that is wrong with the page as it is now."""
    page.evaluate(DRAWN)
    tree = listen(page)
    return [finding for rule in RULES for finding in rule(tree, page)]


def landmarks(tree: Heard, page: Page) -> list[str]:
    """One head, one main part, one foot; every other place has a name of its own among its kind."""
    count = Counter(one.role for one in tree.walk())
    found = [f"{count[role]} × {role} instead of one" for role in ONCE if count[role] != 1]
    for role in NAMED_PLACES:
        names = Counter(one.name for one in tree.of(role))
        if role != "form":  # a form without a name is no place to go to
            found += [f"{role} without a name" for name in names if not name]
        found += [f"{times} × {role} “{name}”" for name, times in names.items() if name and times > 1]
    return found


def headings(tree: Heard, page: Page) -> list[str]:
    """One heading of the first level, and none that skips a level on the way down."""
    levels = [(int(one.facts["level"]), one.name) for one in tree.of("heading")]
    first = [name for level, name in levels if level == 1]
    found = [f"{len(first)} headings of the first level: {first}"] if len(first) != 1 else []
    before = [0, *(level for level, _ in levels)]
    found += [
        f"heading “{name}” of level {level} after one of level {above}"
        for above, (level, name) in zip(before, levels, strict=False)
        if level > above + 1
    ]
    return found + ["heading without words" for _, name in levels if not name.strip()]


def things_to_press(tree: Heard, page: Page) -> list[str]:
    """Each has a name that says where it leads or what it does, and two of one name do the same."""
    found = []
    targets: dict[tuple[str, str], set[str]] = defaultdict(set)
    buttons: Counter[tuple[str, str]] = Counter()
    for one in tree.of(*TO_PRESS, *TO_FILL):
        if not one.name.strip():
            found.append(f"{one.role} without a name")
        elif SAYS_NOTHING.fullmatch(one.name.strip()) and one.role in TO_PRESS:
            found.append(f"{one.role} “{one.name}” does not say where it leads")
        elif one.role == "link":
            targets[one.name, one.description].add(str(one.facts.get("url", "")))
        elif one.role in TO_PRESS:
            buttons[one.name, one.description] += 1
    found += [
        f"links “{name}” lead to different places: {sorted(urls)}"
        for (name, _), urls in targets.items()
        if len(urls) > 1
    ]
    return found + [f"{times} buttons “{name}”" for (name, _), times in buttons.items() if times > 1]


def pictures(tree: Heard, page: Page) -> list[str]:
    """Each says what it shows or is out of hearing."""
    found = [
        f"{one.role} without a name"
        for one in tree.of("image", "img", "figure")
        if one.role != "figure" and not one.name
    ]
    return found + page.evaluate(UNSAID_PICTURES)


def tables(tree: Heard, page: Page) -> list[str]:
    """Each is a table for the ear at every width: named, with all its rows, cells and heads, even where it is laid out as cards."""
    drawn = page.evaluate(DRAWN_TABLES)
    heard = tree.of("table", "LayoutTable", "grid")
    if len(drawn) != len(heard):
        return [f"{len(drawn)} tables are drawn, {len(heard)} are heard"]
    found = []
    for one, counts in zip(heard, drawn, strict=True):
        below = Counter(part.role for part in one.walk() if part is not one)
        exposed = {role: below[role] for role in ("row", "columnheader", "rowheader", "cell")}
        if not one.name:
            found.append("table without a name")
        if not exposed["columnheader"]:
            found.append(f"table “{one.name}” without column headers")
        if exposed != counts:
            found.append(f"table “{one.name}” has {counts}, heard are {exposed}")
    return found


def languages(tree: Heard, page: Page) -> list[str]:
    """Words in the other language say so."""
    return list(page.evaluate(UNMARKED_WORDS, JAPANESE))


def errors(tree: Heard, page: Page) -> list[str]:
    """A refused field says what is wrong with it; the list of all has the focus and leads to each."""
    wrong = page.evaluate(REFUSED_FIELDS)
    found = list(wrong["findings"])
    if wrong["count"] and not any(one.role == "alert" for one in tree.walk()):
        found.append("fields are refused and nothing says so at once")
    return found


def names_of_fields(tree: Heard, page: Page) -> list[str]:
    """No two fields of one name in one group."""
    found = []
    for group in tree.of("form", "search", "group", "radiogroup", "page"):
        own = Counter(one.name for one in _own_fields(group))
        found += [f"{times} fields “{name}” in “{group.name}”" for name, times in own.items() if times > 1]
    return found


def _own_fields(group: Heard) -> list[Heard]:
    own = []
    for child in group.children:
        if child.role in TO_FILL:
            own.append(child)
        elif child.role not in ("form", "search", "group", "radiogroup"):
            own += _own_fields(child)
    return own


RULES: tuple[Rule, ...] = (
    landmarks, headings, things_to_press, names_of_fields, pictures, tables, languages, errors,
)  # fmt: skip

UNSAID_PICTURES = """() => [...document.querySelectorAll('svg, img')]
  .filter((picture) => picture.checkVisibility({visibilityProperty: true}) && !picture.closest('[aria-hidden="true"]'))
  .filter((picture) => picture.matches('img') ? !picture.hasAttribute('alt')
    : !(picture.getAttribute('role') === 'img' && picture.getAttribute('aria-label')))
  .filter((picture) => !picture.parentElement.closest('svg'))
  .map((picture) => `picture neither named nor hidden: ${picture.outerHTML.slice(0, 100)}`)"""

# Whatever a style hides of a table that is shown is counted all the same: it would be missing in its row.
DRAWN_TABLES = """() => [...document.querySelectorAll('table')].filter((table) => table.checkVisibility()).map((table) => ({
    row: table.querySelectorAll('tr').length,
    columnheader: table.querySelectorAll('th[scope=col]').length,
    rowheader: table.querySelectorAll('th[scope=row]').length,
    cell: table.querySelectorAll('td').length,
  }))"""

UNMARKED_WORDS = """(japanese) => {
  const page = document.documentElement.lang, pattern = new RegExp(japanese), found = [];
  for (const link of document.querySelectorAll('a[hreflang]'))
    if (link.hreflang !== page && link.hreflang !== link.lang && !link.querySelector(`[lang=${link.hreflang}]`))
      found.push(`link to ${link.hreflang} without its language: ${link.textContent}`);
  if (page !== 'en') return found;
  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (words.nextNode()) {
    const {data, parentElement} = words.currentNode;
    if (parentElement.closest('[aria-hidden=true], [role=img], script')) continue;
    if (pattern.test(data) && parentElement.closest('[lang]').lang !== 'ja')
      found.push(`Japanese not marked: ${data.slice(0, 60)}`);
  }
  return found;
}"""

REFUSED_FIELDS = """() => {
  const summary = document.querySelector('[data-error-summary]');
  const fields = [...document.querySelectorAll('[data-state=error]')], findings = [];
  if (summary && document.activeElement !== summary) findings.push('the list of errors has no focus');
  for (const link of summary?.querySelectorAll('a') ?? []) {
    const control = document.getElementById(link.hash.slice(1));
    if (!control?.matches('input, select, textarea')) findings.push(`the list of errors leads nowhere: ${link.textContent}`);
  }
  for (const field of fields) {
    const message = field.querySelector('.field-error');
    const controls = [...field.querySelectorAll('input:not([type=hidden]), select, textarea')];
    const group = field.matches('fieldset') ? [field] : controls;
    if (!message) findings.push(`a refused field without its message: ${field.textContent.slice(0, 40)}`);
    else if (!group.every((one) => (one.getAttribute('aria-describedby') ?? '').split(' ').includes(message.id)))
      findings.push(`the message does not describe its field: ${message.textContent}`);
    if (![field, ...controls].some((one) => one.getAttribute('aria-invalid') === 'true'))
      findings.push(`a refused field does not say that it is: ${field.textContent.slice(0, 40)}`);
    if (summary && !controls.some((one) => summary.querySelector(`a[href="#${one.id}"]`)))
      findings.push(`a refused field is not in the list: ${field.textContent.slice(0, 40)}`);
  }
  return {count: fields.length, findings};
}"""
