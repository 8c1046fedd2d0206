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
_IGNORED = frozenset({"html", "head", "body", "option", "optgroup", "tbody", "thead", "tfoot", "colgroup"})
# What opening one of these closes before.
_CLOSES = dict.fromkeys(
    "address article aside blockquote center details dialog dir div dl fieldset figcaption figure footer form h1 h2 h3 "  # noqa: SIM905
    "h4 h5 h6 header hgroup listing main menu nav ol p plaintext pre search section summary table ul xmp".split(),
    ("p",),
) | {
    "li": ("li", "p"),
    "dt": ("dt", "dd", "p"),
    "dd": ("dt", "dd", "p"),
    "tr": ("tr",),
    "td": ("td", "th"),
    "th": ("td", "th"),
    "a": ("a",),
    "nobr": ("nobr",),
}
# How far an end tag, or an opening that closes, reaches out.
_SCOPES = frozenset({"table", "td", "th", "caption", "template", "object", "marquee", "applet", "button"})
_BOUNDS = {"li": ("ul", "ol"), "dt": ("dl",), "dd": ("dl",)} | dict.fromkeys(("tr", "td", "th", "table"), ("table",))
# What is not closed of these is opened again in each later paragraph, though never more than three alike.
_FORMATTING = frozenset({"b", "big", "code", "em", "font", "i", "s", "small", "strike", "strong", "tt", "u"})


class _Tree:
    """The elements that are open, as the HTML standard opens and closes them, without those elements."""

    def __init__(self) -> None:
        self.depth = 0
        self._open: list[str] = []
        self._places: defaultdict[str, list[int]] = defaultdict(list)
        self._scopes = [-1]

    def within(self, tag: str) -> bool:
        return bool(self._places[tag])

    def open(self, tag: str) -> None:
        for closed in _CLOSES.get(tag, ()):
            self.close(closed)
        self._places[tag].append(self.depth)
        if tag in _SCOPES:
            self._scopes.append(self.depth)
        self._open.append(tag)
        self.depth += 1

    def close(self, tag: str) -> None:
        """Close the innermost `tag` with all in it, unless it lies beyond the bounds of what is open."""
        bounds = [self._places[bound][-1] for bound in _BOUNDS.get(tag, ()) if self._places[bound]]
        if tag not in ("tr", "td", "th", "table"):
            bounds.append(self._scopes[-1])
        if self._places[tag] and self._places[tag][-1] >= max(bounds, default=-1):
            self.depth = self._places[tag][-1]
            for closed in reversed(self._open[self.depth :]):
                self._places[closed].pop()
                if closed in _SCOPES:
                    self._scopes.pop()
            del self._open[self.depth :]


def refuse_explosive(text: str, *, name: str) -> None:
    """Raise :class:`UnreadableSource` ("bomb") if a parser would need minutes or gigabytes for the page."""
    tree = _Tree()
    alike: Counter[str] = Counter()
    formats: defaultdict[str, list[str]] = defaultdict(list)
    unclosed = copies = choices = 0
    for tags, match in enumerate(_TAG.finditer(text)):
        tag, rest = (match["name"] or "").lower(), match["rest"] or ""
        copies += unclosed
        choices += tag in _CHOICES
        if (
            tags > MAX_HTML_TAGS
            or tree.depth > MAX_HTML_DEPTH
            or copies > MAX_HTML_COPIES
            or choices > MAX_HTML_CHOICES
            or len(rest) > MAX_HTML_TAG < len(_VALUE.sub("", rest))
        ):
            raise UnreadableSource(
                "网页的标签过多或嵌套过深，无法按网页读取。请用浏览器打开，把正文复制到 Word 或文本文件后再试。",
                code="bomb",
                name=name,
            )
        if not tag or tag in _VOID or tag in _IGNORED:
            continue
        if match["close"]:
            tree.close(tag)
            if formats[tag]:
                key = formats[tag].pop()
                alike[key] -= 1
                unclosed -= alike[key] < 3
        elif tag in ("tr", "td", "th") and not tree.within("table"):
            continue
        elif not (rest.endswith("/") and (tree.within("svg") or tree.within("math"))):
            tree.open(tag)
            if tag in _FORMATTING:
                key = f"{tag} {rest}"
                formats[tag].append(key)
                unclosed += alike[key] < 3
                alike[key] += 1
