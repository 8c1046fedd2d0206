"""``duban audit verify``: goes over the whole audit trail."""

from __future__ import annotations

import re

import click

from duban.cli.site.command import NOT_DONE, SiteCommand, SiteGroup


@click.group(cls=SiteGroup, help="审计记录。", subcommand_metavar="命令 [参数]…")
def audit() -> None:
    """Hold the commands on the audit trail."""


class _Anchor(click.ParamType[tuple[int, str]]):
    name = "序号:摘要"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, str]:
        match = re.fullmatch(r"(\d{1,18})[:：]([0-9a-f]{64})", value.strip())
        if not match:
            self.fail("应写成 序号:摘要，摘要是 64 位十六进制数，照上次核验打印的抄录", param, ctx)
        return int(match[1]), match[2]


@audit.command(cls=SiteCommand, help="逐条核验审计记录，指出第一处改动、删除、调换或截尾。完好时退出码为 0，否则为 1。")
@click.option("--anchor", type=_Anchor(), metavar="序号:摘要", help="再与另行保存的一条比对，防整体重写。")
@click.option("-q", "--quiet", is_flag=True, help="不显示进度。")
@click.pass_context
def verify(ctx: click.Context, anchor: tuple[int, str] | None, quiet: bool) -> None:
    """Verify the chain of events; exit with 1 where it does not hold."""
    import sys

    from django.db import connection

    from duban.audit import keeping
    from duban.audit import verify as verifying

    show = sys.stderr.isatty() and not quiet

    def progress(checked: int, total: int) -> None:
        if show:
            click.echo(f"\r已核验 {checked:,} / {total:,} 条", nl=False, err=True)

    part = verifying.verify(anchor=anchor, progress=progress)
    if show:
        click.echo(err=True)
    if part.problem is not None:
        click.echo(f"审计记录已被破坏。{part.problem}", err=True)
        click.echo(f"第 1 条到第 {part.checked} 条完好。请保留现场，不要再写入，立即报告。", err=True)
        ctx.exit(NOT_DONE)
    click.echo(f"审计记录完好，共 {part.total:,} 条。")
    if part.total:
        click.echo(f"链尾 {part.total}:{part.digest}")
    if off := keeping.missing(connection):
        click.echo(
            f"数据库的防改保护不全（缺 {'、'.join(off)}），可能有人动过数据库。请查明原因，再运行 duban migrate 恢复。",
            err=True,
        )
        ctx.exit(NOT_DONE)
