"""Projects: named investments whose own amount the paper states."""

from __future__ import annotations

import re
from dataclasses import dataclass

from duban.core.intervals import Intervals
from duban.core.rules import alternation, load

_book = load("extract.projects")
_LIMITS = tuple(load("extract.deadlines"))
_OF = _book["amount-of-project"].pattern
_THEN = tuple(_book[name].pattern for name in ("project-then-amount", "project-in-brackets"))
AMOUNT = re.compile(
    r"(?P<value>\d[\d.,]{0,14})(?:余|多)?(?P<unit>(?:万亿|亿|万|千万)?)(?:余|多)?(?P<money>元人民币|美元|欧元|日元|港元|元)?"
)
# More of the same list: 、18亿元的光伏发电 和9亿元的储能项目.
NEXT = re.compile(
    r"(?P<amount>\d[\d.,]{0,14}(?:余|多)?(?:亿|万|千万)(?:余|多)?(?:元|美元|欧元))的(?P<name>[^,。;:!?\n]{2,60})"
)
SUBJECT = re.compile(r"[\u4e00-\u9fffA-Za-z“”·]{2,16}$")
LEADING = re.compile(
    r"^.*?(?:加快推进|重点抓好|重点推进|积极推进|推进|抓好|加快|推动|支持|确保|力促|促进|引进|实施|开工|建成|完成|做好|依托|配合|服务|督促|其中|并|和|及|与)(?=[\u4e00-\u9fffA-Za-z“”]{2,16}$)"
)
EFFORT = re.compile(r"(?:加快|推进|推动|抓好|促进|引进|实施|争取|力争|新增|开工|建成|积极|重点|抓紧|谋划|落实|做好)+")
_GROUP = re.compile(
    rf"(?:约|近|超)?\d[\d.]{{0,14}}(?:余|多)?(?:个|项|家|处|条)|[一二三四五六七八九十百两]+(?:个|项|大)|(?:一批|系列|多个|若干|重点|重大|产业|民生|市政|基础设施|年度|各类)*(?:{alternation(_book.words['group'])})$"
)
_END = re.compile(rf"(?:项目|工程)(?:[一二三]期)?|等(?:项目|工程|\d)|(?:{alternation(_book.words['end'])})")


@dataclass(frozen=True, slots=True)
class Found:
    """A project in normalised text; `amount` is where its number stands."""

    name: str
    start: int
    end: int
    amount: int
    value: float
    unit: str
    rule: str


def find(text: str, start: int, end: int) -> list[Found]:
    """Return the projects of ``text[start:end]``; amounts of groups and of works without a name are none."""
    found: list[Found] = []
    at = start
    while match := _OF.search(text, at, end):
        at = match.end("amount")
        rest = (match.start("name"), match.end("name"))
        if text[match.start() - 2 : match.start()] in ("完成", "技改", "民间", "工业", "固定", "产业") or text[
            max(0, match.start() - 4) : match.start()
        ].endswith(("年度", "资产")):
            continue
        name = _name(text, *rest)
        if name is None:
            continue
        subject = (
            _subject(text, start, match.start())
            if match["link"] == "的" and not match["invest"].startswith("总")
            else None
        )
        begin = subject if subject is not None else match.start()
        words = (text[subject : match.start()] if subject is not None else "") + text[name[0] : name[1]]
        amount = AMOUNT.match(match["amount"])
        if amount:
            found.append(_made(words, begin, name[1], match.start("amount"), amount, "projects/amount-of-project"))
        at = name[1]
        while behind := NEXT.match(text, _past(text, at, end), end):
            more = _name(text, behind.start("name"), behind.end("name"))
            amount = AMOUNT.match(behind["amount"])
            if more is None or amount is None:
                break
            found.append(
                _made(text[more[0] : more[1]], behind.start(), more[1], behind.start("amount"), amount, "projects/list")
            )
            at = more[1]
    taken = Intervals((f.start, f.end) for f in found)
    for match in (match for pattern in _THEN for match in pattern.finditer(text, start, end)):
        if taken.overlaps(*match.span()):
            continue
        begin = match.start("name")
        cut = LEADING.match(match["name"])
        begin += cut.end() if cut else 0
        name_words = text[begin : match.end("name")]
        if (
            _GROUP.fullmatch(name_words)
            or re.search(r"(?:重大|重点|储备|产业|亿元以上)项目$", name_words)
            or re.search(r"\d+个|等\d", name_words)
        ):
            continue
        amount = AMOUNT.match(match["amount"])
        if amount:
            rule = "project-then-amount" if match.re is _THEN[0] else "project-in-brackets"
            found.append(_made(name_words, begin, match.end(), match.start("amount"), amount, f"projects/{rule}"))
            taken.add(*match.span())
    return sorted(found, key=lambda f: f.start)


