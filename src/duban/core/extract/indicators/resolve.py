"""Indicators: every number that says how much, under its full name.

A sentence is read clause by clause. Each number finds its name in the words before it (新建公园6处), behind it
(建设6处公园), or in what the sentence has said already (…，增长12%；其中，过亿元9个).
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from duban.core.extract.quantities.resolve import Quantity
from duban.core.rules import alternation, load
from duban.core.structure.outline import sentences
from duban.core.types import Comparator, MeasureKind

_book = load("extract.indicators")
_W = _book.words
_LIMITS = tuple(load("extract.deadlines"))
COUNTED = re.compile(f"(?:新)?(?:{alternation(_W['counted'])})(?:了|出|成)?")
EFFORT = re.compile(f"(?:{alternation(_W['effort'])})")
LINK = re.compile(f"(?:{alternation(_W['link'])})$")
GROWTH, DECLINE, TO, FROM = (_book[name].pattern for name in ("growth", "decline", "change-to", "change-from"))
AGAINST, DATE_FRONT, TOPIC = (_book[name].pattern for name in ("against", "time-in-front", "topic"))
COMPARE = re.compile(f"(?:{alternation(_W['compare'])})$")
_GENERIC = f"(?:{alternation(_W['generic'])})"
GENERIC = re.compile(f"(?:完成|实现|累计|年度|计划|预计|新增|人均|年|合计|总|到位)?{_GENERIC}")
GENERIC_END = re.compile(f"(?:{_GENERIC}|播种面积|总产|建设)$")
HEAD_END = re.compile(f"(?:{_GENERIC}|[额率量资入值数度费税长比重额元收支])$")
BARE_VERB = re.compile(f"(?:{COUNTED.pattern}|、|和|及|并|再|{EFFORT.pattern})+")
UNIT_TYPES = {
    "%": "percent",
    "‰": "percent",
    "成": "percent",
    "个百分点": "points",
    "百分点": "points",
    "个点": "points",
    "倍": "times",
}
CONNECT = re.compile(r"[、和及与或]|以及")
REACH = 160  # characters: no name is longer, and a text without marks must not make one
MARKS = re.compile(r"[“《(「”》)」,;:。!?\n]")


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
    """What a sentence has said so far: the last name, its act, its range, and the names of a list."""

    name: str = ""
    core: str = ""  # the name without the verb that counts
    verb: str = ""
    modifier: str = ""
    start: int = -1
    names: tuple[tuple[str, int], ...] = ()
    counted: str = ""  # the core of the last name under which things were counted
    prefix: str = ""  # what a name behind its number is part of, for the next of a list
    topic: str = ""
    topic_start: int = -1


def find(text: str, start: int, end: int, quantities: list[Quantity]) -> Iterator[Found]:
    """Yield the indicators of ``text[start:end]`` for the numbers `quantities`, which lie in it."""
    context = Context()
    at = 0
    for a, b in sentences(text, start, end):
        first = at
        while at < len(quantities) and quantities[at].at < b:
            at += 1
        own = quantities[first:at]
        context = Context(name="", topic=context.name if not own else "")
        if own:
            yield from _sentence(text, a, b, own, context)


def _sentence(text: str, start: int, end: int, quantities: list[Quantity], context: Context) -> Iterator[Found]:
    clauses = _clauses(text, start, end, quantities)
    topic = TOPIC.match(text, start, end)
    opened = topic and (EFFORT.match(topic["topic"]) or COUNTED.match(topic["topic"]))
    if topic and not (opened and len(opened.group()) > 1):
        context.topic, context.topic_start = topic["topic"], start
    waiting = ""  # a clause without a number that names what the next ones count
    waiting_at = -1
    at = 0
    for a, b in clauses:
        first = at
        while at < len(quantities) and quantities[at].at < b:
            at += 1
        own = [q for q in quantities[first:at] if q.at >= a]
        if not own:
            subject = text[a:b].strip("; \n")
            if re.search("[;\n]", text[b : b + 1]):
                context.name = context.core = context.verb = ""
            waiting, waiting_at = subject, a
            continue
        yield from _clause(text, a, b, own, context, (waiting, waiting_at))
        waiting, waiting_at = "", -1
        if text[b : b + 1] == ";":  # what follows is told of something else
            context.name = context.core = context.verb = ""
            context.names = ()


def _clauses(text: str, start: int, end: int, quantities: list[Quantity]) -> list[tuple[int, int]]:
    """Return the clauses of a sentence; marks inside quotation marks, brackets and numbers do not divide."""
    bounds, depth, at = [], 0, start
    for match in MARKS.finditer(text, start, end):
        character, index = match.group(), match.start()
        if character in "“《(「":
            depth += 1
        elif character in "”》)」":
            depth = max(0, depth - 1)
        elif depth == 0:
            if character == "," and text[index - 1].isdigit() and text[index + 1 : index + 4].isdigit():
                continue
            if index > at:
                bounds.append((at, index))
            at = index + 1
    if at < end:
        bounds.append((at, end))
    return bounds


def _clause(
    text: str, start: int, end: int, quantities: list[Quantity], context: Context, waiting: tuple[str, int]
) -> Iterator[Found]:
    spans = _segments(text, start, end, quantities)
    index = 0
    while index < len(quantities):
        run = _run(text, quantities, index)
        left = text[max(spans[index][0], quantities[index].start - REACH) : quantities[index].start]
        if (
            "分别" in left
            or ("分别" in text[max(start, quantities[index].start - REACH) : quantities[index].start] and len(run) > 1)
            or len(run) > 1
        ):
            yield from _shared(text, spans, quantities, run, left, context, waiting)
        else:
            found = _single(text, spans[index], quantities[index], context, waiting, index > 0, index)
            if (
                found
                and index + 1 < len(quantities)
                and text[quantities[index].end : quantities[index + 1].start] == "的"
            ):
                # 总投资1312亿元的52个项目: the sum is told of what the next number counts
                group = _right(text[quantities[index + 1].end : spans[index + 1][1]], quantities[index + 1], "")
                if group:
                    found = replace(
                        found,
                        name=_polish(group + found.name),
                        end=max(found.end, text.find(group, found.end) + len(group)),
                    )
            if found:
                yield found
        waiting = ("", -1)
        index = run[-1] + 1


def _run(text: str, quantities: list[Quantity], index: int) -> list[int]:
    """Return the indices of numbers that follow one another with nothing but a connector between: 7%、8% 和 9%."""
    run = [index]
    while run[-1] + 1 < len(quantities):
        between = text[quantities[run[-1]].end : quantities[run[-1] + 1].start]
        if not re.fullmatch(r"[、和及与,]|以及", between):
            break
        run.append(run[-1] + 1)
    last = quantities[run[-1]]
    behind = text[last.end : last.end + 1]
    if len(run) > 1 and behind and re.match(r"[\u4e00-\u9fff“]", behind) and behind not in "和及与":
        return [index]  # 3个、5个示范村: the last one's name stands behind it
    return run


def _segments(text: str, start: int, end: int, quantities: list[Quantity]) -> list[tuple[int, int]]:
    """Divide a clause among its numbers: each gets the words before and behind it that are its own."""
    cuts = [start]
    for one, two in itertools.pairwise(quantities):
        between = text[one.end : two.start]
        connectors = [m for m in CONNECT.finditer(between) if not _inside(between, m.start())]
        if not between:
            cuts.append(two.start)
        elif connectors and connectors[0].start() == 0:
            cuts.append(one.end + connectors[0].end())
        elif connectors and connectors[-1].end() == len(between):
            cuts.append(two.start)
        elif connectors:
            verbs = [m for m in connectors if COUNTED.match(between, m.end()) or EFFORT.match(between, m.end())]
            chosen = (verbs or connectors)[0]
            cuts.append(one.end + chosen.end())
        else:
            verb = re.search(
                r"(?:完成|实现|增长|达到?|占|下降|提高|降低|减少|纳入|通过|新增|增加|其中|提升|压减|并|为|到位)",
                between,
            )
            cuts.append(one.end + (verb.start() if verb and verb.start() > 0 else 0))
    return list(zip(cuts, [*cuts[1:], end], strict=True))


def _inside(words: str, at: int) -> bool:
    """Say whether a place lies inside quotation marks or brackets."""
    before = words[:at]
    return (
        before.count("“") > before.count("”")
        or before.count("(") > before.count(")")
        or before.count("《") > before.count("》")
    )


# ---- one number ---------------------------------------------------------------------------------------------------------


def _single(
    text: str, span: tuple[int, int], q: Quantity, context: Context, waiting: tuple[str, int], later: bool, index: int
) -> Found | None:
    raw_left = text[max(span[0], q.start - REACH) : q.start]
    right = text[q.end : min(span[1], q.end + REACH)]
    within = re.match(r"[,:]?其中[,:]?", raw_left) or re.search(r"其中$", waiting[0])
    if within and waiting[0].endswith("其中"):
        waiting = ("", -1)
    base = bool(FROM.search(raw_left))
    left, measure = _measure(raw_left, q, right)
    if base:
        left = FROM.sub("", raw_left)
        measure = "share" if UNIT_TYPES.get(q.unit) == "percent" else "level"
    words, offset = _front(left)
    if raw_left.endswith("的") and right[:1] not in ",。;" and measure == "level":
        words = _verb(words) if _bare_verb(_verb(words)) else ""
    name_start = q.start - len(raw_left) + offset if words else -1
    verb = _verb(words)
    tail = _right(right, q, words)
    rule = "indicators/name-before"
    if tail:
        rule = "indicators/name-behind"
        name = _join(words, tail, q)
        end = q.end + len(right[: right.find(tail) + len(tail)]) if tail in right else q.end
    else:
        name, end = words, q.end
    if words and verb and words == verb and not tail and context.core:
        # 新增5家 counts what was told of before; 交流轮岗300人 says what was done with it.
        core = context.counted or context.core if COUNTING.search(q.unit) else context.core
        name = words + core if words.startswith(("新", "续", "改", "再")) else core + words
    elif words and words == verb and not tail and len(words) < 3:
        name = ""
    start = name_start if name_start >= 0 else q.start
    if within and context.core and (not name or _fragment(name)):
        name = context.verb + name + _head(context.core)
        start = context.start
        rule = "indicators/among"
    elif within and context.verb and COUNTING.search(q.unit) and not _has_verb(name) and not tail:
        name = context.verb + name
        start = context.start
        rule = "indicators/among"
    elif not name or name in ("总", "同比"):
        if context.name:
            keep = measure in ("growth", "decline", "change", "multiple") or raw_left.strip(" ,、") == ""
            name = context.name if keep else context.core or context.name
            start = context.start
            rule = "indicators/carried"
        elif waiting[0]:
            name, _ = _front(_measure(waiting[0], q, "")[0])
            name = name or waiting[0]
            start = waiting[1]
            rule = "indicators/clause-before"
        else:
            return None
    elif (
        not words
        and tail
        and later
        and context.prefix
        and text[span[0] - 1 : span[0]] in "和及与、"
        and not context.verb
    ):
        name = context.prefix + name
    elif not verb and not base and (later or _carries(raw_left, q, words, tail, waiting)):
        carried = context.verb
        if carried and not _generic(name) and not _has_verb(name) and measure == "level":
            mod = (
                context.modifier
                if index > 0 and text[span[0] - 1 : span[0]] in "、和及与" and not _modifier(name) and name[0] != "“"
                else ""
            )
            name = carried + mod + name
            start = context.start if context.start >= 0 else start
            rule = "indicators/list"
    if name.startswith("占") and context.core:
        name = (context.name if context.verb in ("纳入", "") else context.core) + name
        start = context.start
        rule = "indicators/topic"
    if _generic(name):
        subject = (
            _subject(context.core)
            if context.core and not _generic(context.core) and context.core not in context.topic and not context.topic
            else context.topic
        )
        subject = context.core if subject and _generic(subject) else subject
        if subject and subject not in name:
            name = subject + name.removeprefix(subject[-2:])
            at = context.topic_start if context.topic else context.start
            rule = "indicators/topic"
            if 0 <= at < start and start - at < 60:
                start = at
    context.prefix = (
        words if tail and rule == "indicators/name-behind" and not verb and 2 < len(words) < 8 and words in name else ""
    )
    name = _polish(name)
    if len(name) < 2:
        return None
    comparator = q.comparator
    if comparator == "=" and re.search(r"(?:控制在|不超过|以内)$", raw_left):
        comparator = "<="
    elif (
        (
            comparator == "="
            and (
                re.search("以上", right[: len(tail) + 2])
                and q.unit[-1:] in "张个家"
                and tail.startswith(("床位", "车位"))
            )
        )
        or (comparator == "=" and re.search("至少|不少于|不低于", raw_left))
        or (comparator == "=" and re.search(r"(?:不低于|不少于|超过?|突破|至少|逾|高于)(?:了)?$", raw_left))
    ):
        comparator = ">="
    if not base:
        own_verb = _verb(name) or context.verb if rule == "indicators/list" else _verb(name)
        # 2万人投入一线: a verb behind the number is no act that the next number goes on with.
        context.verb = own_verb if not tail or _verb(words) or rule == "indicators/list" else ""
        context.name = name
        context.core = name.removeprefix(own_verb) if own_verb else name
        context.modifier = _modifier(context.core)
        context.counted = context.core if COUNTING.search(q.unit) else context.counted
    else:
        context.name = context.core = name
        context.verb = ""
    context.start = start
    limit = 9 if rule in ("indicators/carried", "indicators/among") else 4
    start = _near(
        text, limit, min(start, q.start), name_start if name_start >= 0 else min(span[0], q.start), max(end, q.end)
    )
    return Found(name, start, max(end, q.end), q, comparator, measure, base, rule)


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


COUNTING = re.compile(
    r"(?:万|亿|千|百)?(?:个|家|项|处|所|条|座|户|人|名|件|场|次|套|间|台|辆|张|支|只|株|部|本|人次|种|款|盏|根|位|栋|片|块|类|届|份)(?:\(.{1,3}\))?$"
)


def _carries(raw_left: str, q: Quantity, words: str, tail: str, waiting: tuple[str, int]) -> bool:
    """Say whether a clause without a verb goes on with the act of the clause before: 新培育…12家,国家高新技术企业40家."""
    return bool(
        COUNTING.search(q.unit)
        and not waiting[0]
        and (raw_left.strip() == words or not raw_left)
        and not re.match("全|每|其中|其|平均|人均", words)
    )


def _measure(left: str, q: Quantity, right: str) -> tuple[str, MeasureKind]:
    """Return the words before a number without the verb of change, and how the number is measured."""
    kind = UNIT_TYPES.get(q.unit, "amount")
    left = left.rstrip(" ,:")
    if kind == "points":
        return _cut_change(left), "change"
    to = TO.search(left)
    if to:
        stem = left[: to.start()]
        return (
            _against(_strip_compare(stem)),
            "share" if kind == "percent" else "multiple" if kind == "times" else "level",
        )
    if kind in ("percent", "times"):
        changes: tuple[tuple[re.Pattern[str], MeasureKind], ...] = ((DECLINE, "decline"), (GROWTH, "growth"))
        for pattern, measure in changes:
            match = pattern.search(left)
            if match:
                return _against(_strip_compare(left[: match.start()])), measure
        if re.match(r"(?:左右|以上)?的?(?:增长|增速|增幅)", right):
            return _against(_link(left)), "growth"
        reduced = re.match(
            r"(?:.*?(?:力争|确保|努力|,))?(?:再|平均)?(?:压减|压缩|削减|减少|降低|精简|缩减)(?=[\u4e00-\u9fff“])", left
        )
        if reduced and kind == "percent" and not re.search("率|比", left):
            return _against(_link(left[reduced.end() :])), "decline"
        if kind == "times":
            return _against(_link(left)), "multiple"
        return _against(_link(left)), "share"
    match = GROWTH.search(left) or DECLINE.search(left)
    if match and not COUNTED.search(left, match.start()) and match.start() > 1:
        return _against(left[: match.end()]), "level"
    return _against(_link(left)), "level"


def _cut_change(left: str) -> str:
    match = GROWTH.search(left) or DECLINE.search(left)
    stem = left[: match.start()] if match else _link(left)
    return _against(_strip_compare(stem))


def _strip_compare(words: str) -> str:
    while match := COMPARE.search(words):
        words = words[: match.start()]
    return words


def _link(words: str) -> str:
    while (match := LINK.search(words)) and match.start() >= 0:
        words = words[: match.start()]
    return words


def _against(words: str) -> str:
    """Take out what a change is measured against: 比上年, 较“十二五”末."""
    words = AGAINST.sub("", words).rstrip(" ,、")
    return re.sub(r"(?:预计|约|再|已|均|分别|累计|年均|总体|可比|同比|平均|又|也)+$", "", words)


def _front(words: str) -> tuple[str, int]:
    """Cut off a name's front what belongs to the sentence: efforts, dates, connectors; return the rest and its offset."""
    at = 0
    words = words.rstrip()
    changed = True
    while changed:
        changed = False
        rest = words[at:]
        strip = re.match(
            r"(?:[\s,、;:。和与并且]|及(?!时))+|其中[,:]?|\d{1,3}[.、](?!\d)|\([一二三四五六七八九十\d]{1,3}\)|[一二三四五六七八九十]{1,2}[是要、]|[①-⑳]|——",
            rest,
        )
        if strip and strip.end():
            at += strip.end()
            changed = True
            continue
        date = DATE_FRONT.match(rest) or next((m for rule in _LIMITS if (m := rule.pattern.match(rest))), None)
        if date and 0 < date.end() <= len(rest):
            at += date.end()
            changed = True
            continue
        verb = COUNTED.match(rest)
        effort = EFFORT.match(rest)
        if (
            effort
            and not (verb and verb.end() > effort.end())
            and effort.end() < len(rest)
            and not _starts_name(rest, effort.end())
        ):
            at += effort.end()
            changed = True
    rest = words[at:]
    # A long way round before the act that is counted: 依托国家制种大县建设…
    cut = _last_act(rest)
    return rest[cut:], at + cut


