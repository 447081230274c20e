"""Where each number of a product comes from: published, source [n], or assumed. A number without a tag is a finding."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from sonae.domain.product.reading import Findings, Table, is_tag


def collect_tags(tables: Iterable[Table], sources: str, findings: Findings) -> dict[str, str]:
    """Place → tag of every number: by ``<key>_tag`` beside it, or by ``tag`` on a table around it."""
    tags: dict[str, str] = {}
    for table in tables:
        for place, tag in _numbers(table.values, "", None):
            if not is_tag(tag):
                said = "has no tag" if tag is None else f"has the tag {tag!r}, which is none"
                hint = "Write published, source [n] or assumed."
                findings.add(table.file, place, f"the number {said}.", hint)
                continue
            tags[f"{table.file}: {place}"] = str(tag)
            _check_source(table.file, place, str(tag), sources, findings)
    return tags


def _check_source(file: str, place: str, tag: str, sources: str, findings: Findings) -> None:
    if tag.startswith("source "):
        number = tag.removeprefix("source ")
        if number not in sources:
            findings.add(file, place, f"{number} is not listed in sources.md.")


def _numbers(values: Mapping[str, object], place: str, around: object) -> Iterator[tuple[str, object]]:
    around = values.get("tag", around)
    for key, value in values.items():
        where = f"{place}.{key}" if place else key
        yield from _numbers_in(value, where, values.get(f"{key}_tag", around))


def _numbers_in(value: object, where: str, tag: object) -> Iterator[tuple[str, object]]:
    if isinstance(value, int | float) and not isinstance(value, bool):
        yield where, tag
    elif isinstance(value, Mapping):
        yield from _numbers(value, where, tag)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            name = item.get("code", index) if isinstance(item, Mapping) else index
            yield from _numbers_in(item, f"{where}[{name}]", tag)
