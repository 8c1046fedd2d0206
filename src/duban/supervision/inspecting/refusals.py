"""What inspections refuse, and why."""

from __future__ import annotations

from collections.abc import Iterable

from duban.audit.refusals import Refusal


class Incomplete(Refusal):
    """Something that must be there is missing."""

    status = 422

    def __init__(self, what: str, missing: Iterable[str]) -> None:
        super().__init__(f"{what}还不能办：{'；'.join(missing)}。")


class Interested(Refusal):
    """The person has a post in a unit that is inspected, or has declared an interest."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"{name}{why}，应当回避，不能参加这次督查。请换人。")


class PlanIsFixed(Refusal):
    """Article 15: what was approved is neither widened nor changed."""

    def __init__(self, what: str) -> None:
        super().__init__(
            f"方案已经批准，不能{what}（条例第十五条：不得擅自扩大范围、变更对象）。确需变更的，请取消后另拟方案报批。"
        )


class NotInPlan(Refusal):
    """The unit or task is not among what the plan names."""

    status = 422


class NotInGroup(Refusal):
    """Only the group fills in the check list."""

    status = 403

    def __init__(self) -> None:
        super().__init__("您不在这次督查的督查组里，不能填写。请联系组长。")


class NotNow(Refusal):
    """It is too early or too late for this."""


class TookPart(Refusal):
    """Article 17: who took part in the conclusion does not decide its review."""

    status = 403

    def __init__(self, name: str, how: str) -> None:
        super().__init__(f"{name}参与过这份结论（{how}），依照条例第十七条应当回避，不能作复核决定。请由其他人决定。")


class Wrong(Refusal):
    """What was given is no value."""

    status = 422


class FindingNotTold(Refusal):
    """Nothing is sent on a finding that the unit does not know of, or that is settled."""

    def __init__(self, state: str) -> None:
        super().__init__(
            f"这个问题“{state}”，不能据此发督办单、登记事项。反馈给单位、还没有销号的才可以：请先反馈，或者不用再发。"
        )
