"""``duban extract``: sources in, ledgers out."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from duban.cli.outputs import FORMATS, Folder, standard_output, whole_file
from duban.cli.wording import Command

if TYPE_CHECKING:
    from duban.cli.work import Failure, Render, Rendered, Result
    from duban.core.reading import Input
    from duban.core.types import Ledger

ALL_READ, SOME_FAILED, CANNOT_WRITE, NONE_READ = 0, 1, 2, 3

EPILOG = """
例：
  duban extract 方案.docx                    在终端上看摘要
  duban extract 方案.docx -o 总台账.xlsx      存成可以发出去的工作簿
  duban extract 报告/ -o 台账/ --workers 4    一个文件夹，每份来源一个 JSON
  duban extract 报告.zip -o 全部.jsonl        许多来源，一个文件，每行一份文件
  cat 方案.txt | duban extract - | jq .       接在管道里

退出码：0 全部读出；1 有的读不出；2 用法有误或写不出去；3 一份也读不出；
        130 被中断。
"""


def _day(ctx: click.Context, param: click.Parameter, value: str | None) -> date | None:
    try:
        return date.fromisoformat(value) if value else None
    except ValueError:
        raise click.BadParameter(f"--today 应为 2026-03-05 这样的日期，不是 {value}。") from None


HELP = """读出台账：任务、单位、时限、指标、项目，每一条都带原文位置。
来源可以是文件（docx、pdf、ofd、html、txt、xlsx、图片）、文件夹、zip 压缩包，- 是标准输入。"""


@click.command(cls=Command, help=HELP, epilog=EPILOG)
@click.argument("sources", nargs=-1, required=True, metavar="来源…")
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    metavar="格式",
    help="json、jsonl、csv 或 xlsx。不写时看 -o 的扩展名；没有 -o 时，终端上是摘要，管道里是 json，多份来源是 jsonl。",
)
@click.option(
    "-o",
    "--output",
    metavar="路径",
    help="写到这个文件；是文件夹（或没有扩展名）则每份来源写一个文件。- 是标准输出。",
)
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    default=1,
    metavar="个数",
    help="同时用几个进程读，默认 1；可写到处理器核数。",
)
@click.option("-q", "--quiet", is_flag=True, help="不显示进度和总结，只报读不出的文件。")
@click.option(
    "--today", callback=_day, metavar="日期", help="参照日期，如 2026-03-05；文件没写年份时据此推定，不写则不推定。"
)
@click.pass_context
def extract(
    ctx: click.Context,
    sources: tuple[str, ...],
    form: str | None,
    output: str | None,
    workers: int,
    quiet: bool,
    today: date | None,
) -> None:
    """Read the sources, write their ledgers, leave with the code that says how it went."""
    # What follows is imported here and not above, so that --help and a typing error answer at once.
    from duban.cli.work import read_all
    from duban.core.reading import expand

    named = _Named(sources)
    items: Iterator[Input] = expand(sources)
    first = list(islice(items, 1))
    several = len(sources) > 1 or bool(named.folders) or any("/" in item.name for item in first)
    target = _target(form, output, several, named)

    results = read_all(filter(named.wants, chain(first, items)), today, workers, _render(target.form))
    if several and not quiet and target.form and sys.stderr.isatty():
        from duban.cli.progress import shown

        results = shown(results, named.count())
    tally = _Tally(quiet)
    try:
        _write(tally.good(results), target, named, today)
    except BrokenPipeError:
        raise
    except OSError as error:
        click.echo(f"写不出去：{output or '标准输出'}：{error.strerror}。请检查空间和权限。", err=True)
        ctx.exit(CANNOT_WRITE)
    tally.close()
    ctx.exit(tally.exit_code)


class _Named:
    """What the user named to be read: no output may take its place."""

    def __init__(self, sources: Iterable[str]) -> None:
        paths = [Path(os.path.realpath(source)) for source in sources if source != "-"]
        self.folders = [path for path in paths if path.is_dir()]
        self.files = {path for path in paths if not path.is_dir()}
        self.only_one = len(paths) < 2
        self._left_out: Path | None = None

    def leave_out(self, folder: Path) -> None:
        """Read nothing from this folder if it lies in one that is read: there stand the ledgers of the last run."""
        real = Path(os.path.realpath(folder))
        if any(real != above and real.is_relative_to(above) for above in self.folders):
            self._left_out = real

    def wants(self, item: Input) -> bool:
        """Say whether the input is to be read."""
        return item.path is None or not self._is_left_out(Path(os.path.realpath(item.path)))

    def holds(self, path: Path) -> bool:
        """Say whether the path is one of the files to be read."""
        real = Path(os.path.realpath(path))
        inside = real.is_file() and any(real.is_relative_to(folder) for folder in self.folders)
        return real in self.files or (inside and not self._is_left_out(real))

    def _is_left_out(self, real: Path) -> bool:
        return self._left_out is not None and real.is_relative_to(self._left_out)

    def count(self) -> int:
        """Return how many files there are, an archive counted as one."""
        return len(self.files) + sum(len(files) for folder in self.folders for _, _, files in os.walk(folder))


@dataclass
class _Target:
    """Where the ledgers go and in which form; ``None`` as form is the summary for a person."""

    form: str | None
    file: Path | None = None
    folder: Path | None = None


def _target(form: str | None, output: str | None, several: bool, named: _Named) -> _Target:
    if output is None or output == "-":
        if form is None:
            if output is None and sys.stdout.isatty():
                return _Target(None)
            form = "jsonl" if several else "json"
        if form == "xlsx" and sys.stdout.isatty():
            raise click.UsageError("工作簿不能显示在终端上。请加 -o 总台账.xlsx。")
        _refuse_many_as_one(form, several)
        return _Target(form)

    path = Path(output)
    suffix = path.suffix.lower().removeprefix(".")
    if path.is_dir() or output.endswith("/") or (not path.suffix and not path.exists()):
        named.leave_out(path)
        return _Target(form or "json", folder=path)
    if form is None:
        if suffix not in FORMATS:
            raise click.UsageError(f"从 {path.name} 看不出格式。请用 .json、.jsonl、.csv、.xlsx 结尾，或加 --format。")
        form = suffix
    if named.holds(path):
        raise click.UsageError(f"{output} 是要读的文件，不能写在它上面。请换一个文件名，或写到别的文件夹。")
    _refuse_many_as_one(form, several)
    return _Target(form, file=path)


def _refuse_many_as_one(form: str, several: bool) -> None:
    if form == "json" and several:
        raise click.UsageError("多份来源不能写成一个 json。请用 -o 文件夹/，或 --format jsonl。")


def _render(form: str | None) -> Render | None:
    """Return what makes the bytes of one ledger, where a ledger's bytes stand alone."""
    from duban import writing

    return {"json": writing.json_bytes, "jsonl": writing.jsonl_bytes}.get(form or "")


