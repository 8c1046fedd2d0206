"""Rules as data: a pattern, what it means, and the proof beside it.

A ``rules.toml`` holds tables ``[[rule]]`` with ``name``, ``pattern`` (a regular expression over normalised text),
``meaning`` (one Chinese sentence for the docs), ``examples`` (texts in which the rule must find something; where an
example is a pair, the second part is what it must find) and ``rejects`` (texts in which it must find nothing).
``starts`` names the characters with which all that a slow pattern finds begins (a character class without its
brackets): it is looked for only where one stands. Further keys are handed to the resolver as they are. One test runs every rule on its proof, and ``docs/rules.md`` is
written from the same files. ``[words]`` tables hold vocabularies that patterns refer to as ``{name}``.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

KEYS = {"name", "pattern", "meaning", "examples", "rejects", "starts"}


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of a rules table, its pattern compiled."""

    name: str
    pattern: re.Pattern[str]
    meaning: str
    examples: tuple[str | tuple[str, str], ...]
    rejects: tuple[str, ...]
    starts: re.Pattern[str] | None = None
    data: Mapping[str, Any] = field(default_factory=dict)

    def finditer(self, text: str, start: int, end: int) -> Iterator[re.Match[str]]:
        """Yield what the rule finds in ``text[start:end]``."""
        if self.starts is None:
            return self.pattern.finditer(text, start, end)
        return scan(self.pattern, self.starts, text, start, end)


def scan(pattern: re.Pattern[str], starts: re.Pattern[str], text: str, start: int, end: int) -> Iterator[re.Match[str]]:
    """Yield what `pattern` finds, tried only where `starts`, a class of characters, finds one; several times as fast.

    Python's engine looks for a class quickly, but tries a pattern that opens with anything else at every character.
    """
    first = starts.search(text, start, end)
    while first is not None:
        found = pattern.match(text, first.start(), end)
        if found is not None:
            yield found
        first = starts.search(text, found.end() if found else first.end(), end)


@dataclass(frozen=True, slots=True)
class RuleBook:
    """The rules and vocabularies of one ``rules.toml``, in the order of the file."""

    rules: tuple[Rule, ...]
    words: Mapping[str, tuple[str, ...]]

    def __iter__(self) -> Iterator[Rule]:
        return iter(self.rules)

    def __getitem__(self, name: str) -> Rule:
        for rule in self.rules:
            if rule.name == name:
                return rule
        raise KeyError(name)

    def of(self, **data: object) -> tuple[Rule, ...]:
        """Return the rules whose further keys have the given values."""
        return tuple(r for r in self.rules if all(r.data.get(key) == value for key, value in data.items()))

    def any_of(self, *names: str) -> str:
        """Return an alternation of the vocabularies `names`, longest word first, without a group around it."""
        return alternation(word for name in names for word in self.words[name])


def alternation(words: object) -> str:
    """Return a pattern that matches any of `words`, the longest first."""
    assert hasattr(words, "__iter__")
    return "|".join(re.escape(word) for word in sorted(set(words), key=lambda w: (-len(w), w)))


@cache
def load(package: str) -> RuleBook:
    """Return the rules of ``rules.toml`` in `package` (a dotted name below ``duban.core``).

    Raises :class:`ValueError` naming the rule where a pattern is not a regular expression.
    """
    raw = tomllib.loads((resources.files(f"duban.core.{package}") / "rules.toml").read_text("utf-8"))
    words = {name: tuple(members) for name, members in raw.get("words", {}).items()}
    alternations = {name: f"(?:{alternation(members)})" for name, members in words.items()}
    rules = []
    for entry in raw.get("rule", ()):
        pattern = re.sub(r"\{([a-z_]+)\}", lambda m: alternations.get(m.group(1), m.group(0)), entry["pattern"])
        try:
            compiled = re.compile(pattern)
        except re.error as error:
            raise ValueError(f"{package}: rule {entry['name']}: {error}") from error
        rules.append(
            Rule(
                name=entry["name"],
                pattern=compiled,
                meaning=entry["meaning"],
                examples=tuple(tuple(e) if isinstance(e, list) else e for e in entry.get("examples", ())),
                rejects=tuple(entry.get("rejects", ())),
                starts=re.compile(f"[{entry['starts']}]") if "starts" in entry else None,
                data={key: value for key, value in entry.items() if key not in KEYS},
            )
        )
    return RuleBook(tuple(rules), words)
