"""Excel workbooks (xlsx, xls): each sheet a table, its values as people see them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from itertools import product
from zipfile import ZipFile

from lxml import etree
from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from duban.core.reading.cellformat import BUILT_IN, shown
from duban.core.reading.draft import Box, Draft
from duban.core.reading.errors import UnreadableSource
from duban.core.reading.limits import MAX_SHEET_AREA, MAX_SHEET_PART
from duban.core.reading.ooxml import Element, Package, attribute, broken_xml, local, number, parts, refuse_entities
from duban.core.reading.zipped import open_zip, read_member
from duban.core.types import Note, Source, Span

_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")

# How the numbers of a sheet are shown, by row and column from 0.
Forms = dict[tuple[int, int], str]


def read(data: bytes, *, name: str, sha256: str) -> Source:
    """Return the sheets one after another, under their names where there are several; hidden ones are furniture.

    A broken or encrypted file, one without words, or one that would fill the memory is an :class:`UnreadableSource`.
    """
    zipped = data.startswith(b"PK")
    forms: dict[str, Forms] = {}
    if zipped:
        with open_zip(data, name=name) as container:
            forms = _look_ahead(container, name=name)
    draft = Draft()
    try:
        with CalamineWorkbook.from_filelike(BytesIO(data)) as workbook:
            shapes = [shape for shape in workbook.sheets_metadata if shape.typ == SheetTypeEnum.WorkSheet]
            # Hidden sheets come last, so that what people see is read in one go.
            shapes.sort(key=lambda shape: shape.visible != SheetVisibleEnum.Visible)
            sheets = [(shape.visible, workbook.get_sheet_by_name(shape.name)) for shape in shapes]
            sheets = [(visible, sheet) for visible, sheet in sheets if sheet.start is not None]
            for visible, sheet in sheets:
                start = draft.length
                if len(sheets) > 1:
                    draft.line(sheet.name)
                _refuse_vast(sheet.height, sheet.width, sheet=sheet.name, name=name)
                draft.table(_boxes(sheet, forms.get(sheet.name, {})))
                if visible != SheetVisibleEnum.Visible:
                    draft.furniture.append(Span(start, draft.length))
                    draft.tables.pop()
                elif not zipped:
                    _note_fractions(sheet, draft, Span(start, draft.length))
    except PasswordError as error:
        raise UnreadableSource("文件设有打开密码。请先取消密码，另存后再试。", code="encrypted", name=name) from error
    except CalamineError as error:
        raise UnreadableSource(
            "表格文件已损坏或不完整。请重新下载，或用 Excel、WPS 打开后另存一份再试。", code="broken", name=name
        ) from error
    text = draft.text
    if not text or text.isspace():
        raise UnreadableSource("表格里没有文字。请检查是否选错了文件。", code="no-text", name=name)
    return Source(
        name=name,
        media_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        if zipped
        else "application/vnd.ms-excel",
        sha256=sha256,
        text=text,
        lines="paragraph",
        tables=tuple(draft.tables),
        furniture=tuple(draft.furniture),
        notes=tuple(draft.notes),
    )


def _boxes(sheet: CalamineSheet, forms: Forms) -> Iterator[Box]:
    """Yield the cells of a sheet up to the last words of each row; rows and columns count from its first used ones."""
    top, left = sheet.start or (0, 0)
    height, width = sheet.height, sheet.width
    spans: dict[tuple[int, int], tuple[int, int]] = {}
    covered: set[tuple[int, int]] = set()
    for (first_row, first_column), (last_row, last_column) in sorted(sheet.merged_cell_ranges or ()):
        row, column = first_row - top, first_column - left
        # Merged ranges may reach to the end of the sheet, and in broken files into each other.
        rows, columns = range(row, min(last_row - top + 1, height)), range(column, min(last_column - left + 1, width))
        if row >= 0 <= column and rows and columns and not any(place in covered for place in product(rows, columns)):
            covered.update(product(rows, columns))
            spans[row, column] = len(rows), len(columns)
    for row, values in enumerate(sheet.to_python()):
        words = [shown(value, forms.get((top + row, left + column), "")) for column, value in enumerate(values)]
        while words and not words[-1].strip():
            words.pop()
        for column, text in enumerate(words):
            if (row, column) in spans or (row, column) not in covered:
                row_span, column_span = spans.get((row, column), (1, 1))
                yield Box(text, row, column, row_span, column_span)


def _note_fractions(sheet: CalamineSheet, draft: Draft, place: Span) -> None:
    if any(isinstance(value, float) and 0 < value < 1 for row in sheet.to_python() for value in row):
        draft.notes.append(
            Note(
                "number-format",
                f"旧版 Excel（xls）的工作表“{sheet.name}”含小于 1 的小数，原表可能显示为百分数（0.085 即 8.5%），"
                "其显示格式读不到。请对照原表，或另存为 xlsx 后重新读取。",
                place,
            )
        )


# --- Before the grid is made -----------------------------------------------------------------------------------------


def _look_ahead(container: ZipFile, *, name: str) -> dict[str, Forms]:
    """Return the forms of each sheet's numbers, once it is sure that no part would fill the memory."""
    for info in container.infolist():
        if info.filename.endswith((".xml", ".rels")):
            read_member(container, info, limit=MAX_SHEET_PART, name=name)
    package = Package(container, usual="xl/workbook.xml", name=name)
    styles = _forms_of_styles(package.related("styles"))
    paths = {relation.key: relation.path for relation in package.relations}
    forms: dict[str, Forms] = {}
    for sheet in parts(package.main, "sheets"):
        path, title = paths.get(attribute(sheet, "id") or ""), attribute(sheet, "name") or ""
        if path in container.namelist():
            part = read_member(container, path, limit=MAX_SHEET_PART, name=name)
            forms[title] = _scan(part, styles, sheet=title, name=name)
    return forms


