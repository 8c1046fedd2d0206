"""Voice notes from the spot: which recordings are taken, told by their content and never by their name."""

from __future__ import annotations

import re

from duban.dispatch.actions.evidence import BadEvidence

#: What a film has in its head and a recording of voices has not.
_FILM = re.compile(rb"V_(?:VP[89]|AV1|MPEG)|hdlr.{8}vide", re.DOTALL)
_BRANDS = (b"M4A ", b"M4B ", b"mp41", b"mp42", b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"dash")
_HEAD = 4096
_TAKEN = "录音请用 m4a、mp3、wav、webm 或 ogg"


def typed(data: bytes, name: str) -> tuple[str, str]:
    """Return media type and ending of a recording by its content. Raises `BadEvidence` for whatever is none."""
    head = data[:_HEAD]
    found = _kind(head)
    if found is None:
        problem = "是 AMR 录音，浏览器放不出来" if head.startswith(b"#!AMR") else "不是录音"
        raise BadEvidence(name, f"{problem}。{_TAKEN}。")
    if found[0] in ("audio/webm", "audio/mp4") and _FILM.search(data):
        raise BadEvidence(name, f"是录像，不是录音。{_TAKEN}。")
    return found


def _kind(head: bytes) -> tuple[str, str] | None:
    if head.startswith(b"\x1a\x45\xdf\xa3") and b"webm" in head[:64]:
        return "audio/webm", ".webm"
    if head.startswith(b"OggS") and any(mark in head[:128] for mark in (b"OpusHead", b"\x01vorbis", b"Speex")):
        return "audio/ogg", ".ogg"
    if head[4:8] == b"ftyp" and head[8:12] in _BRANDS:
        return "audio/mp4", ".m4a"
    if head.startswith(b"RIFF") and head[8:12] == b"WAVE":
        return "audio/wav", ".wav"
    if head.startswith(b"ID3") or _is_mp3_frame(head):
        return "audio/mpeg", ".mp3"
    return None


def _is_mp3_frame(head: bytes) -> bool:
    """Say whether a frame of MPEG audio, layer II or III, begins here: sync, a version, a bit rate and a sample rate that exist."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return False
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    return version != 1 and layer in (1, 2) and head[2] >> 4 not in (0, 15) and head[2] >> 2 & 3 != 3
