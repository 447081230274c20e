"""Make sure that a Chromium is there for the journeys: found, or installed by the system's package manager where allowed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_chromium() -> str | None:
    """The browser's path, from ``SONAE_CHROMIUM`` or the PATH."""
    return os.environ.get("SONAE_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


def has_japanese_font() -> bool:
    """Whether the system can draw Japanese; without fontconfig nobody can tell, and the pictures will show it."""
    listing = shutil.which("fc-list")
    return listing is None or bool(
        subprocess.run([listing, ":lang=ja"], capture_output=True, check=False).stdout.strip()
    )


def main() -> int:
    """0 when a browser is there."""
    missing = [
        package
        for package, there in (("chromium", find_chromium() is not None), ("fonts-noto-cjk", has_japanese_font()))
        if not there
    ]
    if missing and shutil.which("apt-get") and os.geteuid() == 0:
        print(f"Installing {' and '.join(missing)} for the browser tests (once)…", flush=True)
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-qq"], check=False, env=quiet)
        subprocess.run(["apt-get", "install", "-y", "-qq", *missing], check=False, env=quiet, stdout=subprocess.DEVNULL)
    if find_chromium() is None:
        print(
            "The browser tests need Chromium. Install it with the system's package manager "
            "(Debian: apt-get install chromium fonts-noto-cjk), or set SONAE_CHROMIUM to its path.",
            file=sys.stderr,
        )
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
