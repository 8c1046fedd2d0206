"""What the pages of papers show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, Q
from django.utils import timezone

from duban.organisations.access import access_of
from duban.organisations.models import Division, Person
from duban.plans.actions.checking import left_of
from duban.plans.models import Ledger, Paper
from duban.plans.questions import Question, open_questions
from duban.plans.states import PaperState

#: A reading that takes longer than this has lost its worker; the page offers to start it again.
STALLED_AFTER = timedelta(minutes=2)
UNDER_WAY = (PaperState.QUEUED, PaperState.READING)


def papers_of(person: Person, *, state: str = "", year: str = "", words: str = "") -> list[Paper]:
    """Return the papers that `person` sees, newest first, with the counts of their tasks; texts are left in the database."""
    papers = Paper.objects.visible_to(person).select_related("division", "ledger", "uploaded_by")
    papers = papers.filter(state=state) if state else papers.exclude(state=PaperState.WITHDRAWN)
    if year.isdigit():
        papers = papers.filter(year=int(year))
    if words:
        papers = papers.filter(Q(title__icontains=words) | Q(name__icontains=words) | Q(doc_number__icontains=words))
    kept = Q(tasks__dropped=False)
    return list(
        papers.defer("text", "reading").annotate(
            task_count=Count("tasks", filter=kept),
            checked_count=Count("tasks", filter=kept & Q(tasks__checked_at__isnull=False)),
        )
    )


def years_of(person: Person) -> list[int]:
    """Return the years for which `person` sees papers, newest first."""
    years = Paper.objects.visible_to(person).order_by("-year").values_list("year", flat=True)
    return list(years.distinct())


def divisions_for_upload(person: Person) -> list[Division]:
    """Return the divisions for which `person` may upload."""
    return list(Division.objects.filter(pk__in=access_of(person).reach("plans.upload").divisions))


@dataclass(frozen=True)
class PaperPage:
    """A paper with what its page asks and offers."""

    paper: Paper
    questions: list[Question]
    task_count: int
    checked_count: int
    unit_count: int
    note_count: int
    opening: str
    under_way: bool
    stalled: bool
    ledger: Ledger | None


def paper_page(paper: Paper) -> PaperPage:
    """Return what the page of `paper` shows."""
    tasks = paper.tasks.filter(dropped=False)
    left = left_of(paper)
    under_way = paper.state in UNDER_WAY
    return PaperPage(
        paper=paper,
        questions=open_questions(paper) if paper.state == PaperState.QUESTION else [],
        task_count=tasks.count(),
        checked_count=tasks.filter(checked_at__isnull=False).count(),
        unit_count=left.units,
        note_count=left.notes,
        opening="\n".join(filter(None, map(str.strip, paper.text[:2000].splitlines())))[:400],
        under_way=under_way,
        stalled=under_way and timezone.now() - paper.uploaded_at > STALLED_AFTER,
        ledger=paper.ledger,
    )
