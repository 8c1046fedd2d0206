"""The sheets and columns of a unit's reporting workbook, as it goes out and comes back."""

from __future__ import annotations

from duban.dispatch.models.reports import TEXTS

VALUES, SAID, KEYS = "指标", "进展", "校验"
VALUE = "本期"
VALUE_COLUMNS = (
    ("任务编号", 11), ("任务", 26), ("序号", 8), ("指标", 30), ("计量单位", 10), ("目标", 12), ("上期", 12), (VALUE, 12),
)  # fmt: skip
SAID_COLUMNS = (
    ("任务编号", 11), ("任务", 26), *((label, 36) for label in TEXTS.values()), ("上期进展情况", 36),
)  # fmt: skip
KEY_COLUMNS = ("填报", "任务编号", "格", "原值")
