"""What a workbook would change, row by row, and what is wrong with it, cell by cell."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from duban.audit.refusals import Refusal
from duban.organisations.workbooks import Row, as_day


class Kind(StrEnum):
    """What happens to the thing that a row describes."""

    ADD = "add"
    CHANGE = "change"
    END = "end"
    SAME = "same"


LABELS = {Kind.ADD: "新增", Kind.CHANGE: "修改", Kind.END: "停用", Kind.SAME: "不变"}


@dataclass(frozen=True)
class Field:
    """A field of a row that becomes another: its name, what it was, what it becomes."""

    label: str
    before: str
    after: str


@dataclass
class Line:
    """A row of the workbook and what it does."""

    number: int
    name: str
    kind: Kind = Kind.SAME
    fields: list[Field] = field(default_factory=list)

    @property
    def label(self) -> str:
        """The words for what happens."""
        return LABELS[self.kind]


@dataclass(frozen=True)
class Problem:
    """Something that is wrong, with the cell where it stands and what to do."""

    cell: str
    message: str
    row: int = 0


@dataclass
class Plan:
    """All that a workbook would change."""

    lines: list[Line] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def count(self, kind: Kind) -> int:
        """Return how many rows do `kind`."""
        return sum(line.kind is kind for line in self.lines)

    @property
    def counts(self) -> list[tuple[str, int]]:
        """How many rows do what, in words."""
        return [(LABELS[kind], self.count(kind)) for kind in Kind]

    @property
    def changing(self) -> list[Line]:
        """The rows that change something."""
        return [line for line in self.lines if line.kind is not Kind.SAME]

    @property
    def digest(self) -> str:
        """A digest of what the plan does: two plans that do the same share it."""
        return hashlib.sha256(repr([(line.name, line.kind, line.fields) for line in self.lines]).encode()).hexdigest()

    @contextmanager
    def about(self, row: Row, column: str) -> Iterator[None]:
        """Note a refusal of what is done inside as a problem of the row's cell under `column`."""
        try:
            yield
        except Refusal as refusal:
            self.wrong(row, column, str(refusal))

    def wrong(self, row: Row, column: str, message: str) -> None:
        """Note that a cell is wrong."""
        self.problems.append(Problem(row.cell(column), message, row.number))


class Unsuitable(Refusal):
    """The workbook cannot be taken in as it is; `plan` says why, cell by cell."""

    status = 422

    def __init__(self, plan: Plan) -> None:
        first = plan.problems[0]
        more = f"等 {len(plan.problems)} 处" if len(plan.problems) > 1 else ""
        super().__init__(f"表里有填错的地方，什么都没有导入：{first.cell} {first.message}{more}")
        self.plan = plan


class Changed(Refusal):
    """What the workbook would do is no longer what was shown; `plan` says what it would do now."""

    def __init__(self, plan: Plan) -> None:
        super().__init__("预览以后，系统里的内容又有变化。请再看一遍下面的预览，然后确认。")
        self.plan = plan


def day_of(plan: Plan, row: Row, column: str) -> date | None:
    """Return a cell as a day; what is no day becomes a problem."""
    try:
        return as_day(row.values.get(column))
    except ValueError:
        plan.wrong(row, column, f"“{row.text(column)}”不是日期，请写成 2026-06-30。")
        return None


def order_of(plan: Plan, row: Row, column: str) -> int | None:
    """Return a cell as a whole number of at least 0; what is none becomes a problem."""
    text = row.text(column)
    if not text:
        return None
    if text.isdecimal() and len(text) < 10:
        return int(text)
    plan.wrong(row, column, f"“{text}”应是不小于 0 的整数。")
    return None


def shown(value: Any) -> str:
    """Return a value as the preview shows it."""
    match value:
        case None:
            return ""
        case date():
            return value.isoformat()
        case list() | tuple() | set():
            return "、".join(sorted(map(str, value)))
        case _:
            return str(getattr(value, "name", value))


def compared(pairs: dict[str, tuple[Any, Any]]) -> list[Field]:
    """Return the fields that differ, of pairs of what is and what is to be."""
    return [
        Field(label, shown(before), shown(after))
        for label, (before, after) in pairs.items()
        if shown(before) != shown(after)
    ]
