"""The states of an inspection, its findings, a review and a proposal."""

from __future__ import annotations

from django.db import models

from duban.plans.states import Transition


class InspectionState(models.TextChoices):
    """An inspection from its plan to its end."""

    DRAFT = "draft_plan", "拟方案"
    APPROVED = "plan_approved", "待进点"
    ON_SITE = "inspecting", "实地督查"
    CONCLUDING = "concluding", "起草结论"
    FED_BACK = "fed_back", "整改中"
    CLOSED = "inspection_closed", "已办结"
    CANCELLED = "cancelled", "已取消"


class PartState(models.TextChoices):
    """What a conclusion says of one unit, on its way there."""

    LISTED = "listed", "待反馈"
    FED_BACK = "awaiting_receipt", "待签收"
    RECEIVED = "received", "已签收"


class FindingState(models.TextChoices):
    """A finding from the spot to its end."""

    RECORDED = "recorded", "待反馈"
    DROPPED = "dropped", "不予认定"
    DEMANDED = "demanded", "整改中"
    RECTIFIED = "rectified", "待验收"
    VERIFIED = "rectification_verified", "已销号"
    REVOKED = "revoked", "复核撤销"


class ReviewState(models.TextChoices):
    """A unit's request that its part of a conclusion be looked at again (article 17)."""

    REQUESTED = "review_requested", "复核中"
    WITHDRAWN = "review_withdrawn", "已撤回"
    DECIDED = "review_decided", "已决定"


class ProposalState(models.TextChoices):
    """A proposal to commend or to hold to account; it takes effect only by approval (articles 19 to 21)."""

    PROPOSED = "proposed", "待批准"
    APPROVED = "proposal_approved", "已批准"
    REJECTED = "proposal_rejected", "未批准"


_I, _P, _F, _R, _S = InspectionState, PartState, FindingState, ReviewState, ProposalState

TRANSITIONS: dict[str, dict[str, Transition]] = {
    "inspection": {
        "approve": Transition(
            "批准方案", (_I.DRAFT,), _I.APPROVED, "supervision.approve", "谁批准、依据；组长；重复、超频次的写明理由"
        ),
        "begin": Transition("进点", (_I.APPROVED,), _I.ON_SITE, "supervision.run", "至少一处走访和一项核查内容"),
        "finish": Transition("结束实地督查", (_I.ON_SITE,), _I.CONCLUDING, "supervision.run"),
        "feed_back": Transition("反馈完毕", (_I.CONCLUDING,), _I.FED_BACK, "supervision.run", "每个单位都已反馈"),
        "close": Transition(
            "办结", (_I.FED_BACK,), _I.CLOSED, "supervision.run", "都已签收，复核都已决定，问题都已销号"
        ),
        "cancel": Transition("取消", (_I.DRAFT, _I.APPROVED, _I.ON_SITE), _I.CANCELLED, "supervision.approve", "理由"),
    },
    "inspected_unit": {
        "feed_back": Transition("反馈", (_P.LISTED,), _P.FED_BACK, "supervision.run", "结论；每个问题的整改要求和期限"),
        "receive": Transition("签收", (_P.FED_BACK,), _P.RECEIVED, "supervision.answer"),
    },
    "finding": {
        "drop": Transition("不予认定", (_F.RECORDED,), _F.DROPPED, "supervision.run", "理由"),
        "demand": Transition("反馈", (_F.RECORDED,), _F.DEMANDED, "supervision.run", "整改要求和期限"),
        "rectify": Transition("报整改结果", (_F.DEMANDED,), _F.RECTIFIED, "supervision.answer", "整改情况"),
        "return": Transition("退回整改", (_F.RECTIFIED, _F.VERIFIED), _F.DEMANDED, "supervision.run", "理由、新的期限"),
        "verify": Transition("验收销号", (_F.RECTIFIED,), _F.VERIFIED, "supervision.run", "怎样核实的"),
        "revoke": Transition(
            "复核撤销", (_F.DEMANDED, _F.RECTIFIED), _F.REVOKED, "supervision.decide_review", "复核决定"
        ),
    },
    "review": {
        "withdraw": Transition("撤回", (_R.REQUESTED,), _R.WITHDRAWN, "supervision.answer"),
        "decide": Transition(
            "作出决定", (_R.REQUESTED,), _R.DECIDED, "supervision.decide_review", "没有参与过这份结论"
        ),
    },
    "proposal": {
        "approve": Transition("批准", (_S.PROPOSED,), _S.APPROVED, "supervision.approve", "有权机关、谁批准、依据"),
        "reject": Transition("不批准", (_S.PROPOSED,), _S.REJECTED, "supervision.approve", "理由"),
    },
}

CHOICES: dict[str, type[models.TextChoices]] = {
    "inspection": InspectionState,
    "inspected_unit": PartState,
    "finding": FindingState,
    "review": ReviewState,
    "proposal": ProposalState,
}

NAMES: dict[str, str] = {
    "inspection": "督查",
    "inspected_unit": "对一个单位的督查结论",
    "finding": "督查发现的问题",
    "review": "复核",
    "proposal": "表扬、问责等建议",
}
