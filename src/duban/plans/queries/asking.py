"""What the address of a ledger page asks for: filters, order, columns, layout, page, day.

An address never fails: what it does not understand it does not ask for. So a bookmark, or a view saved on another
year's ledger, still opens.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from django.http import QueryDict

from duban.plans import extensions
from duban.plans.models.entries import UnitRole
from duban.plans.states import TaskState

Layout = Literal["table", "groups", "units"]

#: Columns of the table, by the name that the address uses, with their heads. The title always shows.
COLUMNS: dict[str, str] = {
    "number": "编号",
    "section": "章节",
    "title": "任务",
    "text": "主要内容",
    "leads": "牵头（责任）单位",
    "others": "其他单位",
    "due": "完成时限",
    "indicators": "指标",
    "sponsor": "包保领导",
    "state": "状态",
}
DEFAULT_COLUMNS = ("number", "title", "leads", "others", "due", "indicators", "sponsor", "state")
#: What a task can lack, with the words of the filter: a unit that leads or answers, a day that the paper names.
LACKS: dict[str, str] = {"lead": "没有牵头、责任单位", "due": "原文没有写明日期"}
#: By what a table can be ordered.
SORTS = ("number", "title", "leads", "due", "indicators", "sponsor", "state")
#: What of an address says how a list is shown and not which tasks are in it.
_NOT_KEPT = ("page", "on", "all")


@dataclass(frozen=True)
class Filters:
    """Which tasks: each condition narrows the list further. `sponsor` 0 means tasks without one, `lacks` is of `LACKS`.

    `added` are the codes asked of the columns that later apps added, by the column's name.
    """

    section: int | None = None
    unit: int | None = None
    role: str = ""
    group: int | None = None
    sponsor: int | None = None
    states: tuple[str, ...] = ()
    due_from: date | None = None
    due_to: date | None = None
    overdue: bool = False
    indicators: bool | None = None
    lacks: str = ""
    words: tuple[str, ...] = ()
    added: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def __bool__(self) -> bool:
        return self != Filters()


@dataclass(frozen=True)
class Asked:
    """All that the address asks for. `on` is a past day, None for today."""

    filters: Filters = field(default_factory=Filters)
    sort: str = "number"
    descending: bool = False
    columns: tuple[str, ...] = DEFAULT_COLUMNS
    layout: Layout = "table"
    page: int = 1
    whole: bool = False
    on: date | None = None


def asked(query: QueryDict, *, today: date) -> Asked:
    """Return what the query string asks for. A day that is not before `today` is today."""
    sort = query.get("sort", "")
    columns = query.getlist("col")
    layout = query.get("layout", "")
    on = _day(query.get("on"))
    known = columns_known()
    codes = (
        (name, tuple(dict.fromkeys(code[:50] for code in query.getlist(name) if code))) for name in extensions.COLUMNS
    )
    return Asked(
        filters=Filters(
            section=_number(query.get("section")),
            unit=_number(query.get("unit")),
            role=_one_of(query.get("role"), UnitRole.values),
            group=_number(query.get("group")),
            sponsor=_number(query.get("sponsor")),
            states=tuple(state for state in TaskState.values if state in query.getlist("state")),
            due_from=_day(query.get("due_from")),
            due_to=_day(query.get("due_to")),
            overdue=query.get("overdue") == "1",
            indicators={"1": True, "0": False}.get(query.get("indicators", "")),
            lacks=_one_of(query.get("lacks"), LACKS),
            words=tuple(query.get("q", "")[:200].split()[:8]),
            added=tuple((name, asked_for) for name, asked_for in codes if asked_for),
        ),
        sort=_one_of(sort.removeprefix("-"), SORTS) or "number",
        descending=sort.startswith("-") and sort[1:] in SORTS,
        columns=tuple(
            name
            for name in known
            if name == "title"
            or (name in columns if columns else name in DEFAULT_COLUMNS or name in extensions.COLUMNS)
        ),
        layout="units" if layout == "units" else "groups" if layout == "groups" else "table",
        page=max(_number(query.get("page")) or 1, 1),
        whole=query.get("all") == "1",
        on=on if on is not None and on < today else None,
    )


def columns_known(added: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the columns of the table by name with their heads; those that later apps added stand before the title.

    `added` are the heads of those that say something of the ledger, all that there are where it is not given.
    """
    more = {name: column.label for name, column in extensions.COLUMNS.items()} if added is None else dict(added)
    names = list(COLUMNS)
    at = names.index("title")
    return {name: COLUMNS[name] for name in names[:at]} | more | {name: COLUMNS[name] for name in names[at:]}


def address(query: QueryDict, **changes: Any) -> str:
    """Return the query string with parts replaced; None takes a part out. Another choice begins on page 1 again."""
    changed = query.copy()
    changed.pop("page", None)
    for name, value in changes.items():
        changed.pop(name, None)
        if isinstance(value, (list, tuple)):
            changed.setlist(name, [str(item) for item in value])
        elif value is not None:
            changed[name] = str(value)
    return f"?{changed.urlencode()}" if changed else "?"


def kept(query: QueryDict) -> str:
    """Return the query string as a saved view keeps it: without page and day, and without what is empty."""
    saved = QueryDict(mutable=True)
    for name, values in query.lists():
        if name not in _NOT_KEPT and (filled := [value for value in values if value]):
            saved.setlist(name, filled)
    return saved.urlencode()


def _number(value: str | None) -> int | None:
    # More digits than a database number has are no number of anything.
    return int(value) if value and value.isascii() and value.isdigit() and len(value) < 19 else None


def _day(value: str | None) -> date | None:
    try:
        return date.fromisoformat(value or "")
    except ValueError:
        return None


def _one_of(value: str | None, known: Any) -> str:
    return value if value in known else ""  # type: ignore[return-value]
