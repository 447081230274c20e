"""The web server: granian over WSGI with threads."""

from __future__ import annotations

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels


def serve(*, host: str, port: int, workers: int = 1) -> int:
    """Serve until told to stop."""
    Granian(
        "sonae.config.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=4,
        backpressure=128,
        websockets=False,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
    ).serve()
    return 0
