"""The sheets and columns of the break-down workbook, as it goes out and comes back."""

from __future__ import annotations

from duban.plans.models.measures import CurveKind

STEPS, INDICATORS, KEYS = "举措和节点", "指标", "校验"
MEASURE, MILESTONE, YES = "举措", "节点", "是"
#: Empty lines of each kind that a task gets.
SPARE = 3
STEP_COLUMNS = (
    ("任务编号", 11), ("任务", 24), ("类型", 8), ("序号", 8), ("内容", 40), ("属于举措", 26), ("单位", 20), ("责任人", 10),
    ("开始日期", 12), ("完成日期", 12), ("权重（%）", 9), ("去掉", 7),
)  # fmt: skip
INDICATOR_COLUMNS = (
    ("任务编号", 11), ("任务", 24), ("序号", 8), ("指标", 26), ("目标", 16), ("底线", 10), ("序时进度", 13), ("起算日期", 12), ("起点值", 10),
)  # fmt: skip
#: Columns that identify a line.
LOCKED = frozenset({"任务编号", "任务", "类型", "序号", "指标", "目标"})
#: The label of a kind of expected progress → its code.
KINDS = {label: value for value, label in CurveKind.choices}
