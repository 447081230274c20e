"""The page as a screen reader gets it from Chromium: what is heard, in order, with names, descriptions and states."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Page


@dataclass(frozen=True, slots=True)
class Heard:
    """One thing that a screen reader can stop at. What the browser leaves out is left out here; its children move up."""

    role: str
    name: str = ""
    description: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
    children: tuple[Heard, ...] = ()

    def walk(self) -> Iterator[Heard]:
        """This and everything below, in the order of reading."""
        yield self
        for child in self.children:
            yield from child.walk()

    def of(self, *roles: str) -> list[Heard]:
        """Everything below with one of these roles, in the order of reading."""
        return [one for one in self.walk() if one.role in roles]

    @property
    def words(self) -> str:
        """The text below, without breaks."""
        return "".join(one.name for one in self.walk() if one.role == "StaticText")


def listen(page: Page) -> Heard:
    """The whole page."""
    session = page.context.new_cdp_session(page)
    try:
        nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    finally:
        session.detach()
    by_id = {node["nodeId"]: node for node in nodes}
    return Heard("page", children=tuple(_heard(nodes[0], by_id)))


def _heard(node: dict[str, Any], by_id: dict[str, dict[str, Any]]) -> Iterator[Heard]:
    children = [by_id[child] for child in node.get("childIds", []) if child in by_id]
    below = tuple(heard for child in children for heard in _heard(child, by_id))
    if node["ignored"]:
        yield from below
        return
    yield Heard(
        role=node["role"]["value"],
        name=node.get("name", {}).get("value", ""),
        description=node.get("description", {}).get("value", ""),
        facts={one["name"]: one["value"].get("value") for one in node.get("properties", [])},
        children=below,
    )
