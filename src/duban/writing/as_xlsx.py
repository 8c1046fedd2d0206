"""The workbook that an office sends on: 总台账, 指标, 项目, 提示, laid out for the screen and for paper."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from itertools import chain, islice
from typing import Any, BinaryIO

from duban.core.types import Document, Indicator, Ledger, Note, Project, Span, Task
from duban.writing import words
from duban.writing.places import Places
from duban.writing.sheets import Column, Sheet, Value, lines, open_book

_FILE = Column("文件", 18)
_INDEX = Column("序号", 5, "index")
_PLACE = Column("原文位置", 14)

_TASKS = (
    _INDEX,
    Column("章节", 14),
    Column("任务", 15),
    Column("主要内容", 56),
    Column("指标", 24),
    Column("牵头单位", 16),
    Column("责任单位", 18),
    Column("配合单位", 14),
    Column("完成时限", 19),
    _PLACE,
)
_INDICATORS = (
    _INDEX,
    Column("任务", 20),
    Column("指标名称", 30),
    Column("比较", 8, "centre"),
    Column("目标值", 11, "number"),
    Column("上限", 9, "number"),
    Column("单位", 9, "centre"),
    Column("类型", 8, "centre"),
    Column("状态", 8, "centre"),
    Column("原文", 40),
    Column("位置", 13),
)
_PROJECTS = (
    _INDEX,
    Column("任务", 24),
    Column("项目名称", 40),
    Column("投资额", 12, "number"),
    Column("单位", 9, "centre"),
    Column("原文", 56),
    Column("位置", 13),
)
_NOTES = (
    _INDEX,
    Column("提示", 72),
    Column("原文", 52),
    Column("位置", 13),
    Column("代码", 20),
)


def write_xlsx(ledgers: Iterable[Ledger], file: BinaryIO, *, today: date | None = None) -> None:
    """Write the workbook; `today` is the day it says it was made on.

    Several documents share the four sheets, with a column 文件 in front. A 总台账 is the one list of all tasks: an
    office filters it by unit or by date across every paper, and a sheet for each paper would have to be filtered one
    by one. Who wants a workbook per paper writes into a folder.

    Raises `TooManyRows` where a sheet would not hold them.
    """
    stream = (
        (ledger, document)
        for ledger in ledgers
        # A source without any document still has its say in the notes.
        for document in ledger.documents or (None,)
    )
    first = list(islice(stream, 2))
    with open_book(file, _title(first), today) as book:
        _Workbook(book, _title(first), _subtitle(first)).fill(chain(first, stream), several=len(first) > 1)


_Entry = tuple[Ledger, Document | None]


def _title(first: list[_Entry]) -> str:
    if len(first) != 1:
        return "总台账"
    ((ledger, document),) = first
    return words.document_name(document, ledger.source) if document else ledger.source.name


def _subtitle(first: list[_Entry]) -> str:
    if not first:
        return "没有读出任何文件。"
    if len(first) > 1:
        return "由多份文件合并而成；来自哪一份见“文件”列，可按列筛选。"
    ((ledger, document),) = first
    if document is None:
        return f"来源：{ledger.source.name}。未读出文件，原因见“提示”。"
    parts = [f"来源：{ledger.source.name}"]
    if document.issuer:
        parts.append(f"发文机关：{document.issuer}")
    if document.doc_number:
        parts.append(document.doc_number)
    if document.issued_on:
        parts.append(words.full_date(document.issued_on))
    parts.append(
        f"任务{len(document.tasks)}项、指标{len(document.indicators)}项、项目{len(document.projects)}个、"
        f"提示{len(ledger.source.notes) + len(document.notes)}条"
    )
    return "　".join(parts)


class _Workbook:
    def __init__(self, book: Any, title: str, subtitle: str) -> None:
        self._book, self._title, self._subtitle = book, title, subtitle

    def fill(self, entries: Iterable[_Entry], *, several: bool) -> None:
        extra = (_FILE,) if several else ()

        def sheet(name: str, columns: tuple[Column, ...], what: str = "") -> Sheet:
            title = f"{self._title}{what}"
            return Sheet(self._book, name, title, self._subtitle, (columns[0], *extra, *columns[1:]))

        tasks = sheet("总台账", _TASKS)
        indicators = sheet("指标", _INDICATORS, "——指标")
        projects = sheet("项目", _PROJECTS, "——项目")
        notes = sheet("提示", _NOTES, "——提示")

        seen: Ledger | None = None
        places = None
        for ledger, document in entries:
            if ledger is not seen or places is None:
                places = Places(ledger.source)
                own: list[Value] = [ledger.source.name] if several else []
                for note in ledger.source.notes:
                    notes.add(own + _note(note, places))
                seen = ledger
            if document is None:
                continue
            own = [words.short_name(document, ledger.source)] if several else []
            by_id = {task.id: task for task in document.tasks}
            inside, invested = words.by_task(document.indicators), words.by_task(document.projects)
            for task in document.tasks:
                tasks.add(own + _task(task, document, inside[task.id], invested[task.id], places))
            for indicator in document.indicators:
                indicators.add(own + _indicator(indicator, by_id.get(indicator.task or ""), places))
            for project in document.projects:
                projects.add(own + _project(project, by_id.get(project.task or ""), places))
            for note in document.notes:
                notes.add(own + _note(note, places))
        tasks.finish("没有读出任务。原文若有任务，请看“提示”页，或用 duban explain 查看读出了什么。")
        indicators.finish("没有读出指标。")
        projects.finish("没有读出写明投资额的项目。")
        notes.finish("没有需要留意之处。")


def _task(
    task: Task, document: Document, indicators: list[Indicator], projects: list[Project], places: Places
) -> list[Value]:
    above = words.path(task, document)
    lead = words.units(task, "lead")
    if task.sponsors:
        lead.append(f"包保领导：{'、'.join(task.sponsors)}")
    promised = [words.indicator(indicator) for indicator in indicators]
    promised += [words.investment(project) for project in projects]
    return [
        # The outermost heading (三、重点任务) is the same for every row and tells nobody anything.
        "\n".join(above[1:] or above),
        words.task_name(task),
        task.text,
        lines(promised),
        "\n".join(lead),
        "\n".join(words.units(task, "responsible")),
        "\n".join(words.units(task, "support")),
        "\n".join(words.once(words.deadline(limit, "\n") for limit in task.deadlines)),
        _place(task.span, places),
    ]


def _indicator(indicator: Indicator, task: Task | None, places: Places) -> list[Value]:
    return [
        words.task_name(task) if task else "",
        indicator.name,
        words.COMPARATOR[indicator.comparator],
        indicator.value,
        indicator.value_high,
        indicator.unit,
        words.MEASURE[indicator.measure],
        words.STATUS[indicator.status],
        indicator.text,
        places.name(indicator.span),
    ]


def _project(project: Project, task: Task | None, places: Places) -> list[Value]:
    return [
        words.task_name(task) if task else "",
        project.name,
        project.value,
        project.unit,
        project.text,
        places.name(project.span),
    ]


def _note(note: Note, places: Places) -> list[Value]:
    return [note.message, words.shorten(places.words(note.span), 200), places.name(note.span), note.code]


def _place(span: Span, places: Places) -> str:
    opening = places.words(Span(span.start, min(span.end, span.start + 40)))
    return f"{places.name(span)}\n“{words.shorten(opening, 12)}”" if opening else places.name(span)
