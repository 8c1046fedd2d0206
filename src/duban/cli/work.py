"""Inputs read into ledgers, here or in worker processes: in their order, and a bad one stops no other."""

from __future__ import annotations

import multiprocessing
import signal
import traceback
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from datetime import date
from itertools import islice

from duban.core.pipeline import parse
from duban.core.reading import Input, UnreadableSource
from duban.core.types import Ledger

# A chunk is what a worker is sent at once; so many chunks per worker wait or are done but not yet taken. Together they
# bound what is in memory: a few dozen ledgers, however many files there are.
_CHUNK = 4
_CHUNKS_AHEAD = 3


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


def _start_worker() -> None:
    # Ctrl-C reaches every process of the terminal; only the first has something to say about it.
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class _Pool:
    def __init__(self, workers: int, today: date | None) -> None:
        self._workers, self._today = workers, today

    def _open(self, workers: int) -> ProcessPoolExecutor:
        # Spawned, not forked: the libraries that read PDFs and pictures run threads of their own.
        return ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), _start_worker)

    def run(self, items: Iterator[Input]) -> Iterator[Result]:
        pool = self._open(self._workers)
        waiting: deque[tuple[list[Input], Future[list[Result]]]] = deque()
        finished = False
        try:
            while True:
                while len(waiting) < self._workers * _CHUNKS_AHEAD and (chunk := list(islice(items, _CHUNK))):
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
            if not finished:
                for process in multiprocessing.active_children():
                    process.terminate()

    def _submit(self, pool: ProcessPoolExecutor, chunk: list[Input]) -> Future[list[Result]]:
        try:
            return pool.submit(_read_chunk, chunk, self._today)
        except BrokenProcessPool as error:
            broken: Future[list[Result]] = Future()
            broken.set_exception(error)
            return broken

    def _alone(self, item: Input) -> Result:
        with self._open(1) as pool:
            try:
                return pool.submit(read_one, item, self._today).result()
            except BrokenProcessPool:
                return Failure(
                    item.name, "读取它的进程意外终止，可能是文件损坏或内存不足。请单独再读一次，或换一种格式。"
                )
