"""How a light looks: shape, word and colour together, so that who sees no colours reads it too."""

from __future__ import annotations

from html import escape

from django.utils.safestring import SafeString, mark_safe

#: What is said of a light that shows no trouble while the numbers go another way.
MISS = "预计完不成"
MISS_WHY = "照最近的进度，到期时有指标完不成"


def lamp(colour: str, shape: str, word: str, why: str = "") -> SafeString:
    """Return a light; `why` shows on hovering."""
    said = f' title="{escape(why)}"' if why else ""
    return mark_safe(
        f'<span class="light light-{escape(colour)}"{said}><span aria-hidden="true">{escape(shape)}</span>'
        f"{escape(word)}</span>"
    )


def miss() -> SafeString:
    """Return the mark beside a light that is good today while its task will miss."""
    return mark_safe(f'<span class="light-miss" title="{MISS_WHY}"><span aria-hidden="true">↘ </span>{MISS}</span>')