def _starts_name(rest: str, length: int) -> bool:
    """Say whether the word at the front only looks like an effort: 全面二孩, 为民服务, 重点项目."""
    return bool(
        re.match(
            r"重点(?!推进|抓好|实施|打造|培育|建设|支持)|主要(?:农作物|污染物|江河|经济|指标|粮|道路)|全面(?:二孩|小康)|对(?:外|口|上|RCEP)|高标准(?:农田|厂房|基本)|高质量(?:发展|人才)|高效(?:节水|设施|特色|农业)|"
            r"有(?:效|机|研发|林|线|轨|害|色)|占(?:道|地|比|全|GDP|财|一般|生产|规|工业|[\u4e00-\u9fff]{2,12}(?:比重|的|比例))|新(?:能源|材料|生|型|兴|区|农|业|开工|建|增|型|城|一代|居|经济|就业|媒体|产品|药)|人均|保障(?:性|房|标准)|年(?:产|均|度|末|收入|营业)|均(?:等|衡)|和(?:谐|美)|将军|以(?:上|下|工代赈|旧换新)|为(?:民|老|企)|把关|"
            r"规范化|科学(?:技术|研究|城)|集中(?:供|式|居住|连片)|统筹城|深化改革|稳定就业|组织(?:化|领导)|与(?:会|临街|群众)|向(?:上|社会)|要素|要(?:素|害)|基本(?:养老|医疗|农田|公共|医保|药物|建设|生活|口粮)|都市|各类|各级|各(?:种|项)|及(?:时)|"
            r"分(?:布|散)|启动资金|近(?:岸|海|郊)|超(?:低|算|高|市|充|千|百)|约(?:谈)|再(?:生|就业|贷款)|让(?:利)|使(?:用)|已(?:建|发)|共(?:享|有产权|建)|一批次|大规模设备|加工|全域(?:旅游|土地)|千方|落实资金|推进会|稳定(?:脱贫|岗位)|还(?:款|建)|并网|且|充分就业|充电|优先股|实现率|完成率|有[\u4e00-\u9fff]{2,6}活动|持续期|占用|占补",
            rest,
        )
    )


