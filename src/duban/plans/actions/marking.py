"""New entries, from words that a person marked in the paper or from what they typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from duban.audit.refusals import Refusal
from duban.organisations.names import resolve
from duban.plans import passages
from duban.plans.actions import filling
from duban.plans.actions.cleaning import Invalid, cleaned
from duban.plans.actions.correcting import Correcting
from duban.plans.models import Deadline, Indicator, Project, Responsibility, Task
from duban.plans.models.entries import UnitRole


class NothingRead(Refusal):
    """The marked words hold nothing of the kind."""

    status = 422

    def __init__(self, what: str, advice: str) -> None:
        super().__init__(f"标出的文字里没有读出{what}。{advice}")


def no_second(row: Responsibility, values: Mapping[str, Any]) -> None:
    """Raise `Invalid` where the task has the unit in this role already."""
    unit, role = values.get("unit_id", row.unit_id), values.get("role", row.role)
    there = Responsibility.objects.filter(task=row.task_id, unit=unit, role=role, dropped=False).exclude(pk=row.pk)
    if unit is not None and there.exists():
        raise Invalid(f"这项任务已有同一单位的“{UnitRole(role).label}”，不必再加。")


@dataclass(frozen=True)
class Marked:
    """Words of a paper that a person marked."""

    text: str
    start: int
    end: int
    year: int
    place: str

    @property
    def words(self) -> str:
        """The words without layout white space."""
        return passages.words(self.text, self.start, self.end)

    @property
    def span(self) -> dict[str, int]:
        """The place of a row made of them."""
        return {"span_start": self.start, "span_end": self.end, "order": self.start}


def marked_words(under_way: Correcting, span: tuple[int, int] | None) -> Marked | None:
    """Return the words that a person marked. Raises `Invalid` where they are blank."""
    if span is None:
        return None
    paper = under_way.paper
    start, end = passages.tidy(paper.text, max(0, span[0]), min(len(paper.text), span[1]))
    if start >= end:
        raise Invalid("没有标出文字。请在左边选中文字再试。")
    return Marked(paper.text, start, end, paper.year, paper.division.name)


def _common(under_way: Correcting, task: Task | None) -> dict[str, Any]:
    return {"task": task, "paper": under_way.paper, "ledger_id": under_way.paper.ledger_id}


def _new_indicators(
    under_way: Correcting, task: Task | None, marked: Marked | None, fields: dict[str, Any]
) -> list[Any]:
    found = passages.read_indicators(marked.text, marked.start, marked.end, place=marked.place) if marked else []
    if found and marked and not fields:
        return [
            Indicator(
                **_common(under_way, task),
                **item.facts,
                text=passages.words(marked.text, item.span.start, item.span.end)[:500],
                span_start=item.span.start,
                span_end=item.span.end,
                order=item.span.start,
            )
            for item in found
            if item.facts["value"] is not None
        ]
    if not fields:
        raise NothingRead("指标", "请连同名称和数值一起标出，如“新签约项目60个”。")
    row = Indicator(**_common(under_way, task), value=0)
    for name, value in cleaned(row, {"name": "", "value": None, **fields}, under_way.paper).items():
        setattr(row, name, value)
    return [_placed(row, marked, task)]


def _new_projects(under_way: Correcting, task: Task | None, marked: Marked | None, fields: dict[str, Any]) -> list[Any]:
    found = passages.read_projects(marked.text, marked.start, marked.end) if marked else []
    if found and marked and not fields:
        return [
            Project(
                **_common(under_way, task),
                **item.facts,
                text=passages.words(marked.text, item.span.start, item.span.end)[:500],
                span_start=item.span.start,
                span_end=item.span.end,
                order=item.span.start,
            )
            for item in found
            if item.facts["value"] is not None
        ]
    if not fields:
        raise NothingRead("项目", "请连同投资额一起标出，如“投资12亿元的智能制造产业园项目”。")
    row = Project(**_common(under_way, task), value=0)
    for name, value in cleaned(row, {"name": "", "value": None, "unit": "亿元", **fields}, under_way.paper).items():
        setattr(row, name, value)
    return [_placed(row, marked, task)]


def _new_deadlines(
    under_way: Correcting, task: Task | None, marked: Marked | None, fields: dict[str, Any]
) -> list[Any]:
    row = Deadline(task=task, text=marked.words[:100] if marked else "")
    if marked:
        row.due = passages.read_deadline(marked.text, marked.start, marked.end, year=marked.year)
    for name, value in cleaned(row, fields, under_way.paper).items():
        setattr(row, name, value)
    if not row.text:
        if row.due is None:
            raise Invalid("请填时限的日期，或在原文中标出时限。")
        row.text = f"{row.due:%Y年%-m月%-d日}前"
    return [_placed(row, marked, task)]


def _new_responsibilities(
    under_way: Correcting, task: Task | None, marked: Marked | None, fields: dict[str, Any]
) -> list[Any]:
    assert task is not None
    role = cleaned(Responsibility(task=task), {"role": fields.get("role") or "responsible"}, under_way.paper)["role"]
    if marked is None:
        row = Responsibility(task=task, role=role)
        for name, value in cleaned(row, {**fields, "role": role}, under_way.paper).items():
            setattr(row, name, value)
        if row.unit is None:
            raise Invalid("请选择单位。")
        row.unit_text = row.unit.name
        return [_placed(row, None, task)]
    spans = passages.read_units(marked.text, marked.start, marked.end)
    pieces = [(span.start, span.end) for span in spans] or [(marked.start, marked.end)]
    named = [(start, end, passages.words(marked.text, start, end)[:200]) for start, end in pieces]
    resolved = resolve(under_way.paper.division, [name for _, _, name in named], timezone.localdate())
    taken = set(task.responsibilities.filter(dropped=False, role=role).values_list("unit_id", flat=True))
    rows: list[Any] = []
    for start, end, name in named:
        found = resolved.get(name)
        if found and found.unit and found.unit.pk in taken:
            continue
        rows.append(
            Responsibility(
                task=task,
                unit=found.unit if found else None,
                unit_text=name,
                role=role,
                is_group=bool(found and found.group),
                span_start=start,
                span_end=end,
                order=start,
            )
        )
        if found and found.unit:
            taken.add(found.unit.pk)
        if found and found.group:
            units = filling.members_of([found.group.pk])[found.group.pk]
            rows += filling.member_rows(rows[-1], units, taken=set(taken), order=start)
    if not rows:
        raise Invalid("这项任务已有标出的单位，不必再加。")
    return rows


def _new_tasks(under_way: Correcting, task: Task | None, marked: Marked | None, fields: dict[str, Any]) -> list[Any]:
    if marked is None:
        raise Invalid("请在原文中标出任务的文字，再加为任务。")
    paper = under_way.paper
    section = None
    first = paper.tasks.order_by("order").first()
    for document in filling.read_documents(paper):
        holding = [s for s in document.sections if s.span.start <= marked.start < s.span.end]
        if holding:
            deepest = max(holding, key=lambda s: s.depth)
            section = filling.section_row(paper, document, deepest.id)
    assert paper.ledger is not None
    base = first.order - (first.span_start or 0) if first else filling.order_base(paper.ledger)
    row = Task(
        ledger=paper.ledger,
        paper=paper,
        section=section,
        title=filling.short_title(marked.words)[:300],
        text=marked.words,
        **{**marked.span, "order": base + marked.start},
    )
    for name, value in cleaned(row, fields, paper).items():
        setattr(row, name, value)
    return [row]


def there_already(row: Any) -> Any:
    """Return the indicator or project that stands on the same characters already, where it belongs to no task or was dropped.

    Raises `Invalid` where it belongs to a task: nothing is counted twice.
    """
    if not isinstance(row, Indicator | Project) or row.span_start is None:
        return row
    same = type(row)._default_manager.filter(paper=row.paper, span_start=row.span_start, span_end=row.span_end)
    there = same.select_related("task").order_by("dropped", "pk").first()
    if there is None:
        return row
    if there.task is not None and not there.dropped and not there.task.dropped:
        raise Invalid(f"这些文字已经是任务“{there.task}”的“{there}”，不必再标。")
    return there


def take_in(under_way: Correcting, task: Task) -> None:
    """Give a new task the numbers on its words that belong to none yet."""
    for kind in (under_way.paper.indicators, under_way.paper.projects):
        for row in kind.filter(task=None, span_start__gte=task.span_start, span_end__lte=task.span_end):
            under_way.set(row, task_id=task.pk)


def _placed(row: Any, marked: Marked | None, task: Task | None) -> Any:
    if marked:
        row.span_start, row.span_end, row.order = marked.start, marked.end, marked.start
        if isinstance(row, Indicator | Project):
            row.text = marked.words[:500]
    elif task is not None:
        # Behind what was read of the task.
        row.order = task.span_end or 0
    return row


MAKERS = {
    "task": _new_tasks,
    "responsibility": _new_responsibilities,
    "deadline": _new_deadlines,
    "indicator": _new_indicators,
    "project": _new_projects,
}
