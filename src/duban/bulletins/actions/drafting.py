"""Drafting and editing: composed from the data, then changed block by block; every step is a version."""

from __future__ import annotations

from copy import deepcopy
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from duban.audit.trail import action, record
from duban.bulletins import states
from duban.bulletins.composing import blocks as made_of
from duban.bulletins.composing.wording import KINDS, OF_A_SECTION, OF_A_UNIT
from duban.bulletins.gathering import period_of
from duban.bulletins.models import Bulletin, BulletinVersion
from duban.bulletins.queries.drafts import Draft, latest
from duban.bulletins.queries.words import wording_text
from duban.bulletins.recomposing import composer_for
from duban.bulletins.refusals import (
    ChangedMeanwhile,
    NeedsChoice,
    NoSuchBlock,
    NothingToCorrect,
    NotIssued,
    NotOfThisYear,
    OpinionNeeded,
    WrongWords,
)
from duban.bulletins.states import EDITABLE, ISSUED
from duban.organisations.access import require
from duban.organisations.models import Person, Unit
from duban.organisations.refusals import NotHere
from duban.plans.models import Ledger, Section
from duban.plans.states import WrongState


@action
def draft(
    *,
    ledger: Ledger,
    kind: str,
    month: date,
    by: Person,
    section: Section | None = None,
    unit: Unit | None = None,
    corrects: Bulletin | None = None,
    token: str = "",
    at: datetime | None = None,
) -> Bulletin:
    """Compose a paper of a kind on a month of a ledger, in the office's words.

    `token` names the sending of a form: sent twice it is one paper. Raises `NotOfThisYear`, `NeedsChoice`, `NotHere`.
    """
    at = at or timezone.now()
    today = timezone.localdate(at)
    require(by, "bulletins.write", division=ledger.division)
    if token and (there := Bulletin.objects.filter(token=token).first()):
        return there
    month = month.replace(day=1)
    if month.year != ledger.year:
        raise NotOfThisYear(
            f"{ledger}是{ledger.year}年的，没有{month.year}年{month.month}月。请选{ledger.year}年的月份。"
        )
    if month > today:
        raise NotOfThisYear(f"{month.year}年{month.month}月还没有到，没有数可写。请选已经开始的月份。")
    if kind in OF_A_SECTION and section is None:
        raise NeedsChoice("专项通报写哪一个章节？请选章节。")
    if kind in OF_A_UNIT and unit is None:
        raise NeedsChoice("单位情况写哪一个单位？请选单位。")
    if section is not None and section.ledger_id != ledger.pk:
        raise NotHere(str(section), str(ledger))
    if unit is not None and unit.division_id != ledger.division_id:
        raise NotHere(unit.name, ledger.division.name)
    period = period_of(kind, ledger, month, today)
    text = wording_text(ledger.division, kind)
    made = Bulletin(
        division=ledger.division,
        ledger=ledger,
        kind=kind,
        month=month,
        first=period.first,
        day=period.day,
        section=section if kind in OF_A_SECTION else None,
        unit=unit if kind in OF_A_UNIT else None,
        corrects=corrects,
        wording=text,
        year=today.year,
        created_at=at,
        created_by=by,
        token=token or None,
    )
    composer = composer_for(made)
    composed = composer.compose()
    made.title = made_of.text_of(composed.title)[:300]
    made.addressee, made.copies, made.masthead = composed.addressee[:500], composed.copies[:500], composed.masthead[:30]
    made.word = composed.word or Bulletin._meta.get_field("word").default
    made.save()
    version = _keep(made, {"blocks": composed.blocks, "dropped": []}, f"起草{KINDS[kind]}", by, at)
    record(
        "bulletins.draft",
        by=by,
        subject=made,
        after={"kind": kind, "month": month, "day": made.day, "version": version.number},
        division=made.division.code,
    )
    return made


def _keep(bulletin: Bulletin, body: dict[str, Any], step: str, by: Person, at: datetime) -> BulletinVersion:
    """Keep what the paper says now as its next version."""
    last = bulletin.versions.order_by("-number").values_list("number", flat=True).first() or 0
    return BulletinVersion.objects.create(
        bulletin=bulletin, number=last + 1, body=body, title=bulletin.title, step=step[:100], by=by, at=at
    )


def _editing(bulletin: Bulletin, by: Person) -> tuple[Bulletin, BulletinVersion]:
    """Return the paper, locked, with its newest version, for somebody who may change it now."""
    found = (
        Bulletin.objects.select_for_update(of=("self",))
        .select_related("division", "ledger__division", "section", "unit", "corrects")
        .get(pk=bulletin.pk)
    )
    require(by, "bulletins.write", division=found.division)
    if found.state not in EDITABLE:
        raise WrongState(f"“{found}”", found.get_state_display(), "修改")
    return found, latest(found)


