"""The tables of a paper as a workbook: a sheet for each, ready to be printed."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

import xlsxwriter

from duban.writing.official.paper import FANGSONG, HEITI, Paper, Table

#: Excel takes so many characters in the name of a sheet, and none of these.
_NAME, _NOT = 31, re.compile(r"[\[\]:*?/\\']")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
#: A share of a table's width in characters of a column.
_WIDE = 130


def as_xlsx(paper: Paper) -> bytes:
    """Return the tables of the paper and of its annexes as a workbook; one without tables holds its title alone."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        # Nothing of the hour at which it was made: the same paper is the same file.
        book.set_properties({"title": paper.title, "author": paper.signature})
        title = book.add_format({"font_name": HEITI, "font_size": 14, "align": "center"})
        head = book.add_format(
            {"font_name": HEITI, "border": 1, "align": "center", "text_wrap": True, "valign": "vcenter"}
        )
        cell = book.add_format({"font_name": FANGSONG, "border": 1, "text_wrap": True, "valign": "top"})
        used: set[str] = set()
        for name, table in _tables(paper):
            sheet = book.add_worksheet(_unused(name, used))
            last = len(table.head) - 1
            if last:
                sheet.merge_range(0, 0, 0, last, name, title)
            else:
                sheet.write_string(0, 0, name, title)
            for n, words in enumerate(table.head):
                sheet.write_string(1, n, words, head)
                sheet.set_column(n, n, max(6.0, _WIDE * table.widths[n] / sum(table.widths)))
            for at, row in enumerate(table.rows, 2):
                for n, words in enumerate(row):
                    if _NUMBER.fullmatch(words):
                        sheet.write_number(at, n, float(words), cell)
                    else:
                        sheet.write_string(at, n, words, cell)
            sheet.freeze_panes(2, 0)
            sheet.repeat_rows(1)
            sheet.set_landscape()
            sheet.set_paper(9)
            sheet.fit_to_pages(1, 0)
            sheet.set_footer("&C— &P —")
        if not used:
            book.add_worksheet("附表").write_string(0, 0, f"{paper.title}没有附表。")
    return file.getvalue()


def _tables(paper: Paper) -> Iterator[tuple[str, Table]]:
    for block in paper.body:
        if isinstance(block, Table):
            yield block.title or paper.title, block
    for _, annex in paper.annexed:
        for block in annex.body:
            if isinstance(block, Table):
                yield annex.title, block


def _unused(name: str, used: set[str]) -> str:
    base = _NOT.sub("", name)[:_NAME] or "附表"
    found, number = base, 2
    while found.casefold() in used:
        found = f"{base[: _NAME - 3]}（{number}）"
        number += 1
    used.add(found.casefold())
    return found
