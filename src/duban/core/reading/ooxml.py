"""Parts of an Office file: found through its relationships, unpacked within bounds, parsed without entities."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from posixpath import join, normpath, split
from typing import Any
from zipfile import ZipFile

from lxml import etree

from duban.core.reading.errors import UnreadableSource
from duban.core.reading.limits import MAX_XML_PART
from duban.core.reading.zipped import read_member

Element = Any  # lxml has no types of its own


def parse(data: bytes, *, name: str) -> Element:
    """Return the root of an XML part; a part that is broken or brings a DTD is an :class:`UnreadableSource`."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise broken_xml(error, name=name) from error
    refuse_entities(root, name=name)
    return root


def broken_xml(error: etree.XMLSyntaxError, *, name: str) -> UnreadableSource:
    """Return what to say of a part that is no XML."""
    return UnreadableSource(
        f"文件内部已损坏（XML 第 {error.lineno} 行）。请用原来的软件打开，另存一份后再试。", code="broken", name=name
    )


def refuse_entities(root: Element, *, name: str) -> None:
    """Raise :class:`UnreadableSource` ("entities") if the part brings definitions of its own."""
    if root.getroottree().docinfo.internalDTD is not None:
        raise UnreadableSource(
            "文件内部的 XML 自带实体定义，正常的 Office 文件不会有，可能被人做过手脚，已停止读取。请向提供者核实。",
            code="entities",
            name=name,
        )


def local(element: Element) -> str:
    """Return the tag without its namespace: the transitional and the strict form of the standard differ only there.

    It is empty for what is no element (a processing instruction, an entity).
    """
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def attribute(element: Element | None, name: str) -> str | None:
    """Return an attribute by its local name, None where it or the element is missing."""
    if element is None:
        return None
    for key, value in element.attrib.items():
        if key.rpartition("}")[2] == name:
            return str(value)
    return None


def child(element: Element | None, *path: str) -> Element | None:
    """Return the first descendant along `path` of local names, None where there is none."""
    for step in path:
        if element is None:
            return None
        element = next((below for below in element if local(below) == step), None)
    return element


def parts(element: Element | None, *path: str) -> Iterator[Element]:
    """Yield what stands directly in the descendant along `path`, nothing where there is none."""
    found = child(element, *path)
    if found is not None:
        yield from found


def number(element: Element | None, name: str = "val") -> int | None:
    """Return a whole number from an attribute, None where it says none."""
    digits = (attribute(element, name) or "").strip()
    negative, digits = digits.startswith("-"), digits.lstrip("-")
    # More digits than Office writes are not a number but an attack on the memory.
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 9):
        return None
    return -int(digits) if negative else int(digits)


def switched_on(element: Element | None) -> bool:
    """Say whether a property such as ``w:vanish`` is there and not switched off."""
    return element is not None and attribute(element, "val") not in ("0", "false", "off", "none")


@dataclass(frozen=True, slots=True)
class Relation:
    """What one part says of another: its `kind` is the last word of the relationship's type ("styles", "worksheet")."""

    key: str
    kind: str
    path: str


class Package:
    """The parts of one file. `main` is the part that the others belong to, the document or the workbook."""

    def __init__(self, container: ZipFile, *, usual: str, name: str) -> None:
        self._container = container
        self._present = frozenset(container.namelist())
        self._name = name
        stated = (relation.path for relation in self._relations_of("") if relation.kind == "officeDocument")
        main_path = next(stated, usual)
        self.main = self._read(main_path)
        self.relations = self._relations_of(main_path)

    def related(self, kind: str) -> Element | None:
        """Return the part to which the main part is related by `kind`, None where there is none."""
        paths = (relation.path for relation in self.relations if relation.kind == kind)
        path = next((path for path in paths if path in self._present), None)
        return None if path is None else self._read(path)

    def _read(self, path: str) -> Element:
        return parse(read_member(self._container, path, limit=MAX_XML_PART, name=self._name), name=self._name)

    def _relations_of(self, source: str) -> tuple[Relation, ...]:
        folder, file = split(source)
        path = join(folder, "_rels", f"{file}.rels")
        if path not in self._present:
            return ()
        return tuple(
            Relation(
                attribute(relation, "Id") or "",
                (attribute(relation, "Type") or "").rpartition("/")[2],
                normpath(join("/", folder, attribute(relation, "Target") or "")).lstrip("/"),
            )
            for relation in self._read(path)
        )
