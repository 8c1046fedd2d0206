"""The bell in the top bar."""

from __future__ import annotations

from typing import Any

from django import template

from duban.dispatch.queries.notices import unread
from duban.organisations.access import access_of

register = template.Library()


@register.inclusion_tag("dispatch/bell.html", takes_context=True)
def bell(context: template.Context) -> dict[str, Any]:
    """Show how many notices the person has not read; one statement a page."""
    person = context["request"].user
    seen = access_of(person).may("dispatch.read_notices")
    return {"seen": seen, "count": unread(person) if seen else 0}
