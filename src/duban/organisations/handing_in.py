"""Workbooks that come back with a request: uploaded, or once more with the confirmation of their preview."""

from __future__ import annotations

from base64 import b64decode

from django.http import HttpRequest

from duban.organisations.workbooks import MEGABYTES, UnreadableWorkbook


def workbook_handed_in(request: HttpRequest) -> bytes:
    """Return the uploaded ``file``, or the one that came back with the confirmation as ``workbook`` (base64).

    Raises `UnreadableWorkbook` where there is none, or it is too large.
    """
    if file := request.FILES.get("file"):
        if (file.size or 0) > MEGABYTES * 1024 * 1024:
            raise UnreadableWorkbook(f"文件超过 {MEGABYTES} 兆。请只保留要填的表，去掉图片和多余的工作表。")
        return bytes(file.read())
    try:
        return b64decode(request.POST.get("workbook", ""), validate=True)
    except ValueError:
        raise UnreadableWorkbook("没有收到文件。请重新选择后上传。") from None