def _find(body: dict[str, Any], block: str) -> dict[str, Any]:
    found: dict[str, Any] | None = next((one for one in body["blocks"] if one["id"] == block), None)
    if found is None:
        raise NoSuchBlock
    return found


def _unchanged_since(
    bulletin: Bulletin, version: BulletinVersion, block: dict[str, Any], seen: int, by: Person
) -> None:
    """Raise `ChangedMeanwhile` where somebody else changed the words of this very block since version `seen`."""
    if seen >= version.number:
        return
    then = bulletin.versions.filter(number=seen).first()
    if then is None:
        raise NoSuchBlock
    before = next((one for one in then.body["blocks"] if one["id"] == block["id"]), None)
    if before is not None and before.get("parts") == block.get("parts"):
        return
    others = bulletin.versions.filter(number__gt=seen).exclude(by=by).select_related("by")
    if others:
        raise ChangedMeanwhile(str(others.last().by))  # type: ignore[union-attr]


@action
def edit(
    *, bulletin: Bulletin, block: str, text: str, seen: int, by: Person, at: datetime | None = None
) -> BulletinVersion:
    """Change the words of a block. ``{…}`` in them are bound values, ``^[…]`` footnotes.

    `seen` is the version that the person started from. Raises `WrongWords`, `NoSuchBlock`, `ChangedMeanwhile`.
    """
    found, version = _editing(bulletin, by)
    body = deepcopy(version.body)
    one = _find(body, block)
    if one["type"] not in made_of.WORDS:
        raise WrongWords("表和图由数据生成，不能逐字改。数不对的，请改正台账或填报后，回来采用新的数。")
    _unchanged_since(found, version, one, seen, by)
    if not text.strip():
        raise WrongWords("这一段空了。不要这一段的，请点“删去”。")
    # What was composed is known here too, so that a value that was taken out can be put back.
    known = [*one["parts"], *one.get("composed", ())]
    try:
        parts = made_of.parsed(text, known, composer_for(found).book)
    except made_of.WrongText as wrong:
        raise WrongWords(str(wrong)) from None
    if parts == one["parts"]:
        return version
    before = made_of.text_of(one["parts"], notes=True)
    one["parts"] = parts
    return _changed(found, body, "修改文字", by, at, before=before, after=made_of.text_of(parts, notes=True))


def _changed(
    bulletin: Bulletin,
    body: dict[str, Any],
    step: str,
    by: Person,
    at: datetime | None,
    *,
    before: str = "",
    after: str = "",
) -> BulletinVersion:
    kept = _keep(bulletin, body, step, by, at or timezone.now())
    record(
        "bulletins.edit",
        by=by,
        subject=bulletin,
        before={"text": before} if before else None,
        after={"step": step, "version": kept.number, **({"text": after} if after else {})},
        division=bulletin.division.code,
    )
    return kept


@action
def restore(*, bulletin: Bulletin, block: str, by: Person, at: datetime | None = None) -> BulletinVersion:
    """Take a block back to what the rules wrote."""
    found, version = _editing(bulletin, by)
    body = deepcopy(version.body)
    one = _find(body, block)
    if not one.get("composed"):
        raise WrongWords("这一段是手写的，没有拟稿可以恢复。")
    before = made_of.text_of(one["parts"], notes=True)
    one["parts"] = deepcopy(one["composed"])
    return _changed(found, body, "恢复拟稿", by, at, before=before, after=made_of.text_of(one["parts"], notes=True))


@action
def remove(*, bulletin: Bulletin, block: str, by: Person, at: datetime | None = None) -> BulletinVersion:
    """Take a block out; the rules do not offer it again."""
    found, version = _editing(bulletin, by)
    body = deepcopy(version.body)
    one = _find(body, block)
    body["blocks"].remove(one)
    if one.get("key"):
        body["dropped"] = [*body["dropped"], one["key"]]
    before = made_of.text_of(one["parts"], notes=True) if "parts" in one else one["title"]
    return _changed(found, body, "删去一段", by, at, before=before)


@action
def add(
    *, bulletin: Bulletin, after: str, text: str, level: int = 0, by: Person, at: datetime | None = None
) -> BulletinVersion:
    """Write a paragraph (or a heading of `level`) after a block. Raises `WrongWords`, `NoSuchBlock`."""
    found, version = _editing(bulletin, by)
    body = deepcopy(version.body)
    place = body["blocks"].index(_find(body, after)) + 1
    if not text.strip():
        raise WrongWords("没有写话。请写了再加。")
    try:
        parts = made_of.parsed(text, (), composer_for(found).book)
    except made_of.WrongText as wrong:
        raise WrongWords(str(wrong)) from None
    block: dict[str, Any] = {"id": made_of.fresh_id(body["blocks"]), "key": "", "type": "paragraph", "parts": parts}
    if level:
        block |= {"type": "heading", "level": min(level, 4)}
    block["composed"] = []
    body["blocks"].insert(place, block)
    return _changed(found, body, "加一段", by, at, after=made_of.text_of(parts, notes=True))


