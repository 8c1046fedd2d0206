"""Whose paper it is: title, region, level, kind, year, date, number, issuer."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import date

from duban.core.structure.outline import MARK
from duban.core.structure.regions import PREFECTURES, PROVINCES
from duban.core.text.numerals import chinese_number
from duban.core.types import DocType, Level

SAMPLE = 300_000  # characters in which a paper has named its own place many times
HEAD = 2600  # characters at the beginning in which a paper says what it is


@dataclass(frozen=True, slots=True)
class Meta:
    """What a paper says of itself; None where it does not say."""

    title: str | None
    region: str | None
    level: Level | None
    doc_type: DocType | None
    year: int | None
    issued_on: date | None
    doc_number: str | None
    issuer: str | None


DOC_NUMBER = re.compile(r"[\u4e00-\u9fff]{1,9}(?:字|发|函|令|办|政)?[〔\[(（【]20\d\d[〕\])）】]\d{1,4}号")
ISSUED = re.compile(
    r"(?P<y>20\d\d|[二〇零○一三四五六七八九]{4})年(?P<m>\d{1,2}|[一二三四五六七八九十]{1,3})月(?P<d>\d{1,2}|[一二三四五六七八九十]{1,3})日"
)
NAME = r"[\u4e00-\u9fff]"
KINDS = r"(?:特别行政区|自治[区州县旗]|[省市县区旗镇乡]|街道|地区)"
# Words of which no name of a place consists.
NO_NAME = r"(?!人民政府|中共|委|贯彻|落实|执行|开展|做好|实施|制定|在|和|与|及|的|各|全|我|本|该|对|等|为|了|是|从|向|由|经|根据|按照|关于|印发|确保|推动|推进|加快|促进)"
STEP = rf"(?:{NO_NAME}{NAME}){{2,7}}?{KINDS}(?!域|直|级|委|属|划|位|内|外|间|长|管|政府工作)"
PLACE = rf"(?:{STEP}(?:人民政府(?={NAME}{{2,7}}(?:镇|乡|街道)))?){{1,4}}"
CONGRESS = re.compile(
    rf"(?:日|在|[(:—]|^)在?(?P<place>{PLACE})\s*第?[一二三四五六七八九十\d]+届\s*人民代表大会", re.MULTILINE
)
SELF = re.compile(
    r"我(?:谨)?(?:受.{0,12}委托,?)?代表(?P<place>[\u4e00-\u9fff]{0,12}?)(?:人民政府|政府|街道办事处|办事处)"
)
ISSUER = re.compile(
    rf"(?:^|[《\s|:])(?P<place>{PLACE})(?:人民政府|政府|街道办事处|办事处|党政办|党工委|党委|委员会|委、)", re.MULTILINE
)
TITLE_KIND = re.compile(
    r"工作报告|工作(?:总结|打算|安排)|方案|计划|要点|任务|清单|分解|分工|台账|责任书|实事|通知|意见"
)


def read(text: str, blocks: tuple[tuple[int, int], ...], aside: list[tuple[int, int]]) -> Meta:
    """Return what the paragraphs `blocks` of a document say of it; `aside` are the page's own lines around it."""
    start, end = blocks[0][0], blocks[-1][1]
    head = text[start : start + HEAD]
    page = "\n".join(text[a:b] for a, b in aside if a < start + HEAD and b > start - 3000)
    whole = text[start:end]
    title = _title(text, blocks, page)
    doc_type = _doc_type(title, head, whole[:SAMPLE])
    region, level = _region(title, head, whole[:SAMPLE], page)
    year = _year(title, whole[:SAMPLE])
    number = DOC_NUMBER.search(page + "\n" + head)
    return Meta(
        title=title,
        region=region,
        level=level,
        doc_type=doc_type,
        year=year,
        issued_on=_issued(text, blocks, page, doc_type),
        doc_number=number.group() if number else None,
        issuer=_issuer(title, head, region, level, doc_type),
    )


