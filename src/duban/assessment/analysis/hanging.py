"""Where several tasks hang on one thing: one project or one plot of land that more than one task names."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping

#: A plot by its number, with the place it lies in where that stands before it: 临港片区A3-2地块, 7号地块.
_PLOT = re.compile(r"(?:[\u4e00-\u9fff]{2}(?:片区|新区|园区|[村路街]))?[A-Za-z]?\d[\dA-Za-z]*(?:[-－—]\d+)*号?地块")


def plots(text: str) -> set[str]:
    """Return the plots of land that a text names by number."""
    return set(_PLOT.findall(text))


def shared(named: Iterable[tuple[str, int]]) -> Mapping[str, list[int]]:
    """Return the names that more than one task gives, with the tasks in their order; `named` are names and tasks."""
    found: dict[str, dict[int, None]] = defaultdict(dict)
    for name, task in named:
        found[name][task] = None
    kept = {name: list(tasks) for name, tasks in found.items() if len(tasks) > 1}
    return dict(sorted(kept.items(), key=lambda item: (-len(item[1]), item[0])))
