"""The states of what is decided on a ranking: objections, who is commended and criticised, what is forgiven."""

from __future__ import annotations

from django.db import models

from duban.plans.states import Transition


class ObjectionState(models.TextChoices):
    """A unit's objection to its score (异议)."""

    RAISED = "objection_raised", "待答复"
    UPHELD = "objection_upheld", "采纳"
    REFUSED = "objection_refused", "不采纳"
    WITHDRAWN = "objection_withdrawn", "已撤回"


class DistinctionState(models.TextChoices):
    """Who is commended or criticised: proposed by the scheme's rule, then decided."""

    PROPOSED = "distinction_proposed", "待决定"
    CONFIRMED = "distinction_confirmed", "决定"
    DROPPED = "distinction_dropped", "不予"


class ForgivenessState(models.TextChoices):
    """A fact that does not count (容错): asked for, then decided by somebody else."""

    ASKED = "forgiveness_asked", "待批准"
    GRANTED = "forgiveness_granted", "同意容错"
    REFUSED = "forgiveness_refused", "不同意容错"
    REVOKED = "forgiveness_revoked", "已撤销"


class CommendationState(models.TextChoices):
    """A commendation or criticism from above, as entered."""

    ENTERED = "commendation_entered", "计分"
    REVOKED = "commendation_revoked", "已撤销"


_O, _D, _F, _C = ObjectionState, DistinctionState, ForgivenessState, CommendationState
_RUN, _APPROVE, _OBJECT = "assessment.run", "assessment.approve", "assessment.object"

TRANSITIONS: dict[str, dict[str, Transition]] = {
    "objection": {
        "uphold": Transition("采纳", (_O.RAISED,), _O.UPHELD, _RUN, "怎样改正事实；改正以后重新计算"),
        "refuse": Transition("不采纳", (_O.RAISED,), _O.REFUSED, _RUN, "理由"),
        "withdraw": Transition("撤回", (_O.RAISED,), _O.WITHDRAWN, _OBJECT),
    },
    "distinction": {
        "confirm": Transition("决定", (_D.PROPOSED, _D.DROPPED), _D.CONFIRMED, _RUN, "理由"),
        "drop": Transition("不予", (_D.PROPOSED, _D.CONFIRMED), _D.DROPPED, _RUN, "理由"),
    },
    "forgiveness": {
        "grant": Transition("同意", (_F.ASKED,), _F.GRANTED, _APPROVE, "不是申请的人"),
        "refuse": Transition("不同意", (_F.ASKED,), _F.REFUSED, _APPROVE, "理由"),
        "revoke": Transition("撤销", (_F.ASKED, _F.GRANTED), _F.REVOKED, _RUN, "理由"),
    },
    "commendation": {"revoke": Transition("撤销", (_C.ENTERED,), _C.REVOKED, _RUN, "理由")},
}

CHOICES: dict[str, type[models.TextChoices]] = {
    "objection": ObjectionState,
    "distinction": DistinctionState,
    "forgiveness": ForgivenessState,
    "commendation": CommendationState,
}
NAMES: dict[str, str] = {
    "objection": "排名的异议",
    "distinction": "排名的表扬、批评",
    "forgiveness": "容错",
    "commendation": "上级的表扬、批评",
}
