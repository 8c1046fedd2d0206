"""Workbooks of dispatch."""

from __future__ import annotations

from decimal import Decimal

from django.utils import timezone

from duban.dispatch.models import ReportValue
from duban.dispatch.queries.rounds import LOOKS, RoundPage, look_of, number_of
from duban.organisations.sheets import Book


def round_workbook(page: RoundPage) -> bytes:
    """Return a round as a workbook: the reports, their values, the map of units and tasks, and the call list."""
    now = timezone.now()
    round, book = page.round, Book()
    numbers = {report.pk: number_of(report) for report in page.reports}
    book.sheet(
        "填报",
        [("编号", 10), ("任务", 30), ("单位", 18), ("状态", 12), ("逾期", 6), ("进展情况", 60), ("存在问题", 30),
         ("需协调事项", 24), ("下步打算", 30), ("提交时间", 18)],
        (
            (
                numbers[report.pk], report.task.title, report.unit.name, LOOKS[look_of(report, round, now)].word,
                "是" if report.late else "", report.progress, report.problems, report.asks, report.next_step,
                f"{timezone.localtime(report.submitted_at):%Y-%m-%d %H:%M}" if report.submitted_at else "",
            )
            for report in page.reports
        ),
        title=f"{round.ledger} {round.name}填报情况",
    )  # fmt: skip
    values = ReportValue.objects.filter(report__in=[report.pk for report in page.reports]).select_related(
        "indicator", "report__task", "report__unit"
    )
    book.sheet(
        "指标",
        [("编号", 10), ("任务", 30), ("单位", 18), ("指标", 30), ("当前值", 12), ("计量单位", 10)],
        (
            (
                numbers[value.report_id], value.report.task.title, value.report.unit.name, value.indicator.name,
                _number(value.value), value.unit,
            )
            for value in values.order_by("report__task__order", "report__unit__order", "indicator__order")
        ),
    )  # fmt: skip
    book.sheet(
        "单位和任务",
        [("单位", 20), *((number_of_task, 10) for number_of_task in (task.short_number for task in page.tasks))],
        ([row.unit.name, *(cell.shown.word if cell else "" for cell in row.row)] for row in page.units),
    )
    book.sheet(
        "催报",
        [("单位", 20), ("欠报（项）", 10), ("任务", 60), ("联系人", 14), ("电话", 18)],
        (
            (
                row.unit.name, len(row.owed), "、".join(numbers[cell.report.pk] for cell in row.owed),
                "、".join(person.name for person in row.callees), "、".join(p.phone for p in row.callees if p.phone),
            )
            for row in page.calls
        ),
    )  # fmt: skip
    return book.bytes()


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
