"""``make bench``: every measure beside its yardstick, both measured in this run; ratios are what counts."""

from __future__ import annotations

import platform
import sys
from importlib import import_module

PARTS = (
    "rating", "papers", "feeds", "web", "free_covers", "replay", "renewals", "confirmations", "search", "queue", "figures",
    "desk_pages",
)  # fmt: skip


def main(wanted: list[str]) -> int:
    """Run the named parts, or all of them."""
    print(f"Python {platform.python_version()} on {platform.machine()}; medians and ratios of this run\n")
    for part in wanted or PARTS:
        print(f"== {part} ==", flush=True)
        import_module(f"bench.{part}").main()
        print(flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
