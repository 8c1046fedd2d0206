"""The stages in order: a source in, a ledger out."""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_right
from datetime import date
from pathlib import Path

from duban.core.extract.deadlines.resolve import find as find_deadlines
from duban.core.extract.indicators.resolve import find as find_indicators
from duban.core.extract.projects.resolve import find as find_projects
from duban.core.extract.quantities.resolve import Quantities
from duban.core.extract.tasks import resolve as tasks
from duban.core.extract.units.resolve import canonical_key, is_group
from duban.core.structure import documents, meta, outline, roles
from duban.core.text import NormalisedText, normalise, squeeze
from duban.core.types import (
    Deadline,
    Document,
    Excluded,
    Indicator,
    Ledger,
    Note,
    Project,
    Responsibility,
    Section,
    Source,
    Span,
    Status,
    Task,
)


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
    raw = list(tasks.find(words, root))
    for number, task in enumerate(raw, 1):
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
    labels = [(piece.start, piece.head) for piece in root.walk() if piece.label]
    skip = sorted(labels + [(a.start, a.end) for task in raw for a in task.assignments])
    places = _Places(root, raw)
    indicators: list[Indicator] = []
    projects: list[Project] = []
    excluded: list[Excluded] = [Excluded("list", quoted(*label), home(*label), "outline/label") for label in labels if re.search(r"[\d一二三四五六七八九十]", words[slice(*label)])]
    for start, end in part.blocks:
        numbers = Quantities(words, start, end)
        named = find_projects(words, start, end)
        for project in named:
            projects.append(
                Project(
                    id=f"p{len(projects) + 1}",
                    task=places.task(project.start),
                    name=squeeze(project.name),
                    value=project.value,
                    unit=project.unit,
                    text=quoted(project.start, project.end),
                    span=home(project.start, project.end),
                    rule=project.rule,
                )
            )
        kept = [
            q
            for q in numbers.found
            if not any(p.start <= q.at < p.end for p in named) and not any(a <= q.at < b for a, b in skip)
        ]
        excluded += [Excluded("project", quoted(p.start, p.end), home(p.start, p.end), p.rule) for p in named]
        excluded += [Excluded(left.why, quoted(left.start, left.end), home(left.start, left.end), left.rule) for left in numbers.left]
        for item in find_indicators(words, start, end, kept):
            status: Status = "achieved" if item.base or places.role(item.start) == "review" else "target"
            indicators.append(
                Indicator(
                    id=f"i{len(indicators) + 1}",
                    task=places.task(item.quantity.at),
                    name=squeeze(item.name),
                    comparator=item.comparator,
                    value=item.quantity.value,
                    value_high=item.quantity.high,
                    unit=item.quantity.unit,
                    measure=item.measure,
                    status=status,
                    text=quoted(item.start, item.end),
                    span=home(item.start, item.end),
                    rule=item.rule,
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
        indicators=tuple(indicators),
        projects=tuple(projects),
        excluded=tuple(sorted(excluded, key=lambda e: e.span)),
        notes=tuple(notes),
    )


class _Places:
    """Which task and which role a place of the text has."""

    def __init__(self, root: outline.Piece, found: list[tasks.Found]) -> None:
        self._pieces = sorted(root.walk(), key=lambda piece: piece.start)
        self._starts = [piece.start for piece in self._pieces]
        self._tasks = [(task.start, task.end) for task in found]
        self._task_starts = [task.start for task in found]

    def role(self, at: int) -> str:
        piece: outline.Piece | None = self._pieces[max(0, bisect_right(self._starts, at) - 1)]
        while piece is not None and piece.end < at:
            piece = piece.parent
        return piece.role if piece else "opening"

    def task(self, at: int) -> str | None:
        index = bisect_right(self._task_starts, at) - 1
        return f"t{index + 1}" if index >= 0 and at < self._tasks[index][1] else None
