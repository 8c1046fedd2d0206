"""The ledgers that a person may open."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Max, Q, QuerySet

from duban.organisations.models import Person
from duban.plans.models import Ledger, Task
from duban.plans.states import TaskState

_STANDING = Q(dropped=False) & ~Q(state__in=[TaskState.DRAFT, TaskState.WITHDRAWN])


def ledgers_of(person: Person) -> QuerySet[Ledger]:
    """Return the ledgers that `person` may open, newest year first.

    Each bears the number of the tasks that the person sees in it (`task_count`), of those done (`done_count`), of its drafts
    (`draft_count`), and the day of its last issue (`issued_on`).
    """
    seen = Task.objects.visible_to(person)
    counts: dict[int, Any] = {
        row["ledger"]: row
        for row in seen.order_by()
        .values("ledger")
        .annotate(
            tasks=Count("pk", filter=_STANDING),
            done=Count("pk", filter=_STANDING & Q(state=TaskState.CLOSED_OUT)),
            drafts=Count("pk", filter=Q(dropped=False, state=TaskState.DRAFT)),
        )
    }
    found = Ledger.objects.visible_to(person).select_related("division").order_by("-year", "division__code")
    ledgers = found.annotate(issued_on=Max("versions__issued_on"))
    for ledger in ledgers:
        row = counts.get(ledger.pk, {})
        ledger.task_count = row.get("tasks", 0)  # type: ignore[attr-defined]
        ledger.done_count = row.get("done", 0)  # type: ignore[attr-defined]
        ledger.draft_count = row.get("drafts", 0)  # type: ignore[attr-defined]
    return ledgers
