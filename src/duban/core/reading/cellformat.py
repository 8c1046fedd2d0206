"""How a spreadsheet shows a value: 0.085 in a cell of the form 0.0% is 8.5% to all who read it."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal

# The forms that files name by number only; the dates as a Chinese Excel shows them.
_DAY, _MONTH, _NO_YEAR, _CLOCK = "yyyy年m月d日", "yyyy年m月", "m月d日", "h:mm"
BUILT_IN = (
    {1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 46: "[h]:mm"}
    | dict.fromkeys((37, 38, 41, 42), "#,##0")
    | dict.fromkeys((39, 40, 43, 44), "#,##0.00")
    | dict.fromkeys((14, 15, 30, 31), _DAY)
    | dict.fromkeys((17, 27, 36, 50, 52, 57), _MONTH)
    | dict.fromkeys((16, 28, 29, 51, 53, 54, 58), _NO_YEAR)
    | dict.fromkeys((18, 19, 20, 21, 32, 33, 34, 35, 45, 47), _CLOCK)
    | {22: f"{_DAY} {_CLOCK}"}
)
_LITERALS = re.compile(r'"[^"]*"|[\\_*].|\[[^\]]*\]|General', re.IGNORECASE)
_ELAPSED = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)
# Days count from here in a sheet; the 9999-12-31 is the last it knows.
_DAY_NOUGHT, _DAY_NOUGHT_OF_MAC = datetime(1899, 12, 30), datetime(1904, 1, 1)
_LAST_DAY = 2_957_000
# For positive numbers, negative ones and nought.
_SECTION = re.compile(r'(?:"[^"]*"|\\.|[^;"\\])+')
_PART = re.compile(
    r'"(?P<quoted>[^"]*)"|[\\!](?P<escaped>.)|[_*](?P<padding>.)|\[\$(?P<currency>[^\]-]*)[^\]]*\]|\[(?P<bracket>[^\]]*)\]'
    r"|(?P<digits>[#0?][#0?,]*(?:\.[#0?]*)?,*|\.[#0?]+)|(?P<plain>[^A-Za-z@/?#0])|(?P<other>.)",
    re.DOTALL,
)
# A float holds no more, so that a form with more is no form for people.
_PLACES = 15


def shown(value: float, form: str = "", *, from_1904: bool = False) -> str:
    """Return a number as people see it in a cell of this form; an empty or unusual form shows it plainly.

    >>> shown(30.0), shown(0.085, "0.0%"), shown(12.5, '0.0"亿元"'), shown(47000, 'yyyy"年"m"月"')
    ('30', '8.5%', '12.5亿元', '2028年9月')
    """
    words = None
    if _ELAPSED.search(form) or set("ymdhs") & set(_letters(form)):
        words = _moment(value, form, _DAY_NOUGHT_OF_MAC if from_1904 else _DAY_NOUGHT)
    elif form:
        words = _formed(value, form)
    return words or f"{value:.15g}"


def day(moment: date) -> str:
    """Return a date as it is written in a plan: 2031年3月5日."""
    return f"{moment.year}年{moment.month}月{moment.day}日"


def _letters(form: str) -> str:
    """Return a form without the words that it shows as they are."""
    return _LITERALS.sub("", form).lower()


def _moment(value: float, form: str, nought: datetime) -> str | None:
    if not 0 <= value < _LAST_DAY:
        return None
    seconds = round(value * 24 * 60 * 60)
    hours, minutes = divmod(seconds // 60, 60)
    if _ELAPSED.search(form):
        return f"{hours}:{minutes:02}"
    letters = set("ymdh") & set(_letters(form))
    moment = nought + timedelta(seconds=seconds)
    clock = f"{moment.hour}:{moment:%M}"
    if not letters & {"y", "d"} and letters != {"m"}:
        return clock
    # A cell that shows year and month holds the first of that month: nobody wrote the day. Minutes are an m too.
    parts = (("y", f"{moment.year}年"), ("m", f"{moment.month}月"), ("d", f"{moment.day}日"))
    words = "".join(part for letter, part in parts if letter in letters)
    return f"{words} {clock}" if "h" in letters and moment.time() != time() else words


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
