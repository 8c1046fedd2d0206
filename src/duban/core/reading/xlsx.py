"""Spreadsheets (xlsx, xls, ods): each sheet a table, its values as people see them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
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

from duban.core.reading.cellformat import BUILT_IN, Value, shown
from duban.core.reading.draft import Box, Draft
from duban.core.reading.errors import UnreadableSource
from duban.core.reading.limits import MAX_SHEET_AREA, MAX_XML_PART
from duban.core.reading.ooxml import Element, Package, attribute, child, local, number, refuse_entities
from duban.core.reading.zipped import open_zip, read_member
from duban.core.types import Note, Source

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_ODS = "application/vnd.oasis.opendocument.spreadsheet"
_XLS = "application/vnd.ms-excel"
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")

# The form of the number in a cell, by row and column of the sheet.
Forms = dict[tuple[int, int], str]


def read(data: bytes, *, name: str, sha256: str) -> Source:
    """Return the sheets one after another, under their names where there are several; hidden ones are furniture.

    A broken or encrypted file, one without words, or one that would fill the memory is an :class:`UnreadableSource`.
    """
    media_type, forms = _XLS, dict[str, Forms]()
    if data.startswith(b"PK"):
        with open_zip(data, name=name) as container:
            media_type = _ODS if "content.xml" in container.namelist() else _XLSX
            forms = _look_through(container, name=name)
    draft = Draft()
    try:
        with CalamineWorkbook.from_filelike(BytesIO(data)) as workbook:
            # Hidden sheets last, so that what people see is read in one go.
            sheets = sorted(
                (sheet.visible != SheetVisibleEnum.Visible, place, workbook.get_sheet_by_index(place))
                for place, sheet in enumerate(workbook.sheets_metadata)
                if sheet.typ == SheetTypeEnum.WorkSheet
            )
            sheets = [sheet for sheet in sheets if sheet[2].height and sheet[2].width]
            for hidden, _, sheet in sheets:
                start = draft.length
                if len(sheets) > 1:
                    draft.line(sheet.name)
                _write(sheet, forms.get(sheet.name, {}), draft, name=name)
                if hidden:
                    draft.set_aside(start)
    except PasswordError as error:
        raise UnreadableSource("文件设有打开密码。请先取消密码，另存后再试。", code="encrypted", name=name) from error
    except CalamineError as error:
        raise UnreadableSource(
            "表格文件已损坏或不完整。请重新下载，或用 Excel、WPS 打开后另存一份再试。", code="broken", name=name
        ) from error
