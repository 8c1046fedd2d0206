"""A workbook of units: one row a unit, known by its number or its name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from duban.audit.trail import Actor
from duban.organisations.actions.naming import remember_alias
from duban.organisations.actions.units import UnitFacts, add_unit, change_unit, end_unit, restore_unit
from duban.organisations.imports.plan import Kind, Line, Plan, Problem, compared, day_of, order_of
from duban.organisations.models import Division, Unit, UnitGroup
from duban.organisations.sheets import Book
from duban.organisations.workbooks import Row, Workbook

SHEET = "单位"
COLUMNS: dict[str, float] = {
    "编号": 8,
    "名称": 30,
    "简称": 18,
    "分组": 14,
    "上级单位": 24,
    "别名": 44,
    "次序": 8,
    "启用日期": 12,
    "停用日期": 12,
    "并入": 24,
}
NEEDED = ("名称",)
SYNONYMS = {
    "名称": ("单位名称", "单位", "全称", "单位全称", "部门名称", "部门"),
    "简称": ("单位简称",),
    "分组": ("类别", "单位类别", "单位分组", "组别"),
    "上级单位": ("上级", "主管单位", "主管部门"),
    "别名": ("其他名称", "曾用名", "又称"),
    "次序": ("排序", "顺序", "排序号", "序号"),
    "启用日期": ("成立日期", "设立日期", "启用时间"),
    "停用日期": ("撤销日期", "停用时间"),
    "并入": ("并入单位", "合并到", "承接单位"),
    "编号": ("单位编号",),
}
NOTES = (
    "一行一个单位。有编号的按编号认（可以改名），没有编号的按名称认；认不出的是新单位，编号空着。",
    "别名写各种叫法，用顿号隔开。启用日期、次序空着的不改；简称、分组、上级单位、别名空着就是没有。",
    "停用日期是停用的第一天；合并到别的单位时，再在“并入”写那个单位的名称。",
    "表里没有的单位不受影响。没有“别名”“分组”等整列时，那一项不改。",
)


@dataclass
class _Wanted:
    """What one row says."""

    row: Row
    line: Line
    unit: Unit | None


def workbook(division: Division, units: Iterable[Unit]) -> bytes:
    """Return the units as a workbook that can be filled in and taken in again; without units, an empty template."""
    book = Book()
    rows = [
        [
            str(unit.pk),
            unit.name,
            unit.short_name,
            unit.group.name if unit.group else "",
            unit.parent.name if unit.parent else "",
            "、".join(alias.name for alias in unit.aliases.all()),
            unit.order,
            unit.valid_from,
            unit.valid_to,
            unit.successor.name if unit.successor else "",
        ]
        for unit in units
    ]
    book.sheet(SHEET, list(COLUMNS.items()), rows)
    groups = [[group.name, group.code] for group in UnitGroup.objects.filter(division=division)]
    book.sheet("分组", [("分组", 20), ("代码", 20)], groups)
    book.sheet("说明", [("怎样填", 110)], [[note] for note in NOTES])
    return book.bytes()


def carry_out(division: Division, data: bytes, by: Actor) -> Plan:
    """Do what a workbook says, row by row, and return what that was; part of an action.

    What cannot be done is a problem of the plan. Raises `UnreadableWorkbook`.
    """
    book = Workbook(data)
    rows = book.rows(
        book.the_sheet(SHEET), NEEDED, optional=[name for name in COLUMNS if name not in NEEDED], synonyms=SYNONYMS
    )
    return _Import(division, by, rows).plan


class _Import:
    def __init__(self, division: Division, by: Actor, rows: list[Row]) -> None:
        self.division, self.by = division, by
        self.plan = Plan()
        held = Unit.objects.filter(division=division).select_related("division", "group", "parent", "successor")
        self.units = list(held.prefetch_related("aliases"))
        self.groups = {group.name: group for group in UnitGroup.objects.filter(division=division)}
        self.groups |= {group.code: group for group in list(self.groups.values())}
        if not rows:
            self.plan.problems.append(_empty())
        wanted = self._known(rows)
        # Parents and successors may stand in later rows: they are set when all units are there.
        for one in wanted:
            self._facts(one)
        self.by_name = {unit.name: unit for unit in self.units}
        for one in wanted:
            self._place(one)
            self._end(one)
        self.plan.problems.sort(key=lambda problem: problem.row)

    def _known(self, rows: list[Row]) -> list[_Wanted]:
        by_number = {str(unit.pk): unit for unit in self.units}
        by_name = {unit.name: unit for unit in self.units}
        wanted, seen = [], dict[str, str]()
        for row in rows:
            name, number = row.text("名称"), row.text("编号")
            line = Line(row.number, name)
            self.plan.lines.append(line)
            if not name:
                self.plan.wrong(row, "名称", "没有写单位名称。请补上，或删去这一行。")
                continue
            unit = by_number.get(number) if number else by_name.get(name)
            if number and unit is None:
                self.plan.wrong(row, "编号", f"本区划没有编号为“{number}”的单位。新单位的编号请空着。")
                continue
            keys = [name, *([f"编号 {number}"] if number else [])]
            if there := next((key for key in keys if key in seen), None):
                self.plan.wrong(row, "名称", f"“{there}”和 {seen[there]} 重复。一个单位只占一行。")
                continue
            seen |= dict.fromkeys(keys, row.cell("名称"))
            wanted.append(_Wanted(row, line, unit))
        return wanted

    def _facts(self, one: _Wanted) -> None:
        row, unit = one.row, one.unit
        given: UnitFacts = {"name": row.text("名称")}
        if "简称" in row.letters:
            given["short_name"] = row.text("简称")
        if "分组" in row.letters:
            given["group"] = self._group(row)
        if (order := order_of(self.plan, row, "次序")) is not None:
            given["order"] = order
        if (start := day_of(self.plan, row, "启用日期")) is not None:
            given["valid_from"] = start
        aliases: list[str] | None = None
        if "别名" in row.letters:
            # A separator that is easily typed instead counts too.
            aliases = [name for name in re.split(r"[、,，;；\n]+", row.text("别名")) if name.strip()]
        with self.plan.about(row, "名称"):
            if unit is None:
                one.line.kind = Kind.ADD
                one.line.fields = compared(
                    {
                        "简称": ("", given.get("short_name")),
                        "分组": ("", given.get("group")),
                        "别名": ("", aliases or []),
                    }
                )
                # What a new unit is not given is as for every new unit.
                one.unit = add_unit(division=self.division, by=self.by, **given)
                self.units.append(one.unit)
                with self.plan.about(row, "别名"):
                    for alias in aliases or ():
                        remember_alias(unit=one.unit, name=alias, by=self.by)
                return
            there = [alias.name for alias in unit.aliases.all()]
            one.line.fields = compared(
                {
                    "名称": (unit.name, given["name"]),
                    "简称": (unit.short_name, given.get("short_name", unit.short_name)),
                    "分组": (unit.group, given.get("group", unit.group)),
                    "别名": (there, there if aliases is None else [name.strip() for name in aliases]),
                    "次序": (unit.order, given.get("order", unit.order)),
                    "启用日期": (unit.valid_from, given.get("valid_from", unit.valid_from)),
                }
            )
            if one.line.fields:
                one.line.kind = Kind.CHANGE
                with self.plan.about(row, "别名"):
                    change_unit(unit=unit, by=self.by, aliases=aliases)
                # After the aliases: a unit that is renamed keeps its old name as one.
                one.unit = change_unit(unit=unit, by=self.by, **given)
                self.units[self.units.index(unit)] = one.unit

    def _group(self, row: Row) -> UnitGroup | None:
        text = row.text("分组")
        if text and text not in self.groups:
            names = "、".join(dict.fromkeys(group.name for group in self.groups.values()))
            hint = f"现有的分组：{names}。" if names else "还没有任何分组。"
            self.plan.wrong(row, "分组", f"没有“{text}”这个分组。{hint}请改正，或先在分组页添加。")
        return self.groups.get(text)

    def _named(self, row: Row, column: str) -> Unit | None:
        text = row.text(column)
        if text and text not in self.by_name:
            self.plan.wrong(row, column, f"没有“{text}”这个单位。请写单位的全名，或先把它加进表里。")
        return self.by_name.get(text)

    def _place(self, one: _Wanted) -> None:
        if one.unit is None or "上级单位" not in one.row.letters:
            return
        parent = self._named(one.row, "上级单位")
        before = one.unit.parent
        if (before and before.pk) != (parent and parent.pk):
            with self.plan.about(one.row, "上级单位"):
                one.unit = change_unit(unit=one.unit, parent=parent, by=self.by)
                self._noted(one, "上级单位", before, parent, Kind.CHANGE)

    def _end(self, one: _Wanted) -> None:
        row, unit = one.row, one.unit
        if unit is None or "停用日期" not in row.letters:
            return
        day, into = day_of(self.plan, row, "停用日期"), self._named(row, "并入")
        if into is not None and day is None:
            self.plan.wrong(row, "停用日期", "写了并入的单位，却没有写停用日期。请补上停用的第一天。")
            return
        then: tuple[date | None, int | None] = (unit.valid_to, unit.successor_id)
        if then == (day, into.pk if into else None if "并入" in row.letters else then[1]):
            return
        before, successor = unit.valid_to, unit.successor
        with self.plan.about(row, "停用日期"):
            if unit.valid_to is not None:
                one.unit = restore_unit(unit=unit, by=self.by)
            if day is not None:
                one.unit = end_unit(unit=unit, on=day, successor=into, by=self.by)
            kind = Kind.END if day is not None and before is None else Kind.CHANGE
            self._noted(one, "停用日期", before, day, kind)
            self._noted(one, "并入", successor, into, kind)

    def _noted(self, one: _Wanted, label: str, before: object, after: object, kind: Kind) -> None:
        one.line.fields += compared({label: (before, after)})
        if one.line.kind is not Kind.ADD:
            one.line.kind = kind


def _empty() -> Problem:
    return Problem(SHEET, "表里没有一行单位。请填好再上传。")
