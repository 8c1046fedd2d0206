"""The states and steps: declared once, drawn into the manual."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from duban.organisations.roles import MAY
from duban.plans.drawing import declared, render
from duban.plans.states import WrongState, check

MACHINES = [pytest.param(of, name, id=name) for of in declared() for name in of.TRANSITIONS]


def test_the_page_is_current() -> None:
    page = Path(__file__).parents[2] / "docs/states.md"
    assert page.read_text("utf-8") == render(), "请运行 make docs"


@pytest.mark.parametrize(("of", "machine"), MACHINES)
def test_steps_join_known_states_and_every_state_is_reached(of: Any, machine: str) -> None:
    steps, states = of.TRANSITIONS[machine].values(), of.CHOICES[machine].values
    reached = {states[0]}
    for _ in states:
        reached |= {step.target for step in steps if reached & set(step.sources)}
    assert reached == set(states)
    assert all(step.permission in MAY for step in steps)


def test_a_step_that_is_not_declared_is_refused_with_the_state() -> None:
    assert check("task", "issue", "draft", thing="任务") == "to_break_down"
    with pytest.raises(WrongState, match="“甲”现在是“已销号”，不能调出"):
        check("task", "withdraw", "closed_out", thing="“甲”")
