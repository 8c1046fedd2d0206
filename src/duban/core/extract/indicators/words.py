"""The words that names are made of: acts that are counted, efforts, links, heads that need to be told of what."""

from __future__ import annotations

import re

from duban.core.extract.quantities.resolve import WHOLE_WORD
from duban.core.rules import alternation, load

BOOK = load("extract.indicators")
_W = BOOK.words
LIMITS = tuple(rule.pattern for rule in load("extract.deadlines"))
# 服务业, 种植大户, 培训机构: the verb is the front of a noun.
_NO_NOUN = r"(?!(?<=服务|种植|养殖|开发|保护|培训|救助|发展|研发|安置)(?:业(?!务)|区|者|户|大户|场|机构|中心|站|平台|公司|单位|基地|房|面积)|(?<=绿化)(?:特色|景观|带))(?!率|量(?!化)|额)"
COUNTED = re.compile(f"(?:新)?(?:{alternation(_W['counted'])}){_NO_NOUN}(?:了|出|成)?")
OWN_ACT = re.compile(f"(?:{alternation(_W['own_act'])})")
WORK = frozenset(_W["work"])
ACTS = re.compile(f"(?:{alternation(_W['acts'])})(?:了|出)?")
EFFORT = re.compile(f"(?:{alternation(_W['effort'])})")
NO_EFFORT = BOOK["no-effort"].pattern
LINK = re.compile(f"{WHOLE_WORD}(?:{alternation(_W['link'])})$")
COMPARE = re.compile(f"{WHOLE_WORD}(?:{alternation(_W['compare'])})$")
_GENERIC = f"(?:{alternation(_W['generic'])})"
GENERIC = re.compile(f"(?:完成|实现|累计|年度|计划|预计|新增|人均|年|合计|总|到位)?{_GENERIC}")
GENERIC_END = re.compile(f"(?:{_GENERIC}|播种面积|总产|建设)$")
HEAD_END = re.compile(f"(?:{_GENERIC}|[额率量资入值数度费税长比重额元收支])$")
BARE_VERB = re.compile(f"(?:{COUNTED.pattern}|、|和|及|并|再|{EFFORT.pattern})+")
MODIFIER = BOOK["rank-modifier"].pattern
NOUN = re.compile(r"(?:项目|企业|人才|机构|平台|社区|村|学校|单位|品种|基地|中心|公园|道路)$")
OPENED = (("“", "”"), ("(", ")"), ("《", "》"))


def verb_of(words: str) -> str:
    """Return the counting verb with which a name begins, its 了 or 出 included."""
    end, match = 0, COUNTED.match(words)
    while match:  # 新建、改扩建
        end = match.end()
        match = COUNTED.match(words, end + 1) if words[end : end + 1] in ("、", "和", "及") else None
    return words[:end]


def is_verb(words: str) -> bool:
    """Say whether the words are verbs and nothing else, so that the name must stand behind the number."""
    return bool(BARE_VERB.fullmatch(words))


def is_generic(name: str) -> bool:
    """Say whether a name needs to be told of what: 产量, 总投资, 占比."""
    return bool(GENERIC.fullmatch(name))


def subject_of(core: str) -> str:
    """Return what a name is about, without the head that says what is measured of it."""
    stem = GENERIC_END.sub("", core)
    return stem if len(stem) >= 2 else core


def noun_of(core: str) -> str:
    """Return the noun at the end of a name."""
    match = NOUN.search(core)
    return match.group() if match else core[-2:]


def modifier_of(core: str) -> str:
    """Return the modifier of rank with which a name begins: 市级以上, 省级, 规模以上."""
    match = MODIFIER.match(core)
    return match.group() if match else ""


def inside(words: str, at: int) -> bool:
    """Say whether a place lies inside quotation marks or brackets."""
    return any(words.count(a, 0, at) > words.count(b, 0, at) for a, b in OPENED)
