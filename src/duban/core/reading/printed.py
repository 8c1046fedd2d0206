"""What the formats of printed pages (pdf, OFD) share: scans among the pages, limits, what is said if no text comes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from duban.core.reading import image
from duban.core.reading.errors import UnreadableSource
from duban.core.reading.layout import Sheet, lay_out
from duban.core.types import Source

if TYPE_CHECKING:
    from PIL.Image import Image

MOST_SHEETS = 2_000
#: Of all sheets; a year of a city's papers has a tenth.
MOST_CHARACTERS = 3_000_000
#: Scanned sheets take seconds each; a longer file is left to be split.
MOST_SCANS = 300
#: A sheet with no more characters than this and an image over so much of it is a scan (a scanner's stamp is text).
FEW_CHARACTERS = 20
COVERED = 0.5


@dataclass(frozen=True, slots=True)
class Scan:
    """A page that has to be recognised: its width in points, and how to get its picture."""

    number: int
    width: float
    picture: Callable[[], Image]


def unread(number: int, message: str, *, code: str = "page-unreadable") -> Sheet:
    """Return the sheet that stands for a page of which nothing was read, and says why."""
    return Sheet(number, image.A4_WIDTH, image.A4_HEIGHT, remarks=((code, message),))


def refuse_long(count: int, name: str) -> None:
    """Raise :class:`UnreadableSource` for a file of more pages than any paper has."""
    if count > MOST_SHEETS:
        raise UnreadableSource(
            f"文件有 {count} 页，超过 {MOST_SHEETS} 页。请拆成几份后再读。", code="too-large", name=name
        )


def to_source(pages: Iterable[Sheet | Scan], *, name: str, media_type: str, sha256: str) -> Source:
    """Return the text of the pages, or raise :class:`UnreadableSource` where there is none."""
    sheets = _recognised(pages)
    layout = lay_out(sheets)
    if not layout.text.strip():
        raise _wordless(sheets, name)
    return layout.source(name=name, media_type=media_type, sha256=sha256)


def _recognised(pages: Iterable[Sheet | Scan]) -> list[Sheet]:
    """Return the pages as sheets, scans read where that is possible; the first scan that was read says which ones."""
    sheets: list[Sheet] = []
    recognised: list[int] = []
    characters = scans = 0
    for page in pages:
        if characters > MOST_CHARACTERS:
            message = f"文字太多，第 {page.number} 页起没有读。请拆成几份后再读。"
            sheets.append(unread(page.number, message, code="cut-off"))
            break
        if isinstance(page, Scan):
            scans += 1
            sheet = _read_scan(page, scans)
            if sheet.runs:
                recognised.append(len(sheets))
        else:
            sheet = page
        characters += len(sheet.runs)
        sheets.append(sheet)
    if recognised:
        numbers = _listed([sheets[index].number for index in recognised])
        message = f"第 {numbers} 页是扫描图像，文字由识别得来，可能有误。请对照原件核对数字和单位名称。"
        first = sheets[recognised[0]]
        sheets[recognised[0]] = replace(first, remarks=(*first.remarks, ("page-recognised", message)))
    return sheets


def _read_scan(scan: Scan, count: int) -> Sheet:
    if not image.available():
        message = f"第 {scan.number} 页是扫描图像（没有文字层），没有读出。请安装文字识别后重读：{image.INSTALL}。"
        return unread(scan.number, message)
    if count > MOST_SCANS:
        message = f"第 {scan.number} 页是扫描图像，扫描页超过 {MOST_SCANS} 页，没有识别。请拆成几份后再读。"
        return unread(scan.number, message)
    try:
        sheet = image.recognise(scan.picture(), scan.number, width=scan.width)
    except (image.PictureError, image.RecognitionError) as error:
        message = f"第 {scan.number} 页是扫描图像，没有读出（{error}）。请对照原件补上这一页。"
        return unread(scan.number, message)
    if not sheet.runs:
        message = f"第 {scan.number} 页是图像，没有识别出文字。请对照原件核对这一页。"
        return unread(scan.number, message)
    return sheet


def _listed(numbers: Sequence[int]) -> str:
    """Return page numbers as people write them: 1—3、7."""
    stretches: list[list[int]] = []
    for number in numbers:
        if stretches and number == stretches[-1][-1] + 1:
            stretches[-1].append(number)
        else:
            stretches.append([number])
    return "、".join(f"{run[0]}—{run[-1]}" if len(run) > 1 else f"{run[0]}" for run in stretches)


def _wordless(sheets: Sequence[Sheet], name: str) -> UnreadableSource:
    """Return why there is no text at all."""
    remarks = [message for sheet in sheets for code, message in sheet.remarks if code == "page-unreadable"]
    if not remarks:
        return UnreadableSource("文件里没有文字。请检查是否选错了文件。", code="empty", name=name)
    if not any("图像" in remark for remark in remarks):
        return UnreadableSource(
            "文件已损坏，没有一页能读出。请重新下载，或用原来的软件另存一份后再试。", code="broken", name=name
        )
    if not image.available():
        return UnreadableSource(
            f"这是扫描件（共 {len(sheets)} 页，都没有文字层），需要文字识别。请先安装：{image.INSTALL}"
            "（不联网也能识别），再读一次；或找发文单位要电子版。",
            code="ocr-missing",
            name=name,
        )
    return UnreadableSource(
        f"这是扫描件（共 {len(sheets)} 页），没有识别出文字。请检查扫描是否清楚、方向是否正确。",
        code="no-text",
        name=name,
    )
