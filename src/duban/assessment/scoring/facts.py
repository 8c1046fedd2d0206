"""What a scheme can count: one fact for each thing that a unit did, failed to do, or reached in a month.

Facts come from reports, orders, findings, issues, matters and decisions (`duban.assessment.gathering`); a scheme says
what each is worth. A fact knows the page that it came from, so that every point can be followed there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from types import MappingProxyType

#: The kinds of facts, with what each is called and what its `value` is ("" where a fact only happened: its value is 1).
KINDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        # Of a task, at the month's closing.
        "progress": ("任务进度", "实际进度与序时进度之比，1 为持平"),
        "target": ("到期指标", "到期指标完成的比例，1 为完成"),
        "done": ("任务办结", ""),
        "missed": ("任务逾期", ""),
        "early": ("提前办结", "提前的天数"),
        "over": ("超额完成", "超过目标的比例，0.1 为超过一成"),
        "light": ("亮灯", ""),
        "breakdown_missing": ("没有分解任务", ""),
        "stage_goals_missing": ("没有阶段目标", ""),
        # Of a report.
        "report_on_time": ("按时填报", ""),
        "report_late": ("迟报", ""),
        "report_omitted": ("漏报", ""),
        "report_returned": ("填报被退回", ""),
        "report_false": ("填报不实", ""),
        "report_quality": ("填报质量", "一次核验通过为 1，退回后通过为 0"),
        # Of orders, matters, proposals and whistles.
        "order_on_time": ("督办单按时办结", ""),
        "order_late": ("督办单逾期", ""),
        "order_returned": ("督办单答复被退回", ""),
        "matter_on_time": ("督查事项按时办结", ""),
        "matter_late": ("督查事项逾期", ""),
        "proposal_on_time": ("建议提案按时答复", ""),
        "proposal_late": ("建议提案逾期", ""),
        "proposal_satisfied": ("建议提案满意度", "满意为 1，基本满意为 0.5，不满意为 0"),
        "whistle_on_time": ("按时报到", ""),
        "whistle_late": ("没有按时报到", ""),
        "whistle_rating": ("吹哨方评价", "0 到 100"),
        # Of inspections and issues.
        "finding": ("督查发现问题", ""),
        "finding_rectified": ("按期整改", ""),
        "finding_overdue": ("整改逾期", ""),
        "issue_closed": ("问题闭环", ""),
        "issue_overdue": ("问题逾期", ""),
        # By decision, and by people.
        "commended": ("受到表扬", ""),
        "criticised": ("受到批评", ""),
        "serious": ("造成严重影响", ""),
        "veto": ("一票否决情形", ""),
        "rating": ("评分", "0 到 100"),
        "ballot": ("名次票", "名次，1 为第一"),
        # Of projects.
        "investment": ("年度投资完成率", "完成投资与年度计划之比"),
        "project_new": ("新开工项目", "年度计划投资，亿元"),
        "project_continued": ("续建项目", "年度计划投资，亿元"),
        "project_in_production": ("投产项目", ""),
        "project_in_use": ("竣工投用项目", ""),
        # Of the year: the scores of its months.
        "month": ("月度得分", "该月公布的得分"),
        # Figures that only the year knows, entered by the assessment office.
        "entered": ("另行录入", "录入的数"),
    }
)
#: The roles of a unit in a task.
ROLES = {"lead": "牵头", "responsible": "责任", "supporting": "配合"}
#: What a scheme may ask for besides the kind and the role: the names of marks, with what each is called.
MARKS: Mapping[str, str] = MappingProxyType(
    {
        "grade": "等次",
        "severity": "轻重",
        "light": "灯",
        "by": "谁作出的",
        "source": "来源",
        "difficulty": "难易",
        "size": "规模（计划投资，亿元）",
        "kind": "项目类别",
        "listed_only": "只承担清单事项的单位",
        "figure": "录入的哪一项",
    }
)
#: The values of the mark `by`: who commended, criticised, rated or voted.
BY = MappingProxyType(
    {
        "leader": "领导",
        "upper": "上级",
        "bulletin": "本级通报",
        "office": "督查室",
        "deputy": "代表委员",
        "resident": "群众",
        "unit": "其他单位",
        "judge": "评委",
    }
)
#: The values of the mark `difficulty`.
DIFFICULTIES = MappingProxyType({"easy": "易", "ordinary": "一般", "hard": "难"})
#: The values of the mark `severity`, as findings have them.
SEVERITIES = MappingProxyType({"minor": "一般", "serious": "较重", "grave": "严重"})
#: The values of the mark `light`: the colours of lights.
LIGHTS = MappingProxyType({"green": "绿", "yellow": "黄", "orange": "橙", "red": "红", "blue": "蓝", "grey": "灰"})
#: The values of the mark `source`: where a matter comes from.
SOURCES = MappingProxyType(
    {
        "instruction": "领导批示",
        "meeting": "会议议定",
        "upper_order": "上级交办",
        "deputy_proposal": "代表建议",
        "committee_proposal": "委员提案",
        "livelihood": "民生实事",
        "lead": "群众线索",
        "finding": "督查发现",
        "conference": "会商议定",
        "promise": "约谈承诺",
    }
)
#: The marks whose values are always the same; those of the others depend on the office (grades, kinds of projects).
VALUES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {"by": BY, "difficulty": DIFFICULTIES, "severity": SEVERITIES, "light": LIGHTS, "source": SOURCES}
)
#: The value of the marks that are only there or not, as `listed_only`.
YES = "yes"


@dataclass(frozen=True)
class Fact:
    """One thing that counts for or against a unit.

    `unit` is the unit's number, `key` names the fact for good (``report:812:late``): facts of a unit with one key are one
    fact. `words` say it in a sentence, `link` is the page it came from. `task` is the task's short number (2026-017), or
    "". `marks` are what a scheme may ask for besides, by the names in `MARKS`: those of `VALUES` have one of
    the values there, ``size`` is a number as text, ``listed_only`` is `YES` or not there; the others have the names that the
    rest of the product gives them. `forgiven` says why a fact does not count (容错), "" where it does.
    """

    kind: str
    unit: int
    key: str
    day: date
    words: str
    link: str = ""
    role: str = ""
    task: str = ""
    value: Decimal = Decimal(1)
    marks: Mapping[str, str] = field(default_factory=dict)
    forgiven: str = ""


@dataclass(frozen=True)
class Unit:
    """A unit that is ranked: its number, its name, and the canonical key of the group it is compared in."""

    number: int
    name: str
    group: str
