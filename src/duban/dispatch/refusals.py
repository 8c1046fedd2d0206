"""What dispatch refuses, and why."""

from __future__ import annotations

from collections.abc import Sequence

from duban.audit.refusals import Refusal


class LedgerNotIssued(Refusal):
    """Rounds are for issued ledgers."""

    def __init__(self, ledger: object) -> None:
        super().__init__(f"“{ledger}”还没有印发，不能开始调度。请先印发台账。")


class WrongState(Refusal):
    """The round or report is in a state from which this step does not lead."""

    def __init__(self, thing: str, state: str, step: str) -> None:
        super().__init__(f"{thing}现在是“{state}”，不能{step}。请刷新页面，按当前状态办理。")


class RoundClosed(Refusal):
    """The round takes no more reports."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name}的填报已经截止，没有保存。确需补报的，请联系督查室重新开放。")


class TaskWithdrawn(Refusal):
    """The task left the ledger; nothing is reported on it any more."""

    def __init__(self, title: str) -> None:
        super().__init__(f"“{title}”已从台账调出，不用再填报。")


class CellChanged(Refusal):
    """Somebody else changed the same cell; both values are told."""

    def __init__(self, where: str, *, theirs: str, who: str, yours: str) -> None:
        super().__init__(f"{where}已由{who}改为“{theirs}”，您填的是“{yours}”，没有保存。请选用其中一个，再保存一次。")
        self.theirs, self.who, self.yours = theirs, who, yours


class BadValue(Refusal):
    """What was filled in is no value of this cell."""

    status = 422

    def __init__(self, where: str, problem: str) -> None:
        super().__init__(f"{where}：{problem}")


class Incomplete(Refusal):
    """What must be filled in before a report can be handed in."""

    status = 422

    def __init__(self, title: str, missing: Sequence[str]) -> None:
        super().__init__(f"“{title}”还不能提交：{'；'.join(missing)}。")
        self.missing = list(missing)


class ReasonNeeded(Refusal):
    """A step that must say why says nothing."""

    status = 422

    def __init__(self, step: str) -> None:
        super().__init__(f"{step}必须写明理由，请填写后再提交。")


class NotYours(Refusal):
    """The page was opened by one person and sends as another."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"现在登录的是{name}，与打开本页的人不同，没有保存。填的内容留在这台电脑上，请用原来的账号登录后再送。"
        )


class NotAsRead(Refusal):
    """A report was taken back and handed in again after its reader opened the page."""

    def __init__(self, title: str) -> None:
        super().__init__(f"“{title}”在您打开本页以后改过，没有审签。请看过新的内容再签。")


class JobUnknown(Refusal):
    """The failed job is gone: somebody had it done again or put it aside."""

    status = 404

    def __init__(self) -> None:
        super().__init__("这个失败的任务已经有人处理过了。请刷新页面。")
