"""Official papers (公文) in the layout of GB/T 9704-2012, as Word files and as PDF; no Django.

:class:`~duban.writing.official.paper.Paper` says what stands in a paper, :func:`as_docx` and :func:`as_pdf` set it.
"""

from duban.writing.official.as_docx import as_docx
from duban.writing.official.as_pdf import Printed, as_pdf
from duban.writing.official.as_xlsx import as_xlsx
from duban.writing.official.paper import Annex, Chart, Heading, Masthead, Paper, Paragraph, Series, Table

__all__ = [
    "Annex",
    "Chart",
    "Heading",
    "Masthead",
    "Paper",
    "Paragraph",
    "Printed",
    "Series",
    "Table",
    "as_docx",
    "as_pdf",
    "as_xlsx",
]