ACTS = re.compile(f"(?:{alternation(_W['acts'])})(?:了|出)?")


def _last_act(words: str) -> int:
    """Return where the act that a number counts begins in the words before it, 0 where the words are one phrase."""
    if len(words) < 10 or COUNTED.match(words):
        return 0
    for match in ACTS.finditer(words):
        at, rest = match.start(), words[match.end() :]
        if at < 3 or len(rest) < 2 or _inside(words, at) or words[at - 1] in "的、和与及":
            continue
        if re.match(
            r"的|工程|项目|任务|资金|用地|计划|中心|单位|企业|水平|能力|力度|情况|工作|率|值|量|度|兵团|标准|面积", rest
        ):
            continue
        if (
            match.group().startswith("新增")
            and re.search(r"(?:园|园区|新区|示范区|基地|平台|港)$", words[:at])
            and not COUNTED.match(words)
        ):
            return 0  # whose growth it is belongs to the name
        if match.group().startswith("开展") and len(rest) > 3 and at > 5:
            return at
        if re.match("建设|改造|建立|开展|培训|推广", match.group()) and not re.search(
            r"(?:推动|加快|推进|积极|大力|规划|年|前|内|区|镇|街)$", words[:at]
        ):
            continue
        return at
    return 0


def _verb(words: str) -> str:
    """Return the counting verb with which a name begins, its 了 or 出 included."""
    match = COUNTED.match(words)
    return match.group() if match and match.end() <= len(words) else ""


