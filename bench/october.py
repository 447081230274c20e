"""The demo's settings with a clock that stands in the season of renewals: 10 October 2026, whatever day the measurement is made."""

from datetime import UTC, datetime

from sonae.config import clock
from sonae.config.settings.run import *  # noqa: F403

MORNING = datetime(2026, 10, 10, 1, 0, tzinfo=UTC)
_STARTED = datetime.now(UTC)


def now() -> datetime:
    """It goes on like any other clock, from that morning."""
    return MORNING + (datetime.now(UTC) - _STARTED)


# Pages ask the setting, the worker's jobs the module: both stand at one moment.
SONAE_CLOCK = "bench.october.now"
clock.now = now
