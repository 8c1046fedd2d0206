"""Word documents: what stands on the pages, in order, with the numbers that Word counts itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from duban.core.reading.draft import Box, Draft
from duban.core.reading.errors import UnreadableSource
from duban.core.reading.limits import MAX_COLUMNS
from duban.core.reading.numbering import Numbering
from duban.core.reading.ooxml import Element, Package, attribute, child, local, number, parts, switched_on
from duban.core.reading.zipped import open_zip
from duban.core.types import Heading, Note, Source

_HEADING_STYLE = re.compile(r"(?:heading|标题)\s*([1-9])", re.IGNORECASE)
_CONTENTS_STYLE = re.compile(r"(?:toc|目录)\s*(?:[1-9]|heading|标题)", re.IGNORECASE)
# Word's depth for a paragraph that is none of its headings.
_BODY_TEXT = 9
# Struck out in a revision, or never printed.
_UNPRINTED = frozenset({"del", "moveFrom", "instrText", "pPr", "rPr", "rt", "fldData", "sdtPr", "sectPr", "tblPr"})
_WRAPPERS = frozenset({"sdtContent", "customXml", "ins", "moveTo", "smartTag", "txbxContent"})
_SEPARATORS = frozenset({"separator", "continuationSeparator", "continuationNotice"})
# Boxes and ticks of the symbol fonts, as people type them otherwise; what is left of those fonts is ornament.
_SYMBOLS = {0xA8: "□", 0x6F: "□", 0xFE: "☑", 0x52: "☑", 0xFC: "√", 0x6C: "●", 0x6E: "■", 0xB7: "·"}


def read(data: bytes, *, name: str, sha256: str) -> Source:
    """Return the text of the body, a line for each paragraph, footnotes and endnotes at its end.

    A broken file, one with entities, or one without any words is an :class:`UnreadableSource`.
    """
    with open_zip(data, name=name) as container:
        package = Package(container, usual="word/document.xml", name=name)
        reader = _Reader(_Styles(package.related("styles")), Numbering(package.related("numbering")))
        reader.flow(child(package.main, "body"))
        for kind in ("footnotes", "endnotes"):
            for note in parts(package.related(kind)):
                if attribute(note, "type") not in _SEPARATORS:
                    reader.flow(note)
    draft = reader.draft
    text = draft.text
    if not text or text.isspace():
        raise UnreadableSource(
            "文件里没有文字，可能全是图片。请在 Word 中导出为 PDF，再按扫描件读取；或换一份有文字的文件。",
            code="no-text",
            name=name,
        )
    return Source(
        name=name,
        media_type="application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        sha256=sha256,
        text=text,
        lines="paragraph",
        tables=tuple(draft.tables),
        headings=tuple(draft.headings),
        furniture=tuple(draft.furniture),
        notes=tuple(draft.notes),
    )


@dataclass(frozen=True, slots=True)
class _Style:
    """What a paragraph style says of numbers and headings, all it inherits included."""

    name: str = ""
    depth: int | None = None
    list_id: str | None = None
    level: int | None = None
    # The style in which the list is stated: a list's levels belong to styles.
    list_style: str | None = None


class _Styles:
    def __init__(self, part: Element | None) -> None:
        self._elements: dict[str, Element] = {}
        self._default: str | None = None
        for element in parts(part):
            if local(element) == "style" and attribute(element, "type") == "paragraph":
                key = attribute(element, "styleId") or ""
                self._elements[key] = element
                if attribute(element, "default") in ("1", "true", "on"):
                    self._default = key
        self._known: dict[str | None, _Style] = {}

    def of(self, paragraph: Element) -> _Style:
        """Return the style of a paragraph."""
        key = attribute(child(paragraph, "pPr", "pStyle"), "val") or self._default
        if key not in self._known:
            self._known[key] = self._resolve(key)
        return self._known[key]

    def _resolve(self, key: str | None) -> _Style:
        name = attribute(child(self._elements.get(key or ""), "name"), "val") or ""
        depth: int | None = None
        list_id: str | None = None
        level: int | None = None
        list_style: str | None = None
        seen: set[str] = set()
        # From the style to what it is based on: the nearest word counts. Broken files go in circles.
        while key in self._elements and key not in seen:
            seen.add(key)
            element = self._elements[key]
            properties = child(element, "pPr")
            if depth is None:
                named = _HEADING_STYLE.fullmatch((attribute(child(element, "name"), "val") or "").strip())
                stated = number(child(properties, "outlineLvl"))
                depth = stated if stated is not None else int(named[1]) - 1 if named else None
            if list_id is None and (stated_list := attribute(child(properties, "numPr", "numId"), "val")):
                list_id, list_style = stated_list, key
                level = number(child(properties, "numPr", "ilvl"))
            key = attribute(child(element, "basedOn"), "val") or ""
        return _Style(name, depth, list_id, level, list_style)


@dataclass(frozen=True, slots=True)
class _Paragraph:
    words: str
    depth: int | None
    contents: bool


@dataclass(slots=True)
class _Slot:
    """A cell before its words are read."""

    element: Element
    row: int
    column: int
    row_span: int
    column_span: int


class _Reader:
    def __init__(self, styles: _Styles, numbering: Numbering) -> None:
        self.draft = Draft()
        self._styles = styles
        self._numbering = numbering

    def flow(self, container: Element | None) -> None:
        """Write all paragraphs and tables of a body, a note or a page's only cell."""
        for block in self._blocks(container):
            if isinstance(block, _Paragraph):
                place = self.draft.line(block.words)
                if block.contents:
                    self.draft.furniture.append(place)
                elif block.depth is not None:
                    self.draft.headings.append(Heading(place, block.depth + 1))
                continue
            slots = _slots(block)
            widest = max((slot.column + slot.column_span for slot in slots), default=0)
            if all(slot.column == 0 for slot in slots):
                # A frame around text is no table.
                for slot in slots:
                    self.flow(slot.element)
                continue
            boxes = [
                Box("\n".join(self._lines(slot.element)), slot.row, slot.column, slot.row_span, slot.column_span)
                for slot in slots
            ]
            if any(box.text for box in boxes):
                place = self.draft.table(boxes)
                if widest > MAX_COLUMNS:
                    self.draft.tables.pop()
                    self.draft.notes.append(
                        Note("table-unreadable", f"表格超过 {MAX_COLUMNS} 列，只按文字读取。请核对原文。", place)
                    )

    def _lines(self, container: Element) -> Iterator[str]:
        """Yield the lines of a cell; a table within it gives a line for each row."""
        for block in self._blocks(container):
            if isinstance(block, _Paragraph):
                yield block.words
                continue
            rows: dict[int, list[str]] = {}
            for slot in _slots(block):
                rows.setdefault(slot.row, []).extend(self._lines(slot.element))
            yield from filter(None, (" ".join(row) for row in rows.values()))

    def _blocks(self, container: Element | None, *, contents: bool = False) -> Iterator[_Paragraph | Element]:
        """Yield the paragraphs that have words, and the tables as they are, in the order of reading."""
        carried = ""
        for element in parts(container):
            kind = local(element)
            if kind == "p":
                boxes: list[Element] = []
                words = carried + "".join(self._words(element, boxes))
                # With its mark struck out a paragraph runs on into the next, which gives the number and the style.
                runs_on = child(element, "pPr", "rPr", "del") is not None
                carried = words if runs_on else ""
                if not runs_on:
                    paragraph = self._paragraph(element, words, contents=contents)
                    if paragraph.words:
                        yield paragraph
                for box in boxes:
                    yield from self._blocks(box)
            elif kind == "tbl":
                yield element
            elif kind == "sdt":
                gallery = attribute(child(element, "sdtPr", "docPartObj", "docPartGallery"), "val")
                yield from self._blocks(
                    child(element, "sdtContent"), contents=contents or gallery == "Table of Contents"
                )
            elif kind == "AlternateContent":
                yield from self._blocks(_alternative(element), contents=contents)
            elif kind in _WRAPPERS:
                yield from self._blocks(element, contents=contents)
        if carried:
            yield _Paragraph(carried.strip("\n"), None, contents)

    def _paragraph(self, element: Element, words: str, *, contents: bool) -> _Paragraph:
        style = self._styles.of(element)
        properties = child(element, "pPr")
        stated = number(child(properties, "outlineLvl"))
        depth = stated if stated is not None else style.depth
        label = ""
        if (list_id := attribute(child(properties, "numPr", "numId"), "val") or style.list_id) is not None:
            level = number(child(properties, "numPr", "ilvl"))
            if level is None and list_id == style.list_id and style.list_style is not None:
                level = self._numbering.level_of_style(list_id, style.list_style)
                level = style.level if level is None else level
            label = self._numbering.label(list_id, level or 0)
        words = words.strip("\n")
        return _Paragraph(
            label + words if words else label.rstrip(),
            depth if depth is not None and 0 <= depth < _BODY_TEXT else None,
            contents or _CONTENTS_STYLE.match(style.name) is not None,
        )

    def _words(self, element: Element, boxes: list[Element]) -> Iterator[str]:
        """Yield the words below an element; the text boxes anchored there are added to `boxes`."""
        for part in element:
            kind = local(part)
            if kind == "t":
                yield part.text or ""
            elif kind in ("tab", "ptab"):
                yield "\t"
            elif kind in ("br", "cr"):
                yield "\n"
            elif kind == "noBreakHyphen":
                yield "-"
            elif kind == "sym":
                yield _symbol(part)
            elif kind == "r":
                if not switched_on(child(part, "rPr", "vanish")):
                    yield from self._words(part, boxes)
            elif kind in ("drawing", "pict", "object"):
                boxes.extend(_text_boxes(part))
            elif kind == "AlternateContent":
                chosen = _alternative(part)
                if chosen is not None:
                    yield from self._words(chosen, boxes)
            elif kind not in _UNPRINTED:
                yield from self._words(part, boxes)


