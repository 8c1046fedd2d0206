"""What a file is, by its content."""

from __future__ import annotations

import re
from typing import Literal

from duban.core.reading.errors import UnreadableSource

Kind = Literal["txt", "html", "docx", "xlsx", "xls", "ods", "pdf", "ofd", "image", "archive"]

_IMAGES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"II*\x00", b"MM\x00*", b"GIF87a", b"GIF89a")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_UNSUPPORTED = (
    (b"{\\rtf", "这是 RTF 文件。请用 Word 或 WPS 打开，另存为 docx 后再试。", "rtf"),
    (b"Rar!", "这是 RAR 压缩包。请先解压，再读取里面的文件。", "compression"),
    (b"7z\xbc\xaf\x27\x1c", "这是 7z 压缩包。请先解压，再读取里面的文件。", "compression"),
    (b"\x1f\x8b", "这是 gzip 压缩文件。请先解压，再读取里面的文件。", "compression"),
)
# Where a page starts: at its doctype or at any tag, whatever stands before in comments and XML declarations.
_HTML_START = re.compile(
    rb"(?>\s+|<\?xml[^>]*>|<!--.*?-->)*+<(?:!doctype\s+html|(?:html|head|body|meta|title|link|script|style|base|div|p|"
    rb"table|tr|td|span|h[1-6]|center|article|section|main|header|nav|ul|ol|font|br|hr|b|strong|a|img|form|iframe|pre)"
    rb"[\s/>])",
    re.IGNORECASE | re.DOTALL,
)
_HTML_WITHIN = re.compile(rb"^\s*<(?:!doctype\s+html|html|body)[\s>]", re.IGNORECASE | re.MULTILINE)
_OFFICE_XML = (b"<?mso-application", b"schemas.microsoft.com/office/word/2003/wordml", b"/office/2006/xmlPackage")
_SNIFFED = 4096


def kind(data: bytes, *, name: str) -> Kind:
    """Return which reader takes `data`, or "archive" for a zip of documents.

    What no reader takes, but people send (.doc, RTF, RAR …), is an :class:`UnreadableSource` that says what to do.
    """
    start = data[:_SNIFFED]
    if b"%PDF-" in start[:1024]:
        return "pdf"
    if start.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip_kind(data, name=name)
    if start.startswith(_OLE):
        return _ole_kind(data, name=name)
    if start.startswith(_IMAGES) or (start.startswith(b"RIFF") and start[8:12] == b"WEBP") or _is_bitmap(data):
        return "image"
    for magic, advice, code in _UNSUPPORTED:
        if start.startswith(magic):
            raise UnreadableSource(advice, code=code, name=name)
    if start.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")):
        start = start.replace(b"\x00", b"").lstrip(b"\xff\xfe\xef\xbb\xbf")
    if any(mark in start for mark in _OFFICE_XML):
        raise UnreadableSource(
            "这是 XML 格式的 Office 文件。请用原来的软件打开，另存为 docx 或 xlsx 后再试。", code="doc", name=name
        )
    if start.lstrip()[:13].lower() == b"mime-version:" or b"\nMIME-Version:" in start[:1024]:
        raise UnreadableSource("这是单一网页存档（mht）。请用浏览器打开，另存为 html 后再试。", code="mht", name=name)
    return "html" if _HTML_START.match(start) or _HTML_WITHIN.search(start) else "txt"


def _is_bitmap(data: bytes) -> bool:
    # Two letters are a weak magic; the header also holds the file's length.
    return data[:2] == b"BM" and int.from_bytes(data[2:6], "little") == len(data)


def _zip_kind(data: bytes, *, name: str) -> Kind:
    from duban.core.reading.zipped import open_zip, read_member  # zipfile takes longer to import than a text to read

    with open_zip(data, name=name) as container:
        names = set(container.namelist())
        if "[Content_Types].xml" in names:
            parts = {part.partition("/")[0] for part in names}
            if "word" in parts:
                return "docx"
            if "xl/workbook.bin" in names:
                raise UnreadableSource(
                    "这是二进制的 Excel 文件（xlsb）。请用 Excel 打开，另存为 xlsx 后再试。", code="office", name=name
                )
            if "xl" in parts:
                return "xlsx"
            raise UnreadableSource(
                "这是演示文稿等其他 Office 文件。请另存为 docx 或 pdf 后再试。", code="office", name=name
            )
        if "OFD.xml" in names:
            return "ofd"
        if "mimetype" in names:
            mimetype = read_member(container, "mimetype", limit=_SNIFFED, name=name)
            if mimetype.startswith(b"application/vnd.oasis.opendocument.spreadsheet"):
                return "ods"
            if mimetype.startswith((b"application/vnd.oasis.opendocument", b"application/epub")):
                raise UnreadableSource(
                    "这是 ODT 等其他格式的文档。请用 WPS 或 LibreOffice 打开，另存为 docx 后再试。",
                    code="office",
                    name=name,
                )
        return "archive"


def _ole_kind(data: bytes, *, name: str) -> Kind:
    def has(stream: str) -> bool:
        return stream.encode("utf-16-le") in data

    if has("EncryptedPackage"):
        raise UnreadableSource("文件设有打开密码。请先取消密码，另存后再试。", code="encrypted", name=name)
    if has("WordDocument"):
        raise UnreadableSource(
            "这是旧版 Word 或 WPS 文件（.doc/.wps）。请用 Word 或 WPS 打开，另存为 docx 后再试。", code="doc", name=name
        )
    if has("Workbook"):
        return "xls"
    raise UnreadableSource(
        "这是旧版 Office 的其他文件。请用原来的软件打开，另存为 docx、xlsx 或 pdf 后再试。", code="office", name=name
    )
