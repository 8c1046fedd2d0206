"""Inputs read into ledgers, here or in worker processes: in their order, and a bad one stops no other."""

from __future__ import annotations

import multiprocessing
import os
import signal
import traceback
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from itertools import islice

from duban.core.pipeline import parse
from duban.core.reading import Input, UnreadableSource
from duban.core.types import Ledger

# A chunk is what a worker is sent at once: one file while there may be few (all workers get some), several once there
# are many. So many chunks per worker are under way or done but not yet taken; that bounds what is in memory.
_FEW_PER_WORKER = 8
_CHUNK = 4
_CHUNKS_AHEAD = 3

_SWEEPING = "ignore:resource_tracker:UserWarning"


@dataclass(frozen=True)
class Failure:
    """A source that gave no ledger, and why; `trace` where the fault is ours."""

    name: str
    message: str
    trace: str = ""


Result = Ledger | Failure


def read_one(item: Input, today: date | None) -> Result:
    """Return the ledger of one input, or say why there is none; nothing is raised."""
    try:
        return parse(item.read(), today=today)
    except UnreadableSource as error:
        return Failure(error.name, error.message)
    except MemoryError:
        return Failure(item.name, "内存不足，没有读完。请关闭其他程序，或把文件拆小后再试。")
    except Exception as error:
        return Failure(
            item.name,
            f"读取时程序出错（{type(error).__name__}：{error}）。这是 duban 的缺陷，请把这份文件和这条信息告诉维护者。",
            traceback.format_exc(),
        )


def read_all(items: Iterable[Input], today: date | None, workers: int = 1) -> Iterator[Result]:
    """Yield what each input gives, in the inputs' order, reading with so many processes."""
    if workers == 1:
        return (read_one(item, today) for item in items)
    return _Pool(workers, today).run(iter(items))


def _read_chunk(chunk: list[Input], today: date | None) -> list[Result]:
    return [read_one(item, today) for item in chunk]


@contextmanager
def _interrupts_kept_back() -> Iterator[None]:
    """Hold Ctrl-C back; a process started meanwhile never hears it.

    It reaches every process of a terminal, and only the first has something to say about it.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class _Pool:
    def __init__(self, workers: int, today: date | None) -> None:
        self._workers, self._today = workers, today

    def _open(self, workers: int) -> ProcessPoolExecutor:
        # When an interruption ends it all at once, a helper of multiprocessing sweeps up and need not say so.
        wanted = os.environ.get("PYTHONWARNINGS", "")
        if _SWEEPING not in wanted:
            os.environ["PYTHONWARNINGS"] = ",".join(filter(None, (wanted, _SWEEPING)))
        # Spawned, not forked: the libraries that read PDFs and pictures run threads of their own.
        return ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"))

    def run(self, items: Iterator[Input]) -> Iterator[Result]:
        pool = self._open(self._workers)
        waiting: deque[tuple[list[Input], Future[list[Result]]]] = deque()
        chunks = self._chunks(items)
        finished = False
        try:
            while True:
                for chunk in islice(chunks, self._workers * _CHUNKS_AHEAD - len(waiting)):
                    waiting.append((chunk, self._submit(pool, chunk)))
                if not waiting:
                    break
                chunk, future = waiting.popleft()
                try:
                    yield from future.result()
                except BrokenProcessPool:
                    # A worker died (out of memory, a fault in a library), and all that was under way is lost with it.
                    pool.shutdown(wait=False, cancel_futures=True)
                    for item in chunk:
                        yield self._alone(item)
                    pool = self._open(self._workers)
                    waiting = deque((chunk, self._submit(pool, chunk)) for chunk, _ in waiting)
            finished = True
        finally:
            pool.shutdown(wait=finished, cancel_futures=True)

    def _chunks(self, items: Iterator[Input]) -> Iterator[list[Input]]:
        for item in islice(items, self._workers * _FEW_PER_WORKER):
            yield [item]
        while chunk := list(islice(items, _CHUNK)):
            yield chunk

    def _submit(self, pool: ProcessPoolExecutor, chunk: list[Input]) -> Future[list[Result]]:
        try:
            with _interrupts_kept_back():
                return pool.submit(_read_chunk, chunk, self._today)
        except BrokenProcessPool as error:
            broken: Future[list[Result]] = Future()
            broken.set_exception(error)
            return broken

    def _alone(self, item: Input) -> Result:
        with self._open(1) as pool:
            try:
                with _interrupts_kept_back():
                    future = pool.submit(read_one, item, self._today)
                return future.result()
            except BrokenProcessPool:
                return Failure(
                    item.name, "读取它的进程意外终止，可能是文件损坏或内存不足。请单独再读一次，或换一种格式。"
                )
