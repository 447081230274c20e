"""On which line of a file a finding's place stands: plans[1].cost_limit_yen in TOML, "line 3, factor_times" in CSV."""

from __future__ import annotations

LINE = "line "


def find_line(text: str, place: str) -> int | None:
    """From 1 on; None where it can't be told, as for a key that is missing altogether: then the table's own line is given."""
    if place.startswith(LINE):
        number = place[len(LINE) :].partition(",")[0]
        return int(number) if number.isascii() and number.isdigit() and len(number) < 8 else None
    lines = [line.strip() for line in text.splitlines()]
    at, heading = 0, ""
    found = None
    for part in place.split("."):
        name, _, index = part.partition("[")
        heading = f"{heading}.{name}" if heading else name
        table = _table(lines, at, heading, index.rstrip("]"))
        if table is None:
            key = _key(lines, at, name)
            return found if key is None else key + 1
        at, found = table, table + 1
    return found


def _table(lines: list[str], begin: int, heading: str, index: str) -> int | None:
    """The line of ``[heading]``, or of that one of ``[[heading]]``; None where no table has the name."""
    single = next((n for n in range(begin, len(lines)) if lines[n] == f"[{heading}]"), None)
    several = [n for n in range(begin, len(lines)) if lines[n].startswith(f"[[{heading}]]")]
    if index.isascii() and index.isdigit() and int(index[:6]) < len(several):
        return several[int(index[:6])]
    if index:
        return next((n for n in several if _has_code(lines, n + 1, index)), None)
    return single


def _has_code(lines: list[str], begin: int, code: str) -> bool:
    for line in lines[begin:]:
        if line.startswith("["):
            return False
        if line.replace(" ", "").startswith(f'code="{code}"'):
            return True
    return False


def _key(lines: list[str], begin: int, name: str) -> int | None:
    """In the table that begins there, before the next one."""
    for n in range(begin, len(lines)):
        if n > begin and lines[n].startswith("["):
            return None
        if lines[n].partition("=")[0].rstrip() == name and "=" in lines[n]:
            return n
    return None
