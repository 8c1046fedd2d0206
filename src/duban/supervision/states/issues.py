"""The states of an issue: found, worked off, confirmed by whoever raised it, closed."""

from __future__ import annotations

from django.db import models

from duban.plans.states import Transition


class IssueState(models.TextChoices):
    """An issue in its loop (问题闭环)."""

    FOUND = "found", "待交办"
    ASSIGNED = "assigned", "办理中"
    COORDINATING = "coordinating", "协调中"
    RESOLVED = "resolved", "待确认"
    CONFIRMED = "confirmed", "待销号"
    CLOSED = "closed", "已闭环"
    DISMISSED = "dismissed", "不予受理"


_I = IssueState
#: The states in which nothing is left to do.
ENDED = (_I.CLOSED, _I.DISMISSED)
_AT_WORK = (_I.ASSIGNED, _I.COORDINATING)
_RUN, _ANSWER = "supervision.run", "supervision.answer"

TRANSITIONS: dict[str, dict[str, Transition]] = {
    "issue": {
        "assign": Transition("交办", (_I.FOUND, *_AT_WORK), _I.ASSIGNED, _RUN, "责任单位、下一步、期限"),
        "dismiss": Transition("不予受理", (_I.FOUND,), _I.DISMISSED, _RUN, "理由"),
        "ask_help": Transition("提请协调", (_I.ASSIGNED,), _I.COORDINATING, _ANSWER, "要协调什么"),
        "coordinate": Transition("牵头协调", (_I.FOUND, *_AT_WORK), _I.COORDINATING, _RUN, "下一步、期限"),
        "whistle": Transition("吹哨", (_I.FOUND, *_AT_WORK), _I.COORDINATING, _ANSWER, "叫哪些部门、时限"),
        "resolve": Transition("报告已解决", _AT_WORK, _I.RESOLVED, _ANSWER, "怎样解决的"),
        "confirm": Transition("确认解决", (_I.RESOLVED,), _I.CONFIRMED, _ANSWER, "提出问题的单位"),
        "confirm_for": Transition("代为确认", (_I.RESOLVED,), _I.CONFIRMED, _RUN, "督查室、督查、群众提出的"),
        "refuse": Transition("未解决", (_I.RESOLVED,), _I.ASSIGNED, _ANSWER, "理由；提出问题的单位"),
        "refuse_for": Transition("代为退回", (_I.RESOLVED,), _I.ASSIGNED, _RUN, "理由；督查室、督查、群众提出的"),
        "close": Transition("销号", (_I.CONFIRMED,), _I.CLOSED, _RUN),
        "reopen": Transition("重开", (_I.CONFIRMED, _I.CLOSED), _I.ASSIGNED, _RUN, "理由、下一步、期限"),
    },
}

CHOICES: dict[str, type[models.TextChoices]] = {"issue": IssueState}
NAMES: dict[str, str] = {"issue": "问题"}
