"""A bar on standard error while many sources are read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from duban.cli.work import Result


def shown(results: Iterable[Result], files: int) -> Iterator[Result]:
    """Yield the results, counting them on the terminal; `files` is how many are expected."""
    bar = Progress(
        TextColumn("已读"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(compact=True),
        TextColumn("{task.description}", markup=False),
        console=Console(stderr=True),
        transient=True,
        redirect_stdout=False,
    )
    with bar:
        task = bar.add_task("", total=files)
        for done, result in enumerate(results, 1):
            name = result.name
            # An archive counted as one file turns out to hold more: then nobody knows how many there will be.
            bar.update(task, completed=done, total=files if done <= files else None, description=name[-40:])
            yield result
