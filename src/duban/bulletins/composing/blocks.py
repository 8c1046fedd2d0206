"""What a paper is made of, as plain JSON values: blocks, and in them pieces of text, bound values and footnotes.

A piece is a text, a bound value ``{"f": name, "v": shown}`` or a footnote ``{"n": [pieces]}``. A block of words::

    {"id": "b3", "key": "overall", "type": "paragraph", "parts": [pieces], "composed": [pieces]}

`composed` is what the rules wrote; where `parts` differ from it a person edited. Headings have a `level`, their number is
put before them when the paper is shown. Tables have `head`, `rows` of cells (each a list of pieces) and `widths`; charts
`labels` and `series`; an annex begins a part of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from duban.bulletins.composing.figures import Book, UnknownFigure, near

Piece = str | dict[str, Any]
Block = dict[str, Any]

#: Blocks of words: what a person may edit.
WORDS = ("heading", "paragraph")
_DIGITS = "〇一二三四五六七八九"


def bound(name: str, value: str) -> Piece:
    """Return a bound value."""
    return {"f": name, "v": value}


def text_of(parts: Iterable[Piece], *, notes: bool = False) -> str:
    """Return the words of pieces; footnotes are left out unless `notes`."""
    found = []
    for part in parts:
        if isinstance(part, str):
            found.append(part)
        elif "f" in part:
            found.append(str(part["v"]))
        elif notes:
            found.append(f"（注：{text_of(part['n'])}）")
    return "".join(found)


def bound_in(parts: Iterable[Piece]) -> Iterator[dict[str, Any]]:
    """Yield the bound values among pieces, those of footnotes too, in their order."""
    for part in parts:
        if isinstance(part, dict):
            if "f" in part:
                yield part
            else:
                yield from bound_in(part["n"])


def cells_of(block: Block) -> Iterator[list[Piece]]:
    """Yield the lists of pieces of a block: its words, or the cells of its table."""
    if "parts" in block:
        yield block["parts"]
    for row in block.get("rows", ()):
        yield from row


def bound_of(block: Block) -> Iterator[dict[str, Any]]:
    """Yield every bound value of a block, those of a chart too."""
    for parts in cells_of(block):
        yield from bound_in(parts)
    for series in block.get("series", ()):
        yield from series["values"]


def is_edited(block: Block) -> bool:
    """Say whether a person changed the words; the values of figures do not count."""
    return block["type"] in WORDS and _frozen(block["parts"]) != _frozen(block.get("composed", []))


def _frozen(parts: Iterable[Piece]) -> list[Any]:
    """Return pieces without the values of figures, neighbouring texts as one."""
    found: list[Any] = []
    for part in parts:
        if isinstance(part, str):
            if found and isinstance(found[-1], str):
                found[-1] += part
            elif part:
                found.append(part)
        elif "f" in part:
            found.append(("f", part["f"]))
        else:
            found.append(("n", _frozen(part["n"])))
    return found


# ---- numbers of headings ----


def chinese(number: int) -> str:
    """Return a number up to 99 in Chinese: 十二."""
    tens, ones = divmod(number, 10)
    if not tens:
        return _DIGITS[ones]
    return f"{'' if tens == 1 else _DIGITS[tens]}十{'' if not ones else _DIGITS[ones]}"


def numbered(blocks: Iterable[Block]) -> Iterator[tuple[Block, str]]:
    """Yield each block with what stands before it: 一、（一）1. before headings; counting begins anew in each annex."""
    counts = [0, 0, 0, 0]
    annex = 0
    for block in blocks:
        before = ""
        if block["type"] == "annex":
            annex += 1
            counts = [0, 0, 0, 0]
            before = str(annex)
        elif block["type"] == "heading":
            level = block["level"]
            counts[level - 1] += 1
            counts[level:] = [0] * (4 - level)
            number = counts[level - 1]
            before = (f"{chinese(number)}、", f"（{chinese(number)}）", f"{number}. ", f"（{number}）")[level - 1]
        yield block, before


# ---- the text that a person edits ----


@dataclass(frozen=True)
class WrongText(Exception):  # noqa: N818 — named for what it says
    """The text of a block cannot be taken; the message says what and where."""

    what: str

    def __str__(self) -> str:
        return self.what


def editable(parts: Iterable[Piece]) -> str:
    """Return pieces as the text that a person edits: ``{55}`` is a bound value, ``^[…]`` a footnote.

    Where two bound values of the block look alike, the name stands behind: ``{3·tasks.red}``.
    """
    parts = list(parts)
    names: dict[str, set[str]] = {}
    for one in bound_in(parts):
        names.setdefault(str(one["v"]), set()).add(one["f"])
    return "".join(_editable(part, names) for part in parts)


def _editable(part: Piece, names: dict[str, set[str]]) -> str:
    if isinstance(part, str):
        return part
    if "f" in part:
        value = str(part["v"])
        return f"{{{value}·{part['f']}}}" if len(names[value]) > 1 else f"{{{value}}}"
    return f"^[{''.join(_editable(one, names) for one in part['n'])}]"


_TOKEN = re.compile(r"\{([^{}]*)\}|\^\[((?:\{[^{}]*\}|[^\[\]])*)\]")


def parsed(text: str, before: Iterable[Piece], figures: Book) -> list[Piece]:
    """Return the pieces of an edited text.

    ``{…}`` is a bound value of the block as it was (by its shown value, or by its name after ``·``), or the name of a
    figure that `figures` works out. Raises :class:`WrongText`.
    """
    known: dict[str, str] = {}
    for one in bound_in(before):
        known.setdefault(str(one["v"]), one["f"])
    values = {one["f"]: str(one["v"]) for one in bound_in(before)}
    cleaned = " ".join(text.split("\n")).strip()
    return _parsed(cleaned, known, values, figures)


def _parsed(text: str, known: dict[str, str], values: dict[str, str], figures: Book) -> list[Piece]:
    found: list[Piece] = []
    at = 0
    for match in _TOKEN.finditer(text):
        _plain(found, text[at : match.start()])
        at = match.end()
        if match[2] is not None:
            found.append({"n": _parsed(match[2], known, values, figures)})
            continue
        found.append(_bound(match[1].strip(), known, values, figures))
    _plain(found, text[at:])
    return found


def _plain(found: list[Piece], words: str) -> None:
    if "{" in words or "}" in words:
        at = max(words.find("{"), words.find("}"))
        raise WrongText(
            f"花括号不成对，在“{words[max(0, at - 8) : at + 8]}”这里。花括号里是绑定的数，请成对地写或者成对地删。"
        )
    if words:
        found.append(words)


def _bound(inside: str, known: dict[str, str], values: dict[str, str], figures: Book) -> Piece:
    value, _, name = inside.rpartition("·") if "·" in inside and inside.rpartition("·")[2] in values else ("", "", "")
    if name:
        if value != values[name]:
            raise WrongText(
                f"花括号里的数由数据算出，不能从{values[name]}改成{value}。要写别的数，请去掉花括号（那样就不再绑定）。"
            )
        return bound(name, value)
    if inside in known:
        return bound(known[inside], inside)
    if inside in values:
        return bound(inside, values[inside])
    try:
        return bound(inside, figures.figure(inside).shown)
    except UnknownFigure:
        guess = near(inside)
        hint = (
            f"是不是“{guess}”？"
            if guess
            else "要写别的数，请去掉花括号（那样就不再绑定）；要绑定一个数，写它的名称，如 {tasks.red}。"
        )
        raise WrongText(f"没有“{{{inside}}}”这个绑定的数。{hint}") from None


# ---- what a person changed ----


@dataclass(frozen=True)
class Run:
    """A stretch of a difference: ``same``, ``out`` (was composed, is gone) or ``in`` (was written)."""

    kind: str
    text: str


def difference(composed: Iterable[Piece], now: Iterable[Piece]) -> list[Run]:
    """Return what was changed between what the rules wrote and what stands now, character by character."""
    before, after = text_of(composed, notes=True), text_of(now, notes=True)
    runs: list[Run] = []
    for step, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if step == "equal":
            runs.append(Run("same", before[a:b]))
            continue
        if b > a:
            runs.append(Run("out", before[a:b]))
        if d > c:
            runs.append(Run("in", after[c:d]))
    return runs


# ---- what the data changed ----


@dataclass(frozen=True)
class Change:
    """Where a draft and the data have gone apart.

    `kind`: ``figure`` (a bound value is another now), ``gone`` (what it speaks of is not there any more), ``table`` (a
    table or a chart), ``wording`` (the rules would choose other words now), ``new`` (a block that the rules add now),
    ``over`` (a block that they would not write any more). `old` and `new` are what stands and what would.
    """

    kind: str
    block: str
    name: str = ""
    old: str = ""
    new: str = ""
    label: str = ""


def changes(body: dict[str, Any], fresh: list[Block], figures: Book) -> list[Change]:
    """Return where `body` and the data have gone apart; `fresh` is what the rules compose now."""
    now = {block["key"]: block for block in fresh}
    found: list[Change] = []
    for block in body["blocks"]:
        key = block.get("key", "")
        composed = now.get(key)
        if key and composed is None:
            found.append(Change("over", block["id"], old=_gist(block)))
            continue
        if block["type"] not in WORDS:
            if composed and _content(block) != _content(composed):
                found.append(Change("table", block["id"], old=_gist(block), new=_moved(block, composed)))
            continue
        if composed and _frozen(composed["parts"]) != _frozen(block["composed"]):
            found.append(Change("wording", block["id"], old=text_of(block["parts"]), new=text_of(composed["parts"])))
            continue
        seen: set[str] = set()
        for one in bound_of(block):
            name = one["f"]
            if name in seen:
                continue
            seen.add(name)
            try:
                figure = figures.figure(name)
            except UnknownFigure:
                found.append(Change("gone", block["id"], name, str(one["v"])))
                continue
            if figure.shown != one["v"]:
                found.append(Change("figure", block["id"], name, str(one["v"]), figure.shown, figure.label))
    there = {block.get("key") for block in body["blocks"]} | set(body.get("dropped", ()))
    found += [Change("new", block["key"], new=_gist(block)) for block in fresh if block["key"] not in there]
    return found


def _content(block: Block) -> Any:
    return [block.get(part) for part in ("rows", "labels", "series", "title", "landscape")]


def _gist(block: Block) -> str:
    words = text_of(block["parts"]) if "parts" in block else block.get("title", "")
    return words if len(words) <= 60 else f"{words[:60]}……"


def _moved(block: Block, composed: Block) -> str:
    """Return in words how a table changed: rows that came, rows that went, values that moved."""
    before = {text_of(row[0]) + text_of(row[min(1, len(row) - 1)]): row for row in block.get("rows", ())}
    after = {text_of(row[0]) + text_of(row[min(1, len(row) - 1)]): row for row in composed.get("rows", ())}
    said = []
    if more := len(after.keys() - before.keys()):
        said.append(f"多了{more}行")
    if less := len(before.keys() - after.keys()):
        said.append(f"少了{less}行")
    if moved := sum(before[key] != after[key] for key in before.keys() & after.keys()):
        said.append(f"{moved}行的内容变了")
    return "，".join(said) or "数变了"


def accepted(
    body: dict[str, Any], fresh: list[Block], figures: Book, only: tuple[str, str] | None = None
) -> dict[str, Any]:
    """Return the body with what changed taken over: everything, or only one (block, figure name).

    What a person edited keeps its words: only the values in it change. With `only` naming a block and no figure the whole
    block is taken anew, words too.
    """
    made = deepcopy(body)
    now = {block["key"]: block for block in fresh}
    for change in changes(body, fresh, figures):
        if only is not None and only != (change.block, change.name):
            continue
        block = next((one for one in made["blocks"] if one["id"] == change.block), None)
        match change.kind:
            case "figure" if block:
                for one in bound_of(block):
                    if one["f"] == change.name:
                        one["v"] = change.new
                for one in bound_in(block.get("composed", ())):
                    if one["f"] == change.name:
                        one["v"] = change.new
            case "gone" if block:
                block["parts"] = _unbound(block["parts"], change.name)
            case "table" if block:
                block.update({k: deepcopy(v) for k, v in now[block["key"]].items() if k not in ("id", "key")})
            case "wording" if block and (only is not None or not is_edited(block)):
                composed = deepcopy(now[block["key"]])
                block["parts"], block["composed"] = composed["parts"], composed["composed"]
            case "wording" if block:
                # The person's words stay; what is composed now is kept beside them, to be compared with.
                _revalue(block, figures)
                block["composed"] = deepcopy(now[block["key"]]["composed"])
            case "over" if block and (only is not None or not is_edited(block)):
                made["blocks"].remove(block)
            case "new":
                _insert(made["blocks"], deepcopy(now[change.block]), [one["key"] for one in fresh])
    return made


def _revalue(block: Block, figures: Book) -> None:
    for one in bound_of(block):
        try:
            one["v"] = figures.figure(one["f"]).shown
        except UnknownFigure:
            continue


def _unbound(parts: list[Piece], name: str) -> list[Piece]:
    return [str(part["v"]) if isinstance(part, dict) and part.get("f") == name else part for part in parts]


def _insert(blocks: list[Block], block: Block, order: list[str]) -> None:
    """Put a new block after the nearest one that stands before it by the rules."""
    before = order[: order.index(block["key"])]
    place = max((at + 1 for at, one in enumerate(blocks) if one.get("key") in before), default=0)
    block["id"] = fresh_id(blocks)
    blocks.insert(place, block)


def fresh_id(blocks: Iterable[Block]) -> str:
    """Return an id that no block has."""
    return f"b{max((int(block['id'][1:]) for block in blocks), default=0) + 1}"
