"""A list of matters as a workbook: the empty one that is handed out, and the filled one as it comes back."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from duban.organisations.models import Division, Unit
from duban.organisations.names import Resolution, resolve
from duban.organisations.sheets import Book
from duban.organisations.workbooks import CellProblem, Row, UnreadableWorkbook, Workbook, as_day
from duban.supervision.models import Matter
from duban.supervision.models.matters import MatterSource, Urgency
from duban.supervision.states.matters import MatterState

SHEET = "督查事项"
COLUMNS = {
    "事项": 40, "来源": 12, "收到日期": 14, "来源名称": 24, "提出人": 14, "要求": 50, "缓急": 8, "来文期限": 14,
    "限定知悉": 10, "批准人": 14, "批准依据": 24, "主办单位": 20, "协办单位": 28,
}  # fmt: skip
NEEDED = ("事项", "来源", "收到日期")
NOTES = (
    f"来源填：{'、'.join(str(label) for label in MatterSource.labels)}",
    f"缓急填：{'、'.join(str(label) for label in Urgency.labels)}，不填是一般",
    "日期写成 2026-03-05 或 2026年3月5日；来文没有写期限的不填，按时限办法算",
    "限定知悉填“是”的，只有督查室和承办单位看得到",
    "批准人和批准依据都填了，登记后直接立项；再填了主办单位，直接交办、开始计时",
    "几个协办单位用顿号隔开；单位写全称、简称、别名都可以",
)
YES = "是"
_SPLIT = "、,，;；"


@dataclass
class Line:
    """One matter of the list, ready to be registered; `number` is its row."""

    number: int
    facts: dict[str, Any]
    approved_by_name: str = ""
    approval_basis: str = ""
    lead: Unit | None = None
    supports: list[Unit] = field(default_factory=list)

    @property
    def becomes(self) -> str:
        """What becomes of it, in words."""
        return f"交{self.lead}办理" if self.lead else "立项" if self.approved_by_name else "登记"


@dataclass
class MatterList:
    """A list as it came back: its matters, and what is wrong, cell by cell."""

    lines: list[Line] = field(default_factory=list)
    problems: list[CellProblem] = field(default_factory=list)


def empty() -> bytes:
    """Return the workbook to fill in."""
    book = Book()
    book.sheet(SHEET, tuple(COLUMNS.items()), ())
    book.help("怎样填", NOTES)
    return book.bytes()


def read(data: bytes, division: Division, today: date) -> MatterList:
    """Return the matters of a filled workbook. Raises `UnreadableWorkbook` where it is not one of these."""
    book = Workbook(data)
    rows = book.rows(book.the_sheet(SHEET), NEEDED, optional=[name for name in COLUMNS if name not in NEEDED])
    if not rows:
        raise UnreadableWorkbook("表里没有一行事项。请填好再上传。")
    names = {name for row in rows for name in (row.text("主办单位"), *_names(row))} - {""}
    reader = _Reader(division, today, resolve(division, names, today))
    for row in rows:
        reader.read(row)
    return reader.found


def _names(row: Row) -> list[str]:
    text = row.text("协办单位")
    for mark in _SPLIT[1:]:
        text = text.replace(mark, "、")
    return [name.strip() for name in text.split("、") if name.strip()]


class _Reader:
    def __init__(self, division: Division, today: date, units: dict[str, Resolution]) -> None:
        self.division, self.today, self.units = division, today, units
        self.found = MatterList()
        self.sources = {str(label): value for value, label in MatterSource.choices}
        self.urgencies = {str(label): value for value, label in Urgency.choices}
        there = Matter.objects.filter(division=division).exclude(
            state__in=(MatterState.REJECTED, MatterState.CANCELLED)
        )
        self.there = {
            (one.title, one.source, one.received_on): one.short_number
            for one in there.only("title", "source", "received_on", "year", "seq")
        }

    def wrong(self, row: Row, column: str, message: str) -> None:
        """Note what is wrong in a cell."""
        self.found.problems.append(CellProblem(row.cell(column), message))

    def read(self, row: Row) -> None:
        """Take one row."""
        before = len(self.found.problems)
        title = row.text("事项")
        if not title or len(title) > 300:
            self.wrong(row, "事项", "没有填事项。" if not title else "超过 300 个字，请缩短，详细内容写在“要求”里。")
        source = self._chosen(row, "来源", self.sources)
        urgency = self._chosen(row, "缓急", self.urgencies) if row.text("缓急") else Urgency.ORDINARY
        received = self._day(row, "收到日期")
        if received is None and not row.text("收到日期"):
            self.wrong(row, "收到日期", "没有填收到日期。")
        if received and received > self.today:
            self.wrong(row, "收到日期", "在今天以后，请核对。")
        own_due = self._day(row, "来文期限")
        if own_due and received and own_due < received:
            self.wrong(row, "来文期限", "早于收到日期，请核对。")
        restricted = row.text("限定知悉")
        if restricted not in ("", YES, "否"):
            self.wrong(row, "限定知悉", "只填“是”或者不填。")
        line = Line(
            row.number,
            {
                "title": title,
                "source": source,
                "received_on": received,
                "source_name": row.text("来源名称")[:200],
                "source_person": row.text("提出人")[:100],
                "text": row.text("要求"),
                "urgency": urgency,
                "own_due": own_due,
                "restricted": restricted == YES,
            },
        )
        self._decision(row, line)
        if received:
            key = (title, source, received)
            if number := self.there.get(key):
                self.wrong(row, "事项", f"{number}和它的名称、来源、收到日期都一样，已经登记过。请删去这一行。")
            self.there[key] = f"第{row.number}行"
        if len(self.found.problems) == before:
            self.found.lines.append(line)

    def _decision(self, row: Row, line: Line) -> None:
        who, basis, lead = row.text("批准人"), row.text("批准依据"), row.text("主办单位")
        if bool(who) != bool(basis):
            self.wrong(row, "批准依据" if who else "批准人", "批准人和批准依据要一起填（条例第十一条）。")
        if lead and not who:
            self.wrong(row, "批准人", "填了主办单位的要直接交办，请写明谁批准、依据什么。")
        if _names(row) and not lead:
            self.wrong(row, "主办单位", "只有协办单位，没有主办单位。")
        if line.facts["own_due"] and lead and line.facts["own_due"] < self.today:
            self.wrong(row, "来文期限", "已经过了，不能按它交办。请改一个期限，或者不填。")
        line.approved_by_name, line.approval_basis = who[:100], basis[:200]
        line.lead = self._unit(row, "主办单位", lead) if lead else None
        found = [self._unit(row, "协办单位", name) for name in _names(row)]
        line.supports = [unit for unit in found if unit]

    def _unit(self, row: Row, column: str, name: str) -> Unit | None:
        meant = self.units[name]
        if meant.unit:
            return meant.unit
        near = "、".join(str(unit) for unit in meant.candidates[:3])
        self.wrong(row, column, f"没有叫“{name}”的单位{f'，是不是{near}' if near else ''}。请写单位的全称或简称。")
        return None

    def _chosen(self, row: Row, column: str, known: dict[str, str]) -> str:
        if row.text(column) in known:
            return known[row.text(column)]
        self.wrong(row, column, f"“{row.text(column)}”不在可填的里面。可填：{'、'.join(known)}。")
        return ""

    def _day(self, row: Row, column: str) -> date | None:
        try:
            return as_day(row.values.get(column))
        except ValueError:
            self.wrong(row, column, "不是日期，请写成 2026-03-05。")
            return None
