"""What the pages of issue and versions show: what is still to do, what will be issued, what was."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Prefetch, QuerySet

from duban.plans.models import Indicator, Ledger, LedgerVersion, Paper, PaperNote, Project, Responsibility, Task
from duban.plans.models.entries import UnitRole
from duban.plans.snapshots import digest
from duban.plans.states import PaperState, TaskState

#: How many examples a list of what is left shows.
SHOWN = 5


@dataclass(frozen=True)
class Leftover:
    """What keeps a paper from being issued: what, how many, and the first of them by name."""

    paper: Paper | None
    what: str
    count: int
    examples: tuple[str, ...] = ()

    def __str__(self) -> str:
        where = f"《{self.paper}》" if self.paper else ""
        return f"{where}{self.what} {self.count} 处"


@dataclass(frozen=True)
class Caution:
    """Something that may be issued and is worth a look: what it is, and the tasks it concerns."""

    what: str
    tasks: tuple[Task, ...]


@dataclass
class Preview:
    """What an issue of the ledger would freeze."""

    leftovers: list[Leftover]
    papers: list[Paper]
    tasks: int = 0
    indicators: int = 0
    projects: int = 0
    by_unit: list[tuple[str, int, int]] = field(default_factory=list)
    by_section: list[tuple[str, int]] = field(default_factory=list)
    warnings: list[Caution] = field(default_factory=list)

    @property
    def ready(self) -> bool:
        """Say whether nothing is left to do and there is something to issue."""
        return not self.leftovers and self.tasks > 0


def leftovers(ledger: Ledger, papers: Iterable[Paper] | None = None) -> list[Leftover]:
    """Return what is left to do before the drafts of the ledger, or those of `papers` alone, may be issued."""
    chosen = list(papers) if papers is not None else list(open_papers(ledger))
    found: list[Leftover] = []
    for paper in chosen:
        if paper.state != PaperState.CHECKED:
            found.append(Leftover(paper, f"还是“{paper.get_state_display()}”，没有核对完成", 1))
    drafts = drafts_of(ledger, papers)
    found += _grouped(drafts.filter(checked_at=None), "任务未核对", "title", "paper", {p.pk: p for p in chosen})
    unresolved = Responsibility.objects.filter(task__in=drafts, dropped=False, unit=None)
    unresolved = unresolved.exclude(is_group=True, members__isnull=False)
    found += _grouped(unresolved, "单位未认定", "unit_text", "task__paper", {p.pk: p for p in chosen})
    notes = PaperNote.objects.filter(paper__in=chosen, answered_at=None).exclude(task__dropped=True)
    found += _grouped(notes, "提示未处理", "message", "paper", {p.pk: p for p in chosen})
    return found


def open_papers(ledger: Ledger) -> QuerySet[Paper]:
    """Return the papers of the ledger that are neither issued nor withdrawn."""
    return ledger.papers.exclude(state__in=[PaperState.ISSUED, PaperState.WITHDRAWN]).order_by("uploaded_at", "pk")


def drafts_of(ledger: Ledger, papers: Iterable[Paper] | None = None) -> QuerySet[Task]:
    """Return the draft tasks that an issue would take in, in the order of their papers."""
    drafts = Task.objects.filter(ledger=ledger, state=TaskState.DRAFT, dropped=False)
    drafts = drafts.exclude(paper__state=PaperState.WITHDRAWN)
    if papers is not None:
        drafts = drafts.filter(paper__in=list(papers))
    return drafts.order_by("paper__uploaded_at", "paper_id", "order", "pk")


def preview(ledger: Ledger) -> Preview:
    """Return what an issue of the ledger today would freeze, and what is left to do before it."""
    tasks = list(
        drafts_of(ledger)
        .select_related("section__parent__parent", "paper")
        .prefetch_related(
            Prefetch(
                "responsibilities",
                Responsibility.objects.filter(dropped=False, is_group=False).select_related("unit"),
                to_attr="answering",
            ),
            "deadlines",
            Prefetch("indicators", Indicator.objects.filter(dropped=False), to_attr="promised"),
        )
    )
    return Preview(
        leftovers=leftovers(ledger),
        papers=list(open_papers(ledger)),
        tasks=len(tasks),
        indicators=Indicator.objects.filter(ledger=ledger, dropped=False).exclude(task__dropped=True).count(),
        projects=Project.objects.filter(ledger=ledger, dropped=False).exclude(task__dropped=True).count(),
        by_unit=_by_unit(tasks),
        by_section=list(Counter(_top_section(task) for task in tasks).items()),
        warnings=_warnings(tasks),
    )


def versions(ledger: Ledger) -> list[tuple[LedgerVersion, int, bool]]:
    """Return the frozen versions, newest first, with their number of tasks and whether the digest still holds."""
    found = ledger.versions.select_related("issued_by").order_by("-number")
    return [(v, len(v.snapshot["tasks"]), digest(v.snapshot) == v.digest) for v in found]


def _grouped(rows: QuerySet[Any], what: str, name: str, paper: str, papers: dict[int, Paper]) -> list[Leftover]:
    counts = rows.order_by().values_list(paper).annotate(n=Count("pk", distinct=True))
    found = []
    for pk, count in counts:
        examples = rows.filter(**{paper: pk}).values_list(name, flat=True)[:SHOWN]
        found.append(Leftover(papers.get(pk), what, count, tuple(examples)))
    return found


def _by_unit(tasks: list[Any]) -> list[tuple[str, int, int]]:
    leads: Counter[str] = Counter()
    others: Counter[str] = Counter()
    for task in tasks:
        for answer in task.answering:
            if answer.unit:
                (leads if answer.role == UnitRole.LEAD else others)[str(answer.unit)] += 1
    names = sorted(leads.keys() | others.keys(), key=lambda name: (-leads[name], -others[name], name))
    return [(name, leads[name], others[name]) for name in names]


def _top_section(task: Task) -> str:
    at = task.section
    while at is not None and at.parent is not None:
        at = at.parent
    return str(at) if at else "（未分章节）"


def _warnings(tasks: list[Any]) -> list[Caution]:
    nobody = [task for task in tasks if not task.answering]
    unled = [
        task
        for task in tasks
        if len(task.answering) > 1 and not any(answer.role == UnitRole.LEAD for answer in task.answering)
    ]
    endless = [task for task in tasks if not any(limit.due for limit in task.deadlines.all() if not limit.dropped)]
    bare = [task for task in tasks if any(not indicator.unit for indicator in task.promised)]
    found = [
        Caution("没有任何责任单位", tuple(nobody)),
        Caution("有多个单位，但没有牵头单位", tuple(unled)),
        Caution("没有写明完成时限，按年底计", tuple(endless)),
        Caution("有指标没有计量单位", tuple(bare)),
    ]
    return [warning for warning in found if warning.tasks]
