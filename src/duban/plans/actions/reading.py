"""Reading: from a paper's original to draft tasks of its year's ledger.

:func:`read` is the job. It may be killed anywhere and started again: what it writes, it writes in one transaction with
the paper's state, and a job that finds its work done does nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from duban.audit.refusals import Refusal
from duban.audit.trail import SYSTEM, action, origin, record
from duban.core import parse
from duban.core.ledger import to_json
from duban.core.reading import UnreadableSource, read_bytes
from duban.core.types import Ledger as Reading
from duban.organisations.access import require
from duban.organisations.models import Person
from duban.plans import questions, states
from duban.plans.actions import filling
from duban.plans.models import Ledger, Paper
from duban.plans.questions import THAT_YEAR
from duban.plans.states import LedgerState, PaperState


class NotAnAnswer(Refusal):
    """The answer is none of those that the question offers."""

    status = 422

    def __init__(self) -> None:
        super().__init__("这个答复不在可选的范围内。请刷新页面，重新选择。")


def read(paper_id: int) -> None:
    """Read the paper: text, reading, then tasks; or a question to the clerk; or the reason why it cannot be read."""
    with origin("job"):
        paper = _started(paper_id)
        if paper is None:
            return
        try:
            with paper.file.open("rb") as file:
                source = read_bytes(file.read(), name=paper.name)
            _progressed(paper, 40)
            reading = parse(source, today=timezone.localdate())
        except UnreadableSource as error:
            _failed(paper, error.message)
        except FileNotFoundError:
            _failed(paper, "原件不在存储里。请撤回后重新上传；其他来文也如此的，请管理员检查存储。")
        else:
            _finished(paper, reading)


@action
def answer(*, paper: Paper, answers: Mapping[str, Any], by: Person) -> Paper:
    """Answer the open questions of a paper (``{"year": "this"}``); the paper is filled in when none is left."""
    require(by, "plans.upload", division=paper.division)
    paper = Paper.objects.select_for_update().get(pk=paper.pk)
    states.check("paper", "ready", paper.state, thing=f"“{paper}”")
    for question in questions.open_questions(paper):
        given = answers.get(question.kind)
        if not given:
            continue
        offered = {value for value, _ in question.choices}
        picked = given if isinstance(given, list) else [given]
        if not offered.issuperset(picked):
            raise NotAnAnswer
        paper.answers[question.kind] = [int(number) for number in picked] if question.several else picked[0]
    record("plans.answer_question", by=by, subject=paper, division=paper.division.code, after=dict(paper.answers))
    _asked_or_filled(paper)
    paper.save()
    return paper


@action
def withdraw(*, paper: Paper, by: Person) -> Paper:
    """Take a paper back before it is issued; its draft tasks go, its original and the record of it stay."""
    require(by, "plans.upload", division=paper.division)
    paper = Paper.objects.select_for_update().get(pk=paper.pk)
    before = paper.state
    paper.state = PaperState(states.check("paper", "withdraw", paper.state, thing=f"“{paper}”"))
    paper.checked_at = paper.checked_by = None
    filling.clear(paper)
    paper.save()
    record("plans.withdraw_paper", by=by, subject=paper, division=paper.division.code, before={"state": before})
    return paper


@action
def _started(paper_id: int) -> Paper | None:
    paper = Paper.objects.select_for_update().select_related("division").get(pk=paper_id)
    # READING too: a worker that was killed left it so.
    if paper.state not in (PaperState.QUEUED, PaperState.READING):
        return None
    paper.state, paper.progress = PaperState.READING, 10
    paper.save(update_fields=["state", "progress"])
    return paper


def _progressed(paper: Paper, percent: int) -> None:
    Paper.objects.filter(pk=paper.pk, state=PaperState.READING).update(progress=percent)


@action
def _failed(paper: Paper, problem: str) -> None:
    paper = Paper.objects.select_for_update().get(pk=paper.pk)
    if paper.state != PaperState.READING:
        return
    paper.state = PaperState(states.check("paper", "fail", paper.state, thing=f"“{paper}”"))
    paper.problem, paper.progress = problem, 0
    paper.save(update_fields=["state", "problem", "progress"])
    record("plans.read_failed", by=SYSTEM, subject=paper, division=paper.division.code, after={"problem": problem})


@action
def _finished(paper: Paper, reading: Reading) -> None:
    paper = Paper.objects.select_for_update().select_related("division").get(pk=paper.pk)
    if paper.state != PaperState.READING:
        return
    paper.text = reading.source.text
    paper.reading = to_json(reading)
    # The text stands in its own column.
    paper.reading["source"].pop("text", None)
    paper.media_type = reading.source.media_type
    paper.read_at = timezone.now()
    if not reading.documents:
        paper.state, paper.progress = PaperState.FAILED, 0
        paper.problem = "没有读出公文内容。请确认文件是否为工作报告、实施方案或任务清单。"
    else:
        _asked_or_filled(paper)
    paper.save()
    record(
        "plans.read",
        by=SYSTEM,
        subject=paper,
        division=paper.division.code,
        after={"state": paper.state, "characters": len(paper.text), "tasks": paper.tasks.count()},
    )


def _asked_or_filled(paper: Paper) -> None:
    asked = questions.open_questions(paper)
    if paper.answers.get("year") == THAT_YEAR:
        paper.year = questions.stated_year(paper) or paper.year
    closed = Ledger.objects.filter(division=paper.division, year=paper.year, state=LedgerState.CLOSED).exists()
    if closed and not asked:
        paper.answers.pop("year", None)
        paper.state, paper.problem = (
            PaperState.QUESTION,
            f"{paper.year}年的总台账已经归档，不能再录入。请改选年份或撤回。",
        )
    elif asked:
        paper.state = PaperState.QUESTION
        paper.problem = "".join(question.sentence for question in asked)
    else:
        filling.fill(paper)
        paper.state, paper.problem = PaperState.CHECKING, ""
    paper.progress = 100
