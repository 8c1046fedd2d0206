"""``duban``: the group that the commands hang on, and how every one of them ends."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import Any, NoReturn

import click

from duban import __version__
from duban.cli.explain import explain
from duban.cli.extract import extract
from duban.cli.schema import schema
from duban.cli.schemes import schemes
from duban.cli.site.audit import audit
from duban.cli.site.bulletin import bulletin
from duban.cli.site.demo.command import demo
from duban.cli.site.first_run import first_run
from duban.cli.site.importing import people, units
from duban.cli.site.migrate import migrate
from duban.cli.site.password import password
from duban.cli.site.serve import jobs, serve
from duban.cli.wording import Command, refusal

USAGE, INTERRUPTED, PIPE_CLOSED = 2, 130, 141


class _Duban(Command, click.Group):
    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run the command and end the process with its exit code."""
        for stream in (sys.stdout, sys.stderr):
            # A terminal that cannot show a character gets its number, not a failure.
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="backslashreplace")
        try:
            code = super().main(*args, **{**kwargs, "prog_name": "duban", "standalone_mode": False})
        except click.Abort:
            click.echo("已中断。", err=True)
            code = INTERRUPTED
        except click.exceptions.NoArgsIsHelpError as error:
            error.show()
            code = USAGE
        except click.ClickException as error:
            click.echo(f"用法有误：{refusal(error)}", err=True)
            context = error.ctx if isinstance(error, click.UsageError) else None
            click.echo(f"用法见：{context.command_path if context else 'duban'} --help", err=True)
            code = USAGE
        _leave(code if isinstance(code, int) else 0)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command, whose reader may leave at any time (``duban … | head``)."""
        try:
            try:
                return super().invoke(ctx)
            finally:
                sys.stdout.flush()
        except BrokenPipeError:
            # What is still buffered goes nowhere, or the interpreter would complain when it leaves.
            with contextlib.suppress(OSError, ValueError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            ctx.exit(PIPE_CLOSED)


def _leave(code: int) -> NoReturn:
    """End the process; workers that still read for a result that nobody wants are not waited for."""
    library = sys.modules.get("multiprocessing")
    workers = library.active_children() if library else []
    if workers:
        for worker in workers:
            worker.kill()
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError, ValueError):
                stream.flush()
        # The pool would wait at the exit for the rest of a message that a worker was killed over.
        os._exit(code)
    sys.exit(code)


@click.group(
    cls=_Duban,
    help="督办：把工作报告、实施方案等读成总台账，并在网上核对、印发、督办。",
    subcommand_metavar="命令 [参数]…",
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="各命令的说明：duban 命令 --help",
)
@click.version_option(
    __version__, "-V", "--version", prog_name="duban", message="%(prog)s %(version)s", help="显示版本。"
)
def main() -> None:
    """Run the command that the arguments name."""


COMMANDS = (
    *(extract, explain, schema, schemes),
    *(serve, jobs, migrate, first_run, password, units, people, bulletin, audit, demo),
)
for command in COMMANDS:
    main.add_command(command)
