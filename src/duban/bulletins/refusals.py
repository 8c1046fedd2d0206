"""What the actions on papers refuse."""

from __future__ import annotations

from collections.abc import Sequence

from duban.audit.refusals import Refusal


class NotOfThisYear(Refusal):
    """The month asked for is not of the ledger's year, or has not begun."""

    status = 422


class NeedsChoice(Refusal):
    """A special paper must say on which section or unit."""

    status = 422


class NoSuchBlock(Refusal):
    """The block is not there any more."""

    def __init__(self) -> None:
        super().__init__("这一段已经不在了，可能有人刚删掉。请刷新页面，按现在的稿子改。")


class ChangedMeanwhile(Refusal):
    """Somebody else changed the same block."""

    def __init__(self, who: str) -> None:
        super().__init__(f"{who}刚改过这一段。您的修改没有保存，请先看现在的文字，再改。")


class WrongWords(Refusal):
    """The edited text cannot be taken."""

    status = 422


class NoSigner(Refusal):
    """Nobody is named to sign, or somebody who may not."""

    status = 422


class NotYourTurn(Refusal):
    """Somebody else signs first."""

    def __init__(self, who: str) -> None:
        super().__init__(f"现在由{who}审签，还没有轮到您。" if who else "这份稿子没有在等您审签。")


class OpinionNeeded(Refusal):
    """A return says why."""

    status = 422

    def __init__(self, what: str) -> None:
        super().__init__(f"{what}要写明理由。请填写后再提交。")


class FiguresChanged(Refusal):
    """Figures have changed since the paper was signed."""

    def __init__(self, said: Sequence[str]) -> None:
        shown = "；".join(said[:5])
        more = f"；另有{len(said) - 5}处" if len(said) > 5 else ""
        super().__init__(
            f"审签以后有数变了：{shown}{more}。没有印发。请撤回修改、重新审签；确实按审签的稿子印发的，请勾选“按审签的印发”。"
        )


class NotIssued(Refusal):
    """Only an issued paper is put right by another."""

    def __init__(self) -> None:
        super().__init__("只有印发了的才能更正；没有印发的，直接修改。")


class NothingToCorrect(Refusal):
    """The data say what the issued paper says."""

    def __init__(self) -> None:
        super().__init__("按现在的数据重新拟出来的，和印发的一样，没有要更正的。请先在台账、填报里改正，再来更正。")


class WrongTemplate(Refusal):
    """A template cannot be used; `problems` has everything that is wrong with it."""

    status = 422

    def __init__(self, problems: Sequence[object]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))
