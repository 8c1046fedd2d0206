"""How far a reading agrees with an annotation: the counts that the golden tests hold floors on.

A paper's annotation has the form of a reader's list: tasks by title, head and tail, indicators by quote, name and
value. Text is compared without white space and with full-width forms folded.
"""

from __future__ import annotations

import difflib
import json
from collections import Counter
from pathlib import Path
from typing import Any

from duban.core.text import fold
from duban.core.types import Document, Indicator

PAPERS = Path(__file__).parent / "papers"


def bare(words: str | None) -> str:
    """Return words as they are compared."""
    return "".join(c for c in fold(words or "") if not c.isspace() and c not in "“”‘’\"'《》、,的.。·")


def annotated(name: str) -> tuple[str, dict[str, Any]]:
    """Return a paper's text and its annotation."""
    with (PAPERS / f"{name}.txt").open(encoding="utf-8", newline="") as file:
        return file.read(), json.loads((PAPERS / f"{name}.json").read_text("utf-8"))


def f1(hits: int, wanted: int, found: int) -> float:
    """Return the harmonic mean of precision and recall, 1 where nothing is wanted and nothing found."""
    return 2 * hits / (wanted + found) if wanted + found else 1.0


def tasks(document: Document, gold: dict[str, Any]) -> dict[str, float]:
    """Return F1 of tasks (title and both ends of the body), of units and of deadlines."""
    left = list(document.tasks)
    hits: Counter[str] = Counter()
    for want in gold["tasks"]:
        for task in left:
            body = bare(task.text)
            if (
                bare(task.title) == bare(want["title"])
                and body.startswith(bare(want["head"]))
                and body.endswith(bare(want["tail"]))
            ):
                left.remove(task)
                hits["tasks"] += 1
                units = Counter((bare(r.unit), r.role) for r in task.responsibilities)
                hits["units"] += (units & Counter((bare(u["name"]), u["role"]) for u in want["units"])).total()
                limits = Counter((bare(d.text), d.due and d.due.isoformat()) for d in task.deadlines)
                hits["deadlines"] += (limits & Counter((bare(d["quote"]), d["due"]) for d in want["deadlines"])).total()
                break
    return {
        "tasks": f1(hits["tasks"], len(gold["tasks"]), len(document.tasks)),
        "units": f1(
            hits["units"],
            sum(len(t["units"]) for t in gold["tasks"]),
            sum(len(t.responsibilities) for t in document.tasks),
        ),
        "deadlines": f1(
            hits["deadlines"],
            sum(len(t["deadlines"]) for t in gold["tasks"]),
            sum(len(t.deadlines) for t in document.tasks),
        ),
    }


def likeness(one: str, other: str) -> float:
    """Return from 0 to 1 how far two names say the same, whatever the order of their parts."""
    a, b = bare(one), bare(other)
    if not a or not b:
        return 0.0
    shared = (Counter(a) & Counter(b)).total()
    return max(difflib.SequenceMatcher(None, a, b, autojunk=False).ratio(), 2 * shared / (len(a) + len(b)))


def indicators(document: Document, gold: dict[str, Any]) -> dict[str, float]:
    """Return F1 of indicators by value, unit and words, and of those that agree in name and kind as well."""
    left = list(document.indicators)
    counted = strict = 0
    for want in gold["indicators"]:
        fitting = [
            i for i in left if i.value == want["value"] and bare(i.unit) == bare(want["unit"]) and _touch(i, want)
        ]
        if not fitting:
            continue
        best = max(fitting, key=lambda i: likeness(i.name, want["name"]))
        left.remove(best)
        counted += 1
        strict += (
            likeness(best.name, want["name"]) >= 0.8
            and (best.comparator, best.measure, best.status) == (want["comparator"], want["measure"], want["status"])
            and best.value_high == want["value_high"]
        )
    wanted, found = len(gold["indicators"]), len(document.indicators)
    return {"indicators": f1(counted, wanted, found), "strict": f1(strict, wanted, found)}


def _touch(indicator: Indicator, want: dict[str, Any]) -> bool:
    own, quote = bare(indicator.text), bare(want["quote"])
    return own in quote or quote in own or likeness(own, quote) > 0.5


def projects(document: Document, gold: dict[str, Any]) -> float:
    """Return F1 of projects by amount, unit and name."""
    left = list(document.projects)
    hits = 0
    for want in gold["projects"]:
        for project in left:
            same = (project.value, project.unit) == (want["value"], want["unit"])
            if same and likeness(project.name, want["name"]) >= 0.8:
                left.remove(project)
                hits += 1
                break
    return f1(hits, len(gold["projects"]), len(document.projects))
