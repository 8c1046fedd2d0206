"""Voice notes from the spot: typed by content, once for a key, played to whoever sees the inspection."""

from __future__ import annotations

import contextlib
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from test_ledger_page import signed_in

from duban.dispatch.actions.evidence import BadEvidence
from duban.organisations.roles import Role
from duban.supervision import voices
from duban.supervision.actions import inspection_conclusions as conclusions
from duban.supervision.actions import inspection_spot as spot
from duban.supervision.actions import inspections
from duban.supervision.inspecting.refusals import NotInGroup
from duban.supervision.models import Attachment, SpotVoice
from factories.inspections import Inspected, key
from factories.site import person_as

WAV = b"RIFF\x24\x08\x00\x00WAVEfmt " + bytes(range(200))
KINDS = {
    b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm" + b"\0" * 50 + b"A_OPUS": ("audio/webm", ".webm"),
    b"OggS\0\x02" + b"\0" * 22 + b"OpusHead" + b"\0" * 40: ("audio/ogg", ".ogg"),
    b"\0\0\0\x1cftypM4A \0\0\0\0" + b"\0" * 40: ("audio/mp4", ".m4a"),
    b"\0\0\0\x1cftypiso5\0\0\0\0hdlr\0\0\0\0\0\0\0\0soun": ("audio/mp4", ".m4a"),
    WAV: ("audio/wav", ".wav"),
    b"ID3\x04\0\0" + b"\0" * 40: ("audio/mpeg", ".mp3"),
    b"\xff\xfb\x90\x00" + b"\0" * 40: ("audio/mpeg", ".mp3"),
}
NONE = {
    b"\x1a\x45\xdf\xa3\x9f\x42\x82\x84webm" + b"\0" * 40 + b"V_VP9": "是录像",
    b"\0\0\0\x1cftypisom\0\0\0\0hdlr\0\0\0\0\0\0\0\0vide": "是录像",
    b"#!AMR\n" + b"\0" * 40: "AMR",
    b"\xff\xd8\xff\xe0 picture": "不是录音",
    b"\xff\xfe\x41\x00\x42\x00": "不是录音",
    b"RIFF\0\0\0\0WEBP": "不是录音",
    b"<html><script>": "不是录音",
    b"%PDF-1.7": "不是录音",
}


@pytest.mark.parametrize(("data", "found"), KINDS.items())
def test_a_recording_is_told_by_its_content(data: bytes, found: tuple[str, str]) -> None:
    assert voices.typed(data, "随便.txt") == found


@pytest.mark.parametrize(("data", "words"), NONE.items())
def test_whatever_else_is_refused_with_what_to_do(data: bytes, words: str) -> None:
    with pytest.raises(BadEvidence, match=words):
        voices.typed(data, "录音.mp3")


@given(st.binary(max_size=80))
def test_any_bytes_are_a_recording_or_refused(data: bytes) -> None:
    with contextlib.suppress(BadEvidence):
        assert voices.typed(data, "x")[0].startswith("audio/")


@pytest.fixture
def district(db: None) -> Inspected:
    made = Inspected()
    made.verified()
    return made


def test_it_is_kept_once_and_only_for_the_group(district: Inspected) -> None:
    made = district.begun()
    item, one = district.item(made), key()
    for _ in range(2):
        spot.add_voice(item=item, key=one, file=io.BytesIO(WAV), name="录音.wav", by=district.leader)
    assert SpotVoice.objects.count() == Attachment.objects.filter(voice__isnull=False).count() == 1
    with pytest.raises(NotInGroup):
        spot.add_voice(item=item, key=key(), file=io.BytesIO(WAV), name="录音.wav", by=district.clerk)
    with pytest.raises(BadEvidence):
        spot.add_voice(item=item, key=key(), file=io.BytesIO(b"MZ"), name="录音.wav", by=district.leader)


def test_on_the_page_it_is_sent_played_and_heard_by_nobody_else(district: Inspected) -> None:
    made = district.begun()
    item = district.item(made)
    phone = signed_in(district.leader)
    send = reverse("supervision:spot_voice", args=[item.pk])
    given = {"key": key(), "person": district.leader.pk, "voice": SimpleUploadedFile("录音.wav", WAV)}
    answer = phone.post(send, given)
    note = SpotVoice.objects.get()
    assert answer.json() == {"voice": note.pk}
    assert phone.post(send, {"key": key()}).status_code == 404
    refused = phone.post(
        send, {"key": key(), "voice": SimpleUploadedFile("录音.wav", b"<html>")}, headers={"Accept": "application/json"}
    )
    assert refused.status_code == 422
    assert "不是录音" in refused.json()["detail"]
    play = reverse("supervision:spot_voice_play", args=[note.pk])
    heard = phone.get(play)
    assert b"".join(heard.streaming_content) == WAV  # type: ignore[attr-defined]
    assert (heard["Content-Type"], heard["X-Content-Type-Options"]) == ("audio/wav", "nosniff")
    assert heard["Content-Security-Policy"].startswith("sandbox")
    part = phone.get(play, headers={"Range": "bytes=4-7"})
    assert (part.status_code, part.content, part["Content-Range"]) == (206, WAV[4:8], f"bytes 4-7/{len(WAV)}")
    assert phone.get(play, headers={"Range": "bytes=-3"}).content == WAV[-3:]
    assert phone.get(play, headers={"Range": "bytes=9999-"}).status_code == 416
    assert phone.get(play, headers={"Range": "lines=1-2"}).status_code == 200
    assert play in phone.get(reverse("supervision:spot_visit", args=[item.visit_id])).content.decode()
    unit = signed_in(district.liaison)
    assert unit.get(play).status_code == 404
    district.seen(made)
    made = inspections.finish(inspection=made, by=district.clerk)
    office = signed_in(district.clerk)
    assert play in office.get(reverse("supervision:inspection", args=[made.pk])).content.decode()
    part_of = made.units.get()
    conclusions.conclude(
        inspection=made, conclusion="虚报。", parts={part_of.pk: "填报47个，实地38个。"}, by=district.clerk
    )
    conclusions.feed_back(part=part_of, demands=district.demand(part_of), by=district.clerk)
    # Once its finding is fed back the unit hears it too, and another unit never.
    assert play in unit.get(reverse("supervision:part", args=[part_of.pk])).content.decode()
    assert unit.get(play).status_code == 200
    stranger = signed_in(person_as(Role.LIAISON, district.division, district.other))
    assert stranger.get(play).status_code == 404


def test_without_the_script_the_form_sends_it(district: Inspected) -> None:
    item = district.item(district.begun())
    enter = reverse("supervision:spot_enter", args=[item.pk])
    files = [SimpleUploadedFile("一.wav", WAV), SimpleUploadedFile("二.wav", b"none")]
    shown = signed_in(district.leader).post(enter, {"key": key(), "result": "ok", "voices": files}, follow=True)
    assert "“二.wav”没有上传" in shown.content.decode()
    assert SpotVoice.objects.count() == 1
