"""The states of papers, ledgers, tasks and amendments, and how one leads to the next.

The transitions are data: actions ask :func:`check`, docs/states.md is drawn from them (``make docs``).
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models

from duban.audit.refusals import Refusal


class PaperState(models.TextChoices):
    """A paper on its way into the ledger."""

    QUEUED = "queued", "排队"
    READING = "reading", "正在读"
    QUESTION = "question", "待确认"
    CHECKING = "checking", "待核对"
    CHECKED = "checked", "已核对"
    ISSUED = "issued", "已印发"
    FAILED = "failed", "读不出"
    WITHDRAWN = "withdrawn", "已撤回"


class LedgerState(models.TextChoices):
    """A ledger in its year."""

    DRAFT = "draft", "编制中"
    ISSUED = "issued", "已印发"
    CLOSED = "closed", "已归档"


class TaskState(models.TextChoices):
    """A task from the paper to its end."""

    DRAFT = "draft", "待核对"
    TO_BREAK_DOWN = "to_break_down", "待分解"
    IN_PROGRESS = "in_progress", "进行中"
    CLOSE_OUT_REQUESTED = "close_out_requested", "申请销号"
    CLOSED_OUT = "closed_out", "已销号"
    WITHDRAWN = "withdrawn", "已调出"


class AmendmentKind(models.TextChoices):
    """What an amendment changes."""

    ADJUST_INDICATORS = "adjust_indicators", "调整指标"
    EXTEND = "extend", "延期"
    CHANGE_UNITS = "change_units", "变更单位"
    ADD = "add", "纳新"
    WITHDRAW = "withdraw", "调出"
    MERGE = "merge", "合并"


class AmendmentState(models.TextChoices):
    """An amendment from request to effect."""

    REQUESTED = "requested", "待审批"
    APPROVED = "approved", "已批准，待生效"
    EFFECTIVE = "effective", "已生效"
    REJECTED = "rejected", "不同意"
    CANCELLED = "cancelled", "已撤回"


@dataclass(frozen=True)
class Transition:
    """One step: its name in Chinese, from which states, to which, the permission it takes, what it needs."""

    name: str
    sources: tuple[str, ...]
    target: str
    permission: str
    needs: str = ""


class WrongState(Refusal):
    """The thing is in a state from which this step does not lead."""

    def __init__(self, thing: str, state: str, step: str) -> None:
        super().__init__(f"{thing}现在是“{state}”，不能{step}。请刷新页面，按当前状态办理。")


_P, _L, _T, _A = PaperState, LedgerState, TaskState, AmendmentState

#: name of the machine → steps by name
TRANSITIONS: dict[str, dict[str, Transition]] = {
    "paper": {
        "read": Transition("开始读", (_P.QUEUED, _P.READING, _P.FAILED), _P.READING, "plans.upload"),
        "ask": Transition("提出疑问", (_P.READING,), _P.QUESTION, "plans.upload", "年份或地区与本台账不符"),
        "ready": Transition("读完", (_P.READING, _P.QUESTION), _P.CHECKING, "plans.upload"),
        "fail": Transition("读不出", (_P.READING,), _P.FAILED, "plans.upload"),
        "finish": Transition(
            "核对完成", (_P.CHECKING,), _P.CHECKED, "plans.check", "任务都核过、单位都认定、提示都处理"
        ),
        "reopen": Transition("继续核对", (_P.CHECKED,), _P.CHECKING, "plans.check"),
        "issue": Transition("印发", (_P.CHECKED,), _P.ISSUED, "plans.issue"),
        "withdraw": Transition(
            "撤回", (_P.QUEUED, _P.QUESTION, _P.CHECKING, _P.CHECKED, _P.FAILED), _P.WITHDRAWN, "plans.upload"
        ),
    },
    "ledger": {
        "issue": Transition("印发", (_L.DRAFT,), _L.ISSUED, "plans.issue", "来文都核对完成"),
        "close": Transition("年度归档", (_L.ISSUED,), _L.CLOSED, "plans.close_year"),
    },
    "task": {
        "issue": Transition("印发", (_T.DRAFT,), _T.TO_BREAK_DOWN, "plans.issue"),
        "break_down": Transition("分解", (_T.TO_BREAK_DOWN,), _T.IN_PROGRESS, "plans.break_down", "至少一条举措或节点"),
        # What is small enough was done without a break-down.
        "request_close_out": Transition(
            "申请销号",
            (_T.TO_BREAK_DOWN, _T.IN_PROGRESS),
            _T.CLOSE_OUT_REQUESTED,
            "plans.break_down",
            "每个指标和节点都有完成情况和佐证",
        ),
        "return_close_out": Transition("退回", (_T.CLOSE_OUT_REQUESTED,), _T.IN_PROGRESS, "plans.close_year", "理由"),
        "take_back_close_out": Transition("撤回申请", (_T.CLOSE_OUT_REQUESTED,), _T.IN_PROGRESS, "plans.break_down"),
        "close_out": Transition("销号", (_T.CLOSE_OUT_REQUESTED,), _T.CLOSED_OUT, "plans.close_year"),
        "reopen": Transition("恢复", (_T.CLOSED_OUT,), _T.IN_PROGRESS, "plans.close_year", "查实未完成"),
        "withdraw": Transition(
            "调出", (_T.TO_BREAK_DOWN, _T.IN_PROGRESS, _T.CLOSE_OUT_REQUESTED), _T.WITHDRAWN, "plans.approve_amendment"
        ),
    },
    "amendment": {
        "approve": Transition("批准", (_A.REQUESTED,), _A.APPROVED, "plans.approve_amendment", "审批人不是申请人"),
        "reject": Transition("不同意", (_A.REQUESTED,), _A.REJECTED, "plans.approve_amendment", "意见"),
        "cancel": Transition(
            "撤回", (_A.REQUESTED, _A.APPROVED), _A.CANCELLED, "plans.request_amendment", "还没有生效"
        ),
        "apply": Transition("生效", (_A.APPROVED,), _A.EFFECTIVE, "plans.approve_amendment", "到生效日期"),
    },
}

CHOICES: dict[str, type[models.TextChoices]] = {
    "paper": PaperState,
    "ledger": LedgerState,
    "task": TaskState,
    "amendment": AmendmentState,
}

#: What each machine is called; it begins in the first of its states.
NAMES = {"paper": "来文", "ledger": "台账", "task": "任务", "amendment": "调整"}


def check(machine: str, step: str, state: str, *, thing: str) -> str:
    """Return the state that `step` leads to from `state`. Raises `WrongState` where it does not lead on from there."""
    transition = TRANSITIONS[machine][step]
    if state not in transition.sources:
        raise WrongState(thing, CHOICES[machine](state).label, transition.name)
    return transition.target
