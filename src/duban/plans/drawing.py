"""Draws docs/states.md from the states and steps that each app declares in its ``states.py``.

``make docs`` writes the page; a test keeps it current.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import models

from duban.organisations.roles import MAY
from duban.plans.states import Transition


def declared() -> Iterator[Any]:
    """Yield the ``states`` module of each app that has one, in the order of the year.

    Later apps are found, not imported: what stands below may not name what stands above.
    """
    for app in settings.INSTALLED_APPS:
        if app.startswith("duban.") and find_spec(f"{app}.states"):
            yield import_module(f"{app}.states")


def render() -> str:
    """Return the page of all states and steps, in Markdown with mermaid drawings."""
    lines = [
        "# 状态和步骤",
        "",
        "<!-- 由 make docs 从各部分的 states.py 生成，请勿手改 -->",
        "",
    ]
    machines = [(of, machine) for of in declared() for machine in of.TRANSITIONS]
    names = "、".join(of.NAMES[machine] for of, machine in machines)
    lines.append(f"{names}各有几种状态。从一种到另一种只有下面这些步骤；不在图上的，系统不办，并说明现在是什么状态。")
    for of, machine in machines:
        states, steps = of.CHOICES[machine], of.TRANSITIONS[machine]
        lines += ["", f"## {of.NAMES[machine]}", "", *_drawing(states, steps)]
        lines += ["", "| 步骤 | 从 | 到 | 谁能办 | 条件 |", "|---|---|---|---|---|"]
        lines += [_row(states, step) for step in steps.values()]
    return "\n".join(lines) + "\n"


def _drawing(states: type[models.TextChoices], steps: dict[str, Transition]) -> list[str]:
    drawn = ["```mermaid", "stateDiagram-v2"]
    drawn += [f'    state "{label}" as {value}' for value, label in states.choices]
    drawn.append(f"    [*] --> {states.values[0]}")
    for step in steps.values():
        drawn += [f"    {source} --> {step.target}: {step.name}" for source in step.sources]
    ends = [value for value in states.values if not any(value in step.sources for step in steps.values())]
    drawn += [f"    {value} --> [*]" for value in ends]
    return [*drawn, "```"]


def _row(states: type[models.TextChoices], step: Transition) -> str:
    sources = "、".join(str(states(source).label) for source in step.sources)
    roles = "、".join(str(role.label) for role in MAY[step.permission])
    return f"| {step.name} | {sources} | {states(step.target).label} | {roles} | {step.needs} |"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(render(), "utf-8")
