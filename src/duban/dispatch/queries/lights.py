"""Lights as they were on a day: of a whole ledger for its list, its filter and its files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import partial
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.fields.json import KT

from duban.dispatch.lamps import MISS, lamp, miss
from duban.dispatch.models import TaskLight
from duban.plans.extensions import Column, Value
from duban.plans.models import Ledger

#: The code by which the list finds tasks that are good today and will miss.
WILL_MISS = "will_miss"


def held(ledger: Ledger, day: date) -> QuerySet[TaskLight]:
    """Return the light of each task in the ledger that held at the end of `day`: of its rows the last that begins by then."""
    later = TaskLight.objects.filter(task=OuterRef("task"), valid_from__gt=OuterRef("valid_from"), valid_from__lte=day)
    return TaskLight.objects.filter(~Exists(later), ledger=ledger, valid_from__lte=day).order_by()


def values(ledger: Ledger, day: date) -> Mapping[int, Value]:
    """Return what the column says of each task on the day; one statement."""
    rows = held(ledger, day).values_list(
        "task_id", "level", "colour", KT("why__word"), KT("why__shape"), KT("why__sentence"), KT("why__severity"),
        KT("why__will_miss"),
    )  # fmt: skip
    found = {}
    for task, level, colour, word, shape, why, severity, missing in rows:
        misses = missing not in (None, "", "[]")
        found[task] = Value(
            code=level,
            words=f"{shape} {word}",
            why=why or "",
            draw=partial(lamp, colour, shape, word, why or ""),
            # The worst comes first: it is what is looked for.
            rank=-int(severity or 0),
            more=((WILL_MISS, MISS),) if misses else (),
            mark=miss() if misses else None,
        )
    return found


def chosen(ledger: Ledger, codes: Iterable[str], day: date) -> QuerySet[Any, int | None]:
    """Return the tasks whose light on the day is one of `codes`, or that will miss where `WILL_MISS` is among them."""
    wanted = set(codes)
    asked = Q(level__in=wanted)
    if WILL_MISS in wanted:
        asked |= Q(why__will_miss__0__isnull=False)
    return held(ledger, day).filter(asked).values_list("task_id", flat=True)


COLUMN = Column(name="light", label="亮灯", values=values, chosen=chosen)
