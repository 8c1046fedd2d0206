"""What rankings and the decisions on them refuse, and why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from duban.audit.refusals import Refusal


class Missing(Refusal):
    """Something that the step needs was not given."""

    status = 422

    def __init__(self, step: str, what: str) -> None:
        super().__init__(f"{step}要写明{what}，请填写后再提交。")


class MonthRuns(Refusal):
    """The month is not over, so that nothing of it can be ranked."""

    def __init__(self, month: str, closing: date) -> None:
        super().__init__(f"{month}要到{closing:%-m月%-d日}截止以后才能排名：填报、督办还会变。请过了这天再算。")


class NotInLedger(Refusal):
    """The month is not one of the ledger's year, or the ledger is not issued."""

    status = 422

    def __init__(self, month: str, ledger: object) -> None:
        super().__init__(f"{month}不在“{ledger}”的年度里，或者台账还没有印发。请选这本台账的月份。")


class AlreadyThere(Refusal):
    """The month has a ranking that is worked on, or published."""

    def __init__(self, month: str, state: str) -> None:
        super().__init__(
            f"{month}的排名已经有了（{state}）。没公布的请在原来那份上重新计算；已公布的请用“更正”，并写明理由。"
        )


class NoUnits(Refusal):
    """No unit stands in a group, so that nothing can be compared."""

    def __init__(self, notes: Sequence[str]) -> None:
        why = "".join(f"{note.rstrip('。')}。" for note in notes[:3])
        super().__init__(f"没有单位可以排名。{why}请在“组织机构”里给单位定分组，并核对计分办法里的组。")


class PastDay(Refusal):
    """A day that must be to come lies before today."""

    status = 422

    def __init__(self, day: date) -> None:
        super().__init__(f"{day:%Y年%-m月%-d日}已经过了。请填今天或以后的日期。")


class NotOver(Refusal):
    """The units may still object."""

    def __init__(self, until: date) -> None:
        super().__init__(f"征求意见到{until:%-m月%-d日}才结束。要提前批准，请写明理由，如“各单位已书面确认没有异议”。")


class NotAnswered(Refusal):
    """Objections wait for their answers."""

    def __init__(self, number: int) -> None:
        super().__init__(f"还有 {number} 件异议没有答复。请先在“异议”里逐件答复，再批准。")


class OwnWork(Refusal):
    """Who computed a ranking does not approve it."""

    status = 403

    def __init__(self) -> None:
        super().__init__("这份排名是您计算的，要由别人批准：本级还有人有批准的权限。请转告督查室负责人或分管领导。")


class NotDecided(Refusal):
    """Commendations and criticisms by rule wait to be decided."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(
            f"按办法产生的表扬、批评还没有决定：{'、'.join(names[:6])}{'等' if len(names) > 6 else ''}。"
            "请在“表扬批评”里逐个决定，写明理由，再公布。"
        )


class Changed(Refusal):
    """What was decided on is not what stands there now."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name}在您打开页面以后重新计算过，得分和您看到的不同，没有办理。请刷新页面，看过再办。")


class NotYours(Refusal):
    """The unit is none of the person's, or has no row in the ranking."""

    status = 403

    def __init__(self, name: str) -> None:
        super().__init__(f"{name}里没有您单位的得分，不能提出异议。")


class PeriodOver(Refusal):
    """The days to object are over."""

    def __init__(self, until: date) -> None:
        super().__init__(f"征求意见已于{until:%-m月%-d日}结束，不能再提异议。确有错误的，请联系督查室更正。")


class AlreadyObjected(Refusal):
    """The same thing is objected to already."""

    def __init__(self) -> None:
        super().__init__("这一项的异议已经提过，还没有答复，不用再提。要补充，请撤回以后重新提。")


class NoSuchFact(Refusal):
    """The fact is none of the unit's in the ranking."""

    status = 422

    def __init__(self) -> None:
        super().__init__("这件事实不在这个单位的得分里。请从得分明细里点开再办。")


class AlreadyForgiven(Refusal):
    """Somebody asked for the same fact already."""

    def __init__(self) -> None:
        super().__init__("这件事实已经申请过容错，不用再提。")


class OwnRequest(Refusal):
    """Who asks for a fact to be forgiven does not decide it."""

    status = 403

    def __init__(self) -> None:
        super().__init__("容错是您提出的，要由别人决定。请转告督查室负责人或分管领导。")


class AlreadyEntered(Refusal):
    """The same commendation or criticism is entered already."""

    def __init__(self) -> None:
        super().__init__("同一份文件的这一项已经录入过，没有重复登记。")


class NotInDivision(Refusal):
    """A unit of somewhere else."""

    status = 422

    def __init__(self, what: object) -> None:
        super().__init__(f"“{what}”不是本级的单位，不能选。请核对后另选。")


class ToCome(Refusal):
    """A day lies after today."""

    status = 422

    def __init__(self, day: date) -> None:
        super().__init__(f"{day:%Y年%-m月%-d日}还没有到。请核对日期。")


class NotRecomputed(Refusal):
    """An objection was upheld and the ranking has not been computed again since."""

    def __init__(self) -> None:
        super().__init__("有异议已经采纳，还没有重新计算。请先改正事实，再“重新计算”，然后批准。")


class UnknownScheme(Refusal):
    """There is no scoring scheme of that name."""

    status = 422

    def __init__(self, name: str) -> None:
        super().__init__(f"没有名为“{name}”的计分办法。请在“计分办法”里选一个。")


class BadPoll(Refusal):
    """A poll cannot be opened, or taken further, so."""

    status = 422

    def __init__(self, why: str) -> None:
        super().__init__(why)


class PollNotOpen(Refusal):
    """The poll does not take answers now."""

    def __init__(self, poll: Any, at: datetime) -> None:
        if poll.cancelled_at is not None:
            super().__init__(f"“{poll}”已经取消：{poll.cancelled_because}。不用再评了。")
        elif at < poll.opens_at:
            super().__init__(f"“{poll}”还没有开始，请在{timezone.localtime(poll.opens_at):%-m月%-d日 %H:%M}以后再评。")
        else:
            super().__init__(f"“{poll}”已于{timezone.localtime(poll.closes_at):%-m月%-d日 %H:%M}截止，不再收了。")


class Answered(Refusal):
    """The invitation was used."""

    def __init__(self) -> None:
        super().__init__("已经评过了，每人一份，不能再评。")


class NotAsked(Refusal):
    """The person was not asked."""

    def __init__(self) -> None:
        super().__init__("这个评议没有请您评。")


class BadMark(Refusal):
    """What was answered cannot be taken."""

    status = 422

    def __init__(self, why: str) -> None:
        super().__init__(why)


class NoMonths(Refusal):
    """No month of the year is published, so that there is nothing to make the year of."""

    def __init__(self, year: int) -> None:
        super().__init__(f"{year}年还没有公布过月度排名，没有分数可以汇总。请先公布至少一个月的排名。")


class YearRuns(Refusal):
    """The year is not over, so that its assessment is a trial."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name}还没有过完，现在算的是预评，只有督查室看得到。年终各月公布以后重新计算，再征求意见。")


class BadFigure(Refusal):
    """A figure cannot be taken so."""

    status = 422

    def __init__(self, why: str) -> None:
        super().__init__(why)
