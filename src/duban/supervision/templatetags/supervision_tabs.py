"""The tabs over the pages of supervision: those that the person may open."""

from __future__ import annotations

from typing import Any

from django import template

from duban.organisations.guard import tabs

register = template.Library()

#: Name and words; each kind of thing adds its own.
TABS = (
    ("matters", "督查事项"),
    ("matter_calendar", "日历"),
    ("orders", "督办单"),
    ("talks", "约谈"),
    ("inspections", "督查"),
    ("spot", "现场核查"),
    ("issues", "问题"),
    ("whistles", "吹哨报到"),
    ("conferences", "专班会商"),
    ("close_outs", "对账销号"),
    ("clock_schemes", "时限办法"),
)


@register.inclusion_tag("supervision/tabs.html", takes_context=True)
def supervision_tabs(context: template.Context, current: str) -> dict[str, Any]:
    """Show the tabs, `current` being the page's own; who sees one is what the guard at its view says."""
    return {"tabs": tabs(context["request"].user, "supervision", TABS, current)}
