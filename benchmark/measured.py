"""What speed.py times, each in a process of its own; the last line printed is JSON, its seconds processor time.

measured.py parse FILE ROUNDS        the whole pipeline on the text of a file
measured.py duban FILE ROUNDS        our limits and quantities alone, paragraph by paragraph as the pipeline asks them
measured.py jionlp FILE ROUNDS       jionlp's times and money, in whichever of two ways is faster (needs no duban)
measured.py curve SHAPE CHARACTERS   the whole pipeline on invented papers, as many lines or as one, and its memory
"""

from __future__ import annotations

import json
import logging
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any


def best(of: Callable[[], Any], rounds: int) -> tuple[float, Any]:
    """Return the shortest processor time of some calls, and what the last one gave."""
    shortest, result = float("inf"), None
    for _ in range(rounds):
        started = time.process_time()
        result = of()
        shortest = min(shortest, time.process_time() - started)
    return shortest, result


def parse(text: str, rounds: int) -> dict[str, Any]:
    from duban.core import parse

    seconds, ledger = best(lambda: parse(text), rounds)
    return {"seconds": seconds, "found": sum(len(d.tasks) + len(d.indicators) for d in ledger.documents)}


def duban(text: str, rounds: int) -> dict[str, Any]:
    from duban.core.extract.deadlines.resolve import find
    from duban.core.extract.quantities.resolve import Quantities
    from duban.core.structure.outline import paragraphs

    blocks = list(paragraphs(text, 0, len(text)))

    def run() -> int:
        return sum(len(find(text, *block, 2026)) + len(Quantities(text, *block).found) for block in blocks)

    seconds, found = best(run, rounds)
    return {"seconds": seconds, "found": found}


def jionlp(text: str, rounds: int) -> dict[str, Any]:
    from jionlp import ner

    logging.disable()  # it writes a traceback for each time it cannot make out; that is no part of its work
    lines = [line for line in text.split("\n") if line]

    def run(pieces: list[str]) -> int:
        return sum(len(ner.extract_time(piece)) + len(ner.extract_money(piece)) for piece in pieces)

    run(["2026年6月底前完成投资3亿元。"])  # the first call loads its tables
    return {
        "seconds": min(best(lambda: run([text]), rounds)[0], best(lambda: run(lines), rounds)[0]),
        "found": run(lines),
    }


def curve(shape: str, characters: int) -> dict[str, Any]:
    from texts import repeated

    from duban.core import parse

    parse("一、重点任务\n1．修路。年底前建成公路3公里。")  # the first call loads the rules
    text = repeated(characters, one_line=shape == "line")
    seconds, ledger = best(lambda: parse(text), 1)
    return {"seconds": seconds, "megabytes": peak(), "found": sum(len(d.indicators) for d in ledger.documents)}


def peak() -> float:
    """Return the most memory that this process has held, in MB.

    On Linux not from ``getrusage``: its number begins at what the process that started this one held.
    """
    if sys.platform == "linux":
        status = Path("/proc/self/status").read_text("ascii", "replace")
        return int(status.partition("VmHWM:")[2].split()[0]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20)


def main(what: str, which: str, number: str) -> None:
    if what == "curve":
        result = curve(which, int(number))
    else:
        run = {"parse": parse, "duban": duban, "jionlp": jionlp}[what]
        result = run(Path(which).read_text("utf-8"), int(number))
    print(json.dumps(result))


if __name__ == "__main__":
    main(*sys.argv[1:])
