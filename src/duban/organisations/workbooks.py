"""Reads the workbooks that people fill in, and says clearly what is wrong with one."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from duban.audit.refusals import Refusal

MEGABYTES = 5
#: The most rows of one sheet; no unit and no division has so many lines to fill in.
ROWS = 5_000
_UNPACKED = 200 * 1024 * 1024
#: Days of these numbers (1954 to 2119) are counted from 1899-12-30, as spreadsheets do.
_SERIAL, _EPOCH = range(20_000, 80_000), date(1899, 12, 30)
_DAY = re.compile(r"^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?$")


class UnreadableWorkbook(Refusal):
    """The file is no workbook, or not the one that is to be filled in."""

    status = 422


@dataclass(frozen=True)
class CellProblem:
    """What is wrong, and in which cell: 举措和节点!J12."""

    cell: str
    message: str


@dataclass(frozen=True)
class Row:
    """A row by the names of its columns; `number` is its number in the sheet, `letters` the columns' letters."""

    sheet: str
    number: int
    values: dict[str, Any]
    letters: dict[str, str]

    def cell(self, column: str) -> str:
        """Return where a value stands, as 举措!F12."""
        return f"{self.sheet}!{self.letters.get(column, 'A')}{self.number}"

    def text(self, column: str) -> str:
        """Return the value as text without white space around it; a whole number without its point."""
        value = self.values.get(column)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        return "" if value is None else str(value).strip()


class Workbook:
    """An xlsx file in memory. Raises `UnreadableWorkbook` where it is none, or too large."""

    def __init__(self, data: bytes) -> None:
        if len(data) > MEGABYTES * 1024 * 1024:
            raise UnreadableWorkbook(f"文件超过 {MEGABYTES} 兆。请只保留要填的表，去掉图片和多余的工作表。")
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as packed:
                if sum(part.file_size for part in packed.infolist()) > _UNPACKED:
                    raise UnreadableWorkbook("文件解开以后太大。请另存一份干净的 xlsx 再上传。")
            self._stream = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        except UnreadableWorkbook:
            raise
        except Exception:  # openpyxl raises whatever it meets in a broken file
            raise UnreadableWorkbook("这不是能读的 xlsx 文件。请用 Excel 或 WPS 打开，另存为 xlsx 后再上传。") from None
        self._data = data

    @property
    def sheets(self) -> list[str]:
        """The names of the sheets."""
        return list(self._stream.sheetnames)

    def the_sheet(self, name: str) -> str:
        """Return the sheet of that name, or the only one there is; of several, none is guessed."""
        return self.sheets[0] if name not in self.sheets and len(self.sheets) == 1 else name

    def rows(
        self,
        sheet: str,
        columns: Sequence[str],
        *,
        head: int = 1,
        optional: Sequence[str] = (),
        synonyms: Mapping[str, Sequence[str]] = MappingProxyType({}),
    ) -> list[Row]:
        """Return the rows below line `head` of a sheet that are not empty.

        `synonyms` are other heads that mean a column. Raises `UnreadableWorkbook` for a sheet that is missing or has too
        many rows, columns that are missing or renamed, merged cells below the head, and formulas without a result.
        """
        if sheet not in self.sheets:
            raise UnreadableWorkbook(f"文件里没有“{sheet}”这张工作表。请用系统导出的表填写，不要改工作表的名称。")
        self._refuse_too_many(sheet, head)
        whole = load_workbook(io.BytesIO(self._data), data_only=True)[sheet]
        names: dict[str, int] = {}
        for cell in whole[head]:
            name = "" if cell.value is None else str(cell.value).strip()
            if name and name not in names:
                names[name] = cell.column
        for name, others in synonyms.items():
            if name not in names and (there := next((other for other in others if other in names), None)):
                names[name] = names.pop(there)
        self._refuse_other_columns(sheet, columns, list(names), head)
        for merged in whole.merged_cells.ranges:
            if merged.max_row > head:
                raise UnreadableWorkbook(
                    f"“{sheet}”的 {merged.coord} 是合并的单元格，读不准。请取消合并，每格各填各的，再上传。"
                )
        wanted = {name: names[name] for name in (*columns, *optional) if name in names}
        letters = {name: get_column_letter(column) for name, column in wanted.items()}
        self._refuse_unworked(whole, sheet, head, wanted.values())
        found = []
        for number, cells in enumerate(whole.iter_rows(min_row=head + 1), head + 1):
            values = {name: _shown(cells[column - 1]) for name, column in wanted.items() if column <= len(cells)}
            if any(value not in (None, "") for value in values.values()):
                found.append(Row(sheet, number, values, letters))
        return found

    def _refuse_unworked(self, whole: Any, sheet: str, head: int, columns: Iterable[int]) -> None:
        """Refuse formulas whose result is not in the file: the program that wrote it has not worked them out."""
        with zipfile.ZipFile(io.BytesIO(self._data)) as packed:
            sheets = [part for part in packed.namelist() if part.startswith("xl/worksheets/")]
            if not any(b"<f" in packed.read(part) for part in sheets):
                return
        formulas = load_workbook(io.BytesIO(self._data))[sheet]
        for column in columns:
            for number in range(head + 1, formulas.max_row + 1):
                written = formulas.cell(number, column)
                if written.data_type == "f" and whole.cell(number, column).value is None:
                    raise UnreadableWorkbook(
                        f"“{sheet}”的 {written.coordinate} 是公式，文件里没有算好的结果。"
                        "请用 Excel 或 WPS 打开并保存一次，或粘贴为数值，再上传。"
                    )

    def _refuse_too_many(self, sheet: str, head: int) -> None:
        for number, _ in enumerate(self._stream[sheet].iter_rows(values_only=True)):
            if number > ROWS + head:
                raise UnreadableWorkbook(
                    f"“{sheet}”超过 {ROWS} 行，不像是这里要的表。请删去多余的行（包括只有格式的空行）后再上传。"
                )

    @staticmethod
    def _refuse_other_columns(sheet: str, columns: Sequence[str], there: list[str], head: int) -> None:
        for name in columns:
            if name in there:
                continue
            spare = [other for other in there if other not in columns]
            near = get_close_matches(name, spare, 1, 0.4)
            guess = f"（有一列叫“{near[0]}”，是不是改了名？）" if near else ""
            raise UnreadableWorkbook(f"“{sheet}”第{head}行缺“{name}”这一列{guess}。请恢复系统导出的列名后再上传。")


