"""The tabs over the pages of dispatch: those that the person may open."""

from __future__ import annotations

from typing import Any

from django import template
from django.urls import reverse

from duban.organisations.access import access_of
from duban.organisations.guard import destination
from duban.plans.states import LedgerState

register = template.Library()

#: Name, words, and whether the page is about one ledger.
TABS = (
    ("rounds", "轮次", False),
    ("overview", "月度总览", True),
    ("burden", "填报负担", True),
    ("notice_log", "提醒记录", False),
    ("holidays", "节假日", False),
)


@register.inclusion_tag("dispatch/tabs.html", takes_context=True)
def dispatch_tabs(context: template.Context, current: str) -> dict[str, Any]:
    """Show the tabs, `current` being the page's own; who sees one is what the guard at its view says.

    On a page that is about no ledger they lead to the newest one that is issued.
    """
    access = access_of(context["request"].user)
    ledger = context.get("ledger") or next(
        (one for one in context["frame_ledgers"] if one.state != LedgerState.DRAFT), None
    )
    tabs = []
    for name, label, about in TABS:
        if about and ledger is None:
            continue
        place = destination(f"dispatch:{name}", numbered=about)
        if place and access.may(place[1] or ""):
            url = reverse(f"dispatch:{name}", args=[ledger.pk]) if about and ledger is not None else place[0]
            if name == "rounds" and ledger is not None:
                url += f"?ledger={ledger.pk}"
            tabs.append({"label": label, "url": url, "current": name == current})
    return {"tabs": tabs}