def _symbol(element: Element) -> str:
    code = attribute(element, "char") or ""
    try:
        sign = chr(int(code, 16))
    except (ValueError, OverflowError):
        return ""
    # Letters of a symbol font are kept at F000 and up.
    return _SYMBOLS.get(ord(sign) & 0xFF, "") if "\uf000" <= sign <= "\uf0ff" else sign if sign.isprintable() else ""


def _alternative(element: Element) -> Element | None:
    """Return the form of an alternative that holds the words: newer and older programs get the same ones."""
    forms = [form for form in element if local(form) in ("Choice", "Fallback")]
    worded = (form for form in forms if next(form.iter("{*}t"), None) is not None)
    return next(worded, forms[0] if forms else None)


def _text_boxes(element: Element) -> Iterator[Element]:
    """Yield the outermost text boxes below an element, each in one form."""
    for part in element:
        kind = local(part)
        if kind == "txbxContent":
            yield part
        elif kind == "AlternateContent":
            chosen = _alternative(part)
            if chosen is not None:
                yield from _text_boxes(chosen)
        else:
            yield from _text_boxes(part)


def _rows(table: Element | None) -> Iterator[Element]:
    for element in parts(table):
        kind = local(element)
        if kind == "tr" and child(element, "trPr", "del") is None:
            yield element
        elif kind == "sdt":
            yield from _rows(child(element, "sdtContent"))
        elif kind in _WRAPPERS:
            yield from _rows(element)


