"""The laws of rounds and reports: no way around the declared steps, one state at a time, what was kept stays kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from duban.audit.refusals import Refusal
from duban.dispatch import states
from duban.dispatch.actions import reports, rounds
from duban.dispatch.actions.reports import Change
from duban.dispatch.models import Report, Round
from duban.dispatch.states import ReportState, RoundState
from factories.rounds import District

pytestmark = pytest.mark.django_db

#: What people may try with a report, in whatever order; the step of the machine that each is.
ON_REPORT: dict[str, Callable[[District, Report], Any]] = {
    "submit": lambda d, r: reports.submit(report=r, by=d.liaison),
    "recall": lambda d, r: reports.recall(report=r, by=d.second),
    "send_back": lambda d, r: reports.send_back(report=r, reason="请写明进度。", by=d.head),
    "sign_off": lambda d, r: reports.sign_off(report=r, by=d.head),
    "accept": lambda d, r: reports.accept(report=r, by=d.clerk),
    "return": lambda d, r: reports.return_report(report=r, reason="数字对不上。", by=d.clerk),
    "correct": lambda d, r: reports.correct(
        report=r, changes=[Change(d.cell, "", "41")], reason="按台账更正。", by=d.clerk
    ),
    "void": lambda d, r: rounds.void_reports(task=r.task, by=d.clerk),
}
ON_ROUND: dict[str, Callable[[District, Round], Any]] = {
    "open": lambda d, r: rounds.open_round(round=r, by=d.clerk),
    "close": lambda d, r: rounds.close_round(round=r, by=d.clerk),
    "reopen": lambda d, r: rounds.reopen_round(
        round=r, reason="补报。", due_at=r.due_at + timedelta(days=1), by=d.clerk
    ),
}
#: What may be done twice and is done once: the state in which doing it again changes nothing.
AGAIN = {
    "submit": {ReportState.AWAITING_SIGN_OFF, ReportState.AWAITING_VERIFICATION},
    "sign_off": {ReportState.AWAITING_VERIFICATION},
    "accept": {ReportState.VERIFIED},
    "void": set(ReportState.values),
    "open": {RoundState.OPEN},
    "close": {RoundState.CLOSED},
}
FILL = {
    "fill": [("value", "38"), ("progress", "累计新开工38个。")],
    "more": [("value", "40"), ("progress", "累计新开工40个。")],
    "empty": [("value", ""), ("progress", "")],
}
STEPS = st.lists(st.sampled_from([*ON_REPORT, *ON_ROUND, *FILL, "clock"]), max_size=16)
LAW = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
WHOLE_MONTH = [
    "open",
    "fill",
    "submit",
    "sign_off",
    "return",
    "more",
    "submit",
    "sign_off",
    "accept",
    "correct",
    "close",
]


class Course:
    """One report of one round, and what was seen of it so far."""

    def __init__(self, district: District, signs: bool) -> None:
        self.district, self.signs = district, signs
        schedule = district.schedule(needs_sign_off=signs)
        self.round = schedule.rounds.get(period_start=date(2026, 9, 1))
        self.kept: list[Any] = []

    @property
    def report(self) -> Report | None:
        return Report.objects.filter(round=self.round).select_related("task__ledger", "round__schedule").first()

    def take(self, step: str) -> None:
        """Try a step and hold what became of it against what is declared."""
        if step == "clock":
            rounds.turn(timezone.now())
        elif step in ON_ROUND:
            before = Round.objects.get(pk=self.round.pk).state
            done = self.tried(lambda: ON_ROUND[step](self.district, Round.objects.get(pk=self.round.pk)))
            self.follows("round", step, before, Round.objects.get(pk=self.round.pk).state, done)
        elif (report := self.report) is not None and step in FILL:
            self.fill(report, step)
        elif report is not None:
            before = report.state
            done = self.tried(lambda: ON_REPORT[step](self.district, report))
            after = Report.objects.get(pk=report.pk)
            self.follows("report", step, before, after.state, done)
        self.holds()

    def tried(self, do: Callable[[], Any]) -> bool:
        try:
            with transaction.atomic():
                do()
        except Refusal:
            return False
        return True

    def fill(self, report: Report, step: str) -> None:
        present = Report.objects.get(pk=report.pk)
        value = present.values.get()
        was = {"value": "" if value.value is None else f"{value.value.normalize():f}", "progress": present.progress}
        changes = [Change(self.district.cell if cell == "value" else cell, was[cell], now) for cell, now in FILL[step]]
        done = self.tried(lambda: reports.save(report=report, changes=changes, by=self.district.liaison))
        writable = present.state == ReportState.RETURNED or (
            present.state == ReportState.OPEN and Round.objects.get(pk=self.round.pk).state == RoundState.OPEN
        )
        assert done == writable
        assert Report.objects.get(pk=report.pk).state == present.state, "filling in is no step"

    def follows(self, machine: str, step: str, before: str, after: str, done: bool) -> None:
        declared = states.TRANSITIONS[machine][step]
        target = declared.target
        if step == "submit" and not self.signs:
            target = ReportState.AWAITING_VERIFICATION
        if not done or before not in declared.sources:
            assert after == before, (step, before, after)
        if done and before not in declared.sources:
            assert before in AGAIN[step], f"{step} was done from {before}"
        if done and before in declared.sources and step != "void":
            assert after == target

    def holds(self) -> None:
        """Look at what holds whatever was tried."""
        round = Round.objects.get(pk=self.round.pk)
        assert round.state in RoundState.values
        assert (round.opened_at is None) == (round.state == RoundState.PLANNED)
        assert (round.closed_at is not None) == (round.state == RoundState.CLOSED)
        report = self.report
        assert (report is None) == (round.state == RoundState.PLANNED)
        if report is None:
            return
        assert Report.objects.filter(round=self.round).count() == 1
        assert report.state in ReportState.values
        assert (report.verified_at is not None) == (report.state == ReportState.VERIFIED)
        versions = list(report.versions.order_by("number").values_list("number", "step", "snapshot", "by"))
        assert versions[: len(self.kept)] == self.kept, "what was kept stays as it was"
        assert [number for number, *_ in versions] == list(range(1, len(versions) + 1))
        self.kept = versions
        steps = [step for _, step, *_ in versions]
        if report.state in (ReportState.AWAITING_VERIFICATION, ReportState.VERIFIED):
            last = len(steps) - 1 - steps[::-1].index("submit")
            assert report.submitted_at is not None
            assert not {"return", "send_back"} & set(steps[last:]), "nothing is verified that was not handed in since"
            if self.signs:
                assert "sign_off" in steps[last:], "nor what its head has not signed"
        if report.state == ReportState.VERIFIED:
            assert report.verifications.exclude(verdict="return").exists()


@LAW
@given(steps=STEPS, signs=st.booleans())
@example(steps=WHOLE_MONTH, signs=True)
@example(steps=["open", "fill", "submit", "return", "close", "more", "submit", "accept", "void"], signs=False)
@example(steps=["open", "fill", "submit", "void", "accept", "sign_off", "recall", "more"], signs=True)
@example(steps=["open", "fill", "close", "submit", "reopen", "submit", "accept", "correct", "sign_off"], signs=True)
def test_no_order_of_steps_leads_around_what_is_declared(steps: list[str], signs: bool) -> None:
    with transaction.atomic():
        course = Course(District(), signs)
        for step in steps:
            course.take(step)
        transaction.set_rollback(True)


def test_the_whole_month_ends_verified() -> None:
    course = Course(District(), signs=True)
    for step in WHOLE_MONTH:
        course.take(step)
    assert course.report is not None
    assert course.report.state == ReportState.VERIFIED
    assert [step for _, step, *_ in course.kept] == [
        *("submit", "sign_off", "return", "submit", "sign_off", "accept", "correct")
    ]
