"""Evidence: typed by content, limited, scanned where a scanner is set up, kept once by its digest."""

from __future__ import annotations

import hashlib
import socket
from collections.abc import Callable
from typing import BinaryIO

from django.conf import settings
from django.core.files.base import ContentFile
from django.utils import timezone

from duban.audit.refusals import Refusal
from duban.audit.trail import action, record
from duban.core.reading.errors import UnreadableSource
from duban.core.reading.kinds import kind
from duban.dispatch import checks
from duban.dispatch.actions.visits import visited
from duban.dispatch.facts import facts_of
from duban.dispatch.models import Evidence, EvidenceFile, Report
from duban.dispatch.photos import NotAPicture, read
from duban.dispatch.refusals import RoundClosed, WrongState
from duban.dispatch.states import ReportState
from duban.organisations.access import require
from duban.organisations.models import Person

#: What evidence may be: media type and file ending by the kind that the content shows.
TYPES = {
    "pdf": ("application/pdf", ".pdf"),
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", ".docx"),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".xlsx"),
    "image": ("image/*", ""),
}
_PICTURES = {
    b"\x89PNG": ("image/png", ".png"),
    b"\xff\xd8\xff": ("image/jpeg", ".jpg"),
    b"RIFF": ("image/webp", ".webp"),
}
_KINDS = {"archive": "压缩包", "txt": "纯文本", "html": "网页", "ofd": "OFD", "xls": "旧版 Excel", "ods": "ODS 表格"}


class BadEvidence(Refusal):
    """The file is no evidence that can be taken."""

    status = 422

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(f"“{name}”没有上传：{problem}")


class Infected(BadEvidence):
    """The scanner found malware."""

    def __init__(self, name: str, what: str) -> None:
        super().__init__(name, f"查毒程序报告含有 {what}。请先杀毒，再上传。")


def typed(data: bytes, name: str) -> tuple[str, str]:
    """Return media type and ending by the content of `data`, whatever `name` claims. Raises `BadEvidence`."""
    try:
        found = kind(data, name=name)
    except UnreadableSource as error:
        raise BadEvidence(name, error.message) from error
    if found == "image":
        for magic, (media_type, ending) in _PICTURES.items():
            if data.startswith(magic):
                return media_type, ending
        raise BadEvidence(name, "是不常用的图片格式，请另存为 JPG 或 PNG 后上传。")
    if found not in TYPES:
        raise BadEvidence(name, f"内容是{_KINDS.get(found, found)}。佐证材料请用照片（JPG、PNG）、PDF、docx 或 xlsx。")
    return TYPES[found]


def scan(data: bytes, name: str) -> str:
    """Ask ClamAV (``DUBAN_CLAMAV=host:port``) about `data`; return the state for `EvidenceFile.scan`.

    Raises `Infected`, and `BadEvidence` where the scanner is set up but does not answer: what was to be scanned is not
    let in unscanned.
    """
    address = settings.CLAMAV
    if not address:
        return EvidenceFile.Scan.NOT_SCANNED
    host, _, port = address.rpartition(":")
    try:
        with socket.create_connection((host, int(port)), timeout=30) as connection:
            connection.sendall(b"zINSTREAM\0")
            for start in range(0, len(data), 65536):
                part = data[start : start + 65536]
                connection.sendall(len(part).to_bytes(4, "big") + part)
            connection.sendall((0).to_bytes(4, "big"))
            answer = connection.recv(4096).decode("utf-8", "replace").strip("\0 \n")
    except (OSError, ValueError) as error:
        raise BadEvidence(name, "查毒程序没有响应，暂时不能上传，请稍后再试或告诉系统管理员。") from error
    if answer.endswith("FOUND"):
        raise Infected(name, answer.removeprefix("stream: ").removesuffix(" FOUND"))
    if not answer.endswith("OK"):
        raise BadEvidence(name, f"查毒程序没能检查这个文件（{answer}）。")
    return EvidenceFile.Scan.CLEAN


