"""``duban``: the group that the commands hang on."""

from __future__ import annotations

import click

from duban import __version__
from duban.cli.extract import extract


@click.group(help="督办：把工作报告和实施方案读成总台账。", context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="duban")
def main() -> None:
    """Run the command that the arguments name."""


main.add_command(extract)