def _has_verb(words: str) -> bool:
    return bool(_verb(words))


def _bare_verb(words: str) -> bool:
    """Say whether the words are a verb and nothing else, so that the name must stand behind the number."""
    return bool(BARE_VERB.fullmatch(words))


def _right(right: str, q: Quantity, words: str) -> str:
    """Return the noun phrase behind a number, as far as it goes."""
    rest = re.sub(r"^(?:的|以上的|左右的)", "", right).strip(" \n")
    if not rest or re.match(r"[,。;、!?)”:]|和|及(?!时)|与|以上|左右", rest):
        return ""
    if q.unit in ("%", "成") and re.match("达到", rest) and len(rest) > 5:
        return re.split(r"[,;。:!?\n]", rest)[0]
    if re.match(
        r"(?:增长|提高|下降|左右|以上|以内|目标|大关|任务$|为|并|用于|且|,|的目标|资金用于|均|都|达|实现(?!.{2,}))",
        rest,
    ) and not re.match(r"提高标准|增长点", rest):
        return ""
    rest = re.split(r"[,;。:!?\n]", rest)[0]
    rest = re.sub(r"[、和及与]+$", "", rest)
    rest = re.sub(r"^(.{3,}?建设)和[^、]+建设$", r"\1", rest)
    cut = re.search(
        r"(?:做大做强|做优做强|发展壮大|快建设|早投产|尽快|如期|按期|按时|提前|叫好|带动社会|在我[省市县区镇]|年度建设任务|建设任务$|(?:等)?(?:目标)?任务$|落地见效|达产达效|投产达效|建成投产|建成投用|投入使用|竣工验收|顺利)",
        rest,
    )
    if cut and cut.start() >= 2:
        rest = rest[: cut.start()]
    return re.sub(r"(?<=[\u4e00-\u9fff])(?:全部|均已|均)(?=[\u4e00-\u9fff]{2})", "", rest).strip("的")


