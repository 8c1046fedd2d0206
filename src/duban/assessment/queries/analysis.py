"""The month in one page, for whoever analyses: all that is counted there, and of what."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models.fields.json import KT
from django.utils import timezone

from duban.assessment.analysis.hanging import plots, shared
from duban.assessment.analysis.moving import BEHIND, History, Lit, Move, moves
from duban.assessment.analysis.problems import Kind, Told, sorted_by_kind
from duban.dispatch.curves import Goal, Reading
from duban.dispatch.forecasts import Forecast
from duban.dispatch.lighting import outlook
from duban.dispatch.models import Report, TaskLight
from duban.dispatch.queries.overview import months_of
from duban.dispatch.states import ReportState
from duban.dispatch.work import works
from duban.organisations.models import Person
from duban.plans.models import Indicator, Ledger, Project, Responsibility, Task
from duban.plans.models.entries import UnitRole
from duban.plans.queries.ledger import Part, sections
from duban.plans.states import LedgerState
from duban.supervision.models import Finding, Issue
from duban.supervision.states.inspections import FindingState

#: A unit has much at once that leads so many tasks which are behind.
MUCH = 3
#: So many of the tasks that went on most are shown.
MOST = 8


@dataclass
class Cell:
    """The tasks of a section and a unit that are behind or stall."""

    tasks: list[int] = field(default_factory=list)
    red: int = 0
    #: The share of the largest cell, in five steps, by which it is shaded.
    shade: int = 0


@dataclass
class Load:
    """A unit: how many tasks it leads, and how many of them are behind, stall, will miss."""

    pk: int
    name: str
    led: int = 0
    behind: int = 0
    red: int = 0
    stalled: int = 0
    misses: int = 0

    @property
    def much(self) -> bool:
        """Whether several tasks that are behind hang on it."""
        return self.behind >= MUCH


@dataclass(frozen=True)
class Miss:
    """An indicator that will miss its promise at its recent pace."""

    indicator: Indicator
    task: Task
    goal: Goal
    last: Reading
    forecast: Forecast


@dataclass(frozen=True)
class Year:
    """How a ledger stood on a day: tasks, how many show each colour, the mean progress."""

    ledger: Ledger
    day: date
    tasks: int
    colours: Mapping[str, int]
    progress: Decimal | None

    @property
    def behind(self) -> int:
        """How many were behind."""
        return sum(self.colours.get(colour, 0) for colour in BEHIND)

    @property
    def lit(self) -> int:
        """How many had a light."""
        return sum(self.colours.values())


@dataclass(frozen=True)
class Analysis:
    """All that the page shows of a ledger in a month."""

    ledger: Ledger
    month: date
    day: date
    months: list[date]
    tasks: dict[int, Task]
    moves: dict[int, Move]
    #: How many tasks showed each colour at the end of each month of the year up to now.
    trend: list[tuple[date, Mapping[str, int]]]
    heads: list[tuple[int, str]]
    columns: list[tuple[int, str]]
    cells: dict[tuple[int, int], Cell]
    kinds: list[Kind]
    kind_months: list[date]
    misses: list[Miss]
    loads: list[Load]
    hanging: list[tuple[str, str, list[int]]]
    now: Year
    before: Year | None

    @property
    def worse(self) -> list[Move]:
        """The tasks whose light got worse, the worst first."""
        return sorted(
            (move for move in self.moves.values() if move.change > 0),
            key=lambda move: (-(move.now.rank if move.now else 0), -move.change),
        )

    @property
    def better(self) -> list[Move]:
        """The tasks whose light got better, those that gained most first."""
        return sorted((move for move in self.moves.values() if move.change < 0), key=lambda move: move.change)

    @property
    def gained(self) -> list[Move]:
        """The tasks that went on most in the month."""
        found = [move for move in self.moves.values() if move.gained is not None and move.gained > 0]
        return sorted(found, key=lambda move: -(move.gained or 0))[:MOST]

    @property
    def stalls(self) -> list[Move]:
        """The tasks that are behind or have not moved for months, the worst first."""
        found = [move for move in self.moves.values() if move.stalls]
        return sorted(found, key=lambda move: (-(move.now.rank if move.now else 0), -move.stalled))

    @property
    def still(self) -> list[Move]:
        """Of these, those that have not moved for months."""
        return [move for move in self.stalls if move.stalled >= 2]


def month_ends(ledger: Ledger, month: date, day: date) -> list[date]:
    """Return the ends of the ledger's months up to `month`, the last being `day`, and before them the year's eve."""
    year = ledger.year
    ends = [date(year - 1, 12, 31)]
    while (following := (ends[-1] + timedelta(days=1))) < month:
        ends.append((following + timedelta(days=31)).replace(day=1) - timedelta(days=1))
    return [*ends, day]


def months_analysed(ledger: Ledger) -> list[date]:
    """Return the ledger's months that were reported on, the newest first; the one nearest to today where there is none."""
    found = [month for month in months_of(ledger) if month.year == ledger.year]
    nearest = max(date(ledger.year, 1, 1), min(timezone.localdate().replace(day=1), date(ledger.year, 12, 1)))
    return found or [nearest]


