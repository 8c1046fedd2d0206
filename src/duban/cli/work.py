"""Inputs read into ledgers, and written down where they are read if bytes are wanted; a bad one stops no other."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from duban.core.reading import Input, UnreadableSource
from duban.core.types import Ledger


@dataclass(frozen=True)
class Failure:
    """A source that gave no ledger, and why; `trace` where the fault is ours."""

    name: str
    message: str
    trace: str = ""


@dataclass(frozen=True)
class Rendered:
    """A source's ledger as the bytes to be written."""

    name: str
    data: bytes


# Picklable, so that a worker sends the bytes and not the thousands of objects that they are made from.
Render = Callable[[Ledger], bytes]
Result = Ledger | Rendered | Failure


def read_one(item: Input, today: date | None, render: Render | None = None) -> Result:
    """Return the ledger of one input, as bytes if `render` makes them, or say why there is none; nothing is raised."""
    # Here and not above: with workers this process reads nothing, and need not wait for the rules to be compiled.
    from duban.core.pipeline import parse

    try:
        ledger = parse(item.read(), today=today)
        return Rendered(ledger.source.name, render(ledger)) if render else ledger
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


def read_all(
    items: Iterable[Input], today: date | None, workers: int = 1, render: Render | None = None
) -> Iterator[Result]:
    """Yield what each input gives, in the inputs' order, reading with so many processes."""
    if workers == 1:
        return (read_one(item, today, render) for item in items)
    from duban.cli.pool import Pool

    return Pool(workers, today, render).run(iter(items))