def _join(words: str, tail: str, q: Quantity) -> str:
    """Put a name together from the words before and behind its number."""
    words = words.rstrip("、和及与")
    verb = _verb(words)
    noun = words[len(verb) :]
    if noun and re.search(r"[、和与及]|等$", noun) and not re.search(r"率|比|水质|用地", noun) and q.unit not in ("%",):
        noun = ""  # 打造甲街和乙街2条样板街: the examples are no part of the name
    if words.startswith(("为", "对")):
        noun = noun[1:]
    while noun and (effort := EFFORT.match(noun)) and effort.end() == len(noun):
        noun = ""
    tail = re.sub(r"^(?:实现|进行了?|完成了?)(?=.{3,})", "", tail)
    return verb + noun + tail


def _fragment(name: str) -> bool:
    """Say whether words among 其中 are no name of their own: 过亿元, 省级."""
    return bool(
        re.fullmatch(r"(?:过|超|投资)?[\d.十百千万亿五两三]+元(?:以上)?(?:的)?|[国省市县区]家?级(?:以上)?", name)
    )


def _head(core: str) -> str:
    """Return the noun at the end of a name."""
    match = re.search(r"(?:项目|企业|人才|机构|平台|社区|村|学校|单位|品种|基地|中心|公园|道路)$", core)
    return match.group() if match else core[-2:]