def _cells(row: Element | None) -> Iterator[Element]:
    for element in parts(row):
        kind = local(element)
        if kind == "tc":
            yield element
        elif kind == "sdt":
            yield from _cells(child(element, "sdtContent"))
        elif kind in _WRAPPERS:
            yield from _cells(element)


def _slots(table: Element) -> list[_Slot]:
    """Return the cells of a table with their places; what is merged into another is none, unless it holds words."""
    slots: list[_Slot] = []
    above: dict[int, _Slot] = {}
    for row, element in enumerate(_rows(table)):
        column = max(number(child(element, "trPr", "gridBefore")) or 0, 0)
        for cell in _cells(element):
            properties = child(cell, "tcPr")
            width = max(number(child(properties, "gridSpan")) or 1, 1)
            merged = child(properties, "vMerge")
            across = child(properties, "hMerge")
            empty = next(cell.iter("{*}t"), None) is None
            upper = above.get(column)
            left = slots[-1] if slots else None
            if (
                across is not None
                and attribute(across, "val") != "restart"
                and empty
                and left is not None
                and (left.row, left.column + left.column_span) == (row, column)
            ):
                left.column_span += width
            elif (
                merged is not None
                and attribute(merged, "val") != "restart"
                and empty
                and upper is not None
                and (upper.row + upper.row_span, upper.column_span) == (row, width)
            ):
                upper.row_span += 1
            else:
                slots.append(_Slot(cell, row, column, 1, width))
                above.pop(column, None)
                if merged is not None:
                    above[column] = slots[-1]
            column += width
    return slots
