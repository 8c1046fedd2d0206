"""Rankings, objections, decisions on scores, figures, what weighs how much, polls, files."""

from duban.assessment.models.decisions import Commendation, Distinction, Forgiveness
from duban.assessment.models.figures import Figure
from duban.assessment.models.files import ScoreFile
from duban.assessment.models.objections import Objection
from duban.assessment.models.polls import Invitation, Mark, Poll, Sheet
from duban.assessment.models.rankings import Frozen, Ranking, RankingRow, month_words
from duban.assessment.models.schemes import LedgerScoring, ScoringScheme
from duban.assessment.models.weighing import ListedUnit, ProjectProgress, TaskDifficulty

__all__ = [
    "Commendation",
    "Distinction",
    "Figure",
    "Forgiveness",
    "Frozen",
    "Invitation",
    "LedgerScoring",
    "ListedUnit",
    "Mark",
    "Objection",
    "Poll",
    "ProjectProgress",
    "Ranking",
    "RankingRow",
    "ScoreFile",
    "ScoringScheme",
    "Sheet",
    "TaskDifficulty",
    "month_words",
]
