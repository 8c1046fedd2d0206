"""A matter that comes by e-mail: its text, its attachments, whatever a mail program wrote; previewed, then registered."""

from __future__ import annotations

from datetime import date
from email.message import EmailMessage
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from test_matter_intake import PAPER, paper

from duban.dispatch.actions.evidence import BadEvidence
from duban.supervision import intake, mails
from duban.supervision.actions import matters
from duban.supervision.models import Matter
from factories.matters import Office, at

DOCX = ("application", "vnd.openxmlformats-officedocument.wordprocessingml.document")


def letter(*attachments: tuple[bytes, str], **headers: str) -> bytes:
    """An e-mail of a town's office."""
    message = EmailMessage()
    given = {
        "From": "柳溪镇党政办 <liuxi@example.cn>",
        "To": "duban@example.cn",
        "Subject": "转发：关于镇区积水点整治的请示",
        "Date": "Mon, 30 Mar 2026 09:12:00 +0800",
        **headers,
    }
    for name, value in given.items():
        message[name] = value
    message.set_content("请区住建局牵头，10个工作日内答复。\n联系人：冯知白\n")
    for data, name in attachments:
        message.add_attachment(data, maintype=DOCX[0], subtype=DOCX[1], filename=name)
    return message.as_bytes()


@pytest.fixture
def office(monkeypatch: pytest.MonkeyPatch) -> Office:
    monkeypatch.setattr(timezone, "now", lambda: at("2026-04-01 12:00"))
    return Office()


@pytest.mark.django_db
def test_a_letter_without_attachment_is_read_by_its_text(office: Office) -> None:
    mail = mails.opened(letter())
    assert (mail.subject, mail.sender, mail.sent_on) == ("关于镇区积水点整治的请示", "柳溪镇党政办", date(2026, 3, 30))
    draft = intake.read_mail(mail, office.division, date(2026, 4, 1))
    assert draft.title == "关于镇区积水点整治的请示"
    assert draft.source_name == "柳溪镇党政办来信"
    assert (draft.received_on, draft.own_due) == (date(2026, 3, 30), date(2026, 4, 14))
    assert draft.notes[0] == "邮件由柳溪镇党政办于2026年3月30日发来，下面照“正文”读出。"


@pytest.mark.django_db
def test_an_attached_paper_goes_before_the_letter(office: Office) -> None:
    mail = mails.opened(letter((paper(), "批示.docx")))
    draft = intake.read_mail(mail, office.division, date(2026, 4, 1))
    assert (draft.title, draft.source, draft.source_person) == (PAPER[0], "instruction", "韩旭平")
    assert draft.source_name == "兰政督〔2026〕17号，柳溪镇党政办来信"
    assert "邮件正文：\n请区住建局牵头" in draft.text
    assert "有1个附件，下面照“批示.docx”读出" in draft.notes[0]


@pytest.mark.django_db
def test_on_the_page_the_letter_and_its_attachments_become_files(client: Client, office: Office) -> None:
    client.force_login(office.clerk)
    upload = letter((paper(), "批示.docx"), (b"MZ\x90\x00 program", "装机.exe"))
    shown = client.post(
        reverse("supervision:matter_new"), {"do": "read", "files": SimpleUploadedFile("来信.dat", upload)}
    )
    page = shown.content.decode()
    assert shown.status_code == 200
    assert shown.context["form"].initial["title"] == PAPER[0]
    assert "“装机.exe”没有上传" in page
    assert "在邮件原件里" in page
    assert not Matter.objects.exists()
    form = {**shown.context["form"].initial, "kept": shown.context["kept"]}
    client.post(reverse("supervision:matter_new"), {name: value for name, value in form.items() if value is not None})
    made = Matter.objects.get()
    kept = {row.name: row.stored.media_type for row in made.attachments.select_related("stored")}
    assert kept == {"来信.dat": "message/rfc822", "批示.docx": "/".join(DOCX)}
    assert made.received_on == date(2026, 3, 30)


@pytest.mark.django_db
def test_a_letter_that_is_too_large_or_none_is_refused(
    client: Client, office: Office, settings: pytest.FixtureRequest
) -> None:
    client.force_login(office.clerk)
    for data, words in (
        ("From 头一句\n没有冒号".encode(), "没有上传"),
        (letter() + b"x" * 2048, "超过"),
    ):
        settings.EVIDENCE_LIMIT = 2048  # type: ignore[attr-defined]
        page = client.post(
            reverse("supervision:matter_new"), {"do": "read", "files": SimpleUploadedFile("来信.eml", data)}
        )
        assert page.status_code == 422
        assert words in page.content.decode()
    settings.EVIDENCE_LIMIT = 10**7  # type: ignore[attr-defined]
    with pytest.raises(BadEvidence):
        mails.typed(b"just words", "a.eml")


@pytest.mark.django_db
def test_a_letter_may_be_added_to_a_matter_later(office: Office) -> None:
    made = office.registered("2026-03-30")
    row = matters.attach(matter=made, file=BytesIO(letter()), name="补充.eml", by=office.clerk)
    assert row.stored.media_type == "message/rfc822"


def test_what_mail_programs_write_is_read() -> None:
    # Without saying in which charset; in GB 18030; an HTML body alone; a name in pieces; another letter attached.
    raw = "From: 镇办 <a@b.cn>\r\nSubject: 关于道路的请示\r\nMIME-Version: 1.0\r\n\r\n正文".encode("gb18030")
    assert mails.opened(raw).subject == "关于道路的请示"
    assert mails.opened(raw).text == "正文"
    page = EmailMessage()
    page["From"], page["Subject"] = "a@b.cn", "=?gb2312?B?udjT2rXAwrc=?="
    page.set_content("<html><body><p>请<b>尽快</b>办理</p></body></html>", subtype="html", charset="gb18030")
    found = mails.opened(page.as_bytes())
    assert (found.subject, found.sender) == ("关于道路", "a@b.cn")
    assert "请尽快办理" in found.text
    outer = EmailMessage()
    outer["From"], outer["Subject"] = "a@b.cn", "转来"
    outer.set_content("见附件")
    outer.add_attachment(page)
    outer.add_attachment(b"x", maintype="application", subtype="pdf", filename="../../a/请示.pdf")
    found = mails.opened(outer.as_bytes())
    assert [name for _, name in found.attachments] == ["请示.pdf"]
    assert found.left_out
    many = EmailMessage()
    many["From"] = "a@b.cn"
    for number in range(mails.MOST + 2):
        many.add_attachment(b"x", maintype="application", subtype="pdf", filename=f"{number}.pdf")
    assert len(mails.opened(many.as_bytes()).left_out) == 2


@given(st.binary(max_size=400), st.integers(0, 2000), st.binary(max_size=30))
def test_no_letter_however_broken_stops_the_reading(tail: bytes, cut: int, put: bytes) -> None:
    whole = letter((paper(), "批示.docx"))
    for data in (
        whole[:cut] + put + whole[cut:],
        b"From: a\r\n" + tail,
        b"From: a\nContent-Type: " + tail + b"\n\n" + tail,
    ):
        mails.is_mail(data)
        found = mails.opened(data)
        assert all(isinstance(name, str) and name for _, name in found.attachments)
        (found.subject + found.sender + found.text + "".join(found.left_out)).encode()
