"""Orders as lights see them: later apps, which send them, enter here how a task's are found."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping

from duban.dispatch.schemes.lights.facts import Demand

#: Returns the demands on tasks by the task's number, in a bounded number of statements.
Source = Callable[[Iterable[int]], Mapping[int, Iterable[Demand]]]

#: What has been entered, by name.
SOURCES: dict[str, Source] = {}


def add_demands(name: str, source: Source) -> None:
    """Enter how demands are found, such as ``supervision.orders``; entered again it is replaced."""
    SOURCES[name] = source


def demands_on(tasks: Iterable[int]) -> dict[int, tuple[Demand, ...]]:
    """Return the demands on tasks by the task's number."""
    numbers = list(tasks)
    found: dict[int, list[Demand]] = defaultdict(list)
    for source in SOURCES.values():
        for task, demands in source(numbers).items():
            found[task] += demands
    return {task: tuple(demands) for task, demands in found.items()}
