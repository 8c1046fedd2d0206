"""Tasks: the smallest pieces of planned work that the paper itself numbers or titles."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from duban.core.extract.units.resolve import Assignment
from duban.core.extract.units.resolve import find as find_units
from duban.core.structure.outline import Piece, add_leads, head_end, lead_lengths
from duban.core.structure.roles import PLANNED


@dataclass(slots=True)
class Found:
    """A task in normalised text: its piece of the outline, the ranges of its title and body, and who answers."""

    piece: Piece
    section: Piece | None
    title: tuple[int, int] | None
    number: str | None
    start: int
    body: tuple[int, int]
    end: int
    assignments: list[Assignment]
    rule: str


SMALL = ("item", "sub", "is", "ordinal")
NUMBERED = ("section", "item", "sub", "is", "ordinal", "chapter", "part")


def split(text: str, root: Piece) -> None:
    """Cut the units off the titles, and add the lead phrases to the outline, below every planned piece that nothing else divides."""
    for piece in root.walk():
        if piece.title:
            piece.title = _bare_title(text, *piece.title)
    leaves = [p for p in root.walk() if p.role in PLANNED and _divisible(p)]
    usual = lead_lengths(text, [leaf for leaf in leaves if leaf.kind == "section"])
    for leaf in leaves:
        add_leads(text, leaf, usual if leaf.kind in ("section", "heading") else None)
        for child in leaf.children:
            child.role = leaf.role


def _bare_title(text: str, start: int, end: int) -> tuple[int, int]:
    """Return a title's range without the bracket of units that closes it."""
    found = find_units(text, start, end)
    return (start, found[-1].start) if found and start < found[-1].start and found[-1].end >= end else (start, end)


def _divisible(piece: Piece) -> bool:
    return piece.kind in ("part", "chapter", "heading", "section") and not _divided(piece)


def _divided(piece: Piece) -> list[Piece]:
    """Return the children that are pieces of work of their own."""
    counted = [c for c in piece.children if c.kind not in ("dash", "closing")]
    if any(c.kind in ("section", "chapter", "heading", "item") for c in counted):
        # 一是…二是… above the sections are principles, not work.
        counted = [c for c in counted if c.kind not in ("is", "ordinal")]
    fragments = [c for c in counted if c.kind in ("is", "ordinal") and c.end - c.start < 40]
    return [] if len(fragments) > len(counted) / 2 and piece.kind not in ("section", "chapter", "heading") else counted


def find(text: str, root: Piece) -> Iterator[Found]:
    """Yield the tasks below `root` in the order of the text."""
    for top in root.children:
        if top.kind != "table":
            yield from _below(text, top, None, [])


def _below(text: str, piece: Piece, section: Piece | None, above: list[Assignment]) -> Iterator[Found]:
    """Yield the tasks of `piece`; `above` answers for those that name nobody themselves."""
    divided = _divided(piece)
    if divided:
        above = find_units(text, piece.head, head_end(piece)) or above
        for child in piece.children:
            if child in divided and child.kind != "table":  # the rows of a table are read by their columns
                yield from _below(text, child, piece, above)
        return
    if piece.role in PLANNED and (task := _task(text, piece, section)):
        task.assignments = task.assignments or above
        yield task


def _task(text: str, piece: Piece, section: Piece | None) -> Found | None:
    start = piece.start
    end = _tail(text, piece, piece.end)
    assignments = find_units(text, piece.head, end)
    title = piece.title
    body_start, body_end = piece.body, end
    for assignment in assignments:
        if assignment.start <= body_start < assignment.end:
            body_start = assignment.end
    for assignment in reversed(assignments):
        if assignment.start >= body_start and not text[assignment.end : body_end].strip("。;\n "):
            body_end = assignment.start
    while body_end > body_start and text[body_end - 1] in "\n ":
        body_end -= 1
    if title and assignments and body_end - body_start < 4 and piece.kind in SMALL:
        # One sentence and who answers for it: the sentence is the work, not its title.
        body_start, title = title[0], None
        body_end = next((a.start for a in assignments if a.start > body_start), end)
        while text[body_end - 1] in "\n ":
            body_end -= 1
    if body_end - body_start < 4 and not title:
        return None
    if re.fullmatch(r"(?:具体)?(?:内容)?详?见附[件表]\d*[。;]?", text[body_start:body_end]):
        return None
    if body_end <= body_start:
        body_start = body_end = max(title[1] if title else start, start)
        if piece.kind not in NUMBERED and piece.kind != "heading":
            return None
        if not assignments and piece.kind in ("chapter", "part", "heading"):
            return None
        body_start = title[0] if title else start
    number = _number(piece)
    return Found(piece, section, title, number, start, (body_start, body_end), end, assignments, f"tasks/{piece.kind}")


def _tail(text: str, piece: Piece, end: int) -> int:
    """Return the end of a lead's paragraph, or of the line of units that follows it."""
    if piece.kind != "lead" or piece.parent is None:
        return end
    while end < piece.parent.end and text[end : end + 1] == "\n":
        stop = text.find("\n", end + 1, piece.parent.end)
        stop = piece.parent.end if stop < 0 else stop
        if not re.match(r"[(【\[]|(?:责任|牵头|配合|主办|协办|承办|完成)", text[end + 1 : stop]):
            break
        found = find_units(text, end + 1, stop)
        if not found or found[0].start > end + 1:
            break
        end = stop
    return end


def _number(piece: Piece) -> str | None:
    if piece.label is None or piece.kind == "dash":
        return None
    label = re.sub(r"[()、.:,)]", "", piece.label)
    return label or None
