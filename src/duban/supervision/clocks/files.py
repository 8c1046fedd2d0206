"""Clock schemes on disk: those that come with the product, and an office's own; and what each source asks for."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from duban.dispatch.schemes.shelf import Kind, Shelf
from duban.supervision.clocks import reading
from duban.supervision.clocks.checking import check, unproved
from duban.supervision.clocks.counting import Limit
from duban.supervision.clocks.scheme import ClockScheme
from duban.supervision.clocks.wording import described

DEFAULT = "instructions"
CLOCKS: Shelf[ClockScheme] = Shelf(
    Kind(
        name=reading.KIND,
        title="时限办法",
        package="duban.supervision.clocks",
        read=reading.read,
        check=check,
        unproved=unproved,
        described=described,
        examples=lambda scheme: len(scheme.examples),
        default=DEFAULT,
    )
)

presets = CLOCKS.presets
read = CLOCKS.read
find = CLOCKS.find
text_of = CLOCKS.text_of


@dataclass(frozen=True)
class Source:
    """What matters of a source ask for: their usual scheme, and how long the office has to decide and to assign."""

    name: str
    scheme: str
    decide: Limit
    assign: Limit


@cache
def sources() -> Mapping[str, Source]:
    """Return what each source asks for, by its name (``sources.toml``)."""
    text = resources.files(__package__).joinpath("sources.toml").read_text("utf-8")
    return {
        row["name"]: Source(row["name"], row["scheme"], Limit(**row["decide"]), Limit(**row["assign"]))
        for row in tomllib.loads(text)["source"]
    }
