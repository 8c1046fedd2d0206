"""The states of a call by whistle: a department is called, turns up, is rated."""

from __future__ import annotations

from django.db import models

from duban.plans.states import Transition


class CallState(models.TextChoices):
    """A department called by a whistle (吹哨报到)."""

    CALLED = "called", "待报到"
    ANSWERED = "answered", "已报到"
    RATED = "rated", "已评价"
    CANCELLED = "cancelled", "已撤回"


_C = CallState

TRANSITIONS: dict[str, dict[str, Transition]] = {
    "call": {
        "answer": Transition("报到", (_C.CALLED,), _C.ANSWERED, "supervision.answer", "谁来、办了什么；被叫的部门"),
        "rate": Transition("评价", (_C.ANSWERED,), _C.RATED, "supervision.answer", "一至五星；吹哨的单位"),
        "call_again": Transition(
            "再次吹哨", (_C.ANSWERED,), _C.CALLED, "supervision.answer", "哪里没有办成；吹哨的单位"
        ),
        "cancel": Transition("撤回", (_C.CALLED,), _C.CANCELLED, "supervision.answer", "吹哨的单位"),
    },
}

CHOICES: dict[str, type[models.TextChoices]] = {"call": CallState}
NAMES: dict[str, str] = {"call": "吹哨报到"}
