"""An issued ledger changes by amendment only: asked for, decided, effective from a day, on record."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.module_loading import import_string
from django_q.models import Schedule

from duban.audit.models import Event
from duban.organisations.access import NotAllowed
from duban.organisations.models import Person
from duban.organisations.roles import Role
from duban.plans import nightly
from duban.plans.actions.amending import (
    AlreadyRequested,
    NoReason,
    OwnRequest,
    TaskChanged,
    WrongEffectiveDay,
    apply_due,
    approve,
    cancel,
    reject,
    request,
)
from duban.plans.actions.breaking_down import save
from duban.plans.actions.issuing import close_year
from duban.plans.attachments import WrongAttachment
from duban.plans.breakdown import MeasurePlan, Plan
from duban.plans.changes import WrongChange, projected
from duban.plans.models import Amendment, Task
from duban.plans.snapshots import as_of, of_task, task_on
from duban.plans.states import AmendmentKind, AmendmentState, PaperState, TaskState, WrongState
from factories.issued import clerk_of, draft_of, issued_ledger, paper_of, unit_named
from factories.site import person_as

pytestmark = pytest.mark.django_db

JUNE = date(2026, 6, 1)


class Office:
    """A ledger in force since March, two clerks, and the liaison of the lead unit."""

    def __init__(self, *titles: str) -> None:
        self.ledger, self.clerk = issued_ledger(*(titles or ("推进项目建设", "优化营商环境")))
        self.other_clerk = clerk_of(self.ledger, name="赵督办")
        self.unit = unit_named("区发展和改革局")
        self.liaison = person_as(Role.LIAISON, self.ledger.division, self.unit, name="陈联络")
        self.task = Task.objects.get(seq=1)

    def asks(self, kind: str, changes: dict[str, Any], by: Person | None = None, **facts: Any) -> Amendment:
        facts = {"task": self.task, "reason": "项目用地未批", **facts}
        return request(ledger=self.ledger, kind=kind, changes=changes, by=by or self.liaison, **facts)

    def approves(self, amendment: Amendment, day: date = JUNE, **facts: Any) -> Amendment:
        return approve(amendment=amendment, effective_on=day, by=self.clerk, **facts)

    def now(self) -> dict[str, Any]:
        return of_task(self.task)


@pytest.fixture
def office() -> Office:
    return Office()


def test_a_unit_asks_the_office_approves_and_every_day_shows_what_it_was(office: Office) -> None:
    amendment = office.asks(AmendmentKind.EXTEND, {"due": "2026-09-30"})
    assert (amendment.requested_for, amendment.number) == (office.unit, 1)
    office.approves(amendment, decision="同意")
    amendment.refresh_from_db()
    assert amendment.state == AmendmentState.EFFECTIVE
    assert office.now()["due"] == "2026-09-30"
    assert [row["text"] for row in office.now()["deadlines"]] == ["延期至2026年9月30日"]
    assert task_on(office.task, date(2026, 5, 31))["due"] == "2026-06-30"  # type: ignore[index]
    assert task_on(office.task, JUNE) == office.now()
    version = office.task.versions.latest("number")
    assert (version.reason, version.amendment, version.recorded_by) == ("延期", amendment, office.clerk)
    said = list(Event.objects.filter(action__contains="amendment").values_list("action", "actor_name"))
    assert said == [
        ("plans.request_amendment", "陈联络"),
        ("plans.approve_amendment", "王督办"),
        ("plans.apply_amendment", "王督办"),
    ]


def test_indicators_are_adjusted_added_and_taken_out(office: Office) -> None:
    (indicator,) = office.task.indicators.all()
    changes = {
        "indicators": [
            {"id": indicator.pk, "value": "40", "floor": "36"},
            {"id": None, "name": "完成投资", "value": "12.5", "unit": "亿元", "comparator": ">="},
        ]
    }
    amendment = office.asks(AmendmentKind.ADJUST_INDICATORS, changes)
    before = office.now()
    expected = projected(amendment, before)
    office.approves(amendment)
    found = office.now()["indicators"]
    assert [(row["name"], row["value"], row["floor"]) for row in found] == [
        ("新开工项目", "40", "36"),
        ("完成投资", "12.5", None),
    ]
    assert [{**row, "id": 0} for row in expected["indicators"]] == [{**row, "id": 0} for row in found]
    office.approves(office.asks(AmendmentKind.ADJUST_INDICATORS, {"indicators": [{"id": indicator.pk, "drop": True}]}))
    assert [row["name"] for row in office.now()["indicators"]] == ["完成投资"]


def test_units_change_and_the_person_of_a_unit_that_stays_stays(office: Office) -> None:
    bureau = unit_named("区投资促进局")
    lead = office.task.responsibilities.get()
    lead.person = office.liaison
    lead.save()
    changes = {"units": [{"unit": bureau.pk, "role": "lead"}, {"unit": office.unit.pk, "role": "support"}]}
    amendment = office.asks(AmendmentKind.CHANGE_UNITS, changes)
    expected = projected(amendment, office.now())
    office.approves(amendment)
    found = [(row["unit"], row["role"], row["person"]) for row in office.now()["responsibilities"]]
    assert found == [("区投资促进局", "lead", None), ("区发展和改革局", "support", "陈联络")]
    assert [(row["unit"], row["role"], row["person"]) for row in expected["responsibilities"]] == found
    office.task.refresh_from_db()
    assert (office.task.lead_names, office.task.other_names) == ("区投资促进局", "区发展和改革局")


def test_a_task_is_added_by_form_with_the_next_number(office: Office) -> None:
    task = {
        "title": "建设数字档案馆",
        "text": "建成数字档案馆1座。",
        "section": office.task.section_id,
        "due": "2026-11-30",
        "units": [{"unit": office.unit.pk, "role": "lead"}],
        "indicators": [{"name": "数字档案馆", "value": "1", "unit": "座", "comparator": "="}],
    }
    amendment = office.asks(AmendmentKind.ADD, {"task": task}, task=None)
    office.approves(amendment)
    added = Task.objects.get(title="建设数字档案馆")
    assert (added.short_number, added.state, added.due) == ("2026-003", TaskState.TO_BREAK_DOWN, date(2026, 11, 30))
    assert [row["title"] for row in as_of(office.ledger, date(2026, 5, 31))] == ["推进项目建设", "优化营商环境"]
    assert len(as_of(office.ledger, JUNE)) == 3


def test_the_tasks_of_a_further_paper_are_added(office: Office) -> None:
    paper = paper_of(office.ledger, office.clerk, title="兰桥区2026年民生实事")
    draft_of(paper, "改造老旧小区", unit=office.unit)
    draft_of(paper, "新建口袋公园", unit=office.unit)
    amendment = office.asks(AmendmentKind.ADD, {"paper": paper.pk}, by=office.other_clerk, task=None)
    office.approves(amendment)
    paper.refresh_from_db()
    assert paper.state == PaperState.ISSUED
    assert [row["short_number"] for row in as_of(office.ledger, JUNE)] == [f"2026-00{n}" for n in range(1, 5)]


def test_a_withdrawn_task_leaves_the_ledger_and_keeps_its_number(office: Office) -> None:
    office.approves(office.asks(AmendmentKind.WITHDRAW, {}))
    assert [row["short_number"] for row in as_of(office.ledger, JUNE)] == ["2026-002"]
    assert Task.objects.get(seq=1).state == TaskState.WITHDRAWN
    with pytest.raises(WrongChange, match="已调出"):
        office.asks(AmendmentKind.EXTEND, {"due": "2026-12-01"})


def test_a_merged_task_hands_its_promises_on(office: Office) -> None:
    into = Task.objects.get(seq=2)
    into.responsibilities.update(dropped=True)
    answering = unit_named("区行政审批局")
    into.responsibilities.create(unit=answering, unit_text=answering.name, role="lead")
    office.approves(office.asks(AmendmentKind.MERGE, {"into": into.pk}))
    gone, goes_on = of_task(Task.objects.get(seq=1)), of_task(into)
    assert (gone["state"], gone["merged_into"], gone["indicators"]) == ("withdrawn", "2026-002", [])
    assert len(goes_on["indicators"]) == 2
    assert [(row["unit"], row["role"]) for row in goes_on["responsibilities"]] == [
        ("区行政审批局", "lead"),
        ("区发展和改革局", "responsible"),
    ]
    assert as_of(office.ledger, JUNE) == [goes_on]


def test_what_takes_effect_later_waits_for_its_day_and_happens_once(office: Office) -> None:
    tomorrow = timezone.localdate() + timedelta(days=1)
    amendment = office.approves(office.asks(AmendmentKind.EXTEND, {"due": "2027-01-31"}), tomorrow)
    assert amendment.state == AmendmentState.APPROVED
    assert apply_due() == []
    assert office.now()["due"] == "2026-06-30"
    # The job runs a day late and twice.
    assert apply_due(tomorrow + timedelta(days=1)) == [amendment]
    assert apply_due(tomorrow + timedelta(days=1)) == []
    assert office.task.versions.latest("number").valid_from == tomorrow
    assert Event.objects.get(action="plans.apply_amendment").actor_name == "系统"


def test_what_can_no_longer_be_done_says_why_and_the_rest_goes_on(office: Office) -> None:
    tomorrow = timezone.localdate() + timedelta(days=1)
    stuck = office.approves(office.asks(AmendmentKind.EXTEND, {"due": "2027-01-31"}), tomorrow)
    office.approves(office.asks(AmendmentKind.WITHDRAW, {}))
    other = Task.objects.get(seq=2)
    fine = office.approves(office.asks(AmendmentKind.EXTEND, {"due": "2026-12-31"}, task=other), tomorrow)
    assert apply_due(tomorrow) == [fine]
    assert apply_due(tomorrow) == []
    stuck.refresh_from_db()
    assert "已无从执行" in stuck.problem
    assert Event.objects.filter(action="plans.amendment_stuck").count() == 1
    cancel(amendment=stuck, by=office.clerk)
    assert not Amendment.objects.filter(state=AmendmentState.APPROVED).exists()


def test_nobody_approves_what_they_asked_for(office: Office) -> None:
    amendment = office.asks(AmendmentKind.WITHDRAW, {}, by=office.clerk)
    assert amendment.requested_for is None
    with pytest.raises(OwnRequest, match="另一位同事"):
        office.approves(amendment)
    with pytest.raises(OwnRequest):
        reject(amendment=amendment, decision="不同意", by=office.clerk)
    approve(amendment=amendment, effective_on=JUNE, by=office.other_clerk)
    with pytest.raises(IntegrityError), transaction.atomic():
        Amendment.objects.filter(pk=amendment.pk).update(decided_by=office.clerk)


def test_a_unit_asks_for_its_own_tasks_only_and_decides_nothing(office: Office) -> None:
    stranger = person_as(Role.LIAISON, office.ledger.division, unit_named("区教育局"))
    with pytest.raises(NotAllowed):
        office.asks(AmendmentKind.WITHDRAW, {}, by=stranger)
    amendment = office.asks(AmendmentKind.WITHDRAW, {})
    with pytest.raises(NotAllowed):
        approve(amendment=amendment, effective_on=JUNE, by=office.liaison)
    assert list(Amendment.objects.visible_to(office.liaison)) == [amendment]
    assert not Amendment.objects.visible_to(stranger)


def test_the_approver_is_told_what_changed_since_the_request(office: Office) -> None:
    (indicator,) = office.task.indicators.all()
    first = office.asks(AmendmentKind.ADJUST_INDICATORS, {"indicators": [{"id": indicator.pk, "value": "45"}]})
    extension = office.asks(AmendmentKind.EXTEND, {"due": "2026-09-30"})
    withdrawal = office.asks(AmendmentKind.WITHDRAW, {})
    office.approves(first)
    # An extension does not rest on indicators; a withdrawal does.
    office.approves(extension)
    with pytest.raises(TaskChanged, match="目标值由“52”变为“45”") as refusal:
        office.approves(withdrawal)
    assert {change.label for change in refusal.value.changes} >= {"完成时限", "指标“新开工项目”的目标值"}
    office.approves(withdrawal, seen=refusal.value.latest.number)
    assert office.now()["state"] == "withdrawn"


def test_a_request_is_turned_down_with_the_reason_or_taken_back(office: Office) -> None:
    amendment = office.asks(AmendmentKind.WITHDRAW, {})
    with pytest.raises(AlreadyRequested, match="第1号"):
        office.asks(AmendmentKind.WITHDRAW, {})
    with pytest.raises(NoReason):
        reject(amendment=amendment, decision=" ", by=office.clerk)
    reject(amendment=amendment, decision="请补充会议纪要", by=office.clerk)
    with pytest.raises(WrongState, match="不同意"):
        office.approves(amendment)
    again = office.asks(AmendmentKind.WITHDRAW, {})
    assert again.number == 2
    with pytest.raises(NotAllowed):
        cancel(amendment=again, by=office.clerk)
    cancel(amendment=again, by=office.liaison)
    with pytest.raises(WrongState):
        office.approves(again)


@pytest.mark.parametrize(
    ("kind", "changes", "says"),
    [
        (AmendmentKind.EXTEND, {"due": "2026-06-30"}, "没有晚于"),
        (AmendmentKind.EXTEND, {"due": "六月底"}, "不是日期"),
        (AmendmentKind.ADJUST_INDICATORS, {"indicators": []}, "没有改动"),
        (AmendmentKind.ADJUST_INDICATORS, {"indicators": [{"id": None, "name": "投资", "value": "很多"}]}, "不是数字"),
        (AmendmentKind.ADJUST_INDICATORS, {"indicators": [{"id": None, "name": "投资", "value": "5", "floor": "6"}]}, "不能高于"),
        (AmendmentKind.CHANGE_UNITS, {"units": []}, "至少要有一个"),
        (AmendmentKind.CHANGE_UNITS, {"units": [{"unit": 0, "role": "lead"}]}, "不在本区划"),
        (AmendmentKind.MERGE, {"into": None}, "请选择"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_words(office: Office, kind: str, changes: dict[str, Any], says: str) -> None:
    with pytest.raises(WrongChange, match=says):
        office.asks(kind, changes)
    assert not Amendment.objects.exists()


def test_reason_day_and_attachment_are_checked(office: Office) -> None:
    with pytest.raises(NoReason):
        office.asks(AmendmentKind.WITHDRAW, {}, reason=" ")
    with pytest.raises(WrongEffectiveDay, match="早于台账的印发日期"):
        office.asks(AmendmentKind.WITHDRAW, {}, effective_on=date(2026, 2, 1))
    for name, content, says in (
        ("run.exe", b"MZ", "不收"),
        ("会议纪要.pdf", b"MZ fake", "不是 pdf"),
        ("空.pdf", b"", "空文件"),
    ):
        with pytest.raises(WrongAttachment, match=says):
            office.asks(AmendmentKind.WITHDRAW, {}, attachment=SimpleUploadedFile(name, content))
    amendment = office.asks(
        AmendmentKind.WITHDRAW, {}, attachment=SimpleUploadedFile("会议纪要.pdf", b"%PDF-1.7 minutes")
    )
    assert amendment.attachment_name == "会议纪要.pdf"
    assert amendment.attachment.name.endswith(".pdf")


def test_a_closed_ledger_changes_no_more(office: Office) -> None:
    close_year(ledger=office.ledger, closed_on=date(2026, 11, 1), approver="李区长", by=office.clerk)
    with pytest.raises(WrongState, match="已归档"):
        office.asks(AmendmentKind.WITHDRAW, {})


def test_one_of_several_limits_is_extended_and_the_others_stay(office: Office) -> None:
    early = office.task.deadlines.create(text="4月底前", due=date(2026, 4, 30))
    with pytest.raises(WrongChange, match="没有晚于现在的2026年4月30日"):
        office.asks(AmendmentKind.EXTEND, {"due": "2026-04-15", "deadline": early.pk})
    amendment = office.asks(AmendmentKind.EXTEND, {"due": "2026-05-31", "deadline": early.pk})
    expected = projected(amendment, office.now())
    office.approves(amendment)
    found = office.now()
    assert found["due"] == expected["due"] == "2026-06-30"
    assert {row["text"] for row in found["deadlines"]} == {"6月底前", "延期至2026年5月31日"}


def test_the_nightly_job_stands_in_the_schedule_once(office: Office) -> None:
    nightly.schedule()
    entry = Schedule.objects.get(name=nightly.NAME)
    assert import_string(entry.func) is nightly.run
    tomorrow = timezone.localdate() + timedelta(days=1)
    amendment = office.approves(office.asks(AmendmentKind.EXTEND, {"due": "2027-01-31"}), tomorrow)
    Amendment.objects.filter(pk=amendment.pk).update(effective_on=timezone.localdate())
    assert [nightly.run(), nightly.run()] == [1, 0]
    assert Event.objects.latest("number").origin == "job"


def test_a_break_down_makes_no_request_stale(office: Office) -> None:
    withdrawal = office.asks(AmendmentKind.WITHDRAW, {})
    plan = Plan(measures=(MeasurePlan(None, "完成前期手续"),))
    save(task=office.task, plan=plan, seen=1, by=office.liaison)
    office.approves(withdrawal)
    assert office.now()["state"] == "withdrawn"
