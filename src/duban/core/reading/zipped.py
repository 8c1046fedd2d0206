"""Zip containers from strangers: nothing is believed about sizes, all is counted while it unpacks."""

from __future__ import annotations

from io import BytesIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from duban.core.reading.decoding import decode_name
from duban.core.reading.errors import UnreadableSource
from duban.core.reading.limits import MAX_ARCHIVE_MEMBERS, MAX_RATIO, MEGABYTE, RATIO_COUNTS_FROM

_ENTRY = b"PK\x01\x02"  # opens each entry of the directory at a zip's end
_UTF8_NAME = 0x800
_ENCRYPTED = 0x1


def open_zip(data: bytes, *, name: str) -> ZipFile:
    """Return the container that `data` holds, or raise :class:`UnreadableSource` ("broken", "too-many")."""
    # The directory becomes objects of 1 KB each before anyone can ask how many: 200 MB of entries would be gigabytes.
    if data.count(_ENTRY) > 2 * MAX_ARCHIVE_MEMBERS:
        raise UnreadableSource(
            f"压缩包里的文件超过 {MAX_ARCHIVE_MEMBERS} 个。请分成几个压缩包。", code="too-many", name=name
        )
    try:
        return ZipFile(BytesIO(data))
    except (BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise _broken(name) from error


def read_member(container: ZipFile, member: ZipInfo | str, *, limit: int, name: str) -> bytes:
    """Return the content of a member, at most `limit` bytes.

    Raises :class:`UnreadableSource`: "missing-part" if there is none, "encrypted", "too-large", "bomb", or "broken".
    """
    try:
        info = container.getinfo(member) if isinstance(member, str) else member
    except KeyError:
        raise UnreadableSource(
            f"文件不完整：缺少 {member}。请用原来的软件打开，另存一份后再试。", code="missing-part", name=name
        ) from None
    if info.flag_bits & _ENCRYPTED:
        raise UnreadableSource("压缩包设有密码。请先取消密码或解压后再试。", code="encrypted", name=name)
    # Only these two unpack in bounded steps; Windows, WPS and Office write no other.
    if info.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        raise UnreadableSource(
            f"压缩包用了不支持的压缩方法（{info.compress_type}）。请解压后再试。", code="compression", name=name
        )
    parts: list[bytes] = []
    size = 0
    try:
        with container.open(info) as stream:
            while part := stream.read(MEGABYTE):
                size += len(part)
                if size > limit:
                    raise UnreadableSource(
                        f"{decode_name(info.filename.encode('utf-8', 'replace'))} 解压后超过 {limit // MEGABYTE} MB。"
                        "请检查文件，或拆成几份。",
                        code="too-large",
                        name=name,
                    )
                if size > RATIO_COUNTS_FROM and size > MAX_RATIO * info.compress_size:
                    raise UnreadableSource(
                        "压缩比异常，解压后会占满内存（疑似“压缩炸弹”），已停止读取。请向提供者核实这个文件。",
                        code="bomb",
                        name=name,
                    )
                parts.append(part)
    except UnreadableSource:
        raise
    # zlib.error and struct.error have no common parent; a broken member may raise any of a dozen.
    except Exception as error:
        raise _broken(name) from error
    return b"".join(parts)


def member_name(info: ZipInfo) -> str:
    """Return a member's name as people read it: UTF-8 where the archive says so or it fits, else GB18030."""
    if info.flag_bits & _UTF8_NAME:
        return decode_name(info.filename.encode("utf-8", "replace"))
    return decode_name(info.orig_filename.encode("cp437", "replace"))


def _broken(name: str) -> UnreadableSource:
    return UnreadableSource(
        "压缩包或 Office 文件已损坏或不完整。请重新下载，或用原来的软件打开后另存一份再试。", code="broken", name=name
    )
