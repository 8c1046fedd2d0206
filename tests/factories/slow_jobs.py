"""Jobs that are killed in the middle, or fail: what a worker of the site runs in tests/site/test_killed_jobs.py."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Mapping
from pathlib import Path

from duban.dispatch import regular
from duban.dispatch.actions import rounds


def turn(folder: str) -> None:
    """Open the rounds whose time has come; the first time, stop before the end until somebody kills the worker."""
    real = rounds._ask_values

    def slowly(tasks: Mapping[int, int]) -> None:
        real(tasks)
        first = not list(Path(folder).glob("begun-*"))
        (Path(folder) / f"begun-{os.getpid()}").touch()
        if first:
            time.sleep(60)

    rounds._ask_values = slowly
    try:
        regular.turn()
    finally:
        rounds._ask_values = real


def dies(folder: str) -> None:
    """Kill the worker that does this, as the system does when the memory is used up."""
    (Path(folder) / f"died-{os.getpid()}").touch()
    os.kill(os.getpid(), signal.SIGKILL)


def fails(folder: str) -> None:
    """End in an error, whenever it is tried."""
    (Path(folder) / f"failed-{time.monotonic_ns()}").touch()
    raise ValueError("台账读不出来")


def passes(folder: str) -> None:
    """Be done at once, and say by whom."""
    (Path(folder) / f"passed-{os.getpid()}-{time.monotonic_ns()}").touch()
