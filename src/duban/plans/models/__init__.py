"""Papers, the ledger, its tasks with all that hangs on them, versions and amendments."""

from duban.plans.models.amendments import Amendment
from duban.plans.models.checking import CheckPlace, Correction, PaperNote
from duban.plans.models.entries import Deadline, Indicator, Project, Responsibility
from duban.plans.models.ledgers import Ledger, LedgerVersion, Section
from duban.plans.models.measures import Curve, Measure, Milestone
from duban.plans.models.papers import Paper
from duban.plans.models.tasks import Task, TaskVersion
from duban.plans.models.views import SavedView

__all__ = [
    "Amendment",
    "CheckPlace",
    "Correction",
    "Curve",
    "Deadline",
    "Indicator",
    "Ledger",
    "LedgerVersion",
    "Measure",
    "Milestone",
    "Paper",
    "PaperNote",
    "Project",
    "Responsibility",
    "SavedView",
    "Section",
    "Task",
    "TaskVersion",
]
