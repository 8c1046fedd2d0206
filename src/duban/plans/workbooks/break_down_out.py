"""The workbook that a unit takes to fill in the break-down of its tasks."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Max

from duban.organisations.models import Unit
from duban.organisations.sheets import Book, put
from duban.plans.breakdown import Surroundings, surroundings
from duban.plans.models import Task, TaskVersion
from duban.plans.models.measures import CurveKind
from duban.plans.schedules import months
from duban.plans.workbooks.break_down_form import (
    INDICATOR_COLUMNS,
    INDICATORS,
    KEYS,
    KINDS,
    LOCKED,
    MEASURE,
    MILESTONE,
    SPARE,
    STEP_COLUMNS,
    STEPS,
    YES,
)


def workbook_of(unit: Unit, tasks: list[Task]) -> bytes:
    """Return the workbook for `unit`: its tasks' measures, milestones and indicators, with empty lines to fill in.

    What identifies a line is locked; units, kinds and dates are chosen from lists or checked by the spreadsheet itself.
    """
    around = surroundings(tasks)
    versions = latest_versions(tasks)
    book = Book()
    _write_help(book, unit)
    _write_steps(book, [around[task.pk] for task in tasks])
    _write_indicators(book, [around[task.pk] for task in tasks])
    keys = book.book.add_worksheet(KEYS)
    keys.very_hidden()
    for n, name in enumerate(("任务", "任务编号", "版本")):
        keys.write_string(0, n, name)
    for n, task in enumerate(tasks, 1):
        keys.write_number(n, 0, task.pk)
        keys.write_string(n, 1, task.short_number)
        keys.write_number(n, 2, versions[task.pk])
    return book.bytes()


def latest_versions(tasks: Iterable[Task]) -> dict[int, int]:
    """Return the number of the newest version of each task."""
    found = TaskVersion.objects.filter(task__in=[task.pk for task in tasks]).values("task_id").order_by()
    return {row["task_id"]: row["last"] for row in found.annotate(last=Max("number"))}


def _write_help(book: Book, unit: Unit) -> None:
    lines = (
        f"在“{STEPS}”里每行填一条举措或一个节点；灰色的格认任务和行，不要改。",
        "每项任务后面留有空行；不够时在表的最后接着写，任务编号从列表里选。",
        "节点属于哪条举措，就把那条举措的内容写在“属于举措”里；不写的，是整项任务的节点。",
        "同一项任务（或同一条举措）的节点权重合计100，或者都不填。",
        f"要去掉原有的一行，在“去掉”里选“{YES}”；整行删掉不算去掉，系统里的照旧。",
        f"“{INDICATORS}”里填底线和序时进度；选“按月目标”的，按月填累计数，不能减少。",
        "日期写成 2026-06-30。填好后在任务分解页上传，先看变化，再确认。",
    )
    book.help(f"{unit.name}任务分解表", lines)


def _write_steps(book: Book, tasks: list[Surroundings]) -> None:
    sheet = book.form(STEPS, STEP_COLUMNS)
    at = 1
    for around in tasks:
        for row in _step_rows(around):
            new = row["序号"] is None
            for column, (name, _) in enumerate(STEP_COLUMNS):
                locked = name in LOCKED or (new and name == "去掉")
                put(sheet, at, column, row.get(name), book.locked if locked else book.open, book.open_day)
            at += 1
    numbers = [around.task.short_number for around in tasks]
    for extra in range(at, at + 50):
        for column, (name, _) in enumerate(STEP_COLUMNS):
            # As text, or the spreadsheet makes a month of 2026-001.
            style = book.open_text if name == "任务编号" else book.open
            put(sheet, extra, column, None, book.locked if name in ("任务", "序号", "去掉") else style)
    last = at + 49
    units = list(dict.fromkeys(name for around in tasks for name in around.units.values()))
    lists = book.book.add_worksheet("列表")
    lists.very_hidden()
    for column, words in enumerate((units, numbers)):
        for n, word in enumerate(words):
            lists.write_string(n, column, word)
    place = {name: n for n, (name, _) in enumerate(STEP_COLUMNS)}
    _choose(sheet, 1, last, place["类型"], [MEASURE, MILESTONE])
    _choose(sheet, 1, last, place["去掉"], [YES])
    _choose(sheet, 1, last, place["单位"], f"=列表!$A$1:$A${max(len(units), 1)}")
    _choose(sheet, at, last, place["任务编号"], f"=列表!$B$1:$B${max(len(numbers), 1)}")
    for name in ("开始日期", "完成日期"):
        _days(sheet, 1, last, place[name])
    sheet.data_validation(
        1,
        place["权重（%）"],
        last,
        place["权重（%）"],
        {"validate": "decimal", "criteria": "between", "minimum": 0, "maximum": 100,
         "error_title": "权重", "error_message": "权重是0到100的数。"},
    )  # fmt: skip


def _step_rows(around: Surroundings) -> Iterable[dict[str, Any]]:
    key = {"任务编号": around.task.short_number, "任务": around.task.title}
    texts = {row["id"]: row["text"] for row in around.now["measures"]}
    for row in around.now["measures"]:
        yield key | {
            "类型": MEASURE,
            "序号": row["id"],
            "内容": row["text"],
            "单位": row["unit"],
            "责任人": row["person"],
            "开始日期": _day(row["start"]),
            "完成日期": _day(row["due"]),
        }
    for row in around.now["milestones"]:
        yield key | {
            "类型": MILESTONE,
            "序号": row["id"],
            "内容": row["name"],
            "属于举措": texts.get(row["measure_id"]),
            "完成日期": _day(row["due"]),
            "权重（%）": float(row["weight"]) if row["weight"] != "0" else None,
        }
    for kind in (MEASURE, MILESTONE):
        for _ in range(SPARE):
            yield key | {"类型": kind, "序号": None}


def _write_indicators(book: Book, tasks: list[Surroundings]) -> None:
    span = months(min(around.start for around in tasks), max(around.end for around in tasks)) if tasks else []
    columns = (*INDICATOR_COLUMNS, *((month, 9) for month in span))
    sheet = book.form(INDICATORS, columns)
    at = 1
    for around in tasks:
        for row in around.now["indicators"]:
            curve = row["curve"] or {}
            values = {
                "任务编号": around.task.short_number,
                "任务": around.task.title,
                "序号": row["id"],
                "指标": row["name"],
                "目标": f"{row['value']}{row['unit']}",
                "底线": _number(row["floor"]),
                "序时进度": CurveKind(curve.get("kind", CurveKind.LINEAR)).label,
                "起算日期": _day(curve.get("start")),
                "起点值": _number(curve.get("start_value")) or None,
                **{month: _number(value) for month, value in curve.get("monthly", {}).items()},
            }
            for column, (name, _) in enumerate(columns):
                style = book.locked if name in LOCKED else book.open
                put(sheet, at, column, values.get(name), style, book.open_day)
            at += 1
    place = {name: n for n, (name, _) in enumerate(columns)}
    if at > 1:
        _choose(sheet, 1, at - 1, place["序时进度"], list(KINDS))
        _days(sheet, 1, at - 1, place["起算日期"])


def _choose(sheet: Any, first: int, last: int, column: int, source: Any) -> None:
    said = {
        "validate": "list",
        "source": source,
        "error_title": "请从列表中选",
        "error_message": "这一格只能从列表中选。",
    }
    sheet.data_validation(first, column, last, column, said)


def _days(sheet: Any, first: int, last: int, column: int) -> None:
    sheet.data_validation(
        first,
        column,
        last,
        column,
        {"validate": "date", "criteria": "between", "minimum": date(2000, 1, 1), "maximum": date(2100, 1, 1),
         "error_title": "日期", "error_message": "请填日期，如 2026-06-30。"},
    )  # fmt: skip


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _number(text: str | None) -> float | None:
    return float(text) if text is not None else None
