"""Milestones as units report them: which a report asks for, and what their words together come to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from django.db.models import Prefetch, Q, QuerySet, prefetch_related_objects
from django.utils import timezone

from duban.dispatch.models import MilestoneWord
from duban.dispatch.refusals import BadValue
from duban.dispatch.states import ReportState
from duban.plans.models import Milestone

#: Name of a milestone's cell in a report: this and its number.
CELL = "milestone:"


def asked(
    milestones: Iterable[Milestone], words: Mapping[int, MilestoneWord], period_end: date
) -> list[tuple[Milestone, MilestoneWord | None]]:
    """Return the milestones that a report asks for, with its own word of each.

    They are those due by the period's end that were not reached before, and those that it told itself.
    """
    return [
        (step, words.get(step.pk))
        for step in milestones
        if step.pk in words or (step.done_on is None and step.due <= period_end)
    ]


def counting(milestones: Iterable[Milestone | int]) -> QuerySet[MilestoneWord]:
    """Return the words that count of `milestones`, in the order in which they were given."""
    return _counting().filter(milestone__in=milestones)


def _counting() -> QuerySet[MilestoneWord]:
    # The states in which a report is the unit's word (`work.COUNTS`).
    of_reports = Q(report__state__in=(ReportState.AWAITING_VERIFICATION, ReportState.VERIFIED))
    found = MilestoneWord.objects.filter(Q(report=None) | of_reports, dropped=False).exclude(done_on=None)
    return found.select_related("report").order_by("at", "pk")


def words_of(milestones: Iterable[Milestone]) -> dict[int, MilestoneWord]:
    """Return the word by which each of `milestones` counts as reached, by the milestone's number.

    The words stay with the milestones, with all that a page shows of them: they are read once, however often asked for.
    """
    done = [step for step in milestones if step.done_on]
    words = _counting().select_related("report__round", "stored", "by")
    prefetch_related_objects(done, Prefetch("words", words, to_attr="counting_words"))
    return {step.pk: step.counting_words[-1] for step in done if step.counting_words}  # type: ignore[attr-defined]


def check_day(name: str, day: date, year: int, at: datetime) -> None:
    """Refuse a day on which a milestone of the ledger of `year` cannot have been reached. Raises `BadValue`."""
    if day > timezone.localdate(at):
        raise BadValue(name, f"完成日期{day}还没有到，请填实际完成的日期。")
    if day.year < year - 1:
        raise BadValue(name, f"完成日期{day}早于{year - 1}年，请核对。")


def known_since(word: MilestoneWord) -> date:
    """Return the day from which a word is known: when its report was signed off, or it was given on the task's page."""
    report = word.report
    at = (report.signed_at or report.submitted_at or word.at) if report else word.at
    return timezone.localtime(at).date()