def _made(name: str, start: int, end: int, at: int, amount: re.Match[str], rule: str) -> Found:
    unit = amount["unit"] + (amount["money"] or "元")
    name = re.sub(r"(?<=[\u4e00-\u9fff])\d{1,4}(?:处|个|座|条|家|栋|所)$", "", name)  # 新建文化广场1处
    return Found(name.strip("的、 "), start, end, at, float(amount["value"].replace(",", "").rstrip(".")), unit, rule)


def _past(text: str, at: int, end: int) -> int:
    while at < end and text[at] in "、和及与,项目":
        at += 1
    return at


def _name(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Return the range of a project's name in the words behind its amount, None where they name a group or nothing."""
    words = text[start:end]
    if re.match(r"(?:约|近|超)?\d[\d.]{0,14}(?:余|多)?(?:个|项|家)", words):
        return None
    depth, stop = 0, len(words)
    for index, character in enumerate(words):
        if character in "“《(":
            depth += 1
        elif character in "”》)":
            depth -= 1
        elif depth == 0 and character == "、":
            stop = index
            # 400万条轿车胎、800万条自行车胎: one project's products
            if re.match(r"\d[\d.]{0,14}万?[\u4e00-\u9fff]", words[index + 1 :]) and not re.match(
                r"\d[\d.,]{0,14}(?:亿|万)(?:元|美元|欧元)", words[index + 1 :]
            ):
                continue
            break
        elif (
            depth == 0
            and character in "和及与"
            and re.match(r"(?:总?投资)?\d[\d.,]{0,14}(?:亿|万)", words[index + 1 :])
        ):
            stop = index
            break
    else:
        stop = len(words)
    words = words[:stop]
    limits = [m.start() for rule in _LIMITS if (m := rule.pattern.search(words, 2))]
    words = words[: min(limits, default=len(words))]  # 基地3月底前开工: the limit is no part of the name
    closed = _END.search(words, 2)
    if closed:
        keep = closed.end() if closed.group().startswith(("项目", "工程")) else closed.start()
        words = words[:keep]
    if len(words) < 2 or _GROUP.match(words):
        return None
    return start, start + len(words)


def _subject(text: str, start: int, at: int) -> int | None:
    """Return where the investor's name begins that stands right before 投资, None where there is none."""
    lower = max(start, at - 24)
    window = text[lower:at]
    cut = max(window.rfind(mark) for mark in ",。;、:!?\n(")
    words = window[cut + 1 :]
    match = LEADING.match(words)
    begin = match.end() if match else 0
    rest = words[begin:]
    if (
        not 2 <= len(rest) <= 16
        or re.search(
            r"[\d%]|^(?:总|计划|累计|预计|民间|年度|实际|直接|固定资产|工业|技改|合计|确保|力争|其中|已|共|将|等)", rest
        )
        or rest.endswith(("总", "计划", "累计", "完成", "年"))
        or EFFORT.fullmatch(rest)
    ):
        return None
    return lower + cut + 1 + begin
