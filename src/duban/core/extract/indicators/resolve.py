"""Indicators: every number that says how much, under its full name.

A sentence is read clause by clause. Each number finds its name in the words before it (新建公园6处), behind it
(建设6处公园), or in what the sentence has said already (…，增长12%；其中，过亿元9个).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from duban.core.extract.indicators.clauses import clauses, run, segments
from duban.core.extract.indicators.lists import distribute
from duban.core.extract.indicators.measure import FROM, comparator, counts_things, measure, strip_compare, unit_kind
from duban.core.extract.indicators.names import behind, front, joined, polished
from duban.core.extract.indicators.words import (
    BOOK,
    COUNTED,
    EFFORT,
    OWN_ACT,
    WORK,
    is_generic,
    is_verb,
    modifier_of,
    noun_of,
    subject_of,
    verb_of,
)
from duban.core.extract.quantities.resolve import Quantity
from duban.core.structure.outline import sentences
from duban.core.types import Comparator, MeasureKind

TOPIC, SUBJECT = BOOK["topic"].pattern, BOOK["subject"].pattern
REACH = 160  # characters: no name is longer, and a text without marks must not make one
RANK_END = re.compile(r"(?:国家|[省市县区])级(?:以上)?$")
CHANGES = ("growth", "decline", "change", "multiple")


@dataclass(frozen=True, slots=True)
class Found:
    """An indicator in normalised text."""

    name: str
    start: int
    end: int
    quantity: Quantity
    comparator: Comparator
    measure: MeasureKind
    base: bool  # what a change starts from
    rule: str


@dataclass(slots=True)
class Context:
    """What a sentence has said so far: the last name, its act, where it began, and the names of a list."""

    place: str = ""  # whose paper it is
    name: str = ""
    core: str = ""  # the name without the verb that counts
    verb: str = ""
    modifier: str = ""
    start: int = -1
    names: list[str] = field(default_factory=list)
    recent: list[str] = field(default_factory=list)  # all names since the last stop, for 分别 behind them
    counted: str = ""  # the core of the last name under which things were counted
    prefix: str = ""  # what a name behind its number is part of, for the next of a list
    topic: str = ""
    topic_start: int = -1
    waiting: str = ""  # a clause without a number that names what the next one counts
    waiting_start: int = -1

    def forget(self) -> None:
        """Forget the last name: what follows is told of something else."""
        self.name = self.core = self.verb = ""
        self.names = []
        self.recent = []


def find(text: str, start: int, end: int, quantities: list[Quantity], place: str = "") -> Iterator[Found]:
    """Yield the indicators of ``text[start:end]`` for the numbers `quantities`, which lie in it.

    `place` is the name of the place whose paper it is; it goes without saying in a name.
    """
    at = 0
    for a, b in sentences(text, start, end):
        first = at
        while at < len(quantities) and quantities[at].at < b:
            at += 1
        if at > first:
            yield from _sentence(text, a, b, quantities[first:at], Context(place))


def _sentence(text: str, start: int, end: int, quantities: list[Quantity], context: Context) -> Iterator[Found]:
    topic = TOPIC.match(text, start, end)
    opened = topic and (EFFORT.match(topic["topic"]) or COUNTED.match(topic["topic"]))
    if topic and not (opened and len(opened.group()) > 1):
        context.topic, context.topic_start = topic["topic"], start
    at = 0
    for a, b in clauses(text, start, end):
        first = at
        while at < len(quantities) and quantities[at].at < b:
            at += 1
        own = [q for q in quantities[first:at] if q.at >= a]
        if own:
            yield from _clause(text, a, b, own, context)
            context.waiting, context.waiting_start = "", -1
        else:
            context.waiting, context.waiting_start = text[a:b].strip("; \n"), a
        if text[b : b + 1] in (";", "\n"):
            context.forget()


def _clause(text: str, start: int, end: int, quantities: list[Quantity], context: Context) -> Iterator[Found]:
    spans = segments(text, start, end, quantities)
    names: list[str] = []
    index = 0
    while index < len(quantities):
        q, together = quantities[index], run(text, quantities, index)
        own = text[max(spans[index][0], q.start - REACH) : q.start]
        if len(together) > 1 or "分别" in own:
            yield from _several(spans[index][0], [quantities[number] for number in together], own, context)
        elif told := _counted_twice(text, spans, quantities, index, context):
            yield told
        elif found := _one(text, spans[index], q, context, index):
            if index + 1 < len(quantities) and text[q.end : quantities[index + 1].start] == "的":
                found = _of_group(text, found, spans[index][0], quantities[index + 1], spans[index + 1][1], context)
            if index + 1 < len(quantities) and RANK_END.search(found.name):
                # 建成14个省级、36个市级示范村: the thing stands behind the next number only
                group, _ = behind(text[quantities[index + 1].end : spans[index + 1][1]], q)
                if modifier_of(group):
                    found = replace(found, name=found.name + group.removeprefix(modifier_of(group)))
            if index + 1 < len(quantities) and not context.counted and is_verb(found.name):
                found = _of_next(text, found, spans[index + 1], quantities[index + 1])
            names.append(found.name)
            yield found
        context.waiting, context.waiting_start = "", -1
        index = together[-1] + 1
    if len(names) > 1:
        context.names = names


def _counted_twice(
    text: str, spans: list[tuple[int, int]], quantities: list[Quantity], index: int, context: Context
) -> Found | None:
    """办好10件32项实事: the first number counts what stands behind the second."""
    q = quantities[index]
    if index + 1 >= len(quantities) or text[q.end : quantities[index + 1].start] not in ("", "类"):
        return None
    own = text[max(spans[index][0], q.start - REACH) : q.start]
    words, offset = front(own)
    group, _ = behind(text[quantities[index + 1].end : spans[index + 1][1]], q)
    if not group or not (is_verb(words) or not words):
        return None  # 脱贫人口54户197人: the words before are the name
    begin = q.start - len(own) + offset if words else q.start
    name = polished(joined(verb_of(words), group, q), context.place)
    return Found(name, begin, q.end, q, q.comparator, "level", False, "indicators/name-behind")


def _of_next(text: str, found: Found, span: tuple[int, int], q: Quantity) -> Found:
    """培育3家、引进5家总部企业: what both acts are done to stands behind the last number."""
    verb, group = verb_of(text[span[0] : q.start]), behind(text[q.end : span[1]], q)[0]
    if found.name in WORK or not verb or verb != text[span[0] : q.start] or not group or q.unit != found.quantity.unit:
        return found
    return replace(found, name=found.name + group)


def _of_group(text: str, found: Found, start: int, q: Quantity, end: int, context: Context) -> Found:
    """总投资1312亿元的52个项目: the sum is told of what the next number counts, not of what was told before."""
    group, length = behind(text[q.end : min(end, q.end + REACH)], q)
    if not group:
        return found
    left = text[max(start, found.quantity.start - REACH) : found.quantity.start]
    own, offset = front(measure(left, found.quantity, "")[0])
    if is_generic(own):
        found = replace(found, name=own, start=found.quantity.start - len(left) + offset)
    return replace(found, name=polished(group + found.name, context.place), end=q.end + length)


# ---- one number ---------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Draft:
    """A name in the making."""

    name: str
    start: int
    end: int
    rule: str


def _one(text: str, span: tuple[int, int], q: Quantity, context: Context, index: int) -> Found | None:
    """Return the indicator of a number that shares its name with none."""
    left = text[max(span[0], q.start - REACH) : q.start]
    right = text[q.end : min(span[1], q.end + REACH)]
    within = bool(re.match(r"[,:]?其中[,:]?", left)) or context.waiting.endswith("其中")
    if context.waiting.endswith("其中"):
        context.waiting = ""
    base = bool(FROM.search(left))
    if base:
        stem, kind = FROM.sub("", left), ("share" if unit_kind(q) == "percent" else "level")
    else:
        stem, kind = measure(left, q, right)
    words, offset = front(stem)
    if left.endswith("的") and right[:1] not in ",。;" and kind == "level":
        words = verb_of(words)  # 市下达的2万亩耕地: whose number it is, is no name
    own = q.start - len(left) + offset if words else q.start
    tail, length = behind(right, q)
    draft = _around(words, tail, own, q, q.end + length, context)
    listed = text[span[0] - 1 : span[0]] in ("和", "及", "与", "、")
    if not _carried(draft, words, tail, left, q, kind, context, within=within, base=base, index=index, listed=listed):
        return None
    _told_of(draft, context)
    whole = words in draft.name and 2 < len(words) < 8 and not verb_of(words)
    context.prefix = words if tail and whole and draft.rule == "indicators/name-behind" else ""
    name = polished(draft.name, context.place)
    if len(name) < 2:
        return None
    _remember(context, name, draft, words, tail, q, base=base)
    near = own if words else min(span[0], q.start)
    limit = 9 if draft.rule in ("indicators/carried", "indicators/among") else 4
    start = _near(text, limit, min(draft.start, q.start), near, max(draft.end, q.end))
    found = comparator(q, left, right)
    return Found(name, start, max(draft.end, q.end), q, found, kind, base, draft.rule)  # type: ignore[arg-type]


def _around(words: str, tail: str, own: int, q: Quantity, end: int, context: Context) -> Draft:
    """Return the name that stands around a number, empty where only a verb does."""
    if tail:
        name = joined(words, tail, q)
        alone = name == joined("", tail, q)  # the words before were examples only
        return Draft(name, q.start if alone else own, end, "indicators/name-behind")
    name = words
    if words and words == verb_of(words):
        core = context.counted or context.core if counts_things(q) else context.core
        if core and words not in WORK:
            # 新增5家 counts what was told of before; 交流轮岗300人 says what was done with it.
            name = words + core if words.startswith(("新", "续", "改", "再")) else core + words
        elif len(words) < 3 and words not in WORK:
            name = ""
    return Draft(name, own, q.end, "indicators/name-before")


def _carried(
    draft: Draft,
    words: str,
    tail: str,
    left: str,
    q: Quantity,
    kind: str,
    context: Context,
    *,
    within: bool,
    base: bool,
    index: int,
    listed: bool,
) -> bool:
    """Complete a name with what the sentence has said before; return whether there is one."""
    if context.core and _fragment(draft.name.removeprefix(context.verb)):
        # 新增省级以上平台18个、市级48个; 其中，过亿元9个: a rank or a limit without the thing
        own = draft.name.removeprefix(context.verb)
        noun = noun_of(context.core) if within else _OWN_LIMIT.sub("", context.core.removeprefix(context.modifier))
        draft.name = context.verb + own + noun
        draft.start, draft.rule = context.start, "indicators/among"
    elif within and context.core and not draft.name:
        draft.name = context.verb + noun_of(context.core)
        draft.start, draft.rule = context.start, "indicators/among"
    elif within and context.verb and counts_things(q) and not verb_of(draft.name) and not tail:
        draft.name = context.verb + draft.name
        draft.start, draft.rule = context.start, "indicators/among"
    elif not draft.name or draft.name in ("总", "同比"):
        if context.name:
            whole = kind in CHANGES or bool(re.fullmatch(r"[ ,、]*(?:共|共计|合计|总计|总长)?", left))
            draft.name = context.name if whole else context.core or context.name
            draft.start, draft.rule = context.start, "indicators/carried"
        elif context.waiting:
            told = SUBJECT.match(context.waiting)
            stem = told["subject"] if told else measure(context.waiting, q, "")[0]
            draft.name = front(stem)[0] or context.waiting
            draft.start, draft.rule = context.waiting_start, "indicators/clause-before"
        elif words and words == verb_of(words):
            draft.name = words
        else:
            return False
    elif not words and tail and index and context.prefix and listed and not context.verb:
        draft.name = context.prefix + draft.name
    elif (
        not base
        and kind == "level"
        and context.verb
        and not verb_of(words)
        and _goes_on(draft, left, q, words, context, index)
    ):
        wide = re.search("以上|规|限", context.modifier)  # 县级 is said of one, 市级以上 of all
        modifier = (
            context.modifier
            if wide and index and listed and not modifier_of(draft.name) and draft.name[0] != "“"
            else ""
        )
        draft.name = context.verb + modifier + draft.name
        draft.start = context.start if context.start >= 0 else draft.start
        draft.rule = "indicators/list"
    return True


# 千兆光网覆盖家庭: a clause with a verb of its own goes on with none.
PREDICATE = re.compile("覆盖|惠及|带动|取得|受益|(?:改造|整治|修复)$")


# 城镇新增就业: the act stands behind whose it is.
NEW = re.compile("新增|净增|新建|新改扩?建|新购|新开工")


def _goes_on(draft: Draft, left: str, q: Quantity, words: str, context: Context, index: int) -> bool:
    """Say whether a number without a verb goes on with the act before: 新培育…12家,国家高新技术企业40家."""
    if is_generic(draft.name) or verb_of(draft.name) or OWN_ACT.match(draft.name) or PREDICATE.search(draft.name, 2):
        return False
    if NEW.search(draft.name, 1):
        return False
    if index:
        return True
    if draft.rule == "indicators/name-behind" and left:
        return False
    plain = counts_things(q) and not context.waiting and (left.strip() == words or not left)
    return plain and not re.match("全|每|其中|其|平均|人均", words)


_LIMIT = r"(?:过|超|投资)?[\d.十百千万亿五两三]+元(?:以上)?(?:的)?"
_OWN_LIMIT = re.compile(f"^{_LIMIT}")


def _fragment(name: str) -> bool:
    """Say whether words among 其中 are no name of their own: 过亿元, 省级."""
    return bool(re.fullmatch(rf"{_LIMIT}|[国省市县区]家?级(?:以上)?", name))


# 占全市的…, 增速高于全国: what is set beside something else says by itself nothing.
BESIDE = re.compile(r"占|(?:增速|增幅)?(?:高于|快于|低于)全?[国省市区县]")


def _told_of(draft: Draft, context: Context) -> None:
    """Tell a name that says nothing by itself (产量, 占比) of what the sentence is about."""
    if BESIDE.match(draft.name) and context.core:
        draft.name = BESIDE.split(context.name)[0] + draft.name
        draft.start, draft.rule = context.start, "indicators/topic"
    elif draft.name.startswith("占") and (told := SUBJECT.match(context.waiting)):
        draft.name = told["subject"] + draft.name
        draft.start, draft.rule = context.waiting_start, "indicators/topic"
    if not is_generic(draft.name):
        return
    subject, at = context.topic, context.topic_start
    whole = draft.name in ("总量", "总数") and len(context.core) > 3
    if not subject and context.core and (whole or not is_generic(context.core)):
        # 新签约项目…、投资额: a word like 项目 says too little without its act
        subject, at = subject_of(context.core if len(context.core) > 3 else context.name), context.start
    if subject and is_generic(subject):
        subject = context.core
    if not subject and context.waiting and (told := SUBJECT.match(context.waiting)):
        subject, at = told["subject"], context.waiting_start
    subject = front(subject)[0] or subject
    if subject and subject not in draft.name:
        draft.name = subject + draft.name.removeprefix(subject[-2:])
        draft.rule = "indicators/topic"
        if 0 <= at < draft.start and draft.start - at < 60:
            draft.start = at


# 中小学新购学生机229台、教师机82台: where it is done goes on with the act.
PLACED = re.compile(
    r"(?!城镇)[\u4e00-\u9fff]{2,6}?(?:新增|新建|新购|新改建|铺设|安装|增设)(?!改建|改造)(?=[\u4e00-\u9fff“])"
)


def _remember(context: Context, name: str, draft: Draft, words: str, tail: str, q: Quantity, *, base: bool) -> None:
    """Keep what the numbers that follow may go on with."""
    context.start, context.name = draft.start, name
    context.recent.append(name)
    if base:
        context.core, context.verb = name, ""
        return
    listed = draft.rule == "indicators/list"
    placed = PLACED.match(name)
    verb = verb_of(name) or (placed.group() if placed else "") or (context.verb if listed else "")
    # 2万人投入一线: a verb behind the number is no act that the next number goes on with.
    context.verb = verb if not tail or verb_of(words) or listed else ""
    context.core = name.removeprefix(verb)
    if name in WORK:  # 造林2000亩、森林抚育5000亩
        context.verb, context.core = "", name
    context.modifier = modifier_of(context.core)
    if counts_things(q):
        context.counted = context.core


def _near(text: str, limit: int, start: int, own: int, end: int) -> int:
    """Return where the range of an indicator begins: at the words it takes over, if they stand near enough.

    Words that a long list carries from far away would make the range say more than the number; then the nearest
    mark that keeps the range within `limit` times its own length opens it.
    """
    while start < own and (end - start > limit * (end - own) or end - start > 90):
        mark = re.compile(r"[,、;:]").search(text, start, own)
        if mark is None:
            return start if end - start <= 60 else own
        start = mark.end()
    return start


# ---- several numbers for several names -----------------------------------------------------------------------------------

EMPTY = re.compile(
    r"(?:累计|年均|同比|预计|较上年|比上年)?(?:分别)?(?:年均|同比)?(?:增长|下降|提高|达到?|为)?(?:年均)?"
)


def _several(start: int, together: list[Quantity], left: str, context: Context) -> Iterator[Found]:
    """Give each of several numbers its own of several names: 城镇、农村居民人均可支配收入分别增长8%、9.3%."""
    first, count = together[0], len(together)
    plain = re.sub(r"分别|各自", "", left)
    stem, kind = measure(plain, first, "")
    if EMPTY.fullmatch(left.strip(" ,")):
        names = distribute(context.waiting, count) or context.names
        if not names and "分别" in left:
            names = context.recent[-count:] if len(context.recent) >= count else []
        at = context.waiting_start if context.waiting else context.start
    else:
        words = front(strip_compare(stem.rstrip()))[0]
        names = distribute(words, count) or ([words] * count if words else [])
        at = first.start - len(left) + max(left.find(words[:4]), 0) if words else start
    if not names and context.name:
        names, at = [context.name] * count, context.start
    for q, name in zip(together, names, strict=False):
        clean = polished(name, context.place)
        if len(clean) < 2:
            continue
        own = kind if unit_kind(q) == unit_kind(first) else measure(left, q, "")[1]
        said = comparator(q, left, "") if q is first else q.comparator
        if said == "=" and first.comparator in (">=", "<=") and first.at > first.start:
            said = first.comparator  # 分别超98.5%和99%: the word before the first is said of all
        yield Found(clean, at if at >= 0 else q.start, q.end, q, said, own, False, "indicators/respectively")
    if names:
        context.names = names
        context.name, context.start = polished(names[min(count, len(names)) - 1], context.place), at
        context.verb = verb_of(context.name)
        context.core = context.name.removeprefix(context.verb)
