"""The states of what supervision follows, and how one leads to the next; the form is that of :mod:`duban.plans.states`.

Each kind of thing has a module of its own; here they come together for the drawing in docs/states.md and for tests.
"""

from __future__ import annotations

from django.db import models

from duban.plans.states import Transition, WrongState
from duban.supervision.states import close_outs, conferences, inspections, issues, matters, orders, whistles

#: name of the machine → steps by name
TRANSITIONS: dict[str, dict[str, Transition]] = {
    **matters.TRANSITIONS,
    **orders.TRANSITIONS,
    **issues.TRANSITIONS,
    **whistles.TRANSITIONS,
    **conferences.TRANSITIONS,
    **close_outs.TRANSITIONS,
    **inspections.TRANSITIONS,
}
CHOICES: dict[str, type[models.TextChoices]] = {
    **matters.CHOICES,
    **orders.CHOICES,
    **issues.CHOICES,
    **whistles.CHOICES,
    **conferences.CHOICES,
    **close_outs.CHOICES,
    **inspections.CHOICES,
}
#: What each machine is called.
NAMES: dict[str, str] = {
    **matters.NAMES,
    **orders.NAMES,
    **issues.NAMES,
    **whistles.NAMES,
    **conferences.NAMES,
    **close_outs.NAMES,
    **inspections.NAMES,
}


def check(machine: str, step: str, state: str, *, thing: str) -> str:
    """Return the state that `step` leads to from `state`. Raises `WrongState` where it does not lead on from there."""
    transition = TRANSITIONS[machine][step]
    if state not in transition.sources:
        raise WrongState(thing, str(CHOICES[machine](state).label), transition.name)
    return transition.target
