"""Papers: composed from the data, edited with their numbers bound, signed, issued, kept."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from datetime import date
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from docx import Document

from duban.bulletins.actions import drafting, signing
from duban.bulletins.composing.blocks import bound_of, editable, numbered, text_of
from duban.bulletins.models import ArchivedFile, Bulletin
from duban.bulletins.queries.drafts import Draft, latest
from duban.bulletins.recomposing import composer_for
from duban.bulletins.refusals import (
    ChangedMeanwhile,
    FiguresChanged,
    NoSigner,
    NothingToCorrect,
    NotOfThisYear,
    NotYourTurn,
    OpinionNeeded,
    WrongWords,
)
from duban.bulletins.states import BulletinState
from duban.organisations.access import NotAllowed
from duban.plans.models import TaskVersion
from duban.plans.states import WrongState
from duban.supervision.actions import matters
from factories.bulletins import SEPTEMBER, Papers, fresh
from factories.orders import moment

pytestmark = pytest.mark.django_db


def lines(bulletin: Bulletin) -> list[str]:
    body = latest(bulletin).body
    return [
        f"{before}{text_of(block.get('parts', [block.get('title', '')]))}" for block, before in numbered(body["blocks"])
    ]


def block(bulletin: Bulletin, key: str) -> dict[str, Any]:
    return next(one for one in latest(bulletin).body["blocks"] if one.get("key") == key)


def retitle(district: Papers) -> None:
    """Amend a task from before the closing, as a correction of the ledger does."""
    version = TaskVersion.objects.get(task=district.roads)
    version.snapshot["title"] = "打通断头路"
    version.save()


def close_out(district: Papers) -> None:
    """Have a task closed out before the closing day: the facts of a draft move."""
    version = TaskVersion.objects.get(task=district.roads)
    version.snapshot["state"] = "closed_out"
    version.save()


def test_a_monthly_bulletin_has_the_parts_that_leaders_look_for() -> None:
    made = Papers().bulletin()
    assert made.title == "关于2026年9月重点工作督查情况的通报"
    assert (made.first, made.day) == (SEPTEMBER, date(2026, 9, 30))
    found = lines(made)
    headings = [line for line in found if re.match("[一二三四五六七]、", line)]
    assert headings == ["一、总体情况", "二、表扬和批评", "三、各章节进展", "四、滞后的任务和原因", "五、下月要求"]
    assert "现将2026年9月重点工作推进和督查情况通报如下（数据截至2026年9月30日）。" in found
    assert any("列入总台账的3项任务" in line and "滞后的2项" in line for line in found)
    assert any(line.startswith("畅通断头路（") and "区财政局" in line for line in found)
    assert "1滞后任务清单" in found


def test_what_a_paper_says_is_as_of_the_closing_of_its_month() -> None:
    district = Papers()
    september = lines(district.bulletin())
    district.relight(date(2026, 10, 31))
    assert lines(district.bulletin(at=moment(11, 20))) == september


def test_every_value_is_bound_and_equals_its_query() -> None:
    made = Papers().bulletin()
    book = composer_for(fresh(made)).book
    bound = [one for part in latest(made).body["blocks"] for one in bound_of(part)]
    assert len(bound) > 40
    assert [one for one in bound if book.figure(one["f"]).shown != one["v"]] == []


def test_a_month_of_another_year_or_to_come_is_refused() -> None:
    district = Papers()
    with pytest.raises(NotOfThisYear, match="没有2025年9月"):
        district.bulletin(month=date(2025, 9, 1))
    with pytest.raises(NotOfThisYear, match="还没有到"):
        district.bulletin(month=date(2026, 12, 1))


def test_a_form_sent_twice_is_one_paper() -> None:
    district = Papers()
    assert district.bulletin(token="x") == district.bulletin(token="x")
    assert Bulletin.objects.count() == 1


def test_only_the_office_writes() -> None:
    district = Papers()
    with pytest.raises(NotAllowed):
        district.bulletin(by=district.liaison)


def test_orders_stand_in_the_paper_but_for_those_on_restricted_matters() -> None:
    district = Papers()
    district.order(at=moment(9, 3))
    matter = matters.register(
        division=district.division,
        source="lead",
        title="不宜公开的事",
        received_on=date(2026, 9, 3),
        restricted=True,
        by=district.clerk,
        at=moment(9, 3),
    )
    district.order(district.other, basis="matter", task=None, matter=matter, title="不宜公开的事", at=moment(9, 4))
    found = "\n".join(lines(district.bulletin()))
    assert "本月发出督办单1件" in found
    assert "不宜公开的事" not in str(latest(Bulletin.objects.get()).body)


# ---- editing ----


def test_an_edit_keeps_its_numbers_bound_and_the_composed_words_beside_it() -> None:
    district = Papers()
    made = district.bulletin()
    one = block(made, "overall-ledger")
    text = editable(one["parts"]).replace("形势严峻", "要高度重视")
    assert "{3}项任务" in text
    drafting.edit(bulletin=made, block=one["id"], text=text, seen=1, by=district.clerk)
    now = block(made, "overall-ledger")
    assert "要高度重视" in text_of(now["parts"])
    assert "形势严峻" in text_of(now["composed"])
    assert {"f": "tasks.total", "v": "3"} in now["parts"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("共有{99}项。", "没有“{99}”这个绑定的数"),
        ("共有{tasks.rad}项。", "是不是“tasks.red”"),
        ("共有{3项。", "花括号不成对"),
        ("  ", "这一段空了"),
    ],
)
def test_words_that_cannot_be_taken_are_refused_with_what_to_do(text: str, said: str) -> None:
    district = Papers()
    made = district.bulletin()
    with pytest.raises(WrongWords, match=re.escape(said)):
        drafting.edit(bulletin=made, block="b3", text=text, seen=1, by=district.clerk)
    assert latest(made).number == 1


def test_a_figure_may_be_put_in_by_its_name_and_a_number_set_free() -> None:
    district = Papers()
    made = district.bulletin()
    one = block(made, "opening")
    drafting.edit(
        bulletin=made, block=one["id"], text="本月滞后{tasks.behind}项，去年是7项。", seen=1, by=district.clerk
    )
    assert block(made, "opening")["parts"] == ["本月滞后", {"f": "tasks.behind", "v": "2"}, "项，去年是7项。"]


def test_two_people_in_different_blocks_both_keep_their_words_in_the_same_one_the_later_is_told() -> None:
    district = Papers()
    made = district.bulletin()
    second = district.colleague()
    drafting.edit(bulletin=made, block="b1", text="开头改了。", seen=1, by=district.clerk)
    drafting.edit(bulletin=made, block="b3", text="总的情况改了。", seen=1, by=second)
    with pytest.raises(ChangedMeanwhile):
        drafting.edit(bulletin=made, block="b1", text="开头又改了。", seen=1, by=second)
    found = lines(made)
    assert "开头改了。" in found
    assert "总的情况改了。" in found


def test_a_changed_figure_is_marked_in_an_edited_draft_and_neither_kept_nor_overwritten_silently() -> None:
    district = Papers()
    made = district.bulletin()
    one = block(made, "overall-ledger")
    drafting.edit(
        bulletin=made,
        block=one["id"],
        text=editable(one["parts"]).replace("形势严峻", "要高度重视"),
        seen=1,
        by=district.clerk,
    )
    close_out(district)
    draft = Draft.of(fresh(made), latest(made))
    assert block(made, "overall-ledger")["parts"] == draft.body["blocks"][2]["parts"]
    told = {(change.name, change.old, change.new) for change in draft.changes if change.block == one["id"]}
    kinds = {change.kind for change in draft.changes if change.block == one["id"]}
    assert ("tasks.good", "1", "2") in told or "wording" in kinds
    drafting.accept(bulletin=made, by=district.clerk)
    words = text_of(block(made, "overall-ledger")["parts"])
    assert "要高度重视" in words
    assert "共2项，占66.7%" in words
    assert [change for change in Draft.of(fresh(made), latest(made)).changes if change.kind != "over"] == []


def test_one_change_may_be_accepted_and_the_others_left() -> None:
    district = Papers()
    made = district.bulletin()
    retitle(district)
    changes = Draft.of(fresh(made), latest(made)).changes
    first = next(change for change in changes if change.kind == "figure")
    drafting.accept(bulletin=made, block=first.block, name=first.name, by=district.clerk)
    left = Draft.of(fresh(made), latest(made)).changes
    assert first not in left
    assert len(left) == len(changes) - 1


def test_a_block_is_added_removed_and_taken_back_to_what_was_composed() -> None:
    district = Papers()
    made = district.bulletin()
    drafting.add(bulletin=made, after="b1", text="另有{tasks.red}项亮红灯。", by=district.clerk)
    assert lines(made)[1].startswith("另有")
    drafting.edit(bulletin=made, block="b1", text="换了话。", seen=2, by=district.clerk)
    drafting.restore(bulletin=made, block="b1", by=district.clerk)
    assert lines(made)[0].startswith("现将2026年9月")
    drafting.remove(bulletin=made, block="b1", by=district.clerk)
    assert lines(made)[0].startswith("另有")
    # What was taken out is not offered again.
    assert not [change for change in Draft.of(fresh(made), latest(made)).changes if change.kind == "new"]


# ---- sign-off and issue ----


def test_people_sign_one_after_the_other() -> None:
    district = Papers()
    made = district.bulletin()
    signing.submit(bulletin=made, signers=[district.first_leader, district.leader], by=district.clerk)
    with pytest.raises(NotYourTurn, match="韩叙平"):
        signing.sign(bulletin=made, by=district.leader)
    signing.sign(bulletin=made, by=district.first_leader)
    assert fresh(made).state == BulletinState.SIGNING
    signing.sign(bulletin=made, by=district.leader, opinion="同意")
    assert fresh(made).state == BulletinState.SIGNED
    with pytest.raises(WrongState):
        drafting.edit(bulletin=made, block="b1", text="改", seen=1, by=district.clerk)


def test_who_may_not_sign_is_not_asked_and_a_return_says_why() -> None:
    district = Papers()
    made = district.bulletin()
    with pytest.raises(NoSigner):
        signing.submit(bulletin=made, signers=[], by=district.clerk)
    with pytest.raises(NoSigner, match="没有审签通报的权限"):
        signing.submit(bulletin=made, signers=[district.liaison], by=district.clerk)
    signing.submit(bulletin=made, signers=[district.leader], by=district.clerk)
    with pytest.raises(OpinionNeeded):
        signing.return_(bulletin=made, opinion=" ", by=district.leader)
    signing.return_(bulletin=made, opinion="第二部分写实一些", by=district.leader)
    assert fresh(made).state == BulletinState.RETURNED
    drafting.edit(bulletin=made, block="b1", text="改实了。", seen=1, by=district.clerk)
    signing.submit(bulletin=made, signers=[district.leader], by=district.clerk)
    signing.sign(bulletin=made, by=district.leader)
    assert fresh(made).state == BulletinState.SIGNED


def test_an_issued_paper_has_a_number_its_files_and_digests_and_never_changes() -> None:
    district = Papers()
    made = district.issued(district.unit)
    assert (made.state, made.number, made.signatory) == (BulletinState.ARCHIVED, "督通〔2026〕1号", "许文澜")
    kept = {one.format: one for one in made.files.all()}
    assert set(kept) == {"docx", "pdf", "xlsx"}
    for one in kept.values():
        data = one.file.read()
        assert one.sha256 == hashlib.sha256(data).hexdigest()
        assert one.sm3 == hashlib.new("sm3", data).hexdigest()
    kept["docx"].file.seek(0)
    words = "\n".join(line.text for line in Document(io.BytesIO(kept["docx"].file.read())).paragraphs)
    assert "督通〔2026〕1号" in words
    assert "2026年10月9日" in words
    with pytest.raises(WrongState):
        drafting.edit(bulletin=made, block="b1", text="改", seen=1, by=district.clerk)
    with pytest.raises(WrongState):
        signing.recall(bulletin=made, by=district.clerk)
    # Issued and archived again it is the same.
    signing.issue(bulletin=made, by=district.clerk)
    assert ArchivedFile.objects.count() == 3
    assert district.signed().seq is None
    assert district.issued().number == "督通〔2026〕2号"


def test_the_database_itself_keeps_what_was_issued() -> None:
    district = Papers()
    made = district.issued(district.unit)
    version, file = made.versions.order_by("-number")[0], made.files.all()[0]
    for wrong in (
        lambda: Bulletin.objects.filter(pk=made.pk).update(title="另一份"),
        lambda: Bulletin.objects.filter(pk=made.pk).update(
            state="bulletin_draft", seq=None, issued_at=None, issued_by=None
        ),
        lambda: type(version).objects.filter(pk=version.pk).update(title="另一版"),
        lambda: made.versions.filter(pk=version.pk)._raw_delete("default"),  # what no sign-off would hold
        lambda: made.versions.create(number=99, body=[], title="x", step="x", at=version.at, by=district.clerk),
        lambda: ArchivedFile.objects.filter(pk=file.pk).update(sm3="0" * 64),
        lambda: ArchivedFile.objects.filter(pk=file.pk).delete(),
    ):
        with pytest.raises(DatabaseError, match="印发的通报不能修改或删除"), transaction.atomic():
            wrong()
    # A draft is still edited, and who opened an issued paper is still noted.
    draft = district.bulletin()
    Bulletin.objects.filter(pk=draft.pk).update(title="改过的题目")
    made.deliveries.update(opened_at=version.at, opened_by=district.clerk)


def test_figures_that_moved_after_signing_hold_up_the_issue_until_somebody_decides() -> None:
    district = Papers()
    made = district.signed()
    close_out(district)
    with pytest.raises(FiguresChanged, match="→"):
        signing.issue(bulletin=fresh(made), by=district.clerk)
    signing.issue(bulletin=fresh(made), as_signed=True, by=district.clerk, at=moment(10, 9))
    assert fresh(made).number == "督通〔2026〕1号"


def test_a_correction_is_another_paper_that_names_the_old_and_says_from_what_to_what() -> None:
    district = Papers()
    old = district.issued()
    before = latest(old).body
    with pytest.raises(NothingToCorrect):
        drafting.correct(bulletin=old, by=district.clerk)
    close_out(district)
    made = drafting.correct(bulletin=old, by=district.clerk, at=moment(10, 12))
    assert made.corrects == old
    found = lines(made)
    assert found[0].startswith("督通〔2026〕1号“关于2026年9月重点工作督查情况的通报”中有数据需要更正")
    assert any("更正为" in line for line in found)
    assert latest(old).body == before


def test_a_chart_in_word_is_native_and_holds_its_values() -> None:
    made = Papers().issued()
    with zipfile.ZipFile(io.BytesIO(made.files.get(format="docx").file.read())) as package:
        names = package.namelist()
        chart = package.read("word/charts/chart1.xml").decode()
    assert "word/embeddings/chart1.xlsx" in names
    assert "抓项目促投资" in chart
