"""The drawings of the analysis page, as the charting library takes them."""

from __future__ import annotations

from typing import Any

from duban.assessment.analysis.saying import COLOURS
from duban.assessment.queries.analysis import Analysis

Option = dict[str, Any]
#: So many units are drawn; the table beside the drawing holds all.
DRAWN = 15
_AROUND: Option = {
    "tooltip": {"trigger": "axis", "axisPointer": {"type": "shadow"}},
    "legend": {"type": "scroll", "top": 0, "left": 0},
    "grid": {"top": 40, "bottom": 8, "left": 8, "right": 16, "containLabel": True},
}


def trend(found: Analysis) -> Option:
    """Return the lights at the ends of the months as stacked columns in the lights' own colours."""
    series = [
        {
            "type": "bar",
            "stack": "lights",
            "name": word,
            "tone": colour,
            "barMaxWidth": 48,
            "data": [counts.get(colour, 0) for _, counts in found.trend],
        }
        for colour, word in COLOURS.items()
        if any(counts.get(colour) for _, counts in found.trend)
    ]
    return {
        **_AROUND,
        "xAxis": {"type": "category", "data": [f"{end.month}月" for end, _ in found.trend]},
        "yAxis": {"type": "value", "minInterval": 1},
        "series": series,
    }


def kinds(found: Analysis) -> Option:
    """Return how often each kind of problem was told of, by month, one line of columns a kind."""
    drawn = [kind for kind in found.kinds if kind.name != "other"][:5]
    return {
        **_AROUND,
        "xAxis": {"type": "category", "data": [f"{month.month}月" for month in found.kind_months]},
        "yAxis": {"type": "value", "minInterval": 1},
        "series": [
            {"type": "bar", "stack": "kinds", "name": kind.title, "barMaxWidth": 48, "data": kind.months}
            for kind in drawn
        ],
    }


def loads(found: Analysis) -> Option:
    """Return the units with the most tasks that are behind as bars: behind, and what else they lead."""
    drawn = [load for load in found.loads if load.behind][:DRAWN]
    return {
        **_AROUND,
        "xAxis": {"type": "value", "minInterval": 1},
        "yAxis": {"type": "category", "inverse": True, "data": [load.name for load in drawn]},
        "series": [
            {"type": "bar", "stack": "tasks", "name": "落后", "data": [load.behind for load in drawn]},
            {"type": "bar", "stack": "tasks", "name": "其余", "data": [load.led - load.behind for load in drawn]},
        ],
    }
