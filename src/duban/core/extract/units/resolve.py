"""Units: from a bracket's words to roles, names and canonical keys."""

from __future__ import annotations

import re
from dataclasses import dataclass

from duban.core.rules import alternation, load
from duban.core.types import UnitRole

BRACKET = {"(": ")", "[": "]", "【": "】", "〔": "〕"}


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit as written, its range in the normalised text, its role and what its name amounts to."""

    start: int
    end: int
    role: UnitRole
    rule: str


@dataclass(frozen=True, slots=True)
class Assignment:
    """All that a bracket or a line says of who answers; `start` to `end` is taken off the task's body."""

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
        opened = text[match.start()]
        if opened in BRACKET:
            close = _closing(text, match.start(), end)
            inner = (match.start() + 1, close)
            stop = close + 1 if close < end else end
        else:  # a line of its own
            close = text.find("\n", match.start(), end)
            close = end if close < 0 else close
            inner, stop = (match.start(), close), close
        units, sponsors = _parse(text, *inner)
        if units or sponsors:
            while stop < end and text[stop] in "。;":
                stop += 1
            found.append(Assignment(match.start(), stop, tuple(units), tuple(sponsors)))
            at = stop
    return found


_book = load("extract.units")
_LABEL = _book["label"].pattern
_VERB = _book["verb"].pattern
_SPONSOR = _book["sponsor"].pattern
_TAIL = _book["tail"].pattern
_LEAD, _SUPPORT = re.compile(_book.any_of("lead")), re.compile(_book.any_of("support"))
_ROLE_WORDS = _book.any_of("lead", "support", "responsible")
# Where an assignment may open: a bracket, or a labelled line.
_OPEN = re.compile(
    rf"[(\[【〔](?=[^\n()]{{0,400}}?(?:{_ROLE_WORDS}))|(?<=[。;])[(【](?=[\u4e00-\u9fff])|(?:(?<=\n)|^|(?<=[。;!?]))(?={_LABEL.pattern})"
)
_SPLIT = re.compile(r"[、,;;。\n/]|和(?=[区县市省镇]|各)|\s+")
_UNITISH = re.compile(
    r"(?:局|委|办|办公室|厅|部|院|署|处|科|室|中心|集团|公司|支行|分局|大队|支队|总队|街道|镇|乡|村|社区|管委会|政府|办事处|部门|单位|联|会|站|所|队|园区|开发区|高新区|"
    r"指挥部|小组|专班|银行|学院|学校|医院|馆|法院|检察院|团委|妇联|科协|残联|工会|协会|社|馆|台|段|场|行|企|校|厂|区|县|市|州|盟|旗|企业|单位)(?:\([^()]{1,20}\))?$"
)


def _closing(text: str, start: int, end: int) -> int:
    """Return the index of the bracket that closes the one at `start`, `end` where it never closes in its paragraph."""
    depth = 0
    for index in range(start, min(end, start + 1500)):
        if text[index] in "([【〔":
            depth += 1
        elif text[index] in ")]】〕":
            depth -= 1
            if depth == 0:
                return index
        elif text[index] == "\n":
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
    labels = sorted(
        [(m.start(), m.end(), "sponsor") for m in _SPONSOR.finditer(text, start, end)]
        + [(m.start(), m.end(), _role(m.group())) for m in _LABEL.finditer(text, start, end)],
    )
    labels = [label for i, label in enumerate(labels) if i == 0 or label[0] >= labels[i - 1][1]]
    units: list[Unit] = []
    sponsors: list[tuple[int, int]] = []
    if labels:
        if text[start : labels[0][0]].strip("完成时限:,;、。 "):
            return [], []
        for (_, at, role), behind in zip(labels, [*labels[1:], (end, end, "")], strict=False):
            stop = _limit(text, at, behind[0])
            if role == "sponsor":
                sponsors += _pieces(text, at, stop)
            else:
                units += [Unit(a, b, role, "units/label") for a, b in _pieces(text, at, stop)]  # type: ignore[arg-type]
        return units, sponsors
    units = _verbal(text, start, end)
    if not units and text[start - 2 : start - 1] in ("。", ";", "\n"):
        # A bracket behind the last sentence that holds nothing but names of units.
        pieces = _pieces(text, start, end)
        if pieces and all(_UNITISH.search(text[a:b]) and b - a < 24 for a, b in pieces):
            units = [Unit(a, b, "responsible", "units/bracket") for a, b in pieces]
    return units, []


def _limit(text: str, start: int, end: int) -> int:
    """Return where a list of units ends: before a label that is none of ours (完成时限：)."""
    match = re.compile(r"[;,。、\s]?(?:完成|办理|推进|工作)?(?:时限|时间|期限|目标|要求|领导)[::]").search(
        text, start, end
    )
    return match.start() if match else end


def _verbal(text: str, start: int, end: int) -> list[Unit]:
    """Parse 区发改局牵头，区财政局、区住建局配合: each clause's last word is the role of the units before it."""
    units: list[Unit] = []
    pending: list[tuple[int, int]] = []
    for match in re.compile(r"[^,;。]+").finditer(text, start, end):
        verb = _VERB.search(text[slice(*match.span())])
        pieces = _pieces(text, match.start(), match.start() + verb.start() if verb else match.end())
        pending += pieces
        if verb:
            units += [Unit(a, b, _role(verb.group("role")), "units/verb") for a, b in pending]
            pending = []
    if pending or any(not _UNITISH.search(text[u.start : u.end]) for u in units):
        return []
    return units


def _pieces(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Split a list of units at its separators, brackets kept whole, closing words cut off."""
    tail = _TAIL.search(text[start:end])
    if tail:
        end = start + tail.start()
    pieces, at, depth = [], start, 0
    index = start
    while index <= end:
        match = _SPLIT.match(text, index, end) if depth == 0 and index < end else None
        if index == end or match:
            a, b = at, index
            while a < b and text[a] in " :.·":
                a += 1
            word = text[a:b]
            cut = _TAIL.search(word)
            if cut and cut.start() > 0:
                b = a + cut.start()
            if b - a > 1 and not re.fullmatch(
                r"按.*(?:负责|分工|落实)|等|(?:共同)?(?:牵头|负责|配合)|.*按职责分工.*", text[a:b]
            ):
                pieces.append((a, b))
            if match is None:
                break
            at = index = match.end()
            continue
        depth += (text[index] in "([") - (text[index] in ")]")
        index += 1
    return pieces


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
    words = re.sub(r"^(?:[\u4e00-\u9fff]{2,3})(?=[区县市省](?!政府|人民政府|委|域|直|场))", "", words)
    words = _REPLACE.sub(lambda m: _SHORT[m.group()], words)
    return re.sub(r"(?<=[发改经信健资])委(?:员会)?$", "局", words)


def is_group(name: str) -> bool:
    """Say whether the words name several units at once."""
    return bool(_book["group"].pattern.search(name))
