"""What others changed since a person's last visit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Min, Q

from duban.organisations.access import access_of
from duban.organisations.models import Person
from duban.plans.models import Amendment, Correction, Ledger, LedgerVersion, Task, TaskVersion
from duban.plans.queries.desk import address

#: So many changes show, the latest first.
SHOWN = 12


@dataclass(frozen=True)
class Done:
    """One thing that somebody did: when, who, what, and where it can be seen."""

    at: datetime
    who: str
    what: str
    url: str


def since(person: Person, when: datetime) -> list[Done]:
    """Return what others did since `when` in all that `person` sees, the latest first, at most `SHOWN`."""
    found = [*_amendments(person, when), *_tasks(person, when), *_ledgers(person, when), *_checks(person, when)]
    return sorted(found, key=lambda done: done.at, reverse=True)[:SHOWN]


def _amendments(person: Person, when: datetime) -> list[Done]:
    seen = Amendment.objects.visible_to(person).filter(Q(decided_at__gt=when) | Q(applied_at__gt=when))
    seen = seen.exclude(decided_by=person).select_related("task__ledger", "decided_by")
    found = []
    for one in seen.order_by("-decided_at", "-pk").distinct()[:SHOWN]:
        about = f"{one.task.short_number} {one.task}" if one.task else "新任务"
        at = max(moment for moment in (one.decided_at, one.applied_at) if moment)
        what = f"{one.get_kind_display()}（{one.get_state_display()}）：{about}"
        found.append(Done(at, one.decided_by.name if one.decided_by else "", what, address("plans:amendment", one.pk)))
    return found


def _tasks(person: Person, when: datetime) -> list[Done]:
    """Return new versions of tasks that no amendment made, those of one reason, person and day in one line."""
    made = TaskVersion.objects.filter(recorded_at__gt=when, amendment=None, task__in=Task.objects.visible_to(person))
    made = made.exclude(recorded_by=person).exclude(number=1)
    groups = list(
        made.order_by()
        .values("reason", "valid_from", "ledger", "recorded_by__name")
        .annotate(at=Max("recorded_at"), count=Count("task", distinct=True), first=Min("task"))
        .order_by("-at")[:SHOWN]
    )
    alone = {group["first"] for group in groups if group["count"] == 1}
    tasks = Task.objects.filter(pk__in=alone).select_related("ledger").only("title", "seq", "ledger__year")
    named = {task.pk: task for task in tasks}
    found = []
    for group in groups:
        task = named.get(group["first"]) if group["count"] == 1 else None
        about = f"{task.short_number} {task}" if task else f"{group['count']} 项任务"
        url = address("plans:task", task.pk) if task else address("plans:ledger", group["ledger"])
        found.append(Done(group["at"], group["recorded_by__name"], f"{group['reason']}：{about}", url))
    return found


def _ledgers(person: Person, when: datetime) -> list[Done]:
    made = LedgerVersion.objects.filter(issued_at__gt=when, ledger__in=Ledger.objects.visible_to(person))
    made = made.exclude(issued_by=person).select_related("ledger", "issued_by").defer("snapshot")
    return [
        Done(one.issued_at, one.issued_by.name, f"印发：{one}", address("plans:versions", one.ledger_id))
        for one in made.order_by("-issued_at")[:SHOWN]
    ]


def _checks(person: Person, when: datetime) -> list[Done]:
    """Return what colleagues did at the check, one line for each of them and each paper."""
    papers = access_of(person).reach("plans.check").of_division("paper__division")
    done = Correction.objects.filter(papers, at__gt=when).exclude(by=person)
    rows = (
        done.order_by()
        .values("paper", "paper__title", "paper__name", "by__name")
        .annotate(
            last=Max("at"), corrections=Count("pk"), accepted=Count("task", filter=Q(what="accept"), distinct=True)
        )
        .order_by("-last")[:SHOWN]
    )
    found = []
    for row in rows:
        checked = f"核对了 {row['accepted']} 项任务，" if row["accepted"] else ""
        what = f"《{row['paper__title'] or row['paper__name']}》：{checked}共 {row['corrections']} 处操作"
        found.append(Done(row["last"], row["by__name"], what, address("plans:paper", row["paper"])))
    return found
