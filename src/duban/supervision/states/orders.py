"""The states of an order at one unit, of a request for more time, and of a talk."""

from __future__ import annotations

from django.db import models

from duban.plans.states import Transition


class OrderState(models.TextChoices):
    """An order (督办单) as it stands at one of its units."""

    ISSUED = "issued", "待签收"
    SIGNED = "signed", "办理中"
    ANSWERED = "answered", "待审核"
    RETURNED = "returned", "退回重办"
    ACCEPTED = "accepted", "办结"
    ESCALATED = "escalated", "已升级"
    WITHDRAWN = "withdrawn", "已撤回"


class ExtensionState(models.TextChoices):
    """A unit's request for more time."""

    ASKED = "asked", "待审批"
    APPROVED = "approved", "同意延期"
    REFUSED = "refused", "不同意延期"
    LAPSED = "lapsed", "不必再批"


class TalkState(models.TextChoices):
    """A talk (约谈) with those who answer for something."""

    PLANNED = "planned", "待约谈"
    HELD = "held", "已约谈"
    CANCELLED = "cancelled", "已取消"


_O, _E, _T = OrderState, ExtensionState, TalkState
#: What still has to be done, by whomever.
OPEN = (_O.ISSUED, _O.SIGNED, _O.ANSWERED, _O.RETURNED)
#: What the unit has to do.
AT_UNIT = (_O.ISSUED, _O.SIGNED, _O.RETURNED)

TRANSITIONS: dict[str, dict[str, Transition]] = {
    "order": {
        "sign": Transition("签收", (_O.ISSUED,), _O.SIGNED, "supervision.answer"),
        "answer": Transition("答复", (_O.SIGNED, _O.RETURNED), _O.ANSWERED, "supervision.answer", "办理情况、佐证"),
        "return": Transition("退回重办", (_O.ANSWERED,), _O.RETURNED, "supervision.run", "理由、重新答复的期限"),
        "accept": Transition("办结", (_O.ANSWERED,), _O.ACCEPTED, "supervision.run"),
        "escalate": Transition(
            "升级", (_O.ISSUED, _O.SIGNED, _O.RETURNED), _O.ESCALATED, "supervision.run", "已过期限，发高一级的督办单"
        ),
        "withdraw": Transition(
            "撤回", (_O.ISSUED, _O.SIGNED, _O.ANSWERED, _O.RETURNED), _O.WITHDRAWN, "supervision.run", "理由"
        ),
    },
    "extension": {
        "approve": Transition("同意延期", (_E.ASKED,), _E.APPROVED, "supervision.run", "延到哪天"),
        "refuse": Transition("不同意延期", (_E.ASKED,), _E.REFUSED, "supervision.run", "理由"),
        "lapse": Transition(
            "不必再批", (_E.ASKED,), _E.LAPSED, "supervision.answer", "督办单已经答复、撤回，或者延期被升级取代"
        ),
    },
    "talk": {
        "hold": Transition("记录约谈", (_T.PLANNED,), _T.HELD, "supervision.run", "谈话情况"),
        "cancel": Transition("取消", (_T.PLANNED,), _T.CANCELLED, "supervision.run", "理由"),
    },
}

CHOICES: dict[str, type[models.TextChoices]] = {"order": OrderState, "extension": ExtensionState, "talk": TalkState}
NAMES = {"order": "督办单（各单位）", "extension": "延期申请", "talk": "约谈"}
