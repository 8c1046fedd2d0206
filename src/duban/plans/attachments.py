"""Files that people attach: of which kinds, how large, and under what name they are kept."""

from __future__ import annotations

from pathlib import PurePath
from uuid import uuid4

from django.core.files.uploadedfile import UploadedFile

from duban.audit.refusals import Refusal

#: Suffix → how such a file begins. What else claims the name is refused.
_STARTS: dict[str, tuple[bytes, ...]] = {
    ".pdf": (b"%PDF-",),
    ".ofd": (b"PK\x03\x04",),
    ".docx": (b"PK\x03\x04",),
    ".xlsx": (b"PK\x03\x04",),
    ".doc": (b"\xd0\xcf\x11\xe0",),
    ".xls": (b"\xd0\xcf\x11\xe0",),
    ".wps": (b"\xd0\xcf\x11\xe0", b"PK\x03\x04"),
    ".jpg": (b"\xff\xd8\xff",),
    ".jpeg": (b"\xff\xd8\xff",),
    ".png": (b"\x89PNG",),
}
ACCEPT = ",".join(_STARTS)
MEGABYTES = 20


class WrongAttachment(Refusal):
    """The file is of a kind that is not taken, or too large, or not what its name says."""

    status = 422


def checked_name(file: UploadedFile[bytes]) -> str:
    """Return a new name to keep the file under. Raises `WrongAttachment`."""
    name = str(file.name or "")
    suffix = PurePath(name).suffix.lower()
    if suffix not in _STARTS:
        kinds = "、".join(kind[1:] for kind in _STARTS)
        raise WrongAttachment(f"不收“{name}”这种文件。请附 {kinds} 之一。")
    if not file.size:
        raise WrongAttachment(f"“{name}”是空文件。请重新选择。")
    if file.size > MEGABYTES * 1024 * 1024:
        raise WrongAttachment(f"“{name}”超过 {MEGABYTES} 兆。请压缩图片或只附有关的页。")
    file.seek(0)
    start = file.read(8)
    file.seek(0)
    if not start.startswith(_STARTS[suffix]):
        raise WrongAttachment(f"“{name}”的内容不是 {suffix[1:]} 文件。请用原来的软件另存后再附。")
    return f"{uuid4().hex}{suffix}"
