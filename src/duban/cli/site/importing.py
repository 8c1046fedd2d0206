"""``duban units import`` and ``duban people import``: workbooks, taken in as a whole or not at all."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from duban.cli.site.command import NOT_DONE, SiteCommand, SiteGroup

if TYPE_CHECKING:
    from duban.organisations.imports.plan import Plan
    from duban.organisations.models import Division

#: So many wrong cells are printed; the others are counted.
SHOWN = 50

_file = click.argument(
    "file", metavar="文件", type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)
)
_division = click.option("--division", metavar="代码", help="导入到哪个区划；系统里只有一个区划时不用写。")
_dry_run = click.option("--dry-run", is_flag=True, help="只列出会改什么，不导入。")


@click.group(cls=SiteGroup, help="单位。", subcommand_metavar="命令 [参数]…")
def units() -> None:
    """Hold the commands on units."""


@click.group(cls=SiteGroup, help="人员。", subcommand_metavar="命令 [参数]…")
def people() -> None:
    """Hold the commands on people."""


@units.command(name="import", cls=SiteCommand, help="从 xlsx 导入单位：全部导入，或什么也不导入。先打印会改什么。")
@_file
@_division
@_dry_run
@click.pass_context
def import_units(ctx: click.Context, file: Path, division: str | None, dry_run: bool) -> None:
    """Take in a workbook of units."""
    from duban.audit.trail import SYSTEM
    from duban.organisations import actions

    place, data = _place(division), file.read_bytes()
    plan = actions.preview_units(division=place, data=data, by=SYSTEM)
    _tell(ctx, plan)
    if not dry_run and plan.changing:
        actions.import_units(division=place, data=data, by=SYSTEM, seen=plan.digest)
    _close(plan, dry_run)


@people.command(name="import", cls=SiteCommand, help="从 xlsx 导入人员和任职：全部导入，或什么也不导入。")
@_file
@_division
@_dry_run
@click.pass_context
def import_people(ctx: click.Context, file: Path, division: str | None, dry_run: bool) -> None:
    """Take in a workbook of people and their posts."""
    from duban.audit.trail import SYSTEM
    from duban.organisations import actions

    place, data = _place(division), file.read_bytes()
    plan = actions.preview_people(division=place, data=data, by=SYSTEM)
    _tell(ctx, plan)
    if not dry_run and plan.changing:
        actions.import_people(division=place, data=data, by=SYSTEM, seen=plan.digest)
    _close(plan, dry_run)


def _place(code: str | None) -> Division:
    """Return the division of that code, or the only one. Raises `click.UsageError`."""
    from duban.organisations.models import Division

    there = list(Division.objects.filter(valid_to=None).order_by("code"))
    if code is not None:
        there = [division for division in there if division.code == code]
        if not there:
            raise click.UsageError(f"没有代码为 {code} 的在用区划")
    if not there:
        raise click.UsageError("系统还没有启用，没有任何区划。请先运行 duban first-run")
    if len(there) > 1:
        names = "、".join(f"{division.code} {division.full_name}" for division in there[:10])
        raise click.UsageError(f"系统里有几个区划（{names}），请用 --division 写明代码")
    return there[0]


def _tell(ctx: click.Context, plan: Plan) -> None:
    """Print what the plan does, line by line; where a cell is wrong, print the cells and end with 1."""
    if plan.problems:
        click.echo(f"有 {len(plan.problems)} 处要改，什么都没有导入：", err=True)
        for problem in plan.problems[:SHOWN]:
            click.echo(f"  {problem.cell} {problem.message}", err=True)
        if len(plan.problems) > SHOWN:
            click.echo(f"  还有 {len(plan.problems) - SHOWN} 处", err=True)
        ctx.exit(NOT_DONE)
    for line in plan.changing:
        fields = "；".join(
            f"{field.label}：{field.before or '（空）'} → {field.after or '（空）'}" for field in line.fields
        )
        click.echo(f"{line.label} {line.name}" + (f"（{fields}）" if fields else ""))


def _close(plan: Plan, dry_run: bool) -> None:
    counts = "，".join(f"{words} {count}" for words, count in plan.counts)
    click.echo(f"{'只是预览，没有导入' if dry_run else '已导入' if plan.changing else '没有要改的'}：{counts}。")
