"""The leaders' page, for two minutes on a phone: five lines, and from each an instruction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Q
from django.db.models.fields.json import KT
from django.utils import timezone
from django.utils.safestring import SafeString

from duban.accounts.queries import last_visit
from duban.dispatch.lamps import lamp
from duban.dispatch.queries.lights import held
from duban.organisations.access import access_of
from duban.organisations.models import Person
from duban.organisations.roles import Role
from duban.plans.models import Ledger, Project, Task
from duban.plans.queries.desk import address, in_force
from duban.plans.queries.waiting import led_by, newest
from duban.supervision.loop.phrases import Phrase, phrases
from duban.supervision.models import Conference, Issue, Matter
from duban.supervision.models.matters import Urgency
from duban.supervision.states.conferences import ConferenceState
from duban.supervision.states.issues import IssueState
from duban.supervision.states.matters import MatterState

#: So many rows of a line show; the rest are counted and linked.
SHOWN = 5


@dataclass(frozen=True)
class Lamp:
    """What a task shows, since when, and why."""

    level: str
    lamp: SafeString
    colour: str
    shape: str
    word: str
    severity: int
    since: date
    why: str


@dataclass(frozen=True)
class Shade:
    """How many tasks of the ledger show a light."""

    lamp: SafeString
    count: int
    url: str


@dataclass(frozen=True)
class Row:
    """One thing: where it leads, what is said of it, and on what a leader instructs (`about` and `pk`; empty: on nothing)."""

    title: str
    url: str
    number: str = ""
    words: str = ""
    lamp: SafeString | str = ""
    new: bool = False
    about: str = ""
    pk: int = 0


@dataclass(frozen=True)
class Line:
    """One of the five lines: its rows, how many there are, where the rest is, and what to say where there are none."""

    title: str
    rows: Sequence[Row]
    total: int
    empty: str
    url: str = ""
    tone: str = ""
    shades: Sequence[Shade] = field(default=())

    @property
    def left_off(self) -> int:
        """How many do not show."""
        return max(self.total - len(self.rows), 0)


def page(person: Person, today: date) -> dict[str, Any] | None:
    """Return what the page shows; None for whoever leads nothing."""
    if Role.LEADER not in access_of(person).roles:
        return None
    ledger = newest(person)
    lamps = _lamps(ledger, today) if ledger else {}
    tasks = _tasks(ledger, today)
    return {
        "lines": [
            _overall(ledger, lamps),
            _turned_red(person, ledger, lamps, tasks, today),
            _waiting(person, today),
            _own_tasks(person, ledger, lamps),
            _projects(person, lamps),
        ],
        "ledger": ledger,
        "today": today,
        "phrases": _phrases(),
        "urgencies": Urgency.choices,
    }


def _phrases() -> Sequence[Phrase]:
    return phrases()


def _lamps(ledger: Ledger, today: date) -> dict[int, Lamp]:
    """Return what each task of the ledger shows today; one statement."""
    rows = held(ledger, today).filter(task__in=Task.objects.in_ledger().filter(ledger=ledger).order_by().values("pk"))
    found = {}
    for task, level, colour, since, shape, word, severity, why in rows.values_list(
        "task_id", "level", "colour", "valid_from", KT("why__shape"), KT("why__word"), KT("why__severity"),
        KT("why__sentence"),
    ):  # fmt: skip
        html = lamp(colour, shape or "", word or "", why or "")
        found[task] = Lamp(level, html, colour, shape or "", word or "", int(severity or 0), since, why or "")
    return found


def _tasks(ledger: Ledger | None, today: date) -> dict[int, Task]:
    if ledger is None:
        return {}
    rows = Task.objects.in_ledger().filter(ledger=ledger).only("title", "seq", "lead_names", "ledger_id")
    found = {task.pk: task for task in rows}
    for task in found.values():
        task.ledger = ledger
    return found


def _overall(ledger: Ledger | None, lamps: dict[int, Lamp]) -> Line:
    counts = Counter(one.level for one in lamps.values())
    first = {one.level: one for one in lamps.values()}
    shades = [
        Shade(
            lamp(first[level].colour, first[level].shape, first[level].word),
            count,
            address("plans:ledger", ledger.pk, query=f"light={level}") if ledger else "",
        )
        for level, count in sorted(counts.items(), key=lambda one: -first[one[0]].severity)
    ]
    title = f"全局：{ledger.year}年 {sum(counts.values())} 项任务" if ledger else "全局"
    return Line(title, [], len(lamps), "还没有印发的台账。", shades=shades)


def _turned_red(
    person: Person, ledger: Ledger | None, lamps: dict[int, Lamp], tasks: dict[int, Task], today: date
) -> Line:
    visited = last_visit(person)
    seen = timezone.localdate(visited) if visited else today.replace(day=1)
    since = min(seen, today.replace(day=1))
    red = [(pk, one) for pk, one in lamps.items() if one.colour == "red" and one.since >= since and pk in tasks]
    red.sort(key=lambda found: found[1].since, reverse=True)
    rows = [_of_task(tasks[pk], one, new=one.since >= seen) for pk, one in red[:SHOWN]]
    url = address("plans:ledger", ledger.pk, query=f"light={red[0][1].level}") if ledger and red else ""
    return Line("本月转红", rows, len(red), "本月没有转红的任务。", url, "bad" if red else "")


def _of_task(task: Task, light: Lamp | None, *, new: bool = False) -> Row:
    words = f"{task.lead_names}　{light.why if light else ''}".strip()
    shown = light.lamp if light else ""
    return Row(task.title, address("plans:task", task.pk), task.short_number, words, shown, new, "task", task.pk)


def _waiting(person: Person, today: date) -> Line:
    rows: list[tuple[date, Row]] = []
    conferences = Conference.objects.filter(chair=person, state=ConferenceState.PLANNED)
    for one in conferences.order_by("starts_at")[:SHOWN]:
        day = timezone.localtime(one.starts_at)
        rows.append((day.date(), Row(one.title, address("supervision:conference", one.pk), "会商",
                                     f"{day:%-m月%-d日 %H:%M} {one.place}，您召集")))  # fmt: skip
    matters = Matter.objects.visible_to(person).filter(instructed_by=person)
    matters = matters.exclude(state__in=(MatterState.CANCELLED, MatterState.REJECTED, MatterState.DONE))
    for matter in matters.order_by("due_on", "pk")[: SHOWN * 2]:
        late = "，逾期" if matter.due_on and matter.due_on < today else ""
        words = f"{matter.get_state_display()}{late}：{matter.text[:40]}"
        rows.append(
            (matter.due_on or today, Row(matter.title, address("supervision:matter", matter.pk), "批示", words))
        )
    stuck = Q(state=IssueState.COORDINATING) | Q(due_on__lt=today)
    issues = Issue.objects.visible_to(person).open().filter(stuck, sponsor=person).select_related("waits_for")
    for issue in issues.order_by("due_on", "pk")[: SHOWN * 2]:
        late = "，逾期" if issue.due_on and issue.due_on < today else ""
        row = Row(issue.title, address("supervision:issue", issue.pk), issue.short_number,
                  f"{issue.get_state_display()}{late}，等{issue.who}：{issue.next_step}", about="issue", pk=issue.pk)  # fmt: skip
        rows.append((issue.due_on or today, row))
    rows.sort(key=lambda one: one[0])
    url = address("supervision:issues", query=f"sponsor={person.pk}")
    return Line(
        "等我的", [row for _, row in rows[:SHOWN]], len(rows), "没有等您的：没有要您协调的问题、没有办着的批示。", url
    )


def _own_tasks(person: Person, ledger: Ledger | None, lamps: dict[int, Lamp]) -> Line:
    tasks = list(in_force(led_by(person)).filter(ledger=ledger).select_related("ledger").defer("text", "summary"))
    tasks.sort(key=lambda task: -lamps[task.pk].severity if task.pk in lamps else 0)
    rows = [_of_task(task, lamps.get(task.pk)) for task in tasks[:SHOWN]]
    url = address("plans:ledger", ledger.pk, query=f"sponsor={person.pk}") if ledger else ""
    return Line("我的任务", rows, len(tasks), "没有您包保、分管的任务。包保领导由督查室在台账页指定。", url)


def _projects(person: Person, lamps: dict[int, Lamp]) -> Line:
    found = Project.objects.filter(task__in=in_force(led_by(person)).order_by().values("pk"), dropped=False)
    projects = list(found.select_related("task__ledger").defer("task__text", "task__summary").order_by("-value", "pk"))
    rows = [
        Row(
            project.name,
            address("plans:task", project.task_id),
            project.task.short_number,
            f"{project.value.normalize():f}{project.unit}　{project.task.title}",
            lamps[project.task_id].lamp if project.task_id in lamps else "",
            about="task",
            pk=project.task_id or 0,
        )
        for project in projects[:SHOWN]
        if project.task is not None
    ]
    return Line("我的项目", rows, len(projects), "您包保、分管的任务里没有项目。")
