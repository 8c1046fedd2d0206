"""``duban extract``: sources in, ledgers out."""

from __future__ import annotations

from pathlib import Path

import click


@click.command(help="读出台账。")
@click.argument("sources", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(["json"]), default="json")
@click.option("-o", "--output", type=click.Path(path_type=Path))
def extract(sources: tuple[Path, ...], form: str, output: Path | None) -> None:
    """Read sources, write their ledgers."""
    from duban.core import parse
    from duban.core.ledger import dumps

    for source in sources:
        text = dumps(parse(source))
        if output is None:
            click.echo(text, nl=False)
        elif len(sources) > 1 or output.is_dir():
            output.mkdir(exist_ok=True)
            (output / f"{source.stem}.json").write_text(text, "utf-8")
        else:
            output.write_text(text, "utf-8")
