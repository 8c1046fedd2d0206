"""The form in which words are searched, and the marking of what was found."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe


def searchable(text: str) -> str:
    """Return the text as searches compare it: full-width forms as half-width, capitals as small letters."""
    return unicodedata.normalize("NFKC", text).casefold()


def marked(text: str, words: Iterable[str]) -> SafeString:
    """Return `text` as HTML with every occurrence of the words in a ``<mark>``; all else is escaped."""
    inside = _inside(text, words)
    if not inside:
        return escape(text)
    pieces = []
    at = 0
    for start, end in inside:
        pieces.append(f"{escape(text[at:start])}<mark>{escape(text[start:end])}</mark>")
        at = end
    pieces.append(escape(text[at:]))
    return mark_safe("".join(pieces))


def excerpt(text: str, words: Iterable[str], *, most: int = 90) -> str:
    """Return the passage of at most `most` characters around the first of the words; the beginning where none stands."""
    inside = _inside(text, words)
    start = max(0, inside[0][0] - most // 3) if inside else 0
    passage = " ".join(text[start : start + most].split())
    return f"{'…' if start else ''}{passage}{'…' if start + most < len(text) else ''}"


def _inside(text: str, words: Iterable[str]) -> list[tuple[int, int]]:
    """Return the spans of `text` that the words cover, joined where they meet, in order."""
    # One character may become several (㎡ is m2), so the way back is kept.
    forms = [searchable(character) for character in text]
    form = "".join(forms)
    back = [index for index, part in enumerate(forms) for _ in part]
    found = []
    for word in words:
        sought = searchable(word)
        at = form.find(sought) if sought else -1
        while at >= 0:
            found.append((back[at], back[at + len(sought) - 1] + 1))
            at = form.find(sought, at + 1)
    joined: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined
