"""The clocks of matters: paused, extended, missed, counted anew; proposals with their talk, grades and second handling."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.utils import timezone

from duban.dispatch.actions import holidays, reminders
from duban.dispatch.models import NoticeItem
from duban.organisations.models import Post
from duban.organisations.roles import Role
from duban.plans.states import WrongState
from duban.supervision import reminding
from duban.supervision.actions import clockwork, matter_steps, matters
from duban.supervision.matter_refusals import (
    Missing,
    NoExtension,
    NotInScheme,
    NotPaused,
    StepOver,
    StepsFirst,
    TooLate,
    WrongDay,
)
from duban.supervision.models import Matter, MatterMark, MatterStep
from factories.matters import Office, at
from factories.site import person_as

pytestmark = pytest.mark.django_db


def step(found: Matter, name: str, **which: Any) -> MatterStep:
    """Return a step of the running round."""
    return found.steps.get(name=name, **{"round": found.round, **which})


def test_a_pause_keeps_what_was_left_and_ends_by_itself() -> None:
    office = Office()
    found = office.assigned("2026-03-02")
    matter_steps.take(step=step(found, "sign"), note="收到", by=office.liaison, at=at("2026-03-02 16:00"))
    assert step(found, "answer").due_on == date(2026, 3, 23)
    matter_steps.pause(
        matter=found, until=date(2026, 3, 12), reason="等省里批复", by=office.clerk, at=at("2026-03-05 10:00")
    )
    found.refresh_from_db()
    assert (found.waits_for, found.due_on, found.paused_until) == (None, date(2026, 3, 12), date(2026, 3, 12))
    answer = step(found, "answer")
    assert answer.due_on == date(2026, 3, 30)
    assert "扣除暂停的时间（3月5日至12日）" in answer.counted
    assert answer.moves.get().reason == "暂停计时：等省里批复"
    with pytest.raises(NotPaused):
        matter_steps.pause(matter=found, until=date(2026, 4, 1), reason="再停", by=office.clerk, at=at("2026-03-06"))
    clockwork.nightly(at("2026-03-12 01:00"))
    found.refresh_from_db()
    assert (found.waits_for, found.due_on, found.paused_until) == (office.lead, date(2026, 3, 30), None)


def test_a_pause_that_ends_early_gives_back_its_days() -> None:
    office = Office()
    found = office.assigned("2026-03-02", scheme="710")
    assert step(found, "answer").due_on == date(2026, 3, 9)
    with pytest.raises(WrongDay):
        matter_steps.pause(matter=found, until=date(2026, 3, 3), reason="等", by=office.clerk, at=at("2026-03-03"))
    matter_steps.pause(matter=found, until=date(2026, 3, 20), reason="等", by=office.clerk, at=at("2026-03-03"))
    found = matter_steps.resume(matter=found, by=office.clerk, at=at("2026-03-06"))
    assert (found.waits_for, found.due_on) == (office.lead, date(2026, 3, 12))
    assert [move.reason for move in step(found, "answer").moves.all()] == ["暂停计时：等", "恢复计时"]


def test_more_time_is_asked_before_the_limit_and_granted_by_the_head() -> None:
    office = Office()
    found = office.assigned("2026-03-02")
    with pytest.raises(NoExtension, match="最多延期15个工作日，填的是20"):
        matter_steps.ask_extension(matter=found, number=20, reason="难", by=office.liaison, at=at("2026-03-10"))
    asked = matter_steps.ask_extension(matter=found, number=5, reason="等材料", by=office.liaison, at=at("2026-03-10"))
    with pytest.raises(NoExtension, match="已经申请过"):
        matter_steps.ask_extension(matter=found, number=5, reason="等材料", by=office.liaison, at=at("2026-03-11"))
    with pytest.raises(Missing, match="主要负责人批准"):
        matter_steps.decide_extension(extension=asked, grant=True, by=office.clerk, at=at("2026-03-11"))
    matter_steps.decide_extension(
        extension=asked, grant=True, approved_by_name="韩旭平", by=office.clerk, at=at("2026-03-11")
    )
    answer = step(found, "answer")
    assert (answer.due_on, answer.extra) == (date(2026, 3, 30), 5)
    assert answer.moves.get().reason == "延期5个工作日：等材料"
    with pytest.raises(WrongState):
        matter_steps.decide_extension(extension=asked, grant=False, decision="不", by=office.clerk)
    with pytest.raises(NoExtension, match="只许延期1次"):
        matter_steps.ask_extension(matter=found, number=1, reason="再延", by=office.liaison, at=at("2026-03-12"))


def test_more_time_is_not_asked_too_late_nor_where_the_scheme_has_none() -> None:
    office = Office()
    found = office.assigned("2026-03-02")
    with pytest.raises(TooLate, match="申请延期的时限到2026年3月22日"):
        matter_steps.ask_extension(matter=found, number=5, reason="难", by=office.liaison, at=at("2026-03-23"))
    other = office.assigned("2026-03-02", scheme="13710")
    with pytest.raises(NotInScheme, match="13710工作制"):
        matter_steps.ask_extension(matter=other, number=5, reason="难", by=office.liaison, at=at("2026-03-03"))
    asked = matter_steps.ask_extension(matter=found, number=5, reason="难", by=office.liaison, at=at("2026-03-10"))
    office.answered(found, "2026-03-20")
    asked.refresh_from_db()
    assert (asked.state, asked.decision) == ("refused", "这一步已经办完，不再需要")


def proposal(office: Office) -> Matter:
    """Assign a deputies' proposal on 26 February, with a supporting unit."""
    return office.assigned("2026-02-26", source="deputy_proposal", source_person="王代表", supports=(office.support,))


