"""The states of a case conference."""

from __future__ import annotations

from django.db import models

from duban.plans.states import Transition


class ConferenceState(models.TextChoices):
    """A case conference (专班会商)."""

    PLANNED = "planned", "待召开"
    HELD = "held", "已召开"
    CANCELLED = "cancelled", "已取消"


_C = ConferenceState

TRANSITIONS: dict[str, dict[str, Transition]] = {
    "conference": {
        "hold": Transition("记纪要", (_C.PLANNED,), _C.HELD, "supervision.run", "纪要；每个议题的结论"),
        "cancel": Transition("取消", (_C.PLANNED,), _C.CANCELLED, "supervision.run", "理由"),
    },
}

CHOICES: dict[str, type[models.TextChoices]] = {"conference": ConferenceState}
NAMES: dict[str, str] = {"conference": "专班会商"}
