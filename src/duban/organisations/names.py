"""The words of a paper and the units they mean."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q
from rapidfuzz import fuzz, process

from duban.core.extract.units.resolve import canonical_key
from duban.core.text.normalised import FOLD
from duban.organisations.models import Division, GroupName, Unit, UnitAlias, UnitGroup

CANDIDATES = 6
#: Names less alike than this (per cent of shared characters in order) are no help to whoever chooses.
NEAR = 45

_BRACKETS = str.maketrans("〔【［〕】］", "((()))")
# What a group's phrase may have or leave out: 各镇（街道）, 各镇、街道办事处 and 镇街 are one.
_OF_GROUPS = re.compile(r"[各、，,()/和及与]|全体|所有|人民政府|政府|办事处|(?<=街)道")


@dataclass(frozen=True)
class Resolution:
    """What some words mean: a unit, a group of units, or neither, with the units whose names are nearest."""

    unit: Unit | None = None
    group: UnitGroup | None = None
    candidates: list[Unit] = field(default_factory=list)


def plain(name: str) -> str:
    """Return a name without what only its printing adds: width, kinds of brackets, blanks, quotation marks."""
    return re.sub(r"[\s“”\"']", "", name.translate(FOLD).translate(_BRACKETS))


def resolve(division: Division, words: Iterable[str], on: date) -> dict[str, Resolution]:
    """Return what each of `words` means in `division` on the day `on`, in seven SQL statements at most.

    The words themselves decide first (a unit's name or short name, an alias, a phrase of a group), then their canonical
    key where it is one unit's, then both without the place's name before them (江临市兰桥区财政局 is 区财政局 there). A
    unit that has ended stands for the one it was merged into.
    """
    book = _Book(division, on)
    return {word: book.meaning(word) for word in words}


def units_in_use(division: Division, on: date) -> list[Unit]:
    """Return the units of the division that exist on a day."""
    return list(Unit.objects.filter(Q(valid_to=None) | Q(valid_to__gt=on), division=division, valid_from__lte=on))


class _Book:
    """All names of one division, read once."""

    def __init__(self, division: Division, on: date) -> None:
        self.on = on
        self.units = {unit.pk: unit for unit in Unit.objects.filter(division=division)}
        self.by_name: dict[str, set[int]] = defaultdict(set)
        self.by_key: dict[str, set[int]] = defaultdict(set)
        for pk, unit in self.units.items():
            for name in filter(None, (unit.name, unit.short_name)):
                self._note(name, pk)
            self.by_key[unit.key].add(pk)
        for alias in UnitAlias.objects.filter(division=division):
            self._note(alias.name, alias.unit_id)
        self.groups = {plain(said.name): said.group for said in _phrases(division)}
        self.groups |= {plain(group.name): group for group in UnitGroup.objects.filter(division=division)}
        self.by_gist: dict[str, set[int]] = defaultdict(set)
        for said, group in self.groups.items():
            self.by_gist[_gist(said)].add(group.pk)
        self.prefixes = list(_prefixes(division))

    def _note(self, name: str, pk: int) -> None:
        self.by_name[plain(name)].add(pk)
        self.by_key[canonical_key(plain(name))].add(pk)

    def meaning(self, words: str) -> Resolution:
        """Return what the words mean."""
        name = plain(words)
        several: list[Unit] = []
        for form in self._forms(name):
            if form in self.groups and form not in self.by_name:
                return Resolution(group=self.groups[form])
            for found in (self.by_name.get(form), self.by_key.get(canonical_key(form))):
                standing = self._standing(found or ())
                if len(standing) == 1:
                    return Resolution(standing[0])
                several = several or standing
        if group := self._group(name):
            return Resolution(group=group)
        return Resolution(candidates=list(dict.fromkeys([*several, *self._nearest(name)]))[:CANDIDATES])

    def _forms(self, name: str) -> Iterator[str]:
        """Give the name, then the name without the place before it: with the level's word in its stead, and without."""
        yield name
        for place, own in self.prefixes:
            if name.startswith(place) and len(name) > len(place) + 1:
                rest = name.removeprefix(place)
                yield place[-1] + rest
                if own:
                    yield rest
                    # 兰桥区人民政府柳溪街道办事处
                    yield re.sub(r"^(?:人民)?政府(?=..)", "", rest)
                return

    def _group(self, name: str) -> UnitGroup | None:
        found = self.by_gist.get(_gist(name), set())
        return next((group for group in self.groups.values() if found == {group.pk}), None)

    def _standing(self, pks: Iterable[int]) -> list[Unit]:
        """Return the units that these have become by the day, each once."""
        found = (self._successor(self.units.get(pk)) for pk in sorted(pks))
        return list(dict.fromkeys(unit for unit in found if unit is not None))

    def _successor(self, unit: Unit | None) -> Unit | None:
        seen: set[int] = set()
        while unit is not None and unit.valid_to is not None and unit.valid_to <= self.on:
            if unit.pk in seen:
                return None
            seen.add(unit.pk)
            unit = self.units.get(unit.successor_id or 0)
        return unit

    def _nearest(self, name: str) -> Iterator[Unit]:
        """Give the units in use by how alike one of their names is, the most alike first."""
        known = [(key, pk) for key, pks in self.by_key.items() for pk in pks]
        near = process.extract(
            canonical_key(name), [key for key, _ in known], scorer=fuzz.ratio, score_cutoff=NEAR, limit=None
        )
        for _, _, at in sorted(near, key=lambda one: (-one[1], self.units[known[one[2]][1]].order, one[2])):
            yield from self._standing([known[at][1]])


def _phrases(division: Division) -> list[GroupName]:
    return list(GroupName.objects.filter(division=division).select_related("group"))


def _gist(phrase: str) -> str:
    return _OF_GROUPS.sub("", phrase)


def _prefixes(division: Division) -> Iterator[tuple[str, bool]]:
    """Give the names of places that may stand before a unit's, longest first, each with whether it is the division's own."""
    above: list[Division] = []
    parent = division.parent
    while parent is not None and len(above) < 3:
        above.append(parent)
        parent = parent.parent
    # 泽南省江临市兰桥区, 江临市兰桥区, 兰桥区.
    own = {division.full_name, division.name}
    chain = division.name
    for one in above:
        own |= {one.full_name + chain, one.name + chain}
        chain = one.name + chain
    higher = {name for one in above for name in (one.full_name, one.name)}
    names = [(plain(name), True) for name in own] + [(plain(name), False) for name in higher - own]
    yield from sorted({one for one in names if one[0]}, key=lambda one: (-len(one[0]), one[0]))
