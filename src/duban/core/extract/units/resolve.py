"""Units: from a bracket's words to roles, names and canonical keys."""

from __future__ import annotations

import re
from dataclasses import dataclass

from duban.core.rules import alternation, load
from duban.core.types import UnitRole


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit as written, its range in the normalised text, its role and what its name amounts to."""

    start: int
    end: int
    role: UnitRole
    rule: str


@dataclass(frozen=True, slots=True)
class Assignment:
    """All that a bracket or a line says of who answers, or by when; `start` to `end` is taken off the task's body."""

    start: int
    end: int
    units: tuple[Unit, ...]
    sponsors: tuple[tuple[int, int], ...]


def find(text: str, start: int, end: int) -> list[Assignment]:
    """Return the assignments of units in ``text[start:end]``: labelled brackets, labelled lines, verbal brackets."""
    found = []
    at = start
    for match in _OPEN.finditer(text, start, end):
        if match.start() < at:
            continue
        bracket = text[match.start()] in "([【〔"
        if bracket:
            labelled = bool(_LABEL.match(text, match.start() + 1, end))
            close = _closing(text, match.start(), end, over_lines=labelled)
            inner = (match.start() + 1, close)
            stop = min(close + 1, end)
        else:  # a line of its own
            close = text.find("\n", match.start(), end)
            close = end if close < 0 else close
            inner, stop = (match.start(), close), close
        units, sponsors = _parse(text, *inner)
        if units or sponsors or LIMIT_LABEL.match(text, *inner):
            while stop < end and text[stop] in "。;":
                stop += 1
            found.append(Assignment(match.start(), stop, tuple(units), tuple(sponsors)))
            at = stop
        elif bracket:
            at = match.start() + 1 if close >= end else stop
    return found


_book = load("extract.units")
_LABEL, _VERB, _SPONSOR, LIMIT_LABEL, _TAIL, _BARE, _NO_UNIT = (
    _book[name].pattern for name in ("label", "verb", "sponsor", "limit", "tail", "unit", "no-unit")
)
_LEAD, _SUPPORT = re.compile(_book.any_of("lead")), re.compile(_book.any_of("support"))
_ROLE_WORDS = _book.any_of("lead", "support", "responsible")
_LIMITS = tuple(rule.pattern for rule in load("extract.deadlines"))
# Where an assignment may open: a bracket, or a line that begins with a label and a colon.
_OPEN = re.compile(
    rf"[(\[【〔](?=[^\n()]{{0,400}}?(?:{_ROLE_WORDS})|{LIMIT_LABEL.pattern})|(?<=[。;])[(【](?=[\u4e00-\u9fff])"
    rf"|(?:(?<=\n)|^|(?<=[。;!?]))(?={_LABEL.pattern}|{LIMIT_LABEL.pattern}|{_SPONSOR.pattern})(?=[^\n::]{{0,14}}[::])"
)
# A field's label inside a bracket; one that is none of ours (完成时限, 联系电话) ends the units before it.
_FIELD = re.compile(r"(?:^|(?<=[;,。、\s(\[【〔]))(?:[\u4e00-\u9fff()/、]{2,10})[::]")
_SPLIT = re.compile(r"[、,;。\n/]|(?:以及|会同|和|及|与)(?=[区县市省镇乡各相有本驻])|\s+")
_CLAUSE = re.compile(rf"[^,;。\n]+?(?:(?:{_book.any_of('lead', 'support')}|负责)(?=、)|(?=[,;。\n])|$)")


def _closing(text: str, start: int, end: int, *, over_lines: bool) -> int:
    """Return the index of the bracket that closes the one at `start`, `end` where it never closes."""
    depth = 0
    for index in range(start, min(end, start + 1500)):
        if text[index] in "([【〔":
            depth += 1
        elif text[index] in ")]】〕":
            depth -= 1
            if depth == 0:
                return index
        elif text[index] == "\n" and not over_lines:
            return index
    return end


def _role(words: str) -> UnitRole:
    if _LEAD.search(words):
        return "lead"
    if _SUPPORT.search(words):
        return "support"
    return "responsible"


def listed(text: str, start: int, end: int, role: UnitRole) -> tuple[list[Unit], list[tuple[int, int]]]:
    """Return the units and sponsors in a table's cell under a head that gives `role`; labels in the cell say more."""
    if _LABEL.search(text, start, end):
        return _parse(text, start, end)
    return [Unit(a, b, role, "units/column") for a, b in _pieces(text, start, end)], []


def _parse(text: str, start: int, end: int) -> tuple[list[Unit], list[tuple[int, int]]]:
    """Return the units and the people of a bracket's words or of a line."""
    fields = _fields(text, start, end)
    units: list[Unit] = []
    sponsors: list[tuple[int, int]] = []
    if any(kind not in ("", "other") for _, _, kind in fields):
        if not all(kind or _is_limit(text, a, b) for a, b, kind in fields):
            return [], []
        for a, b, kind in fields:
            if kind == "sponsor":
                sponsors += _pieces(text, a, b)
            elif kind not in ("", "other"):
                units += [Unit(x, y, kind, "units/label") for x, y in _pieces(text, a, b)]  # type: ignore[arg-type]
        return units, sponsors
    units = _verbal(text, start, end)
    if not units and text[start - 2 : start - 1] in ("。", ";", "\n"):
        # A bracket behind the last sentence that holds nothing but names of units.
        pieces = [piece for piece in _pieces(text, start, end) if not _is_limit(text, *piece)]
        if pieces and all(_is_unit(text[a:b]) for a, b in pieces):
            units = [Unit(a, b, "responsible", "units/bracket") for a, b in pieces]
    return units, []


