"""The texts that are measured: real documents where they are at hand, invented papers everywhere."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
INVENTED = ROOT / "tests/golden/papers"
BUILD = ROOT / "build"


def read(path: Path) -> str:
    """Return a file's text with its line ends as they are: spans count them."""
    with path.open(encoding="utf-8", newline="") as file:
        return file.read()


def repeated(characters: int, *, one_line: bool = False, start: int = 0) -> str:
    """Return so many characters of invented papers, one after another and again, the paper number `start` first.

    As `one_line` they are a web copy at its worst: no line break, no blank.
    """
    papers = [read(path) for path in sorted(INVENTED.glob("*.txt"))]
    turn = start % len(papers)
    text = "\n".join([*papers[turn:], *papers[:turn], ""])
    if one_line:
        text = re.sub(r"\s+", "", text)
    return (text * (characters // len(text) + 1))[:characters]


def longest() -> tuple[str, str]:
    """Return what the longest document at hand is, and its text."""
    real = [read(path) for path in (SHARED / "corpus").rglob("*.txt")]
    if real:
        return "the longest real document", max(real, key=len)
    return "invented papers, repeated", repeated(70_000)
