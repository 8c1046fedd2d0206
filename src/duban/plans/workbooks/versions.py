"""A frozen version as an annex and as a workbook."""

from __future__ import annotations

from dataclasses import dataclass

from duban.organisations.sheets import Book
from duban.plans.differences import row_words
from duban.plans.models import LedgerVersion
from duban.plans.models.entries import UnitRole
from duban.plans.snapshots import Snapshot


@dataclass(frozen=True)
class AnnexRow:
    """A task in the annex; `headings` are those of its sections that the row before did not stand under."""

    headings: tuple[str, ...]
    task: Snapshot
    leads: str
    others: str
    indicators: str
    due: str


def annex_rows(snapshot: Snapshot) -> list[AnnexRow]:
    """Return the tasks of a frozen ledger in order, with headings where a section begins."""
    rows = []
    above: list[str] = []
    for task in snapshot["tasks"]:
        path = task["section"]
        same = 0
        while same < min(len(path), len(above)) and path[same] == above[same]:
            same += 1
        above = path
        leads = units_of(task, UnitRole.LEAD) or units_of(task, UnitRole.RESPONSIBLE)
        others = [name for role in (UnitRole.RESPONSIBLE, UnitRole.SUPPORT) for name in units_of(task, role)]
        rows.append(
            AnnexRow(
                headings=tuple(path[same:]),
                task=task,
                leads="、".join(leads),
                others="、".join(name for name in others if name not in leads),
                indicators="；".join(row_words("indicators", row) for row in task["indicators"]),
                due=due_words(task),
            )
        )
    return rows


def units_of(task: Snapshot, role: UnitRole) -> list[str]:
    """Return the names of the units that have the role in the task."""
    return [answer["unit"] for answer in task["responsibilities"] if answer["role"] == role]


def due_words(task: Snapshot) -> str:
    """Return the last day as 2026年6月30日; one that the paper does not name is marked 年底."""
    if not task["due"]:
        return ""
    year, month, day = (int(part) for part in task["due"].split("-"))
    return f"{year}年{month}月{day}日" if task["due_stated"] else f"{year}年底"


def version_workbook(version: LedgerVersion) -> bytes:
    """Return the frozen version as an xlsx file of two sheets, tasks and indicators."""
    book = Book()
    tasks = version.snapshot["tasks"]
    columns = [
        ("编号", 10), ("章节", 24), ("任务", 24), ("内容", 60), ("指标", 30), ("牵头单位", 18), ("责任单位", 20),
        ("配合单位", 20), ("完成时限", 16), ("包保领导", 10),
    ]  # fmt: skip
    book.sheet(
        "总台账",
        columns,
        (
            (
                task["short_number"],
                " / ".join(task["section"]),
                task["title"],
                task["text"],
                "；".join(row_words("indicators", row) for row in task["indicators"]),
                *("、".join(units_of(task, role)) for role in UnitRole),
                due_words(task),
                task["sponsor"],
            )
            for task in tasks
        ),
        title=f"{version.ledger.title}（第{version.number}版）",
    )
    book.sheet(
        "指标",
        [("编号", 10), ("任务", 30), ("指标", 30), ("目标", 20), ("底线", 12), ("计量单位", 10), ("原文", 40)],
        (
            (
                task["short_number"],
                task["title"],
                row["name"],
                row_words("indicators", row).removeprefix(f"{row['name']} "),
                row["floor"],
                row["unit"],
                row["text"],
            )
            for task in tasks
            for row in task["indicators"]
        ),
    )
    return book.bytes()
