"""Native charts in Word files: a chart part with the workbook that holds its values, so that an office can edit it there."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any

import xlsxwriter
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.shared import Pt

from duban.writing.official.charts import ROW, WIDE
from duban.writing.official.paper import Chart

_CHART = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
_BOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_SHEET = "数据"
#: Room for the title and the legend beside the rows, in points.
_AROUND = 70


def add_chart(document: Any, line: Any, chart: Chart, font: str, number: int) -> None:
    """Put a chart into a paragraph; `number` is its place among the paper's charts."""
    book = _workbook(chart, font)
    package = document.part.package
    data = Part(PackURI(f"/word/embeddings/chart{number}.xlsx"), _BOOK, book, package)
    drawn = Part(PackURI(f"/word/charts/chart{number}.xml"), _CHART, b"", package)
    held = drawn.relate_to(data, RELATIONSHIP_TYPE.PACKAGE)
    drawn._blob = _chart_xml(book, held)
    name = document.part.relate_to(drawn, RELATIONSHIP_TYPE.CHART)
    line.add_run()._r.append(parse_xml(_inline(chart, name, number)))


def _workbook(chart: Chart, font: str) -> bytes:
    """Return a workbook with the values and the chart drawn from them: what Word opens for “编辑数据”."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        sheet = book.add_worksheet(_SHEET)
        sheet.write_row(0, 0, ["", *(one.name for one in chart.series)])
        for n, label in enumerate(chart.labels):
            sheet.write_row(n + 1, 0, [label, *(one.values[n] for one in chart.series)])
        last = len(chart.labels)
        drawn = book.add_chart({"type": "bar", "subtype": "stacked"})
        letters = {"name": font, "size": 10.5}
        for n, one in enumerate(chart.series, 1):
            drawn.add_series(
                {
                    "name": [_SHEET, 0, n],
                    "categories": [_SHEET, 1, 0, last, 0],
                    "values": [_SHEET, 1, n, last, n],
                    "fill": {"color": f"#{one.colour}"},
                    "data_labels": {"value": True, "font": {**letters, "size": 9}, "num_format": "0;;"},
                    "gap": 60,
                }
            )
        unit = f"（{chart.unit}）" if chart.unit else ""
        drawn.set_title({"name": f"{chart.title}{unit}", "name_font": {"name": font, "size": 12, "bold": False}})
        # The first label stands at the top, as in the table.
        drawn.set_y_axis({"reverse": True, "num_font": letters})
        drawn.set_x_axis({"visible": False, "major_gridlines": {"visible": False}})
        drawn.set_legend({"none": True} if len(chart.series) == 1 else {"position": "bottom", "font": letters})
        sheet.insert_chart("H2", drawn)
    return file.getvalue()


def _chart_xml(book: bytes, held: str) -> bytes:
    """Return the chart of a workbook as a part of a Word file whose values lie in the embedded workbook."""
    with zipfile.ZipFile(io.BytesIO(book)) as package:
        xml = package.read("xl/charts/chart1.xml").decode("utf-8")
    link = (
        '<c:externalData xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
        f' r:id="{held}"><c:autoUpdate val="0"/></c:externalData>'
    )
    # What a label does not show is said too: programs differ in what they take for granted.
    only = "".join(
        f'<c:show{name} val="{int(name == "Val")}"/>'
        for name in ("LegendKey", "Val", "CatName", "SerName", "Percent", "BubbleSize")
    )
    xml = xml.replace('<c:showVal val="1"/>', only)
    return re.sub(r"(<c:printSettings>|</c:chartSpace>)", link + r"\1", xml, count=1).encode("utf-8")


def _inline(chart: Chart, name: str, number: int) -> str:
    high = int(Pt(ROW * len(chart.labels) + _AROUND))
    said = chart.title.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
    return (
        '<w:drawing xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
        '<wp:inline xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"'
        ' distT="0" distB="0" distL="0" distR="0">'
        f'<wp:extent cx="{int(Pt(WIDE - 2))}" cy="{high}"/><wp:docPr id="{1000 + number}" name="图{number}" descr="{said}"/>'
        '<a:graphic xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main">'
        '<a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/chart">'
        '<c:chart xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"'
        ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
        f' r:id="{name}"/></a:graphicData></a:graphic></wp:inline></w:drawing>'
    )