def _shown(cell: Any) -> Any:
    """Return what a cell holds; of one that shows a percentage what it shows: ``12%`` for the 0.12 behind it."""
    value = cell.value
    if isinstance(value, (int, float)) and not isinstance(value, bool) and "%" in cell.number_format:
        share = f"{round(Decimal(repr(value)) * 100, 6):f}"
        return f"{share.rstrip('0').rstrip('.') if '.' in share else share}%"
    return value


def as_day(value: Any) -> date | None:
    """Return a cell as a day: a date, 2026-06-30, 2026/6/30, 2026年6月30日; None for an empty one. Raises `ValueError`.

    A number is a day whose cell has lost its format.
    """
    if value is None or value == "":
        return None
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, (int, float)) and value in _SERIAL:
        return _EPOCH + timedelta(days=int(value))
    match = _DAY.match(str(value).strip())
    if not match:
        raise ValueError(value)
    return date(*(int(part) for part in match.groups()))


def as_amount(value: Any) -> Decimal | None:
    """Return a cell as a number; None for an empty one. Raises `ValueError`."""
    if value is None or value == "":
        return None
    try:
        # A binary fraction is what the spreadsheet shows: 12.1, not 12.0999….
        found = Decimal(repr(value) if isinstance(value, float) else str(value).strip().rstrip("%"))
    except InvalidOperation:
        raise ValueError(value) from None
    if not found.is_finite() or abs(found) >= Decimal(10) ** 14:
        raise ValueError(value)
    return round(found, 6)
