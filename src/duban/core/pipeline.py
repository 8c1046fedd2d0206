"""The stages in order: a source in, a ledger out."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

from duban.core.extract.deadlines.resolve import find as find_deadlines
from duban.core.extract.tasks import resolve as tasks
from duban.core.extract.units.resolve import canonical_key, is_group
from duban.core.structure import documents, meta, outline, roles
from duban.core.text import NormalisedText, normalise, squeeze
from duban.core.types import Deadline, Document, Ledger, Note, Responsibility, Section, Source, Span, Task


def parse(source: Source | Path | str, *, today: date | None = None) -> Ledger:
    """Read a document and return its ledger.

    `source` is a :class:`Source`, the path of a file in any format that can be read, or text itself. `today` decides
    nothing but the year of a paper that names none. Raises
    :class:`duban.core.reading.errors.UnreadableSource` where a file is no document; a text is never refused.
    """
    source = _source(source)
    text = normalise(source)
    parts, aside = documents.split(text.text)
    return Ledger(source, tuple(_document(source, text, part, aside, len(parts) == 1, today) for part in parts))


def _source(source: Source | Path | str) -> Source:
    if isinstance(source, Source):
        return source
    if isinstance(source, Path):
        from duban.core.reading import read_path

        return read_path(source)
    digest = hashlib.sha256(source.encode("utf-8", "surrogatepass")).hexdigest()
    return Source("-", "text/plain", digest, source)


def _document(source: Source, text: NormalisedText, part: documents.Part, aside: list[tuple[int, int]], only: bool, today: date | None) -> Document:
    words = text.text
    facts = meta.read(words, part.blocks, aside, part.title)
    year = facts.year or (today.year if today else None)
    root, gaps = outline.outline(words, list(part.blocks))
    roles.assign(words, root, facts.doc_type)
    tasks.split(words, root)
    home = text.home

    def quoted(start: int, end: int) -> str:
        return squeeze(home(start, end).of(source.text))

    sections: dict[int, Section] = {}
    for piece in root.walk():
        if piece.kind in ("part", "chapter", "section", "heading"):
            above = sections.get(id(piece.parent))
            count = sum(s.parent == (above.id if above else None) for s in sections.values()) + 1
            sections[id(piece)] = Section(
                id=f"{above.id}.{count}" if above else f"s{count}",
                parent=above.id if above else None,
                depth=above.depth + 1 if above else 1,
                label=quoted(piece.start, piece.head) if piece.label else None,
                title=quoted(*piece.title) if piece.title else "",
                role=piece.role,  # type: ignore[arg-type]
                span=home(piece.start, piece.end),
            )
    found = []
    for number, task in enumerate(tasks.find(words, root), 1):
        above_piece = task.section
        while above_piece is not None and id(above_piece) not in sections:
            above_piece = above_piece.parent
        found.append(
            Task(
                id=f"t{number}",
                section=sections[id(above_piece)].id if above_piece else None,
                number=task.number,
                title=quoted(*task.title) if task.title else None,
                text=quoted(*task.body),
                span=home(task.start, task.end),
                responsibilities=tuple(
                    Responsibility(name, unit.role, home(unit.start, unit.end), canonical_key(name), is_group(name), unit.rule)
                    for assignment in task.assignments
                    for unit in assignment.units
                    for name in [quoted(unit.start, unit.end)]
                ),
                deadlines=tuple(
                    Deadline(quoted(limit.start, limit.end), limit.due, home(limit.start, limit.end), limit.rule)
                    for limit in find_deadlines(words, *task.body, year)
                ),
                measures=(),
                sponsors=tuple(quoted(*sponsor) for assignment in task.assignments for sponsor in assignment.sponsors),
                rule=task.rule,
            )
        )
    notes = [Note("section-gap", f"“{gap.label}”之前缺“{gap.missing}”，请核对原文是否漏印", home(gap.start, gap.end)) for gap in gaps]
    span = Span(0, len(source.text)) if only else home(part.blocks[0][0], part.blocks[-1][1])
    return Document(
        title=facts.title,
        region=facts.region,
        level=facts.level,
        doc_type=facts.doc_type,
        year=year,
        issued_on=facts.issued_on,
        doc_number=facts.doc_number,
        issuer=facts.issuer,
        span=span,
        sections=tuple(sections.values()),
        tasks=tuple(found),
        notes=tuple(notes),
    )
