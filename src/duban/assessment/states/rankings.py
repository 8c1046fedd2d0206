"""The states of a ranking: computed, shown to the units, approved, published, superseded by a corrected version."""

from __future__ import annotations

from django.db import models

from duban.plans.states import Transition


class RankingState(models.TextChoices):
    """One version of a month's ranking (大排名)."""

    COMPUTED = "ranking_computed", "拟稿"
    SHOWN = "ranking_shown", "征求意见"
    APPROVED = "ranking_approved", "待公布"
    PUBLISHED = "ranking_published", "已公布"
    SUPERSEDED = "ranking_superseded", "已更正"


_R = RankingState
#: What is still being worked on; a month has one of them at most.
OPEN = (_R.COMPUTED, _R.SHOWN, _R.APPROVED)
#: What never changes again.
FROZEN = (_R.PUBLISHED, _R.SUPERSEDED)
#: What units may object to.
OBJECTABLE = (_R.SHOWN,)
_RUN, _APPROVE = "assessment.run", "assessment.approve"

TRANSITIONS: dict[str, dict[str, Transition]] = {
    "ranking": {
        "recompute": Transition("重新计算", (_R.COMPUTED,), _R.COMPUTED, _RUN, "改正事实以后；得分只随事实变"),
        "recompute_shown": Transition("重新计算", (_R.SHOWN,), _R.SHOWN, _RUN, "异议成立、事实改正以后"),
        "show": Transition("征求意见", (_R.COMPUTED,), _R.SHOWN, _RUN, "截止日期；各单位看不看得到名次"),
        "withdraw": Transition("撤回", (_R.SHOWN, _R.APPROVED), _R.COMPUTED, _RUN, "理由"),
        "approve": Transition(
            "批准",
            (_R.SHOWN,),
            _R.APPROVED,
            _APPROVE,
            "征求意见到期（提前的写明理由），异议都已答复；不是算这份排名的人，本级没有别人的除外",
        ),
        "publish": Transition("公布", (_R.APPROVED,), _R.PUBLISHED, _RUN, "表扬、批评都已决定；从此不变"),
        "supersede": Transition("更正", (_R.PUBLISHED,), _R.SUPERSEDED, _RUN, "更正的版次公布；原来的版次照旧可看"),
    },
}

CHOICES: dict[str, type[models.TextChoices]] = {"ranking": RankingState}
NAMES: dict[str, str] = {"ranking": "排名"}
