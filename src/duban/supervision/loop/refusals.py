"""What supervision refuses of issues, whistles, conferences, close-outs and instructions, and why."""

from __future__ import annotations

from datetime import date

from duban.audit.refusals import Refusal


class Missing(Refusal):
    """Something that the step needs was not given."""

    status = 422

    def __init__(self, step: str, what: str) -> None:
        super().__init__(f"{step}要写明{what}，请填写后再提交。")


class PastDay(Refusal):
    """A day by which something is to be done lies before today."""

    status = 422

    def __init__(self, day: date) -> None:
        super().__init__(f"期限{day:%Y年%-m月%-d日}已经过了。请填今天或以后的日期。")


class NotInDivision(Refusal):
    """A unit or a person of somewhere else, or out of use."""

    status = 422

    def __init__(self, what: object) -> None:
        super().__init__(f"“{what}”不是本级现在的单位或人员，不能选。请核对后另选。")


class AlreadyRaised(Refusal):
    """The report has led to an issue before."""

    def __init__(self, number: str) -> None:
        super().__init__(f"这份填报反映的问题已经转为 {number}，不用再转。请打开那一件办理。")


class NothingReported(Refusal):
    """The report speaks of no problem and asks for nothing."""

    status = 422

    def __init__(self) -> None:
        super().__init__("这份填报没有写“存在问题”或“需协调事项”，没有可转的问题。")


class NotTheRaiser(Refusal):
    """Somebody else raised the issue and has the word on whether it is solved."""

    status = 403

    def __init__(self, who: str) -> None:
        super().__init__(f"谁提出、谁确认：这个问题由{who}提出，要由{who}确认或退回。")


class NotEvident(Refusal):
    """A close-out says nothing, or shows nothing, of something that was promised."""

    status = 422

    def __init__(self, missing: list[str]) -> None:
        super().__init__(
            f"还不能申请销号：{'；'.join(missing)}。每个指标、每个节点都要填完成情况，并附填报时的佐证、文件或依据。"
        )
        self.missing = missing


class NotSettled(Refusal):
    """The system's own check finds something open and nothing is said of it."""

    status = 422

    def __init__(self, left: list[str]) -> None:
        super().__init__(
            f"自动对账还有 {len(left)} 项未了（{'；'.join(left[:5])}）。仍要销号的，请在核验意见里说明理由。"
        )
        self.left = left


class NotSeen(Refusal):
    """A close-out was drawn to be looked at on site and nobody was there."""

    status = 422

    def __init__(self) -> None:
        super().__init__("这一项抽中现场核查，还没有核查情况。请填写核查日期和所见，再销号。")


class NothingChosen(Refusal):
    """Nothing was chosen."""

    status = 422

    def __init__(self, what: str) -> None:
        super().__init__(f"没有选{what}。请至少选一个。")


class TooManyStars(Refusal):
    """A rating outside of one to five."""

    status = 422

    def __init__(self) -> None:
        super().__init__("评价为一至五星，请选一个。三星以下的要写明理由。")


class AlreadyInstructed(Refusal):
    """The same words on the same thing were given today already: the button was pressed twice."""

    def __init__(self, number: str) -> None:
        super().__init__(f"今天已经这样批示过（{number}），没有重复登记。要补充，请换一句话。")