def _forms_of_styles(part: Element | None) -> list[str]:
    """Return the number form of each cell style, "" for the plain one."""
    own = {number(form, "numFmtId"): attribute(form, "formatCode") or "" for form in parts(part, "numFmts")}
    keys = [number(style, "numFmtId") or 0 for style in parts(part, "cellXfs")]
    return [own.get(key, BUILT_IN.get(key, "")) for key in keys]


def _scan(part: bytes, styles: list[str], *, sheet: str, name: str) -> Forms:
    """Return the forms of a sheet's cells; refuse it if its used cells lie too far apart to be held as a grid."""
    forms: Forms = {}
    rows: set[int] = set()
    columns: set[int] = set()
    row = column = 0
    events = etree.iterparse(
        BytesIO(part), events=("start", "end"), tag=("{*}row", "{*}c"), resolve_entities=False, no_network=True
    )
    try:
        for event, element in events:
            if local(element) == "row":
                if event == "start":
                    row, column = number(element, "r") or row + 1, 0
                else:
                    _forget(element)
            elif event == "end":
                # Cells may leave out where they are: they then follow one another.
                stated = _REFERENCE.fullmatch(element.get("r") or "")
                column = _column(stated[1]) if stated else column + 1
                row = int(stated[2]) if stated else row
                if len(element):
                    rows.add(row)
                    columns.add(column)
                    style = number(element, "s") or 0
                    if 0 < style < len(styles) and styles[style]:
                        forms[row - 1, column - 1] = styles[style]
    except etree.XMLSyntaxError as error:
        raise broken_xml(error, name=name) from error
    refuse_entities(events.root, name=name)
    if rows:
        _refuse_vast(max(rows) - min(rows) + 1, max(columns) - min(columns) + 1, sheet=sheet, name=name)
    return forms


def _forget(element: Element) -> None:
    """Drop an element and those before it: a sheet's tree would be twenty times its text."""
    element.clear()
    while element.getprevious() is not None:
        del element.getparent()[0]


def _column(letters: str) -> int:
    """Return the number of a column: A is 1, AA is 27."""
    count = 0
    for letter in letters:
        count = count * 26 + ord(letter) - ord("A") + 1
    return count


def _refuse_vast(height: int, width: int, *, sheet: str, name: str) -> None:
    if height * width > MAX_SHEET_AREA:
        raise UnreadableSource(
            f"工作表“{sheet}”的内容散布在 {height} 行 {width} 列之间，可能在远处误输入了内容。"
            "请删去表格以外的内容，另存后再试。",
            code="too-large",
            name=name,
        )
