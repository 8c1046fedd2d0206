"""The pages of papers, as the office, leaders and units use them; and the command."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from docx import Document
from pytest_django import DjangoAssertNumQueries

from duban.bulletins.actions import drafting, signing, words
from duban.bulletins.composing.blocks import editable, text_of
from duban.bulletins.composing.wording import preset_text
from duban.bulletins.models import Bulletin, BulletinTemplate, BulletinWording, Delivery
from duban.bulletins.queries.drafts import latest
from duban.bulletins.reminding import SOURCE
from duban.cli.main import main
from duban.dispatch.actions import reminders
from duban.dispatch.models import NoticeItem
from duban.organisations.models import Person
from duban.plans.extensions import WAITING
from duban.writing.official.templates import starter
from factories.bulletins import Papers, fresh
from factories.orders import moment

pytestmark = pytest.mark.django_db


def as_(client: Client, person: Person) -> Client:
    client.force_login(person)
    return client


def page(client: Client, name: str, *args: Any, query: str = "", status: int = 200) -> str:
    answer = client.get(reverse(f"bulletins:{name}", args=args) + query)
    assert answer.status_code == status, answer.status_code
    return str(answer.content.decode())


def send(client: Client, name: str, *args: Any, **data: Any) -> Any:
    return client.post(reverse(f"bulletins:{name}", args=args), data, follow=True)


def test_a_paper_is_drafted_edited_signed_issued_and_opened(client: Client) -> None:
    district = Papers()
    as_(client, district.clerk)
    answer = send(client, "new", kind="monthly", ledger=district.ledger.pk, month="9", token="t")
    made = Bulletin.objects.get()
    assert "已拟出“关于2026年9月重点工作督查情况的通报”" in answer.content.decode()
    whole = page(client, "paper", made.pk)
    source = f"/ledgers/{district.ledger.pk}/?on=2026-09-30"
    assert f'<a class="bul-bound bul-number" href="{source}"' in whole, "a number leads to where it can be seen"
    form = page(client, "block", made.pk, "b3")
    assert "{3}项任务" in form
    text = editable(latest(made).body["blocks"][2]["parts"]).replace("形势严峻", "要高度重视")
    send(client, "block", made.pk, "b3", text=text, seen="1")
    assert "要高度重视" in page(client, "paper", made.pk)
    assert "<del>形势严峻</del>" in page(client, "differences", made.pk)
    assert "tasks.behind" in page(client, "figures", made.pk)
    send(client, "submit", made.pk, signer=[district.leader.pk])
    as_(client, district.leader)
    assert "等您审签的通报" in str([part.title for part in WAITING["bulletins"](district.leader, timezone.localdate())])
    page(client, "sign", made.pk)
    send(client, "sign", made.pk, verdict="agree", opinion="同意")
    as_(client, district.clerk)
    answer = send(client, "issue", made.pk, unit=[district.unit.pk, district.other.pk])
    assert "已印发：督通〔2026〕1号，发给2家单位，文件已归档。" in answer.content.decode()
    as_(client, district.liaison)
    assert "关于2026年9月重点工作督查情况的通报" in page(client, "papers")
    assert "督通〔2026〕1号" in page(client, "paper", made.pk)
    assert Delivery.objects.get(unit=district.unit).opened_by == district.liaison
    got = client.get(reverse("bulletins:file", args=[made.pk, "pdf"]))
    assert got.content == made.files.get(format="pdf").file.read()


def test_units_see_what_was_sent_to_them_once_it_is_issued_and_nothing_else(client: Client) -> None:
    district = Papers()
    draft, issued = district.bulletin(), district.issued(district.other)
    as_(client, district.liaison)
    for one in (draft, issued):
        page(client, "paper", one.pk, status=404)
        assert client.get(reverse("bulletins:file", args=[one.pk, "docx"])).status_code == 404
    as_(client, district.other_head)
    assert "bul-tools" not in page(client, "paper", issued.pk)
    page(client, "paper", draft.pk, status=404)
    assert client.get(reverse("bulletins:figures", args=[issued.pk])).status_code == 403


def test_a_block_comes_and_goes_by_itself(client: Client) -> None:
    district = Papers()
    made = district.bulletin()
    as_(client, district.clerk)
    where = reverse("bulletins:block", args=[made.pk, "b3"])
    form = client.get(where, headers={"HX-Request": "true"}).content.decode()
    assert form.lstrip().startswith("<li")
    assert 'name="seen" value="1"' in form
    wrong = client.post(where, {"text": "共{77}项", "seen": "1"}, headers={"HX-Request": "true"}).content.decode()
    assert "没有“{77}”这个绑定的数" in wrong
    assert "共{77}项" in wrong, "what was written stays in the form"
    right = client.post(
        where, {"text": "共{tasks.total}项。", "seen": "1"}, headers={"HX-Request": "true"}
    ).content.decode()
    assert '<textarea class="form-control" id="t-b3"' not in right
    assert 'id="bul-status"' in right


def test_a_changed_figure_is_marked_and_taken_over_by_a_click(client: Client) -> None:
    district = Papers()
    made = district.bulletin()
    version = district.roads.versions.get()
    version.snapshot["title"] = "打通断头路"
    version.save()
    as_(client, district.clerk)
    whole = page(client, "paper", made.pk)
    assert "和现在的数据不一样，已在文中标出" in whole
    assert "<del" in whole
    send(client, "accept_all", made.pk)
    assert "和现在的数据不一样" not in page(client, "paper", made.pk)
    assert "打通断头路" in page(client, "paper", made.pk)


def test_a_page_costs_a_bounded_number_of_statements(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    district = Papers()
    made = district.bulletin()
    as_(client, district.clerk)
    page(client, "paper", made.pk)
    with django_assert_max_num_queries(40):
        page(client, "paper", made.pk)
    with django_assert_max_num_queries(12):
        page(client, "papers")


def test_the_list_is_filtered_and_sorted(client: Client) -> None:
    district = Papers()
    district.bulletin()
    district.issued()
    district.bulletin(kind="unit", unit=district.unit)
    as_(client, district.clerk)
    assert "共 3 份" in page(client, "papers")
    assert "共 1 份" in page(client, "papers", query="?kind=unit")
    assert "共 1 份" in page(client, "papers", query="?state=issued&year=2026&month=9")
    assert "没有符合条件的通报" in page(client, "papers", query="?q=没有这样的")
    page(client, "papers", query="?sort=nonsense&year=x&month=99&page=7")
    lines = client.get("/bulletins/?form=csv").content.decode("utf-8-sig").splitlines()
    assert lines[0].startswith("文号,标题,文种,月份")
    assert len(lines) - 1 == Bulletin.objects.count()
    assert client.get("/bulletins/?form=xlsx&kind=monthly").content[:2] == b"PK"


@pytest.mark.parametrize(
    "kind", ["section", "livelihood", "projects", "unit", "ledger", "congress", "committee", "year", "lookback"]
)
def test_every_kind_of_paper_is_drafted_and_printed(client: Client, kind: str) -> None:
    district = Papers()
    made = district.bulletin(kind=kind, section=district.task.section, unit=district.unit)
    as_(client, district.clerk)
    page(client, "paper", made.pk)
    got = client.get(reverse("bulletins:file", args=[made.pk, "docx"]))
    assert Document(io.BytesIO(b"".join(got) if got.streaming else got.content)).paragraphs
    assert client.get(reverse("bulletins:file", args=[made.pk, "xlsx"])).content.startswith(b"PK")


def test_a_special_paper_asks_on_what(client: Client) -> None:
    district = Papers()
    as_(client, district.clerk)
    answer = send(client, "new", kind="section", ledger=district.ledger.pk, month="9")
    assert answer.status_code == 422
    assert "专项通报写哪一个章节？" in answer.content.decode()


# ---- words and templates ----


def test_an_office_writes_its_own_words_and_goes_back(client: Client) -> None:
    district = Papers()
    as_(client, district.clerk)
    page(client, "wordings")
    assert "可以用的数" in page(client, "wording", "monthly")
    own = preset_text("monthly").replace("形势严峻", "任务很重")
    wrong = send(client, "wording", "monthly", text=own.replace("tasks.total", "tasks.totel"), do="save")
    assert wrong.status_code == 422
    assert "是不是“tasks.total”？" in wrong.content.decode()
    assert not BulletinWording.objects.exists()
    tried = send(client, "wording", "monthly", text=own, do="check").content.decode()
    assert "写法都对" in tried
    send(client, "wording", "monthly", text=own, do="save")
    made = district.bulletin()
    assert any("任务很重" in text_of(block.get("parts", ())) for block in latest(made).body["blocks"])
    send(client, "wording", "monthly", do="reset")
    assert any("形势严峻" in text_of(block.get("parts", ())) for block in latest(district.bulletin()).body["blocks"])


def test_a_draft_keeps_the_words_it_was_drafted_in() -> None:
    district = Papers()
    made = district.bulletin()
    words.save_wording(
        division=district.division,
        kind="monthly",
        text=preset_text("monthly").replace("形势严峻", "任务很重"),
        by=district.clerk,
    )
    drafting.accept(bulletin=fresh(made), by=district.clerk)
    assert latest(made).number == 1


def test_a_template_is_checked_shown_and_used(client: Client) -> None:
    district = Papers()
    as_(client, district.clerk)
    page(client, "templates")
    broken = Document()
    broken.add_paragraph("{{ 标题名 }}")
    file = io.BytesIO()
    broken.save(file)
    answer = send(client, "template", "monthly", file=SimpleUploadedFile("坏.docx", file.getvalue()))
    assert answer.status_code == 422
    assert "第1段：没有“标题名”这个字段。是不是“{{ 标题 }}”" in answer.content.decode().replace("&quot;", '"')
    own = Document(io.BytesIO(starter()))
    own.add_paragraph("本单位自用")
    file = io.BytesIO()
    own.save(file)
    answer = send(client, "template", "monthly", file=SimpleUploadedFile("本区.docx", file.getvalue()))
    assert "模板已存为第1版" in answer.content.decode()
    assert "本单位自用" in answer.content.decode(), "the sample is shown in it"
    made = district.bulletin()
    got = client.get(reverse("bulletins:file", args=[made.pk, "docx"])).content
    lines = [line.text for line in Document(io.BytesIO(got)).paragraphs]
    assert "本单位自用" in lines
    assert "关于2026年9月重点工作督查情况的通报" in "".join(lines)
    for which in ("own", "sample", "starter"):
        assert client.get(reverse("bulletins:template_file", args=["monthly", which])).content.startswith(b"PK")
    send(client, "template", "monthly", do="reset")
    assert BulletinTemplate.objects.count() == 2
    got = client.get(reverse("bulletins:file", args=[made.pk, "docx"])).content
    assert "本单位自用" not in [line.text for line in Document(io.BytesIO(got)).paragraphs]


# ---- told of, and by command ----


def test_people_are_told_what_waits_and_no_longer_when_it_is_done() -> None:
    district = Papers()
    made = district.bulletin()
    signing.submit(bulletin=made, signers=[district.leader], by=district.clerk)
    reminders.remind(timezone.now())
    item = NoticeItem.objects.get(rule="bulletin-sign", person=district.leader, channel="site")
    assert item.sentence == "请审签“关于2026年9月重点工作督查情况的通报”。"
    assert SOURCE.still([item]) == {item.pk}
    signing.sign(bulletin=made, by=district.leader)
    assert SOURCE.still([item]) == set()
    signing.issue(bulletin=fresh(made), units=[district.unit], by=district.clerk)
    reminders.remind(timezone.now())
    sent = NoticeItem.objects.get(rule="bulletin-sent", person=district.liaison, channel="site")
    assert SOURCE.still([sent]) == {sent.pk}
    signing.open_(bulletin=fresh(made), by=district.liaison)
    assert SOURCE.still([sent]) == set()


@pytest.mark.parametrize("ending", ["docx", "pdf", "xlsx"])
def test_the_command_writes_the_paper_that_the_page_hands_out(tmp_path: Path, ending: str) -> None:
    district = Papers()
    made = district.bulletin(at=moment(10, 9))
    drafting.edit(bulletin=made, block="b1", text="开头改了。", seen=1, by=district.clerk)
    file = tmp_path / f"通报.{ending}"
    done = CliRunner().invoke(main, ["bulletin", "--month", "2026-09", "-o", str(file)])
    assert done.exit_code == 0, done.output
    assert "稿子（起草）" in done.output
    assert file.stat().st_size > 1000
    if ending == "docx":
        lines = [line.text for line in Document(str(file)).paragraphs]
        assert "开头改了。" in lines
        CliRunner().invoke(main, ["bulletin", "--month", "2026-09", "-o", str(file), "--fresh"])
        assert "开头改了。" not in [line.text for line in Document(str(file)).paragraphs]
        assert Bulletin.objects.count() == 1, "nothing is kept"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["--month", "2026-13", "-o", "x.docx"], "应写成 年-月"),
        (["--month", "2026-09", "-o", "x.odt"], "不会写“.odt”"),
        (["--month", "2025-09", "-o", "x.docx"], "没有2025年印发的台账"),
        (["--month", "2026-09", "--kind", "unit", "-o", "x.docx"], "请写 --unit"),
        (["--month", "2026-09", "--kind", "unit", "--unit", "区某局", "-o", "x.docx"], "没有叫“区某局”的单位"),
        (["--month", "2026-12", "-o", "x.docx"], "还没有到"),
    ],
)
def test_what_the_command_cannot_do_it_says(given: list[str], said: str) -> None:
    Papers()
    done = CliRunner().invoke(main, ["bulletin", *given])
    assert done.exit_code != 0
    assert said in done.output
