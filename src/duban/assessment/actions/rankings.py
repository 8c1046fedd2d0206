"""Rankings: computed, shown to the units, approved, published for good, corrected by a new version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Max
from django.utils import timezone

from duban.assessment import refusals, states
from duban.assessment.computing import Computed, compute, compute_whole_year
from duban.assessment.gathering.book import Book, month_of
from duban.assessment.models import Distinction, Objection, Ranking, RankingRow, month_words
from duban.assessment.scoring.files import read
from duban.assessment.scoring.numbers import shown
from duban.assessment.scoring.scheme import ScoringScheme
from duban.assessment.states.decisions import DistinctionState, ObjectionState
from duban.assessment.states.rankings import OPEN, RankingState
from duban.audit.trail import action, record
from duban.dispatch.batches import uncollected
from duban.organisations.access import require
from duban.organisations.models import Division, Person, Post
from duban.organisations.roles import MAY, Scope
from duban.plans.models import Ledger
from duban.plans.states import LedgerState

_KIND = Distinction.Kind


@dataclass(frozen=True)
class Scheme:
    """A scheme that a month is ranked by: its name, its file as it stands (TOML), its version where the office counts it."""

    name: str
    text: str
    version: str = ""

    def read(self) -> ScoringScheme:
        """Return what the file says. Raises `WrongScheme`."""
        return read(self.text, self.name)


@action
def compute_month(
    *, ledger: Ledger, month: date, scheme: Scheme, by: Person, at: datetime | None = None, book: Book | None = None
) -> Ranking:
    """Compute the ranking of a month that is over, as a draft. `book` is what a run over several months read already.

    Raises `NotInLedger`, `MonthRuns`, `AlreadyThere`, `NoUnits`, `WrongScheme`, `NotAllowed`.
    """
    require(by, "assessment.run", division=ledger.division)
    ledger = _ledger(ledger)
    month = month.replace(day=1)
    there = Ranking.objects.months().filter(ledger=ledger, month=month).order_by("-version").first()
    if there is not None:
        raise refusals.AlreadyThere(month_words(month), there.get_state_display())
    return _new(ledger, month, scheme, by, at or timezone.now(), book, version=1, correction="")


@action
def compute_year(*, ledger: Ledger, scheme: Scheme, by: Person, at: datetime | None = None) -> Ranking:
    """Compute the year's assessment from the months that are published so far and what only the year knows, as a draft.

    Before the year is over it is a trial that nobody but the office sees. Raises `NotInLedger`, `NoMonths`, `AlreadyThere`,
    `NoUnits`, `WrongScheme`, `NotAllowed`.
    """
    require(by, "assessment.run", division=ledger.division)
    ledger = _ledger(ledger)
    there = Ranking.objects.years().filter(ledger=ledger).order_by("-version").first()
    if there is not None:
        raise refusals.AlreadyThere(there.name, there.get_state_display())
    at, month = at or timezone.now(), date(ledger.year, 12, 1)
    return _new(ledger, month, scheme, by, at, None, version=1, correction="", period=Ranking.Period.YEAR)


@action
def correct(
    *, ranking: Ranking, reason: str, by: Person, scheme: Scheme | None = None, at: datetime | None = None
) -> Ranking:
    """Begin a corrected version of a published ranking, computed anew; the published one stays until it is published too.

    Raises `Missing`, `WrongState`, `AlreadyThere`, `NotAllowed`.
    """
    ledger = _ledger(ranking.ledger)
    ranking = _locked(ranking, by, "assessment.run")
    if not reason.strip():
        raise refusals.Missing("更正", "理由")
    states.check("ranking", "supersede", ranking.state, thing=_thing(ranking))
    if there := _same(ranking).filter(state__in=OPEN).first():
        raise refusals.AlreadyThere(ranking.name, there.get_state_display())
    last = _same(ranking).aggregate(last=Max("version"))["last"]
    return _new(
        ledger,
        ranking.month,
        scheme or Scheme(ranking.scheme_name, ranking.scheme_text, ranking.scheme_version),
        by,
        at or timezone.now(),
        None,
        version=last + 1,
        correction=reason.strip()[:500],
        period=ranking.period,
    )


@action
def recompute(
    *, ranking: Ranking, by: Person, scheme: Scheme | None = None, at: datetime | None = None
) -> dict[str, tuple[str, str]]:
    """Compute a draft, or what is shown to the units, again from the facts as they are now; return which scores changed.

    While it is shown only facts may have changed: another scheme asks for it to be withdrawn first. What was decided of who is
    commended or criticised stays where the rule still says so. Raises `WrongState`, `NotAllowed`.
    """
    ranking = _locked(ranking, by, "assessment.run")
    step = "recompute_shown" if ranking.state == RankingState.SHOWN else "recompute"
    states.check("ranking", step, ranking.state, thing=_thing(ranking))
    if scheme is not None and step == "recompute_shown":
        states.check("ranking", "recompute", ranking.state, thing=f"{_thing(ranking)}的计分办法")
    chosen = scheme or Scheme(ranking.scheme_name, ranking.scheme_text, ranking.scheme_version)
    before = {row.unit_id: row for row in ranking.rows.defer("facts", "items")}
    old = ranking.digest
    rules = chosen.read()
    found = _found(ranking.ledger, ranking.month, ranking.period, rules, chosen.text, None)
    if not found.rows:
        raise refusals.NoUnits(found.notes)
    _fill(ranking, chosen, rules, found, by, at or timezone.now())
    ranking.save()
    ranking.rows.all().delete()
    _rows(ranking, found)
    _propose(ranking, found)
    names = {row.unit: row.unit_name for row in found.rows}
    now = {row.unit: _said(row.place, row.score) for row in found.rows}
    then = {unit: _said(row.place, row.score) for unit, row in before.items()}
    names |= {unit: row.unit_name for unit, row in before.items() if unit not in names}
    changed = {
        names[unit]: (then.get(unit, "—"), now.get(unit, "—"))
        for unit in sorted({*now, *then})
        if now.get(unit) != then.get(unit)
    }
    _record("recompute_ranking", ranking, by, before={"digest": old}, digest=ranking.digest, changed=changed)
    return changed


@action
def show(
    *, ranking: Ranking, until: date, by: Person, places_shown: bool = False, at: datetime | None = None
) -> Ranking:
    """Show each unit its own score and let it object up to `until`; with `places_shown` the places of all as well.

    Raises `PastDay`, `WrongState`, `NotAllowed`.
    """
    ranking = _locked(ranking, by, "assessment.run")
    at = at or timezone.now()
    ranking.state = states.check("ranking", "show", ranking.state, thing=_thing(ranking))
    if until < timezone.localdate(at):
        raise refusals.PastDay(until)
    if ranking.is_trial(timezone.localdate(at)):
        raise refusals.YearRuns(ranking.name)
    ranking.shown_until, ranking.places_shown = until, places_shown
    ranking.shown_at, ranking.shown_by = at, by
    ranking.save()
    _record("show_ranking", ranking, by, until=until, places_shown=places_shown)
    return ranking


@action
def withdraw(*, ranking: Ranking, reason: str, by: Person) -> Ranking:
    """Take back what is shown or approved, to a draft, with the reason. Raises `Missing`, `WrongState`, `NotAllowed`."""
    ranking = _locked(ranking, by, "assessment.run")
    if not reason.strip():
        raise refusals.Missing("撤回", "理由")
    ranking.state = states.check("ranking", "withdraw", ranking.state, thing=_thing(ranking))
    ranking.shown_until = ranking.shown_at = ranking.shown_by = None
    ranking.approved_at = ranking.approved_by = None
    ranking.approval_note = ""
    ranking.save()
    _record("withdraw_ranking", ranking, by, reason=reason.strip())
    return ranking


@action
def approve(*, ranking: Ranking, by: Person, note: str = "", seen: str = "", at: datetime | None = None) -> Ranking:
    """Approve what was shown: the days to object are over (`note` says why where they are not), every objection answered.

    Who computed it does not approve it where somebody else of the division may. `seen` is the digest of the results that the person
    decided on. Raises `OwnWork`, `NotOver`, `NotAnswered`, `NotRecomputed`, `Changed`, `WrongState`, `NotAllowed`.
    """
    ranking = _locked(ranking, by, "assessment.approve")
    at = at or timezone.now()
    target = states.check("ranking", "approve", ranking.state, thing=_thing(ranking))
    _unchanged(ranking, seen)
    if ranking.computed_by_id == by.pk and _others(ranking.ledger.division, by):
        raise refusals.OwnWork
    if ranking.shown_until and timezone.localdate(at) <= ranking.shown_until and not note.strip():
        raise refusals.NotOver(ranking.shown_until)
    objections = Objection.objects.filter(ranking=ranking)
    if waiting := objections.filter(state=ObjectionState.RAISED).count():
        raise refusals.NotAnswered(waiting)
    if objections.filter(state=ObjectionState.UPHELD, answered_at__gt=ranking.computed_at).exists():
        raise refusals.NotRecomputed
    ranking.state = target
    ranking.approved_at, ranking.approved_by, ranking.approval_note = at, by, note.strip()[:500]
    ranking.save()
    _record("approve_ranking", ranking, by, digest=ranking.digest, note=note.strip())
    return ranking


@action
def publish(*, ranking: Ranking, by: Person, seen: str = "", at: datetime | None = None) -> Ranking:
    """Publish what was approved: from here on it never changes. A version that it corrects is superseded and stays to read.

    Of two people who publish at once one is told that it is done. Raises `NotDecided`, `Changed`, `WrongState`, `NotAllowed`.
    """
    # The ledger's row is the one lock of its rankings: a correction cannot begin in between.
    _ledger(ranking.ledger)
    ranking = _locked(ranking, by, "assessment.run")
    at = at or timezone.now()
    target = states.check("ranking", "publish", ranking.state, thing=_thing(ranking))
    _unchanged(ranking, seen)
    open_ones = Distinction.objects.filter(ranking=ranking, state=DistinctionState.PROPOSED).select_related("unit")
    if names := [str(one) for one in open_ones]:
        raise refusals.NotDecided(names)
    before = _same(ranking).filter(state=RankingState.PUBLISHED).first()
    if before is not None:
        before.state = states.check("ranking", "supersede", before.state, thing=_thing(before))
        before.save(update_fields=["state"])
        _record("supersede_ranking", before, by, by_version=ranking.version)
    ranking.state, ranking.published_at, ranking.published_by = target, at, by
    ranking.save()
    _record("publish_ranking", ranking, by, digest=ranking.digest, sealed=ranking.sealed)
    return ranking


# ---- what the steps share ----


@uncollected()
def _new(
    ledger: Ledger,
    month: date,
    scheme: Scheme,
    by: Person,
    at: datetime,
    book: Book | None,
    *,
    version: int,
    correction: str,
    period: str = Ranking.Period.MONTH,
) -> Ranking:
    if month.year != ledger.year or ledger.state == LedgerState.DRAFT:
        raise refusals.NotInLedger(month_words(month), ledger)
    rules = scheme.read()
    if period == Ranking.Period.MONTH and timezone.localdate(at) <= (closing := month_of(ledger, month).closing):
        raise refusals.MonthRuns(month_words(month), closing)
    found = _found(ledger, month, period, rules, scheme.text, book)
    if not found.rows:
        raise refusals.NoUnits(found.notes)
    ranking = Ranking(ledger=ledger, period=period, month=month, version=version, correction=correction)
    _fill(ranking, scheme, rules, found, by, at)
    ranking.save()
    _rows(ranking, found)
    _propose(ranking, found)
    _record(
        "correct_ranking" if correction else "compute_ranking",
        ranking,
        by,
        scheme=f"{ranking.scheme_name}@{ranking.scheme_version}",
        digest=ranking.digest,
        units=len(found.rows),
        reason=correction,
    )
    return ranking


def _found(ledger: Ledger, month: date, period: str, rules: ScoringScheme, text: str, book: Book | None) -> Computed:
    """Return what a month, or the year, comes to."""
    book = book or Book(ledger)
    if period == Ranking.Period.YEAR:
        return compute_whole_year(book, rules, text)
    return compute(book, month_of(ledger, month), rules, text)


def _same(ranking: Ranking) -> Any:
    """Return all versions of the month, or of the year, that `ranking` is one of."""
    return Ranking.objects.filter(ledger=ranking.ledger_id, period=ranking.period, month=ranking.month)


def _fill(ranking: Ranking, scheme: Scheme, rules: ScoringScheme, found: Computed, by: Person, at: datetime) -> None:
    ranking.closing = found.month.closing
    ranking.scheme_name, ranking.scheme_title = rules.name, rules.title
    ranking.scheme_version = scheme.version or rules.version
    ranking.scheme_text = scheme.text
    ranking.digest, ranking.sealed, ranking.notes = found.digest, found.sealed, list(found.notes)
    ranking.computed_at, ranking.computed_by = at, by


def _rows(ranking: Ranking, found: Computed) -> None:
    before = _before(ranking)
    RankingRow.objects.bulk_create(
        RankingRow(
            ranking=ranking,
            unit_id=row.unit,
            unit_name=row.unit_name,
            group=row.group,
            group_title=row.group_title,
            group_order=row.group_order,
            order=row.order,
            place=row.place,
            score=row.score,
            previous_place=before[row.unit].place if row.unit in before else None,
            previous_score=before[row.unit].score if row.unit in before else None,
            vetoed=row.vetoed[:500],
            working=row.working,
            facts=row.facts,
            items=row.items,
        )
        for row in found.rows
    )


def _before(ranking: Ranking) -> Mapping[int, RankingRow]:
    """Return the rows of the month, or year, before, as published, by unit; in January those of last year's December."""
    month = (ranking.month - timedelta(days=1)).replace(day=1)
    if ranking.is_year:
        month = ranking.month.replace(year=ranking.month.year - 1)
    rows = RankingRow.objects.filter(
        ranking__ledger__division=ranking.ledger.division_id,
        ranking__period=ranking.period,
        ranking__month=month,
        ranking__state=RankingState.PUBLISHED,
    )
    return {row.unit_id: row for row in rows.only("unit_id", "place", "score")}


