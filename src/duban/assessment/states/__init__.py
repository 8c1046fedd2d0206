"""The states of rankings and of what is decided on them; the form is that of :mod:`duban.plans.states`."""

from __future__ import annotations

from django.db import models

from duban.assessment.states import decisions, rankings
from duban.plans.states import Transition, WrongState

#: name of the machine → steps by name
TRANSITIONS: dict[str, dict[str, Transition]] = {**rankings.TRANSITIONS, **decisions.TRANSITIONS}
CHOICES: dict[str, type[models.TextChoices]] = {**rankings.CHOICES, **decisions.CHOICES}
#: What each machine is called.
NAMES: dict[str, str] = {**rankings.NAMES, **decisions.NAMES}


def check(machine: str, step: str, state: str, *, thing: str) -> str:
    """Return the state that `step` leads to from `state`. Raises `WrongState` where it does not lead on from there."""
    transition = TRANSITIONS[machine][step]
    if state not in transition.sources:
        raise WrongState(thing, str(CHOICES[machine](state).label), transition.name)
    return transition.target
