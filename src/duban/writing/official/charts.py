"""Charts of papers as SVG: bars one below the other, each with its value written out."""

from __future__ import annotations

from html import escape

from duban.writing.official.paper import Chart, width

#: Points: a row, the bar in it, the text.
ROW, BAR, TEXT = 22, 13, 10.5
#: The area in which a chart is drawn, in points: the width of the type area.
WIDE = 442
_LABEL = 16
_INSIDE = 14


def number(value: float) -> str:
    """Return a value as it is written at its bar."""
    return f"{value:g}"


def short(label: str, longest: int = _LABEL) -> str:
    """Return a label that fits beside its bar."""
    if width(label) <= longest:
        return label
    cut = label
    while width(cut) > longest - 1:
        cut = cut[:-1]
    return f"{cut}…"


def _on(colour: str) -> str:
    """Return black or white, whichever is read better on a colour (the luminance of WCAG)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return "#000" if luminance > 0.18 else "#fff"


def height(chart: Chart) -> int:
    """Return how high a chart is drawn, in points."""
    return ROW * (len(chart.labels) + 2) + 6


def as_svg(chart: Chart, family: str = "", ink: str = "#000") -> str:
    """Return the chart as an SVG element that says in words what it shows."""
    left = min(_LABEL, max((width(short(label)) for label in chart.labels), default=0)) * TEXT + 8
    room = WIDE - left - 40
    most = max((sum(one.values[n] for one in chart.series) for n in range(len(chart.labels))), default=0) or 1
    font = f' font-family="{escape(family)}"' if family else ""
    drawn = [
        f'<text x="{WIDE / 2}" y="14" text-anchor="middle" font-size="12">{escape(chart.title)}'
        f"{f'（{escape(chart.unit)}）' if chart.unit else ''}</text>"
    ]
    for n, label in enumerate(chart.labels):
        top = ROW * (n + 1) + 4
        drawn.append(f'<text x="{left - 6}" y="{top + BAR - 2}" text-anchor="end">{escape(short(label))}</text>')
        at = left
        for one in chart.series:
            long = room * one.values[n] / most
            if long <= 0:
                continue
            drawn.append(
                f'<rect x="{at:.1f}" y="{top}" width="{long:.1f}" height="{BAR}" fill="#{one.colour}"'
                ' stroke="#fff" stroke-width="0.5"/>'
            )
            if len(chart.series) > 1 and long >= _INSIDE:
                drawn.append(
                    f'<text x="{at + long / 2:.1f}" y="{top + BAR - 3}" text-anchor="middle" font-size="9"'
                    f' fill="{_on(one.colour)}">{number(one.values[n])}</text>'
                )
            at += long
        whole = sum(one.values[n] for one in chart.series)
        drawn.append(f'<text x="{at + 4:.1f}" y="{top + BAR - 2}">{number(whole)}</text>')
    if len(chart.series) > 1:
        at, top = left, ROW * (len(chart.labels) + 1) + 6
        for one in chart.series:
            drawn.append(f'<rect x="{at:.1f}" y="{top}" width="10" height="10" fill="#{one.colour}"/>')
            drawn.append(f'<text x="{at + 14:.1f}" y="{top + 9}">{escape(one.name)}</text>')
            at += 24 + width(one.name) * TEXT
    said = "；".join(
        f"{label}：{'，'.join(f'{one.name}{number(one.values[n])}{chart.unit}' for one in chart.series)}"
        for n, label in enumerate(chart.labels)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {height(chart)}" width="{WIDE}pt"'
        f' height="{height(chart)}pt" role="img" aria-label="{escape(chart.title)}。{escape(said)}"'
        f' font-size="{TEXT}" fill="{ink}"{font}>{"".join(drawn)}</svg>'
    )
