"""OFD papers of an invented district, put together for a test: places in millimetres from the upper left corner."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

NAMESPACE = "http://www.ofdspec.org/2016"
SIZE = 5.6  # 16 points


def steps(text: str, size: float) -> str:
    """Return DeltaX as writers put it: repeated steps as ``g n d``."""
    if len(text) < 2:
        return ""
    return f"g {len(text) - 1} {size}"


def text_object(
    x: float, y: float, text: str, size: float = SIZE, *, delta_x: str | None = None, extra: str = ""
) -> str:
    """Return a line of text whose baseline is at `y`, as an object whose boundary starts above it."""
    delta = steps(text, size) if delta_x is None else delta_x
    written = f' DeltaX="{delta}"' if delta else ""
    return (
        f'<ofd:TextObject ID="9" Boundary="{x} {y - size} {size * max(1, len(text))} {size * 1.3}" Font="3" '
        f'Size="{size}" {extra}><ofd:TextCode X="0" Y="{size}"{written}>{escape(text)}</ofd:TextCode></ofd:TextObject>'
    )


def path_object(outline: Sequence[tuple[float, float]], attributes: str = 'LineWidth="0.2"') -> str:
    """Return a stroked path through points that count from the sheet's corner."""
    points = " ".join(f"{'ML'[index > 0]} {x} {y}" for index, (x, y) in enumerate(outline))
    return (
        f'<ofd:PathObject ID="8" Boundary="0 0 210 297" {attributes}>'
        f"<ofd:AbbreviatedData>{points}</ofd:AbbreviatedData></ofd:PathObject>"
    )


def table(x: float, y: float, widths: Sequence[float], height: float, rows: Sequence[Sequence[str]]) -> list[str]:
    """Return a ruled table of rows of one height, its cells' text on one line each."""
    right, bottom = x + sum(widths), y + height * len(rows)
    objects = [path_object([(x, y + height * row), (right, y + height * row)]) for row in range(len(rows) + 1)]
    edges = [x + sum(widths[:index]) for index in range(len(widths) + 1)]
    objects += [path_object([(edge, y), (edge, bottom)]) for edge in edges]
    for row, texts in enumerate(rows):
        for edge, text in zip(edges, texts, strict=False):
            if text:
                objects.append(text_object(edge + 2, y + height * row + 6, text, 4.0))
    return objects


@dataclass
class Folder:
    """An OFD file on its way: pages of objects, templates under them, images."""

    pages: list[tuple[list[str], str]] = field(default_factory=list)
    templates: list[list[str]] = field(default_factory=list)
    images: dict[str, bytes] = field(default_factory=dict)
    box: str = "0 0 210 297"

    def page(self, objects: Iterable[str], *, template: int | None = None, area: str = "") -> None:
        head = f"<ofd:Area><ofd:PhysicalBox>{area}</ofd:PhysicalBox></ofd:Area>" if area else ""
        if template is not None:
            head += f'<ofd:Template TemplateID="{100 + template}" ZOrder="Background"/>'
        self.pages.append((list(objects), head))

    def parts(self, root: str = "Doc_0") -> dict[str, str | bytes]:
        """Return the parts of one document by path."""
        pages = "".join(
            f'<ofd:Page ID="{index + 10}" BaseLoc="Pages/Page_{index}/Content.xml"/>'
            for index in range(len(self.pages))
        )
        templates = "".join(
            f'<ofd:TemplatePage ID="{100 + index}" BaseLoc="Tpls/Tpl_{index}/Content.xml"/>'
            for index in range(len(self.templates))
        )
        resources = "<ofd:DocumentRes>DocumentRes.xml</ofd:DocumentRes>" if self.images else ""
        parts: dict[str, str | bytes] = {
            f"{root}/Document.xml": _xml(
                "Document",
                f"<ofd:CommonData><ofd:PageArea><ofd:PhysicalBox>{self.box}</ofd:PhysicalBox></ofd:PageArea>"
                f"{resources}{templates}</ofd:CommonData><ofd:Pages>{pages}</ofd:Pages>",
            )
        }
        for index, (objects, head) in enumerate(self.pages):
            parts[f"{root}/Pages/Page_{index}/Content.xml"] = _content(head, objects)
        for index, objects in enumerate(self.templates):
            parts[f"{root}/Tpls/Tpl_{index}/Content.xml"] = _content("", objects)
        if self.images:
            media = "".join(
                f'<ofd:MultiMedia ID="{key}"><ofd:MediaFile>image_{key}.png</ofd:MediaFile></ofd:MultiMedia>'
                for key in self.images
            )
            parts[f"{root}/DocumentRes.xml"] = _xml(
                "Res", f"<ofd:MultiMedias>{media}</ofd:MultiMedias>", ' BaseLoc="Res"'
            )
            for key, data in self.images.items():
                parts[f"{root}/Res/image_{key}.png"] = data
        return parts


def _xml(root: str, inner: str, attributes: str = "") -> str:
    head = '<?xml version="1.0" encoding="UTF-8"?>\n'
    return f'{head}<ofd:{root} xmlns:ofd="{NAMESPACE}"{attributes}>{inner}</ofd:{root}>'


def _content(head: str, objects: Iterable[str]) -> str:
    return _xml(
        "Page", f'{head}<ofd:Content><ofd:Layer Type="Body" ID="2">{"".join(objects)}</ofd:Layer></ofd:Content>'
    )


def ofd(*documents: Folder) -> bytes:
    """Return documents as one OFD file."""
    parts: dict[str, str | bytes] = {}
    bodies = ""
    for index, document in enumerate(documents):
        bodies += f"<ofd:DocBody><ofd:DocInfo/><ofd:DocRoot>Doc_{index}/Document.xml</ofd:DocRoot></ofd:DocBody>"
        parts.update(document.parts(f"Doc_{index}"))
    return packed({"OFD.xml": _xml("OFD", bodies, ' Version="1.0" DocType="OFD"'), **parts})


def packed(parts: Mapping[str, str | bytes]) -> bytes:
    """Return parts as a zip."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as container:
        for path, content in parts.items():
            container.writestr(zipfile.ZipInfo(path), content, zipfile.ZIP_DEFLATED)
    return file.getvalue()
