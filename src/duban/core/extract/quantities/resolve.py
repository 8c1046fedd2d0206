"""Quantities: every number with its unit and qualifier, and the numbers that count nothing."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

from duban.core.rules import load, scan
from duban.core.text.numerals import chinese_number
from duban.core.types import Comparator, ExcludedWhy

_book = load("extract.quantities")
_UNIT = rf"(?:{_book.any_of('unit')})"
_MAGNITUDE = rf"(?:{_book.any_of('magnitude')})"
# No number of a paper has more digits; one that has is a code, and must not cost more than its length.
_NUMBER = r"\d{1,3}(?:,\d{3}){1,4}(?:\.\d{1,6})?|\d{1,12}(?:\.\d{1,6})?"
_PER = r"(?:/(?:[万百千]?[\u4e00-\u9fff]{1,3}?元|[\u4e00-\u9fff]{1,3}?(?=[,。;、\s以左]|$)|[A-Za-z]+)|\([\u4e00-\u9fff、]{1,3}\))?"
_CLASSIFIERS = "个家项处所条座户人名件场次套间台辆张支只头份本批例起片栋株部届轮倍成种类款盏根艘架"
# 两家, 九个村, 近八成, 三百余户: Chinese numerals count only before a measure word.
_HAN_NUMBER = rf"[一二两三四五六七八九十百]{{1,4}}(?=(?:余|多)?(?:[万亿千]?(?:[{_CLASSIFIERS}]|元|亩|公里|吨)))"
# 签约, 附近, 赶超, 全市平均: the end of a word is no word that estimates.
WHOLE_WORD = r"(?!(?<=[签预节集契履公])约|(?<=[附靠临邻贴亲])近|(?<=[赶反])超|(?<=[国省市区县])平均|(?<=平)均)"
QUANTITY = re.compile(
    rf"{WHOLE_WORD}(?P<before>{_book.any_of('at_least', 'at_most', 'about')})?"
    rf"(?:(?P<low>{_NUMBER})(?P<low_unit>%|‰|个百分点|亿元|万元|万亿元|万|亿|个|家)?(?:-|—|——|~|至|到)(?=\d))?"
    rf"(?P<number>{_NUMBER}|{_HAN_NUMBER})"
    rf"(?P<more>余|多)?(?P<magnitude>{_MAGNITUDE}(?!分))?(?P<more2>余|多)?(?P<unit>{_UNIT})?(?P<per>{_PER})"
    rf"(?P<more3>余|多(?![元样层渠种]))?(?P<after>\(含\)以上|{_book.any_of('at_least_after', 'at_most_after', 'about_after')}|(?<=分钟|小时)内|(?<=工作日)内)?"
)
_FIRST = {word[0] for name in ("at_least", "at_most", "about") for word in _book.words[name]}
STARTS = re.compile(rf"[\d一二两三四五六七八九十百{''.join(sorted(_FIRST))}]")
# What a limit qualifies: 500万元以上技改项目, 过亿元企业. The number counts nothing, what it qualifies is counted.
QUALIFIED = re.compile(
    r"的?(?!(?:支持|扶持|用于|帮助|推动|助力|惠及|为))[\u4e00-\u9fff“”]{0,12}?(?:项目|企业|村|公司|家庭|人才|机组|锅炉|产品|品牌|楼|主体|大户|农户|县|镇|工程|设备|产业|集群|贷款|老人|老年人|人口|儿童|幼儿|人员|小区|职工|园区|开发区|商圈|街区|市场)"
)
# 产值超10亿元企业5家: a limit, and behind it how many are above.
MANY_OF = re.compile(rf"(?:{QUALIFIED.pattern})(?:数量|总数)?(?:达到?|为|突破)?\d")
# 10亿元以上3个: how many there are above the limit.
COUNT_BEHIND = re.compile(r"\d{1,4}(?:个|家|户)")
# Measures that limit; a count of things (3家以上企业) never does.
LIMITING = re.compile(r"(?:万|亿|千|百)*(?:元|美元|吨|平方米|㎡|岁|周岁|米|公里|千瓦|亩|%|蒸吨|立方米)$")
# Chinese numerals count behind a verb that makes or reaches something, behind 等 or a word that estimates.
HAN_LEAD = re.compile(
    r"(?:新建|建成|建设|打造|打造出|创建|创成|新增|培育|引进|设立|成立|完成|改造|开工|获批|新设|建立|新开|投用|等|近|超|逾|约|超过|达到?|达|为|占|占比|、|办好|实施|推出|[.。,;]|^)$"
)
HAN_TAIL = "批轮届次期级类种款支份步度"
_WORDS = {
    name: re.compile(_book.any_of(name))
    for name in ("at_least", "at_most", "about", "at_least_after", "at_most_after", "about_after")
}
# 超千亿元, 突破万亿元大关: a magnitude alone is a number of money behind a word that reaches it.
BARE_MONEY = re.compile(
    r"(?P<before>超过?|突破|达到?|逾|近|过|稳定在|保持在)(?P<magnitude>万亿|千亿|百亿|亿|千万|百万)(?P<unit>元|美元|吨|斤|人次)(?P<after>以上|大关|级)?"
)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number in normalised text. `start` to `end` takes in its qualifiers, `at` is where its first digit stands."""

    start: int
    end: int
    at: int
    value: float
    high: float | None
    unit: str
    comparator: Comparator
    words: bool  # written in Chinese numerals


