"""Footnotes in Word files: the part that holds them, and the marks in the text."""

from __future__ import annotations

from typing import Any

from docx.opc.packuri import PackURI
from docx.opc.part import XmlPart
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn

_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"
#: The styles of a footnote's text and of its mark.
TEXT, MARK = "公文脚注", "公文脚注号"
_EMPTY = (
    f"<w:footnotes {nsdecls('w')}>"
    '<w:footnote w:type="separator" w:id="-1"><w:p><w:r><w:separator/></w:r></w:p></w:footnote>'
    '<w:footnote w:type="continuationSeparator" w:id="0"><w:p><w:r><w:continuationSeparator/></w:r></w:p></w:footnote>'
    "</w:footnotes>"
)


class Notes:
    """The footnotes of a document; its part is made with the first one."""

    def __init__(self, document: Any) -> None:
        self._document = document
        self._part: Any = None
        self._count = 0

    def add(self, line: Any, text: str) -> None:
        """Put a mark at the end of a paragraph, and its text at the foot of the page."""
        if self._part is None:
            self._part = _part_of(self._document)
            used = [int(one.get(qn("w:id"))) for one in self._part.element]
            self._count = max(0, *used)
        self._count += 1
        self._part.element.append(_note(self._document, self._count, text))
        run = line.add_run("", style=MARK)
        mark = OxmlElement("w:footnoteReference")
        mark.set(qn("w:id"), str(self._count))
        run._r.append(mark)


def _part_of(document: Any) -> Any:
    for relation in document.part.rels.values():
        if relation.reltype == _RELATION:
            part = relation.target_part
            if not isinstance(part, XmlPart):
                # A template's own footnotes come as bytes: made a part that can be written to.
                part = XmlPart(part.partname, part.content_type, parse_xml(part.blob), part.package)
                relation._target = part
            return part
    part = XmlPart(PackURI("/word/footnotes.xml"), _TYPE, parse_xml(_EMPTY), document.part.package)
    document.part.relate_to(part, _RELATION)
    return part


def _note(document: Any, number: int, text: str) -> Any:
    styles = document.styles
    note = OxmlElement("w:footnote")
    note.set(qn("w:id"), str(number))
    line = OxmlElement("w:p")
    look = OxmlElement("w:pPr")
    look.append(_styled("w:pStyle", styles[TEXT].style_id))
    line.append(look)
    mark = OxmlElement("w:r")
    of_mark = OxmlElement("w:rPr")
    of_mark.append(_styled("w:rStyle", styles[MARK].style_id))
    mark.append(of_mark)
    mark.append(OxmlElement("w:footnoteRef"))
    line.append(mark)
    words = OxmlElement("w:r")
    said = OxmlElement("w:t")
    said.text = f" {text}"
    said.set(qn("xml:space"), "preserve")
    words.append(said)
    line.append(words)
    note.append(line)
    return note


def _styled(tag: str, style: str) -> Any:
    element = OxmlElement(tag)
    element.set(qn("w:val"), style)
    return element