def _title(text: str, blocks: tuple[tuple[int, int], ...], page: str) -> str | None:
    """Return the paper's title: from the page's metadata, from the lines at its top, from the first 《…》 it announces."""
    named = re.search(r"^标题:[|\n]?(?P<title>[^|\n]{6,120})", page, re.MULTILINE)
    if named:
        return named["title"].strip(" |")
    lines = [text[a:b] for a, b in blocks[:14]]
    for index, line in enumerate(lines):
        if MARK.match(line) and not line.startswith("——"):
            break
        clean = re.sub(r"^[•·\-\s]*(?:【[^】]{1,12}】)?", "", line)
        glued = re.match(r"[^。,;:]{0,30}?政府工作报告(?=[\s—(]|\d|$)", clean)
        if glued:
            return glued.group()
        if len(clean) > 120 or re.search(r"[。;!?,](?!.*》)", re.sub("《[^》]*》", "", clean)):
            continue
        if not TITLE_KIND.search(clean) or clean.endswith((":", "日")):
            continue
        above = lines[index - 1] if index else ""
        if re.search(
            r"(?:政府|办公室|委员会|办公厅|办事处)$" if clean.startswith("关于") else r"(?:关于|印发|转发|公布|下达)$",
            above[-60:],
        ):
            clean = above + clean
        elif (
            index + 1 < len(lines)
            and not re.search(
                r"(?:报告|方案|通知|清单|任务|计划|要点|意见|表|分解|分工|实事|项目|责任)(?:[((].*[))])?$", clean
            )
            and len(lines[index + 1]) < 40
            and not lines[index + 1].endswith(":")
            and not MARK.match(lines[index + 1])
        ):
            clean += lines[index + 1]
        return clean
    for index, line in enumerate(lines[:6]):
        if (
            index + 1 < len(lines)
            and len(line) < 60
            and re.fullmatch(r"(?:实施|工作|行动|分工|攻坚)方案|工作报告", lines[index + 1])
        ):
            return line + lines[index + 1]
    announced = re.search(
        r"(?:印发|出台|制定|下发|发布)(?:了)?《(?P<title>[^》]{6,80}(?:方案|计划|任务|清单|要点)[^》]{0,12})》",
        text[blocks[0][0] : blocks[0][0] + 1500],
    )
    return announced["title"] if announced else None


def _doc_type(title: str | None, head: str, whole: str) -> DocType | None:
    named = re.sub(r"^.*?关于印发", "", title or "")
    if (
        re.search(r"政府工作报告(?!.{0,24}(?:任务|分工|分解|落实|方案|清单|台账|措施))", named)
        or re.search(r"^各位代表[:!,]", head, re.MULTILINE)
        or re.search(r"代表.{0,16}政府.{0,6}(?:向大会)?(?:报告工作|报告政府工作)", head)
    ):
        return "report"
    campaigns = len(re.findall(r"^.{2,24}(?:攻坚|专项|集中|大会战)(?:整治|提升)?(?:行动|战)$", whole, re.MULTILINE))
    if campaigns >= 3 or re.search(
        r"(?:攻坚(?:行动|战|年)|专项(?:整治)?行动|大会战|集中整治|百日).{0,14}(?:方案|计划)?$", named.rstrip("》")
    ):
        return "campaign"
    if re.search(r"(?:实施|工作|行动|推进|落实)方案|行动计划|工作要点|(?:工作|年度)计划", named) and not re.search(
        r"分工方案|任务分解|任务清单|责任分解", named
    ):
        return "plan"
    if re.search(r"任务|分工|清单|台账|分解|实事", named):
        return "task_list"
    if whole.count("各位代表") >= 2 or re.search(r"工作报告", named):
        return "report"
    if re.search(r"(?:牵头|责任)(?:单位|部门)", whole):
        return "task_list"
    return "plan" if re.search(r"方案|计划", head) else None


def own_name(region: str | None) -> str:
    """Return the last of a region's names: 云岭镇 of 清渡县云岭镇; empty where there is none."""
    names = re.findall(STEP, region or "")
    return names[-1] if names else ""


LEVELS: tuple[tuple[str, Level], ...] = (
    ("省", "province"), ("自治区", "province"), ("特别行政区", "province"), ("自治州", "city"), ("地区", "city"), ("盟", "city"),
    ("自治县", "county"), ("自治旗", "county"), ("县", "county"), ("区", "county"), ("旗", "county"), ("街道", "town"), ("镇", "town"), ("乡", "town"),
)  # fmt: skip


