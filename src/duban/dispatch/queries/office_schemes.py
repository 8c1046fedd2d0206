"""Schemes of any kind for their pages: the list, one to be read, a text that is being written."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Generic

from duban.dispatch.models.schemes import OfficeScheme
from duban.dispatch.office_schemes import OfficeShelf
from duban.dispatch.schemes.problems import Problem, WrongScheme
from duban.dispatch.schemes.shelf import S
from duban.organisations.models import Division


@dataclass(frozen=True)
class Listed(Generic[S]):
    """A scheme in the list; `row` is an office's own in its latest version, none for a preset."""

    rules: S
    row: OfficeScheme | None = None

    @property
    def name(self) -> str:
        """The name by which it is chosen."""
        return self.rules.name


def listed(kept: OfficeShelf[S], division: Division) -> list[Listed[S]]:
    """Return the presets and then the division's own schemes, each in its latest version: one statement."""
    presets = kept.shelf.presets()
    rows = kept.model._default_manager.filter(division=division).exclude(name__in=presets).order_by("name", "version")
    last = {row.name: row for row in rows}
    own = [Listed(kept.shelf.read(row.text, name), row) for name, row in last.items()]
    return [*(Listed(rules) for rules in presets.values()), *own]


@dataclass(frozen=True)
class Shown(Generic[S]):
    """A scheme to be read: its rules in sentences, its text, its versions (the newest first, none of a preset)."""

    rules: S
    text: str
    parts: list[tuple[str, list[str]]]
    row: Any = None
    versions: list[Any] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The name by which it is chosen."""
        return self.rules.name


def shown(kept: OfficeShelf[S], division: Division, name: str, version: int | None = None) -> Shown[S] | None:
    """Return a preset or a scheme of the division, in a version or the latest; None where there is none."""
    shelf = kept.shelf
    if name in shelf.presets():
        rules = shelf.presets()[name]
        return Shown(rules, shelf.text_of(name), list(shelf.kind.described(rules)))
    versions = list(
        kept.model._default_manager.filter(division=division, name=name)
        .select_related("created_by")
        .order_by("-version")
    )
    row = next((one for one in versions if version in (None, one.version)), None)
    if row is None:
        return None
    rules = shelf.read(row.text, name)
    return Shown(rules, row.text, list(shelf.kind.described(rules)), row, versions)


@dataclass(frozen=True)
class Checked(Generic[S]):
    """What is wrong with a text, or its rules in sentences; `unproved` are rules that no example comes to."""

    problems: list[Problem]
    rules: S | None = None
    parts: list[tuple[str, list[str]]] = field(default_factory=list)
    unproved: list[str] = field(default_factory=list)


def checked(kept: OfficeShelf[S], text: str) -> Checked[S]:
    """Return everything that is wrong with the text of an office's own scheme, by the key at which it stands."""
    shelf = kept.shelf
    try:
        rules = shelf.read(text, "本页")
    except WrongScheme as wrong:
        return Checked(list(wrong.problems))
    problems = [*shelf.of_office(rules), *shelf.kind.check(rules)]
    parts = list(shelf.kind.described(rules))
    return Checked(problems, rules, parts, [] if problems else shelf.kind.unproved(rules))
