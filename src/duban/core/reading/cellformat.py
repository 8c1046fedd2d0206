"""How a spreadsheet shows a value: 0.085 in a cell of the form 0.0% is 8.5% to all who read it."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal

Value = int | float | str | bool | date | datetime | time | timedelta

# The forms that files name by number only; the dates as a Chinese Excel shows them.
BUILT_IN = {
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    9: "0%",
    10: "0.00%",
    14: "yyyy/m/d",
    17: "yyyy年m月",
    22: "yyyy/m/d h:mm",
    27: "yyyy年m月",
    28: "m月d日",
    29: "m月d日",
    31: "yyyy年m月d日",
    36: "yyyy年m月",
    37: "#,##0",
    38: "#,##0",
    39: "#,##0.00",
    40: "#,##0.00",
    41: "#,##0",
    42: "#,##0",
    43: "#,##0.00",
    44: "#,##0.00",
    50: "yyyy年m月",
    51: "m月d日",
    52: "yyyy年m月",
    53: "m月d日",
    54: "m月d日",
    57: "yyyy年m月",
    58: "m月d日",
}
_LITERALS = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|General', re.IGNORECASE)
# For positive numbers, negative ones and nought.
_SECTION = re.compile(r'(?:"[^"]*"|\\.|[^;"\\])+')
_PART = re.compile(
    r'"(?P<quoted>[^"]*)"|[\\!](?P<escaped>.)|[_*](?P<padding>.)|\[\$(?P<currency>[^\]-]*)[^\]]*\]|\[(?P<bracket>[^\]]*)\]'
    r"|(?P<digits>[#0?][#0?,]*(?:\.[#0?]*)?,*|\.[#0?]+)|(?P<plain>[^A-Za-z@/?#0])|(?P<other>.)",
    re.DOTALL,
)
# A float holds no more, so that a form with more is no form for people.
_PLACES = 15


def shown(value: Value, form: str = "") -> str:
    """Return a value as people see it in a cell of this form; an empty or unusual form shows it plainly.

    >>> shown(30.0), shown(0.085, "0.0%"), shown(12.5, '0.0"亿元"'), shown(date(2026, 3, 5))
    ('30', '8.5%', '12.5亿元', '2026年3月5日')
    """
    match value:
        case bool():
            return "TRUE" if value else "FALSE"
        case int() | float():
            return _formed(value, form) or f"{value:.15g}"
        case datetime():
            has_clock = value.time() != time() and (not form or "h" in _letters(form))
            return _day(value, form) + (f" {value.hour}:{value:%M}" if has_clock else "")
        case date():
            return _day(value, form)
        case time():
            return f"{value.hour}:{value:%M}"
        case timedelta():
            minutes = round(value.total_seconds() / 60)
            return f"{minutes // 60}:{minutes % 60:02}"
    return value.replace("\r\n", "\n").replace("\r", "\n")


def _letters(form: str) -> str:
    """Return a form without the words that it shows as they are."""
    return _LITERALS.sub("", form).lower()


def _day(day: date, form: str) -> str:
    letters = set("ymd") & set(_letters(form))
    # A cell that shows year and month holds the first of that month: nobody wrote the day. Minutes are an m too.
    if not letters or "h" in _letters(form):
        letters = set("ymd")
    parts = (("y", f"{day.year}年"), ("m", f"{day.month}月"), ("d", f"{day.day}日"))
    return "".join(words for letter, words in parts if letter in letters)


def _formed(value: float, form: str) -> str | None:
    """Return `value` in a form of one number with words around it, None for any other form."""
    number = Decimal(repr(value))
    sections = _SECTION.findall(form)
    if not sections or not number.is_finite() or abs(number) >= Decimal(10) ** _PLACES:
        return None
    section = sections[0]
    if number < 0 and len(sections) > 1:
        section, number = sections[1], -number
    elif number == 0 and len(sections) > 2:
        section = sections[2]
    parts = [(match.lastgroup, match[match.lastgroup or 0]) for match in _PART.finditer(section)]
    number *= 100 ** sum(part == ("plain", "%") for part in parts)
    words = ""
    counted = False
    for kind, part in parts:
        # A condition ([>=10000]) or a letter (fractions, powers of ten) takes more than this.
        if kind == "other" or (kind == "bracket" and part[:1] in "<>=") or (kind == "digits" and counted):
            return None
        if kind == "digits":
            counted = True
            digits = _digits(number, part)
            if digits is None:
                return None
            words += digits
        elif kind not in ("padding", "bracket"):
            words += part
    return words.strip() or None


def _digits(number: Decimal, form: str) -> str | None:
    """Return the digits of a number in a form such as ``#,##0.0#``."""
    if number == 0 and "0" not in form:
        return ""
    scaled = form.rstrip(",")
    number /= 1000 ** (len(form) - len(scaled))
    whole, _, fraction = scaled.partition(".")
    places, least = len(fraction), fraction.rfind("0") + 1
    if places > _PLACES or whole.count("0") > _PLACES:
        return None
    # Adding nought takes the sign from a nought.
    number = number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP) + 0
    digits = f"{number:,f}" if "," in whole else f"{number:f}".zfill(whole.count("0") + places + (places > 0))
    for _ in range(places - least):
        digits = digits.removesuffix("0")
    return digits.removesuffix(".")
