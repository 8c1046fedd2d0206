"""From paper to ledger: upload, reading, questions."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from unittest import mock

import pytest
from django.core.files.base import ContentFile

from duban.organisations.access import NotAllowed
from duban.organisations.models import GroupName, Post
from duban.organisations.roles import Role
from duban.plans.actions import filling, reading
from duban.plans.actions.uploading import AlreadyUploaded, NothingUploaded, TooLarge, WrongKind, YearClosed, upload
from duban.plans.models import Ledger, Paper, Task
from duban.plans.states import LedgerState, PaperState
from factories.papers import PLAN, office, uploaded
from factories.site import DivisionFactory, UnitFactory, UnitGroupFactory

pytestmark = pytest.mark.django_db


def test_an_uploaded_plan_becomes_draft_tasks_with_all_that_hangs_on_them() -> None:
    finance = UnitFactory(name="区财政局")
    paper = uploaded(PLAN)
    assert paper.state == PaperState.CHECKING
    assert (paper.ledger.year, paper.ledger.state) == (2026, LedgerState.DRAFT)
    task = paper.tasks.first()
    assert task.title == "精准招引项目"
    assert task.section.title == "抓项目促投资"
    assert [str(i) for i in task.indicators.all()] == ["新签约项目"]
    assert task.indicators.get().value == 60
    assert task.deadlines.get().due == date(2026, 6, 30)
    assert task.responsibilities.get(unit_text="区财政局").unit == finance
    for row in (task, task.indicators.get(), task.deadlines.get()):
        words = paper.text[row.span_start : row.span_end]
        assert row.rule
        assert row.read
        assert words
    assert paper.text[task.deadlines.get().span_start :].startswith("6月底前")


def test_a_group_is_expanded_to_its_members() -> None:
    towns = UnitGroupFactory(code="towns", name="镇街")
    GroupName.objects.create(group=towns, division=towns.division, name="各镇街")
    for name in ("东桥镇", "西桥街道"):
        UnitFactory(name=name, group=towns)
    paper = uploaded(PLAN)
    group = paper.tasks.get(title="建设美丽乡村").responsibilities.get(unit_text="各镇街")
    assert group.is_group
    assert [member.unit.name for member in group.members.all()] == ["东桥镇", "西桥街道"]
    assert not paper.notes.filter(code="unit-group").exists()


def test_a_leader_is_found_by_name_where_the_name_is_one_persons() -> None:
    lanqiao = DivisionFactory()
    leader = office(lanqiao, name="林致远")
    Post.objects.create(person=leader, division=lanqiao, role=Role.LEADER, start=date(2020, 1, 1))
    paper = uploaded(PLAN.replace("责任单位：区财政局", "责任单位：区财政局；包保领导：林致远"))
    task = paper.tasks.first()
    if task.sponsor_text:
        assert task.sponsor == leader


def test_an_archive_gives_a_paper_for_each_file_and_says_what_it_could_not_read() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.txt", PLAN)
        archive.writestr("b.txt", PLAN.replace("60个", "61个"))
        archive.writestr("again.txt", PLAN)
        archive.writestr("c.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument".encode("utf-16-le"))
    lanqiao = DivisionFactory()
    papers = upload(
        division=lanqiao, year=2026, files=[ContentFile(packed.getvalue(), "plans.zip")], by=office(lanqiao)
    )
    assert [(paper.name, paper.state) for paper in papers] == [
        ("a.txt", "checking"),
        ("b.txt", "checking"),
        ("c.doc", "failed"),
    ]
    assert "另存为 docx" in papers[2].problem


def test_what_is_no_paper_is_refused_with_what_to_do() -> None:
    lanqiao = DivisionFactory()
    clerk = office(lanqiao)

    def given(data: bytes, name: str = "x.txt") -> list[Paper]:
        return upload(division=lanqiao, year=2026, files=[ContentFile(data, name)], by=clerk)

    with pytest.raises(WrongKind, match="RTF"):
        given(b"{\\rtf1 hello")
    with pytest.raises(WrongKind, match="空的"):
        given(b"")
    with pytest.raises(NothingUploaded):
        upload(division=lanqiao, year=2026, text="  ", by=clerk)
    with mock.patch("django.conf.settings.UPLOAD_LIMIT", 10), pytest.raises(TooLarge, match="超过"):
        given(b"12345678901")
    Ledger.objects.create(division=lanqiao, year=2025, title="x", state=LedgerState.CLOSED)
    with pytest.raises(YearClosed):
        upload(division=lanqiao, year=2025, text="x", by=clerk)
    assert not Paper.objects.exists()


def test_the_same_file_twice_is_refused_and_names_the_one_that_is_there() -> None:
    first = uploaded(PLAN)
    with pytest.raises(AlreadyUploaded) as refused:
        uploaded(PLAN)
    assert refused.value.paper == first
    reading.withdraw(paper=first, by=office(first.division))
    assert not Task.objects.exists()
    assert uploaded(PLAN).state == PaperState.CHECKING


def test_only_the_office_uploads() -> None:
    lanqiao = DivisionFactory()
    liaison = office(lanqiao, role=Role.LIAISON, unit=UnitFactory(division=lanqiao))
    with pytest.raises(NotAllowed):
        upload(division=lanqiao, year=2026, text=PLAN, by=liaison)


def test_a_paper_of_another_year_asks_and_the_clerk_decides() -> None:
    paper = uploaded(PLAN, year=2027)
    clerk = office(paper.division)
    assert paper.state == PaperState.QUESTION
    assert "2026 年" in paper.problem
    with pytest.raises(reading.NotAnAnswer):
        reading.answer(paper=paper, answers={"year": "1999"}, by=clerk)
    as_this = reading.answer(paper=paper, answers={"year": "this"}, by=clerk)
    assert (as_this.state, as_this.ledger.year) == (PaperState.CHECKING, 2027)
    assert as_this.tasks.first().deadlines.get().due == date(2027, 6, 30)
    reading.withdraw(paper=as_this, by=clerk)
    that = uploaded(PLAN, year=2027)
    that = reading.answer(paper=that, answers={"year": "that"}, by=clerk)
    assert (that.ledger.year, that.tasks.first().deadlines.get().due) == (2026, date(2026, 6, 30))


def test_a_paper_of_another_place_asks() -> None:
    paper = uploaded(PLAN.replace("兰桥区", "云岭县").replace("江临市", "青渡市"))
    assert paper.state == PaperState.QUESTION
    assert "云岭县" in paper.problem
    paper = reading.answer(paper=paper, answers={"region": "keep"}, by=office(paper.division))
    assert paper.state == PaperState.CHECKING


def test_a_job_killed_in_the_middle_is_done_once_when_it_runs_again() -> None:
    lanqiao = DivisionFactory()
    clerk = office(lanqiao)

    class Killed(BaseException):
        pass

    with mock.patch("duban.plans.actions.uploading.enqueue"):
        (paper,) = upload(division=lanqiao, year=2026, text=PLAN, by=clerk)
    with mock.patch.object(filling, "refresh_many", side_effect=Killed), pytest.raises(Killed):
        reading.read(paper.pk)
    paper.refresh_from_db()
    assert (paper.state, Task.objects.count(), Ledger.objects.count()) == (PaperState.READING, 0, 0)
    reading.read(paper.pk)
    made = list(Task.objects.values_list("pk", flat=True))
    reading.read(paper.pk)
    assert list(Task.objects.values_list("pk", flat=True)) == made != []


def test_a_file_that_cannot_be_read_fails_with_the_cause() -> None:
    lanqiao = DivisionFactory()
    (paper,) = upload(division=lanqiao, year=2026, files=[ContentFile(b"%PDF-1.4 broken", "x.pdf")], by=office(lanqiao))
    assert paper.state == PaperState.FAILED
    assert "损坏" in paper.problem or "pdf" in paper.problem.lower()


def test_a_later_paper_of_an_issued_year_stays_a_draft() -> None:
    lanqiao = DivisionFactory()
    ledger = Ledger.objects.create(division=lanqiao, year=2026, title="x", state=LedgerState.ISSUED)
    paper = uploaded(PLAN)
    assert paper.ledger == ledger
    assert set(paper.tasks.values_list("state", flat=True)) == {"draft"}
