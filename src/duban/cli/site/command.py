"""How a command of the site runs: with Django set up, and refusals said in words."""

from __future__ import annotations

import importlib.util
import os
from typing import Any

import click

from duban.cli.wording import Command

NOT_DONE = 1


def set_up() -> None:
    """Set Django up. Raises `click.ClickException` where the site's libraries are not installed."""
    if importlib.util.find_spec("django") is None:
        raise click.UsageError("没有安装网站部分。请安装：pip install 'duban[site]'，再运行这个命令。")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "duban.config.settings")
    import django

    django.setup()


class SiteCommand(Command):
    """A command that works on the site's database."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; a refusal is printed and the process ends with 1."""
        set_up()
        from django.db.utils import OperationalError, ProgrammingError

        from duban.audit.refusals import Refusal
        from duban.audit.trail import origin

        try:
            with origin("cli"):
                return super().invoke(ctx)
        except Refusal as refusal:
            click.echo(str(refusal), err=True)
        except (OperationalError, ProgrammingError) as error:
            first = str(error).splitlines()[0]
            click.echo(
                f"数据库现在用不了（{first}）。请核对 DUBAN_DATABASE_URL；新装或升级后先运行 duban migrate。", err=True
            )
        return ctx.exit(NOT_DONE)


class SiteGroup(Command, click.Group):
    """A group of commands of the site."""
