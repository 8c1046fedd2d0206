"""The states of a close-out."""

from __future__ import annotations

from django.db import models

from duban.plans.states import Transition


class CloseOutState(models.TextChoices):
    """A unit's word that a task is done, on its way to the number that leaves the ledger (对账销号)."""

    REQUESTED = "requested", "待核验"
    ON_SITE = "on_site", "待现场核查"
    ACCEPTED = "accepted", "已销号"
    RETURNED = "returned", "已退回"
    TAKEN_BACK = "taken_back", "已撤回"
    REOPENED = "reopened", "已恢复"


_C = CloseOutState
WAITING = (_C.REQUESTED, _C.ON_SITE)

TRANSITIONS: dict[str, dict[str, Transition]] = {
    "close_out": {
        "take_back": Transition("撤回", (_C.REQUESTED,), _C.TAKEN_BACK, "supervision.answer"),
        "sample": Transition("抽中现场核查", (_C.REQUESTED,), _C.ON_SITE, "supervision.run", "核查期限"),
        "accept": Transition(
            "销号", WAITING, _C.ACCEPTED, "supervision.run", "抽中的有现场核查情况；自动对账有未了的要说明"
        ),
        "return": Transition("退回", WAITING, _C.RETURNED, "supervision.run", "理由"),
        "reopen": Transition("恢复", (_C.ACCEPTED,), _C.REOPENED, "supervision.run", "查实未完成的情况"),
    },
}

CHOICES: dict[str, type[models.TextChoices]] = {"close_out": CloseOutState}
NAMES: dict[str, str] = {"close_out": "销号申请"}
