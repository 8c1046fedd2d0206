"""Where in the paper something stands, as one person tells another."""

from __future__ import annotations

import re
from bisect import bisect_right

from duban.core.types import Source, Span

_BREAK = re.compile("\r\n|\r|\n")
_WHITE = re.compile(r"\s+")


class Places:
    """The lines of one source, to name places by."""

    def __init__(self, source: Source) -> None:
        """Find the lines once; each place is then a look-up."""
        self._text = source.text
        self._word = "段" if source.lines == "paragraph" else "行"
        self._starts = [0, *(found.end() for found in _BREAK.finditer(source.text))]

    def line(self, offset: int) -> int:
        """Return the line or paragraph that the character stands in, counted from 1 with the empty ones."""
        return bisect_right(self._starts, offset)

    def name(self, span: Span) -> str:
        """Return 第12—14行, or the characters where the text is not at hand."""
        if not self._text:
            return f"第{span.start}—{span.end}字符"
        first, last = self.line(span.start), self.line(max(span.start, span.end - 1))
        return f"第{first}{self._word}" if first == last else f"第{first}—{last}{self._word}"

    def words(self, span: Span) -> str:
        """Return the source's words at the span without layout white space."""
        return _WHITE.sub("", span.of(self._text))
