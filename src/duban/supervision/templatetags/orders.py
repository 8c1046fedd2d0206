"""Template tags of orders: the level as a mark that differs by shape and word as well as by colour."""

from __future__ import annotations

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from duban.supervision.models import OrderUnit
from duban.supervision.models.orders import Level
from duban.supervision.states.orders import OrderState

register = template.Library()

#: Shape and word of each level.
MARKS = {Level.BLUE: ("◆", "蓝"), Level.ORANGE: ("▲", "橙"), Level.RED: ("■", "红")}
#: The tone of each state's badge; what is not named is plain.
TONES = {
    OrderState.ISSUED: "warn",
    OrderState.SIGNED: "accent",
    OrderState.ANSWERED: "accent",
    OrderState.RETURNED: "bad",
    OrderState.ACCEPTED: "good",
    OrderState.ESCALATED: "bad",
}


@register.simple_tag
def order_state(slip: OrderUnit) -> SafeString:
    """Show how an order stands at a unit, as a badge."""
    tone = TONES.get(OrderState(slip.state), "plain")
    return format_html('<span class="state state-{}">{}</span>', tone, slip.get_state_display())


@register.simple_tag
def order_level(level: str) -> SafeString:
    """Show the level of an order: ▲ 橙."""
    shape, word = MARKS[Level(level)]
    return format_html(
        '<span class="light light-{}" title="{}"><span aria-hidden="true">{}</span>{}</span>',
        level,
        Level(level).label,
        shape,
        word,
    )
