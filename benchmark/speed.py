"""How fast papers are read (`make bench`): beside jionlp, from the shell, with two processes, and against length.

Every time is the best of several runs (of the start the median), because other work on the machine only ever adds;
what one process does alone is told in processor time, which other work disturbs least. Leaves with 1 where a promise
is broken.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from texts import BUILD, longest, repeated

HERE = Path(__file__).parent
PYTHON = sys.executable
DUBAN = str(Path(PYTHON).with_name("duban"))
# What is promised, and what is aimed at.
RATIO, RATIO_AIM = 1.0, 5.0  # times as fast as jionlp
START = 0.5  # seconds from the shell to the ledger of a paper, beyond those of an empty Python
WORKERS_AIM = 0.6  # of the time of one process, with two on two idle cores
LENGTHS = (10_000, 100_000, 500_000, 1_000_000, 2_000_000, 5_000_000)

Result = dict[str, Any]


def measured(*arguments: object, python: str = PYTHON) -> Result:
    """Return what measured.py says of something, run in a process of its own."""
    # In a folder that is thrown away: jionlp writes a log where it runs.
    with tempfile.TemporaryDirectory() as folder:
        command = [python, str(HERE / "measured.py"), *map(str, arguments)]
        printed = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, text=True, check=True).stdout
    result: Result = json.loads(printed.splitlines()[-1])
    return result


def jionlp_python() -> str | None:
    """Return the Python of the environment that holds jionlp, made where there is none; None where it can't be."""
    wanted = (HERE / "requirements.txt").read_text("utf-8")
    folder = BUILD / "bench-venv"
    python, stamp = folder / "bin/python", folder / "requirements.txt"
    if not stamp.exists() or stamp.read_text("utf-8") != wanted:
        print("making build/bench-venv for jionlp, once …", flush=True)
        try:
            venv.create(folder, with_pip=True, clear=True)
            pip = [python, "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
            subprocess.run([*pip, "-r", HERE / "requirements.txt"], check=True)
        except (OSError, subprocess.CalledProcessError) as error:
            print(f"jionlp is not there and cannot be installed: {error}")
            return None
        stamp.write_text(wanted, "utf-8")
    return str(python)


def beside() -> Result:
    """Measure our limits and quantities beside jionlp's times and money, and the whole pipeline, on one text."""
    from duban.core.text import normalise
    from duban.core.types import Source

    what, raw = longest()
    text = normalise(Source("-", "text/plain", "", raw)).text
    other = jionlp_python()
    with tempfile.TemporaryDirectory() as folder:
        (whole := Path(folder, "raw.txt")).write_text(raw, "utf-8", newline="")
        (clean := Path(folder, "clean.txt")).write_text(text, "utf-8")
        runs: list[tuple[str, Path, str]] = [("parse", whole, PYTHON), ("duban", clean, PYTHON)]
        if other:
            runs.append(("jionlp", clean, other))
        seconds = {name: float("inf") for name, _, _ in runs}
        found: dict[str, int] = {}
        for _ in range(5):  # in turn, so that a busy moment falls on all
            for name, path, python in runs:
                told = measured(name, path, 3, python=python)
                seconds[name] = min(seconds[name], told["seconds"])
                found[name] = told["found"]
    rates = {name: len(text) / taken for name, taken in seconds.items()}
    print(f"on {what}, {len(raw)} characters, one core, characters per second (best of 15)")
    told = {
        "parse": "the whole pipeline",
        "duban": "our limits and quantities alone",
        "jionlp": "jionlp's times and money alone",
    }
    for name, rate in rates.items():
        print(f"  {told[name]:32}{rate:>12,.0f}   {found[name]} found")
    result = {"text": what, "characters": len(raw), "per_second": rates, "found": found, "kept": True}
    if other:
        ratio = rates["duban"] / rates["jionlp"]
        result |= {"ratio": ratio, "kept": ratio >= RATIO}
        print(f"  {ratio:.1f} times as fast as jionlp (at least {RATIO:g}, aim {RATIO_AIM:g})")
    return result


def start(runs: int = 21) -> Result:
    """Measure what ``duban extract`` takes from the shell, beyond an empty Python."""
    with tempfile.TemporaryDirectory() as folder:
        paper = Path(folder, "paper.txt")
        paper.write_text(repeated(7_000), "utf-8")
        taken: dict[str, list[float]] = {"duban": [], "python": []}
        for _ in range(runs):
            taken["duban"].append(_seconds([DUBAN, "extract", str(paper)]))
            taken["python"].append(_seconds([PYTHON, "-c", "pass"]))
    whole, empty = median(taken["duban"]), median(taken["python"])
    own = whole - empty
    print(
        f"duban extract of 7,000 characters: {whole:.3f} s, without Python's own {empty:.3f} s: {own:.3f} s (< {START})"
    )
    return {"seconds": whole, "python": empty, "own": own, "kept": own < START}


def workers(documents: int = 40, characters: int = 16_000, runs: int = 3) -> Result:
    """Measure a folder of papers read by one process and by two."""
    shortest = {1: float("inf"), 2: float("inf")}
    spent = dict(shortest)
    with tempfile.TemporaryDirectory() as folder:
        papers = Path(folder, "papers")
        papers.mkdir()
        for number in range(documents):
            (papers / f"{number}.txt").write_text(repeated(characters, start=number), "utf-8")
        for run in range(runs):
            for count in shortest:
                out = Path(folder, f"ledgers-{run}-{count}")
                command = [DUBAN, "extract", str(papers), "-q", "-o", f"{out}/", "--workers", str(count)]
                before = _spent()
                shortest[count] = min(shortest[count], _seconds(command))
                spent[count] = min(spent[count], _spent() - before)
                assert len(list(out.iterdir())) == documents
    ratio, bound = shortest[2] / shortest[1], spent[2] / 2 / spent[1]
    print(f"{documents} documents of {characters:,} characters with one process and with two")
    print(f"  from start to end {shortest[1]:>7.2f} s {shortest[2]:>7.2f} s   {ratio:.2f} (aim {WORKERS_AIM})")
    print(f"  processor time    {spent[1]:>7.2f} s {spent[2]:>7.2f} s   {bound:.2f} at best, were both cores idle")
    return {"one": shortest[1], "two": shortest[2], "ratio": ratio, "at_best": bound, "kept": True}


def _spent() -> float:
    """Return the processor time that finished commands have taken so far, with all that they started."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def curve(lengths: tuple[int, ...] = LENGTHS) -> Result:
    """Measure seconds and memory against length, for papers as many lines and as one single line."""
    print(f"{'':>12}{'as many lines':^32}{'as one line':^32}")
    print(f"{'characters':>12}" + f"{'s':>10}{'s/million':>12}{'MB':>10}" * 2)
    rows = []
    for characters in lengths:
        row: Result = {"characters": characters}
        for shape in ("lines", "line"):
            tries = [measured("curve", shape, characters) for _ in range(3 if characters <= 1_000_000 else 2)]
            row[shape] = min(tries, key=lambda told: told["seconds"])
        rows.append(row)
        cells = (
            f"{told['seconds']:>10.2f}{1e6 * told['seconds'] / characters:>12.2f}{told['megabytes']:>10.0f}"
            for told in (row["lines"], row["line"])
        )
        print(f"{characters:>12,}" + "".join(cells), flush=True)
    first, last = rows[min(1, len(rows) - 1)], rows[-1]
    growth = {
        shape: (last[shape]["seconds"] / last["characters"]) / (first[shape]["seconds"] / first["characters"])
        for shape in ("lines", "line")
    }
    told = f"time per character at {last['characters']:,} against {first['characters']:,} (1 is linear)"
    print(f"{told}: {growth['lines']:.2f} as many lines, {growth['line']:.2f} as one")
    return {"rows": rows, "growth": growth, "kept": True}


def _seconds(command: list[str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - started


PARTS: dict[str, Callable[[], Result]] = {"beside": beside, "start": start, "workers": workers, "curve": curve}


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", action="append", choices=PARTS, help="one part; may be given several times")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the results here, too")
    given = parser.parse_args(arguments)
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    print(
        f"Python {platform.python_version()}, {platform.system()} {platform.machine()}, {os.cpu_count()} cores{load}\n"
    )
    results = {}
    for name in given.only or PARTS:
        results[name] = PARTS[name]()
        print(flush=True)
    if given.json:
        machine = {"python": platform.python_version(), "system": platform.system(), "cores": os.cpu_count()}
        given.json.write_text(json.dumps({"machine": machine, **results}, indent=1) + "\n", "utf-8")
    broken = [name for name, result in results.items() if not result["kept"]]
    print("broken: " + ", ".join(broken) if broken else "every promise is kept")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
