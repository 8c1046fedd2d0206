"""Clock schemes on their pages: which source follows which, and what a text would change of this year's matters."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from duban.dispatch.queries import office_schemes
from duban.organisations.calendar import Calendar
from duban.organisations.holidays import calendar_of
from duban.organisations.models import Division
from duban.supervision.actions.clock import pause_of, scheme_in
from duban.supervision.clocks import files
from duban.supervision.clocks.counting import Counted
from duban.supervision.clocks.running import count, day_of, end_of, starts_at
from duban.supervision.clocks.scheme import ClockScheme as Rules
from duban.supervision.clocks.wording import limit_words
from duban.supervision.models import Matter, SourceClock
from duban.supervision.models.matters import MatterSource

#: So many of the newest matters are tried.
TRIED = 200


@dataclass(frozen=True)
class Use:
    """A source whose matters follow a scheme; `since` is none where the product says so."""

    words: str
    since: date | None
    version: int | None = None


def uses(division: Division) -> Mapping[str, list[Use]]:
    """Return by the name of a scheme which sources follow it, from when on: one statement.

    What was adopted for a later day stands beside what holds until then.
    """
    adopted = SourceClock.objects.filter(division=division).select_related("scheme").order_by("source", "-valid_from")
    today = timezone.localdate()
    found: dict[str, list[Use]] = defaultdict(list)
    held: set[str] = set()
    for row in adopted:
        if row.source in held:
            continue
        name = row.scheme.name if row.scheme else row.preset
        found[name].append(Use(row.get_source_display(), row.valid_from, row.scheme.version if row.scheme else None))
        if row.valid_from <= today:
            held.add(row.source)
    for source in MatterSource:
        if source not in held:
            found[files.sources()[source].scheme].append(Use(str(source.label), None))
    return found


@dataclass(frozen=True)
class Listed:
    """A clock scheme in the list: how long an answer may take, and which sources follow it."""

    scheme: office_schemes.Listed[Rules]
    limit: str
    used: list[Use]


def listed(division: Division, found: list[office_schemes.Listed[Rules]]) -> list[Listed]:
    """Return schemes of the list with what they are used for."""
    used = uses(division)
    return [Listed(one, limit_words(one.rules.answer), used.get(one.name, [])) for one in found]


@dataclass(frozen=True)
class Change:
    """A matter whose answer would be due on another day."""

    matter: Matter
    before: date
    after: date
    how: str


@dataclass(frozen=True)
class Preview:
    """What a scheme would change of the matters of its sources that were assigned this year."""

    year: int
    matters: int
    changes: list[Change]


def preview(division: Division, rules: Rules, today: date) -> Preview:
    """Return on which day this year's matters of the scheme's sources would have to be answered by it.

    Both days are counted from the assignment with the pauses there were; more time that was granted is left out.
    """
    asked = Matter.objects.filter(division=division, year=today.year, assigned_at__isnull=False, own_due=None)
    if rules.sources:
        asked = asked.filter(source__in=rules.sources)
    found = list(asked.exclude(scheme_text="").prefetch_related("pauses").order_by("-assigned_at", "-pk")[:TRIED])
    calendar = calendar_of(division)
    changes = []
    for matter in found:
        before, after = (
            _answer(one, matter, calendar) for one in (scheme_in(matter.scheme_text, matter.scheme), rules)
        )
        if before and after and before.day != after.day:
            changes.append(Change(matter, before.day, after.day, after.how))
    return Preview(today.year, len(found), changes)


def _answer(rules: Rules, matter: Matter, calendar: Calendar) -> Counted | None:
    """Return when a matter has to be answered by a scheme; none where the answer follows a step that has no day yet."""
    assert matter.assigned_at
    step, assigned = rules.answer, timezone.localtime(matter.assigned_at)
    start = starts_at(step, matter.received_on, assigned, {})
    if start is None:
        return None
    return count(
        step.limit(matter.urgency),
        day_of(assigned.year, step.on) if step.on else None,
        start,
        calendar,
        pauses=[pause_of(row) for row in matter.pauses.all()] if step.pausable else (),
        end=end_of(rules.end, matter.received_on),
    )