def _write(results: Iterator[Ledger | Rendered], target: _Target, named: _Named, today: date | None) -> None:
    if target.folder and target.form:
        folder = Folder(target.folder, f".{target.form}", drop_first=named.only_one, is_input=named.holds)
        for result in results:
            with whole_file(folder.place(result.name)) as file:
                _write_as(target.form, iter([result]), file, today)
        return
    first = list(islice(results, 1))
    if not first:
        return
    results = chain(first, results)
    if target.form is None:
        from duban.cli.summary import print_summary

        for ledger in _ledgers(results):
            print_summary(ledger)
        return
    place: AbstractContextManager[BinaryIO] = whole_file(target.file) if target.file else standard_output()
    with place as file:
        _write_as(target.form, results, file, today)


def _write_as(form: str, results: Iterator[Ledger | Rendered], file: BinaryIO, today: date | None) -> None:
    from duban import writing
    from duban.cli.work import Rendered

    if form in ("json", "jsonl"):
        for result in results:
            assert isinstance(result, Rendered)
            file.write(result.data)
    elif form == "csv":
        writing.write_csv(_ledgers(results), file)
    else:
        try:
            writing.write_xlsx(_ledgers(results), file, today=today)
        except writing.TooManyRows as error:
            raise click.UsageError(
                f"“{error}”表超过工作簿所能容纳的 1048576 行。请用 --format csv 或 jsonl，或写到文件夹。"
            ) from error


def _ledgers(results: Iterator[Ledger | Rendered]) -> Iterator[Ledger]:
    from duban.core.types import Ledger

    for result in results:
        assert isinstance(result, Ledger)
        yield result


@dataclass
class _Tally:
    """How many sources were read; what could not be read is said at once."""

    quiet: bool
    read: int = 0
    failed: list[Failure] = field(default_factory=list)

    def good(self, results: Iterable[Result]) -> Iterator[Ledger | Rendered]:
        from duban.cli.work import Failure

        for result in results:
            if isinstance(result, Failure):
                self.failed.append(result)
                click.echo(f"读不出 {result.name}：{result.message}", err=True)
                if result.trace and os.environ.get("DUBAN_TRACE"):
                    click.echo(result.trace, err=True)
            else:
                self.read += 1
                yield result

    def close(self) -> None:
        """Say how it went, where there was more than one source."""
        if not self.quiet and self.read + len(self.failed) > 1:
            failed = f"，{len(self.failed)} 份读不出" if self.failed else ""
            click.echo(f"读出 {self.read} 份{failed}。", err=True)

    @property
    def exit_code(self) -> int:
        if not self.failed:
            return ALL_READ
        return SOME_FAILED if self.read else NONE_READ
