"""Which style files each part of a page needs. A page names its parts and ships nothing else."""

from __future__ import annotations

BUNDLES: dict[str, tuple[str, ...]] = {
    "frame": ("tokens", "elements", "layout", "page-frame", "actions"),
    "forms": ("forms", "choices"),
    "steps": ("steps",),
    "tables": ("tables", "facts"),
    "folds": ("folds",),
    "facts": ("facts",),
    "money": ("money",),
    "premium": ("money", "plan-tiles", "premium-steps", "quote-cards"),
    "plans": ("money", "plan-tiles", "tables", "plan-table"),
    "tiles": ("plan-tiles",),
    "messages": ("messages",),
    "questions": ("questions",),
    "limits": ("limits",),
    "lists": ("lists",),
    "call": ("call-box", "window-now"),
    "cards": ("cards",),
    "public": ("money", "first-page", "procedure"),
    "procedure": ("procedure",),
    "calculator": ("calculator", "comparison"),
    "outside": ("outside",),
    "incident_costs": ("incident-costs",),
    "consultation": ("consultation",),
    "emergency": ("emergency",),
    "verify": ("verify",),
    "wording": ("wording",),
    "waterfall": ("waterfall",),
    "documents": ("documents",),
    "pictures": ("illustrations",),
    "cover": ("cover",),
    "question-pages": ("question-pages",),
    "portal": ("portal",),
    "door": ("door",),
    "chronology": ("chronology",),
    "desk": ("desk", "tables", "facts", "cards"),
    "figures": ("figures",),
    "design": ("design-page",),
}
PRINT = "print"


def files_of(*names: str) -> list[str]:
    """The style files of the bundles in their order, each once. KeyError for a bundle that doesn't exist."""
    return list(dict.fromkeys(file for name in names for file in BUNDLES[name]))
