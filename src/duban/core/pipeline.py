"""The stages in order: a source in, a ledger out."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

from duban.core.build import Builder
from duban.core.extract import notes
from duban.core.extract.tasks import resolve as tasks
from duban.core.structure import documents, meta, outline, roles, tables
from duban.core.text import NormalisedText, normalise
from duban.core.types import Document, Ledger, Source


def parse(source: Source | Path | str, *, today: date | None = None) -> Ledger:
    """Read a document and return its ledger.

    `source` is a :class:`Source`, the path of a file in any format that can be read, or text itself. `today` decides
    nothing but the year of a paper that names none. Raises
    :class:`duban.core.reading.errors.UnreadableSource` where a file is no document; a text is never refused.
    """
    source = _source(source)
    text = normalise(source)
    planned = tables.find(source, text)
    parts, aside = documents.split(text.text, planned.places, planned.facts)
    read = tuple(_document(source, text, part, aside, planned, len(parts) == 1, today) for part in parts)
    return Ledger(source, read)


def _source(source: Source | Path | str) -> Source:
    if isinstance(source, Source):
        return source
    if isinstance(source, Path):
        from duban.core.reading import read_path

        return read_path(source)
    digest = hashlib.sha256(source.encode("utf-8", "surrogatepass")).hexdigest()
    return Source("-", "text/plain", digest, source)


def _document(
    source: Source,
    text: NormalisedText,
    part: documents.Part,
    aside: list[tuple[int, int]],
    planned: tables.Planned,
    only: bool,
    today: date | None,
) -> Document:
    """Read one document: outline, roles, tasks, then what stands in its sentences."""
    words = text.text
    facts = meta.read(words, part.blocks, aside)
    root, gaps = outline.outline(words, list(part.blocks), planned.headings(source, text), planned.places)
    roles.assign(words, root, facts.doc_type)
    tasks.split(words, root)
    build = Builder(source, text, facts.year or (today.year if today else None), meta.own_name(facts.region))
    build.sections(root)
    build.tasks(list(tasks.find(words, root)), planned.within(part.blocks))
    build.numbers(part.blocks, root)
    document = build.document(facts, part.blocks, whole=only)
    return notes.added(document, source, text, gaps, root)
