"""``duban schema``: the form of the JSON, for programs."""

from __future__ import annotations

import click

from duban.cli.wording import Command
from duban.core.ledger import schema_text


@click.command(cls=Command, help="打印台账 JSON 的格式说明（JSON Schema 2020-12）。")
def schema() -> None:
    """Print the JSON Schema of the ledger."""
    click.echo(schema_text(), nl=False)
