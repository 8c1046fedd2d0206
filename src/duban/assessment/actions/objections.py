"""Objections of units to their scores: raised while a ranking is shown, answered by the office, taken back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import BinaryIO

from django.utils import timezone

from duban.assessment import refusals, states
from duban.assessment.models import Objection, Ranking, RankingRow, ScoreFile
from duban.assessment.states.decisions import ObjectionState
from duban.assessment.states.rankings import RankingState
from duban.audit.trail import action, record
from duban.dispatch.actions.evidence import stored
from duban.organisations.access import require
from duban.organisations.models import Person
from duban.plans.states import WrongState
from duban.supervision.reaching import heirs

Files = Iterable[tuple[BinaryIO, str]]


@action
def object_to(
    *,
    row: RankingRow,
    text: str,
    by: Person,
    item: str = "",
    fact: str = "",
    files: Files = (),
    at: datetime | None = None,
) -> Objection:
    """Object, as the unit, to its score in a ranking that is shown: to an item, to one fact, or to the whole.

    Raises `Missing`, `PeriodOver`, `AlreadyObjected`, `NoSuchFact`, `BadEvidence`, `WrongState`, `NotAllowed`.
    """
    at = at or timezone.now()
    ranking = Ranking.objects.select_for_update(of=("self",)).select_related("ledger__division").get(pk=row.ranking_id)
    row = RankingRow.objects.select_related("unit__successor").get(pk=row.pk)
    require(by, "assessment.object", division=ranking.ledger.division, units=heirs(row.unit))
    if ranking.state != RankingState.SHOWN:
        raise WrongState(str(ranking), ranking.get_state_display(), "提异议")
    if ranking.shown_until and timezone.localdate(at) > ranking.shown_until:
        raise refusals.PeriodOver(ranking.shown_until)
    if not text.strip():
        raise refusals.Missing("提异议", "哪里不对、依据是什么")
    title, words = _named(row, item, fact)
    waiting = Objection.objects.filter(
        ranking=ranking, unit=row.unit, item=item, fact=fact, state=ObjectionState.RAISED
    )
    if waiting.exists():
        raise refusals.AlreadyObjected
    made = Objection.objects.create(
        ranking=ranking,
        unit=row.unit,
        item=item,
        item_title=title,
        fact=fact,
        fact_words=words,
        text=text.strip(),
        raised_at=at,
        raised_by=by,
    )
    for file, name in files:
        kept = stored(ranking.ledger.division_id, file, name)
        ScoreFile.objects.create(stored=kept, name=name[-255:], objection=made, added_by=by)
    _record("object", made, by, text=made.text[:200], item=item, fact=fact)
    return made


@action
def uphold(*, objection: Objection, answer: str, by: Person, at: datetime | None = None) -> Objection:
    """Say that a unit is right and how the fact is corrected; the score changes when the ranking is computed again.

    Raises `Missing`, `WrongState`, `NotAllowed`.
    """
    return _answer("uphold", objection, answer, by, at)


@action
def refuse(*, objection: Objection, answer: str, by: Person, at: datetime | None = None) -> Objection:
    """Say that the score stands, and why. Raises `Missing`, `WrongState`, `NotAllowed`."""
    return _answer("refuse", objection, answer, by, at)


@action
def take_back(*, objection: Objection, by: Person) -> Objection:
    """Take an objection back, as the unit. Raises `WrongState`, `NotAllowed`."""
    objection = _locked(objection)
    require(by, "assessment.object", division=objection.ranking.ledger.division, units=heirs(objection.unit))
    objection.state = states.check("objection", "withdraw", objection.state, thing=f"“{objection}”的异议")
    objection.save()
    _record("take_back_objection", objection, by)
    return objection


def _named(row: RankingRow, item: str, fact: str) -> tuple[str, str]:
    """Return what the item is called and what the fact says. Raises `NoSuchFact`."""
    title, words = "", ""
    if item:
        found = next((one for one in row.items if one["name"] == item), None)
        if found is None:
            raise refusals.NoSuchFact
        title = found["title"]
    if fact:
        known = next((one for one in row.facts if one["key"] == fact), None)
        if known is None:
            raise refusals.NoSuchFact
        words = known["words"]
    return title[:200], words[:500]


def _answer(step: str, objection: Objection, answer: str, by: Person, at: datetime | None) -> Objection:
    objection = _locked(objection)
    require(by, "assessment.run", division=objection.ranking.ledger.division)
    target = states.check("objection", step, objection.state, thing=f"“{objection}”的异议")
    if not answer.strip():
        raise refusals.Missing("答复异议", "怎样改正" if step == "uphold" else "理由")
    objection.state, objection.answer = target, answer.strip()
    objection.answered_at, objection.answered_by = at or timezone.now(), by
    objection.save()
    _record(f"{step}_objection", objection, by, answer=objection.answer[:200])
    return objection


def _locked(objection: Objection) -> Objection:
    whole = Objection.objects.select_for_update(of=("self",))
    return whole.select_related("ranking__ledger__division", "unit__successor").get(pk=objection.pk)


def _record(what: str, objection: Objection, by: Person, **more: object) -> None:
    record(
        f"assessment.{what}",
        by=by,
        subject=objection,
        name=f"{objection.ranking} {objection}",
        after={"state": objection.state, **{key: value for key, value in more.items() if value}},
        division=objection.ranking.ledger.division.code,
    )
