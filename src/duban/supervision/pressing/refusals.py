"""What orders and talks refuse, and why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from duban.audit.refusals import Refusal


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


class ReasonNeeded(Refusal):
    """A step that must say why says nothing."""

    status = 422

    def __init__(self, step: str, what: str = "理由") -> None:
        super().__init__(f"{step}要写明{what}，请填写后再提交。没有改动。")


class NoUnits(Refusal):
    """An order goes to at least one unit."""

    status = 422

    def __init__(self) -> None:
        super().__init__("没有选单位。请至少选一个要发给的单位。")


class UnitOver(Refusal):
    """The unit has ended and has no successor to which an order could go."""

    status = 422

    def __init__(self, unit: object) -> None:
        super().__init__(f"“{unit}”已经停用，没有登记并入哪个单位。请选接替它的单位，或先到“组织机构”补上。")


class AlreadyOrdered(Refusal):
    """The unit has an order on the same thing in hand."""

    def __init__(self, units: Sequence[tuple[object, str]]) -> None:
        said = "，".join(f"{unit}已有{number}在办" for unit, number in units)
        super().__init__(f"没有发出：就这件事，{said}。确需另发一份的，请勾选“仍然发出”。")


class AnsweredAlready(Refusal):
    """Another answer came in first; what was written is not kept as an answer."""

    def __init__(self, number: str, who: str, when: str, text: str) -> None:
        super().__init__(
            f"{number}已由{who}于{when}答复，您写的没有提交。对方写的是：“{text[:100]}{'……' if len(text) > 100 else ''}”。"
            "要补充的，请联系督查室退回后再答复。"
        )


class NotYetDue(Refusal):
    """An order is pressed further only when its last day has passed."""

    def __init__(self, number: str, due: date) -> None:
        super().__init__(f"{number}的答复期限是{_day(due)}，还没有过，不能升级。")


class HighestLevel(Refusal):
    """There is no level above."""

    def __init__(self, number: str, advice: str) -> None:
        super().__init__(f"{number}已经是最高一级。{advice}")


class WrongDay(Refusal):
    """A day is given that cannot be."""

    status = 422


class NoMoreTime(Refusal):
    """More time cannot be asked for."""


class AskedAlready(NoMoreTime):
    """A request waits to be decided."""

    def __init__(self, number: str) -> None:
        super().__init__(f"{number}已经有一份延期申请等着审批，不用再提。")