def _modifier(core: str) -> str:
    """Return the modifier of rank with which a name begins: 市级以上, 省级, 规模以上."""
    match = re.match(
        r"(?:(?:国家|省|市|县|区|州|世界|全国)(?:、(?:国家|省|市|县))*级?(?:及)?(?:以上|级)|规模?以?上|规上|限额以上|限上|国家级、省级|省市级?|省级)",
        core,
    )
    return match.group() if match else ""


def _generic(name: str) -> bool:
    return bool(GENERIC.fullmatch(name))


def _subject(core: str) -> str:
    """Return what a name is about, without the head that says what is measured of it."""
    stem = GENERIC_END.sub("", core)
    return stem if len(stem) >= 2 else core


def _polish(name: str) -> str:
    name = re.sub(r"^(?:了|的|在|、|和|及|与|并|,)+|(?:的|、|和|及|与|等|,|:|共|已|约|近|达)+$", "", name)
    name = re.sub(r"(?<=[建成办立出改造展开放定增])了", "", name)
    name = re.sub(r"(?<=[\u4e00-\u9fff”])(?:实现|完成)(?=[\u4e00-\u9fff]{2,})(?!率)", "", name)
    name = re.sub(r"^[\u4e00-\u9fff]{2,4}(?:镇|乡|县|街道)(?=地方财政|新增|实现|完成|规模以上|中小学)", "", name)
    return name.strip("(") if name.count("(") > name.count(")") else name


