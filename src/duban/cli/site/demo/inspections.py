"""The demo's inspections: planned, approved, carried out and fed back by those who do so."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from django.utils import timezone

from duban.cli.site.demo.year import Cast, Row
from duban.organisations.models import Person, Post
from duban.organisations.roles import Role
from duban.plans.models import Task
from duban.supervision.actions import inspection_conclusions as conclusions
from duban.supervision.actions import inspection_follow_up as follow_up
from duban.supervision.actions import inspection_reviews as reviews
from duban.supervision.actions import inspection_spot as spot
from duban.supervision.actions import inspection_visits as visits
from duban.supervision.actions import inspections
from duban.supervision.models import CheckItem, Finding, InspectedUnit, Inspection

_STEPS = ("draft", "approved", "on_site", "fed_back", "closed")


def load_inspections(rows: list[Row], code: str) -> None:
    """Load the inspections, each as far as it goes."""
    cast = Cast(code)
    for row in rows:
        _One(row, cast).load()


class _One:
    def __init__(self, row: Row, cast: Cast) -> None:
        self.row, self.cast = row, cast
        self.clerk = cast.people[row["leader"]]

    def load(self) -> None:
        """Take the inspection as far as it goes."""
        reaches = _STEPS.index(self.row["reaches"])
        made = self._plan()
        if reaches >= 1:
            inspections.approve(
                inspection=made,
                approved_by_name=self.row["approved_by"],
                basis=self.row["basis"],
                because="区政府已经同意",
                by=self.clerk,
                at=_at(self.row["starts"], 9),
            )
            self._visits(made)
        if reaches >= 2:
            inspections.begin(inspection=made, by=self.clerk)
            for seen in self.row.get("seen", ()):
                self._enter(made, seen)
        if reaches >= 3:
            self._conclude(made)
        if reaches == 4:
            inspections.close(inspection=made, by=self.clerk)

    def _plan(self) -> Inspection:
        row = self.row
        made = inspections.plan(
            division=self.cast.division,
            title=row["title"],
            type=row["type"],
            announced=row["announced"],
            units=[self.cast.units[name] for name in row["units"]],
            contents=row["contents"],
            content=row["content"],
            scope=row["scope"],
            methods=row["methods"],
            starts_on=row["starts"],
            ends_on=row["ends"],
            by=self.clerk,
        )
        inspections.add_member(inspection=made, person=self.clerk, part="leader", duty="负责全面工作", by=self.clerk)
        for name in row.get("members", ()):
            inspections.add_member(inspection=made, person=self.cast.people[name], by=self.clerk)
        for one in row.get("invited", ()):
            inspections.add_member(
                inspection=made,
                part="invited",
                name=one["name"],
                invited_as=one["as"],
                duty=one["duty"],
                by=self.clerk,
            )
        return made

    def _visits(self, made: Inspection) -> None:
        for row in self.row.get("visit", ()):
            visit = visits.add_visit(
                inspection=made, unit=self.cast.units[row["unit"]], place=row["place"], day=row["day"], by=self.clerk
            )
            for number in row["tasks"]:
                visits.add_item(visit=visit, task=self._task(made, number), by=self.clerk)
        if draw := self.row.get("draw"):
            visits.draw(inspection=made, seed=draw["seed"], asked=draw["ways"], by=self.clerk)

    def _task(self, made: Inspection, number: str) -> Task:
        return Task.objects.in_ledger().get(ledger=made.ledger_id, number=number)

    def _enter(self, made: Inspection, seen: Row) -> None:
        unit = self.cast.units[seen["unit"]]
        item = CheckItem.objects.get(visit__inspection=made, visit__unit=unit, task__number=seen["task"])
        counted = seen.get("figures", {})
        figures = {
            str(figure.pk): counted[figure.indicator.name]
            for figure in item.figures.select_related("indicator")
            if figure.indicator.name in counted
        }
        said: dict[str, Any] = {name: seen.get(name, "") for name in ("result", "finding", "severity", "note")}
        spot.enter(
            item=item,
            key=f"demo-{item.pk:08d}",
            said={**said, "figures": figures},
            made_at=_at(item.visit.day, 10),
            by=self.clerk,
        )

    def _conclude(self, made: Inspection) -> None:
        row = self.row
        made = inspections.finish(inspection=made, by=self.clerk, at=_at(row["ends"], 17))
        parts = {part.unit.name: part for part in made.units.select_related("unit")}
        conclusions.conclude(
            inspection=made,
            conclusion=row["conclusion"],
            parts={parts[name].pk: text for name, text in row["part"].items()},
            by=self.clerk,
        )
        demanded = {one["unit"]: one for one in row["demand"]}
        for name in parts:
            part = InspectedUnit.objects.get(pk=parts[name].pk)
            demands = {finding.pk: (demanded[name]["text"], demanded[name]["due"]) for finding in part.findings.all()}
            conclusions.feed_back(part=part, demands=demands, by=self.clerk, at=_at(row["fed_back"], 9))
            conclusions.receive(part=part, by=self._of(name, Role.UNIT_HEAD), at=_at(row["received"], 9))
        for one in row.get("rectified", ()):
            for finding in Finding.objects.filter(part=parts[one["unit"]]):
                conclusions.rectify(finding=finding, text=one["text"], by=self._of(one["unit"], Role.LIAISON))
                conclusions.verify_finding(finding=finding, how=one["how"], by=self.clerk)
        if review := row.get("review"):
            reviews.ask_review(
                part=InspectedUnit.objects.get(pk=parts[review["unit"]].pk),
                reason=review["reason"],
                by=self._of(review["unit"], Role.UNIT_HEAD),
                at=_at(review["on"], 15),
            )
        if proposal := row.get("proposal"):
            follow_up.propose(
                inspection=made,
                unit=self.cast.units[proposal["unit"]],
                kind=proposal["kind"],
                text=proposal["text"],
                by=self.clerk,
            )

    def _of(self, unit: str, role: Role) -> Person:
        post = Post.objects.filter(unit=self.cast.units[unit], role=role, end=None).select_related("person").first()
        assert post
        return post.person


def _at(day: date, hour: int) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(hour)))
