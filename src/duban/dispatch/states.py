"""The states of rounds and reports, and how one leads to the next; the form is that of :mod:`duban.plans.states`."""

from __future__ import annotations

from django.db import models

from duban.plans.states import Transition


class RoundState(models.TextChoices):
    """A round from its plan to its end."""

    PLANNED = "planned", "未开始"
    OPEN = "open", "填报中"
    CLOSED = "closed", "已截止"


class ReportState(models.TextChoices):
    """A unit's report on one task in one round."""

    OPEN = "open", "待填报"
    AWAITING_SIGN_OFF = "awaiting_sign_off", "待审签"
    AWAITING_VERIFICATION = "awaiting_verification", "待核验"
    RETURNED = "returned", "已退回"
    VERIFIED = "verified", "已核验"
    VOID = "void", "作废"


_R, _S = RoundState, ReportState

#: name of the machine → steps by name
TRANSITIONS: dict[str, dict[str, Transition]] = {
    "round": {
        "open": Transition("开始", (_R.PLANNED,), _R.OPEN, "dispatch.run_rounds", "台账已印发"),
        "close": Transition("截止", (_R.OPEN,), _R.CLOSED, "dispatch.run_rounds"),
        "reopen": Transition("重新开放", (_R.CLOSED,), _R.OPEN, "dispatch.run_rounds", "理由、新的截止时间"),
    },
    "report": {
        "submit": Transition("提交审签", (_S.OPEN, _S.RETURNED), _S.AWAITING_SIGN_OFF, "dispatch.report"),
        "recall": Transition("撤回", (_S.AWAITING_SIGN_OFF,), _S.OPEN, "dispatch.report"),
        "send_back": Transition("退回联络员", (_S.AWAITING_SIGN_OFF,), _S.OPEN, "dispatch.sign_off", "意见"),
        "sign_off": Transition("审签", (_S.AWAITING_SIGN_OFF,), _S.AWAITING_VERIFICATION, "dispatch.sign_off"),
        "accept": Transition("通过", (_S.AWAITING_VERIFICATION,), _S.VERIFIED, "dispatch.verify"),
        "correct": Transition(
            "更正后通过", (_S.AWAITING_VERIFICATION, _S.VERIFIED), _S.VERIFIED, "dispatch.verify", "更正的内容和理由"
        ),
        "contradict": Transition(
            "督查不符", (_S.AWAITING_VERIFICATION, _S.VERIFIED), _S.VERIFIED, "dispatch.verify", "实地查到的数和出处"
        ),
        "return": Transition("退回", (_S.AWAITING_VERIFICATION, _S.VERIFIED), _S.RETURNED, "dispatch.verify", "理由"),
        "void": Transition(
            "作废",
            (_S.OPEN, _S.AWAITING_SIGN_OFF, _S.AWAITING_VERIFICATION, _S.RETURNED),
            _S.VOID,
            "dispatch.run_rounds",
            "任务已调出",
        ),
    },
}

CHOICES: dict[str, type[models.TextChoices]] = {"round": RoundState, "report": ReportState}
#: What each machine is called; it begins in the first of its states.
NAMES = {"round": "轮次", "report": "填报"}