# ---- several numbers for several names -----------------------------------------------------------------------------------


def _shared(
    text: str,
    spans: list[tuple[int, int]],
    quantities: list[Quantity],
    run: list[int],
    left: str,
    context: Context,
    waiting: tuple[str, int],
) -> Iterator[Found]:
    """Give each of several numbers its own of several names: 城镇、农村居民人均可支配收入分别增长8%、9.3%."""
    first = quantities[run[0]]
    at = spans[run[0]][0]
    if left.strip(" ,") in ("", "分别") or re.fullmatch(
        r"(?:年均|同比|预计)?(?:分别)?(?:年均|同比)?(?:增长|下降|达到?|为)?(?:年均)?", left.strip(" ,")
    ):
        source, at = (waiting[0], waiting[1]) if waiting[0] else ("", at)
        names = _distribute(source, at, len(run)) if source else []
        if not names and context.names:
            names = list(context.names)
    else:
        stem = re.sub(r"分别|各自", "", left)
        stem, _ = _measure(stem, first, "")
        words, _offset = _front(_strip_compare(stem.rstrip()))
        start = at + max(left.find(words[:4]), 0) if words else at
        names = _distribute(words, start, len(run))
        if not names:
            names = [(words, start)] * len(run)
    if not names:
        names = [(context.name, context.start)] * len(run) if context.name else []
    _, measure = _measure(re.sub(r"分别|各自", "", left), first, "")
    for number, name in zip(run, names, strict=False):
        q = quantities[number]
        clean = _polish(name[0])
        if len(clean) < 2:
            continue
        kind = measure if UNIT_TYPES.get(q.unit) == UNIT_TYPES.get(first.unit) else _measure(left, q, "")[1]
        comparator = q.comparator
        if comparator == "=" and first.comparator in (">=", "<=") and text[first.start] not in "0123456789":
            comparator = first.comparator  # 分别超98.5%和99%: the word before the first is said of all
        if comparator == "=" and number == run[0] and re.search(r"(?:不低于|不少于|超过?|突破|均超|分别超过?)$", left):
            comparator = ">="
        yield Found(
            clean,
            names[0][1] if names[0][1] >= 0 else q.start,
            q.end,
            q,
            comparator,
            kind,
            False,
            "indicators/respectively",
        )
    if names:
        context.names = tuple(names)
        context.name, context.start = _polish(names[min(len(run), len(names)) - 1][0]), names[0][1]
        context.verb = _verb(context.name)
        context.core = context.name.removeprefix(context.verb)