@dataclass(frozen=True, slots=True)
class Left:
    """A number that counts nothing, and why."""

    start: int
    end: int
    why: ExcludedWhy
    rule: str


class Quantities:
    """All numbers of a range of text, in its order, those left out apart."""

    def __init__(self, text: str, start: int, end: int) -> None:
        self.left: list[Left] = []
        masks: list[tuple[int, int, Left]] = []
        for rule in _book:
            for match in rule.finditer(text, start, end):
                left = Left(match.start(), match.end(), rule.data["why"], f"quantities/{rule.name}")
                masks.append((match.start(), match.end(), left))
        masks.sort(key=lambda mask: (mask[0], -mask[1]))
        merged: list[tuple[int, int, Left]] = []
        for mask in masks:
            if merged and mask[1] <= merged[-1][1]:
                continue
            merged.append(mask)
        self._starts = [mask[0] for mask in merged]
        self._masks = merged
        self.found: list[Quantity] = []
        for match in scan(QUANTITY, STARTS, text, start, end):
            self._take(text, match)
        for match in BARE_MONEY.finditer(text, start, end):
            lasting = match["before"].endswith("在")
            if (
                match["before"] == "过"
                or match["after"] == "级"
                or (match["after"] == "以上" and not lasting)
                or match["after"] == "大关"
                or match["before"] == "突破"  # 突破千亿元 is said of an order of size, 超千亿元 of an amount
                or match["unit"] == "人次"
            ):
                continue
            if not self._masked(match.start("magnitude")) and not QUALIFIED.match(text, match.end()):
                value, unit = _bare(match["magnitude"], match["unit"])
                comparator: Comparator = (
                    "~"
                    if match["before"] == "近"
                    else "="
                    if match["before"] in ("达到", "达") or (lasting and not match["after"])
                    else ">="
                )
                self.found.append(
                    Quantity(match.start(), match.end(), match.start("magnitude"), value, None, unit, comparator, True)
                )
                self.left = [left for left in self.left if not left.start <= match.start("magnitude") < left.end]
        self.found.sort(key=lambda q: q.at)

    def _masked(self, at: int) -> Left | None:
        index = bisect_right(self._starts, at) - 1
        for k in (index, index - 1):
            if k >= 0 and self._masks[k][0] <= at < self._masks[k][1]:
                return self._masks[k][2]
        return None

    @staticmethod
    def _limits(text: str, match: re.Match[str]) -> bool:
        """Say whether a number qualifies what is counted: it has a limit word, and a thing to qualify behind it."""
        passed = text[match.start() - 1 : match.start()] in ("过", "超", "达", "满") or (
            match["before"] in ("超", "超过") and text[match.end() : match.end() + 1] == "的"
        )
        reached = match["before"] in ("超", "超过", "突破", "逾") and MANY_OF.match(text, match.end())
        if not (
            reached
            or match["after"] in ("以上", "及以上", "以下", "以内", "及以下", "(含)以上")
            or passed
            or (match["unit"] or "").endswith("岁")
        ):
            return False
        return bool(QUALIFIED.match(text, match.end()) or COUNT_BEHIND.match(text, match.end()))

    def _take(self, text: str, match: re.Match[str]) -> None:
        at = match.start("number")
        first = match.start("low") if match["low"] else at
        left = self._masked(at) or self._masked(first)
        if left is not None:
            if left not in self.left[-3:]:
                self.left.append(left)
            return
        before = text[at - 1 : at]
        number = match["number"]
        words = not number[0].isdigit()
        unit = (match["magnitude"] or "") + (match["unit"] or "") + (match["per"] or "")
        if not words and ((before.isascii() and (before.isalnum() or before in tuple("+×*."))) or before == "第"):
            self.left.append(Left(match.start(), match.end(), "name", "quantities/part-of-code"))
            return
        if not unit and not words:
            if text[match.end("number") : match.end("number") + 1] == "大":
                unit = "大"
            else:
                self.left.append(Left(match.start(), match.end(), "name", "quantities/no-unit"))
                return
        value = _value(number)
        if value is None:
            return
        if words and not _counts(text, match, value):
            self.left.append(Left(match.start(), match.end(), "name", "quantities/numeral-in-name"))
            return
        # An age qualifies whom it is about, unless it is measured: 人均预期寿命83岁.
        aged = unit.endswith("岁") and not re.search("寿命|年龄", text[max(0, at - 20) : at])
        if aged or (LIMITING.search(unit) and self._limits(text, match)):
            self.left.append(Left(match.start(), match.end(), "threshold", "quantities/limit"))
            return
        end = match.end() if unit != "大" or match["unit"] else match.end("number") + 1
        high = None
        comparator = _comparator(match)
        low = float(match["low"].replace(",", "")) if match["low"] else value
        if low < value:
            high, value, comparator = value, low, "range"
        self.found.append(Quantity(match.start(), end, first, value, high, unit, comparator, words))


