"""An e-mail that asks for something: who sent it, its text, its attachments. Typed by content, whatever the file is called."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from email import message_from_bytes, policy
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import parseaddr, parsedate_to_datetime

from django.utils import timezone

from duban.core.reading.dispatch import read_bytes
from duban.core.reading.errors import UnreadableSource
from duban.dispatch.actions.evidence import typed as typed_evidence

MEDIA_TYPE, ENDING = "message/rfc822", ".eml"
#: So many attachments of one e-mail are looked at.
MOST = 30
#: What begins an e-mail: header lines, one of them among these.
_HEADER = re.compile(rb"[A-Za-z][A-Za-z0-9-]{0,70}:[ \t]?[^\r\n]*(?:\r?\n[ \t][^\r\n]*)*\r?\n")
_TELLING = re.compile(rb"(?im)^(?:from|received|mime-version|message-id):")
_LONGEST_HEAD = 64 * 1024
#: Marks before a subject that say that it was answered or passed on.
_PASSED_ON = re.compile(r"^(?:(?:re|fw|fwd|回复|答复|转发)\s*[:：]\s*)+", re.IGNORECASE)
_BROKEN = (MessageError, LookupError, ValueError, TypeError, AttributeError)


@dataclass
class Mail:
    """What an e-mail holds; `left_out` names attachments that were not looked at, and why."""

    subject: str = ""
    sender: str = ""
    sent_on: date | None = None
    text: str = ""
    attachments: list[tuple[bytes, str]] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


def is_mail(data: bytes) -> bool:
    """Say whether a file is an e-mail: it begins with header lines, and one of them only e-mails have."""
    head, place = data[:_LONGEST_HEAD], 0
    while found := _HEADER.match(head, place):
        place = found.end()
    return place > 0 and head[place : place + 2].startswith((b"\n", b"\r\n")) and bool(_TELLING.search(head[:place]))


def typed(data: bytes, name: str) -> tuple[str, str]:
    """Return media type and ending of a file that may go with a matter: evidence, or an e-mail. Raises `BadEvidence`."""
    return (MEDIA_TYPE, ENDING) if is_mail(data) else typed_evidence(data, name)


def opened(data: bytes) -> Mail:
    """Return what an e-mail holds; what is broken of it is left out, and said."""
    message = message_from_bytes(data, policy=policy.default)
    mail = Mail(
        subject=_PASSED_ON.sub("", _header(message, "subject")).strip(),
        sender=_sender(_header(message, "from")),
        sent_on=_day(_header(message, "date")),
    )
    plain: list[str] = []
    pages: list[str] = []
    for part in _leaves(message):
        name = _name(part)
        if part.is_multipart() or (part.get_content_type() == MEDIA_TYPE):
            mail.left_out.append(f"附带的邮件“{name or '没有名称'}”没有拆开，在原件里")
        elif name or part.get_content_disposition() == "attachment":
            _attached(mail, part, name or "没有名称的附件")
        elif part.get_content_type() == "text/plain":
            plain.append(_words(part))
        elif part.get_content_type() == "text/html":
            pages.append(_words(part))
    mail.text = "\n".join(text for text in plain if text.strip()).strip()
    if not mail.text:
        mail.text = "\n".join(filter(None, map(_of_page, pages)))
    return mail


def _leaves(message: EmailMessage) -> list[EmailMessage]:
    """Return the parts that hold something, in order; an e-mail that is attached is one part."""
    found: list[EmailMessage] = []
    # The last first, so that they are taken in order; deep nesting is no deep recursion.
    rest = [message]
    while rest:
        part = rest.pop()
        if part.get_content_maintype() == "multipart" and part.is_multipart():
            rest += reversed(list(part.iter_parts()))  # type: ignore[arg-type]
        else:
            found.append(part)
    return found


def _attached(mail: Mail, part: EmailMessage, name: str) -> None:
    if len(mail.attachments) >= MOST:
        mail.left_out.append(f"“{name}”没有看：一封邮件最多看{MOST}个附件")
        return
    try:
        data = part.get_payload(decode=True)
    except _BROKEN:
        data = None
    if isinstance(data, bytes) and data:
        mail.attachments.append((data, name))
    else:
        mail.left_out.append(f"“{name}”是空的或者坏了")


def _words(part: EmailMessage) -> str:
    data = part.get_payload(decode=True)
    if not isinstance(data, bytes):
        return ""
    return _decoded(data, str(part.get_content_charset() or ""))


def _decoded(data: bytes, charset: str) -> str:
    """Return text of a charset as mails name it; what names a wrong one is usually UTF-8 or GB 18030."""
    for name in (charset.replace("gb2312", "gb18030").replace("gbk", "gb18030"), "utf-8", "gb18030"):
        try:
            return data.decode(name or "utf-8")
        except (LookupError, UnicodeDecodeError):
            continue
    return data.decode("utf-8", "replace")


def _of_page(text: str) -> str:
    """Return the text of an HTML body."""
    try:
        return read_bytes(text.encode(), name="正文.html").text.strip()
    except UnreadableSource:
        return ""


def _header(message: EmailMessage, name: str) -> str:
    """Return a header in readable characters, also where a sender wrote it without saying in which charset."""
    raw = next((str(value) for key, value in message.raw_items() if key.lower() == name), "")
    if re.search(r"[\udc80-\udcff]", raw):
        return _decoded(raw.encode("utf-8", "surrogateescape"), "")
    try:
        found = str(make_header(decode_header(raw)))
    except _BROKEN:
        found = raw
    return re.sub(r"\s+", " ", found.encode("utf-8", "replace").decode()).strip()


def _name(part: EmailMessage) -> str:
    try:
        name = str(part.get_filename("") or "")
        if "=?" in name:
            name = str(make_header(decode_header(name)))
    except _BROKEN:
        name = ""
    name = name.encode("utf-8", "replace").decode()
    return re.split(r"[\\/]", re.sub(r"[\x00-\x1f]", "", name))[-1].strip()[-200:]


def _sender(value: str) -> str:
    name, address = parseaddr(value)
    return name or address


def _day(value: str) -> date | None:
    try:
        sent: datetime = parsedate_to_datetime(value)
        return timezone.localtime(sent).date() if timezone.is_aware(sent) else sent.date()
    except (*_BROKEN, OverflowError):
        return None