def _propose(ranking: Ranking, found: Computed) -> None:
    """Propose whom the rule names. What was decided stays where the rule names the unit still, or a person did."""
    wanted = {(unit, str(_KIND.COMMEND)) for unit in found.commended}
    wanted |= {(unit, str(_KIND.CRITICISE)) for unit in found.criticised}
    there = {(row.unit_id, row.kind): row for row in ranking.distinctions.all()}
    gone = [row.pk for key, row in there.items() if row.by_rule and key not in wanted]
    Distinction.objects.filter(pk__in=gone).delete()
    Distinction.objects.bulk_create(
        Distinction(ranking=ranking, unit_id=unit, kind=kind)
        for unit, kind in sorted(wanted)
        if (unit, kind) not in there
    )


def _others(division: Division, person: Person) -> bool:
    """Say whether somebody else of the division may approve."""
    roles = [role for role, scope in MAY["assessment.approve"].items() if scope == Scope.DIVISION]
    held = Post.objects.held(timezone.localdate()).filter(division=division, role__in=roles, person__is_active=True)
    return held.exclude(person=person).filter(person__username__isnull=False).exists()


def _unchanged(ranking: Ranking, seen: str) -> None:
    if seen and seen != ranking.sealed:
        raise refusals.Changed(_thing(ranking))


def _ledger(ledger: Ledger) -> Ledger:
    return Ledger.objects.select_for_update(of=("self",)).select_related("division").get(pk=ledger.pk)


def _locked(ranking: Ranking, by: Person, permission: str) -> Ranking:
    found = Ranking.objects.select_for_update(of=("self",)).select_related("ledger__division").get(pk=ranking.pk)
    require(by, permission, division=found.ledger.division)
    return found


def _said(place: int, score: Decimal) -> str:
    return f"第{place}名 {shown(score)}分"


def _thing(ranking: Ranking) -> str:
    return f"{ranking}"


def _record(
    what: str, ranking: Ranking, by: Person, *, before: dict[str, object] | None = None, **more: object
) -> None:
    record(
        f"assessment.{what}",
        by=by,
        subject=ranking,
        before=before,
        after={"state": ranking.state, **{key: value for key, value in more.items() if value}},
        division=ranking.ledger.division.code,
    )
