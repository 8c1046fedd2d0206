"""The content picks the reader."""

from __future__ import annotations

import hashlib
from importlib import import_module
from os import fsencode
from pathlib import Path
from typing import BinaryIO

from duban.core.reading.decoding import decode_name
from duban.core.reading.errors import UnreadableSource
from duban.core.reading.kinds import kind
from duban.core.reading.limits import MAX_FILE, MEGABYTE
from duban.core.types import Source


def read_bytes(data: bytes, *, name: str) -> Source:
    """Return the source that `data` holds; `name` is shown to people and decides nothing.

    Whatever is wrong with the data, it is an :class:`UnreadableSource` and nothing else.
    """
    if not data:
        raise UnreadableSource("文件是空的（0 字节）。请检查文件是否下载或复制完整。", code="empty", name=name)
    if len(data) > MAX_FILE:
        raise UnreadableSource(
            f"文件超过 {MAX_FILE // MEGABYTE} MB，不像一份文件。请拆成几份，或检查是否选错了文件。",
            code="too-large",
            name=name,
        )
    try:
        format_ = kind(data, name=name)
        if format_ == "archive":
            raise UnreadableSource("这是压缩包，里面可能有多份文件。请解压后逐份读取。", code="archive", name=name)
        # Imported when its first file comes: lxml, pdfium and the rest take longer to load than a text to read.
        reader = import_module(f"duban.core.reading.{format_}")
        source: Source = reader.read(data, name=name, sha256=hashlib.sha256(data).hexdigest())
    except UnreadableSource:
        raise
    except ImportError as error:
        raise UnreadableSource(
            f"读取这种文件所需的组件没有装好（{error.name}）。请联系管理员。", code="not-installed", name=name
        ) from error
    except (KeyboardInterrupt, SystemExit):
        raise
    # Libraries meet a broken file with any exception; a panic of a Rust library is none of Exception's children.
    except BaseException as error:
        raise UnreadableSource(
            f"文件已损坏或不合规范，无法读取（{type(error).__name__}）。请用原来的软件打开，另存一份后再试。",
            code="broken",
            name=name,
        ) from error
    return source


def read_path(path: Path, *, name: str | None = None) -> Source:
    """Return the source in the file at `path`, called `name` or else by its file name.

    What cannot be opened or read is an :class:`UnreadableSource`.
    """
    return read_bytes(load(path), name=decode_name(fsencode(path.name)) if name is None else name)


def load(path: Path) -> bytes:
    """Return the content of the file at `path`, or raise :class:`UnreadableSource`."""
    name = decode_name(fsencode(path))
    try:
        with path.open("rb") as file:
            return read_all(file)
    except FileNotFoundError:
        raise UnreadableSource("找不到这个文件。请检查路径是否写对。", code="missing", name=name) from None
    except IsADirectoryError:
        raise UnreadableSource("这是文件夹，不是文件。", code="folder", name=name) from None
    except PermissionError:
        raise UnreadableSource("没有打开这个文件的权限。请联系管理员。", code="permission", name=name) from None
    except (OSError, ValueError) as error:
        raise UnreadableSource(f"打不开这个文件（{error}）。", code="input", name=name) from error


def read_all(file: BinaryIO) -> bytes:
    """Return what is in an open file, up to a little more than the largest that is read: a device has no end."""
    parts: list[bytes] = []
    size = 0
    # One read of the largest size would set aside that much memory for each small file.
    while size <= MAX_FILE and (part := file.read(MEGABYTE)):
        parts.append(part)
        size += len(part)
    return b"".join(parts)
