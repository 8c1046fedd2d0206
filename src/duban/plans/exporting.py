"""The filtered ledger as files: a table, JSON, and the workbook that an office sends on."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from duban.plans.models import Ledger
from duban.plans.models.entries import UnitRole
from duban.plans.queries.ledger import STATES, Part
from duban.plans.queries.records import Invested, Promised, Record, Records
from duban.writing import words
from duban.writing.as_csv import table_bytes
from duban.writing.sheets import Column, Sheet, Value, lines, open_book

SCHEMA = "duban/ledger-export@1"

_ROLES = tuple(UnitRole.values)
#: The columns bear the names of the code, as JSON does and the command line's table; docs/library.md says what they are.
COLUMNS = (
    "task",
    "section",
    "number",
    "title",
    "text",
    "indicators",
    "projects",
    "lead_unit",
    "responsible_unit",
    "supporting_unit",
    "people",
    "sponsor",
    "deadlines",
    "due",
    "state",
)


def as_csv(found: Records) -> bytes:
    """Return one row for each task, in UTF-8 with the mark by which Excel and WPS know it."""
    more = [part for name in found.added for part in (name, f"{name}_why")]
    return table_bytes((*COLUMNS, *more), ([*_row(task), *_added_row(task, found)] for task in found.tasks))


def _added_row(task: Record, found: Records) -> list[str]:
    """Return what later apps say of a task: for each of their columns the code, and why."""
    said = [task.added.get(name) for name in found.added]
    return [part for one in said for part in ((one.code, one.why) if one else ("", ""))]


def as_json(found: Records, ledger: Ledger, *, query: str, on: date | None) -> bytes:
    """Return the tasks with all that hangs on them, in the names of ``duban/ledger@1``.

    `query` is the address that was asked, `on` the past day; numbers of sections, indicators and projects hold within the
    file.
    """
    used = {pk for task in found.tasks for pk in _above(task.section_id, found.sections)}
    places = [part for part in found.sections.values() if part.pk in used]
    whole = {
        "schema": SCHEMA,
        "ledger": {
            "title": ledger.title,
            "region": ledger.division.full_name,
            "region_code": ledger.division.code,
            "level": ledger.division.level,
            "year": ledger.year,
            "state": ledger.state,
        },
        "query": query,
        "on": on.isoformat() if on else None,
        "sections": [
            {"id": f"s{part.pk}", "parent": f"s{part.parent}" if part.parent in used else None, "depth": part.depth,
             "title": part.name}
            for part in places
        ],
        "tasks": [_task(task) for task in found.tasks],
        "indicators": [_indicator(task, one) for task in found.tasks for one in task.indicators],
        "projects": [_project(task, one) for task in found.tasks for one in task.projects],
    }  # fmt: skip
    return json.dumps(whole, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def as_xlsx(found: Records, ledger: Ledger, *, subtitle: str, today: date) -> bytes:
    """Return the workbook in the layout of ``duban extract``: 总台账, 指标, 项目."""
    file = io.BytesIO()
    with open_book(file, ledger.title, today) as book:
        more = [Column(label, 10, "centre") for label in found.added.values()]
        tasks = Sheet(book, "总台账", ledger.title, subtitle, (*_TASKS, *more))
        for task in found.tasks:
            said = [task.added.get(name) for name in found.added]
            tasks.add([*_cells(task), *(one.words if one else "" for one in said)])
        tasks.finish("没有符合条件的任务。")
        indicators = Sheet(book, "指标", f"{ledger.title}——指标", subtitle, _INDICATORS)
        for task in found.tasks:
            for one in task.indicators:
                indicators.add(_indicator_cells(task, one))
        indicators.finish("这些任务没有指标。")
        projects = Sheet(book, "项目", f"{ledger.title}——项目", subtitle, _PROJECTS)
        for task in found.tasks:
            for invested in task.projects:
                named: list[Value] = [task.short_number, task.title, invested.name]
                projects.add([*named, float(invested.value), invested.unit, invested.text])
        projects.finish("这些任务没有写明投资额的项目。")
    return file.getvalue()


_INDEX = Column("序号", 5, "index")
_NUMBER = Column("编号", 9, "centre")
_TASKS = (
    _INDEX,
    _NUMBER,
    Column("章节", 14),
    Column("任务", 15),
    Column("主要内容", 50),
    Column("指标", 24),
    Column("牵头单位", 16),
    Column("责任单位", 18),
    Column("配合单位", 14),
    Column("完成时限", 15),
    Column("包保领导", 9),
    Column("状态", 8, "centre"),
)
_INDICATORS = (
    _INDEX,
    _NUMBER,
    Column("任务", 20),
    Column("指标名称", 30),
    Column("比较", 8, "centre"),
    Column("目标值", 11, "number"),
    Column("上限", 9, "number"),
    Column("底线", 9, "number"),
    Column("单位", 9, "centre"),
    Column("类型", 8, "centre"),
    Column("状态", 8, "centre"),
    Column("原文", 40),
)
_PROJECTS = (
    _INDEX,
    _NUMBER,
    Column("任务", 24),
    Column("项目名称", 40),
    Column("投资额", 12, "number"),
    Column("单位", 9, "centre"),
    Column("原文", 56),
)


def _row(task: Record) -> list[str | int | None]:
    units: dict[str, list[str]] = {role: [] for role in _ROLES}
    for answer in task.units:
        units[answer.role].append(answer.unit)
    return [
        task.short_number,
        " › ".join(task.path),
        task.number,
        task.title,
        task.text,
        "；".join([words.indicator(one) for one in task.indicators]),
        "；".join([_investment(one) for one in task.projects]),
        *("、".join(dict.fromkeys(named)) for named in units.values()),
        "、".join([f"{answer.unit}：{answer.person}" for answer in task.units if answer.person]),
        task.sponsor,
        "；".join(words.once(limit.text for limit in task.limits)),
        task.due.isoformat() if task.due else None,
        task.state,
    ]


def _cells(task: Record) -> list[Value]:
    promises = [words.indicator(one) for one in task.indicators] + [_investment(one) for one in task.projects]
    said = "\n".join(
        words.once(
            f"{limit.text}\n（{words.full_date(limit.due)}）" if limit.due else limit.text for limit in task.limits
        )
    )
    return [
        task.short_number,
        # The outermost heading (三、重点任务) is the same for every row and tells nobody anything.
        "\n".join(task.path[1:] or task.path),
        task.title,
        task.text,
        lines(promises),
        *("\n".join(task.units_as(role)) for role in _ROLES),
        said or (f"{task.due.year}年底" if task.due else ""),
        task.sponsor,
        STATES[task.state],
    ]


def _indicator_cells(task: Record, one: Promised) -> list[Value]:
    return [
        task.short_number,
        task.title,
        one.name,
        words.COMPARATOR[one.comparator],
        float(one.value),
        float(one.value_high) if one.value_high is not None else None,
        float(one.floor) if one.floor is not None else None,
        one.unit,
        words.MEASURE[one.measure],
        words.STATUS[one.status],
        one.text,
    ]


def _investment(project: Invested) -> str:
    return f"{project.name} {words.number(project.value)}{project.unit}"


def _task(task: Record) -> dict[str, Any]:
    return {
        "id": _id(task),
        "section": f"s{task.section_id}" if task.section_id else None,
        "number": task.number or None,
        "title": task.title,
        "text": task.text,
        "state": task.state,
        "due": task.due.isoformat() if task.due else None,
        "due_stated": task.due_stated,
        "sponsor": task.sponsor or None,
        "responsibilities": [
            {"unit": answer.unit, "role": answer.role, "person": answer.person or None} for answer in task.units
        ],
        "deadlines": [
            {"text": limit.text, "due": limit.due.isoformat() if limit.due else None} for limit in task.limits
        ],
        **{name: {"code": one.code, "words": one.words, "why": one.why} for name, one in task.added.items()},
    }


def _indicator(task: Record, one: Promised) -> dict[str, Any]:
    return {
        "task": _id(task),
        "name": one.name,
        "comparator": one.comparator,
        "value": _json_number(one.value),
        "value_high": _json_number(one.value_high),
        "floor": _json_number(one.floor),
        "unit": one.unit,
        "measure": one.measure,
        "status": one.status,
        "text": one.text,
    }


def _project(task: Record, one: Invested) -> dict[str, Any]:
    return {
        "task": _id(task),
        "name": one.name,
        "value": _json_number(one.value),
        "unit": one.unit,
        "text": one.text,
    }


def _id(task: Record) -> str:
    # A draft has no short number yet.
    return task.short_number or f"t{task.pk}"


def _json_number(value: Decimal | None) -> int | float | None:
    """Return a whole number without a decimal point, as the ledger JSON has it."""
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)


def _above(pk: int | None, parts: dict[int, Part]) -> Iterable[int]:
    while pk in parts:
        yield pk
        pk = parts[pk].parent
