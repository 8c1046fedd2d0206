"""The drawings of the charts page, as the charting library takes them; colours and type come from the site's own script."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from duban.plans.queries.charts import Load, Month

#: So many units are drawn; the table beside the drawing holds all.
DRAWN = 20

Option = dict[str, Any]


def sections(tree: Iterable[dict[str, Any]], address: Callable[[int], str]) -> Option:
    """Return the ledger as areas: each section as large as the number of its tasks; a click opens it in the ledger."""

    def node(part: dict[str, Any]) -> dict[str, Any]:
        below = {"children": [node(child) for child in part["children"]]} if "children" in part else {}
        return {
            "name": part["name"],
            "value": part["value"],
            "link": address(part["section"]),
            "target": "self",
            **below,
        }

    areas = {
        "type": "treemap",
        "data": [node(part) for part in tree],
        "roam": False,
        "nodeClick": "link",
        "breadcrumb": {"show": False},
        "left": 0, "right": 0, "top": 0, "bottom": 0,
        "label": {"formatter": "{b} {c}", "overflow": "break"},
        "upperLabel": {"show": True, "height": 24, "formatter": "{b} {c}"},
        "levels": [{"upperLabel": {"show": False}, "itemStyle": {"borderWidth": 0, "gapWidth": 4}}],
    }  # fmt: skip
    # On a phone the parts of parts have no room for their names.
    narrow = {"query": {"maxWidth": 600}, "option": {"series": [{"leafDepth": 1}]}}
    return {"baseOption": {"tooltip": {}, "series": [areas]}, "media": [narrow]}


def loads(units: Sequence[Load]) -> Option:
    """Return the units with the most tasks as bars, the role in which they answer told apart."""
    drawn = units[:DRAWN]
    values = {
        "牵头": [unit.lead for unit in drawn],
        "责任": [unit.responsible for unit in drawn],
        "配合": [unit.support for unit in drawn],
    }
    return {
        **_AROUND,
        "xAxis": {"type": "value", "minInterval": 1},
        "yAxis": {"type": "category", "inverse": True, "data": [unit.name for unit in drawn]},
        "series": _stacked(values),
    }


def months(due: Sequence[Month]) -> Option:
    """Return the tasks by the month in which they fall due: done, open, and open without a day in the paper."""
    values = {
        "已销号": [month.done for month in due],
        "未销号": [month.open - month.unstated for month in due],
        "未销号，未写明时限": [month.unstated for month in due],
    }
    return {
        **_AROUND,
        "xAxis": {"type": "category", "data": [month.label for month in due]},
        "yAxis": {"type": "value", "minInterval": 1},
        "series": _stacked(values),
    }


_AROUND: Option = {
    "tooltip": {"trigger": "axis", "axisPointer": {"type": "shadow"}},
    "legend": {"type": "scroll", "top": 0, "left": 0},
    "grid": {"top": 40, "bottom": 8, "left": 8, "right": 16, "containLabel": True},
}


def _stacked(values: dict[str, list[int]]) -> list[Option]:
    return [{"type": "bar", "name": name, "stack": "tasks", "data": data} for name, data in values.items() if any(data)]
