"""Template tags of supervision: how far off a day is, in words."""

from __future__ import annotations

from datetime import date

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()
#: So many days before its day something is close.
CLOSE = 3


@register.simple_tag
def due(day: date | None, today: date, *, paused: date | None = None) -> SafeString | str:
    """Show by when something is due and how far off that is: 3月5日 还有2天; late and close ones by word and colour."""
    if day is None:
        return ""
    left = (day - today).days
    year = "" if day.year == today.year else f"{day.year}年"
    words = f"{year}{day.month}月{day.day}日"
    if paused:
        how, tone = "暂停到这天", ""
    elif left < 0:
        how, tone = f"逾期{-left}天", "state-bad"
    elif left == 0:
        how, tone = "今天到期", "state-warn"
    else:
        how, tone = f"还有{left}天", "state-warn" if left <= CLOSE else ""
    return format_html(
        '<time datetime="{}">{}</time> <span class="state {}">{}</span>', day.isoformat(), words, tone, how
    )
