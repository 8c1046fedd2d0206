"""The states of a matter."""

from __future__ import annotations

from django.db import models

from duban.plans.states import Transition


class MatterState(models.TextChoices):
    """A matter from the paper that asks for it to its end."""

    REGISTERED = "registered", "待立项"
    REJECTED = "rejected", "不予立项"
    APPROVED = "approved", "待交办"
    IN_PROGRESS = "in_progress", "办理中"
    ANSWERED = "answered", "待审核"
    DONE = "done", "已办结"
    CANCELLED = "cancelled", "已撤销"


class StepState(models.TextChoices):
    """A step of a matter's clock."""

    WAITING = "waiting", "等前一步"
    RUNNING = "running", "计时中"
    DONE = "done", "已办"
    VOID = "void", "不再办"


class ExtensionState(models.TextChoices):
    """A request for more time."""

    ASKED = "asked", "待审批"
    GRANTED = "granted", "同意"
    REFUSED = "refused", "不同意"


_M, _S, _E = MatterState, StepState, ExtensionState

TRANSITIONS: dict[str, dict[str, Transition]] = {
    "matter": {
        "approve": Transition(
            "立项", (_M.REGISTERED,), _M.APPROVED, "supervision.approve", "谁批准、依据（条例第十一条）"
        ),
        "reject": Transition("不予立项", (_M.REGISTERED,), _M.REJECTED, "supervision.approve", "理由"),
        "assign": Transition("交办", (_M.APPROVED,), _M.IN_PROGRESS, "supervision.run", "承办单位、时限办法"),
        "turn_down": Transition("退回改办", (_M.IN_PROGRESS,), _M.APPROVED, "supervision.answer", "理由，在退回时限内"),
        "answer": Transition("答复", (_M.IN_PROGRESS,), _M.ANSWERED, "supervision.answer", "办理情况"),
        "return": Transition("退回重办", (_M.ANSWERED, _M.DONE), _M.IN_PROGRESS, "supervision.run", "理由"),
        "finish": Transition("办结", (_M.ANSWERED,), _M.DONE, "supervision.run"),
        "cancel": Transition(
            "撤销",
            (_M.REGISTERED, _M.APPROVED, _M.IN_PROGRESS, _M.ANSWERED),
            _M.CANCELLED,
            "supervision.approve",
            "理由",
        ),
    },
    "matter_step": {
        "start": Transition("起算", (_S.WAITING,), _S.RUNNING, "supervision.run", "前一步办完"),
        "do": Transition("办完", (_S.RUNNING,), _S.DONE, "supervision.answer", "情况"),
        "drop": Transition("不再办", (_S.WAITING, _S.RUNNING), _S.VOID, "supervision.run", "事项办结、退回、改办"),
    },
    "matter_extension": {
        "grant": Transition("同意延期", (_E.ASKED,), _E.GRANTED, "supervision.run", "办法指定的批准人"),
        "refuse": Transition("不同意延期", (_E.ASKED,), _E.REFUSED, "supervision.run", "意见"),
    },
}

CHOICES: dict[str, type[models.TextChoices]] = {
    "matter": MatterState,
    "matter_step": StepState,
    "matter_extension": ExtensionState,
}

#: What each machine is called; it begins in the first of its states.
NAMES = {"matter": "督查事项", "matter_step": "督查事项的步骤", "matter_extension": "督查事项的延期"}
