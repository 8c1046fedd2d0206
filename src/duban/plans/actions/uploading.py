"""Upload: from files or pasted text to papers whose originals are kept, and whose reading is asked for."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Protocol

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from duban.audit.refusals import Refusal
from duban.audit.trail import action, record
from duban.core.reading import UnreadableSource, expand
from duban.core.reading.kinds import kind
from duban.organisations.access import require
from duban.organisations.models import Division, Person
from duban.plans import states
from duban.plans.actions import reading
from duban.plans.jobs import enqueue
from duban.plans.models import Ledger, Paper
from duban.plans.states import LedgerState, PaperState

MEDIA_TYPES = {
    "txt": "text/plain",
    "html": "text/html",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "xls": "application/vnd.ms-excel",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "pdf": "application/pdf",
    "ofd": "application/ofd",
    "image": "image/*",
}


class NamedFile(Protocol):
    """A file with a name: an upload of a form, or any open file."""

    name: str | None

    def read(self) -> bytes:
        """Return the content."""
        ...


class NothingUploaded(Refusal):
    """Neither a file nor text was given."""

    status = 422

    def __init__(self) -> None:
        super().__init__("没有收到文件，也没有粘贴文字。请选择文件，或把文字粘贴到框里再上传。")


class TooLarge(Refusal):
    """A file is larger than the site takes."""

    status = 422

    def __init__(self, name: str) -> None:
        limit = settings.UPLOAD_LIMIT // (1024 * 1024)
        super().__init__(f"“{name}”超过 {limit} MB。请压缩图片或拆成几份再传；确需更大的，请管理员调整上传上限。")


class WrongKind(Refusal):
    """A file is of a kind that no reader takes; the message is the core's, which says what to do."""

    status = 422

    def __init__(self, name: str, message: str) -> None:
        super().__init__(f"“{name}”：{message}")


class AlreadyUploaded(Refusal):
    """The same bytes are a paper of the division already: `paper`."""

    def __init__(self, paper: Paper) -> None:
        super().__init__(f"这份文件已于 {paper.uploaded_at:%Y年%-m月%-d日} 上传过（“{paper}”），请打开已有的那份。")
        self.paper = paper


class YearClosed(Refusal):
    """The ledger of the year is closed."""

    def __init__(self, year: int) -> None:
        super().__init__(f"{year}年的总台账已经归档，不能再录入来文。请改选年份。")


@dataclass(frozen=True)
class _Item:
    name: str
    data: bytes
    problem: str = ""


@action
def upload(
    *,
    division: Division,
    year: int,
    by: Person,
    files: Iterable[NamedFile] = (),
    text: str = "",
    name: str = "粘贴的文字.txt",
) -> list[Paper]:
    """Keep each of `files` (archives unpacked), or the pasted `text`, as a paper of the year and ask for its reading.

    All or nothing. Raises `NothingUploaded`, `TooLarge`, `WrongKind`, `YearClosed`, or `AlreadyUploaded`, which names
    the paper that is there. Within an archive, what cannot be read becomes a failed paper that says why, and what is
    there already is passed over.
    """
    require(by, "plans.upload", division=division)
    if Ledger.objects.filter(division=division, year=year, state=LedgerState.CLOSED).exists():
        raise YearClosed(year)
    papers: list[Paper] = []
    twice: list[Paper] = []
    given = [*_given(files), *([_Item(name, text.encode())] if text.strip() else ())]
    for item in given:
        for part, packed in _unpacked(item):
            digest = hashlib.sha256(part.data).hexdigest()
            there = Paper.objects.filter(division=division, sha256=digest).exclude(state=PaperState.WITHDRAWN).first()
            if there is not None and (not packed or there in papers):
                if there in papers:
                    continue
                raise AlreadyUploaded(there)
            if there is not None:
                twice.append(there)
            else:
                papers.append(_kept(part, digest, division, year, by))
    if not papers:
        raise AlreadyUploaded(twice[0]) if twice else NothingUploaded()
    for paper in papers:
        if paper.state == PaperState.QUEUED:
            enqueue(reading.read, paper.pk)
            paper.refresh_from_db()
    return papers


@action
def read_again(*, paper: Paper, by: Person) -> Paper:
    """Ask for the reading of a paper again, after a failure or a worker that stopped."""
    require(by, "plans.upload", division=paper.division)
    paper = Paper.objects.select_for_update().get(pk=paper.pk)
    states.check("paper", "read", paper.state, thing=f"“{paper}”")
    paper.state, paper.problem, paper.progress = PaperState.QUEUED, "", 0
    paper.save(update_fields=["state", "problem", "progress"])
    record("plans.read_again", by=by, subject=paper, division=paper.division.code)
    enqueue(reading.read, paper.pk)
    return paper


def _given(files: Iterable[NamedFile]) -> Iterator[_Item]:
    for file in files:
        # Browsers name a file of a folder with its path, in either slash.
        name = PurePosixPath((file.name or "未命名").replace("\\", "/")).name
        size = getattr(file, "size", None)
        if size is not None and size > settings.UPLOAD_LIMIT:
            raise TooLarge(name)
        data = file.read()
        if len(data) > settings.UPLOAD_LIMIT:
            raise TooLarge(name)
        yield _Item(name, data)


def _unpacked(item: _Item) -> Iterator[tuple[_Item, bool]]:
    """Yield the item itself, or what is in it where it is an archive; and whether it came out of one."""
    try:
        found = kind(item.data, name=item.name) if item.data else "txt"
    except UnreadableSource as error:
        raise WrongKind(item.name, error.message) from error
    if found != "archive":
        if not item.data:
            raise WrongKind(item.name, "文件是空的（0 字节）。请检查文件是否下载或复制完整。")
        yield item, False
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "upload.zip")
        path.write_bytes(item.data)
        for entry in expand([path]):
            name = PurePosixPath(entry.name).name
            if entry.error is not None:
                yield _Item(name, entry.name.encode(), entry.error.message), True
                continue
            data = entry.data or b""
            try:
                kind(data, name=name)
                problem = "" if data else "文件是空的（0 字节）。"
            except UnreadableSource as error:
                problem = error.message
            if len(data) > settings.UPLOAD_LIMIT:
                raise TooLarge(name)
            yield _Item(name, data or entry.name.encode(), problem), True


def _kept(item: _Item, digest: str, division: Division, year: int, by: Person) -> Paper:
    """Store the original under its digest and return its paper."""
    stored = f"papers/{digest[:2]}/{digest}"
    # The digest names the content: what is stored whole already (another division's, or one withdrawn) is the same.
    if not (default_storage.exists(stored) and default_storage.size(stored) == len(item.data)):
        stored = default_storage.save(stored, ContentFile(item.data))
    paper = Paper.objects.create(
        division=division,
        year=year,
        name=item.name[-255:],
        file=stored,
        media_type="" if item.problem else MEDIA_TYPES[kind(item.data, name=item.name)],
        size=len(item.data),
        sha256=digest,
        sm3=hashlib.new("sm3", item.data).hexdigest(),
        state=PaperState.FAILED if item.problem else PaperState.QUEUED,
        problem=item.problem,
        uploaded_by=by,
    )
    record(
        "plans.upload",
        by=by,
        subject=paper,
        division=division.code,
        after={"year": year, "name": paper.name, "size": paper.size, "sm3": paper.sm3, "sha256": digest},
    )
    return paper
