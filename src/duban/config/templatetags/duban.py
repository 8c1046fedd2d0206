"""Template tags that all pages share: icons, dates, numbers, lights, states, sortable heads. See docs/design.md."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

from django import template
from django.template.loader_tags import BLOCK_CONTEXT_KEY
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

WEEKDAYS = "一二三四五六日"
#: A light differs by shape and word as well as by colour.
LIGHTS = {
    "green": ("●", "正常"),
    "yellow": ("▲", "滞后"),
    "red": ("■", "逾期"),
    "blue": ("✓", "办结"),
}
#: The tone of a state's badge, by the values of the apps' states; what is not named here is plain.
TONES = {
    "draft": "plain",
    "queued": "plain",
    "reading": "accent",
    "asked": "warn",
    "failed": "bad",
    "checking": "accent",
    "checked": "good",
    "issued": "good",
    "closed": "plain",
    "to_break_down": "warn",
    "in_progress": "accent",
    "close_out_requested": "warn",
    "closed_out": "good",
    "withdrawn": "plain",
    "requested": "warn",
    "approved": "accent",
    "effective": "good",
    "rejected": "bad",
    "cancelled": "plain",
    # Dispatch.
    "planned": "plain",
    "open": "accent",
    "awaiting_sign_off": "warn",
    "awaiting_verification": "accent",
    "returned": "bad",
    "verified": "good",
    "void": "plain",
    # Issues, whistles, conferences, close-outs.
    "found": "warn",
    "assigned": "accent",
    "coordinating": "warn",
    "resolved": "accent",
    "confirmed": "good",
    "dismissed": "plain",
    "called": "warn",
    "answered": "accent",
    "rated": "good",
    "held": "good",
    "on_site": "warn",
    "accepted": "good",
    "reopened": "bad",
    "taken_back": "plain",
    # Inspections.
    "draft_plan": "warn",
    "plan_approved": "accent",
    "inspecting": "accent",
    "concluding": "warn",
    "fed_back": "accent",
    "inspection_closed": "good",
    "awaiting_receipt": "warn",
    "received": "accent",
    "dropped": "plain",
    "demanded": "warn",
    "rectified": "accent",
    "rectification_verified": "good",
    "revoked": "plain",
    "review_requested": "warn",
    "review_withdrawn": "plain",
    "review_decided": "good",
    "proposed": "warn",
    "proposal_approved": "good",
    "proposal_rejected": "plain",
    # Rankings.
    "ranking_computed": "plain",
    "ranking_shown": "warn",
    "ranking_approved": "accent",
    "ranking_published": "good",
    "ranking_superseded": "plain",
    "objection_raised": "warn",
    "objection_upheld": "good",
    "objection_refused": "plain",
    "objection_withdrawn": "plain",
    "distinction_proposed": "warn",
    "distinction_confirmed": "good",
    "distinction_dropped": "plain",
    "forgiveness_asked": "warn",
    "forgiveness_granted": "good",
    "forgiveness_refused": "bad",
    "forgiveness_revoked": "plain",
    "commendation_entered": "good",
    "commendation_revoked": "plain",
    # Papers.
    "bulletin_draft": "accent",
    "bulletin_signing": "warn",
    "bulletin_returned": "bad",
    "bulletin_signed": "accent",
    "bulletin_issued": "good",
    "bulletin_archived": "good",
    "bulletin_discarded": "plain",
    "sign_waiting": "warn",
    "sign_agreed": "good",
    "sign_returned": "bad",
    "sign_void": "plain",
}


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """Draw the icon `name` (``config.assets.ICONS``). Without `label` it only adorns the words beside it."""
    said = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html('<svg class="icon" {}><use href="{}#{}"/></svg>', said, _sprite(), name)


@cache
def _sprite() -> str:
    # A page has dozens of icons; where the file lies is known from the start of the server on.
    return static("vendor/icons.svg")


class BlockAgain(template.Node):
    """Renders a block of the page a second time, so that the title in the tab is the heading of the page too."""

    def __init__(self, name: str) -> None:
        self.name = name

    def render(self, context: template.Context) -> str:
        """Return what the block holds."""
        blocks = context.render_context.get(BLOCK_CONTEXT_KEY)
        block = blocks.get_block(self.name) if blocks else None
        return block.render(context) if block else ""


@register.tag
def block_again(parser: template.base.Parser, token: template.base.Token) -> BlockAgain:
    """``{% block_again title %}``: render the block `title` here too."""
    return BlockAgain(token.split_contents()[1])


@register.simple_tag
def light(colour: str, why: str = "") -> SafeString:
    """Show a light (green, yellow, red, blue): shape, word and colour; `why` shows on hovering and is read out."""
    shape, word = LIGHTS[colour]
    return format_html(
        '<span class="light light-{}"{}><span aria-hidden="true">{}</span>{}</span>',
        colour,
        format_html(' title="{}"', why) if why else "",
        shape,
        word,
    )


@register.simple_tag
def state(thing: Any, field: str = "state") -> SafeString:
    """Show the state of a paper, task, ledger or amendment as a badge."""
    value = getattr(thing, field)
    return format_html(
        '<span class="state state-{}">{}</span>', TONES.get(value, "plain"), getattr(thing, f"get_{field}_display")()
    )


@register.filter
def tone(value: str) -> str:
    """Return the class of a state's badge, for states that are not a field of a model."""
    return f"state state-{TONES.get(value, 'plain')}"


