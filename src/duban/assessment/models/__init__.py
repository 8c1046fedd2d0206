"""Rankings, objections, decisions on scores, polls, files."""

from duban.assessment.models.decisions import Commendation, Distinction, Forgiveness
from duban.assessment.models.files import ScoreFile
from duban.assessment.models.objections import Objection
from duban.assessment.models.polls import Invitation, Mark, Poll, Sheet
from duban.assessment.models.rankings import Frozen, Ranking, RankingRow, month_words
from duban.assessment.models.schemes import LedgerScoring, ScoringScheme

__all__ = [
    "Commendation",
    "Distinction",
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
