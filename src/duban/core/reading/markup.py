"""Pages made to explode: what a parser would do with the tags, followed without doing it."""

from __future__ import annotations

import re
from collections import Counter, defaultdict

from duban.core.reading.errors import UnreadableSource
from duban.core.reading.limits import MAX_HTML_CHOICES, MAX_HTML_COPIES, MAX_HTML_DEPTH, MAX_HTML_TAG, MAX_HTML_TAGS

# Every part takes what it can and never gives back, so that the time is that of one reading.
_TAG = re.compile(
    r"<!--.*?(?:-->|\Z)"
    r"|<(?P<raw>script|style)\b.*?(?:</(?P=raw)|\Z)"
    r"|<(?P<close>/?)(?P<name>[a-z][^\s/>]*+)"
    r"(?P<rest>(?:=\s*+(?:\"[^\"]*+\"?|'[^']*+'?)|[^>=]++|=)*+)",
    re.DOTALL | re.IGNORECASE,
)
_VALUE = re.compile(r"=\s*+(?:\"[^\"]*+\"?|'[^']*+'?)")
_CHOICES = frozenset({"option", "optgroup"})
_VOID = frozenset(
    "area base bgsound br col embed frame hr img input keygen link meta param source track wbr".split()  # noqa: SIM905
)
# These close one another, or go with what holds them: they nest only through elements that are counted.
_IMPLIED = frozenset(
    "body colgroup dd dt head html li optgroup option p rb rp rt tbody td tfoot th thead tr".split()  # noqa: SIM905
)
# What is not closed of these is opened again in each later paragraph, though never more than three alike.
_FORMATTING = frozenset({"b", "big", "code", "em", "font", "i", "s", "small", "strike", "strong", "tt", "u"})
# An end tag reaches no further than these.
_SCOPES = frozenset({"table", "caption", "template", "object", "marquee", "applet", "button"})


def refuse_explosive(text: str, *, name: str) -> None:
    """Raise :class:`UnreadableSource` ("bomb") if a parser would need minutes or gigabytes for the page."""
    stack: list[str] = []
    places: defaultdict[str, list[int]] = defaultdict(list)
    scopes = [-1]
    alike: Counter[str] = Counter()
    formats: defaultdict[str, list[str]] = defaultdict(list)
    unclosed = copies = choices = 0
    for tags, match in enumerate(_TAG.finditer(text)):
        tag = (match["name"] or "").lower()
        copies += unclosed
        choices += tag in _CHOICES
        if (
            tags > MAX_HTML_TAGS
            or len(stack) > MAX_HTML_DEPTH
            or copies > MAX_HTML_COPIES
            or choices > MAX_HTML_CHOICES
            or (
                match["rest"]
                and len(match["rest"]) > MAX_HTML_TAG
                and len(_VALUE.sub("", match["rest"])) > MAX_HTML_TAG
            )
        ):
            raise UnreadableSource(
                "网页的标签过多或嵌套过深，无法按网页读取。请用浏览器打开，把正文复制到 Word 或文本文件后再试。",
                code="bomb",
                name=name,
            )
        if not tag or tag in _VOID or tag in _IMPLIED:
            continue
        if match["close"]:
            if formats[tag]:
                key = formats[tag].pop()
                alike[key] -= 1
                unclosed -= alike[key] < 3
            if places[tag] and places[tag][-1] >= scopes[-1]:
                for closed in reversed(stack[places[tag][-1] :]):
                    places[closed].pop()
                    if closed in _SCOPES:
                        scopes.pop()
                    stack.pop()
        elif not (match["rest"].endswith("/") and (places["svg"] or places["math"])):
            places[tag].append(len(stack))
            stack.append(tag)
            if tag in _SCOPES:
                scopes.append(len(stack) - 1)
            if tag in _FORMATTING:
                key = f"{tag} {match['rest']}"
                formats[tag].append(key)
                unclosed += alike[key] < 3
                alike[key] += 1
