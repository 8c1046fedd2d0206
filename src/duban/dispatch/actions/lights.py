"""Lights: a ledger adopts a scheme, lights are worked out from data, a person may set one for a while."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.utils import timezone

from duban.audit.refusals import Refusal
from duban.audit.trail import SYSTEM, Actor, action, record
from duban.dispatch.actions import office_schemes
from duban.dispatch.batches import uncollected
from duban.dispatch.lighting import OFFICE_LIGHTS, Lighting, SchemeBook, will_miss
from duban.dispatch.models import LedgerScheme, LightOverride, LightScheme, TaskLight
from duban.dispatch.progress import task_standing
from duban.dispatch.relighting import relight_since
from duban.dispatch.schemes import files
from duban.dispatch.schemes.lights.evaluating import Light
from duban.dispatch.schemes.lights.facts import Override
from duban.dispatch.work import TaskWork, works
from duban.organisations.access import access_of, require
from duban.organisations.models import Person
from duban.plans.models import Ledger, Task
from duban.plans.states import LedgerState


class OverrideNotAllowed(Refusal):
    """The scheme does not let this light be set by hand, or not so."""

    status = 422


@action
def adopt(
    *, ledger: Ledger, valid_from: date, by: Person, preset: str = "", scheme: LightScheme | None = None
) -> LedgerScheme:
    """Let a ledger follow a preset, or an office's scheme, from a day on; lights since then are worked out anew.

    Raises `WrongScheme` for an unknown preset.
    """
    require(by, "dispatch.change_schemes", division=ledger.division)
    chosen = scheme or office_schemes.keep_version(
        kept=OFFICE_LIGHTS, division=ledger.division, text=files.text_of(preset), by=by
    )
    use, _ = LedgerScheme.objects.update_or_create(ledger=ledger, valid_from=valid_from, defaults={"scheme": chosen})
    record(
        "dispatch.adopt_scheme",
        by=by,
        subject=ledger,
        after={"scheme": chosen.name, "version": chosen.version, "valid_from": valid_from},
        division=ledger.division.code,
    )
    if valid_from <= timezone.localdate():
        relight_since(ledger, valid_from)
    return use


@action
@uncollected()
def recompute(
    *,
    ledger: Ledger,
    days: Iterable[date],
    by: Actor = SYSTEM,
    tasks: Iterable[Task] | None = None,
) -> int:
    """Work out the lights of a ledger, or of `tasks` in it, for each of `days`, as they could be known on each.

    A row is written for a day only where the light or its reason is not that of the day before; a row that no longer
    holds is replaced. Doing it again changes nothing. Return how many rows were written.
    """
    wanted = sorted(set(days))
    # Two jobs on one ledger would write the same rows: the second waits for the first.
    Ledger.objects.select_for_update().filter(pk=ledger.pk).values_list("pk").first()
    lighting = Lighting(ledger)
    found = works(ledger, tasks)
    numbers = [one.task.pk for one in found]
    kept: dict[int, dict[date, TaskLight]] = {pk: {} for pk in numbers}
    for row in TaskLight.objects.filter(ledger=ledger, task__in=numbers).order_by("valid_from"):
        kept[row.task_id][row.valid_from] = row
    made: list[TaskLight] = []
    gone: list[int] = []
    changed: list[TaskLight] = []
    for one in found:
        rows = kept[one.task.pk]
        for day in wanted:
            rules, scheme = lighting.book.on(day)
            fresh = _row(one, ledger, day, lighting.light(one, day, rules), scheme)
            before = max((start for start in rows if start < day), default=None)
            there = rows.get(day)
            if before is not None and _same(rows[before], fresh):
                if there is not None:
                    gone.append(there.pk)
                    del rows[day]
            elif there is None:
                made.append(fresh)
                rows[day] = fresh
            elif not _same(there, fresh):
                fresh.pk = there.pk
                changed.append(fresh)
                rows[day] = fresh
    made_new = [row for row in made if row.pk is None]
    TaskLight.objects.filter(pk__in=gone).delete()
    TaskLight.objects.bulk_update(changed, _KEPT, batch_size=500)
    TaskLight.objects.bulk_create(made_new, batch_size=500)
    written = len(made_new) + len(changed) + len(gone)
    if written:
        record(
            "dispatch.recompute_lights",
            by=by,
            subject=ledger,
            after={"days": [wanted[0], wanted[-1]], "rows": written},
            division=ledger.division.code,
        )
    return written


#: What of the reason makes another row; the sentence of a month that goes on may count more days each night.
_TOLD = ("month", "reports", "override", "will_miss")
_KEPT = ["level", "colour", "rule", "why", "scheme", "progress", "expected"]


def _row(one: TaskWork, ledger: Ledger, day: date, light: Light, scheme: LightScheme | None) -> TaskLight:
    stands = task_standing(one.work, day)
    return TaskLight(
        task=one.task,
        ledger=ledger,
        valid_from=day,
        level=light.level.name,
        colour=light.level.colour,
        rule=light.rule,
        # Only of what shows no trouble yet: where a light says it already, it need not be said again.
        why={**_why(light), "will_miss": will_miss(one.work, day) if light.level.colour == "green" else []},
        scheme=scheme,
        progress=stands.progress if stands.says_something else None,
        expected=stands.expected if stands.says_something else None,
    )


def _why(light: Light) -> dict[str, Any]:
    return {
        "sentence": light.why,
        "word": light.level.word,
        "shape": light.level.shape,
        "severity": light.level.severity,
        "month": light.month,
        "numbers": {name: str(value) for name, value in light.numbers.items()},
        "reports": list(light.reports),
        "outcome": [one.say for one in light.outcome],
        "override": light.override.reason if light.override else "",
        "beneath": light.beneath.why if light.beneath else "",
    }


def _same(one: TaskLight, other: TaskLight) -> bool:
    mine, yours = one.why, other.why
    return (one.level, one.rule, one.scheme_id) == (other.level, other.rule, other.scheme_id) and all(
        mine.get(name) == yours.get(name) for name in _TOLD
    )


@action
def override(
    *, task: Task, level: str, reason: str, until: date, by: Person, today: date | None = None
) -> LightOverride:
    """Set a task's light by hand from today until a day, with a reason; it ends by itself.

    The scheme in force says who may, to which lights, and for how long. Raises `OverrideNotAllowed`.
    """
    today = today or timezone.localdate()
    ledger = task.ledger
    require(by, "dispatch.override_light", division=ledger.division)
    rules, _ = SchemeBook(ledger).on(today)
    roles = [role.value for role in access_of(by).roles]
    problem = ""
    for role in sorted(roles, key=lambda role: role not in rules.override.roles):
        asked = Override(level, reason, role, today, until)
        problem = rules.override.problem(asked)
        if not problem:
            made = LightOverride.objects.create(
                task=task, level=level, reason=reason, role=role, start=today, until=until, by=by
            )
            record(
                "dispatch.override_light",
                by=by,
                subject=task,
                after={"level": level, "reason": reason, "until": until},
                division=ledger.division.code,
            )
            recompute(ledger=ledger, days=[today], by=by, tasks=[task])
            return made
        break
    raise OverrideNotAllowed(problem)


@action
def end_override(*, override: LightOverride, by: Person, today: date | None = None) -> None:
    """End a light that was set by hand before its day: the rules decide again from today."""
    today = today or timezone.localdate()
    task = override.task
    require(by, "dispatch.override_light", division=task.ledger.division)
    override.ended_on = today
    override.save(update_fields=["ended_on"])
    record(
        "dispatch.end_override",
        by=by,
        subject=task,
        before={"level": override.level},
        division=task.ledger.division.code,
    )
    recompute(ledger=task.ledger, days=[today], by=by, tasks=[task])


def nightly(today: date | None = None) -> int:
    """Work out the lights of all issued ledgers for today; the nightly job calls it. Return how many rows changed."""
    day = today or timezone.localdate()
    issued = Ledger.objects.filter(state=LedgerState.ISSUED).select_related("division")
    return sum(recompute(ledger=ledger, days=[day]) for ledger in issued)
