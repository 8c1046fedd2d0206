"""Matters as lists show them and as their own page does."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Prefetch, Q, QuerySet
from django.utils import timezone

from duban.audit.trail import SYSTEM
from duban.dispatch.schemes.lights.scheme import ACTIONS
from duban.organisations.access import access_of
from duban.organisations.models import Person, Unit
from duban.supervision.clocks.scheme import ClockScheme
from duban.supervision.models import (
    Attachment,
    CloseOut,
    Issue,
    Matter,
    MatterAnswer,
    MatterExtension,
    MatterMark,
    MatterMove,
    MatterStep,
    MatterUnit,
    Order,
    OrderUnit,
)
from duban.supervision.models.matters import MatterQuerySet, MatterSource
from duban.supervision.queries.inspection_spot import files_of_inspections
from duban.supervision.reaching import heirs, within
from duban.supervision.states.matters import ExtensionState, MatterState, StepState

#: The tabs over the list: which of the open matters each shows, by their day.
WHEN = {"open": "在办", "today": "今天", "week": "本周", "overdue": "逾期", "all": "全部"}
#: By what a list may be ordered.
SORTS = {
    "number": ("year", "seq"),
    "due": ("due_on", "pk"),
    "received": ("received_on", "pk"),
    "title": ("title", "pk"),
    "source": ("source", "due_on", "pk"),
    "state": ("state", "due_on", "pk"),
}
_OPEN = ~Q(state__in=(MatterState.REJECTED, MatterState.DONE, MatterState.CANCELLED))


@dataclass(frozen=True)
class Asked:
    """What a list is asked for; empty where nothing is."""

    when: str = "open"
    source: str = ""
    state: str = ""
    unit: str = ""
    day: date | None = None
    q: str = ""
    sort: str = ""

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Asked:
        """Return what an address asks; what it cannot mean is left out."""
        unit = given.get("unit", "")
        return cls(
            when=given.get("when", "") if given.get("when", "") in WHEN else "open",
            source=given.get("source", "") if given.get("source", "") in MatterSource else "",
            state=given.get("state", "") if given.get("state", "") in MatterState else "",
            unit=unit if unit == "office" or unit.isdecimal() else "",
            day=_day(given.get("day", "")),
            q=given.get("q", "").strip()[:100],
            sort=given.get("sort", "") if given.get("sort", "").removeprefix("-") in SORTS else "",
        )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def when_is(when: str, today: date) -> Q:
    """Return the condition of a tab."""
    week = today + timedelta(days=6 - today.weekday())
    return {
        "open": _OPEN,
        "today": _OPEN & Q(due_on=today),
        "week": _OPEN & Q(due_on__range=(today, week)),
        "overdue": _OPEN & Q(due_on__lt=today),
        "all": Q(),
    }[when]


def seen(person: Person, asked: Asked) -> MatterQuerySet:
    """Return the matters that the person sees and that fit what is asked, whatever their day."""
    found = Matter.objects.visible_to(person)
    if asked.source:
        found = found.filter(source=asked.source)
    if asked.state:
        found = found.filter(state=asked.state)
    if asked.unit == "office":
        found = found.filter(_OPEN, waits_for=None)
    elif asked.unit:
        handled = MatterUnit.objects.filter(within("unit", [int(asked.unit)]), released_at=None)
        found = found.filter(pk__in=handled.values("matter_id"))
    if asked.day:
        due = MatterStep.objects.filter(state=StepState.RUNNING, due_on=asked.day)
        found = found.filter(pk__in=due.values("matter_id"))
    if asked.q:
        found = found.filter(
            Q(title__icontains=asked.q)
            | Q(text__icontains=asked.q)
            | Q(source_name__icontains=asked.q)
            | Q(source_person__icontains=asked.q)
        )
    return found


def counts(found: MatterQuerySet, today: date) -> dict[str, int]:
    """Return how many matters each tab has; one statement."""
    return found.order_by().aggregate(
        **{when: Count("pk", filter=when_is(when, today)) if when != "all" else Count("pk") for when in WHEN}
    )


def ordered(found: MatterQuerySet, asked: Asked, today: date) -> QuerySet[Matter]:
    """Return the matters of a tab in the order asked for: what is due first, what is closed last."""
    narrowed = found.filter(when_is(asked.when, today)).prefetch_related("division", "waits_for").defer("scheme_text")
    if not asked.sort:
        if asked.when == "all":
            return narrowed.order_by("-year", "-seq")
        return narrowed.order_by("due_on", "pk")
    names = SORTS[asked.sort.removeprefix("-")]
    return narrowed.order_by(*(f"-{name}" if asked.sort.startswith("-") else name for name in names))


@dataclass
class Line:
    """A matter in a list, with its units and what comes next."""

    matter: Matter
    lead: Unit | None = None
    supports: list[Unit] = field(default_factory=list)
    step: str = ""
    how: str = ""

    @property
    def next(self) -> str:
        """What comes next on it, in words."""
        if self.matter.paused_until:
            return "暂停中"
        return self.step or {"registered": "定下是否立项", "approved": "交办"}.get(self.matter.state, "")

    @property
    def open(self) -> bool:
        """Whether something is still to be done."""
        return self.matter.due_on is not None


def lines(matters: Iterable[Matter]) -> list[Line]:
    """Return the lines of a list: four statements however many there are."""
    found = {matter.pk: Line(matter) for matter in matters}
    # Many parts and few units: each unit is made once.
    parts = MatterUnit.objects.filter(matter__in=found, released_at=None).prefetch_related("unit__successor")
    for part in parts.order_by("part", "unit__order", "pk"):
        line = found[part.matter_id]
        if part.part == MatterUnit.Part.LEAD:
            line.lead = part.unit
        else:
            line.supports.append(part.unit)
    steps = MatterStep.objects.filter(matter__in=found, state=StepState.RUNNING)
    for matter, title, counted in steps.order_by("due_on", "order", "pk").values_list("matter_id", "title", "counted"):
        line = found[matter]
        if not line.step:
            line.step, line.how = title, counted
    return list(found.values())


def units_with_matters(person: Person) -> list[Unit]:
    """Return the units that handle matters that the person sees, for the filter."""
    parts = MatterUnit.objects.filter(matter__in=Matter.objects.visible_to(person), released_at=None)
    return list(Unit.objects.filter(pk__in=parts.values("unit_id")).order_by("order", "pk"))


# ---- one matter ----


@dataclass(frozen=True)
class Event:
    """Something that happened to a matter."""

    at: datetime
    what: str
    who: str = ""
    detail: str = ""
    tone: str = ""

    @property
    def system(self) -> bool:
        """Whether the system did it, so that the hour says nothing."""
        return self.who == SYSTEM.name


@dataclass
class MatterPage:
    """All that the page of a matter shows."""

    matter: Matter
    rules: ClockScheme | None
    line: Line
    rounds: list[tuple[int, list[MatterStep]]]
    answers: list[MatterAnswer]
    extensions: list[MatterExtension]
    files: list[Attachment]
    history: list[Event]
    may: dict[str, bool]
    #: The steps that the person can report on here.
    todo: list[MatterStep]

    @property
    def asked(self) -> MatterExtension | None:
        """The request for more time that waits for a decision."""
        return next((one for one in self.extensions if one.state == ExtensionState.ASKED), None)

    @property
    def answer(self) -> MatterAnswer | None:
        """The answer that the office has not judged yet."""
        return next((one for one in self.answers if one.verdict == MatterAnswer.Verdict.OPEN), None)


def acting_part(matter: Matter, person: Person) -> MatterUnit | None:
    """Return the part that the person's units have in a matter, the lead first; also as the successor of a merged unit."""
    own = access_of(person).reach("supervision.answer").units
    if not own:
        return None
    parts = matter.units.filter(within("unit", own), released_at=None).select_related("unit__successor__successor")
    return parts.order_by("part", "pk").first()


