"""From the paper that asks for something to a matter's facts: title, source, who asks, units, by when. Nothing is saved here.

What is read fills the form; a person looks at it beside the paper and registers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime, time

from django.db.models import Q
from django.utils import timezone

from duban.core.extract.deadlines import resolve as deadlines
from duban.core.pipeline import parse
from duban.core.reading.dispatch import read_bytes
from duban.core.reading.errors import UnreadableSource
from duban.core.structure.outline import paragraphs
from duban.core.text import normalise
from duban.core.text.normalised import OPENER
from duban.core.types import Source
from duban.organisations.holidays import calendar_of
from duban.organisations.models import Division, Post, Unit, UnitAlias
from duban.organisations.names import units_in_use
from duban.organisations.roles import Role
from duban.supervision.clocks.counting import Limit, due
from duban.supervision.mails import Mail
from duban.supervision.models.matters import MatterSource, Urgency

#: Words by which a paper is told to be of a source; the first that occurs decides.
SOURCES: tuple[tuple[str, str], ...] = (
    (r"政协|提案", MatterSource.COMMITTEE_PROPOSAL),
    (r"代表.{0,12}建议|人大代表", MatterSource.DEPUTY_PROPOSAL),
    (r"批示|圈阅", MatterSource.INSTRUCTION),
    (r"会议纪要|常务会议|专题会议|会议议定", MatterSource.MEETING),
    (r"民生实事", MatterSource.LIVELIHOOD),
    (r"群众(?:反映|来信|来电)|线索|留言|信访", MatterSource.LEAD),
    (r"督查通知|交办|转办|通知", MatterSource.UPPER_ORDER),
)
_NUMBER = re.compile(r"[\u4e00-\u9fff]{2,10}\(?20\d\d\)?\d{1,4}号|[\u4e00-\u9fff]{1,10}[〔\[(]20\d\d[〕\])]\d{1,4}号")
_WITHIN = re.compile(r"(?P<number>\d{1,3})个?(?P<unit>工作日|日|天|个月|月)(?:之?内|以内)")
_UNITS = {"工作日": "working_days", "日": "days", "天": "days", "个月": "months", "月": "months"}
_URGENT = re.compile(r"特急|加急|立即|马上|火速")
#: A unit before these words leads; the first unit named does where none stands before them.
_LEADS = re.compile(r"[^，,。；;、]{0,4}(?:牵头|主办|负责)")
_LONGEST_TITLE = 80
#: The head of a form that goes with a paper names the form; what the paper is about stands in one of its fields.
_FORM = re.compile(r"(?:办理单|处理单|处理笺|批示件|交办单|转办单|阅办单|呈批表|登记表)$")
_SUBJECT = re.compile(r"^(?:文件名称|来文名称|来文标题|文件标题|标题|主题|事由|事项名称|事项)[:：]\s*(\S.*)$")
_LABEL = re.compile(r"[\u4e00-\u9fff]{2,8}[:：]")
_CAME = re.compile(r"(?:批示|收文|来文|交办|转办)(?:日期|时间)[:：]\s*(20\d\d)年(\d{1,2})月(\d{1,2})日")


@dataclass
class Draft:
    """What a paper says of the matter it asks for; empty where it does not say."""

    title: str = ""
    text: str = ""
    source: str = MatterSource.UPPER_ORDER
    source_name: str = ""
    source_person: str = ""
    urgency: str = Urgency.ORDINARY
    own_due: date | None = None
    #: Where the paper itself says when it came.
    received_on: date | None = None
    #: What of it came from where, for whoever checks it.
    notes: list[str] = field(default_factory=list)


def read(data: bytes, name: str, division: Division, received_on: date) -> Draft:
    """Return what a paper says; limits count from the day on which it says it came, else from `received_on`.

    Raises `UnreadableSource` where it cannot be read.
    """
    return _draft(read_bytes(data, name=name), division, received_on)


def read_mail(mail: Mail, division: Division, today: date) -> Draft:
    """Return what an e-mail says: by the first attachment that can be read, else by its text; never raises.

    What cannot be told from the paper is told from the letter: the subject as the title, the sender as where it is from.
    """
    received_on = mail.sent_on if mail.sent_on and mail.sent_on <= today else today
    draft, read_from = Draft(), ""
    for data, name in [*mail.attachments, (mail.text.encode(), "正文.txt")]:
        try:
            draft = read(data, name, division, received_on)
        except UnreadableSource:
            continue
        if draft.text:
            read_from = name
            break
    if mail.text and read_from != "正文.txt":
        draft.text = f"{draft.text}\n\n邮件正文：\n{mail.text}".strip()
    if mail.subject and (read_from in ("", "正文.txt") or not draft.title):
        draft.title = mail.subject[:_LONGEST_TITLE]
    draft.received_on = received_on
    if mail.sender:
        draft.source_name = f"{draft.source_name}，{mail.sender}来信" if draft.source_name else f"{mail.sender}来信"
    said = [
        f"邮件{f'由{mail.sender}' if mail.sender else ''}{f'于{received_on:%Y年%-m月%-d日}' if mail.sent_on else ''}发来"
    ]
    if mail.attachments:
        said.append(f"有{len(mail.attachments)}个附件")
    if read_from:
        said.append(f"下面照“{read_from.removesuffix('.txt') if read_from == '正文.txt' else read_from}”读出")
    draft.notes = ["，".join(said) + "。", *(f"{words}。" for words in mail.left_out), *draft.notes]
    return draft


def _draft(source: Source, division: Division, received_on: date) -> Draft:
    normal = normalise(source)
    words = normal.text
    ledger = parse(source, today=received_on)
    # Paragraphs in the paper's own characters: what the width of a page broke is one line again.
    homes = [normal.home(*place).of(source.text) for place in paragraphs(words, 0, len(words))]
    lines = [re.sub(r"\s*[\r\n]\s*", "", home) for home in homes]
    if source.lines == "layout":
        lines = _flowing(lines)
    titles = [document.title for document in ledger.documents if document.title]
    draft = Draft(text="\n".join(lines))
    draft.title = (titles[0] if titles else lines[0] if lines else "").replace("\n", "")[:_LONGEST_TITLE]
    if _FORM.search(draft.title):
        subjects = (found[1][:_LONGEST_TITLE] for line in lines if (found := _SUBJECT.match(line)))
        draft.title = next(subjects, draft.title)
    draft.received_on = _came(words, received_on)
    for pattern, kind in SOURCES:
        if re.search(pattern, words):
            draft.source = kind
            break
    if number := _NUMBER.search(words):
        draft.source_name = number[0]
    draft.source_person = next((name for name in _leaders(division) if name in words), "")
    if draft.source_person and draft.source != MatterSource.INSTRUCTION and "批示" in words:
        draft.source = MatterSource.INSTRUCTION
    if _URGENT.search(words):
        draft.urgency = Urgency.URGENT
    _limit(draft, words, division, draft.received_on or received_on)
    return draft


def _flowing(lines: list[str]) -> list[str]:
    """Return the lines of a short paper with those put together that the width of the page broke.

    The reader knows a page's width by its many full lines; an instruction has two or three.
    """
    full = max((len(line) for line in lines), default=0) - 4
    flowing: list[str] = []
    last = ""
    for line in lines:
        broken = len(last) >= max(full, 12) and last[-1] not in "。！？!?；;：:”"
        if broken and not OPENER.match(line) and not _LABEL.match(line):
            flowing[-1] += line
        else:
            flowing.append(line)
        last = line
    return flowing


def _came(words: str, until: date) -> date | None:
    """Return the day on which a paper says it came, where it is one up to `until`."""
    for year, month, day in _CAME.findall(words):
        try:
            said = date(int(year), int(month), int(day))
        except ValueError:
            continue
        if said <= until:
            return said
    return None


def _limit(draft: Draft, words: str, division: Division, received_on: date) -> None:
    if within := _WITHIN.search(words):
        limit = Limit(int(within["number"]), _UNITS[within["unit"]])  # type: ignore[arg-type]
        if 0 < limit.number <= 366:
            start = timezone.make_aware(datetime.combine(received_on, time(9)))
            counted = due(timezone.localtime(start), limit, calendar_of(division))
            draft.own_due = counted.day
            draft.notes.append(f"来文写“{within[0]}”：{counted.how}。")
            return
    for found in deadlines.find(words, 0, len(words), received_on.year):
        if found.due and found.due >= received_on:
            draft.own_due = found.due
            draft.notes.append(f"来文写“{words[found.start : found.end]}”，到{found.due:%Y年%-m月%-d日}。")
            return


def _leaders(division: Division) -> list[str]:
    today = timezone.localdate()
    posts = Post.objects.held(today).filter(role=Role.LEADER, division=division).select_related("person")
    return [post.person.name for post in posts.order_by("order", "pk")]


def units_in(text: str, division: Division) -> tuple[Unit | None, list[Unit]]:
    """Return the unit that a text wants to lead, and the others it names, by every name they go by; three statements."""
    today = timezone.localdate()
    by_name: dict[str, Unit] = {}
    units = {unit.pk: unit for unit in units_in_use(division, today)}
    for unit in units.values():
        for name in (unit.name, unit.short_name):
            if len(name) > 2:
                by_name[name] = unit
    aliases = UnitAlias.objects.filter(Q(unit__in=units)).values_list("name", "unit_id")
    by_name.update((name, units[pk]) for name, pk in aliases if len(name) > 2)
    if not by_name:
        return None, []
    pattern = re.compile("|".join(sorted(map(re.escape, by_name), key=len, reverse=True)))
    places = [(match.end(), by_name[match[0]]) for match in pattern.finditer(text)]
    named = list(dict.fromkeys(unit for _, unit in places))
    lead = next((unit for end, unit in places if _LEADS.match(text, end)), named[0] if named else None)
    return lead, [unit for unit in named if unit != lead]
