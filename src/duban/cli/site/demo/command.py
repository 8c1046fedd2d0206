"""``duban demo load``: an invented district with its people, papers and ledgers, to look around in."""

from __future__ import annotations

import time
from pathlib import Path

import click

from duban.cli.site.command import SiteCommand, SiteGroup


@click.group(cls=SiteGroup, help="演示数据：一个虚构的区县。", subcommand_metavar="命令 [参数]…")
def demo() -> None:
    """Run the command of the demo that the arguments name."""


@demo.command(cls=SiteCommand, help="把文件夹里的演示数据装入空的系统。全部装入，或什么也不装；再次运行时不重复装。")
@click.argument("folder", metavar="文件夹", type=click.Path(path_type=Path))
def load(folder: Path) -> None:
    """Load the demo into an empty site."""
    from duban.cli.site.demo.loading import Demo, load_once

    found = Demo(folder)
    started = time.monotonic()
    if load_once(found, tell=lambda words: click.echo(words)):
        click.echo(f"演示数据已装入，用了 {time.monotonic() - started:.0f} 秒。")
    else:
        click.echo("演示数据已经装过，没有改动。")
    click.echo("\n".join(found.sign_ins()))