def _open_for(report: Report, by: Person) -> Report:
    report = (
        Report.objects.select_for_update(of=("self",))
        .select_related("round", "task__ledger__division", "unit")
        .get(pk=report.pk)
    )
    require(by, "dispatch.report", division=report.task.ledger.division, units=[report.unit_id])
    if report.state not in (ReportState.OPEN, ReportState.RETURNED):
        raise WrongState(f"“{report}”", report.get_state_display(), "增减佐证材料")
    if not report.round.may_report and report.state != ReportState.RETURNED:
        raise RoundClosed(report.round.name)
    return report


def _look_again(report: Report, by: Person) -> None:
    """Keep what is odd about the report now that its evidence has changed, and that somebody has begun."""
    report.warnings = checks.handed_in(checks.check(facts_of(report)))
    report.started_at = report.started_at or timezone.now()
    report.save(update_fields=["warnings", "started_at"])
    visited(round=report.round, unit=report.unit_id, by=by)


def stored(
    division_id: int, file: BinaryIO, name: str, *, typing: Callable[[bytes, str], tuple[str, str]] = typed
) -> EvidenceFile:
    """Keep a file once by its digest and return its row. Raises `BadEvidence`.

    `typing` returns media type and ending by the content; it refuses what may not be kept here.
    """
    data = file.read(settings.EVIDENCE_LIMIT + 1)
    if not data:
        raise BadEvidence(name, "文件是空的。")
    if len(data) > settings.EVIDENCE_LIMIT:
        raise BadEvidence(
            name, f"超过 {settings.EVIDENCE_LIMIT // 1024 // 1024} MB。照片请用“标准”画质，文件请拆分后上传。"
        )
    media_type, ending = typing(data, name)
    digest = hashlib.sha256(data).hexdigest()
    if there := EvidenceFile.objects.filter(division_id=division_id, sha256=digest).first():
        return there
    row = EvidenceFile(
        division_id=division_id, sha256=digest, media_type=media_type, size=len(data), scan=scan(data, name)
    )
    if media_type.startswith("image/"):
        try:
            photo = read(data)
        except NotAPicture as error:
            raise BadEvidence(name, f"{error}。请重新拍摄或另存后上传。") from error
        if photo.taken_at:
            row.taken_at = timezone.make_aware(photo.taken_at)
        if photo.latitude is not None and photo.longitude is not None:
            row.latitude, row.longitude = round(photo.latitude, 6), round(photo.longitude, 6)
        row.preview.save(f"{digest}.jpg", ContentFile(photo.preview), save=False)
    row.file.save(f"{digest}{ending}", ContentFile(data), save=False)
    row.save()
    return row


@action
def add_file(*, report: Report, file: BinaryIO, name: str, by: Person) -> Evidence:
    """Add a file to a report. The same file twice in one report is one. Raises `BadEvidence`, `RoundClosed`."""
    report = _open_for(report, by)
    row = stored(report.task.ledger.division_id, file, name)
    if there := report.evidence.filter(stored=row, dropped=False).first():
        return there
    evidence = Evidence.objects.create(report=report, stored=row, name=name[-255:], added_by=by)
    _look_again(report, by)
    record(
        "dispatch.add_evidence",
        by=by,
        subject=report,
        after={"name": name, "sha256": row.sha256},
        division=report.task.ledger.division.code,
    )
    return evidence


@action
def add_link(*, report: Report, link: str, name: str, by: Person) -> Evidence:
    """Add a link to a report. Raises `BadEvidence` for what is no web address."""
    report = _open_for(report, by)
    if not link.startswith(("http://", "https://")):
        raise BadEvidence(link[:50], "不是网址，应以 http:// 或 https:// 开头。")
    evidence = Evidence.objects.create(report=report, link=link, name=name[:255] or link[:255], added_by=by)
    _look_again(report, by)
    record(
        "dispatch.add_evidence",
        by=by,
        subject=report,
        after={"link": link},
        division=report.task.ledger.division.code,
    )
    return evidence


@action
def drop(*, evidence: Evidence, by: Person) -> None:
    """Take evidence out of a report; the file stays, because earlier versions name it."""
    report = _open_for(evidence.report, by)
    evidence.dropped = True
    evidence.save(update_fields=["dropped"])
    _look_again(report, by)
    record(
        "dispatch.drop_evidence",
        by=by,
        subject=report,
        before={"name": evidence.name},
        division=report.task.ledger.division.code,
    )
