"""Text with its place on the sheet: runs to rows, rows to fragments, fragments to lines and cells."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

#: Two runs share a row where the lower one of them (by height) lies half inside the other: takes in m² and H₂O.
ROW_OVERLAP = 0.5
#: A gap this wide (in em) parts a row in fragments, which only columns keep apart.
FRAGMENT_GAP = 1.0
#: A gap this wide (in em) between Chinese characters is white space that someone meant.
MEANT_GAP = 0.7
#: White space between Latin letters starts here (in em).
WORD_GAP = 0.18
#: The same character drawn twice within this distance (in em) is bold face, not a doubled character.
DOUBLE_STRIKE = 0.15
#: A line of a cell that leaves this much room (in em) for what follows was ended by a person.
ROOM_LEFT = 0.05
#: Cells are padded by no more than this (points), whatever room short centred lines leave.
MOST_PADDING = 8.0

_INVISIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2060\ufeff\ufffe\uffff]")
_KANGXI_RADICAL = re.compile("[\u2f00-\u2fdf]")
# Unicode gives these radicals no equivalent, but pdf printers write them all the same.
_RADICALS = str.maketrans(
    "⺟⺠⻁⻄⻅⻆⻉⻋⻓⻔⻗⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻨⻩⻬⻮⻰⻳",
    "母民虎西见角贝车长门雨青韦页风飞食马骨鬼鱼鸟麦黄齐齿龙龟",
)
# What a printer does not part: a Latin word or number, a character and the punctuation after it, a bracket before it.
_UNBROKEN = re.compile("[（《“〔]?(?:[!-~]+|.)[，。、；：！？）》”〕]?")


def quarter_turns(angle: float) -> int | None:
    """Return how many right angles (0 to 3) an angle in degrees is, None where it is none within 5 degrees."""
    turns = round(angle / 90)
    return turns % 4 if abs(angle - 90 * turns) <= 5 else None


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text on one baseline, in points from the sheet's upper left corner; its height is one em."""

    text: str
    x0: float
    top: float
    x1: float
    bottom: float
    confidence: float = 1.0

    @property
    def em(self) -> float:
        """The size of a full-width character."""
        return self.bottom - self.top


@dataclass(frozen=True, slots=True)
class Fragment:
    """Text of one row without a wide gap; `row` is the same for all fragments of a printed row of a sheet."""

    text: str
    x0: float
    top: float
    x1: float
    bottom: float
    em: float
    row: int
    confidence: float = 1.0


def clean(text: str) -> str:
    """Return the text of a run as people read it: no control characters, no radicals in place of characters.

    Fonts of pdf printers name ⽂ (a radical) where 文 is printed.
    """
    text = text.replace("\t", " ").replace("\n", " ").replace("\u00a0", " ")
    text = "".join(char if char < "\ud800" or char > "\udfff" else "\ufffd" for char in text)
    text = _INVISIBLE.sub("", text)
    return _KANGXI_RADICAL.sub(lambda match: unicodedata.normalize("NFKC", match[0]), text.translate(_RADICALS))


def fragments(runs: Iterable[Run]) -> list[Fragment]:
    """Return the fragments of a sheet from top to bottom, and in a row from left to right."""
    found = []
    for number, row in enumerate(_rows(runs)):
        for part in _parted(row):
            found.append(_fragment(part, number))
    return found


def merged(parts: Sequence[Fragment]) -> Fragment:
    """Return fragments of one row as one, their gaps as white space."""
    first = parts[0]
    if len(parts) == 1:
        return first
    text = first.text
    for left, right in pairwise(parts):
        text += _space(left.text, right.text, right.x0 - left.x1, max(left.em, right.em), "") + right.text
    return Fragment(
        text,
        first.x0,
        min(part.top for part in parts),
        max(part.x1 for part in parts),
        max(part.bottom for part in parts),
        max(part.em for part in parts),
        first.row,
        min(part.confidence for part in parts),
    )


@dataclass(frozen=True, slots=True)
class CellText:
    """The text of a cell as one line, and the room (in em) that its last printed line leaves."""

    text: str = ""
    room: float = 0.0

    def then(self, following: str) -> str:
        """Return the text continued: without a trace where a narrow cell broke it, with a space where a person did."""
        word = _UNBROKEN.match(following)
        needed = sum(1.0 if wide(char) else 0.55 for char in word[0]) if word else 0.0
        if self.room >= needed + ROOM_LEFT:
            return f"{self.text} {following}"
        return self.text + glue(self.text, following)


