"""How the workbench says how far a day is; the date itself stands beside it."""

from __future__ import annotations

from datetime import date

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()

#: Days before the last one in which a thing is marked as near.
_NEAR = 7


@register.filter
def until(due: date, today: date) -> SafeString:
    """Show how far the day is by which something is due: 还有3天, 逾期12天."""
    left = (due - today).days
    words = f"还有{left}天" if left > 0 else "今天到期" if left == 0 else f"逾期{-left}天"
    tone = "over" if left < 0 else "near" if left <= _NEAR else "far"
    return format_html('<span class="bench-{}">{}</span>', tone, words)


@register.filter
def waited(since: date, today: date) -> SafeString:
    """Show how long something has waited: 等了3天."""
    days = (today - since).days
    return format_html("<span>{}</span>", f"等了{days}天" if days > 0 else "今天")