@action
def change_head(
    *, bulletin: Bulletin, title: str, addressee: str, copies: str, by: Person, at: datetime | None = None
) -> BulletinVersion:
    """Change the title, to whom it goes, who gets a copy."""
    found, version = _editing(bulletin, by)
    if not title.strip():
        raise WrongWords("标题空了。请写标题。")
    before = {"title": found.title, "addressee": found.addressee, "copies": found.copies}
    found.title, found.addressee, found.copies = title.strip()[:300], addressee.strip()[:500], copies.strip()[:500]
    after = {"title": found.title, "addressee": found.addressee, "copies": found.copies}
    if before == after:
        return version
    found.save(update_fields=["title", "addressee", "copies"])
    kept = _keep(found, version.body, "修改标题、主送、抄送", by, at or timezone.now())
    record("bulletins.edit", by=by, subject=found, before=before, after=after, division=found.division.code)
    return kept


@action
def accept(
    *, bulletin: Bulletin, by: Person, block: str = "", name: str = "", at: datetime | None = None
) -> BulletinVersion:
    """Take over what the data say now: everything, or one change of a block. What a person wrote stays as it is written."""
    found, version = _editing(bulletin, by)
    draft = Draft.of(found, version)
    only = (block, name) if block else None
    said = [
        f"{change.label or change.kind} {change.old}→{change.new}"
        for change in draft.changes
        if only is None or only == (change.block, change.name)
    ]
    if not said:
        return version
    body = made_of.accepted(version.body, draft.fresh, draft.composer.book, only)
    return _changed(found, body, "采用新的数" if block else "全部采用新的数", by, at, after="；".join(said)[:2000])


@action
def correct(*, bulletin: Bulletin, by: Person, at: datetime | None = None) -> Bulletin:
    """Begin the paper that puts an issued one right: it names the old, and says what changed, from what to what.

    Raises `NotIssued`, `NothingToCorrect`.
    """
    old = Bulletin.objects.select_related("division", "ledger__division", "section", "unit").get(pk=bulletin.pk)
    require(by, "bulletins.write", division=old.division)
    if old.state not in ISSUED:
        raise NotIssued
    at = at or timezone.now()
    version = latest(old)
    moved = [change for change in Draft.of(old, version).changes if change.kind in ("figure", "table", "wording")]
    if not moved:
        raise NothingToCorrect
    made = draft(
        ledger=old.ledger,
        kind=old.kind,
        month=old.month,
        section=old.section,
        unit=old.unit,
        corrects=old,
        by=by,
        at=at,
    )
    made.title = f"关于更正“{old.title}”的通知"[:300]
    # The same days as the old one spoke of.
    made.first, made.day = old.first, old.day
    made.save(update_fields=["title", "first", "day"])
    composer = composer_for(made)
    fresh = composer.compose().blocks
    opening: list[dict[str, Any]] = [_written(f"{old.number}“{old.title}”中有数据需要更正，现更正如下。")]
    for change in moved:
        if change.kind == "figure":
            words = f"“{change.label}”由{change.old}更正为{{{change.name}}}。"
            opening.append(_written(words, made_of.parsed(words, (), composer.book)))
        elif change.kind == "wording":
            opening.append(_written(f"“{change.old}”更正为“{change.new}”。"))
    opening.append(_written("更正后的全文如下。"))
    body = {"blocks": [*opening, *fresh], "dropped": []}
    for number, block in enumerate(body["blocks"], 1):
        block["id"] = f"b{number}"
    _keep(made, body, "拟更正", by, at)
    record("bulletins.correct", by=by, subject=made, after={"corrects": old.number}, division=old.division.code)
    return made


def _written(words: str, parts: list[Any] | None = None) -> dict[str, Any]:
    return {"id": "b0", "key": "", "type": "paragraph", "parts": parts or [words], "composed": []}


@action
def discard(*, bulletin: Bulletin, reason: str, by: Person, at: datetime | None = None) -> Bulletin:
    """Give up a paper that was not issued, with a reason."""
    found = Bulletin.objects.select_for_update(of=("self",)).select_related("division").get(pk=bulletin.pk)
    require(by, "bulletins.write", division=found.division)
    if found.state == states.BulletinState.DISCARDED:
        return found
    state = states.check("discard", found.state, thing=f"“{found}”")
    if not reason.strip():
        raise OpinionNeeded("作废")
    found.state, found.reason = state, reason.strip()[:300]
    found.save(update_fields=["state", "reason"])
    record("bulletins.discard", by=by, subject=found, after={"reason": found.reason}, division=found.division.code)
    return found
