"""HTML that a page repeats by the hundred: rows of tables, options of a choice.

It is made here and not in a template, where every value costs ten times as much processor time: a page of 100 rows holds a
thousand values. Every value is escaped here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from html import escape
from typing import Any

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

Row = dict[str, Any]


def options(offered: Iterable[tuple[int | str, str]], chosen: int | str | None = None) -> SafeString:
    """Return the ``<option>`` elements of a choice; `chosen` is the value that is selected."""
    return mark_safe(
        "".join(
            f'<option value="{escape(str(value))}"{" selected" if value == chosen else ""}>{escape(name)}</option>'
            for value, name in offered
        )
    )


def tree_items(parts: Iterable[tuple[int, str, int, int]], address: str, chosen: int | None) -> SafeString:
    """Return the ``<li>`` elements of sections: number, name, depth and count of each; `address` ends before the number."""
    return mark_safe(
        "".join(
            f'<li class="d{depth}"><a href="{escape(address)}{pk}"{" aria-current=true" if pk == chosen else ""}>'
            f"{escape(name)}</a><span>{count}</span></li>\n"
            for pk, name, depth, count in parts
        )
    )


def _due(row: Row) -> str:
    return f'<td class="n">{row["due"]}{" <b>逾期</b>" if row["overdue"] else ""}</td>'


#: How a cell of each column looks. What a number or a date makes needs no escaping.
_CELLS: dict[str, Callable[[Row], str]] = {
    "number": lambda row: f'<td class="n">{row["number"]}</td>',
    "section": lambda row: f"<td>{escape(row['section'])}</td>",
    "text": lambda row: f'<td class="t">{escape(row["text"])}</td>',
    "leads": lambda row: f"<td>{escape(row['leads'])}</td>",
    "others": lambda row: f'<td class="o">{escape(row["others"])}</td>',
    "due": _due,
    "indicators": lambda row: f'<td class="r">{row["indicators"]}</td>',
    "sponsor": lambda row: f'<td class="n">{escape(row["sponsor"])}</td>',
    "state": lambda row: f'<td class="n">{row["state"]}</td>',
}


def task_rows(
    rows: Iterable[Row], columns: Sequence[str], *, address: str, query: str = "", selectable: bool = False
) -> SafeString:
    """Return the ``<tr>`` elements of tasks with the named columns.

    `address` and `query` stand before and after the task's number in its link; with `selectable` each row has a box to tick.
    """
    after = f'/{escape(query)}">'

    def title(row: Row) -> str:
        # A title in which found words are marked is HTML already.
        return f'<td><a href="{address}{row["pk"]}{after}{conditional_escape(row["title"])}</a></td>'

    cells = [title if name == "title" else _CELLS.get(name) or _added(name) for name in columns]
    if selectable:
        cells.insert(0, _box)
    return mark_safe("".join(f"<tr>{''.join([cell(row) for cell in cells])}</tr>\n" for row in rows))


def _added(name: str) -> Callable[[Row], str]:
    """Return how a cell of a column that a later app added looks; its values bring their own HTML."""
    return lambda row: f'<td class="n">{row[name].cell if name in row else ""}</td>'


def _box(row: Row) -> str:
    return (
        f'<td class="x"><input class="form-check-input" type="checkbox" name="task" value="{row["pk"]}" '
        f'aria-label="选择{row["number"]}"></td>'
    )
