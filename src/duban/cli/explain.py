"""``duban explain``: which rule found what, at one place or in one task."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import click

from duban.cli.wording import Command, width

if TYPE_CHECKING:
    from duban.core.types import Document, Ledger, Span, Task

EPILOG = """
例：
  duban explain 方案.txt --at 792      第 792 个字符属于哪些条目，由哪条规则认出
  duban explain 方案.txt --task t3     任务 t3 的全部条目

规则的编号见 docs/rules.md。退出码：0 正常；2 用法有误；3 读不出。
"""

_AROUND = 24


class Finding(NamedTuple):
    """One entry of the ledger as a line: what kind, which rule, what it says, where."""

    kind: str
    id: str
    rule: str
    value: str
    span: Span
    task: str | None = None


@click.command(cls=Command, help="说明某处或某项任务是怎样读出来的：哪条规则，认出了什么。", epilog=EPILOG)
@click.argument("file", metavar="文件")
@click.option("--at", "offset", type=click.IntRange(min=0), metavar="位置", help="原文中的第几个字符，从 0 数起。")
@click.option("--task", "task_id", metavar="编号", help="任务的编号，如 t3。")
@click.pass_context
def explain(ctx: click.Context, file: str, offset: int | None, task_id: str | None) -> None:
    """Print the findings at a place or of a task, each with its rule."""
    if (offset is None) == (task_id is None):
        raise click.UsageError("请在 --at 和 --task 中选一个。")
    from duban.cli.work import Failure, read_one
    from duban.core.reading import expand
    from duban.core.types import Ledger

    items = expand([file])
    item = next(items)
    if next(items, None) is not None:
        raise click.UsageError(f"{file} 里有多份文件，请指明其中一份。")
    result = read_one(item, None)
    if isinstance(result, Failure):
        click.echo(f"读不出 {result.name}：{result.message}", err=True)
        ctx.exit(3)
    assert isinstance(result, Ledger)  # no bytes were asked for
    if offset is not None:
        _explain_place(result, offset)
    elif task_id is not None:
        _explain_task(result, task_id)


def _explain_place(ledger: Ledger, offset: int) -> None:
    from duban.writing.places import Places

    text = ledger.source.text
    if offset >= len(text):
        raise click.UsageError(f"--at 应小于 {len(text)}：原文只有 {len(text)} 个字符。")
    click.echo(f"{ledger.source.name} {Places(ledger.source).name(_one(offset))}，第 {offset} 个字符")
    click.echo()
    for line in pointed(text, offset):
        click.echo(line)
    click.echo()
    covering = [found for found in findings(ledger) if found.span.start <= offset < found.span.end]
    if not covering:
        click.echo("这里没有读出任何条目。")
    # From the whole to the part: section, task, indicator.
    for found in sorted(covering, key=lambda found: -len(found.span)):
        _print(found, text)


def _explain_task(ledger: Ledger, task_id: str) -> None:
    wanted = [(document, task) for document in ledger.documents for task in document.tasks if task.id == task_id]
    if not wanted:
        known = [task.id for document in ledger.documents for task in document.tasks]
        have = f"这份文件有 {known[0]} 至 {known[-1]}" if known else "这份文件没有读出任务"
        raise click.UsageError(f"没有任务 {task_id}；{have}。")
    for document, task in wanted:
        if len(ledger.documents) > 1:
            click.echo(document.title or ledger.source.name)
        for found in _of_document(document):
            if found.task == task.id or (
                found.task is None and found.kind != "章节" and task.span.contains(found.span)
            ):
                _print(found, ledger.source.text)


def _one(offset: int) -> Span:
    from duban.core.types import Span

    return Span(offset, offset + 1)


def pointed(text: str, offset: int) -> tuple[str, str]:
    """Return the characters around the offset on one line, and a caret under the one it means."""
    start, end = max(0, offset - _AROUND), min(len(text), offset + _AROUND + 1)
    before, after = _visible(text[start:offset]), _visible(text[offset:end])
    before, after = ("…" if start else "") + before, after + ("…" if end < len(text) else "")
    return before + after, " " * width(before) + "^"


def _visible(text: str) -> str:
    return "".join("⏎" if c == "\n" else "→" if c == "\t" else c if c.isprintable() or c == "　" else "·" for c in text)


def _print(found: Finding, text: str) -> None:
    rule = f"  规则 {found.rule}" if found.rule else ""
    click.echo(f"{found.kind}{' ' + found.id if found.id else ''}  [{found.span.start}, {found.span.end}){rule}")
    click.echo(f"    {found.value}")
    words = "".join(found.span.of(text).split())
    click.echo(f"    原文：{words if len(words) <= 60 else words[:40] + '…' + words[-16:]}")


def findings(ledger: Ledger) -> Iterator[Finding]:
    """Yield every entry of the ledger."""
    for note in ledger.source.notes:
        yield Finding("提示", note.code, "", note.message, note.span)
    for document in ledger.documents:
        yield Finding("文件", "", "", document.title or "（无标题）", document.span)
        yield from _of_document(document)


def _of_document(document: Document) -> Iterator[Finding]:
    from duban.writing import words

    for section in document.sections:
        role = words.SECTION_ROLE[section.role]
        yield Finding("章节", section.id, "", f"{words.heading(section)}（{role}）", section.span)
    for task in document.tasks:
        yield from _of_task(task)
    for of in document.indicators:
        kind = f"{words.MEASURE[of.measure]}，{words.STATUS[of.status]}"
        yield Finding("指标", of.id, of.rule, f"{words.indicator(of)}（{kind}）", of.span, of.task)
    for project in document.projects:
        yield Finding("项目", project.id, project.rule, words.investment(project), project.span, project.task)
    for excluded in document.excluded:
        why = f"{excluded.text}：不是指标，是{words.EXCLUDED_WHY[excluded.why]}"
        yield Finding("未列入", excluded.why, excluded.rule, why, excluded.span)
    for note in document.notes:
        yield Finding("提示", note.code, "", note.message, note.span)


def _of_task(task: Task) -> Iterator[Finding]:
    from duban.writing import words

    yield Finding("任务", task.id, task.rule, words.task_name(task), task.span, task.id)
    for answer in task.responsibilities:
        group = "，指多个单位" if answer.group else ""
        value = f"{answer.unit}（{words.UNIT_ROLE[answer.role]}{group}；归一为 {answer.key}）"
        yield Finding("单位", "", answer.rule, value, answer.span, task.id)
    for limit in task.deadlines:
        due = words.full_date(limit.due) if limit.due else "文字未定到日"
        yield Finding("时限", "", limit.rule, f"{limit.text}：{due}", limit.span, task.id)
    for measure in task.measures:
        inside = f"（含指标 {'、'.join(measure.indicators)}）" if measure.indicators else ""
        yield Finding("举措", measure.id, "", f"{measure.text}{inside}", measure.span, task.id)
