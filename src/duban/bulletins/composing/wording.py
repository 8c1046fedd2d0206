"""Wording files: which blocks a paper has, in which words, on which conditions. TOML that an office can read and change.

Reading one checks it: every name in braces must be a figure, every condition readable, no number written into the words.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources

from duban.bulletins.composing.blocks import Piece
from duban.bulletins.composing.conditions import Condition, WrongCondition, condition
from duban.bulletins.composing.figures import known_names, near
from duban.bulletins.composing.lists import LISTS
from duban.bulletins.composing.tables import CHARTS, TABLES
from duban.dispatch.schemes.problems import Problem, Reader, WrongScheme

#: Kinds of papers, by the name of their preset, with what each is called and what it speaks of.
KINDS: dict[str, str] = {
    "monthly": "督查通报",
    "section": "专项通报（一个章节）",
    "livelihood": "民生实事专项通报",
    "projects": "项目专项通报",
    "unit": "单位本月情况",
    "ledger": "任务台账",
    "congress": "向人大的报告",
    "committee": "向政协的通报",
    "year": "年度督查考核情况",
    "lookback": "下一年报告的回顾部分",
}
#: Papers on a whole year up to a day, and those on a section or on a unit.
OF_A_YEAR = ("congress", "committee", "year", "lookback")
OF_A_SECTION, OF_A_UNIT = ("section",), ("unit",)
_HOLE = re.compile(r"\{([^{}]*)\}")
_KEYS = (
    *(
        "key",
        "heading",
        "text",
        "note",
        "when",
        "each",
        "limit",
        "join",
        "variant",
        "table",
        "chart",
        "annex",
        "landscape",
    ),
)


@dataclass(frozen=True)
class Variant:
    """One way to say it: its words, its footnote, and when it is chosen (always where nothing is said)."""

    text: str
    note: str = ""
    when: Condition | None = None


@dataclass(frozen=True)
class Rule:
    """One block of the file: what it is, for which things, on which condition, in which words."""

    key: str
    type: str
    level: int = 1
    variants: tuple[Variant, ...] = ()
    each: str = ""
    limit: int | None = None
    join: bool = False
    when: Condition | None = None
    place: str = ""
    title: str = ""
    landscape: bool = False


@dataclass(frozen=True)
class Wording:
    """A wording file that holds: how the paper is called and addressed, and its blocks."""

    kind: str
    title: str
    addressee: str
    masthead: str
    word: str
    copies: str
    rules: tuple[Rule, ...]


def read(text: str, file: str) -> Wording:
    """Return the wording of a file. Raises `WrongScheme` with everything that is wrong, each with its place."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"line (\d+), column (\d+)", str(error))
        where = f"第{place[1]}行第{place[2]}列" if place else "末尾"
        raise WrongScheme(
            [Problem(file, where, "不合 TOML 的写法", "看这一处的引号、方括号、等号是否成对，文字要加双引号")]
        ) from error
    reader = Reader(file, table)
    reader.only("kind", "title", "addressee", "masthead", "word", "copies", "block")
    kind = reader.choice("kind", KINDS)
    words = {
        name: reader.text(name, default=None if name == "title" else "")
        for name in ("title", "addressee", "masthead", "word", "copies")
    }
    for name, said in words.items():
        _holes(reader, name, said, "")
    rules = [_rule(one, number) for number, one in enumerate(reader.tables("block"), 1)]
    keys = [rule.key for rule in rules]
    for number, key in enumerate(keys, 1):
        if key in keys[: number - 1]:
            reader.wrong(f"第{number}个 block", f"key “{key}”前面用过了", "每一段的 key 要不同：改过的稿子靠它对上")
    if not rules:
        reader.wrong("block", "一段也没有", "至少写一个 [[block]]")
    if reader.problems:
        raise WrongScheme(reader.problems)
    return Wording(
        kind, words["title"], words["addressee"], words["masthead"], words["word"], words["copies"], tuple(rules)
    )


