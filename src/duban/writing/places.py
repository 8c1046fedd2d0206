"""Where in the paper something stands, as one person tells another."""

from __future__ import annotations

import re
from bisect import bisect_right

from duban.core.types import Source, Span

_BREAK = re.compile("\r\n|\r|\n")
_WHITE = re.compile(r"\s+")

# A page copied as one line: "第1行" leads nowhere, so the character in it is named too.
_LONG_LINE = 400


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
        """Return 第12—14行 (第1行第812字 of a long line), or the characters where the text is not at hand."""
        if not self._text:
            return f"第{span.start}—{span.end}字符"
        first, last = self.line(span.start), self.line(max(span.start, span.end - 1))
        if first != last:
            return f"第{first}—{last}{self._word}"
        begin = self._starts[first - 1]
        end = self._starts[first] if first < len(self._starts) else len(self._text)
        inside = f"第{span.start - begin + 1}字" if end - begin > _LONG_LINE else ""
        return f"第{first}{self._word}{inside}"

    def words(self, span: Span) -> str:
        """Return the source's words at the span without layout white space."""
        return _WHITE.sub("", span.of(self._text))
