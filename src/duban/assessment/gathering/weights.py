"""What the office found of tasks and units, as marks on their facts: how hard a task is, units with listed matters only."""

from __future__ import annotations

from duban.assessment.gathering.book import Book
from duban.assessment.models import ListedUnit, TaskDifficulty
from duban.assessment.scoring.facts import YES, Fact
from duban.plans.models.tasks import short_number


class Weights:
    """The marks of a ledger; two statements."""

    def __init__(self, book: Book) -> None:
        ledger = book.ledger
        said = TaskDifficulty.objects.filter(task__ledger=ledger, task__seq__isnull=False)
        self._hard = {
            short_number(ledger.year, seq): difficulty
            for seq, difficulty in said.values_list("task__seq", "difficulty")
        }
        self._listed = set(ListedUnit.objects.filter(ledger=ledger).values_list("unit_id", flat=True))

    def marks(self, fact: Fact) -> dict[str, str]:
        """Return the marks that a fact has by its task and its unit."""
        marks = {"difficulty": self._hard[fact.task]} if fact.task in self._hard else {}
        if fact.unit in self._listed:
            marks["listed_only"] = YES
        return marks
