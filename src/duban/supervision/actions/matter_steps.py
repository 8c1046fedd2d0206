"""Steps on the clock of a matter: done, paused and resumed, more time asked and granted, the proposer's satisfaction."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.utils import timezone

from duban.audit.trail import action
from duban.organisations.access import require
from duban.organisations.models import Person
from duban.supervision.actions.clock import SAVED, Clock
from duban.supervision.actions.common import locked, named, noted
from duban.supervision.actions.matters import again
from duban.supervision.matter_refusals import (
    Missing,
    NoExtension,
    NotInScheme,
    NotPaused,
    ReasonNeeded,
    StepOver,
    TooLate,
    WrongDay,
    said,
)
from duban.supervision.models import Matter, MatterAnswer, MatterExtension, MatterPause, MatterStep
from duban.supervision.reaching import heirs
from duban.supervision.states import check
from duban.supervision.states.matters import ExtensionState, MatterState, StepState

Satisfaction = MatterAnswer.Satisfaction


@action
def take(*, step: MatterStep, note: str, by: Person, at: datetime | None = None) -> MatterStep:
    """Have a step done that reports something or says that one talked with the proposer; `note` is what it says.

    A unit's step is taken by the unit, or by its successor. Raises `Missing`, `StepOver`.
    """
    at = at or timezone.now()
    matter, row = _held(step)
    if row.unit:
        require(by, "supervision.answer", division=matter.division, units=heirs(row.unit))
    else:
        require(by, "supervision.run", division=matter.division)
    if row.act not in ("note", "talk") or row.state != StepState.RUNNING or matter.state != MatterState.IN_PROGRESS:
        raise StepOver(row, row.get_state_display())
    if not note.strip():
        raise Missing(f"“{row}”的情况")
    clock = Clock(matter)
    clock.do(row, at=at, person=by, note=note.strip())
    clock.keep(at=at)
    matter.save(update_fields=SAVED)
    noted("take_step", matter, by, after={"step": row.title, "late": row.late})
    return row


def _held(step: MatterStep) -> tuple[Matter, MatterStep]:
    """Return the step and its matter as they stand, the matter held until the action is over."""
    matter = locked(step.matter)
    return matter, MatterStep.objects.select_related("unit__successor__successor").get(pk=step.pk)


@action
def rate(*, matter: Matter, satisfaction: str, by: Person, note: str = "", at: datetime | None = None) -> MatterAnswer:
    """Record what the proposer makes of the last answer. Who is not satisfied has it handled a second time.

    How often, and how long that may take, the scheme says. Raises `Missing`, `StepOver` where nothing is to be rated.
    """
    at = at or timezone.now()
    matter = locked(matter)
    require(by, "supervision.run", division=matter.division)
    answer = matter.answers.filter(round=matter.round).first()
    clock = Clock(matter)
    row = clock.rows().filter(act="satisfaction", state=StepState.RUNNING).first()
    if matter.state != MatterState.ANSWERED or answer is None or row is None:
        raise StepOver("征求满意度", "没有在办")
    if satisfaction not in Satisfaction.values or not satisfaction:
        raise Missing("满意度", "请选满意、基本满意或者不满意")
    if satisfaction == Satisfaction.UNSATISFIED and not note.strip():
        raise ReasonNeeded("不满意的意见")
    answer.satisfaction, answer.rating_note = satisfaction, note.strip()[:300]
    answer.rated_at, answer.rated_by = at, by
    answer.save(update_fields=["satisfaction", "rating_note", "rated_at", "rated_by"])
    clock.do(row, at=at, person=by, note=answer.get_satisfaction_display())
    second = clock.scheme.second
    if satisfaction == Satisfaction.UNSATISFIED and second and matter.seconds < second.times:
        matter.state = check("matter", "return", matter.state, thing=named(matter))
        matter.seconds += 1
        answer.verdict, answer.judgement = MatterAnswer.Verdict.RETURNED, "提出人不满意，二次办理"
        answer.judged_at, answer.judged_by = at, by
        answer.save(update_fields=["verdict", "judgement", "judged_at", "judged_by"])
        limits = {"answer": second.limit, "talk": second.limit}
        again(clock, at=at, person=by, reason="提出人不满意，二次办理", limits=limits, talk=True)
    else:
        clock.keep(at=at)
    matter.save(update_fields=SAVED)
    noted("rate_answer", matter, by, after={"satisfaction": satisfaction, "note": note, "round": matter.round})
    return answer


@action
def pause(*, matter: Matter, until: date, reason: str, by: Person, at: datetime | None = None) -> MatterPause:
    """Let the clock of a matter stand still until a day, with a reason; what is left stays left.

    On that day it runs again by itself. Raises `NotPaused` where it stands still, `WrongDay`, `ReasonNeeded`.
    """
    at = at or timezone.now()
    matter = locked(matter)
    require(by, "supervision.run", division=matter.division)
    if matter.state != MatterState.IN_PROGRESS:
        raise StepOver(matter, matter.get_state_display())
    if matter.pauses.filter(resumed_at=None, until__gt=timezone.localdate(at)).exists():
        raise NotPaused(matter.title, paused=True)
    if not reason.strip():
        raise ReasonNeeded("暂停")
    if until <= timezone.localdate(at):
        raise WrongDay(f"暂停到{said(until)}，这天已经到了", "请填以后的日子")
    made = MatterPause.objects.create(
        matter=matter, started_at=at, until=until, reason=reason.strip()[:300], paused_by=by
    )
    clock = Clock(matter)
    clock.recount(reason=f"暂停计时：{made.reason}", at=at, person=by)
    clock.keep(at=at)
    matter.save(update_fields=SAVED)
    noted("pause_matter", matter, by, after={"until": until, "reason": reason})
    return made


@action
def resume(*, matter: Matter, by: Person, at: datetime | None = None) -> Matter:
    """Let the clock of a matter run again before the day until which it was paused. Raises `NotPaused`."""
    at = at or timezone.now()
    matter = locked(matter)
    require(by, "supervision.run", division=matter.division)
    found = matter.pauses.filter(resumed_at=None, until__gt=timezone.localdate(at)).first()
    if found is None:
        raise NotPaused(matter.title, paused=False)
    found.resumed_at, found.resumed_by = at, by
    found.save(update_fields=["resumed_at", "resumed_by"])
    clock = Clock(matter)
    clock.recount(reason="恢复计时", at=at, person=by)
    clock.keep(at=at)
    matter.save(update_fields=SAVED)
    noted("resume_matter", matter, by, before={"until": found.until})
    return matter


@action
def ask_extension(
    *, matter: Matter, number: int, reason: str, by: Person, at: datetime | None = None
) -> MatterExtension:
    """Ask for more time to answer: `number` more of the scheme's unit, before the limit, as often as the scheme allows.

    Raises `NotInScheme`, `NoExtension`, `TooLate`, `ReasonNeeded`.
    """
    at = at or timezone.now()
    matter = locked(matter)
    clock = Clock(matter) if matter.scheme_text else None
    row = (
        clock.rows().filter(act="answer", state=StepState.RUNNING).select_related("unit__successor").first()
        if clock
        else None
    )
    if clock is None or row is None or row.unit is None or row.due_on is None:
        raise StepOver("延期", matter.get_state_display())
    require(by, "supervision.answer", division=matter.division, units=heirs(row.unit))
    rule, limit = clock.scheme.extension, row.limit
    if rule is None or limit is None or limit.unit != rule.at_most.unit:
        raise NotInScheme("延期", clock.scheme.title if limit else "来文定了期限的事项")
    if not reason.strip():
        raise ReasonNeeded("申请延期")
    if row.extensions.filter(state=ExtensionState.ASKED).exists():
        raise NoExtension("已经申请过延期，还没有批。请等批复")
    granted = MatterExtension.objects.filter(step__matter=matter, state=ExtensionState.GRANTED)
    if granted.count() >= rule.times:
        raise NoExtension(f"这个办法只许延期{rule.times}次，已经延过。请抓紧办理")
    more = rule.at_most.number - sum(granted.values_list("number", flat=True))
    if not 0 < number <= more:
        raise NoExtension(f"最多延期{more}{row.get_limit_unit_display()}，填的是{number}。请改小")
    last = row.due_on - timedelta(days=rule.ask_before)
    if timezone.localdate(at) > last:
        raise TooLate("申请延期", last, "请抓紧办理，并向督查室说明")
    made = MatterExtension.objects.create(step=row, number=number, reason=reason.strip(), asked_at=at, asked_by=by)
    noted("ask_extension", matter, by, after={"number": number, "unit": limit.unit, "reason": reason})
    return made


@action
def decide_extension(
    *,
    extension: MatterExtension,
    grant: bool,
    by: Person,
    approved_by_name: str = "",
    decision: str = "",
    at: datetime | None = None,
) -> MatterExtension:
    """Grant or refuse more time. Where the scheme wants the head of government to grant it, one says who did.

    Raises `Missing` for that, `ReasonNeeded` for a refusal without a reason, `WrongState` where it is decided.
    """
    at = at or timezone.now()
    matter, row = _held(extension.step)
    extension = MatterExtension.objects.select_related("step").get(pk=extension.pk)
    require(by, "supervision.run", division=matter.division)
    step = "grant" if grant else "refuse"
    extension.state = check("matter_extension", step, extension.state, thing="这项延期申请")
    clock = Clock(matter)
    rule = clock.scheme.extension
    if grant and rule and rule.approver == "head" and not approved_by_name.strip():
        raise Missing("批准人", "这个办法的延期要政府主要负责人批准，请写明是谁")
    if not grant and not decision.strip():
        raise ReasonNeeded("不同意延期")
    extension.decided_at, extension.decided_by = at, by
    extension.approved_by_name, extension.decision = approved_by_name.strip()[:100], decision.strip()[:300]
    extension.save(update_fields=["state", "decided_at", "decided_by", "approved_by_name", "decision"])
    if grant:
        row.extra += extension.number
        row.save(update_fields=["extra"])
        clock.recount(reason=f"延期{extension.words}：{extension.reason}", at=at, person=by)
        clock.keep(at=at)
        matter.save(update_fields=SAVED)
    after = {"granted": grant, "approved_by_name": approved_by_name, "decision": decision, "due_on": matter.due_on}
    noted("decide_extension", matter, by, after=after)
    return extension
