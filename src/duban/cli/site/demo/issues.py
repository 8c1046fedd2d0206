"""The demo's issues, whistles, conferences and close-outs of the running year: taken by those who do so, counted back from today."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.utils import timezone

from duban.cli.site.demo.reporting import Months
from duban.cli.site.demo.year import Cast, Row
from duban.organisations.holidays import calendar_of
from duban.organisations.models import Person, Unit
from duban.organisations.roles import Role
from duban.plans.models import Ledger, Milestone, Task
from duban.supervision.actions import close_outs, conferences, issues, whistles
from duban.supervision.actions.close_outs import Account
from duban.supervision.loop import closing
from duban.supervision.models import Issue, IssueOrigin, WhistleCall

#: The hour at which things are done.
HOUR = time(9, 40)


class Loop:
    """The running loop of the demo's office: who acts for which unit, and when."""

    def __init__(self, year: Row, ledger: Ledger, code: str) -> None:
        self.ledger, self.cast = ledger, Cast(code)
        self.months = Months(year, ledger, self.cast)
        self.head, self.clerk, *_ = self.cast.clerks

    def load(self, found: Row) -> None:
        """Take everything that the file holds."""
        # Numbers go by the day.
        for row in sorted(found["issue"], key=lambda row: -row["ago"]):
            self._issue(row)
        for row in found["whistle"]:
            self._whistle(row)
        for row in found["conference"]:
            self._conference(row)
        for row in found["close_out"]:
            self._close_out(row)

    def _liaison(self, unit: Unit | None) -> Person:
        return self.months.person(unit, Role.LIAISON) if unit else self.clerk

    def _issue(self, row: Row) -> None:
        unit = self.cast.units[row["unit"]] if "unit" in row else None
        issue = issues.raise_issue(
            division=self.cast.division,
            origin=row.get("origin", IssueOrigin.UNIT if unit else IssueOrigin.OFFICE),
            title=row["title"],
            text=row["text"],
            task=self._task(row),
            unit=unit,
            resident_name=row.get("resident", ""),
            resident_contact=row.get("contact", ""),
            restricted=row.get("restricted", False),
            by=self._liaison(unit),
            at=_at(row["ago"]),
        )
        for step in row["steps"]:
            self._step(issue, step)
            issue.refresh_from_db()

    def _step(self, issue: Issue, step: Row) -> None:
        at, text, day = _at(step["ago"]), step.get("text", ""), _day(step.get("in", 0))
        match step["do"]:
            case "assign":
                unit = self.cast.units[step["to"]]
                issues.assign(issue=issue, unit=unit, next_step=step["next"], due_on=day, by=self.clerk, at=at)
            case "coordinate":
                issues.coordinate(issue=issue, next_step=step["next"], due_on=day, by=self.head, at=at)
            case "ask_help":
                issues.ask_help(issue=issue, text=text, by=self._liaison(issue.unit), at=at)
            case "go_on":
                issues.go_on(issue=issue, text=text, by=self._liaison(issue.unit), at=at)
            case "resolve":
                issues.resolve(issue=issue, text=text, by=self._liaison(issue.unit), at=at)
            case "confirm":
                issues.confirm(issue=issue, text=text, by=self._liaison(issue.raised_for), at=at)
            case "close":
                issues.close(issue=issue, by=self.head, at=at)

    def _whistle(self, row: Row) -> None:
        town, at = self.cast.units[row["unit"]], _at(row["ago"])
        whistle = whistles.blow(
            unit=town,
            departments=[self.cast.units[name] for name in row["to"]],
            urgency=row["urgency"],
            title=row["title"],
            text=row["text"],
            place=row["place"],
            task=self._task(row),
            by=self._liaison(town),
            at=at,
        )
        for answer in row["answers"]:
            call = WhistleCall.objects.get(whistle=whistle, unit=self.cast.units[answer["unit"]])
            came = at + timedelta(hours=answer["hours"])
            whistles.answer(call=call, text=answer["text"], by=self._liaison(call.unit), at=came)
            if "stars" in answer:
                whistles.rate(call=call, stars=answer["stars"], by=self._liaison(town), at=came)
        if "resolve" in row:
            by = self._liaison(whistle.issue.unit)
            issues.resolve(issue=whistle.issue, text=row["resolve"], by=by, at=_at(1))

    def _conference(self, row: Row) -> None:
        about = [
            issue
            for issue in Issue.objects.open().order_by("pk")
            if any(words in issue.title for words in row["about"])
        ]
        day = calendar_of(self.cast.division).on_or_after(_day(row["in"]))
        conferences.call(
            division=self.cast.division,
            title=row["title"],
            starts_at=timezone.make_aware(datetime.combine(day, time(15))),
            place=row["place"],
            chair=self.cast.people[row["chair"]],
            issues=about,
            units=[self.cast.units[name] for name in row["units"]],
            by=self.clerk,
        )

    def _close_out(self, row: Row) -> None:
        task = Task.objects.in_ledger().select_related("ledger").get(ledger=self.ledger, number=row["task"])
        accounts = [
            Account(indicator=target.indicator, value=target.value or Decimal(0), basis=row["basis"])
            for target in closing.targets(task, timezone.localdate())
        ]
        accounts += [
            Account(milestone=step, done_on=step.done_on or min(step.due, _day(-row["ago"])), basis=row["basis"])
            for step in Milestone.objects.filter(task=task)
        ]
        lead = task.responsibilities.filter(dropped=False, unit__isnull=False).order_by("role", "order", "pk")[0].unit
        made = close_outs.apply(
            task=task, statement=row["statement"], accounts=accounts, by=self._liaison(lead), at=_at(row["ago"])
        )
        if "returned" in row:
            close_outs.return_close_out(close_out=made, reason=row["returned"], by=self.head, at=_at(row["ago"] - 2))
        if "accepted" in row:
            at = _at(row["ago"] - 3)
            close_outs.accept(
                close_out=made, decision=row["accepted"], closed_on=timezone.localdate(at), by=self.head, at=at
            )

    def _task(self, row: Row) -> Task | None:
        if "task" not in row:
            return None
        return Task.objects.in_ledger().select_related("ledger").get(ledger=self.ledger, number=row["task"])


def _day(days: int) -> date:
    return timezone.localdate() + timedelta(days=days)


def _at(ago: int) -> datetime:
    return timezone.make_aware(datetime.combine(_day(-ago), HOUR))