def _fields(text: str, start: int, end: int) -> list[tuple[int, int, str]]:
    """Divide words at their labels: (start, end, role, "sponsor", "other", or "" for what stands before the first)."""
    marks: list[tuple[int, int, str]] = [(m.start(), m.end(), "sponsor") for m in _SPONSOR.finditer(text, start, end)]
    marks += [(m.start(), m.end(), _role(m.group())) for m in _LABEL.finditer(text, start, end)]
    marks += [(m.start(), m.end(), "other") for m in _FIELD.finditer(text, start, end)]
    marks.sort(key=lambda mark: (mark[0], mark[2] == "other"))
    kept: list[tuple[int, int, str]] = []
    for mark in marks:
        if not kept or mark[0] >= kept[-1][1]:
            kept.append(mark)
    bounds = [*kept[1:], (end, end, "")]
    fields = [(at, behind[0], kind) for (_, at, kind), behind in zip(kept, bounds, strict=False)]
    first = kept[0][0] if kept else end
    return [(start, first, ""), *fields] if text[start:first].strip("。;, \n") else fields


def _is_limit(text: str, start: int, end: int) -> bool:
    """Say whether words are a time limit and nothing else: 6月底前完成."""
    words = text[start:end].strip("。;,、 \n")
    return any((m := limit.match(words)) and len(words) - m.end() <= 4 for limit in _LIMITS)


def _is_unit(words: str) -> bool:
    return len(words) < 24 and bool(_BARE.search(words)) and not _NO_UNIT.search(words)


def _verbal(text: str, start: int, end: int) -> list[Unit]:
    """Parse 区发改局牵头，区财政局、区住建局配合: each clause's last word is the role of the units before it."""
    units: list[Unit] = []
    pending: list[tuple[int, int]] = []
    for match in _CLAUSE.finditer(text, start, end):
        if _is_limit(text, *match.span()):
            continue
        verb = _VERB.search(match.group())
        pending += _pieces(text, match.start(), match.start() + verb.start() if verb else match.end())
        if verb:
            units += [Unit(a, b, _role(verb.group("role")), "units/verb") for a, b in pending]
            pending = []
    return [] if pending or not all(_is_unit(text[unit.start : unit.end]) for unit in units) else units


def _pieces(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Split a list of units at its separators, brackets kept whole, closing words cut off."""
    while start < end and text[start] in "( " and text[end - 1] in ") 。;" and text.find(")", start) >= end - 2:
        start, end = start + 1, end - 1  # 责任单位：（区教育局、区人社局）
    end = start + _cut_tail(text[start:end])
    pieces, at, depth, index = [], start, 0, start
    while index <= end:
        match = _SPLIT.match(text, index, end) if depth == 0 and index < end else None
        if index < end and not match:
            depth += (text[index] in "([") - (text[index] in ")]")
            index += 1
            continue
        a, b = at, index
        while a < b and text[a] in " :.·由":
            a += 1
        b = a + _cut_tail(text[a:b])
        if b - a > 1 and not _NO_UNIT.search(text[a:b]):
            pieces.append((a, b))
        if match is None:
            break
        at = index = match.end()
    return pieces


def _cut_tail(words: str) -> int:
    """Return the length of words without what closes a list of units: 等部门按职责分工负责."""
    tail = _TAIL.search(words)
    return tail.start() if tail and tail.start() > 0 else len(words)


# ---- canonical keys ---------------------------------------------------------------------------------------------------

_SHORT = dict(form.split("=") for form in _book.words["forms"])
_REPLACE = re.compile(alternation(_SHORT))


def canonical_key(name: str) -> str:
    """Return the key that all written forms of one unit share: 区发改委, 区发展和改革局 and 区发展改革局 give 区发改局.

    The level's word (区, 县, 市, 省) stays, a place's name before it goes (兰桥区财政局 and 区财政局 are one unit inside a
    district's paper); 委, 委员会 and 局 of the same office are one, since reforms rename them.
    """
    words = re.sub(r"[\s“”\"]", "", name)
    if not is_group(words):
        words = re.sub(r"\([^()]*\)$", "", words) or words
    words = re.sub(r"^(?![区县市省镇])(?:[\u4e00-\u9fff]{2,3})(?=[区县市省](?!政府|人民政府|委|域|直|场))", "", words)
    words = _REPLACE.sub(lambda m: _SHORT[m.group()], words)
    return re.sub(r"(?<=[发改经信健资])委(?:员会)?$", "局", words)


def is_group(name: str) -> bool:
    """Say whether the words name several units at once."""
    return bool(_book["group"].pattern.search(name))
