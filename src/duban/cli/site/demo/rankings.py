"""The demo's rankings: the months of the running year computed, shown, approved and published, the newest with objections."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone

from duban.assessment.actions import commendations, distinctions, forgiveness, objections, rankings, weighing
from duban.assessment.actions.rankings import Scheme
from duban.assessment.gathering.book import Book, month_of
from duban.assessment.models import Distinction, Ranking, RankingRow
from duban.assessment.scoring.files import text_of
from duban.assessment.states.decisions import DistinctionState
from duban.cli.site.demo.year import Cast, Row
from duban.organisations.models import Person, Post
from duban.organisations.roles import Role
from duban.plans.models import Ledger, Project, Task

#: The hour at which things are done.
HOUR = time(10, 0)
_KIND = Distinction.Kind


class Rankings:
    """The rankings of the running year, month by month."""

    def __init__(self, found: Row, code: str) -> None:
        self.found, self.cast = found, Cast(code)
        self.ledger = Ledger.objects.filter(division=self.cast.division).select_related("division").latest("year")
        self.clerk = self.cast.people[found["by"]]
        self.approver = self.cast.people[found["approver"]]
        self.publisher = self.cast.people[found["publisher"]]

    def load(self) -> None:
        """Rank the months in their order, publish all but the newest, correct what was corrected, object to the newest."""
        for row in self.found["commendation"]:
            facts = {name: row[name] for name in ("kind", "source", "who", "day", "title", "paper")}
            commendations.enter(
                division=self.cast.division, unit=self.cast.units[row["unit"]], by=self.clerk, at=_at(row["day"], 3),
                **facts,
            )  # fmt: skip
        self._weigh()
        scheme = Scheme(self.found["scheme"], text_of(self.found["scheme"]))
        book, last = Book(self.ledger), self.found["months"]
        corrections = {row["month"]: row for row in self.found["correction"]}
        for month in range(1, last + 1):
            made = self._computed(month, scheme, book)
            if month == last:
                self._newest(made)
                break
            self._published(made)
            if month in corrections:
                self._corrected(made, corrections[month])
        # What the year comes to so far: a trial that the office sees.
        rankings.compute_year(ledger=self.ledger, scheme=scheme, by=self.clerk)

    def _weigh(self) -> None:
        """Say how hard tasks are, and how far projects."""
        weights = self.found["weights"]
        at, paper = _at(weights["day"], 0), weights["paper"]
        tasks = {task.short_number: task.pk for task in Task.objects.in_ledger().filter(ledger=self.ledger)}
        weighing.set_difficulties(
            ledger=self.ledger,
            difficulties={tasks[number]: said for said in ("hard", "easy") for number in weights[said]},
            paper=paper,
            by=self.clerk,
            at=at,
        )
        projects = dict(
            Project.objects.filter(ledger=self.ledger, dropped=False, task__seq__isnull=False).values_list("name", "pk")
        )
        stages = {
            projects[row["name"]]: weighing.Stages(row["category"], row["started_on"]) for row in weights["project"]
        }
        weighing.record_stages(ledger=self.ledger, stages=stages, paper=paper, by=self.clerk, at=at)

    def _computed(self, month: int, scheme: Scheme, book: Book) -> Ranking:
        day = date(self.ledger.year, month, 1)
        at = _at(month_of(self.ledger, day).closing, self.found["computed"])
        return rankings.compute_month(ledger=self.ledger, month=day, scheme=scheme, by=self.clerk, at=at, book=book)

    def _published(self, ranking: Ranking, after: int = 0) -> Ranking:
        """Take a ranking to its publication, `after` so many days later than months usually are."""
        found, start = self.found, ranking.closing + timedelta(days=after)
        until = start + timedelta(days=found["shown"] + found["days"])
        rankings.show(ranking=ranking, until=until, places_shown=True, by=self.clerk, at=_at(start, found["shown"]))
        rankings.approve(ranking=ranking, by=self.approver, at=_at(start, found["approved"]))
        self._decide(ranking, _at(start, found["approved"]))
        return rankings.publish(ranking=ranking, by=self.publisher, at=_at(start, found["published"]))

    def _decide(self, ranking: Ranking, at: datetime) -> None:
        """Decide who is named: as the rule says, but for what the demo says otherwise."""
        dropped = {
            (row["unit"], row["kind"]): row["reason"]
            for row in self.found["drop"]
            if row["month"] == ranking.month.month
        }
        proposed = Distinction.objects.filter(ranking=ranking, state=DistinctionState.PROPOSED).select_related("unit")
        for one in proposed:
            reason = dropped.get((one.unit.name, one.kind))
            distinctions.decide(
                distinction=one, confirmed=reason is None, reason=reason or self.found["reasons"][one.kind],
                by=self.publisher, at=at,
            )  # fmt: skip
        for row in self.found["name"]:
            if row["month"] == ranking.month.month:
                distinctions.name_unit(
                    row=self._row(ranking, row["unit"]),
                    kind=row["kind"],
                    reason=row["reason"],
                    by=self.publisher,
                    at=at,
                )

    def _corrected(self, ranking: Ranking, row: dict[str, Any]) -> None:
        """Publish a corrected version in which a fact is forgiven."""
        mine = self._row(ranking, row["unit"])
        fact = next(one["key"] for one in mine.facts if one["kind"] == row["fact"])
        at = _at(ranking.closing, row["after"])
        asked = forgiveness.ask(row=mine, fact=fact, reason=row["reason"], paper=row["paper"], by=self.clerk, at=at)
        forgiveness.decide(forgiveness=asked, granted=True, by=self.approver, at=at)
        made = rankings.correct(ranking=ranking, reason=row["because"], by=self.clerk, at=at)
        self._published(made, row["after"])

    def _newest(self, ranking: Ranking) -> None:
        today = timezone.localdate()
        rankings.show(
            ranking=ranking, until=today + timedelta(days=self.found["days"]), places_shown=True, by=self.clerk
        )
        for row in self.found["objection"]:
            mine = self._row(ranking, row["unit"])
            item, fact = _counted(mine, row["fact"], row.get("task", ""))
            made = objections.object_to(row=mine, text=row["text"], item=item, fact=fact, by=self._liaison(mine))
            if "answer" in row:
                answer = objections.uphold if row["upheld"] else objections.refuse
                answer(objection=made, answer=row["answer"], by=self.publisher)

    def _row(self, ranking: Ranking, unit: str) -> RankingRow:
        return RankingRow.objects.select_related("ranking").get(ranking=ranking, unit=self.cast.units[unit])

    def _liaison(self, row: RankingRow) -> Person:
        posts = Post.objects.filter(unit=row.unit_id, role=Role.LIAISON, end=None).select_related("person")
        return posts.order_by("order", "pk")[0].person


def load_rankings(found: Row, code: str) -> None:
    """Rank the months of the running year of the demo."""
    Rankings(found, code).load()


def _counted(row: RankingRow, kind: str, task: str) -> tuple[str, str]:
    """Return the item and the key of the first fact of a kind that counts, of one task where it is named, the worst first."""
    facts = {fact["key"]: fact for fact in row.facts if fact["kind"] == kind and task in ("", fact["task"])}
    lines = [(float(line["points"]), item["name"], line["fact"]) for item in row.items for line in item["lines"]]
    _, item, fact = min(one for one in lines if one[2] in facts)
    return item, fact


def _at(day: date, after: int) -> datetime:
    """Return a time so many days after a day, never after now."""
    return min(timezone.make_aware(datetime.combine(day + timedelta(days=after), HOUR)), timezone.now())
