"""What is entered on the spot, on a phone: each saving and each photo under a key of the phone, so that nothing doubles."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, BinaryIO

from django.utils import timezone

from duban.audit.trail import action
from duban.dispatch.actions.evidence import BadEvidence, stored
from duban.dispatch.checks import shown
from duban.organisations.access import require
from duban.organisations.models import Person
from duban.supervision import voices
from duban.supervision.actions.inspections import note
from duban.supervision.inspecting.refusals import NotInGroup, NotNow, Wrong
from duban.supervision.models import Attachment, CheckItem, Finding, Inspection, SpotEntry, SpotPhoto, SpotVoice
from duban.supervision.models.inspections import Result, Severity
from duban.supervision.states.inspections import FindingState, InspectionState

_LONGEST = 5000
_LARGEST = Decimal(10) ** 13
#: What was entered without network may arrive after the visit was ended.
_TAKEN = (InspectionState.ON_SITE, InspectionState.CONCLUDING)
#: A clock that is ahead by more than this is wrong.
_AHEAD = timedelta(minutes=10)


def _open_for(item: CheckItem, by: Person) -> tuple[Inspection, CheckItem]:
    require(by, "supervision.inspect")
    inspection = (
        Inspection.objects.select_for_update(of=("self",)).select_related("division").get(pk=item.visit.inspection_id)
    )
    if not inspection.members.filter(person=by, stepped_back_at=None).exists():
        raise NotInGroup
    if inspection.state not in _TAKEN:
        raise NotNow(f"“{inspection.title}”现在是“{inspection.get_state_display()}”，不能填写现场记录。")
    return inspection, CheckItem.objects.select_related("visit", "task").get(pk=item.pk)


def _when(made_at: datetime | None) -> datetime:
    now = timezone.now()
    return now if made_at is None or made_at > now + _AHEAD else made_at


def _key(key: str) -> str:
    if not 8 <= len(key) <= 40:
        raise Wrong("请求没有编号，请刷新页面后再保存。")
    return key


@action
def enter(
    *, item: CheckItem, key: str, said: Mapping[str, Any], by: Person, made_at: datetime | None = None
) -> CheckItem:
    """Save what was seen of an item: `result`, `finding`, `severity`, `note`, `figures` by the figure's number.

    The same `key` again changes nothing. What was entered earlier on another phone but arrives later is kept and does not
    replace what is newer. Raises `NotInGroup`, `NotNow`, `Wrong`.
    """
    inspection, item = _open_for(item, by)
    if SpotEntry.objects.filter(key=_key(key)).exists():
        return item
    entry = _checked(item, said)
    at = _when(made_at)
    SpotEntry.objects.create(key=key, item=item, said=entry, made_at=at, by=by)
    if item.entered_at and item.entered_at > at:
        note("supervision.enter_check_item", inspection, by, item=item.pk, said=entry, made_at=at, older=True)
        return item
    item.result, item.finding = entry["result"], entry["finding"]
    item.severity, item.note = entry["severity"], entry["note"]
    item.entered_at, item.entered_by = at, by
    item.save(update_fields=["result", "finding", "severity", "note", "entered_at", "entered_by"])
    for figure in item.figures.all():
        text = entry["figures"].get(str(figure.pk), "")
        figure.found = Decimal(text) if text else None
        figure.save(update_fields=["found"])
    if inspection.state == InspectionState.CONCLUDING:
        _late(inspection, item)
    note("supervision.enter_check_item", inspection, by, item=item.pk, said=entry, made_at=at)
    return item


def _checked(item: CheckItem, said: Mapping[str, Any]) -> dict[str, Any]:
    where = f"“{item.task}”"
    texts = {name: str(said.get(name, "")).strip() for name in ("finding", "note")}
    if too_long := [name for name, text in texts.items() if len(text) > _LONGEST]:
        raise Wrong(f"{where}写了{len(texts[too_long[0]])}个字，最多{_LONGEST}个字，请精简。")
    result, severity = str(said.get("result", "")), str(said.get("severity", ""))
    if result and result not in Result.values:
        raise Wrong(f"{where}的结果应是属实、不符或者没看到。")
    if severity and severity not in Severity.values:
        raise Wrong(f"{where}的程度应是一般、较重或者严重。")
    figures = {}
    names = {str(figure.pk): figure.indicator.name for figure in item.figures.select_related("indicator")}
    for pk, text in dict(said.get("figures") or {}).items():
        if str(pk) not in names:
            raise Wrong(f"{where}里没有这个指标，请刷新页面。")
        figures[str(pk)] = _number(names[str(pk)], str(text))
    severity = severity or Severity.MINOR if texts["finding"] else ""
    return {"result": result, "severity": severity, "figures": figures, **texts}


def _number(where: str, text: str) -> str:
    text = text.strip().replace(",", "").replace("，", "").removesuffix("%")
    if not text:
        return ""
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise Wrong(f"{where}：“{text}”不是数，请只填数字，不带单位。") from None
    if not value.is_finite() or abs(value) >= _LARGEST or value != value.quantize(Decimal("0.000001")):
        raise Wrong(f"{where}：“{text}”超出了能填的范围，最多6位小数。")
    return shown(value)


def _late(inspection: Inspection, item: CheckItem) -> None:
    """Let what arrived after the end on the spot reach the findings, as long as nothing was fed back."""
    found = Finding.objects.filter(item=item).first()
    part = inspection.units.get(unit=item.visit.unit_id)
    if part.fed_back_at is not None or (found and found.state != FindingState.RECORDED):
        raise NotNow(f"{part.unit}已经反馈，“{item.task}”的现场记录没有保存。请告诉组长。")
    if not item.finding:
        if found:
            found.delete()
        return
    report = item.report_id if item.result == Result.DIFFERS else None
    Finding.objects.update_or_create(
        item=item,
        defaults={
            "part": part,
            "task_id": item.task_id,
            "report_id": report,
            "text": item.finding,
            "severity": item.severity,
        },
    )


@action
def add_photo(
    *,
    item: CheckItem,
    key: str,
    file: BinaryIO,
    name: str,
    by: Person,
    taken_at: datetime | None = None,
    latitude: Decimal | None = None,
    longitude: Decimal | None = None,
) -> SpotPhoto:
    """Keep a photo from the spot. The place that the photo itself tells comes before that of the phone.

    The same `key` again is the same photo; a photo without a place is kept and marked. Raises `BadEvidence` for what is
    no picture, `NotInGroup`, `NotNow`.
    """
    inspection, item = _open_for(item, by)
    if there := SpotPhoto.objects.filter(key=_key(key)).first():
        return there
    row = stored(inspection.division_id, file, name)
    if not row.media_type.startswith("image/"):
        raise BadEvidence(name, "不是照片。现场只收照片，其他材料请在电脑上作为附件上传。")
    told = SpotPhoto.Told.NOBODY
    if row.latitude is not None and row.longitude is not None:
        latitude, longitude, told = row.latitude, row.longitude, SpotPhoto.Told.PHOTO
    elif latitude is not None and longitude is not None and abs(latitude) <= 90 and abs(longitude) <= 180:
        told = SpotPhoto.Told.PHONE
    if told == SpotPhoto.Told.NOBODY:
        latitude = longitude = None
    photo = SpotPhoto.objects.create(
        key=key,
        item=item,
        taken_at=row.taken_at or _when(taken_at),
        latitude=latitude,
        longitude=longitude,
        place_told_by=told,
        by=by,
    )
    Attachment.objects.create(stored=row, name=name[-255:], photo=photo, added_by=by)
    note("supervision.add_spot_photo", inspection, by, item=item.pk, sha256=row.sha256, place_told_by=told)
    return photo


@action
def add_voice(
    *, item: CheckItem, key: str, file: BinaryIO, name: str, by: Person, recorded_at: datetime | None = None
) -> SpotVoice:
    """Keep a voice note from the spot; the same `key` again is the same note.

    Raises `BadEvidence` for what is no recording, `NotInGroup`, `NotNow`.
    """
    inspection, item = _open_for(item, by)
    if there := SpotVoice.objects.filter(key=_key(key)).first():
        return there
    row = stored(inspection.division_id, file, name, typing=voices.typed)
    voice = SpotVoice.objects.create(key=key, item=item, recorded_at=_when(recorded_at), by=by)
    Attachment.objects.create(stored=row, name=name[-255:], voice=voice, added_by=by)
    note("supervision.add_spot_voice", inspection, by, item=item.pk, sha256=row.sha256)
    return voice
