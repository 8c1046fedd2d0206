"""Inputs read by worker processes, in their order; a worker that dies takes no other's reading with it."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from datetime import date
from itertools import islice

from duban.cli.work import Failure, Render, Result, read_one
from duban.core.reading import Input

# A chunk is what a worker is sent at once: one file while there may be few (all workers get some), several once there
# are many. So many chunks per worker are under way or done but not yet taken; that bounds what is in memory.
_FEW_PER_WORKER = 8
_CHUNK = 4
_CHUNKS_AHEAD = 3

_SWEEPING = "ignore:resource_tracker:UserWarning"


def _read_chunk(chunk: list[Input], today: date | None, render: Render | None) -> list[Result]:
    return [read_one(item, today, render) for item in chunk]


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


class Pool:
    """Worker processes that read chunks of inputs."""

    def __init__(self, workers: int, today: date | None, render: Render | None) -> None:
        self._workers, self._today, self._render = workers, today, render

    def _open(self, workers: int) -> ProcessPoolExecutor:
        # When an interruption ends it all at once, a helper of multiprocessing sweeps up and need not say so.
        wanted = os.environ.get("PYTHONWARNINGS", "")
        if _SWEEPING not in wanted:
            os.environ["PYTHONWARNINGS"] = ",".join(filter(None, (wanted, _SWEEPING)))
        # Spawned, not forked: the libraries that read PDFs and pictures run threads of their own.
        return ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"))

    def run(self, items: Iterator[Input]) -> Iterator[Result]:
        """Yield what each input gives, in the inputs' order; one that ends its worker is tried once more, alone."""
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
                return pool.submit(_read_chunk, chunk, self._today, self._render)
        except BrokenProcessPool as error:
            broken: Future[list[Result]] = Future()
            broken.set_exception(error)
            return broken

    def _alone(self, item: Input) -> Result:
        with self._open(1) as pool:
            try:
                with _interrupts_kept_back():
                    future = pool.submit(read_one, item, self._today, self._render)
                return future.result()
            except BrokenProcessPool:
                return Failure(
                    item.name, "读取它的进程意外终止，可能是文件损坏或内存不足。请单独再读一次，或换一种格式。"
                )
