"""Keeps the site's processes running: starts them, starts again what dies, stops all of them together."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import FrameType

#: Seconds before a dead process is started again: the first time, and at most.
FIRST_WAIT, LONGEST_WAIT = 1.0, 30.0
#: A process that has run this long (seconds) counts as sound again.
SOUND_AFTER = 60.0
#: How long (seconds) a process may take to finish what it is doing.
PATIENCE = 20.0
_LOOK_EVERY = 0.2


@dataclass
class Child:
    """One process to keep: what people call it, and how it is started."""

    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    wait: float = FIRST_WAIT
    due: float = field(default=0.0)

    def start(self) -> None:
        """Start the process, in a group of its own: Ctrl-C reaches it through the supervisor alone."""
        self.process = subprocess.Popen(self.command, start_new_session=True)
        self.started = time.monotonic()

    def clear(self) -> None:
        """End what the process left behind: workers whose parent was killed would go on alone, beside new ones."""
        if self.process:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)

    @property
    def code(self) -> int | None:
        """The exit code, or `None` while it runs."""
        return self.process.poll() if self.process else None


class Supervisor:
    """Runs some processes until it is told to stop (SIGTERM, SIGINT)."""

    def __init__(self, children: Sequence[Child], tell: Callable[[str], None]) -> None:
        self.children = children
        self.tell = tell
        self.stopping = False

    def run(self, ready: Callable[[], bool], announce: Callable[[], None]) -> int:
        """Run until stopped; call `announce` once `ready` says so. Return the exit code.

        A process that dies before all were ready is a mistake of the settings, not an accident: everything stops, and
        its code is returned.
        """
        before = {number: signal.signal(number, self._stop) for number in (signal.SIGTERM, signal.SIGINT)}
        announced = False
        try:
            for child in self.children:
                child.start()
            while not self.stopping:
                if not announced and ready():
                    announce()
                    announced = True
                for child in self.children:
                    if child.code is not None and not announced:
                        self.tell(f"{child.name}没有启动起来（代码 {child.code}），原因见上。")
                        return child.code or 1
                    self._look_after(child)
                time.sleep(_LOOK_EVERY)
            return 0
        finally:
            self._end()
            for number, handler in before.items():
                signal.signal(number, handler)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self.stopping = True

    def _look_after(self, child: Child) -> None:
        now = time.monotonic()
        if child.process is None:
            if now >= child.due:
                child.start()
        elif child.code is not None:
            sound = now - child.started > SOUND_AFTER
            child.wait = FIRST_WAIT if sound else min(child.wait * 2, LONGEST_WAIT)
            self.tell(f"{child.name}意外退出（代码 {child.code}），{child.wait:.0f} 秒后重新启动。")
            child.clear()
            child.process, child.due = None, now + child.wait

    def _end(self) -> None:
        for child in self.children:
            if child.process and child.code is None:
                child.process.terminate()
        end = time.monotonic() + PATIENCE
        for child in self.children:
            if child.process:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    child.process.wait(max(0.1, end - time.monotonic()))
                child.clear()
                child.process.wait()