def test_a_proposal_talked_over_answered_and_handled_a_second_time() -> None:
    office = Office()
    found = proposal(office)
    assert (found.scheme, found.due_on, found.waits_for) == (
        "deputy-proposals@1", date(2026, 3, 26), office.support,
    )  # fmt: skip
    with pytest.raises(StepsFirst, match="答复以前要先办：答复前沟通"):
        office.answered(found, "2026-04-01", grade="A")
    matter_steps.take(step=step(found, "opinion"), note="资金可以安排", by=office.helper, at=at("2026-03-20"))
    matter_steps.take(step=step(found, "talk"), note="4月8日上门沟通", by=office.liaison, at=at("2026-04-08"))
    office.answered(found, "2026-05-20", grade="B")
    assert (found.state, found.due_on) == ("answered", date(2026, 6, 22))
    with pytest.raises(StepsFirst, match="征求满意度"):
        matters.finish(matter=found, by=office.clerk, at=at("2026-05-21"))
    matter_steps.rate(
        matter=found, satisfaction="unsatisfied", note="没有解决停车", by=office.clerk, at=at("2026-06-01")
    )
    found.refresh_from_db()
    assert (found.state, found.seconds, found.waits_for) == ("in_progress", 1, office.lead)
    assert step(found, "answer").due_on == date(2026, 7, 1)
    matter_steps.take(step=step(found, "talk"), note="再次上门", by=office.liaison, at=at("2026-06-10"))
    office.answered(found, "2026-06-20", grade="A")
    matter_steps.rate(matter=found, satisfaction="unsatisfied", note="仍不满意", by=office.clerk, at=at("2026-06-25"))
    found.refresh_from_db()
    # The scheme has one second handling only; the office decides from here.
    assert (found.state, found.seconds) == ("answered", 1)
    found = matters.finish(matter=found, by=office.clerk, grade="B", note="已尽力", at=at("2026-06-26"))
    assert (found.state, found.grade) == ("done", "B")


def test_what_is_missed_is_marked_as_the_scheme_says_and_only_once() -> None:
    office = Office()
    found = office.assigned("2026-03-02")
    assert clockwork.nightly(at("2026-03-03 01:00")) == 0
    assert clockwork.nightly(at("2026-03-04 01:00")) == 1
    assert clockwork.nightly(at("2026-03-04 01:30")) == 0
    # Answered days are 23 March; the job was away until 2 April: what it missed is made up for, on its day.
    assert clockwork.nightly(at("2026-04-03 01:00")) == 3
    marks = MatterMark.objects.filter(step__name="answer").order_by("after")
    assert [(mark.after, mark.on.isoformat(), mark.do) for mark in marks] == [
        (0, "2026-03-24", ["tracking"]),
        (3, "2026-03-27", ["slip"]),
        (10, "2026-04-03", ["criticism"]),
    ]
    office.answered(found, "2026-04-03")
    assert found.answers.get().late
    assert clockwork.nightly(at("2026-04-20 01:00")) == 0


