"""Web pages: the words a browser shows, their tables and headings, and what belongs to the site."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from selectolax.lexbor import LexborHTMLParser, LexborNode

from duban.core.reading.decoding import decode
from duban.core.reading.draft import Draft
from duban.core.reading.errors import UnreadableSource
from duban.core.reading.limits import MAX_COLUMNS, MAX_HTML, MEGABYTE
from duban.core.reading.markup import refuse_explosive
from duban.core.types import Cell, Heading, Note, Source, Span, Table

_DECLARED = re.compile(rb"<(?:meta|\?xml)\b[^>]{0,500}?\b(?:charset|encoding)\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
# GB18030 holds all of the older ones, and pages that state those use its characters.
_GB = frozenset({"gb2312", "gb_2312-80", "gbk", "x-gbk", "cp936", "ms936", "windows-936"})
# Any bytes fit these, so that stating them proves nothing; software writes them into Chinese pages unasked.
_FITS_ALL = ("iso-8859", "iso8859", "latin", "windows-125", "cp125", "x-user-defined")

# One tag a line, as the linter would have it, is a page of tags.
_DROPPED = frozenset(
    "-comment audio canvas embed head iframe input map noscript object script style svg template video".split()  # noqa: SIM905
)
_BLOCKS = frozenset(
    "address article aside blockquote br caption center dd details dialog dir div dl dt fieldset figcaption figure "  # noqa: SIM905
    "footer form h1 h2 h3 h4 h5 h6 header hgroup hr legend li listing main menu nav ol optgroup option p plaintext pre "
    "search section select summary table tbody td textarea tfoot th thead tr ul xmp".split()
)
_HEADINGS = {f"h{depth}": depth for depth in range(1, 7)}
_PREFORMATTED = frozenset({"pre", "listing", "xmp", "plaintext", "textarea"})
_SITE_TAGS = frozenset({"nav", "aside", "footer", "header", "button", "select", "textarea", "datalist"})
_SITE_ROLES = frozenset({"navigation", "banner", "contentinfo", "search", "menu", "menubar", "complementary"})
# Looked for in each word of class and id. The short ones stand alone or with words of their kind: a "margin-bottom"
# or a "navy" is no furniture.
_SITE_WORDS = re.compile(
    r"share|crumb|footer|sidebar|pagination|qrcode|copyright"
    r"|(?<![a-z])(?:top|main|sub|left|right|side|foot)?[-_]?(?:nav|menu)(?:bar|box|list|igation)?(?![a-z])"
    r"|^(?:page|site|web)?[-_]?(?:bottom|header|pager|toolbar|ewm)[-_]?(?:bar|box|wrap|\d+)?$",
    re.IGNORECASE,
)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
# Whatever its name, what holds this many characters outside of links is a document.
_DOCUMENT_LENGTH = 1000
# A cell that holds the text of a page, not an entry of a table.
_PROSE_LENGTH, _PROSE_PARAGRAPHS = 500, 3

_TO_THE_END = 1_000_000
_SPACE = re.compile(r"[ \t\n\r\f]+")


def read(data: bytes, *, name: str, sha256: str) -> Source:
    """Return the text that a browser shows, a line for each block.

    Navigation, share bars and hidden text stay in the text and are set aside as furniture. A page without words, or
    one made to exhaust memory, is an :class:`UnreadableSource`.
    """
    if len(data) > MAX_HTML:
        raise UnreadableSource(
            f"网页超过 {MAX_HTML // MEGABYTE} MB。请用浏览器打开，把正文复制到 Word 或文本文件后再试。",
            code="too-large",
            name=name,
        )
    declared = _DECLARED.search(data[:4096])
    decoded = decode(data, name=name, declared=_charset(declared[1].decode("ascii", "replace")) if declared else None)
    refuse_explosive(decoded.text, name=name)
    page = _Page()
    body = LexborHTMLParser(decoded.text).body
    if body is not None:
        page.take(body)
    text = page.draft.text
    if not text or text.isspace():
        raise UnreadableSource(
            "网页里没有文字，正文可能由脚本或框架另行载入。请用浏览器打开，把正文复制到 Word 或文本文件后再试。",
            code="no-text",
            name=name,
        )
    damaged = max(text.find("\ufffd"), 0)
    furniture = _outermost(page.draft.furniture)
    # A heading is known when it ends, and sloppy ones end within one another.
    headings = sorted(page.draft.headings, key=lambda heading: heading.span)
    return Source(
        name=name,
        media_type="text/html",
        sha256=sha256,
        text=text,
        lines="paragraph",
        tables=tuple(table for table in page.draft.tables if not _within(table.span, furniture)),
        headings=tuple(heading for heading in headings if not _within(heading.span, furniture)),
        furniture=furniture,
        # Where the page was decoded is not where it stands in the text; the first mark of damage is.
        notes=tuple(Note(note.code, note.message, Span(damaged, damaged + 1)) for note in decoded.notes)
        + tuple(page.draft.notes),
    )


def _charset(stated: str) -> str | None:
    stated = stated.lower()
    if stated in _GB:
        return "gb18030"
    # A page that can be read as far as its charset is not in UTF-16, whatever it says.
    return None if stated.startswith((*_FITS_ALL, "utf-16")) else stated


def _outermost(spans: list[Span]) -> tuple[Span, ...]:
    """Return the spans that lie in no other, in order."""
    kept: list[Span] = []
    for span in sorted(spans, key=lambda span: (span.start, -span.end)):
        if not kept or not kept[-1].contains(span):
            kept.append(span)
    return tuple(kept)


def _within(span: Span, others: tuple[Span, ...]) -> bool:
    """Say whether `span` lies in one of `others`, which are sorted and apart."""
    before = bisect_right(others, span.start, key=lambda other: other.start)
    return before > 0 and others[before - 1].contains(span)


def _walk(root: LexborNode) -> Iterator[tuple[LexborNode, str, bool]]:
    """Yield every node below `root` with its tag when it opens, and again when it closes (False), texts once.

    What a browser never shows is left out. No recursion: pages nest deeper than Python calls.
    """
    ancestors: list[tuple[LexborNode, str]] = []
    node = root.first_child
    while node is not None or ancestors:
        if node is None:
            node, tag = ancestors.pop()
            yield node, tag, False
            node = node.next
            continue
        tag = node.tag or ""
        if tag == "-text":
            yield node, tag, True
            node = node.next
        elif tag in _DROPPED:
            node = node.next
        else:
            yield node, tag, True
            ancestors.append((node, tag))
            node = node.first_child


@dataclass(slots=True)
class _TableShape:
    """What tells a table of data from one that only arranges the page."""

    nested: bool = False
    rows: int = 0
    row_length: int = 0
    widest: int = 0
    length: int = 0
    paragraphs: int = 0
    prose: bool = False

    def arranges(self) -> bool:
        return self.nested or self.widest <= 1 or (self.rows <= 2 and self.widest <= 2 and self.prose)


def _arranging_tables(root: LexborNode) -> set[int]:
    """Return the ids of the tables that only arrange the page: what they hold is text like any other."""
    found: set[int] = set()
    shapes: list[_TableShape] = []
    for node, tag, opens in _walk(root):
        if tag == "table":
            if opens:
                for outer in shapes[-1:]:
                    outer.nested = True
                shapes.append(_TableShape(nested=(node.attributes.get("role") or "") in ("presentation", "none")))
            elif shapes.pop().arranges():
                found.add(node.mem_id)
        elif not shapes:
            continue
        elif tag == "-text":
            shapes[-1].length += len((node.text_content or "").strip())
        elif not opens:
            if tag in ("td", "th"):
                shape = shapes[-1]
                shape.prose |= shape.length >= _PROSE_LENGTH and shape.paragraphs >= _PROSE_PARAGRAPHS
        elif tag in ("td", "th"):
            shape = shapes[-1]
            shape.row_length += 1
            shape.widest = max(shape.widest, shape.row_length)
            shape.length = shape.paragraphs = 0
        elif tag == "tr":
            shapes[-1].rows += 1
            shapes[-1].row_length = 0
        elif tag in _BLOCKS:
            shapes[-1].paragraphs += 1
    return found


@dataclass(slots=True)
class _Grid:
    """A table as it is read: where its cells stand, and how far down merged ones reach in each column."""

    cells: list[Cell] = field(default_factory=list)
    row: int = -1
    column: int = 0
    in_row: bool = False
    too_wide: bool = False
    busy: dict[int, int] = field(default_factory=dict)

    def place(self, row_span: int, column_span: int) -> tuple[int, int, int]:
        """Return row, column and column span of the next cell of this row, as the HTML standard places it."""
        while self.busy.get(self.column, -1) >= self.row:
            self.column += 1
        column = self.column
        self.too_wide |= column + column_span > MAX_COLUMNS
        if self.too_wide:
            return self.row, column, 1
        while self.column < column + column_span and self.busy.get(self.column, -1) < self.row:
            self.busy[self.column] = self.row + row_span - 1
            self.column += 1
        return self.row, column, self.column - column


@dataclass(slots=True)
class _Mark:
    """A stretch of the text that begins with the first words written after it opened."""

    start: int | None = None
    prose: int = 0


@dataclass(slots=True)
class _Page:
    """Writes a page as a browser sets it: white space collapses, a block starts a line."""

    draft: Draft = field(default_factory=Draft)
    arranging: set[int] = field(default_factory=set)
    # White space that stands only if words follow: "" or " " or "\n".
    owed: str = ""
    # At the start of the text or of a cell, where none is owed.
    fresh: bool = True
    waiting: list[_Mark] = field(default_factory=list)
    headings: list[_Mark] = field(default_factory=list)
    furniture: dict[int, _Mark] = field(default_factory=dict)
    grids: list[_Grid | None] = field(default_factory=list)
    cell_starts: list[tuple[int, int, int, int, int]] = field(default_factory=list)
    links: int = 0
    documents: int = 0
    preformatted: int = 0
    prose: int = 0

    def take(self, body: LexborNode) -> None:
        """Write all that `body` shows."""
        self.arranging = _arranging_tables(body)
        for node, tag, opens in _walk(body):
            if tag == "-text":
                self._text(node.text_content or "")
            elif opens:
                self._open(node, tag)
            else:
                self._close(node, tag)

    def _text(self, text: str) -> None:
        if self.preformatted:
            for number, line in enumerate(text.replace("\r\n", "\n").split("\n")):
                if number:
                    self._break()
                self._write(line)
            return
        words = _SPACE.sub(" ", text)
        if words.startswith(" "):
            self.owed = self.owed or " "
        self._write(words.strip(" "))
        if words.endswith(" "):
            self.owed = self.owed or " "

    def _write(self, words: str) -> None:
        if not words:
            return
        if self.owed and not self.fresh:
            self.draft.write(self.owed)
        self.owed, self.fresh = "", False
        for mark in self.waiting:
            mark.start = self.draft.length
        self.waiting.clear()
        self.draft.write(words.replace("\t", " ") if self.cell_starts else words)
        self.prose += 0 if self.links else len(words)

    def _break(self) -> None:
        self.owed = "\n"

    def _mark(self) -> _Mark:
        mark = _Mark(prose=self.prose)
        self.waiting.append(mark)
        return mark

    def _open(self, node: LexborNode, tag: str) -> None:
        attributes = node.attributes
        if tag in _BLOCKS:
            self._break()
        if self._is_furniture(tag, attributes):
            self.furniture[node.mem_id] = self._mark()
        if tag in _HEADINGS:
            self.headings.append(self._mark())
        elif tag in ("article", "main"):
            self.documents += 1
        elif tag == "a":
            self.links += 1
        elif tag in _PREFORMATTED:
            self.preformatted += 1
        elif tag == "table":
            self.grids.append(None if node.mem_id in self.arranging else _Grid())
        elif self.grids and (grid := self.grids[-1]) is not None:
            if tag == "tr":
                grid.row += 1
                grid.column = 0
                grid.in_row = False
            elif tag in ("td", "th"):
                self._open_cell(grid, attributes)

    def _close(self, node: LexborNode, tag: str) -> None:
        if tag in _HEADINGS:
            mark = self.headings.pop()
            if mark.start is not None:
                self.draft.headings.append(Heading(Span(mark.start, self.draft.length), _HEADINGS[tag]))
        elif tag in ("article", "main"):
            self.documents -= 1
        elif tag == "a":
            self.links -= 1
        elif tag in _PREFORMATTED:
            self.preformatted -= 1
        elif tag == "table":
            grid = self.grids.pop()
            if grid is not None:
                self._close_table(grid)
        elif tag in ("td", "th") and self.grids and (grid := self.grids[-1]) is not None:
            start, row, column, row_span, column_span = self.cell_starts.pop()
            grid.cells.append(Cell(Span(start, self.draft.length), row, column, row_span, column_span))
            self.owed, self.fresh = "", False
        if tag in _BLOCKS:
            self._break()
        if node.mem_id in self.furniture:
            mark = self.furniture.pop(node.mem_id)
            if mark.start is not None and self.prose - mark.prose <= _DOCUMENT_LENGTH:
                self.draft.furniture.append(Span(mark.start, self.draft.length))

    def _open_cell(self, grid: _Grid, attributes: dict[str, str | None]) -> None:
        if grid.in_row:
            self.draft.write("\t")
        elif grid.cells or not self.fresh:
            self.draft.write("\n")
        grid.in_row = True
        # A row span of 0 reaches down to the table's end.
        row_span = _number(attributes.get("rowspan")) or _TO_THE_END
        row, column, column_span = grid.place(row_span, max(_number(attributes.get("colspan")), 1))
        self.cell_starts.append((self.draft.length, row, column, row_span, column_span))
        self.owed, self.fresh = "", True

    def _close_table(self, grid: _Grid) -> None:
        cells = grid.cells
        if not cells or cells[0].span.start == cells[-1].span.end:
            return
        place = Span(cells[0].span.start, cells[-1].span.end)
        if grid.too_wide:
            self.draft.notes.append(
                Note("table-unreadable", f"表格超过 {MAX_COLUMNS} 列，只按文字读取。请核对原文。", place)
            )
            return
        last = grid.row + 1
        reaching = (replace(cell, row_span=min(cell.row_span, last - cell.row)) for cell in cells)
        self.draft.tables.append(Table(place, tuple(reaching)))

    def _is_furniture(self, tag: str, attributes: dict[str, str | None]) -> bool:
        # The header of an article holds its title.
        if tag in _SITE_TAGS and not (self.documents and tag == "header"):
            return True
        if "hidden" in attributes or _HIDDEN.search(attributes.get("style") or ""):
            return True
        words = f"{attributes.get('class') or ''} {attributes.get('id') or ''}".split()
        return (attributes.get("role") or "") in _SITE_ROLES or any(map(_SITE_WORDS.search, words))


def _number(attribute: str | None) -> int:
    """Return what a span attribute says, 1 if that is no number; more digits than a table has rows say nothing more."""
    digits = (attribute or "").strip()[:6]
    return int(digits) if digits.isascii() and digits.isdigit() else 1
