"""What a user names on the command line, one input for each file in it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from duban.core.reading.decoding import decode_name
from duban.core.reading.dispatch import load, read_all, read_bytes, read_path
from duban.core.reading.errors import UnreadableSource
from duban.core.reading.kinds import kind
from duban.core.reading.limits import (
    MAX_ARCHIVE_DEPTH,
    MAX_ARCHIVE_MEMBERS,
    MAX_ARCHIVE_TOTAL,
    MAX_FILE,
    MEGABYTE,
)
from duban.core.types import Source

_STANDARD_INPUT = "-"


@dataclass(frozen=True, slots=True)
class Input:
    """One file to read: on disk (`path`), or unpacked or piped (`data`), or known to be unreadable (`error`).

    `name` is the file name, after the folder or archive in which it was found. It can be pickled for a worker.
    """

    name: str
    path: Path | None = None
    data: bytes | None = None
    error: UnreadableSource | None = None

    def read(self) -> Source:
        """Return the source, or raise :class:`UnreadableSource`."""
        if self.error is not None:
            raise self.error
        if self.path is not None:
            return read_path(self.path, name=self.name)
        return read_bytes(self.data or b"", name=self.name)


def expand(paths: Iterable[str | Path]) -> Iterator[Input]:
    """Yield an input for each file of `paths`, in order.

    A folder gives the files in it and below, sorted, hidden ones skipped; a zip archive its members; ``-`` is standard
    input. Nothing is raised here: what cannot be opened is an input whose :meth:`Input.read` raises, so that one bad
    file of a folder does not stop the others. Take the inputs one at a time: a member of an archive is held in memory.
    """
    for path in paths:
        if str(path) == _STANDARD_INPUT:
            yield from _unpacked(read_all(sys.stdin.buffer), name=_STANDARD_INPUT)
        elif os.path.isdir(path):
            yield from _in_folder(Path(path))
        else:
            yield from _in_file(Path(path), name=_shown(Path(path).name))


def _in_folder(folder: Path) -> Iterator[Input]:
    found = False
    name = _shown(folder.resolve().name)
    denied: list[OSError] = []
    for place, folders, files in os.walk(folder, onerror=denied.append):
        folders[:] = sorted(part for part in folders if not _is_hidden(part))
        for file in sorted(files):
            path = Path(place, file)
            # A pipe or a socket in a folder would wait for ever; a dangling link is an error that its reader will name.
            if not _is_hidden(file) and (path.is_file() or path.is_symlink()):
                found = True
                yield from _in_file(path, name=_shown(PurePosixPath(name, path.relative_to(folder).as_posix())))
    for refusal in denied:
        found = True
        shown = _shown(refusal.filename or folder)
        yield _refused(shown, "没有打开这个文件夹的权限。请联系管理员。", code="permission")
    if not found:
        yield _refused(name, "文件夹里没有可读的文件。请检查路径是否写对。", code="empty-folder")


def _in_file(path: Path, *, name: str) -> Iterator[Input]:
    try:
        with path.open("rb") as file:
            is_zip = file.seekable() and file.read(2) == b"PK"
        if is_zip:
            data = load(path)
            if kind(data, name=name) == "archive":
                yield from _unpacked(data, name=name)
                return
    except (OSError, ValueError, UnreadableSource):
        pass  # Its reader meets the same, and says so better.
    yield Input(name, path=path)


@dataclass(slots=True)
class _Budget:
    """What one archive may still unpack, its inner archives included."""

    size: int = MAX_ARCHIVE_TOTAL
    members: int = MAX_ARCHIVE_MEMBERS


def _unpacked(data: bytes, *, name: str, depth: int = 1, budget: _Budget | None = None) -> Iterator[Input]:
    budget = budget or _Budget()
    if not data.startswith(b"PK"):
        yield Input(name, data=data)
        return
    # zipfile takes longer to import than most folders of texts to list.
    from duban.core.reading.zipped import member_name, open_zip, read_member

    try:
        if len(data) > MAX_FILE or kind(data, name=name) != "archive":
            yield Input(name, data=data)
            return
        if depth > MAX_ARCHIVE_DEPTH:
            yield _refused(name, f"压缩包里套压缩包超过 {MAX_ARCHIVE_DEPTH} 层。请先解压，再读取。", code="nested")
            return
        container = open_zip(data, name=name)
    except UnreadableSource as error:
        yield Input(name, error=error)
        return
    found = False
    with container:
        for info in sorted(container.infolist(), key=member_name):
            inner = member_name(info)
            if info.is_dir() or any(map(_is_hidden, PurePosixPath(inner).parts)):
                continue
            found = True
            budget.members -= 1
            if budget.members < 0 or budget.size <= 0:
                yield _refused(
                    name,
                    f"压缩包过大：最多读取 {MAX_ARCHIVE_MEMBERS} 个文件、解压后共 {MAX_ARCHIVE_TOTAL // MEGABYTE} MB，"
                    "其余未读。请分成几个压缩包。",
                    code="too-many" if budget.members < 0 else "too-large",
                )
                return
            inner = f"{name}/{inner}"
            try:
                content = read_member(container, info, limit=min(MAX_FILE, budget.size), name=inner)
            except UnreadableSource as error:
                # What was unpacked in vain counts too: a thousand small bombs are one big one.
                budget.size -= min(MAX_FILE, info.file_size)
                yield Input(inner, error=error)
                continue
            budget.size -= len(content)
            yield from _unpacked(content, name=inner, depth=depth + 1, budget=budget)
    if not found:
        yield _refused(name, "压缩包里没有可读的文件。", code="empty-folder")


def _is_hidden(part: str) -> bool:
    # ~$ is what Word leaves beside an open document, __MACOSX what a Mac adds to a zip.
    return part.startswith((".", "~$")) or part == "__MACOSX"


def _shown(path: str | os.PathLike[str]) -> str:
    return decode_name(os.fsencode(path))


def _refused(name: str, message: str, *, code: str) -> Input:
    return Input(name, error=UnreadableSource(message, code=code, name=name))
