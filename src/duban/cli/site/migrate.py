"""``duban migrate``: the database and the static files, brought up to date."""

from __future__ import annotations

import click

from duban.cli.site.command import SiteCommand


@click.command(cls=SiteCommand, help="建立或更新数据库结构，收集静态文件。新装和每次升级后运行一次。")
def migrate() -> None:
    """Bring the database and the static files up to date."""
    from duban.cli.site import preparing

    count = preparing.migrate()
    click.echo(f"数据库已更新（{count}步）。" if count else "数据库已是最新。")
    click.echo("静态文件已更新。" if preparing.collect() else "静态文件已是最新。")
