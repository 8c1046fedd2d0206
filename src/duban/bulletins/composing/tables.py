"""The tables and charts that a wording file may place, each from figures."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from duban.bulletins.composing.blocks import Block, Piece, bound
from duban.bulletins.composing.facts import Facts
from duban.bulletins.composing.figures import Book, UnknownFigure
from duban.bulletins.composing.lists import LISTS


@dataclass(frozen=True)
class Column:
    """A column: its head, the figure of a row's item (after ``task.50.``), its share of the width."""

    head: str
    figure: str
    width: int


@dataclass(frozen=True)
class TableKind:
    """A table: its title, the list of its rows, its columns."""

    title: str
    rows: str
    columns: tuple[Column, ...]


@dataclass(frozen=True)
class ChartKind:
    """A chart: its title, ``bar`` or ``stacked``, the labels of its values, and the figures of each series."""

    title: str
    kind: str
    unit: str
    of: Callable[[Facts], tuple[list[Piece], list[tuple[str, list[str]]]]]


_RED = (
    Column("序号", "", 10),
    Column("编号", "number", 17),
    Column("任务", "title", 34),
    Column("牵头单位", "units", 22),
    Column("亮灯", "light", 13),
    Column("进度%", "progress", 13),
    Column("序时%", "expected", 13),
    Column("原因", "why", 50),
)
TABLES: dict[str, TableKind] = {
    "sections": TableKind(
        "各章节进展情况",
        "sections",
        (
            Column("章节", "name", 40),
            Column("任务（项）", "tasks.total", 14),
            Column("达到序时", "tasks.good", 14),
            Column("滞后", "tasks.behind", 12),
            Column("红灯", "tasks.red", 12),
            Column("达标率%", "tasks.good.rate", 16),
        ),
    ),
    "units": TableKind(
        "各单位进展情况",
        "units",
        (
            Column("单位", "name", 34),
            Column("任务（项）", "tasks.total", 12),
            Column("已销号", "tasks.closed", 12),
            Column("滞后", "tasks.behind", 10),
            Column("红灯", "tasks.red", 10),
            Column("应填报", "reports.asked", 12),
            Column("逾期、漏报", "reports.late", 14),
            Column("督办逾期", "orders.overdue", 14),
        ),
    ),
    "ranking": TableKind(
        "排名",
        "ranks",
        (
            Column("组别", "group", 24),
            Column("名次", "place", 10),
            Column("单位", "", 36),
            Column("得分", "score", 14),
            Column("上月名次", "before", 14),
        ),
    ),
    "red_list": TableKind("红灯、滞后任务清单", "tasks.behind", _RED),
    "orders": TableKind(
        "未办结督办单清单",
        "orders.open",
        (
            Column("序号", "", 10),
            Column("文号", "number", 24),
            Column("督办事项", "title", 40),
            Column("承办单位", "unit", 24),
            Column("等级", "level", 16),
            Column("发出", "issued", 16),
            Column("答复期限", "due", 16),
            Column("情况", "state", 12),
        ),
    ),
    "tasks": TableKind(
        "任务台账",
        "tasks",
        (
            Column("序号", "", 10),
            Column("编号", "number", 17),
            Column("章节", "section", 18),
            Column("任务", "title", 34),
            Column("牵头单位", "units", 22),
            Column("完成时限", "due", 16),
            Column("进度%", "progress", 13),
            Column("亮灯", "light", 13),
        ),
    ),
    "indicators": TableKind(
        "量化指标完成情况",
        "indicators.verified",
        (
            Column("任务", "task", 30),
            Column("指标", "name", 28),
            Column("承诺", "promised", 18),
            Column("完成", "value", 14),
            Column("单位", "unit", 12),
            Column("依据", "source", 30),
        ),
    ),
}


def table(name: str, facts: Facts, book: Book) -> Block:
    """Return a table block; a value that is not there is a dash."""
    kind = TABLES[name]
    listed = LISTS[kind.rows]
    rows = [
        [[_cell(column, listed.kind, pk, number, book)] for column in kind.columns]
        for number, pk in enumerate(listed.of(facts), 1)
    ]
    return {
        "type": "table",
        "title": kind.title,
        "head": [column.head for column in kind.columns],
        "rows": rows,
        "widths": [column.width for column in kind.columns],
    }


def _cell(column: Column, kind: str, pk: int, number: int, book: Book) -> Piece:
    if not column.figure:
        # The place in the list, or the name of the unit that is ranked.
        return str(number) if column.head == "序号" else _bound(f"unit.{pk}.name", book)
    return _bound(f"{kind}.{pk}.{column.figure}", book)


def _bound(name: str, book: Book) -> Piece:
    try:
        return bound(name, book.figure(name).shown)
    except UnknownFigure:
        return "—"


def _lights(facts: Facts) -> tuple[list[Piece], list[tuple[str, list[str]]]]:
    pks = list(LISTS["sections"].of(facts))
    labels: list[Piece] = [{"f": f"section.{pk}.name", "v": ""} for pk in pks]
    words = (("达到序时", "tasks.good"), ("黄灯", "tasks.yellow"), ("橙灯", "tasks.orange"), ("红灯", "tasks.red"))
    found = [(label, [f"section.{pk}.{query}" for pk in pks]) for label, query in words]
    return labels, found


def _units_behind(facts: Facts) -> tuple[list[Piece], list[tuple[str, list[str]]]]:
    pks = [pk for pk in LISTS["units"].of(facts) if any(pk in task.units and task.behind for task in facts.tasks)]
    labels: list[Piece] = [{"f": f"unit.{pk}.name", "v": ""} for pk in pks]
    return labels, [("滞后任务", [f"unit.{pk}.tasks.behind" for pk in pks])]


CHARTS: dict[str, ChartKind] = {
    "lights": ChartKind("各章节任务亮灯情况", "stacked", "项", _lights),
    "units_behind": ChartKind("各单位滞后任务", "bar", "项", _units_behind),
}


def chart(name: str, facts: Facts, book: Book) -> Block:
    """Return a chart block; a series without any value is left out."""
    kind = CHARTS[name]
    labels, series = kind.of(facts)
    for label in labels:
        if isinstance(label, dict):
            label["v"] = book.figure(label["f"]).shown
    drawn = [
        {"name": words, "values": [bound(figure, book.figure(figure).shown) for figure in names]}
        for words, names in series
    ]
    return {
        "type": "chart",
        "title": kind.title,
        "kind": kind.kind,
        "unit": kind.unit,
        "labels": labels,
        "series": [one for one in drawn if _says_something(one["values"])] or drawn[:1],
    }


def _says_something(values: Iterable[Piece]) -> bool:
    return any(isinstance(value, dict) and value["v"] not in ("0", "") for value in values)
