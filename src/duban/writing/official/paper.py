"""What stands in an official paper, and the measures that GB/T 9704-2012 gives for it."""

from __future__ import annotations

import math
import unicodedata
from dataclasses import dataclass
from datetime import date

# A4, millimetres: the type area is 156 × 225.
PAGE = (210, 297)
TOP, LEFT, RIGHT, BOTTOM = 37, 28, 26, 35
# Points: 三号 for the text, 二号 for the title, 四号 for page numbers and the copies.
TEXT, TITLE, SMALL = 16, 22, 14
#: The name of a bulletin in its red head, and 小五号 for footnotes.
MASTHEAD, NOTE = 42, 9
#: 小四 for tables, in lines of so many points: a list of tasks has many rows.
TABLE, TABLE_LINE = 12, 18
RED = "D7000F"
# 22 lines of 28 characters fill the type area: 225 mm over 22 is 28.99 points, of which a page holds 22 for sure.
LINE = 28.95
SPACING = 156 / 28 / 25.4 * 72 - TEXT
#: The date stands four characters from the right.
DATE_RIGHT = 4

# Where a title breaks well, and what does not begin a line of it, however even that would be.
_BREAKS, _CLOSING, _SPLITS = "的，、；：”》", "”》）〕，、；：。的", 9

#: The fonts that the standard and its practice name.
XIAOBIAOSONG, FANGSONG, HEITI, KAITI, SONGTI = "方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312", "宋体"


@dataclass(frozen=True)
class Heading:
    """A heading of level 1 (一、黑体), 2 (（一）楷体), 3 or 4 (仿宋); its number is part of the text."""

    text: str
    level: int = 1


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of the text, indented by two characters; `notes` are footnotes, each after so many characters of it."""

    text: str
    notes: tuple[tuple[int, str], ...] = ()

    @property
    def pieces(self) -> list[tuple[str, str]]:
        """The text cut at its footnotes: words, and the footnote that follows them (empty after the last)."""
        found, at = [], 0
        for place, note in self.notes:
            found.append((self.text[at:place], note))
            at = place
        if at < len(self.text) or not found:
            found.append((self.text[at:], ""))
        return found


@dataclass(frozen=True)
class Table:
    """A table over the whole width. `widths` are shares of it, `title` stands above it."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[int, ...]
    title: str = ""


@dataclass(frozen=True)
class Series:
    """One row of values of a chart, by the chart's labels; `colour` is six hexadecimal digits."""

    name: str
    values: tuple[float, ...]
    colour: str = "1F5FAE"


@dataclass(frozen=True)
class Chart:
    """A chart of bars, one below the other; with several series their parts follow each other in one bar."""

    title: str
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    unit: str = ""


Block = Heading | Paragraph | Table | Chart


@dataclass(frozen=True)
class Annex:
    """An annex: it begins a new page, across where `landscape` is set."""

    title: str
    body: tuple[Block, ...]
    landscape: bool = False


@dataclass(frozen=True)
class Masthead:
    """The red head of a bulletin: its name, the issue, who issues it."""

    name: str
    issue: str = ""
    issuer: str = ""


@dataclass(frozen=True)
class Paper:
    """A paper: red head where it has one, number, title, addressee, text, signature and date, copies, annexes.

    `annexes` are the names of those that lie apart; those in `attached` follow the paper.
    """

    title: str
    body: tuple[Block, ...]
    number: str = ""
    addressee: str = ""
    annexes: tuple[str, ...] = ()
    signature: str = ""
    day: date | None = None
    copies: str = ""
    attached: tuple[Annex, ...] = ()
    masthead: Masthead | None = None

    @property
    def dated(self) -> str:
        """The date as papers write it: 2026年3月5日."""
        return f"{self.day.year}年{self.day.month}月{self.day.day}日" if self.day else ""

    @property
    def annex_lines(self) -> list[str]:
        """The annexes as they are listed before the signature: one has no number, several have."""
        names = (*self.annexes, *(annex.title for annex in self.attached))
        if len(names) == 1:
            return [f"附件：{names[0]}"]
        return [f"{'附件：' if n == 1 else '　　　'}{n}. {name}" for n, name in enumerate(names, 1)]

    @property
    def annexed(self) -> list[tuple[str, Annex]]:
        """The attached annexes, each with the mark that it bears: 附件 where it is the only one, else 附件1."""
        before = len(self.annexes)
        alone = before + len(self.attached) == 1
        return [("附件" if alone else f"附件{before + n}", annex) for n, annex in enumerate(self.attached, 1)]

    @property
    def words(self) -> str:
        """Everything that is set, for whoever asks whether fonts have its characters."""
        parts = [self.title, self.number, self.addressee, self.signature, self.copies, *self.annex_lines]
        for block in (*self.body, *(block for annex in self.attached for block in annex.body)):
            match block:
                case Heading(text):
                    parts.append(text)
                case Paragraph(text, notes):
                    parts += [text, *(note for _, note in notes)]
                case Table():
                    parts += [block.title, *block.head, *(cell for row in block.rows for cell in row)]
                case Chart():
                    parts += [block.title, *block.labels, *(one.name for one in block.series)]
        return "\n".join(parts)


def paragraphs(text: str) -> tuple[Paragraph, ...]:
    """Return the lines of `text` as paragraphs; empty ones are left out."""
    return tuple(Paragraph(line.strip()) for line in text.splitlines() if line.strip())


def width(text: str) -> float:
    """Return how many characters wide `text` is; Latin letters and digits count half."""
    return sum(1 if unicodedata.east_asian_width(character) in "WFA" else 0.5 for character in text)


def title_lines(title: str) -> list[str]:
    """Return the title in lines of about one length: no line of a word or two is left over.

    Lines break after 的 and after marks where one stands near the even place.
    """
    longest = 156 / 25.4 * 72 // TITLE
    count = math.ceil(width(title) / longest)
    lines, rest = [], title
    for left in range(count, 1, -1):
        even = width(rest) / left
        places = [
            at for at in range(1, len(rest)) if width(rest[:at]) <= longest and width(rest[at:]) <= longest * (left - 1)
        ]
        if not places:
            break
        best = min(
            places,
            key=lambda at: (
                abs(width(rest[:at]) - even) + (0 if rest[at - 1] in _BREAKS else 3) + _SPLITS * (rest[at] in _CLOSING)
            ),
        )
        lines.append(rest[:best])
        rest = rest[best:]
    return [*lines, rest]


def signature_right(paper: Paper) -> float:
    """Return how many characters the signature stands from the right, so that it is centred over the date."""
    return max(0.0, DATE_RIGHT + (width(paper.dated) - width(paper.signature)) / 2)