PAIRS = (
    ("城乡低保", ("城市低保", "农村低保")),
    ("城乡", ("城镇", "农村")),
    ("省市", ("省", "市")),
    ("内外", ("内", "外")),
)


def _distribute(words: str, start: int, count: int) -> list[tuple[str, int]]:
    """Return `count` names from words that name several things, [] where they do not."""
    items = (
        [m.span() for m in re.finditer(r"[^、和及与]+", words)]
        if "、" in words or "和" in words or "及" in words or "与" in words
        else []
    )
    items = [(a, b) for a, b in items if not _inside(words, a)]
    if len(items) != count:
        if len(items) < 2:
            for pair, halves in PAIRS:
                if count == 2 and pair in words:
                    return [(words.replace(pair, half, 1), start) for half in halves]
        if len(items) > count:
            hard = [m.span() for m in re.finditer(r"[^、]+", words)] if "、" in words else []
            if len(hard) == count:
                items = hard
            else:
                soft = [m.span() for m in re.finditer(r"[^和]+", words)]
                items = soft if len(soft) == count else []
        else:
            return []
    if len(items) != count:
        return []
    names = _limits_shared([words[a:b] for a, b in items])
    last = names[-1]
    verb = _verb(names[0])
    # 签约项目履约率、开工率: what is measured of one thing twice is told of it once.
    rate = re.compile(r"[\u4e00-\u9fff]{1,5}(?:率|人数|数量|总数|面积)")
    if len(names) > 1 and all(len(name) <= 6 and (rate.fullmatch(name) or _generic(name)) for name in names[1:]):
        subject = _subject(names[0])
        if subject == names[0] and re.search(r"(?:率|数|数量|面积)$", names[0]) and len(names[0]) > len(names[1]) + 1:
            subject = names[0][: -min(len(names[1]), len(names[0]) - 2)]
        if subject != names[0]:
            names[1:] = [subject + name for name in names[1:]]
    last = names[-1]
    out = []
    for name in names[:-1]:
        if len(last) >= len(name) + 3 and not HEAD_END.search(name) and len(name) <= 12:
            name += _shared_tail(name, last)
        out.append(name)
    if verb and not _verb(last):
        last = verb + last
    prefix = re.match(r"(?:全[国省市区县镇乡]|全年|规模以上|规上|市区)", names[0])
    if prefix and len(names) > 1 and prefix.group() in ("规模以上", "规上") and not last.startswith("规"):
        last = last
    out.append(last)
    return [(name, start) for name in out]


LIMIT = re.compile(r"(?P<before>.*?)(?P<limit>[过超]?[\d.十百千万亿两三五]+元(?:以上)?)(?P<noun>.*)")


def _limits_shared(names: list[str]) -> list[str]:
    """纳税过亿元、过千万元工业企业 names two things by limits: what stands before and behind belongs to both."""
    limits = [LIMIT.fullmatch(name) for name in names]
    if len(names) < 2 or not all(limits):
        return names
    before, noun = limits[0]["before"], limits[-1]["noun"]  # type: ignore[index]
    return [(m["before"] or before) + m["limit"] + (m["noun"] or noun) for m in limits]  # type: ignore[index]


def _shared_tail(name: str, last: str) -> str:
    """Return the tail that a short member shares with the last: 城镇 and 农村居民人均收入 share 居民人均收入."""
    for length in range(min(len(name), len(last) - 2), 0, -1):
        if name[-length:] == last[:length]:
            return last[length:]
    best = len(name)
    tail = last[best:]
    for head in ("居民", "浓度", "人均", "合格率", "覆盖率", "普及率", "占比", "增加值", "产量", "标准"):
        at = last.find(head)
        if at > 0:
            return last[at:]
    return tail if len(tail) >= 2 else ""
