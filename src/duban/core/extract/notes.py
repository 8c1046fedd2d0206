"""Notes: where a careful reader would stop."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace

from duban.core.structure.outline import Gap, Piece
from duban.core.text import NormalisedText, squeeze
from duban.core.types import Document, Note, Source, Span

TERMINAL = "。！？!?；;”’）)】》…"


def added(document: Document, source: Source, text: NormalisedText, gaps: list[Gap], root: Piece) -> Document:
    """Return `document` with its notes, in the order of the source; those of the reader on its range are among them."""
    notes = [note for note in source.notes if note.span.start < document.span.end or len(source.text) == 0]
    notes += [
        Note(
            "section-gap",
            f"“{gap.label}”之前缺少“{gap.missing}”，请核对原文是否漏印或漏录。",
            text.home(gap.start, gap.end),
        )
        for gap in gaps
    ]
    notes += _cut(document, source, text, root)
    notes += _units(document)
    notes += _dates(document)
    notes += _values(document, source)
    if not document.tasks and len(source.text) > 200:
        notes.append(
            Note(
                "no-tasks",
                "没有读出任务：没有找到安排工作的章节。请确认文件是否为工作报告、实施方案或任务清单。",
                Span(document.span.start, document.span.start),
            )
        )
    if document.year is None and document.tasks:
        message = "文件没有写明是哪一年的工作，“年底前”等时限无法定到日。请用 --today 指定日期。"
        notes.append(Note("year-unknown", message, Span(document.span.start, document.span.start)))
    return replace(document, notes=tuple(sorted(notes, key=lambda note: note.span)))


def _cut(document: Document, source: Source, text: NormalisedText, root: Piece) -> list[Note]:
    """Note tasks whose last sentence does not end: text was cut off."""
    notes = []
    for task in document.tasks:
        body = task.text.rstrip()
        if task.rule == "tasks/table-row" or len(body) < 30 or body[-1] in TERMINAL or task.title == body:
            continue
        if not squeeze(task.span.of(source.text)).endswith(body):  # the bracket of units behind it closes the sentence
            continue
        at = task.span.end
        notes.append(
            Note(
                "text-cut",
                f"任务{_name(task.title, task.number)}的最后一句没有结束（“…{body[-10:]}”），原文可能被截断。",
                Span(max(task.span.start, at - 10), at),
            )
        )
    return notes


def _name(title: str | None, number: str | None) -> str:
    return f"“{title}”" if title else f"第 {number} 项" if number else ""


def _units(document: Document) -> list[Note]:
    notes = []
    for task in document.tasks:
        for unit in task.responsibilities:
            if unit.group:
                notes.append(Note("unit-group", f"“{unit.unit}”是一组单位，下发前需展开到具体单位。", unit.span))
    assigned = sum(bool(task.responsibilities) for task in document.tasks)
    if assigned >= 3 and assigned > 0.6 * len(document.tasks):
        for task in document.tasks:
            if not task.responsibilities:
                message = f"任务{_name(task.title, task.number)}没有写责任单位，而本文件其他任务都有。"
                notes.append(
                    Note("unit-missing", message, Span(task.span.start, min(task.span.end, task.span.start + 30)))
                )
    return notes


def _dates(document: Document) -> list[Note]:
    notes = []
    for task in document.tasks:
        for deadline in task.deadlines:
            if deadline.due is None:
                notes.append(Note("date-unfixed", f"“{deadline.text}”不能确定到日，请指定日期。", deadline.span))
            elif document.year and not document.year <= deadline.due.year <= document.year + 15:
                message = f"“{deadline.text}”是 {deadline.due.year} 年，与本文件的 {document.year} 年相差较大，请核对。"
                notes.append(Note("date-far", message, deadline.span))
    return notes


# A value for another year or for a part of the year contradicts nothing.
OTHER_TIME = re.compile(r"20\d\d年|年均|五年|十[一二三四五六七]五|[一二三]季度|上半年|\d月|首批|一期")


def _values(document: Document, source: Source) -> list[Note]:
    """Note one indicator with two values, and shares above the whole."""
    notes = []
    same = defaultdict(list)
    for item in document.indicators:
        if (
            item.measure == "share"
            and item.unit == "%"
            and item.value > 100
            and not re.search(r"投资|完成率|债务率|增|计划|贷存比|存贷比|拨备|产销|负荷|利用率|周转|倍数", item.name)
        ):
            notes.append(Note("share-above-100", f"“{item.name}”为 {item.value:g}%，超过 100%，请核对。", item.span))
        if item.status == "target" and not OTHER_TIME.search(source.text, max(0, item.span.start - 16), item.span.end):
            same[(item.name, item.unit, item.measure)].append(item)
    for (name, unit, _), items in same.items():
        values = sorted({item.value for item in items})
        if len(values) > 1 and len(name) > 3:
            told = "、".join(f"{value:g}{unit}" for value in values[:5]) + ("等" if len(values) > 5 else "")
            notes += [
                Note("value-conflict", f"“{name}”在文中有不同的目标值：{told}，请核对以哪个为准。", item.span)
                for item in items[1:]
            ]
    return notes
