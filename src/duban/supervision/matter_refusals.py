"""What supervision refuses about matters, and why."""

from __future__ import annotations

from datetime import date

from duban.audit.refusals import Refusal


def said(day: date) -> str:
    """Return a day as offices write it."""
    return f"{day.year}年{day.month}月{day.day}日"


class Missing(Refusal):
    """Something that must be filled in is not."""

    status = 422

    def __init__(self, what: str, do: str = "请填写后再提交") -> None:
        super().__init__(f"{what}没有填。{do}。")


class ReasonNeeded(Refusal):
    """A step that must say why says nothing."""

    status = 422

    def __init__(self, step: str) -> None:
        super().__init__(f"{step}必须写明理由，请填写后再提交。")


class WrongDay(Refusal):
    """A day that cannot be."""

    status = 422

    def __init__(self, what: str, do: str) -> None:
        super().__init__(f"{what}。{do}。")


class UnitEnded(Refusal):
    """The unit was merged or ended; nothing new goes to it."""

    status = 422

    def __init__(self, unit: object, successor: object | None) -> None:
        into = f"已经并入{successor}，请交给{successor}" if successor else "已经停用，请另选单位"
        super().__init__(f"{unit}{into}。")


class NotHandling(Refusal):
    """The unit does not handle the matter (any more)."""

    def __init__(self, unit: object) -> None:
        super().__init__(f"{unit}不是这件事的承办单位，不能办这一步。请刷新页面。")


class TooLate(Refusal):
    """The limit for this is over."""

    def __init__(self, what: str, last: date, do: str) -> None:
        super().__init__(f"{what}的时限到{said(last)}，已经过了。{do}。")


class NotInScheme(Refusal):
    """The clock scheme does not provide for this."""

    def __init__(self, what: str, scheme: str) -> None:
        super().__init__(f"“{scheme}”不许{what}。确有必要的，请和督查室商量。")


class StepsFirst(Refusal):
    """Steps that the scheme asks for before this one are not done."""

    def __init__(self, what: str, steps: list[str]) -> None:
        super().__init__(f"{what}以前要先办：{'、'.join(steps)}。办好后再{what}。")


class AlreadyAnswered(Refusal):
    """The matter has been answered in this round."""

    def __init__(self, title: str) -> None:
        super().__init__(f"“{title}”已经答复过了，没有重复提交。请刷新页面看审核结果。")


class StepOver(Refusal):
    """The step is done or void, or has not started."""

    def __init__(self, step: object, state: str) -> None:
        super().__init__(f"“{step}”现在是“{state}”，不能再办。请刷新页面。")


class NoExtension(Refusal):
    """More time cannot be asked for, or not so much."""

    def __init__(self, problem: str) -> None:
        super().__init__(f"{problem}。")


class NotPaused(Refusal):
    """The clock stands, or does not stand, already."""

    def __init__(self, title: str, paused: bool) -> None:
        super().__init__(f"“{title}”已经暂停，不能再暂停。" if paused else f"“{title}”没有暂停，不用恢复。请刷新页面。")


class FindingHasMatter(Refusal):
    """A finding is followed by one matter at a time."""

    def __init__(self, number: str) -> None:
        super().__init__(f"这个问题已经登记为{number}，还没有办结，不用再登记。")


class UnknownScheme(Refusal):
    """There is no clock scheme of that name."""

    status = 422

    def __init__(self, name: str) -> None:
        super().__init__(f"没有叫“{name}”的时限办法。请在列出的办法里选一个。")


class UnknownGrade(Refusal):
    """The scheme has no such grade."""

    status = 422

    def __init__(self, name: str, known: list[str]) -> None:
        super().__init__(f"没有“{name}”这一等。可选：{'、'.join(known)}。")
