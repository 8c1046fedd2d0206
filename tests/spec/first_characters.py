"""With which characters a regular expression can begin, read off the engine's own parse of it."""

import re
from re import _constants as ops  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

SAMPLE = [
    chr(code) for code in (*range(32, 127), *range(0x2010, 0x2027), *range(0x3000, 0x3020), *range(0x4E00, 0xA000))
]


def first_characters(pattern: re.Pattern[str]) -> set[str]:
    """Return the characters of `SAMPLE` with which a match can begin."""
    found, may_be_empty = _sequence(parser.parse(pattern.pattern, pattern.flags))
    assert not may_be_empty, "the pattern matches nothing at all"
    return found


def _sequence(items: Any) -> tuple[set[str], bool]:
    found: set[str] = set()
    for kind, value in items:
        own, may_be_empty = _item(kind, value)
        found |= own
        if not may_be_empty:
            return found, False
    return found, True


def _item(kind: Any, value: Any) -> tuple[set[str], bool]:
    if kind in (ops.ASSERT, ops.ASSERT_NOT, ops.AT):
        return set(), True
    if kind is ops.BRANCH:
        branches = [_sequence(branch) for branch in value[1]]
        return set().union(*(found for found, _ in branches)), any(empty for _, empty in branches)
    if kind is ops.SUBPATTERN:
        return _sequence(value[3])
    if kind is ops.ATOMIC_GROUP:
        return _sequence(value)
    if kind in (ops.MAX_REPEAT, ops.MIN_REPEAT, ops.POSSESSIVE_REPEAT):
        found, may_be_empty = _sequence(value[2])
        return found, may_be_empty or value[0] == 0
    if kind is ops.LITERAL:
        return {chr(value)}, False
    if kind is ops.IN:
        return _members(value), False
    return set(SAMPLE), False  # anything


def _members(value: Any) -> set[str]:
    negated = value[0][0] is ops.NEGATE
    found: set[str] = set()
    for kind, member in value:
        if kind is ops.LITERAL:
            found.add(chr(member))
        elif kind is ops.RANGE:
            found |= {c for c in SAMPLE if member[0] <= ord(c) <= member[1]}
        elif kind is ops.CATEGORY:
            sign = {ops.CATEGORY_DIGIT: r"\d", ops.CATEGORY_SPACE: r"\s", ops.CATEGORY_WORD: r"\w"}[member]
            found |= {c for c in SAMPLE if re.match(sign, c)}
    return set(SAMPLE) - found if negated else found