@register.filter
def day(value: date | datetime | str | None) -> SafeString | str:
    """Show a date, or what a snapshot keeps of one (2026-03-05), as offices write it: 2026年3月5日."""
    if not value:
        return ""
    if isinstance(value, str):
        value = date.fromisoformat(value)
    if isinstance(value, datetime):
        value = timezone.localtime(value).date() if timezone.is_aware(value) else value.date()
    words = f"{value.year}年{value.month}月{value.day}日"
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), words)


@register.filter
def short_day(value: date | datetime | None) -> SafeString | str:
    """Show a date of a year that is known: 3月5日（周四）."""
    if not value:
        return ""
    if isinstance(value, datetime):
        value = timezone.localtime(value).date() if timezone.is_aware(value) else value.date()
    words = f"{value.month}月{value.day}日（周{WEEKDAYS[value.weekday()]}）"
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), words)


@register.filter
def moment(value: datetime | None) -> SafeString | str:
    """Show a time of day with its date: 2026年3月5日 14:30."""
    if not value:
        return ""
    local = timezone.localtime(value) if timezone.is_aware(value) else value
    words = f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"
    return format_html('<time datetime="{}">{}</time>', local.isoformat(timespec="minutes"), words)


@register.filter
def number(value: Decimal | int | float | str | None) -> str:
    """Show a number with thousands and without trailing zeros: 1,234.5; what is no number stays as it is."""
    if value is None or value == "":
        return ""
    try:
        exact = Decimal(str(value))
        words = f"{exact:,f}"
    except (ArithmeticError, ValueError):
        return str(value)
    return words.rstrip("0").rstrip(".") if "." in words else words


@register.inclusion_tag("parts/sort_head.html", takes_context=True)
def sort_head(context: template.Context, name: str, label: str, css: str = "") -> dict[str, Any]:
    """Show a table head that sorts: ``?sort=name`` upwards, ``?sort=-name`` downwards; other filters stay."""
    query = context["request"].GET.copy()
    now = query.get("sort", "")
    query.pop("page", None)
    query["sort"] = f"-{name}" if now == name else name
    order = {name: "ascending", f"-{name}": "descending"}.get(now, "")
    return {"label": label, "url": f"?{query.urlencode()}", "order": order, "css": css}


@register.inclusion_tag("parts/progress.html")
def progress(
    value: float | Decimal, of: float | Decimal = 100, label: str = "进度", expected: Any = None
) -> dict[str, Any]:
    """Show how far something is, and with `expected` how far it should be; both in the measure of `of`."""
    share = max(0.0, min(100.0, float(value) / float(of) * 100)) if of else 0.0
    due = None if expected is None or not of else max(0.0, min(100.0, float(expected) / float(of) * 100))
    return {"share": f"{share:.1f}", "percent": f"{share:.0f}", "due": f"{due:.1f}" if due is not None else None,
            "label": label, "behind": due is not None and share < due}  # fmt: skip


@register.inclusion_tag("parts/unit_list.html")
def unit_list(names: Any, shown: int = 3) -> dict[str, Any]:
    """Show names of units: the first `shown`, the others when asked for. `names` is a list, or one text with 、 between."""
    every = [name for name in (names.split("、") if isinstance(names, str) else list(names or ())) if name]
    return {"first": every[:shown], "rest": every[shown:]}
