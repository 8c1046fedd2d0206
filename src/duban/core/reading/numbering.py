"""The numbers that Word counts itself: lists, levels, and the words it writes for them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from duban.core.reading.ooxml import Element, attribute, child, local, number, parts, switched_on

_LEVELS = 9
# Word counts no further.
_LARGEST = 32767


@dataclass(frozen=True, slots=True)
class _Level:
    start: int
    form: str
    template: str
    suffix: str
    restart: int | None
    legal: bool
    style: str | None


class Numbering:
    """Counts the paragraphs of a document as they come, and says what Word prints before each."""

    def __init__(self, part: Element | None) -> None:
        definitions: dict[str, dict[int, _Level]] = {}
        linked: dict[str, str] = {}
        links: dict[str, str] = {}
        nums: list[Element] = []
        for element in parts(part):
            if local(element) == "abstractNum":
                key = attribute(element, "abstractNumId") or ""
                definitions[key] = _levels(element)
                if style := attribute(child(element, "styleLink"), "val"):
                    linked[style] = key
                if style := attribute(child(element, "numStyleLink"), "val"):
                    links[key] = style
            elif local(element) == "num":
                nums.append(element)
        # Lists that share a definition share its count, until one of them states its own start.
        self._definition: dict[str, str] = {}
        self._levels: dict[str, dict[int, _Level]] = {}
        self._starts: dict[str, dict[int, int]] = {}
        for element in nums:
            key = attribute(element, "numId") or ""
            definition = attribute(child(element, "abstractNumId"), "val") or ""
            definition = linked.get(links.get(definition, ""), definition)
            overrides = [override for override in element if local(override) == "lvlOverride"]
            self._definition[key] = definition
            self._levels[key] = definitions.get(definition, {}) | {
                level: changed for override in overrides for level, changed in _levels(override).items()
            }
            self._starts[key] = {
                level: start
                for override in overrides
                if (level := number(override, "ilvl")) is not None
                and (start := number(child(override, "startOverride"))) is not None
            }
        self._counts: dict[str, list[int | None]] = {}

    def level_of_style(self, list_id: str, style: str) -> int | None:
        """Return the level of a list that belongs to a paragraph style, None if none does."""
        levels = self._levels.get(list_id, {})
        return next((level for level, definition in levels.items() if definition.style == style), None)

    def label(self, list_id: str, level: int) -> str:
        """Count one paragraph at `level` of a list; return its number with what separates it from the words."""
        levels = self._levels.get(list_id, {})
        definition = levels.get(level)
        if definition is None or not 0 <= level < _LEVELS:
            return ""
        counts = self._counts.setdefault(self._definition[list_id], [None] * _LEVELS)
        for changed, start in self._starts.pop(list_id, {}).items():
            if 0 <= changed < _LEVELS:
                counts[changed] = start - 1
        count = counts[level]
        counts[level] = definition.start if count is None else count + 1
        for deeper in range(level + 1, _LEVELS):
            restart = levels[deeper].restart if deeper in levels else None
            if restart is None or level < restart:
                counts[deeper] = None

        def written(match: re.Match[str]) -> str:
            outer = int(match[1]) - 1
            if outer not in levels:
                return ""
            form = "decimal" if definition.legal else levels[outer].form
            count = counts[outer]
            # A level that has not begun yet shows its first number.
            return spell(levels[outer].start if count is None else count, form)

        if definition.form == "bullet":
            # Bullets are mostly letters of a symbol font, which mean nothing in another.
            words = definition.template if definition.template.isprintable() else "•"
            words = "•" if not words or "\ue000" <= words[0] <= "\uf8ff" else words
        else:
            words = re.sub(r"%([1-9])", written, definition.template)
        return words + definition.suffix if words else ""


def _levels(parent: Element) -> dict[int, _Level]:
    found: dict[int, _Level] = {}
    for element in parent:
        level = number(element, "ilvl")
        if local(element) != "lvl" or level is None:
            continue
        # Newer forms stand in an alternative, beside one that all programs know.
        forms = [attribute(form, "val") for form in element.iter("{*}numFmt")]
        found[level] = _Level(
            start=number(child(element, "start")) or 0,
            form=next((form for form in forms if form and form != "custom"), "decimal"),
            template=attribute(child(element, "lvlText"), "val") or "",
            suffix="" if attribute(child(element, "suff"), "val") == "nothing" else " ",
            restart=number(child(element, "lvlRestart")),
            legal=switched_on(child(element, "isLgl")),
            style=attribute(child(element, "pStyle"), "val"),
        )
    return found


def spell(count: int, form: str) -> str:
    """Return a number in one of Word's forms; what a form has no sign for is written in digits.

    >>> spell(12, "chineseCounting"), spell(3, "decimalEnclosedCircle"), spell(28, "lowerLetter")
    ('十二', '③', 'bb')
    """
    if form == "none":
        return ""
    writer = _FORMS.get(form)
    return (writer(count) if writer and 0 < count <= _LARGEST else None) or str(count)


def _signs(signs: str) -> Callable[[int], str | None]:
    return lambda count: signs[count - 1] if count <= len(signs) else None


def _letters(first: str) -> Callable[[int], str | None]:
    # After z come aa and bb; Word gives up at thirty letters.
    return lambda count: chr(ord(first) + (count - 1) % 26) * ((count - 1) // 26 + 1) if count <= 780 else None


def _digits(digits: str) -> Callable[[int], str]:
    return lambda count: "".join(digits[int(digit)] for digit in str(count))


def _chinese(digits: str, units: str, *, from_hundred: bool = True, plain: bool = False) -> Callable[[int], str | None]:
    """Return the writer of 一百零一 and its like.

    `from_hundred` false: hundreds in digits, 一〇一; `plain`: neither 零 nor the 一 before a unit, 百一.
    """

    def write(count: int) -> str | None:
        if count >= 10_000:
            return None
        if count >= 100 and not from_hundred:
            return _digits(digits)(count)
        words = ""
        for place, digit in enumerate(map(int, reversed(str(count)))):
            unit = units[place - 1] if place else ""
            if digit:
                words = ("" if plain and digit == 1 and place else digits[digit]) + unit + words
            elif words and not plain and not words.startswith(digits[0]):
                words = digits[0] + words
        # 十二, not 一十二.
        return words[1:] if 10 <= count < 20 and words.startswith(digits[1]) else words

    return write


def _roman(count: int) -> str:
    words = ""
    for value, sign in zip(
        (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1),
        ("m", "cm", "d", "cd", "c", "xc", "l", "xl", "x", "ix", "v", "iv", "i"),
        strict=True,
    ):
        times, count = divmod(count, value)
        words += sign * times
    return words


def _run(first: str, length: int) -> str:
    return "".join(chr(ord(first) + step) for step in range(length))


_CIRCLED = _run("①", 20) + _run("㉑", 15) + _run("㊱", 15)
_FORMS: dict[str, Callable[[int], str | None]] = {
    "decimalZero": lambda count: f"{count:02}",
    "decimalFullWidth": _digits(_run("０", 10)),
    "decimalFullWidth2": _digits(_run("０", 10)),
    "decimalEnclosedCircle": _signs(_CIRCLED),
    "decimalEnclosedCircleChinese": _signs(_CIRCLED),
    "decimalEnclosedParen": _signs(_run("⑴", 20)),
    "decimalEnclosedFullstop": _signs(_run("⒈", 20)),
    "numberInDash": lambda count: f"- {count} -",
    "lowerLetter": _letters("a"),
    "upperLetter": _letters("A"),
    "lowerRoman": _roman,
    "upperRoman": lambda count: _roman(count).upper(),
    "chineseCounting": _chinese("〇一二三四五六七八九", "十", from_hundred=False),
    "taiwaneseCounting": _chinese("〇一二三四五六七八九", "十", from_hundred=False),
    "chineseCountingThousand": _chinese("零一二三四五六七八九", "十百千"),
    "taiwaneseCountingThousand": _chinese("零一二三四五六七八九", "十百千"),
    "japaneseCounting": _chinese("〇一二三四五六七八九", "十百千", plain=True),
    "chineseLegalSimplified": _chinese("零壹贰叁肆伍陆柒捌玖", "拾佰仟"),
    "ideographLegalTraditional": _chinese("零壹貳參肆伍陸柒捌玖", "拾佰仟"),
    "ideographDigital": _digits("〇一二三四五六七八九"),
    "taiwaneseDigital": _digits("〇一二三四五六七八九"),
    "japaneseDigitalTenThousand": _digits("〇一二三四五六七八九"),
    "ideographEnclosedCircle": _signs(_run("㊀", 10)),
    "ideographTraditional": _signs("甲乙丙丁戊己庚辛壬癸"),
    "ideographZodiac": _signs("子丑寅卯辰巳午未申酉戌亥"),
}
