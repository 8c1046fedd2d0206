"""Web pages: the words a browser shows, their tables and headings, and what belongs to the site."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser, LexborNode

from duban.core.reading.decoding import decode
from duban.core.reading.draft import Draft
from duban.core.reading.errors import UnreadableSource
from duban.core.reading.limits import (
    MAX_COLUMNS,
    MAX_HTML,
    MAX_HTML_COPIES,
    MAX_HTML_DEPTH,
    MAX_HTML_TAGS,
    MEGABYTE,
)
from duban.core.types import Cell, Heading, Note, Source, Span, Table

_DECLARED = re.compile(rb"<(?:meta|\?xml)\b[^>]{0,500}?\b(?:charset|encoding)\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
# GB18030 holds all of the older two, and pages that state those use its characters.
_GB = {"gb2312", "gb_2312-80", "gbk", "cp936", "ms936", "windows-936", "x-gbk", "gb18030"}
# Any bytes fit these, so that stating them proves nothing; software writes them into Chinese pages unasked.
_FITS_ALL = re.compile(r"(?:iso[-_]?8859|latin|windows-125|cp125|us-ascii|ascii|x-user)", re.IGNORECASE)

_DROPPED = frozenset(
    "script style noscript template head iframe object embed svg canvas audio video map input -comment".split()
)
_BLOCKS = frozenset(
    "address article aside blockquote body br caption center dd details dialog dir div dl dt fieldset figcaption figure "
    "footer form frameset h1 h2 h3 h4 h5 h6 header hgroup hr html legend li listing main menu nav ol optgroup option p "
    "plaintext pre search section summary table ul xmp tbody thead tfoot tr td th".split()
)
_HEADINGS = {f"h{depth}": depth for depth in range(1, 7)}
_PREFORMATTED = frozenset({"pre", "listing", "xmp", "plaintext", "textarea"})
_CONTROLS = frozenset({"button", "select", "textarea", "datalist"})
_SITE_TAGS = frozenset({"nav", "aside", "footer", "header"})
_SITE_ROLES = frozenset({"navigation", "banner", "contentinfo", "search", "menu", "menubar", "complementary"})
_SITE_NAMES = re.compile(
    r"share|breadcrumb|crumb|footer|sidebar|pagination|qrcode|copyright"
    r"|(?<![a-z])(?:(?:top|main|sub|left|side|foot)?(?:nav|menu)(?:bar|box|igation|list)?|pager?(?:bar|box)?|toolbar|ewm)"
    r"(?![a-z])"
    r"|^(?:page|site|web|main)?[-_]?bottom",
    re.IGNORECASE,
)
_HIDDEN = re.compile(r"(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)
# What a class or a tag calls furniture is a document all the same if it holds this many characters outside of links.
_DOCUMENT_LENGTH = 1000
# A cell that holds a page's text, not a table's entry.
_PROSE_LENGTH, _PROSE_PARAGRAPHS = 500, 3

_SPACE = re.compile(r"[ \t\n\r\f]+")


def read(data: bytes, *, name: str, sha256: str) -> Source:
    """Return the text that a browser shows, with nothing left out but what it never shows.

    Navigation, share bars and hidden text are in the text and set aside as furniture. A page without words, or one
    made to exhaust memory, is an :class:`UnreadableSource`.
    """
    if len(data) > MAX_HTML:
        raise UnreadableSource(
            f"网页超过 {MAX_HTML // MEGABYTE} MB。请用浏览器打开，把正文复制到 Word 或文本文件后再试。",
            code="too-large",
            name=name,
        )
    declared = _DECLARED.search(data[:4096])
    decoded = decode(data, name=name, declared=_charset(declared[1].decode("ascii", "replace")) if declared else None)
    _refuse_bombs(decoded.text, name=name)
    body = LexborHTMLParser(decoded.text).body
    page = _Page(_layout_tables(body) if body else set())
    if body:
        page.take(body)
    draft = page.draft
    text = draft.text
    if not text.strip():
        raise UnreadableSource(
            "网页里没有文字，正文可能由脚本或框架另行载入。请用浏览器打开，把正文复制到 Word 或文本文件后再试。",
            code="no-text",
            name=name,
        )
    return Source(
        name=name,
        media_type="text/html",
        sha256=sha256,
        text=text,
        lines="paragraph",
        tables=tuple(draft.tables),
        headings=tuple(draft.headings),
        furniture=tuple(draft.furniture),
        notes=tuple(
            # The bytes are not the text of this source: the place of the damage is only known in the file.
            Note(note.code, note.message, Span(max(text.find("\ufffd"), 0), max(text.find("\ufffd"), 0) + 1))
            for note in decoded.notes
        )
        + tuple(draft.notes),
    )


def _charset(stated: str) -> str | None:
    stated = stated.lower()
    if stated in _GB:
        return "gb18030"
    # By the HTML standard a page that can be read as far as its charset is not in UTF-16, whatever it says.
    return None if _FITS_ALL.match(stated) or stated.startswith("utf-16") else stated


# --- Pages made to explode -------------------------------------------------------------------------------------------

_TAG = re.compile(
    r"<!--.*?(?:--!?>|\Z)|<(script|style|textarea|title|xmp|iframe|noframes)\b.*?(?:</\1|\Z)"
    r"|<(/?)([a-zA-Z][^\s/>]*)((?:\"[^\"]*\"|'[^']*'|[^>\"'])*+)>",
    re.DOTALL | re.IGNORECASE,
)
_VOID = frozenset("area base br col embed hr img input link meta param source track wbr frame keygen bgsound".split())
# They close one another, or are closed with what holds them, and nest only through elements that are counted.
_SELF_CLOSING = frozenset("p li dt dd option optgroup tr td th thead tbody tfoot colgroup caption rb rt rp".split())
_FORMATTING = frozenset("a b big code em font i nobr s small strike strong tt u".split())
_SCOPES = frozenset("table template object marquee applet button".split())


def _refuse_bombs(text: str, *, name: str) -> None:
    """Raise if the parser would take minutes or gigabytes: the tree is followed here without being built."""
    open_at: defaultdict[str, list[int]] = defaultdict(list)
    stack: list[str] = []
    scopes: list[int] = [-1]
    formatting: Counter[str] = Counter()
    unclosed = copies = tags = 0
    for match in _TAG.finditer(text):
        closing, tag, rest = match[2], match[3], match[4]
        tags += 1
        if tag is None or (tag := tag.lower()) in _VOID:
            continue
        if tag in _FORMATTING:
            # No more than three of the same are opened again.
            if closing:
                key = next((key for key in formatting if key.startswith(tag + " ")), None)
                if key:
                    unclosed -= formatting[key] <= 3
                    formatting[key] -= 1
                    formatting += Counter()
            else:
                key = f"{tag} {rest}"
                formatting[key] += 1
                unclosed += formatting[key] <= 3
        copies += unclosed
        if tag not in _SELF_CLOSING:
            if not closing and not rest.endswith("/"):
                open_at[tag].append(len(stack))
                stack.append(tag)
                if tag in _SCOPES:
                    scopes.append(len(stack) - 1)
            elif closing and open_at[tag] and (open_at[tag][-1] >= scopes[-1]):
                while len(stack) > open_at[tag][-1]:
                    pass
        if tags > MAX_HTML_TAGS or len(stack) > MAX_HTML_DEPTH or copies > MAX_HTML_COPIES:
            raise UnreadableSource("", code="bomb", name=name)
