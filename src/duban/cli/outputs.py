"""Where ledgers are written: standard output, one file, or a folder with a file for each source."""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import chain, count
from pathlib import Path, PurePosixPath
from typing import BinaryIO

FORMATS = ("json", "jsonl", "csv", "xlsx")


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """Open a file that appears under its name only when it is complete."""
    # A link stays a link; what it points to is written.
    path = Path(os.path.realpath(path))
    if path.exists() and not path.is_file():
        # A device or a named pipe (/dev/stdout) can only be written into.
        with path.open("wb") as file:
            yield file
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    # Named before it exists: an interruption at any moment finds the name and takes the file away.
    temporary = path.with_name(f".{path.name[:40]}.{secrets.token_hex(4)}.tmp")
    try:
        with os.fdopen(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            yield file
        os.chmod(temporary, _mode(path))
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _mode(path: Path) -> int:
    if path.exists():
        return path.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


@contextmanager
def standard_output() -> Iterator[BinaryIO]:
    """Open standard output for bytes."""
    sys.stdout.flush()
    yield sys.stdout.buffer
    sys.stdout.buffer.flush()


class Folder:
    """A folder in which each source gets a file, named and placed as the source is."""

    def __init__(self, root: Path, suffix: str, *, drop_first: bool, is_input: Callable[[Path], bool]) -> None:
        """`drop_first` leaves out the name of the one folder or archive that all sources are in."""
        self._root, self._suffix, self._drop_first, self._is_input = root, suffix, drop_first, is_input
        self._taken: set[str] = set()

    def place(self, name: str) -> Path:
        """Return the path for the source of this name: free, inside the folder, and none of the inputs."""
        parts = [_safe(part) for part in PurePosixPath(name).parts if part not in ("/", "..", ".")]
        if self._drop_first and len(parts) > 1:
            parts = parts[1:]
        *above, last = parts or ["-"]
        stem = "stdin" if last == "-" else PurePosixPath(last).stem
        # plan.txt and plan.docx: the second keeps its suffix, a third gets a number.
        for candidate in chain((stem, last), (f"{stem}-{number}" for number in count(2))):
            path = self._root.joinpath(*above, candidate + self._suffix)
            # Some file systems take A.json and a.json for one file.
            if str(path).casefold() not in self._taken and not self._is_input(path):
                self._taken.add(str(path).casefold())
                return path
        raise AssertionError("numbers do not end")


def _safe(part: str) -> str:
    """Return the name as any file system takes it: none of its signs, not longer than most allow."""
    cleaned = "".join("_" if ord(character) < 32 or character in '\\/:*?"<>|' else character for character in part)
    stem, dot, suffix = cleaned.rpartition(".")
    if len(cleaned.encode("utf-8", "surrogateescape")) > 200:
        stem = (stem or cleaned).encode("utf-8", "surrogateescape")[:180].decode("utf-8", "ignore")
        return f"{stem}{dot}{suffix[:10]}" if dot else stem
    return cleaned