def _level(region: str) -> Level | None:
    last = re.findall(STEP, region)
    name = last[-1] if last else region
    if name in PROVINCES:
        return "province"
    if name.endswith("市"):
        return "city" if name in PREFECTURES else "county"
    for ending, level in LEVELS:
        if name.endswith(ending):
            return level
    return None


def _region(title: str | None, head: str, whole: str, page: str) -> tuple[str | None, Level | None]:
    """Return the region and its level, from the surest place that names it."""
    region, level = _named_region(title, head, whole, page)
    return (region.replace("人民政府", ""), level) if region else (region, level)


def _named_region(title: str | None, head: str, whole: str, page: str) -> tuple[str | None, Level | None]:
    congress = CONGRESS.search(head) or CONGRESS.search(page)
    if congress:
        return congress["place"], _level(congress["place"])
    named = re.sub(r"^(?:20\d\d年(?:度)?)?(?:关于)?(?:印发)?[《“]?", "", title or "")
    places = [m["place"] for m in ISSUER.finditer("\n".join(filter(None, (named, head, page))))]
    party = re.match(rf"中共(?P<place>{NAME}{{2,14}}?{KINDS})委", named) or re.search(
        rf"^中共(?P<place>{NAME}{{2,14}}?{KINDS})委", head, re.MULTILINE
    )
    titled = party or re.match(rf"(?P<place>{PLACE})", named)
    if titled and _level(titled["place"]):
        places.insert(0, titled["place"])
    places = [place for place in places if _level(place)]
    told = SELF.search(whole)
    own = told["place"] if told else ""
    kind = re.search(KINDS + "$", own)
    if told and told.group().endswith("办事处"):
        return _most_named(whole, "街道")
    if kind and len(own) > len(kind.group()) + 1:
        return own, _level(own)
    if kind:
        fitting = [place for place in places if place.endswith(kind.group())]
        if fitting:
            return fitting[0], _level(fitting[0])
        return _most_named(whole, kind.group())
    if places:
        counts = Counter(places)
        best = max(counts, key=lambda place: (counts[place], len(place)))
        longer = [place for place in counts if place.endswith(best)]
        best = max(longer, key=len)
        return best, _level(best)
    counts_all = {
        word: whole.count("全" + word) + whole.count("我" + word)
        for word in ("街道", "区", "县", "市", "镇", "乡", "省")
    }
    likely = max(counts_all, key=lambda word: counts_all[word])
    return _most_named(whole, likely) if counts_all[likely] > 2 else (None, None)


COMMON = re.compile(
    r"[的和与及在各全我本府委党等对为了是个村乡街道县区市省级向从至后前到让被把个每某该以及其中首]|示范|卫生|文明|特色|先进|典型|中心|重点|功能|开发|高新|保税|产业|工业|"
    r"推进|推动|加快|建设|提升|打造|支持|完善|加强|促进|实施|实现|优化|强化|深化|发展|统筹|建成|开展|指导|协调|组织|落实|突出|聚焦|代表"
)
GENERIC = re.compile(r"(?:城[区市镇乡]|[园社景灌片校新老库小山厂疫辖林牧战专郊港湾]区|[超门都上夜]市)$")


def _most_named(whole: str, kind: str) -> tuple[str | None, Level | None]:
    """Return the place of a kind that the text names most, by its full name and by the name alone."""
    names = Counter(
        name
        for size in (2, 3)
        for name in re.findall(rf"(?=([\u4e00-\u9fff]{{{size}}}{kind}))", whole)
        if not COMMON.search(name.removesuffix(kind))
    )
    scored = {}
    for name, count in names.most_common(60):
        official = len(re.findall(name + "(?:委|人民|党委|政府|党工委|第)", whole))
        if GENERIC.search(name) and not official:
            continue
        alone = min(whole.count(name.removesuffix(kind)) - count, 20)
        scored[name] = (count + 0.4 * alone + 4 * official) * (0.5 if len(name) > 2 + len(kind) else 1)
    if not scored:
        return None, None
    best = max(scored, key=lambda name: scored[name])
    if scored[best] < 2:
        return None, None
    above = re.search(rf"({STEP}){best}", whole)
    region = (above.group(1) if above and above.group(1)[-1] in "市县区" else "") + best
    return region, _level(best)


