"""``duban schemes``: the schemes that lights are given, clocks are run and scores are counted by: which there are, what they say, whether they hold."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from duban.assessment.scoring.files import SCORES
from duban.cli.wording import Command, width, wrap
from duban.dispatch.schemes.files import LIGHTS
from duban.dispatch.schemes.problems import Problem, Reader, WrongScheme
from duban.dispatch.schemes.shelf import Shelf, parsed, path_of, text_in
from duban.supervision.clocks.files import CLOCKS
from duban.supervision.loop.whistling import WHISTLES

#: The kinds of schemes, each with its presets.
SHELVES: tuple[Shelf[Any], ...] = (LIGHTS, CLOCKS, WHISTLES, SCORES)

NOT_RIGHT = 1
_LINE = 100

EPILOG = """
例：
  duban schemes show default --toml > 本区.toml
  （改名、改数以后）
  duban schemes check 本区.toml
"""


class _Group(Command, click.Group):
    """A group of commands that need no site."""


@click.group(
    cls=_Group,
    help="亮灯办法、时限办法、吹哨时限、计分办法：有哪些，怎样写的，算例对不对。",
    subcommand_metavar="命令 [参数]…",
    epilog=EPILOG,
)
def schemes() -> None:
    """Hold the commands on schemes."""


@schemes.command(
    name="list",
    cls=Command,
    help="列出自带的办法：名称、版本、标题、来源，依次是亮灯办法、时限办法、吹哨时限、计分办法。",
)
def listed() -> None:
    """Print the schemes that come with the product, kind by kind."""
    for number, shelf in enumerate(SHELVES):
        found = shelf.presets()
        click.echo(f"{chr(10) if number else ''}{shelf.kind.title}：")
        room = max(map(width, found)) + 2
        for name, scheme in found.items():
            click.echo(f"{name}{' ' * (room - width(name))}版本 {scheme.version}  {scheme.title}")
            for line in wrap(scheme.source, _LINE - room):
                click.echo(" " * room + line)


@schemes.command(
    cls=Command,
    help="用中文逐条说明一个办法：亮灯办法说灯、规则、恢复、改灯、亮灯以后做什么，时限办法说步骤、时限、逾期以后、退回和延期，吹哨时限说多久要到，计分办法说怎样比、各项怎样计分、表扬批评谁、年度怎样算；末尾是算例。",
)
@click.argument("name", metavar="名称或文件")
@click.option("--toml", is_flag=True, help="原样打印文件，供抄一份来改。")
@click.pass_context
def show(ctx: click.Context, name: str, toml: bool) -> None:
    """Print what a scheme says, or its file."""
    try:
        shelf = _shelf_of(name)
        scheme, text = shelf.find(name), shelf.text_of(name)
    except WrongScheme as wrong:
        click.echo(str(wrong), err=True)
        ctx.exit(NOT_RIGHT)
    if toml:
        click.echo(text, nl=False)
        return
    click.echo(f"{scheme.title}（{scheme.name}，版本 {scheme.version}）")
    _lines([f"来源：{scheme.source}"], "")
    for heading, lines in shelf.kind.described(scheme):
        click.echo(f"\n{heading}：")
        _lines(lines, "  ")


@schemes.command(
    cls=Command,
    help="核对办法：写法对不对，算例是不是算得出手工算的灯、期限、分数和名次，做得更多灯会不会反而更差。不写文件时核对自带的全部办法。都对时退出码为 0，否则为 1。",
)
@click.argument("paths", metavar="[文件或文件夹]…", nargs=-1, type=click.Path(path_type=Path))
@click.pass_context
def check(ctx: click.Context, paths: tuple[Path, ...]) -> None:
    """Run all worked examples; exit with 1 where something does not hold."""
    bad = 0
    total = examples = 0
    for name, shelf, scheme, problems in _checked(paths):
        total += 1
        bad += bool(problems)
        examples += shelf.kind.examples(scheme) if scheme else 0
        if problems:
            click.echo(f"■ {name}：{len(problems)}处不对", err=True)
            click.echo("".join(f"  {problem}\n" for problem in problems), nl=False, err=True)
        elif scheme:
            click.echo(f"✓ {name}：{scheme.title}，{shelf.kind.examples(scheme)}个算例都对")
        if scheme and not problems and (missing := shelf.kind.unproved(scheme)):
            _lines([f"提示：这些还没有算例：{'、'.join(missing)}"], "  ")
    if bad:
        click.echo(f"{total}个办法里有{bad}个不对，改好以前不要用。", err=True)
        ctx.exit(NOT_RIGHT)
    click.echo(f"{total}个办法、{examples}个算例都对。")


def _shelf_of(name: str) -> Shelf[Any]:
    """Return the shelf of the preset called `name`, or of the kind that the file of that path says. Raises `WrongScheme`."""
    for shelf in SHELVES:
        if name in shelf.presets():
            return shelf
    return _kind_of(path_of(name, [preset for shelf in SHELVES for preset in shelf.presets()]))


def _kind_of(path: Path) -> Shelf[Any]:
    by_name = {shelf.kind.name: shelf for shelf in SHELVES}
    reader = Reader(str(path), parsed(text_in(path), str(path)))
    kind = reader.choice("kind", by_name)
    if reader.problems:
        raise WrongScheme(reader.problems)
    return by_name[kind]


def _checked(paths: tuple[Path, ...]) -> Iterator[tuple[str, Shelf[Any], Any, list[Problem]]]:
    if not paths:
        for shelf in SHELVES:
            for name, scheme in shelf.presets().items():
                yield name, shelf, scheme, _proved(shelf, scheme, name)
    for path in paths:
        own = sorted(path.glob("*.toml")) if path.is_dir() else [path]
        if not own:
            yield str(path), LIGHTS, None, [Problem(str(path), "", "文件夹里没有 toml 文件", "请核对路径")]
        for file in own:
            try:
                shelf = _kind_of(file)
                scheme = shelf.load(file)
                yield str(file), shelf, scheme, [*shelf.of_office(scheme), *_proved(shelf, scheme, str(file))]
            except WrongScheme as wrong:
                yield str(file), LIGHTS, None, list(wrong.problems)


def _proved(shelf: Shelf[Any], scheme: Any, name: str) -> list[Problem]:
    try:
        return shelf.kind.check(scheme)
    except ModuleNotFoundError as error:
        raise click.UsageError(
            f"{name} 按工作日计算，要有节假日表。请安装：pip install 'duban[site]'，再运行这个命令。"
        ) from error


def _lines(lines: list[str], indent: str) -> None:
    for line in lines:
        first, *rest = wrap(line, _LINE - len(indent))
        click.echo(indent + first)
        for more in rest:
            click.echo(f"{indent}  {more}")