def test_a_run_that_is_killed_leaves_whole_batches_and_the_next_does_the_rest(monkeypatch: Any) -> None:
    office = Office()
    for _ in range(5):
        office.assigned("2026-03-02", scheme="710")
    monkeypatch.setattr(clockwork, "BATCH", 2)
    done = clockwork.mark
    calls = []

    def killed(**facts: Any) -> int:
        calls.append(facts)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return done(**facts)

    monkeypatch.setattr(clockwork, "mark", killed)
    with pytest.raises(KeyboardInterrupt):
        clockwork.nightly(at("2026-03-10 01:00"))
    assert MatterMark.objects.count() == 2
    monkeypatch.setattr(clockwork, "mark", done)
    assert clockwork.nightly(at("2026-03-10 01:00")) == 3
    assert MatterMark.objects.count() == 5


def test_a_holiday_that_moves_after_counting_began_counts_anew_and_says_why() -> None:
    office = Office()
    found = office.assigned("2026-03-02")
    other = office.assigned("2026-03-02", own_due=date(2026, 3, 20))
    clockwork.nightly(at("2026-03-24 01:00"))
    assert MatterMark.objects.filter(step__name="answer", step__matter=found).count() == 1
    holidays.set_holiday(division=office.division, day=date(2026, 3, 10), works=False, name="区庆", by=office.clerk)
    answer = step(found, "answer")
    assert answer.due_on == date(2026, 3, 24)
    assert "跳过周末和区庆（3月10日）" in answer.counted
    assert answer.moves.get().reason == "2026年3月10日改为休息"
    # On 24 March it is not late any more.
    assert MatterMark.objects.get(step=answer).withdrawn
    assert step(other, "answer").due_on == date(2026, 3, 20)
    found.refresh_from_db()
    assert found.due_on == date(2026, 3, 3)
    assert clockwork.nightly(at("2026-03-25 01:00")) == 1


def test_a_step_that_is_over_is_not_taken_again() -> None:
    office = Office()
    found = office.assigned()
    matter_steps.take(step=step(found, "sign"), note="收到", by=office.liaison)
    with pytest.raises(StepOver):
        matter_steps.take(step=step(found, "sign"), note="收到", by=office.liaison)


def test_people_are_reminded_once_of_what_was_given_is_due_and_was_missed() -> None:
    office = Office()
    head = person_as(Role.UNIT_HEAD, office.division, office.lead)
    Post.objects.get(person=office.leader).oversees.add(office.lead)
    found = office.assigned("2026-03-02")
    day = at("2026-03-02 15:00")
    reminders.make(by=office.clerk, now=day)
    assert set(NoticeItem.objects.values_list("rule", "person__name")) == {
        ("matter-given", office.liaison.name),
        ("matter-given", head.name),
    }
    reminders.make(by=office.clerk, now=at("2026-03-02 16:00"))
    assert NoticeItem.objects.count() == 2
    matter_steps.take(step=step(found, "sign"), note="收到", by=office.liaison, at=at("2026-03-03"))
    reminders.make(by=office.clerk, now=at("2026-03-20 09:00"))
    said = NoticeItem.objects.filter(rule="matter-due").values_list("sentence", flat=True)
    assert set(said) == {"“老旧小区加装电梯进度慢”的“报办理结果”还有3天到期（3月23日），由区住房城乡建设局办。"}
    clockwork.nightly(at("2026-03-27 01:00"))
    reminders.make(by=office.clerk, now=at("2026-03-27 09:00"))
    assert set(NoticeItem.objects.filter(rule="matter-missed").values_list("person__name", flat=True)) >= {
        office.liaison.name, head.name, office.clerk.name, office.leader.name,
    }  # fmt: skip
    office.answered(found, "2026-03-27 10:00")
    assert reminding.still(list(NoticeItem.objects.filter(rule="matter-missed"))) == set()


def test_the_nightly_job_is_in_the_schedule_once() -> None:
    from django_q.models import Schedule

    assert Schedule.objects.filter(name="supervision.clocks").count() == 1
    assert timezone.localtime(Schedule.objects.get(name="supervision.clocks").next_run).hour == 1