def matter_page(matter: Matter, person: Person, rules: ClockScheme | None) -> MatterPage:
    """Return what the page of a matter shows; a bounded number of statements."""
    steps = list(
        matter.steps.select_related("unit__successor__successor", "done_by").prefetch_related(
            Prefetch("marks", MatterMark.objects.order_by("on", "pk")),
            Prefetch("moves", MatterMove.objects.select_related("by")),
            Prefetch("extensions", MatterExtension.objects.select_related("asked_by", "decided_by")),
        )
    )
    by_round: dict[int, list[MatterStep]] = defaultdict(list)
    for step in steps:
        by_round[step.round].append(step)
    answers = list(
        matter.answers.select_related("unit", "answered_by", "judged_by", "rated_by").prefetch_related(
            Prefetch("attachments", Attachment.objects.select_related("stored"))
        )
    )
    files = list(matter.attachments.select_related("stored", "added_by"))
    part = acting_part(matter, person)
    extensions = [one for step in steps for one in step.extensions.all()]
    return MatterPage(
        matter=matter,
        rules=rules,
        line=lines([matter])[0],
        rounds=sorted(by_round.items(), reverse=True),
        answers=answers[::-1],
        extensions=extensions,
        files=files,
        history=sorted(_history(matter, steps, answers), key=lambda one: one.at)[::-1],
        may=_may(matter, person, part, rules),
        todo=_todo(matter, person, steps),
    )


def _todo(matter: Matter, person: Person, steps: list[MatterStep]) -> list[MatterStep]:
    """Return the steps that run and that the person may report on, for the office or for their own unit."""
    access = access_of(person)
    run = access.may("supervision.run", division=matter.division)
    own = access.reach("supervision.answer").units
    return [
        step
        for step in steps
        if matter.state == MatterState.IN_PROGRESS
        and step.state == StepState.RUNNING
        and step.act in ("note", "talk")
        and (not own.isdisjoint(heirs(step.unit)) if step.unit else run)
    ]