def cell_text(runs: Iterable[Run], x0: float, x1: float) -> CellText:
    """Return the text of a cell between the edges `x0` and `x1`."""
    lines = [merged([_fragment(part, 0) for part in _parted(row)]) for row in _rows(runs)]
    if not lines:
        return CellText()
    if all(len(line.text) == 1 for line in lines):
        return CellText("".join(line.text for line in lines))  # set downwards in a narrow cell
    padding = max(0.0, min(MOST_PADDING, *(min(line.x0 - x0, x1 - line.x1) for line in lines)))
    left = min(line.x0 for line in lines)
    cell = CellText()
    for line in lines:
        before, after = line.x0 - x0, x1 - line.x1
        centred = abs(before - after) <= line.em / 2
        indented = not centred and line.x0 - left >= 1.5 * line.em
        text = f"{cell.text} {line.text}" if cell.text and indented else cell.then(line.text)
        cell = CellText(text, ((before + after - 2 * padding) if centred else after - padding) / line.em)
    return cell


def glue(before: str, after: str) -> str:
    """Return what to append to `before` so that `after` continues it: a space only between two Latin words."""
    return " " + after if before[-1:].isalpha() and after[:1].isalpha() and not wide(before[-1] + after[0]) else after


def wide(text: str) -> bool:
    """Say whether the text holds a full-width character."""
    return any(char >= "\u2000" for char in text)


def _rows(runs: Iterable[Run]) -> list[list[Run]]:
    """Return the runs by printed row, from top to bottom."""
    rows: list[list[Run]] = []
    boxes: list[tuple[float, float]] = []
    for run in sorted(runs, key=lambda run: (run.top + run.bottom, run.x0)):
        for index in range(len(rows) - 1, max(-1, len(rows) - 4), -1):
            top, bottom = boxes[index]
            shared = min(bottom, run.bottom) - max(top, run.top)
            if shared >= ROW_OVERLAP * min(bottom - top, run.em):
                rows[index].append(run)
                boxes[index] = (min(top, run.top), max(bottom, run.bottom))
                break
        else:
            rows.append([run])
            boxes.append((run.top, run.bottom))
    kept = []
    for row in rows:
        inked = any(not run.text.isspace() for run in row)
        if inked:
            kept.append(_undoubled(sorted(row, key=lambda run: run.x0)))
    return kept


def _undoubled(row: Sequence[Run]) -> list[Run]:
    """Return the row without the second strokes of characters printed twice to look bold."""
    kept: list[Run] = []
    for run in row:
        twins = (twin for twin in kept[-3:] if twin.text == run.text)
        if not any(abs(run.x0 - twin.x0) <= DOUBLE_STRIKE * run.em for twin in twins):
            kept.append(run)
    return kept


def _parted(row: Sequence[Run]) -> list[list[Run]]:
    parts: list[list[Run]] = []
    inked: Run | None = None
    for run in row:
        if run.text.isspace():
            if parts:
                parts[-1].append(run)
            continue
        if inked is None or run.x0 - inked.x1 >= FRAGMENT_GAP * max(run.em, inked.em):
            parts.append([])
        parts[-1].append(run)
        if inked is None or run.x1 > inked.x1:
            inked = run
    return parts


def _fragment(runs: Sequence[Run], row: int) -> Fragment:
    """Return the fragment that runs on one row make, in order from the left; the first one is inked."""
    text, blank = runs[0].text.lstrip(), ""
    last = runs[0]
    for run in runs[1:]:
        if run.text.isspace():
            blank += run.text
            continue
        em = max(last.em, run.em)
        text += _space(last.text, run.text, run.x0 - last.x1, em, blank) + run.text
        last, blank = run, ""
    inked = [run for run in runs if not run.text.isspace()]
    return Fragment(
        text.rstrip(),
        inked[0].x0,
        min(run.top for run in inked),
        max(run.x1 for run in inked),
        max(run.bottom for run in inked),
        max(run.em for run in inked),
        row,
        min(run.confidence for run in inked),
    )


def _space(left: str, right: str, gap: float, em: float, blank: str) -> str:
    """Return the white space for a gap between two pieces of text; `blank` are the space characters found in it."""
    if left[-1:].isspace() or right[:1].isspace():
        return ""
    chinese = wide(left[-1:]) and wide(right[:1])
    if chinese or gap >= 2 * em:
        if gap >= MEANT_GAP * em:
            return "　" * min(8, max(1, round(gap / em)))
        if blank and gap > 0.1 * em:
            return "　" if "　" in blank else " "
        return ""
    if blank:
        return " "
    narrow = not wide(left[-1:] + right[:1])
    return " " if gap >= (WORD_GAP if narrow else MEANT_GAP) * em else ""
