"""A name from the words around its number."""

from __future__ import annotations

import re

from duban.core.extract.indicators.words import ACTS, BOOK, COUNTED, EFFORT, LIMITS, NO_EFFORT, inside, verb_of
from duban.core.extract.quantities.resolve import WHOLE_WORD, Quantity

TIME = BOOK["time-in-front"].pattern
ENUMERATOR = re.compile(
    r"(?:[\s,、;:。和与并且]|及(?!时))+|其中[,:]?|\d{1,3}[.、](?!\d)|\([一二三四五六七八九十\d]{1,3}\)|[一二三四五六七八九十]{1,2}[是要、]|[①-⑳]|——"
)
# What goes on behind the noun and is no part of it: 做大做强, 如期, 在我区.
GOES_ON = BOOK["goes-on"].pattern
NO_NOUN = re.compile(
    r"(?:增长(?!点)|提高(?!标准)|下降|左右|以上|以内|目标|大关|任务$|为|并|用于|且|,|的目标|资金用于|均|都|达|实现(?!.{2,}))"
)
# What an act is done with, not the act itself: 新增用地指标, 改造工程.
NO_ACT = re.compile(
    r"的|工程|项目|任务|资金|用地|计划|中心|单位|企业|水平|能力|力度|情况|工作|率|值|量|度|兵团|标准|面积"
)


WAY = re.compile(
    r"在(?!建)|对|从|以|用|于|向|由|按|依托|协调|配合|联合|会同|引导|组织|邀请|借助|聚焦|投入|安排|选取|选择"
)


def front(words: str) -> tuple[str, int]:
    """Cut off a name's front what belongs to the sentence: efforts, dates, connectors; return the rest and its offset."""
    words = words.rstrip()
    at = 0
    effort = False
    while step := _belongs_to_sentence(words[at:]):
        effort = effort or bool(step > 1 and EFFORT.match(words, at))
        at += step
    rest = words[at:]
    # A long way round before the act that is counted: 依托国家制种大县建设…; a subject is none, 养老机构新增床位.
    cut = _last_act(rest) if effort or WAY.match(rest) else 0
    return rest[cut:], at + cut


def _belongs_to_sentence(rest: str) -> int:
    """Return the length of what stands before the name, 0 where the name begins."""
    if mark := ENUMERATOR.match(rest):
        return mark.end()
    if time := TIME.match(rest) or next((m for limit in LIMITS if (m := limit.match(rest))), None):
        return time.end()
    verb, effort = COUNTED.match(rest), EFFORT.match(rest)
    if effort is None or (verb and verb.end() > effort.end()) or effort.end() >= len(rest) or NO_EFFORT.match(rest):
        return 0
    return effort.end()


def _last_act(words: str) -> int:
    """Return where the act that a number counts begins in the words before it, 0 where the words are one phrase."""
    if len(words) < 10 or COUNTED.match(words):
        return 0
    for match in ACTS.finditer(words):
        at, rest = match.start(), words[match.end() :]
        if at < 3 or len(rest) < 2 or inside(words, at) or words[at - 1] in "的、和与及" or NO_ACT.match(rest):
            continue
        if match.group().startswith("新增") and re.search(r"(?:园|园区|新区|示范区|基地|平台|港)$", words[:at]):
            return 0  # whose growth it is belongs to the name
        if match.group().startswith("开展") and len(rest) > 3 and at > 5:
            return at
        noun = re.match("建设|改造|建立|开展|培训|推广", match.group())  # as often a noun as a verb
        if noun and not re.search(r"(?:推动|加快|推进|积极|大力|规划|年|前|内|区|镇|街)$", words[:at]):
            continue
        return at
    return 0


def behind(right: str, q: Quantity) -> tuple[str, int]:
    """Return the noun phrase behind a number, as far as it goes, and where it ends; empty where none stands there."""
    rest = re.sub(r"^(?:的|以上的|左右的)", "", right).lstrip(" \n")
    skipped = len(right) - len(rest)
    if not rest or re.match(r"[,。;、!?)”:]|和|及(?!时)|与|以上|左右", rest):
        return "", 0
    phrase = re.split(r"[,;。:!?\n]|[、和及]多[个家处所座项]", rest)[0]
    if q.unit in ("%", "成") and rest.startswith("达到") and len(rest) > 5:
        return phrase, skipped + len(phrase)
    if NO_NOUN.match(rest):
        return "", 0
    phrase = re.sub(r"[、和及与]+$", "", phrase)
    phrase = re.sub(r"^(.{3,}?建设)和[^、]+建设$", r"\1", phrase)
    cut = GOES_ON.search(phrase, 2)
    if cut:
        phrase = phrase[: cut.start()]
    phrase = phrase.rstrip("的")
    end = skipped + len(phrase)
    return re.sub(r"(?<=[\u4e00-\u9fff])(?:全部|均已|均)(?=[\u4e00-\u9fff]{2})", "", phrase).strip("的"), end


def joined(words: str, tail: str, q: Quantity) -> str:
    """Put a name together from the words before and behind its number."""
    words = words.rstrip("、和及与")
    verb = verb_of(words)
    noun = words[len(verb) :]
    if re.search(r"[、和与及]|等$", noun) and not re.search(r"率|比|水质|用地", noun) and q.unit != "%":
        noun = ""  # 打造甲街和乙街2条样板街: the examples are no part of the name
    if words.startswith(("为", "对")):
        noun = noun[1:]
    if EFFORT.fullmatch(noun):
        noun = ""
    return verb + noun + re.sub(r"^(?:实现|进行了?|完成了?)(?=.{3,})", "", tail)


def polished(name: str, place: str) -> str:
    """Return a name without what strayed to its ends; `place` is whose paper it is, and goes without saying."""
    name = re.sub(
        rf"^(?:了|的|在(?![建谈库册校园岗])|、|和|及|与|并|,)+|{WHOLE_WORD}(?:的|、|和|(?<!惠)(?<!涉)及|与|等|,|:|共|已|约|近|达)+$",
        "",
        name,
    )
    name = re.sub(r"(?<=[建成办立出改造展开放定增])了", "", name)
    name = re.sub(r"(?<=[\u4e00-\u9fff”])(?:实现|完成)(?=[\u4e00-\u9fff]{2,})(?!率)", "", name)
    examples = re.search(r"等(?=[\u4e00-\u9fff]{2,}$)(?!级|次|奖|待|候)", name)
    if examples and not inside(name, examples.start()):  # 整治甲河、乙河等河道: the examples are no part of the name
        name = verb_of(name) + name[examples.end() :]
    if place and len(name) > len(place) + 3:
        name = name.removeprefix(place)
    return name.strip("(") if name.count("(") > name.count(")") else name
