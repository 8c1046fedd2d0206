"""Rankings, objections, decisions on scores, figures, polls, files."""

from duban.assessment.models.decisions import Commendation, Distinction, Forgiveness
from duban.assessment.models.figures import Figure
from duban.assessment.models.files import ScoreFile
from duban.assessment.models.objections import Objection
from duban.assessment.models.polls import Invitation, Mark, Poll, Sheet
from duban.assessment.models.rankings import Frozen, Ranking, RankingRow, month_words
from duban.assessment.models.schemes import LedgerScoring, ScoringScheme

__all__ = [
    "Commendation",
    "Distinction",
    "Figure",
    "Forgiveness",
    "Frozen",
    "Invitation",
    "LedgerScoring",
    "Mark",
    "Objection",
    "Poll",
    "Ranking",
    "RankingRow",
    "ScoreFile",
    "ScoringScheme",
    "Sheet",
    "month_words",
]