def _rule(reader: Reader, number: int) -> Rule:
    reader.only(*_KEYS)
    key = reader.text("key")
    each = reader.choice("each", LISTS, default="")
    item = LISTS[each].kind if each else ""
    when = _condition(reader, item)
    limit = reader.whole("limit")
    landscape = reader.table.get("landscape") is True
    if "table" in reader.table:
        name = reader.choice("table", TABLES)
        return Rule(key, "table", place=name, when=when)
    if "chart" in reader.table:
        return Rule(key, "chart", place=reader.choice("chart", CHARTS), when=when)
    if "annex" in reader.table:
        title = reader.text("annex")
        _holes(reader, "annex", title, "")
        return Rule(key, "annex", title=title, when=when, landscape=landscape)
    level = reader.whole("heading")
    if level is not None and level > 4:
        reader.wrong("heading", "标题只有四级", "写 1、2、3 或 4")
        level = 4
    variants = tuple(_variant(one, item) for one in reader.tables("variant"))
    if "text" in reader.table:
        own = Variant(reader.text("text"), reader.text("note", default=""))
        _holes(reader, "text", own.text, item)
        _holes(reader, "note", own.note, item)
        variants = (*variants, own)
    if not variants:
        reader.wrong("text", "没有写话", "写 text，或者几个 [[block.variant]]")
    elif variants[-1].when is not None and when is None:
        reader.wrong("variant", "哪种说法都可能不合，没有兜底的", "最后再写一个没有 when 的说法，或者给整段写 when")
    kind = "heading" if level else "paragraph"
    return Rule(key, kind, level or 1, variants, each, limit, reader.table.get("join") is True, when)


def _variant(reader: Reader, item: str) -> Variant:
    reader.only("when", "text", "note")
    text, note = reader.text("text"), reader.text("note", default="")
    _holes(reader, "text", text, item)
    _holes(reader, "note", note, item)
    return Variant(text, note, _condition(reader, item))


def _condition(reader: Reader, item: str) -> Condition | None:
    text = reader.text("when", default="")
    if not text:
        return None
    try:
        found = condition(text)
    except WrongCondition as wrong:
        reader.wrong("when", f"看不懂“{wrong}”", "写成 tasks.red > 0，用 and、or 连接")
        return None
    for name in found.names:
        _known(reader, "when", name, item)
    return found


def _holes(reader: Reader, key: str, text: str, item: str) -> None:
    """Note what is wrong with the words at `key`: unknown names, braces without a pair, numbers that are not bound."""
    for name in _HOLE.findall(text):
        _known(reader, key, name.strip(), item)
    rest = _HOLE.sub("", text)
    if "{" in rest or "}" in rest:
        reader.wrong(key, "花括号不成对", "每个 { 配一个 }")
    if digit := re.search(r"[0-9０-９]+", rest):
        reader.wrong(key, f"话里写死了数“{digit[0]}”", "数要绑定：换成花括号里的名称；确实不变的数写成汉字")


def _known(reader: Reader, key: str, name: str, item: str) -> None:
    kind, rest = (item, name.removeprefix("it.")) if name.startswith("it.") else ("", name)
    if name.startswith("it.") and not item:
        reader.wrong(key, f"“{name}”指哪一个不清楚", "写了 each 的段里才有 it.")
        return
    if rest in known_names(kind):
        return
    guess = near(rest, kind)
    prefix = "it." if kind else ""
    reader.wrong(key, f"没有“{name}”这个数", f"是不是“{prefix}{guess}”？" if guess else "可用的名称见措辞页的清单")


def pieces(text: str) -> Iterator[tuple[bool, str]]:
    """Yield the parts of a template in order: whether it is a name in braces, and the words or the name."""
    at = 0
    for match in _HOLE.finditer(text):
        if match.start() > at:
            yield False, text[at : match.start()]
        yield True, match[1].strip()
        at = match.end()
    if at < len(text):
        yield False, text[at:]


@cache
def preset_text(kind: str) -> str:
    """Return the file that comes with the product for a kind of paper."""
    return (resources.files("duban.bulletins.composing") / "presets" / f"{kind}.toml").read_text("utf-8")


@cache
def preset(kind: str) -> Wording:
    """Return the wording that comes with the product for a kind of paper."""
    return read(preset_text(kind), f"{kind}.toml")


#: The pieces of a composed text.
Pieces = list[Piece]