def _may(matter: Matter, person: Person, part: MatterUnit | None, rules: ClockScheme | None) -> dict[str, bool]:
    access = access_of(person)
    run = access.may("supervision.run", division=matter.division)
    approve = access.may("supervision.approve", division=matter.division)
    state = matter.state
    running = state == MatterState.IN_PROGRESS
    return {
        "approve": approve and state == MatterState.REGISTERED,
        "assign": run and state == MatterState.APPROVED,
        "change": run and state in (MatterState.REGISTERED, MatterState.APPROVED),
        "judge": run and state == MatterState.ANSWERED,
        "reopen": run and state == MatterState.DONE,
        "cancel": approve and matter.due_on is not None,
        "answer": running and part is not None and part.part == MatterUnit.Part.LEAD,
        "turn_down": running and part is not None,
        "attach": run,
        "pause": run and running and not matter.paused_until,
        "resume": run and bool(matter.paused_until),
        "extend": bool(
            running and part and part.part == MatterUnit.Part.LEAD and rules and rules.extension and not matter.own_due
        ),
        "decide_extension": run,
        "rate": run and state == MatterState.ANSWERED and bool(rules and rules.of_act("satisfaction")),
    }


def _history(matter: Matter, steps: list[MatterStep], answers: list[MatterAnswer]) -> Iterator[Event]:
    yield Event(matter.registered_at, "登记", matter.registered_by.name, f"来源：{matter.get_source_display()}")
    if matter.approved_at and matter.approved_by:
        detail = f"{matter.approved_by_name}批准，依据：{matter.approval_basis}"
        yield Event(matter.approved_at, "立项", matter.approved_by.name, detail, "accent")
    for part in matter.units.select_related("unit"):
        yield Event(part.assigned_at, f"交{part.unit}{part.get_part_display()}", tone="accent")
        if part.released_at:
            yield Event(part.released_at, f"{part.unit}不再{part.get_part_display()}", detail=part.reason, tone="warn")
    for step in steps:
        if step.done_at and step.act not in ("assign", "answer", "review"):
            late = "（逾期）" if step.late else ""
            yield Event(step.done_at, f"{step.title}{late}", step.done_by.name if step.done_by else "", step.note)
        for mark in step.marks.all():
            does = "、".join(ACTIONS[name] for name in mark.do)
            what = f"{step.title}逾期{'：' + does if does else ''}"
            detail = f"{mark.say}{'（后来期限顺延，已撤回）' if mark.withdrawn else ''}"
            yield Event(_morning(mark.on), what, SYSTEM.name, detail, "" if mark.withdrawn else "bad")
        for move in step.moves.all():
            what = f"{step.title}的期限由{_short(move.was)}改为{_short(move.now)}"
            yield Event(move.at, what, move.by.name if move.by else SYSTEM.name, move.reason, "warn")
        for one in step.extensions.all():
            yield Event(one.asked_at, f"申请“{step.title}”延期{one.words}", one.asked_by.name, one.reason)
            if one.decided_at and one.decided_by:
                who = f"{one.approved_by_name}批准。" if one.approved_by_name else ""
                yield Event(one.decided_at, one.get_state_display(), one.decided_by.name, f"{who}{one.decision}")
    for pause in matter.pauses.select_related("paused_by", "resumed_by"):
        what = f"暂停计时到{_short(pause.until)}"
        yield Event(pause.started_at, what, pause.paused_by.name, pause.reason, "warn")
        if pause.resumed_at and pause.resumed_by:
            yield Event(pause.resumed_at, "恢复计时", pause.resumed_by.name)
    for answer in answers:
        late = "（逾期）" if answer.late else ""
        yield Event(answer.answered_at, f"{answer.unit}答复{late}", answer.answered_by.name, tone="accent")
        if answer.rated_at and answer.rated_by:
            what = f"提出人{answer.get_satisfaction_display()}"
            yield Event(answer.rated_at, what, answer.rated_by.name, answer.rating_note)
        if answer.judged_at and answer.judged_by:
            tone = "good" if answer.verdict == MatterAnswer.Verdict.ACCEPTED else "bad"
            yield Event(answer.judged_at, answer.get_verdict_display(), answer.judged_by.name, answer.judgement, tone)
    if matter.closed_at and matter.closing_reason:
        yield Event(matter.closed_at, matter.get_state_display(), detail=matter.closing_reason, tone="bad")


def _morning(day: date) -> datetime:
    return timezone.make_aware(datetime(day.year, day.month, day.day))


def _short(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def attachments_seen(person: Person) -> Any:
    """Return the files of supervision that the person may open: those of what they see."""
    matters = Matter.objects.visible_to(person)
    seen = Q(matter__in=matters) | Q(answer__matter__in=matters)
    seen |= Q(order__in=Order.objects.visible_to(person))
    seen |= Q(order_answer__slip__in=OrderUnit.objects.visible_to(person))
    seen |= Q(issue_step__issue__in=Issue.objects.visible_to(person).order_by().values("pk"))
    seen |= Q(close_out_item__close_out__in=CloseOut.objects.visible_to(person).order_by().values("pk"))
    return Attachment.objects.filter(seen | files_of_inspections(person)).distinct().select_related("stored")
