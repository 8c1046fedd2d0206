"""Scoring schemes on disk: those that come with the product, and an office's own."""

from __future__ import annotations

from duban.assessment.scoring import reading
from duban.assessment.scoring.checking import check, unproved
from duban.assessment.scoring.scheme import ScoringScheme
from duban.assessment.scoring.wording import described
from duban.dispatch.schemes.shelf import Kind, Shelf

DEFAULT = "big-ranking"
SCORES: Shelf[ScoringScheme] = Shelf(
    Kind(
        name=reading.KIND,
        title="计分办法",
        package="duban.assessment.scoring",
        read=reading.read,
        check=check,
        unproved=unproved,
        described=described,
        examples=lambda scheme: len(scheme.examples),
        default=DEFAULT,
    )
)

presets = SCORES.presets
read = SCORES.read
find = SCORES.find
text_of = SCORES.text_of
