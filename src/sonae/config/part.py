"""A part of ``sonae run``: a module run as a process of its own, which ends when its starter is gone, however that ended.

The starter holds the other end of our standard input and never writes. The system closes it with the starter, also where
it was killed and could tell nobody. Unlike a signal on the parent's death, this works on every Unix.
"""

from __future__ import annotations

import os
import runpy
import signal
import sys
import threading
import time

STOP_SECONDS = 10


def main() -> None:
    """Run the module that the first argument names, with the other arguments as its own."""
    threading.Thread(target=_end_with_the_starter, daemon=True).start()
    sys.argv = sys.argv[1:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


def _end_with_the_starter() -> None:
    while os.read(sys.stdin.fileno(), 64):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(STOP_SECONDS)
    os._exit(1)  # it did not stop when it was asked to


if __name__ == "__main__":
    main()
