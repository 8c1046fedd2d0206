"""What was read, for a person at a terminal."""

from __future__ import annotations

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from duban.core.types import Document, Indicator, Ledger, Note, Project, Task
from duban.writing import words
from duban.writing.places import Places

# Below this a table of four columns has a character or two a line; the tasks then stand one under the other.
_TABLE_FROM = 84


def print_summary(ledger: Ledger, console: Console | None = None) -> None:
    """Print what each document of the ledger says, as wide as the terminal is."""
    console = console or Console(highlight=False)
    places = Places(ledger.source)
    _print_notes(ledger.source.notes, places, console)
    if not ledger.documents:
        console.print(Text(f"{ledger.source.name}：没有读出工作报告、方案一类的文件。"))
    for document in ledger.documents:
        console.print()
        console.print(Text(words.document_name(document, ledger.source), style="bold"))
        console.print(Text(_facts(document), style="dim"))
        console.print(Text(_counts(document)))
        inside, invested = words.by_task(document.indicators), words.by_task(document.projects)
        rows = [(task, inside[task.id], invested[task.id]) for task in document.tasks]
        if rows and console.width >= _TABLE_FROM:
            _print_table(rows, console)
        else:
            _print_list(rows, console)
        _print_apart(inside[None], invested[None], console)
        _print_notes(document.notes, places, console)


def _facts(document: Document) -> str:
    facts = [
        document.region,
        words.LEVEL[document.level] if document.level else None,
        words.DOC_TYPE[document.doc_type] if document.doc_type else None,
        f"{document.year}年" if document.year else None,
        document.issuer,
        document.doc_number,
        f"{words.full_date(document.issued_on)}成文" if document.issued_on else None,
    ]
    return " · ".join(fact for fact in facts if fact) or "地区、文种、年度均未写明"


def _counts(document: Document) -> str:
    counts = (
        ("章节", document.sections),
        ("任务", document.tasks),
        ("指标", document.indicators),
        ("项目", document.projects),
        ("提示", document.notes),
    )
    return "  ".join(f"{name} {len(found)}" for name, found in counts)


_Row = tuple[Task, list[Indicator], list[Project]]


def _print_table(rows: list[_Row], console: Console) -> None:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, expand=True, header_style="bold")
    table.add_column("任务", ratio=4, overflow="fold")
    table.add_column("单位", ratio=4, overflow="fold")
    table.add_column("时限", ratio=3, overflow="fold")
    table.add_column("指标、项目", ratio=5, overflow="fold")
    for task, indicators, projects in rows:
        table.add_row(
            Text(words.task_name(task)),
            Text("\n".join(_units(task))),
            Text("\n".join(_deadlines(task, "\n"))),
            Text("\n".join(_promises(indicators, projects))),
            end_section=True,
        )
    console.print(table)


def _print_list(rows: list[_Row], console: Console) -> None:
    for task, indicators, projects in rows:
        console.print()
        console.print(Text(words.task_name(task), style="bold"))
        for title, lines in (
            ("单位", _units(task)),
            ("时限", _deadlines(task)),
            ("指标", [*map(words.indicator, indicators)]),
            ("项目", [*map(words.investment, projects)]),
        ):
            if lines:
                console.print(Padding(Text(f"{title}：{'；'.join(lines)}"), (0, 0, 0, 2)))


def _units(task: Task) -> list[str]:
    parts = (("牵头", words.units(task, "lead")), ("", words.units(task, "responsible")))
    lines = [f"{unit}（{role}）" if role else unit for role, units in parts for unit in units]
    return lines + [f"{unit}（配合）" for unit in words.units(task, "support")]


def _deadlines(task: Task, between: str = "") -> list[str]:
    return words.once(words.deadline(limit, between) for limit in task.deadlines)


def _promises(indicators: list[Indicator], projects: list[Project]) -> list[str]:
    return [*map(words.indicator, indicators), *map(words.investment, projects)]


def _print_apart(indicators: list[Indicator], projects: list[Project], console: Console) -> None:
    promises = _promises(indicators, projects)
    if promises:
        console.print(Text(f"任务之外：{'；'.join(promises)}"))


def _print_notes(notes: tuple[Note, ...], places: Places, console: Console) -> None:
    for note in notes:
        console.print(Text(f"提示（{places.name(note.span)}）：{note.message}", style="yellow"))
