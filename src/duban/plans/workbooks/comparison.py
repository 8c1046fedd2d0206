"""The ledger of two days side by side, as a workbook."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from duban.organisations.sheets import Book
from duban.plans.models import Ledger
from duban.plans.queries.amending import Difference


def comparison_workbook(ledger: Ledger, before: date, after: date, found: Iterable[Difference]) -> bytes:
    """Return the comparison as an xlsx file, one row for each changed field."""
    book = Book()
    columns = [
        ("编号", 10), ("任务", 26), ("类别", 8), ("项目", 26), (f"{before}", 34), (f"{after}", 34), ("原由", 24), ("经办人", 12),
    ]  # fmt: skip
    rows = (
        (
            difference.short_number,
            difference.title,
            difference.kind,
            change.label,
            change.before,
            change.after,
            "；".join(str(version.amendment or version.reason) for version in difference.versions),
            "、".join(dict.fromkeys(version.recorded_by.name for version in difference.versions)),
        )
        for difference in found
        for change in difference.changes
    )
    book.sheet("对比", columns, rows, title=f"{ledger.title}：{before} 与 {after} 对比")
    return book.bytes()
