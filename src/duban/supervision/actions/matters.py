"""Matters: registered, approved, assigned, answered, returned, finished; each leaves somebody who moves next, and a day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, BinaryIO

from django.db.models import Max
from django.utils import timezone

from duban.audit.trail import action, record
from duban.dispatch.actions.evidence import stored
from duban.dispatch.models import EvidenceFile
from duban.organisations.access import access_of, require
from duban.organisations.models import Division, Person, Unit
from duban.plans.models import Ledger, Task
from duban.supervision import mails, office_clocks
from duban.supervision.actions.clock import SAVED, Clock, lead_of, office_day
from duban.supervision.actions.common import locked, named, noted, part_of
from duban.supervision.clocks import files
from duban.supervision.clocks.counting import due
from duban.supervision.clocks.scheme import ClockScheme
from duban.supervision.inspecting.telling import told
from duban.supervision.matter_list import Line
from duban.supervision.matter_refusals import (
    AlreadyAnswered,
    FindingHasMatter,
    Missing,
    NotHandling,
    NotInScheme,
    ReasonNeeded,
    StepsFirst,
    TooLate,
    UnitEnded,
    UnknownGrade,
    WrongDay,
    said,
)
from duban.supervision.models import Attachment, Finding, Matter, MatterAnswer, MatterUnit
from duban.supervision.models.matters import MatterSource, Urgency
from duban.supervision.states import check
from duban.supervision.states.matters import MatterState, StepState

#: A file that goes with something: what is in it, and its name.
File = tuple[BinaryIO, str]


@action
def register(
    *,
    division: Division,
    source: str,
    title: str,
    received_on: date,
    by: Person,
    text: str = "",
    source_name: str = "",
    source_person: str = "",
    instructed_by: Person | None = None,
    urgency: str = Urgency.ORDINARY,
    restricted: bool = False,
    own_due: date | None = None,
    ledger: Ledger | None = None,
    task: Task | None = None,
    parent: Matter | None = None,
    finding: Finding | None = None,
    attachments: Sequence[File] = (),
    papers: Sequence[tuple[EvidenceFile, str]] = (),
    at: datetime | None = None,
) -> Matter:
    """Register a matter; it waits for the decision on whether it is taken up (article 11).

    The office registers what comes from anywhere, a leader what they instruct themselves. `attachments` are files as they
    come, `papers` those that were kept when they were read, with their names. On a `finding` that the unit was told of
    there is one matter at a time. Raises `Missing`, `WrongDay`, `FindingNotTold`, `FindingHasMatter`.
    """
    at = at or timezone.now()
    if not (instructed_by == by and access_of(by).may("supervision.instruct", division=division)):
        require(by, "supervision.run", division=division)
    if not title.strip():
        raise Missing("事项名称")
    if source not in MatterSource:
        raise Missing("来源", "请选一种来源")
    _check_days(received_on, own_due, at)
    if finding:
        task = told(finding).task or task
        source = MatterSource.FINDING
    # Numbers are given one after the other.
    division = Division.objects.select_for_update().get(pk=division.pk)
    if finding and (there := Matter.objects.filter(finding=finding).open().first()):
        raise FindingHasMatter(there.short_number)
    last = Matter.objects.filter(division=division, year=received_on.year).aggregate(last=Max("seq"))["last"]
    matter = Matter(
        division=division,
        year=received_on.year,
        seq=(last or 0) + 1,
        source=source,
        source_name=source_name.strip()[:200],
        source_person=(source_person.strip() or (instructed_by.name if instructed_by else ""))[:100],
        instructed_by=instructed_by,
        received_on=received_on,
        title=title.strip()[:300],
        text=text.strip(),
        urgency=urgency,
        restricted=restricted,
        own_due=own_due,
        task=task,
        ledger=ledger or (task.ledger if task else None),
        parent=parent,
        finding=finding,
        registered_by=by,
        registered_at=at,
    )
    matter.due_on = office_day(matter, files.sources()[source].decide, at)
    matter.save()
    after = {"number": matter.short_number, "source": source, "received_on": received_on, "own_due": own_due}
    record("supervision.register_matter", by=by, subject=matter, after=after, division=division.code)
    for content, name in attachments:
        attach(matter=matter, file=content, name=name, by=by)
    for kept, name in papers:
        _attach(matter, kept, name, by)
    return matter


def _check_days(received_on: date, own_due: date | None, at: datetime) -> None:
    if received_on > timezone.localdate(at):
        raise WrongDay(f"收到日期{said(received_on)}在今天以后", "请核对日期")
    if own_due and own_due < received_on:
        raise WrongDay(
            f"来文要求的期限{said(own_due)}早于收到日期{said(received_on)}", "请核对，或者不填，按时限办法算"
        )


@action
def take_in(*, division: Division, lines: Iterable[Line], by: Person) -> list[Matter]:
    """Register the matters of a list, and take up and assign those that say so; all of them, or none."""
    require(by, "supervision.run", division=division)
    found = []
    for line in lines:
        matter = register(division=division, by=by, **line.facts)
        if line.approved_by_name:
            matter = approve(
                matter=matter, approved_by_name=line.approved_by_name, approval_basis=line.approval_basis, by=by
            )
        if line.lead:
            matter = assign(matter=matter, lead=line.lead, supports=line.supports, by=by)
        found.append(matter)
    numbers = [matter.short_number for matter in found]
    record("supervision.take_in_list", by=by, subject=division, after={"matters": numbers}, division=division.code)
    return found


@action
def change(*, matter: Matter, by: Person, **facts: Any) -> Matter:
    """Correct what was registered of a matter, until it is assigned."""
    matter = locked(matter)
    require(by, "supervision.run", division=matter.division)
    check(
        "matter", "approve" if matter.state == MatterState.REGISTERED else "assign", matter.state, thing=named(matter)
    )
    before = {name: getattr(matter, name) for name in facts}
    changed = {name: value for name, value in facts.items() if before[name] != value}
    for name, value in changed.items():
        setattr(matter, name, value)
    if not matter.title.strip():
        raise Missing("事项名称")
    _check_days(matter.received_on, matter.own_due, timezone.now())
    if changed:
        matter.save(update_fields=list(changed))
        before = {name: before[name] for name in changed}
        noted("change_matter", matter, by, before=before, after=changed)
    return matter


@action
def keep_paper(*, division: Division, file: BinaryIO, name: str, by: Person) -> EvidenceFile:
    """Keep a paper that is read before its matter is registered; registered, it becomes a file of the matter."""
    require(by, "supervision.run", division=division)
    row = stored(division.pk, file, name, typing=mails.typed)
    record(
        "supervision.keep_paper", by=by, name=name, after={"name": name, "sha256": row.sha256}, division=division.code
    )
    return row


@action
def attach(*, matter: Matter, file: BinaryIO, name: str, by: Person) -> Attachment:
    """Add a file to a matter: the paper that asks for it, and what belongs to it. Raises `BadEvidence`."""
    if matter.instructed_by_id != by.pk:
        require(by, "supervision.run", division=matter.division)
    return _attach(matter, stored(matter.division_id, file, name, typing=mails.typed), name, by)


def _attach(matter: Matter, row: EvidenceFile, name: str, by: Person) -> Attachment:
    if there := matter.attachments.filter(stored=row).first():
        return there
    made = Attachment.objects.create(matter=matter, stored=row, name=name[-255:], added_by=by)
    noted("attach_file", matter, by, after={"name": name, "sha256": row.sha256})
    return made


@action
def approve(
    *, matter: Matter, approved_by_name: str, approval_basis: str, by: Person, at: datetime | None = None
) -> Matter:
    """Record that the government or its head decided to take the matter up, and on what basis (article 11)."""
    at = at or timezone.now()
    matter = locked(matter)
    require(by, "supervision.approve", division=matter.division)
    matter.state = check("matter", "approve", matter.state, thing=named(matter))
    if not approved_by_name.strip():
        raise Missing("批准人", "督查事项要有政府决定或者主要负责人批准（条例第十一条），请写明是谁")
    if not approval_basis.strip():
        raise Missing("批准依据", "请写会议纪要、批示等依据")
    matter.approved_by_name, matter.approval_basis = approved_by_name.strip()[:100], approval_basis.strip()[:200]
    matter.approved_at, matter.approved_by = at, by
    matter.waits_for = None
    matter.due_on = office_day(matter, files.sources()[matter.source].assign, at)
    matter.save(update_fields=SAVED)
    after = {"approved_by_name": matter.approved_by_name, "approval_basis": matter.approval_basis}
    noted("approve_matter", matter, by, after=after)
    return matter


@action
def reject(*, matter: Matter, reason: str, by: Person, at: datetime | None = None) -> Matter:
    """Record that a matter is not taken up, and why."""
    matter = locked(matter)
    require(by, "supervision.approve", division=matter.division)
    matter.state = check("matter", "reject", matter.state, thing=named(matter))
    if not reason.strip():
        raise ReasonNeeded("不予立项")
    _end(matter, reason, at or timezone.now())
    noted("reject_matter", matter, by, after={"reason": reason})
    return matter


@action
def assign(
    *,
    matter: Matter,
    lead: Unit,
    by: Person,
    supports: Iterable[Unit] = (),
    scheme: str = "",
    own_due: date | None = None,
    at: datetime | None = None,
) -> Matter:
    """Give a matter to the unit that leads and those that support, by a clock scheme: its clock runs from here.

    `scheme` is a preset's name, or that of a scheme of the division's own with or without its version; none is the usual
    one of the source on that day. The scheme's text is kept with the matter. `own_due` is a day that the paper names; it goes before the scheme's limit.
    Raises `UnitEnded`, `UnknownScheme`, `WrongDay`.
    """
    at = at or timezone.now()
    matter = locked(matter)
    require(by, "supervision.run", division=matter.division)
    matter.state = check("matter", "assign", matter.state, thing=named(matter))
    # As they stand now: a unit may have been merged since the page was opened.
    wanted = list(dict.fromkeys([lead.pk, *(unit.pk for unit in supports)]))
    units = Unit.objects.select_related("successor").in_bulk(wanted)
    lead, *others = (units[pk] for pk in wanted)
    for unit in (lead, *others):
        _check_unit(unit, matter, at)
    matter.own_due = own_due or matter.own_due
    if matter.own_due and matter.own_due < timezone.localdate(at):
        raise WrongDay(f"来文要求的期限{said(matter.own_due)}已经过了", "请改一个期限，或者不填，按时限办法算")
    usual = office_clocks.usual(matter.division, matter.source, timezone.localdate(at))
    matter.scheme, matter.scheme_text = office_clocks.chosen(matter.division, scheme or usual)
    matter.assigned_at = at
    matter.paused_until = None
    MatterUnit.objects.bulk_create(
        MatterUnit(matter=matter, unit=unit, part=part, assigned_at=at)
        for part, unit in [(MatterUnit.Part.LEAD, lead), *((MatterUnit.Part.SUPPORT, one) for one in others)]
    )
    clock = Clock(matter)
    clock.wind(at=at, lead=lead, supports=others)
    for row in clock.rows().filter(act="assign", state=StepState.RUNNING):
        clock.do(row, at=at, person=by, note=f"交{lead}办理")
    clock.keep(at=at)
    matter.save(update_fields=SAVED)
    after = {
        "lead": lead.name,
        "supports": [unit.name for unit in others],
        "scheme": matter.scheme,
        "due_on": matter.due_on,
    }
    noted("assign_matter", matter, by, after=after)
    return matter


def _check_unit(unit: Unit, matter: Matter, at: datetime) -> None:
    if unit.division_id != matter.division_id:
        raise NotHandling(unit)
    if unit.valid_to and unit.valid_to <= timezone.localdate(at):
        raise UnitEnded(unit, unit.successor)


@action
def turn_down(*, matter: Matter, unit: Unit, reason: str, by: Person, at: datetime | None = None) -> Matter:
    """Give a matter back that was wrongly sent to the unit, within the scheme's limit, with a reason.

    Where the lead gives it back it waits to be assigned anew; a supporting unit alone is released. Raises `TooLate`,
    `NotInScheme`, `NotHandling`.
    """
    at = at or timezone.now()
    matter = locked(matter)
    check("matter", "turn_down", matter.state, thing=named(matter))
    part = part_of(matter, unit, by)
    if not reason.strip():
        raise ReasonNeeded("退回改办")
    clock = Clock(matter)
    if clock.scheme.turn_down is None:
        raise NotInScheme("退回改办", clock.scheme.title)
    last = due(timezone.localtime(part.assigned_at), clock.scheme.turn_down, clock.calendar)
    if timezone.localtime(at) > last.due:
        raise TooLate("退回改办", last.day, "请继续办理；确不属本单位职责的，和督查室商量")
    if part.part == MatterUnit.Part.LEAD:
        matter.state = check("matter", "turn_down", matter.state, thing=named(matter))
        _release(matter, at, f"{unit}退回：{reason.strip()}")
        clock.let_go(at=at, person=by, reason="已退回改办")
        matter.waits_for, matter.paused_until = None, None
        matter.due_on = office_day(matter, files.sources()[matter.source].assign, at)
    else:
        part.released_at, part.reason = at, reason.strip()[:300]
        part.save(update_fields=["released_at", "reason"])
        clock.let_go(at=at, person=by, reason="已退回", unit=part.unit)
        clock.keep(at=at)
    matter.save(update_fields=SAVED)
    noted("turn_down_matter", matter, by, after={"unit": unit.name, "reason": reason})
    return matter


def _release(matter: Matter, at: datetime, reason: str) -> None:
    matter.units.filter(released_at=None).update(released_at=at, reason=reason[:300])


@action
def answer(
    *,
    matter: Matter,
    unit: Unit,
    text: str,
    by: Person,
    grade: str = "",
    attachments: Sequence[File] = (),
    at: datetime | None = None,
) -> MatterAnswer:
    """Answer a matter for the unit that leads it: what was done, and how the unit grades it where the scheme has grades.

    Raises `StepsFirst` where the scheme wants something done before (talk before answering), `AlreadyAnswered`,
    `NotHandling`, `UnknownGrade`, `Missing`.
    """
    at = at or timezone.now()
    matter = locked(matter)
    if matter.state == MatterState.ANSWERED:
        raise AlreadyAnswered(matter.title)
    state = check("matter", "answer", matter.state, thing=named(matter))
    part = part_of(matter, unit, by)
    if part.part != MatterUnit.Part.LEAD:
        raise NotHandling(unit)
    if not text.strip():
        raise Missing("办理情况")
    clock = Clock(matter)
    _check_grade(clock.scheme, grade)
    _first(clock, "answer", "答复")
    row = clock.rows().filter(act="answer", state=StepState.RUNNING).first()
    if row is None:
        waiting = [step.title for step in clock.rows().filter(state=StepState.RUNNING, unit__isnull=False)]
        raise StepsFirst("答复", waiting)
    clock.do(row, at=at, person=by)
    clock.let_go(at=at, person=by, reason="主办单位已答复", unit__isnull=False)
    made = MatterAnswer.objects.create(
        matter=matter,
        round=matter.round,
        unit=part.unit,
        text=text.strip(),
        grade=grade,
        late=row.late,
        answered_at=at,
        answered_by=by,
    )
    for content, name in attachments:
        kept = stored(matter.division_id, content, name)
        Attachment.objects.create(answer=made, stored=kept, name=name[-255:], added_by=by)
    matter.state = state
    clock.keep(at=at)
    matter.save(update_fields=SAVED)
    after = {"unit": part.unit.name, "grade": grade, "late": row.late, "files": [name for _, name in attachments]}
    noted("answer_matter", matter, by, after=after)
    return made


def _first(clock: Clock, before: str, what: str) -> None:
    missing = clock.rows().filter(before=before, state__in=(StepState.WAITING, StepState.RUNNING))
    if titles := list(missing.values_list("title", flat=True)):
        raise StepsFirst(what, titles)


def _check_grade(scheme: ClockScheme, grade: str) -> None:
    known = [one.name for one in scheme.grades]
    if grade and grade not in known:
        raise UnknownGrade(grade, known)


@action
def return_(*, matter: Matter, reason: str, by: Person, at: datetime | None = None) -> Matter:
    """Return a matter that was answered, or finished and proved untrue, to be done again, with a reason.

    The scheme says how long that may take. Raises `ReasonNeeded`, `UnitEnded` where the lead has gone without a successor.
    """
    at = at or timezone.now()
    matter = locked(matter)
    require(by, "supervision.run", division=matter.division)
    matter.state = check("matter", "return", matter.state, thing=named(matter))
    if not reason.strip():
        raise ReasonNeeded("退回重办")
    clock = Clock(matter)
    matter.answers.filter(verdict=MatterAnswer.Verdict.OPEN).update(
        verdict=MatterAnswer.Verdict.RETURNED, judgement=reason.strip()[:300], judged_at=at, judged_by=by
    )
    again(clock, at=at, person=by, reason="退回重办", limits={"answer": clock.scheme.redo})
    matter.save(update_fields=SAVED)
    noted("return_matter", matter, by, after={"reason": reason, "due_on": matter.due_on})
    return matter


def again(
    clock: Clock, *, at: datetime, person: Person, reason: str, limits: dict[str, Any], talk: bool = False
) -> None:
    """Begin a new round of a matter that was answered: its answer and what follows, with `talk` the talk before it too."""
    matter = clock.matter
    part = lead_of(matter)
    assert part is not None
    lead = part.unit
    if lead.valid_to and lead.successor is None and lead.valid_to <= timezone.localdate(at):
        raise UnitEnded(lead, None)
    clock.let_go(at=at, person=person, reason=reason)
    matter.closed_at, matter.grade = None, ""
    acts = {"answer", "satisfaction", "review"} | ({"talk"} if talk else set())
    clock.wind(at=at, lead=lead, acts=acts, limits=limits)
    clock.keep(at=at)


@action
def finish(*, matter: Matter, by: Person, grade: str = "", note: str = "", at: datetime | None = None) -> Matter:
    """Accept the answer and close the matter, with a grade where the scheme has some.

    Raises `StepsFirst` where the proposer has not been asked yet, `UnknownGrade`, `Missing` for a scheme with grades.
    """
    at = at or timezone.now()
    matter = locked(matter)
    require(by, "supervision.run", division=matter.division)
    matter.state = check("matter", "finish", matter.state, thing=named(matter))
    clock = Clock(matter)
    _first(clock, "finish", "办结")
    last = matter.answers.order_by("-round", "-pk").first()
    grade = grade or (last.grade if last else "")
    _check_grade(clock.scheme, grade)
    if clock.scheme.grades and not grade:
        raise Missing("办理评价", f"请评定：{'、'.join(one.name for one in clock.scheme.grades)}")
    for row in clock.rows().filter(act="review", state=StepState.RUNNING):
        clock.do(row, at=at, person=by, note=note)
    clock.let_go(at=at, person=by, reason="事项已办结")
    matter.answers.filter(verdict=MatterAnswer.Verdict.OPEN).update(
        verdict=MatterAnswer.Verdict.ACCEPTED,
        given_grade=grade,
        judgement=note.strip()[:300],
        judged_at=at,
        judged_by=by,
    )
    matter.grade, matter.closed_at = grade, at
    matter.waits_for, matter.due_on, matter.paused_until = None, None, None
    matter.save(update_fields=SAVED)
    noted("finish_matter", matter, by, after={"grade": grade, "note": note})
    return matter


@action
def cancel(*, matter: Matter, reason: str, by: Person, at: datetime | None = None) -> Matter:
    """Withdraw a matter, with a reason; its clock stops."""
    at = at or timezone.now()
    matter = locked(matter)
    require(by, "supervision.approve", division=matter.division)
    matter.state = check("matter", "cancel", matter.state, thing=named(matter))
    if not reason.strip():
        raise ReasonNeeded("撤销")
    Clock(matter).let_go(at=at, person=by, reason="事项已撤销")
    _end(matter, reason, at)
    noted("cancel_matter", matter, by, after={"reason": reason})
    return matter


def _end(matter: Matter, reason: str, at: datetime) -> None:
    matter.closing_reason, matter.closed_at = reason.strip()[:300], at
    matter.waits_for, matter.due_on, matter.paused_until = None, None, None
    matter.save(update_fields=SAVED)
