"""Pdf papers of an invented district, drawn for a test: places count from the sheet's upper left corner, in points."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen import canvas

FONT = "STSong-Light"
A4 = (595.0, 842.0)

pdfmetrics.registerFont(UnicodeCIDFont(FONT))


@dataclass(frozen=True)
class Box:
    """A cell to draw: its text, its row and column, and how many of them it covers."""

    text: str
    row: int
    column: int
    rows: int = 1
    columns: int = 1


def width_of(text: str, size: float) -> float:
    return pdfmetrics.stringWidth(text, FONT, size)


def wrapped(text: str, width: float, size: float, first: float = 0.0) -> list[str]:
    """Break text into lines of a width as a printer does; the first line is shorter by `first`."""
    lines, line, room = [], "", width - first
    for char in text:
        if width_of(line + char, size) > room + 0.01 and char not in "，。；：、）":
            lines.append(line)
            line, room = "", width
        line += char
    return [*lines, line] if line else lines


class Paper:
    """A pdf on its way."""

    def __init__(
        self, size: tuple[float, float] = A4, encryption: StandardEncryption | None = None, *, packed: bool = True
    ) -> None:
        self.size = size
        self._file = io.BytesIO()
        self.canvas = canvas.Canvas(
            self._file, pagesize=size, encrypt=encryption, invariant=True, pageCompression=packed
        )

    def text(self, x: float, y: float, text: str, size: float = 16) -> None:
        """Write one line whose baseline is `y` below the sheet's upper edge."""
        self.canvas.setFont(FONT, size)
        self.canvas.drawString(x, self.size[1] - y, text)

    def centred(self, y: float, text: str, size: float = 16, middle: float | None = None) -> None:
        self.canvas.setFont(FONT, size)
        self.canvas.drawCentredString(self.size[0] / 2 if middle is None else middle, self.size[1] - y, text)

    def paragraph(
        self, x: float, y: float, width: float, text: str, *, size: float = 16, step: float = 28, indent: float = 2
    ) -> float:
        """Write a paragraph, its first line indented by `indent` characters; return where the next line goes."""
        for number, line in enumerate(wrapped(text, width, size, indent * size)):
            self.text(x + (indent * size if number == 0 else 0), y, line, size)
            y += step
        return y

    def rule(self, x0: float, y0: float, x1: float, y1: float, *, thin_box: bool = False) -> None:
        """Draw a straight line, as a stroke or (as Word does) as a filled box half a point thin."""
        if thin_box:
            self.canvas.rect(x0, self.size[1] - y1, max(x1 - x0, 0.5), max(y1 - y0, 0.5), stroke=0, fill=1)
        else:
            self.canvas.line(x0, self.size[1] - y0, x1, self.size[1] - y1)

    def table(
        self,
        x: float,
        y: float,
        widths: Sequence[float],
        heights: Sequence[float],
        boxes: Sequence[Box],
        *,
        size: float = 12,
        thin_boxes: bool = False,
        centred: bool = False,
    ) -> None:
        """Draw a ruled table; each cell has its four borders."""
        xs = [x + sum(widths[:index]) for index in range(len(widths) + 1)]
        ys = [y + sum(heights[:index]) for index in range(len(heights) + 1)]
        for box in boxes:
            left, right = xs[box.column], xs[box.column + box.columns]
            top, bottom = ys[box.row], ys[box.row + box.rows]
            borders = ((left, top, right, top), (left, bottom, right, bottom))
            for border in (*borders, (left, top, left, bottom), (right, top, right, bottom)):
                self.rule(*border, thin_box=thin_boxes)
            base = top + size + 2
            for part in box.text.split("\n"):
                for line in wrapped(part, right - left - 10, size):
                    if centred:
                        self.centred(base, line, size, (left + right) / 2)
                    else:
                        self.text(left + 5, base, line, size)
                    base += size * 1.3

    def picture(self, data: bytes, x: float, y: float, width: float, height: float) -> None:
        self.canvas.drawImage(ImageReader(io.BytesIO(data)), x, self.size[1] - y - height, width, height)

    def turn(self) -> None:
        """Go to the next page."""
        self.canvas.showPage()

    def data(self) -> bytes:
        self.canvas.save()
        return self._file.getvalue()


def plan(sheets: int) -> bytes:
    """A plan of many sheets: 22 lines of 28 characters, and a page number in dashes."""
    paper = Paper()
    sentence = "聚力推进兰桥区产业园二期建设，全年完成投资20亿元以上，新开工项目15个，由区工业和信息化局牵头落实。"
    for sheet in range(sheets):
        y = 120.0
        while y < 700:
            y = paper.paragraph(74, y, 448, sentence)
        paper.centred(790, f"— {sheet + 1} —", 14)
        paper.turn()
    return paper.data()
