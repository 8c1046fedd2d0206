"""The month in one page (阶段性分析研究), and its parts as files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import quote

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from duban.assessment.analysis import pictures
from duban.assessment.analysis.moving import STALLS, Move
from duban.assessment.analysis.saying import COLOURS, sentences
from duban.assessment.queries import analysis as queries
from duban.dispatch.checks import shown
from duban.dispatch.goals import said
from duban.dispatch.views.common import workbook
from duban.organisations.guard import SignedIn, allowed
from duban.organisations.sheets import Book
from duban.writing.as_csv import table_bytes

Columns = Sequence[tuple[str, float]]


@dataclass(frozen=True)
class Part:
    """A part of the page as a table: its name in addresses, its title, columns with widths, rows."""

    name: str
    title: str
    columns: Columns
    rows: list[list[Any]]


@require_GET
@allowed("assessment.analyse")
def analysis(request: SignedIn) -> HttpResponse:
    """Show a ledger's month, or hand it out: ``form=xlsx`` is all of it, ``form=csv`` with ``part`` one table."""
    ledgers = queries.ledgers_analysed(request.user)
    asked = request.GET.get("ledger", "")
    ledger = next((one for one in ledgers if str(one.pk) == asked), ledgers[0] if ledgers else None)
    if ledger is None:
        return render(request, "assessment/analysis.html", {"ledgers": []})
    found = queries.analysis(ledger, request.user, _month(request.GET.get("month", "")))
    name = f"{ledger}{found.month.year}年{found.month.month}月分析"
    if request.GET.get("form") == "xlsx":
        book = Book()
        for part in parts(found):
            book.sheet(part.title, part.columns, part.rows, title=f"{name}：{part.title}")
        return workbook(book.bytes(), f"{name}.xlsx", f"analysis-{ledger.pk}-{found.month:%Y-%m}.xlsx")
    if request.GET.get("form") == "csv":
        wanted = next((one for one in parts(found) if one.name == request.GET.get("part")), None)
        if wanted is not None:
            return _csv(wanted, name)
    context = {
        "ledger": ledger,
        "ledgers": ledgers,
        "found": found,
        "sentences": sentences(found),
        "shown": _shown(found, request.GET.get("show", "")),
        "heat": _heat(found),
        "trend": pictures.trend(found),
        "colours": [(colour, word) for colour, word in COLOURS.items() if any(c.get(colour) for _, c in found.trend)],
        "kinds": pictures.kinds(found),
        "loads": pictures.loads(found),
        "gained": [(found.tasks[move.task], move) for move in found.gained],
        "misses": [(miss, said(miss.indicator)) for miss in found.misses],
        "busy": [load for load in found.loads if load.behind or load.led >= queries.MUCH],
        "hanging": [(kind, name, [found.tasks[pk] for pk in tasks]) for kind, name, tasks in found.hanging],
        "stalls_after": STALLS,
        "exports": [(f"CSV：{part.title}", f"{_address(request, part)}") for part in parts(found)],
        "whole": _query(request, form="xlsx"),
    }
    return render(request, "assessment/analysis.html", context)


def _month(asked: str) -> date | None:
    try:
        return date.fromisoformat(f"{asked}-01")
    except ValueError:
        return None


def _query(request: SignedIn, **more: str) -> str:
    query = request.GET.copy()
    for name in ("show", "form", "part"):
        query.pop(name, None)
    query.update(more)
    return f"?{query.urlencode()}"


def _address(request: SignedIn, part: Part) -> str:
    return _query(request, form="csv", part=part.name)


def _csv(part: Part, name: str) -> HttpResponse:
    cells = ([str(cell) if cell is not None else "" for cell in row] for row in part.rows)
    response = HttpResponse(table_bytes([head for head, _ in part.columns], cells), content_type="text/csv")
    told = quote(f"{name}：{part.title}.csv")
    response["Content-Disposition"] = f"attachment; filename=\"analysis-{part.name}.csv\"; filename*=UTF-8''{told}"
    return response


def _heat(found: queries.Analysis) -> list[tuple[tuple[int, str], list[tuple[int, queries.Cell | None]], int]]:
    """Return the rows of the heat map: a section, its cells by unit, and how many tasks it has in them."""
    return [
        (
            head,
            [(unit, found.cells.get((head[0], unit))) for unit, _ in found.columns],
            len({task for unit, _ in found.columns for task in _tasks(found.cells.get((head[0], unit)))}),
        )
        for head in found.heads
    ]


def _tasks(cell: queries.Cell | None) -> list[int]:
    return cell.tasks if cell else []


