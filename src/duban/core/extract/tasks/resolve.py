"""Tasks: the smallest pieces of planned work that the paper itself numbers or titles."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from duban.core.extract.units.resolve import Assignment
from duban.core.extract.units.resolve import find as find_units
from duban.core.structure.outline import Piece, add_leads, lead_lengths
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


NUMBERED = ("section", "item", "sub", "is", "ordinal", "chapter", "part")


def split(text: str, root: Piece) -> None:
    """Add the lead phrases to the outline, below every planned piece that nothing else divides."""
    leaves = [p for p in root.walk() if p.role in PLANNED and _divisible(p)]
    usual = lead_lengths(text, [leaf for leaf in leaves if leaf.kind == "section"])
    for leaf in leaves:
        add_leads(text, leaf, usual if leaf.kind in ("section", "heading") else None)
        for child in leaf.children:
            child.role = leaf.role


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
            yield from _below(text, top, None)


def _below(text: str, piece: Piece, section: Piece | None) -> Iterator[Found]:
    divided = _divided(piece)
    if divided:
        for child in piece.children:
            if child in divided and child.kind != "table":  # the rows of a table are read by their columns
                yield from _below(text, child, piece)
        return
    if piece.role in PLANNED and (task := _task(text, piece, section)):
        yield task


def _task(text: str, piece: Piece, section: Piece | None) -> Found | None:
    start = piece.start
    end = _tail(text, piece, piece.end)
    assignments = find_units(text, piece.body, end)
    body_start, body_end = piece.body, end
    for assignment in assignments:
        if not text[assignment.end : end].strip("。;\n "):
            body_end = min(body_end, assignment.start)
    if assignments and body_end == end and len(assignments) == 1 and assignments[0].end > end - 3:
        body_end = assignments[0].start
    while body_end > body_start and text[body_end - 1] in "\n ":
        body_end -= 1
    if body_end - body_start < 4 and not piece.title:
        return None
    if body_end <= body_start:
        body_start = body_end = max(piece.title[1] if piece.title else start, start)
        if piece.kind not in NUMBERED and piece.kind != "heading":
            return None
        if not assignments and piece.kind in ("chapter", "part", "heading"):
            return None
        body_start = piece.title[0] if piece.title else start
    number = _number(piece)
    return Found(
        piece, section, piece.title, number, start, (body_start, body_end), end, assignments, f"tasks/{piece.kind}"
    )


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