def _issuer(title: str | None, head: str, region: str | None, level: str | None, doc_type: str | None) -> str | None:
    signed = re.search(rf"^{PLACE}(?:人民)?政府(?:办公室|办公厅)?$", head, re.MULTILINE)
    if signed:
        return signed.group()
    titled = re.match(
        rf"{PLACE}(?:(?:人民)?政府(?:办公室|办公厅)?|(?<=街道)办事处)(?=关于|印发|20\d\d年(?!政府工作报告))",
        title or "",
    )
    if titled:
        return titled.group()
    joint = re.search(r"([\u4e00-\u9fff]{2,6}[区县市]委、[区县市]政府)印发", head)
    if joint:
        return joint.group(1)
    if region and doc_type == "report":
        own = re.findall(STEP, region)
        return (own[-1] if own and level == "town" else region) + ("办事处" if region.endswith("街道") else "人民政府")
    return None


def _day(match: re.Match[str]) -> date | None:
    words = (match["y"].replace("○", "〇"), match["m"], match["d"])
    numbers = [int(w) if w.isdecimal() else chinese_number(w) for w in words]
    try:
        year, month, day = numbers
        return date(year or 0, month or 0, day or 0)
    except ValueError:
        return None


def _issued(text: str, blocks: tuple[tuple[int, int], ...], page: str, doc_type: str | None) -> date | None:
    """Return the day of signature, of the page's metadata, or for a report of its delivery."""
    for start, end in blocks[:40] + blocks[-6:]:
        line = text[start:end]
        if len(line) < 30 and (match := ISSUED.fullmatch(line.strip("()"))):
            return _day(match)
    named = re.search(r"(?:成文|发文|印发)日期:[|\n]?(20\d\d)[-年](\d{1,2})[-月](\d{1,2})", page)
    if named:
        return date(*map(int, named.groups()))
    head = text[blocks[0][0] : blocks[0][0] + 400]
    for delivered in ISSUED.finditer(head):
        if doc_type == "report" and re.match(r"在.{0,40}(?:会议|大会)", head[delivered.end() :].replace("\n", "")):
            return _day(delivered)
    return None


def _year(title: str | None, whole: str) -> int | None:
    """Return the year whose work the paper plans."""
    planned = re.search(
        r"(20\d\d)年(?:全(?:镇|县|区|市|省|乡))?(?:的)?(?:政府)?(?:主要|重点)?(?:工作|任务)(?:任务)?(?:的)?(?:安排|打算|部署|计划|思路|重点|$)|(20\d\d)年(?:政府)?(?:重点|主要)(?:工作|任务)",
        whole,
        re.MULTILINE,
    )
    for words in filter(None, (title,)):
        years = re.findall(r"(20\d\d)年", re.sub(r"(20\d\d)[-—](20\d\d)年", "", words))
        if years and not (planned and re.search("工作报告", words)):
            # …2025年计划执行情况与2026年计划草案的报告 plans the later year
            return int(years[-1 if re.search("(?:执行|完成)情况|总结[和及与暨]", words) else 0])
        if through := re.search(r"(20\d\d)(?:年)?[-—~至](?:20\d\d)年", words):
            return int(through[1])
    if planned:
        return int(planned[1] or planned[2])
    delivered = next(
        (
            m
            for m in ISSUED.finditer(whole[:500])
            if re.match(r"在.{0,40}(?:会议|大会)", whole[m.end() : m.end() + 60].replace("\n", ""))
        ),
        None,
    )
    if delivered and (day := _day(delivered)):
        return day.year + (day.month > 10)
    closing = re.search(r"“?十([二三四五六七])五”?(?:规划)?(?:的)?(收官|开局|起步)之年", whole[:6000])
    first = re.search(r"(20\d\d)年是", whole)
    if first:
        return int(first[1])
    if closing:
        number = 10 + (chinese_number(closing[1]) or 0)
        return 1955 + 5 * number - (0 if closing[2] == "收官" else 4)
    years_named = Counter(re.findall(r"(20\d\d)年", whole))
    return int(years_named.most_common(1)[0][0]) if years_named else None