def analysis(ledger: Ledger, person: Person, month: date | None) -> Analysis:
    """Return the analysis of `month` (its first day; the newest that was reported on where not given).

    At most two dozen statements, whatever the size. What is counted is what the person may see.
    """
    months = months_analysed(ledger)
    month = month if month in months else months[0]
    last = (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    day = min(last, timezone.localdate())
    ends = month_ends(ledger, month, day)
    tasks = {task.pk: task for task in _tasks(ledger, person)}
    for task in tasks.values():
        task.ledger = ledger
    histories = _histories(ledger, tasks)
    moved = moves(histories, ends)
    units = _units(tasks)
    parts = sections(ledger)
    told = list(_told(ledger, person, day))
    kind_months = [end.replace(day=1) for end in ends[1:]]
    heads, columns, cells = _heat(tasks, moved, units, parts)
    return Analysis(
        ledger=ledger,
        month=month,
        day=day,
        months=months,
        tasks=tasks,
        moves=moved,
        trend=[(end, _colours(histories, end)) for end in ends[1:]],
        heads=heads,
        columns=columns,
        cells=cells,
        kinds=sorted_by_kind(told, kind_months),
        kind_months=kind_months,
        misses=_misses(ledger, tasks, moved, day),
        loads=_loads(tasks, moved, units),
        hanging=_hanging(ledger, tasks, told),
        now=_year(ledger, day, len(tasks), histories),
        before=_last_year(ledger, person, day),
    )


def _tasks(ledger: Ledger, person: Person) -> list[Task]:
    seen = Task.objects.visible_to(person).in_ledger().filter(ledger=ledger).defer("summary")
    return list(seen.order_by("order", "pk"))


def _histories(ledger: Ledger, tasks: Iterable[int]) -> dict[int, History]:
    rows: dict[int, list[Lit]] = {task: [] for task in tasks}
    found = TaskLight.objects.filter(ledger=ledger).order_by().values_list(
        "task_id", "valid_from", "colour", KT("why__word"), KT("why__shape"), "progress", "expected", "why__will_miss"
    )  # fmt: skip
    for task, since, colour, word, shape, progress, expected, misses in found:
        if task in rows:
            rows[task].append(Lit(since, colour, word or "", shape or "", progress, expected, tuple(misses or ())))
    return {task: History(lights) for task, lights in rows.items()}


def _units(tasks: Iterable[int]) -> dict[int, list[tuple[int, str]]]:
    """Return the units that lead each task; those that answer for it where none leads."""
    rows = (
        Responsibility.objects.filter(task__in=list(tasks), dropped=False, unit__isnull=False)
        .exclude(role=UnitRole.SUPPORT)
        .order_by("unit__order", "unit_id")
        .values_list("task_id", "role", "unit_id", "unit__name", "unit__short_name")
    )
    roles: dict[int, dict[str, dict[int, str]]] = defaultdict(lambda: defaultdict(dict))
    for task, role, unit, name, short in rows:
        roles[task][role][unit or 0] = short or name or ""
    return {task: list((of[UnitRole.LEAD] or of[UnitRole.RESPONSIBLE]).items()) for task, of in roles.items()}


def _colours(histories: Mapping[int, History], day: date) -> Mapping[str, int]:
    return Counter(lit.colour for history in histories.values() if (lit := history.on(day)) is not None)


def _heat(
    tasks: dict[int, Task],
    moved: dict[int, Move],
    units: dict[int, list[tuple[int, str]]],
    parts: dict[int, Part],
) -> tuple[list[tuple[int, str]], list[tuple[int, str]], dict[tuple[int, int], Cell]]:
    """Return the sections, the units and where they meet in tasks that stall; what is worst stands first."""
    head_of = _heads(tasks, parts)
    cells: dict[tuple[int, int], Cell] = defaultdict(Cell)
    names: dict[int, str] = {}
    for task, move in moved.items():
        if not move.stalls:
            continue
        for unit, name in units.get(task, ()) or [(0, "没有牵头单位")]:
            names[unit] = name
            cell = cells[head_of[task][0], unit]
            cell.tasks.append(task)
            cell.red += move.now is not None and move.now.colour == "red"
    most = max((len(cell.tasks) for cell in cells.values()), default=1)
    for cell in cells.values():
        cell.shade = max(1, round(5 * len(cell.tasks) / most))
    of_head: Counter[int] = Counter()
    of_unit: Counter[int] = Counter()
    for (head, unit), cell in cells.items():
        of_head[head] += len(cell.tasks)
        of_unit[unit] += len(cell.tasks)
    heads = dict(head_of.values())
    return (
        [(head, heads[head]) for head, _ in sorted(of_head.items(), key=lambda item: (-item[1], item[0]))],
        [(unit, names[unit]) for unit, _ in sorted(of_unit.items(), key=lambda item: (-item[1], item[0]))],
        dict(cells),
    )


def _heads(tasks: dict[int, Task], parts: dict[int, Part]) -> dict[int, tuple[int, str]]:
    """Return the section that each task is counted under: of the first level on which there is more than one."""
    for level in (1, 2, 3):
        found = {pk: _head(task, parts, level) for pk, task in tasks.items()}
        if len({head for head, _ in found.values()}) > 1:
            return found
    return {pk: _head(task, parts, 1) for pk, task in tasks.items()}


def _head(task: Task, parts: dict[int, Part], level: int) -> tuple[int, str]:
    part = parts.get(task.section_id or 0)
    if part is None:
        return 0, "没有章节"
    while len(part.path) > level and part.parent in parts:
        part = parts[part.parent or 0]
    return part.pk, part.name


def _told(ledger: Ledger, person: Person, day: date) -> Iterable[Told]:
    """Yield the problems that reports, issues and findings of the year tell of, up to `day`; each once."""
    reports = (
        Report.objects.visible_to(person)
        .filter(round__ledger=ledger, round__period_end__lte=day, submitted_at__isnull=False)
        .exclude(problems="")
        .exclude(state=ReportState.VOID)
        .order_by()
    )
    for task, unit, end, text in reports.values_list("task_id", "unit_id", "round__period_end", "problems"):
        yield Told(text, end, task, unit)
    # What came of a report is told there.
    issues = (
        Issue.objects.visible_to(person)
        .filter(division=ledger.division_id, year=ledger.year, report=None, raised_at__date__lte=day)
        .order_by()
        .distinct()
    )
    for _pk, task, unit, raised_for, at, title, text in issues.values_list(
        "pk", "task_id", "unit_id", "raised_for_id", "raised_at", "title", "text"
    ):
        yield Told(f"{title}。{text}", _day(at), task or 0, unit or raised_for or 0)
    findings = (
        Finding.objects.visible_to(person)
        .filter(task__ledger=ledger, part__fed_back_at__date__lte=day)
        .exclude(state__in=(FindingState.RECORDED, FindingState.DROPPED, FindingState.REVOKED))
        .order_by()
        .distinct()
    )
    for _pk, task, unit, fed_back, text in findings.values_list(
        "pk", "task_id", "part__unit_id", "part__fed_back_at", "text"
    ):
        if fed_back is not None:
            yield Told(text, _day(fed_back), task or 0, unit)


def _day(at: datetime) -> date:
    return timezone.localtime(at).date()


def _misses(ledger: Ledger, tasks: dict[int, Task], moved: dict[int, Move], day: date) -> list[Miss]:
    asked = [tasks[task] for task, move in moved.items() if move.now is not None and move.now.misses]
    if not asked:
        return []
    found: list[tuple[Task, int, Goal, Reading, Forecast]] = []
    for one in works(ledger, asked):
        for pk, made in outlook(one.work, day).items():
            if made.outlook == "misses":
                goal, readings = one.work.indicators[pk]
                last = max((r for r in readings if r.report in made.reports), key=lambda r: (r.on, r.filed_on))
                found.append((tasks[one.task.pk], pk, goal, last, made))
    names = Indicator.objects.in_bulk([pk for _, pk, *_ in found])
    rows = [Miss(names[pk], task, goal, last, made) for task, pk, goal, last, made in found]
    return sorted(rows, key=lambda miss: (miss.goal.due, miss.task.order, miss.indicator.order))


def _loads(tasks: dict[int, Task], moved: dict[int, Move], units: dict[int, list[tuple[int, str]]]) -> list[Load]:
    loads: dict[int, Load] = {}
    for task in tasks:
        for unit, name in units.get(task, ()):
            load = loads.setdefault(unit, Load(unit, name))
            load.led += 1
            if (move := moved.get(task)) is None:
                continue
            load.behind += move.behind
            load.red += move.now is not None and move.now.colour == "red"
            load.stalled += move.stalled >= 2
            load.misses += bool(move.now and move.now.misses)
    return sorted(loads.values(), key=lambda load: (-load.behind, -load.led, load.pk))


def _hanging(ledger: Ledger, tasks: dict[int, Task], told: Iterable[Told]) -> list[tuple[str, str, list[int]]]:
    """Return the projects and plots of land that several tasks name: what kind it is, its name, the tasks."""
    projects = Project.objects.filter(task__in=list(tasks), dropped=False).order_by("task__order", "pk")
    named = [(name, task or 0) for name, task in projects.values_list("name", "task_id")]
    lands = [(plot, task.pk) for task in tasks.values() for plot in sorted(plots(f"{task.title}。{task.text}"))]
    lands += [(plot, one.task) for one in told if one.task in tasks for plot in sorted(plots(one.text))]
    return [
        *(("项目", name, of) for name, of in shared(named).items()),
        *(("地块", name, of) for name, of in shared(lands).items()),
    ]


def _year(ledger: Ledger, day: date, tasks: int, histories: Mapping[int, History]) -> Year:
    lit = [one for history in histories.values() if (one := history.on(day)) is not None]
    known = [one.progress for one in lit if one.progress is not None]
    mean = (sum(known, Decimal(0)) / len(known)).quantize(Decimal("0.1")) if known else None
    return Year(ledger, day, tasks, Counter(one.colour for one in lit), mean)


def _last_year(ledger: Ledger, person: Person, day: date) -> Year | None:
    before = (
        Ledger.objects.visible_to(person)
        .filter(division=ledger.division_id, year=ledger.year - 1)
        .exclude(state=LedgerState.DRAFT)
        .order_by("-pk")
        .first()
    )
    if before is None:
        return None
    same = day.replace(year=day.year - 1, day=28) if (day.month, day.day) == (2, 29) else day.replace(year=day.year - 1)
    seen = Task.objects.visible_to(person).in_ledger().filter(ledger=before).order_by().values_list("pk", flat=True)
    tasks = list(seen)
    return _year(before, same, len(tasks), _histories(before, tasks))


def ledgers_analysed(person: Person) -> list[Ledger]:
    """Return the issued ledgers that a person may analyse, the newest first."""
    seen = Ledger.objects.visible_to(person).exclude(state=LedgerState.DRAFT).select_related("division")
    return list(seen.order_by("-year", "-pk"))
