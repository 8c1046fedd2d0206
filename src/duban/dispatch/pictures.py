"""The drawing of an indicator's year, as the charting library takes it; colours and type come from the site's own script."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from duban.dispatch.queries.indicators import IndicatorYear, steps

Option = dict[str, Any]
#: The tones of lines are colours of the page (``tokens.css``).
_REPORTED = "accent-ink"


def curve(found: IndicatorYear) -> Option:
    """Return the lines by month: reported, expected, target, floor, last year's, and the forecast with its band.

    Lines differ by dash and mark, so that they can be told apart without colours too: what was reported and what follows
    from it has the page's accent, what was promised its ink.
    """
    months, goal = found.months, found.goal
    names = [month.name for month in months]
    filed = [month.value.value if month.value else None for month in months]
    waiting = [month.value.value if month.value and not month.value.verified else None for month in months]
    floors = [month.floor for month in months]
    series = [
        _line(
            "填报",
            filed,
            tone=_REPORTED,
            symbol="circle",
            symbolSize=9,
            showAllSymbol=True,
            connectNulls=True,
            lineStyle={"width": 3},
        ),
        _line("序时应达", [month.expected for month in months], symbol="none"),
        _line("去年同期", [month.last_year for month in months], "dotted", symbol="triangle", connectNulls=True),
        _line("目标", [goal.value] * len(months), "dashed", tone="ink", symbol="none"),
        _line("底线", floors, "dotted", tone="ink", symbol="none"),
        _line(
            "其中待核验",
            waiting,
            tone=_REPORTED,
            symbol="emptyCircle",
            symbolSize=15,
            showAllSymbol=True,
            lineStyle={"width": 0},
        ),
    ]
    if goal.high is not None:
        series.append(_line("目标上限", [goal.high] * len(months), "dashed", tone="ink", symbol="none"))
    if found.forecast and (points := steps(found)):
        (start, value), (end, _) = points
        for name, last in (
            ("预测", found.forecast.value),
            ("预测下界", found.forecast.low),
            ("预测上界", found.forecast.high),
        ):
            ends = {start: value, end: last}
            data = [ends.get(month) for month in names]
            series.append(
                _line(
                    name,
                    data,
                    "dashed" if name == "预测" else "dotted",
                    tone=_REPORTED,
                    symbol="diamond",
                    connectNulls=True,
                )
            )
    return {
        "tooltip": {"trigger": "axis"},
        "legend": {"type": "scroll", "top": 0, "left": 0, "itemWidth": 40},
        "grid": {"top": 56, "bottom": 8, "left": 8, "right": 32, "containLabel": True},
        "xAxis": {"type": "category", "boundaryGap": False, "data": [month.short for month in months]},
        "yAxis": {"type": "value", "scale": True, "name": found.indicator.unit, "nameLocation": "end"},
        "series": [one for one in series if any(value is not None for value in one["data"])],
    }


def _line(name: str, values: list[Decimal | None], dash: str = "solid", tone: str = "ink-2", **more: Any) -> Option:
    style = {"type": dash, "width": 2, **more.pop("lineStyle", {})}
    data = [None if value is None else float(value) for value in values]
    return {"type": "line", "name": name, "tone": tone, "data": data, "lineStyle": style, **more}