def _counts(text: str, match: re.Match[str], value: float) -> bool:
    """Say whether a number in Chinese numerals counts things, and is not part of a name (三条红线, 一批, 二次供水)."""
    unit = match["unit"] or ""
    if unit in HAN_TAIL or match["number"] in "百千万":
        return False
    if unit == "个百分点":
        return True
    if unit == "成" or match["before"]:
        return unit != "" or bool(match["magnitude"])
    lead = text[max(0, match.start() - 4) : match.start()]
    if value == 1 and not re.search(r"(?:新建|建成|打造出?|创建|新增|建设|培育)$", lead):
        return False
    behind = text[match.end() : match.end() + 3]
    return bool(HAN_LEAD.search(lead)) and not re.match(
        "[体化]|关键|方面|毫不|维护|确立|结合|文明|健康|责任|转变|突破|提升|覆盖|层面|维度|环节", behind
    )


def _bare(magnitude: str, unit: str) -> tuple[float, str]:
    """Return 千亿元 as 1000 and 亿元, 百万 as 100 and 万, 万亿 as 1 and 万亿."""
    if magnitude == "万亿" or len(magnitude) == 1:
        return 1.0, magnitude + unit
    return float({"千": 1000, "百": 100, "十": 10}[magnitude[0]]), magnitude[1:] + unit


def _value(number: str) -> float | None:
    if number[0].isdigit():
        return float(number.replace(",", ""))
    value = chinese_number(number)
    return None if value is None else float(value)


def _comparator(match: re.Match[str]) -> Comparator:
    before, after = match["before"] or "", match["after"] or ""
    if _WORDS["about_after"].fullmatch(after):
        return "~"
    if after == "内" or _WORDS["at_most_after"].fullmatch(after):
        return "<="
    if after:
        return ">="
    if _WORDS["at_most"].fullmatch(before):
        return "<="
    if _WORDS["at_least"].fullmatch(before):
        return ">="
    if _WORDS["about"].fullmatch(before):
        return "~"
    return ">=" if match["more"] or match["more2"] or match["more3"] else "="
