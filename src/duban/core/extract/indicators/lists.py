"""Several names in one: 城镇、农村居民人均可支配收入分别增长8%、9.3%."""

from __future__ import annotations

import re

from duban.core.extract.indicators.words import GENERIC_END, HEAD_END, inside, is_generic, subject_of, verb_of

# What one word says of two.
PAIRS = (
    ("城乡低保", ("城市低保", "农村低保")),
    ("城乡", ("城镇", "农村")),
    ("省市", ("省", "市")),
    ("存贷款", ("存款", "贷款")),
    ("内外资", ("内资", "外资")),
    ("中小学", ("中学", "小学")),
    ("内外", ("内", "外")),
)
PLACES = ("城市", "城镇", "农村", "乡村", "城区", "镇村")
RATE = re.compile(r"[\u4e00-\u9fff]{1,5}(?:率|人数|数量|总数|损失数|面积)")
LIMIT = re.compile(r"(?P<before>.*?)(?P<limit>[过超]?[\d.十百千万亿两三五]+元(?:以上)?)(?P<noun>.*)")
SHARED_HEADS = ("居民", "浓度", "人均", "合格率", "覆盖率", "普及率", "占比", "增加值", "产量", "标准")


def distribute(words: str, count: int) -> list[str]:
    """Return `count` names from words that name several things, [] where they do not."""
    items = _items(words, count)
    if len(items) != count:
        if len(items) < 2 and count == 2:
            for pair, halves in PAIRS:
                if pair in words:
                    return [words.replace(pair, half, 1) for half in halves]
        return []
    names = _one_subject(_one_limit(items))
    last = names[-1]
    out = [
        name + _tail(name, last)
        if len(name) <= 12
        and not HEAD_END.search(name)
        and (len(last) >= len(name) + 3 or GENERIC_END.search(last) or name == verb_of(name))
        else name
        for name in names[:-1]
    ]
    verb = verb_of(names[0])
    return [*out, last if verb_of(last) else verb + last]


def _items(words: str, count: int) -> list[str]:
    """Return the members of a list, divided at the marks that give the number wanted."""
    parts = [m for m in re.finditer(r"[^、和及与]+", words) if not inside(words, m.start())]
    items = [m.group() for m in parts] if len(parts) > 1 else []
    if len(items) > count:  # 和 or 、 stands inside a name
        for mark in "、和":
            divided = re.findall(f"[^{mark}]+", words)
            if len(divided) == count and mark in words:
                return divided
        return items
    return items


def _one_subject(names: list[str]) -> list[str]:
    """签约项目履约率、开工率: what is measured of one thing twice is told of it once."""
    first, rest = names[0], names[1:]
    if not rest or not all(len(name) <= 6 and (RATE.fullmatch(name) or is_generic(name)) for name in rest):
        return names
    subject = subject_of(first)
    if subject == first and re.search(r"(?:率|数|数量|面积)$", first) and len(first) > len(rest[0]) + 1:
        subject = first[: -min(len(rest[0]), len(first) - 2)]
    return [first, *(subject + name for name in rest)] if subject != first else names


def _one_limit(names: list[str]) -> list[str]:
    """纳税过亿元、过千万元工业企业 names two things by limits: what stands before and behind belongs to both."""
    limits = [match for name in names if (match := LIMIT.fullmatch(name))]
    if len(limits) < len(names):
        return names
    before, noun = limits[0]["before"], limits[-1]["noun"]
    return [(m["before"] or before) + m["limit"] + (m["noun"] or noun) for m in limits]


def _tail(name: str, last: str) -> str:
    """Return the tail that a short member shares with the last: 城镇 and 农村居民人均收入 share 居民人均收入."""
    for length in range(min(len(name), len(last) - 2), 0, -1):
        if name[-length:] == last[:length]:
            return last[length:]
    if name == verb_of(name) and verb_of(last):  # 新建和改建公路
        return last.removeprefix(verb_of(last))
    if name in PLACES and last[:2] in PLACES:
        return last[2:]
    tail = last[len(name) :]
    if len(name) <= 4 and set(name) & set(last[: len(name)]) and len(tail) > 2:  # 食品、药品抽检合格率
        return tail
    for head in SHARED_HEADS:
        at = last.find(head)
        if at > 0:
            return last[at + len(head) :] if name.endswith(head) else last[at:]
    if generic := GENERIC_END.search(last):
        return generic.group() if len(generic.group()) < len(last) - 1 else ""
    return tail if len(tail) >= 2 else ""
