"""From a file, a folder, an archive or standard input to a :class:`~duban.core.types.Source`.

The content decides what a file is, never its name. Each format is one module, imported when its first file comes.
"""

from __future__ import annotations

import hashlib
from importlib import import_module
from pathlib import Path

from duban.core.reading.errors import UnreadableSource
from duban.core.reading.limits import MAX_FILE, MEGABYTE
from duban.core.types import Source

__all__ = ["UnreadableSource", "read_bytes", "read_path"]


def read_bytes(data: bytes, *, name: str) -> Source:
    """Return the source that `data` holds; `name` is shown to people and decides nothing.

    Raises:
        UnreadableSource: always this, whatever is wrong with the data.
    """
    if not data:
        raise UnreadableSource("文件是空的（0 字节）。请检查文件是否下载或复制完整。", code="empty", name=name)
    if len(data) > MAX_FILE:
        raise _too_large(name)
    reader = import_module(f"duban.core.reading.{_kind(data)}")
    try:
        source: Source = reader.read(data, name=name, sha256=hashlib.sha256(data).hexdigest())
    except UnreadableSource:
        raise
    except Exception as error:
        raise UnreadableSource(
            f"文件已损坏或不合规范，无法读取（{type(error).__name__}）。请用原来的软件打开，另存一份后再试。",
            code="broken",
            name=name,
        ) from error
    return source


def read_path(path: Path) -> Source:
    """Return the source in the file at `path`.

    Raises:
        UnreadableSource: it is missing, a folder, may not be opened, is too large, or cannot be read.
    """
    name = str(path)
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE + 1)
    except FileNotFoundError:
        raise UnreadableSource("找不到这个文件。请检查路径是否写对。", code="missing", name=name) from None
    except IsADirectoryError:
        raise UnreadableSource("这是文件夹，不是文件。", code="folder", name=name) from None
    except PermissionError:
        raise UnreadableSource("没有打开这个文件的权限。请联系管理员。", code="permission", name=name) from None
    except (OSError, ValueError) as error:
        raise UnreadableSource(f"打不开这个文件（{error}）。", code="input", name=name) from error
    return read_bytes(data, name=name)


def _too_large(name: str) -> UnreadableSource:
    return UnreadableSource(
        f"文件超过 {MAX_FILE // MEGABYTE} MB，不像一份文件。请拆成几份，或检查是否选错了文件。",
        code="too-large",
        name=name,
    )


def _kind(data: bytes) -> str:
    """Return the module that reads `data`."""
    if b"%PDF-" in data[:1024]:
        return "pdf"
    return "txt"
