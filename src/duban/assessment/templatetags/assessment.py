"""Template tags of assessment: the tabs over its pages, and how a place went."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from duban.assessment.queries.rankings import Place
from duban.assessment.scoring.numbers import shown
from duban.organisations.guard import tabs

register = template.Library()

#: Name and words; each kind of thing adds its own.
TABS = (
    ("rankings", "月度排名"),
    ("assessments", "年度考核"),
    ("objections", "异议"),
    ("commendations", "上级表扬批评"),
    ("forgiveness", "容错"),
    ("polls", "评议"),
    ("weights", "难易和项目"),
    ("schemes", "计分办法"),
)


@register.inclusion_tag("assessment/tabs.html", takes_context=True)
def assessment_tabs(context: template.Context, current: str) -> dict[str, Any]:
    """Show the tabs, `current` being the page's own; who sees one is what the guard at its view says."""
    return {"tabs": tabs(context["request"].user, "assessment", TABS, current)}


@register.simple_tag
def change(place: Place) -> SafeString:
    """Show how a place went since the month before, by shape and word: ▲ 升2位, ▼ 降3位, ＝ 持平, ○ 上月没有."""
    kinds = {
        "up": ("▲", f"升{place.places}位"),
        "down": ("▼", f"降{place.places}位"),
        "same": ("＝", "持平"),
        "new": ("○", f"{place.row.ranking.before_word}没有"),
    }
    shape, words = kinds[place.change]
    before = f"{place.row.ranking.before_word}第{place.row.previous_place}名" if place.row.previous_place else ""
    return format_html(
        '<span class="moved moved-{}" title="{}"><span aria-hidden="true">{}</span>{}</span>',
        place.change,
        before,
        shape,
        words,
    )


@register.filter
def points(value: Decimal | None) -> str:
    """Show points with their sign, as workings write them: +2, −0.5, 0."""
    if value is None:
        return ""
    return f"+{shown(value)}" if value > 0 else shown(value)


@register.filter
def plain(value: Decimal | None) -> str:
    """Show a number as workings write it: 86.5."""
    return "" if value is None else shown(value)


@register.filter
def item(values: Mapping[Any, Any], name: Any) -> Any:
    """Return one of some values by its name, 0 where there is none."""
    return values.get(name, 0)