def _shown(found: queries.Analysis, asked: str) -> dict[str, Any] | None:
    """Return the tasks that a number of the page counts, with what they are; None where the address names none."""
    what, _, of = asked.partition(":")
    numbers: Iterable[int]
    if what in ("worse", "better", "stalls", "still"):
        title = {
            "worse": "亮灯变差的任务",
            "better": "亮灯变好的任务",
            "stalls": "落后、停滞的任务",
            "still": f"连续{STALLS}个月以上没有进展的任务",
        }[what]
        numbers = [move.task for move in getattr(found, what)]
    elif what == "cell":
        head, _, unit = of.partition("-")
        key = _pair(head, unit)
        if key not in found.cells:
            return None
        names = dict(found.heads)[key[0]], dict(found.columns)[key[1]]
        title, numbers = f"{names[0]}：{names[1]}落后、停滞的任务", found.cells[key].tasks
    elif what == "kind":
        kind = next((one for one in found.kinds if one.name == of), None)
        if kind is None:
            return None
        return {
            "title": f"反映“{kind.title}”的",
            "told": [(one, found.tasks.get(one.task)) for one in kind.told[:200]],
            "rows": [],
        }
    else:
        return None
    return {"title": title, "rows": [(found.tasks[pk], found.moves[pk]) for pk in numbers], "told": []}


def _pair(head: str, unit: str) -> tuple[int, int]:
    return (int(head), int(unit)) if head.isdecimal() and unit.isdecimal() else (-1, -1)


def parts(found: queries.Analysis) -> list[Part]:
    """Return the tables of the page, as files have them."""
    lights = list(COLOURS.values())
    return [
        Part("trend", "各月末亮灯", [("月末", 14), *((word, 10) for word in lights)],
             [[end, *(counts.get(colour, 0) for colour in COLOURS)] for end, counts in found.trend]),
        Part("moved", "动了什么", _TASK, [_row(found, move) for move in (*found.worse, *found.better)]),
        Part("stalls", "卡在哪里", [("章节", 24), ("牵头单位", 24), ("任务（项）", 12), ("其中红灯", 12), ("编号", 40)],
             [[head[1], unit[1], len(cell.tasks), cell.red,
               "、".join(found.tasks[pk].short_number for pk in cell.tasks)]
              for head in found.heads for unit in found.columns if (cell := found.cells.get((head[0], unit[0])))]),
        Part("stalled", "落后停滞的任务", _TASK, [_row(found, move) for move in found.stalls]),
        Part("problems", "反复出现的问题",
             [("类别", 20), *((f"{month.month}月", 8) for month in found.kind_months), ("合计", 8), ("月份数", 8),
              ("任务（项）", 10), ("单位（个）", 10)],
             [[kind.title, *kind.months, kind.whole, kind.spread, len(kind.tasks), len(kind.units)]
              for kind in found.kinds]),
        Part("misses", "预计完不成的指标",
             [("编号", 12), ("任务", 36), ("指标", 24), ("目标", 16), ("到期", 12), ("最近填报", 14), ("填报截至", 12),
              ("预测", 14), ("下界", 14), ("上界", 14), ("单位", 8)],
             [[miss.task.short_number, miss.task.title, miss.indicator.name, said(miss.indicator), miss.goal.due,
               shown(miss.last.value), miss.last.on, shown(miss.forecast.value), shown(miss.forecast.low),
               shown(miss.forecast.high), miss.indicator.unit] for miss in found.misses]),
        Part("loads", "各单位牵头的任务",
             [("单位", 28), ("牵头（项）", 10), ("落后", 8), ("红灯", 8), ("停滞", 8), ("预计完不成", 12)],
             [[load.name, load.led, load.behind, load.red, load.stalled, load.misses] for load in found.loads]),
        Part("hanging", "系于一处的任务", [("种类", 8), ("名称", 30), ("任务（项）", 10), ("任务", 80)],
             [[kind, name, len(tasks), "、".join(f"{found.tasks[pk].short_number} {found.tasks[pk].title}" for pk in tasks)]
              for kind, name, tasks in found.hanging]),
        Part("years", "和去年同期比", [("年份", 8), ("截至", 12), ("任务（项）", 10), *((word, 8) for word in lights), ("平均进度（%）", 12)],
             [[year.ledger.year, year.day, year.tasks, *(year.colours.get(colour, 0) for colour in COLOURS), year.progress]
              for year in (found.now, found.before) if year]),
    ]  # fmt: skip


_TASK: Columns = [("编号", 12), ("任务", 40), ("牵头单位", 24), ("现在的灯", 10), ("上月末的灯", 10), ("进度（%）", 10),
                  ("比上月（百分点）", 12), ("停滞（个月）", 10)]  # fmt: skip


def _row(found: queries.Analysis, move: Move) -> list[Any]:
    task = found.tasks[move.task]
    return [
        task.short_number, task.title, task.lead_names, move.now.word if move.now else "",
        move.before.word if move.before else "", move.now.progress if move.now else None, move.gained, move.stalled,
    ]  # fmt: skip
