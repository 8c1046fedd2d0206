"""Facts of a month: each with words, a link and the unit that answers, as of the closing, in a bounded number of statements."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from duban.assessment.gathering.book import Book, month_of
from duban.assessment.gathering.gather import Gathered, gather
from duban.assessment.scoring.facts import Fact
from duban.dispatch.actions import rounds
from duban.organisations.actions import units as organisations
from duban.plans.actions import amending, closing
from duban.plans.models import Indicator, Milestone, Task
from duban.plans.states import AmendmentKind
from duban.supervision.actions import issues, orders, whistles
from duban.supervision.models import Issue, IssueOrigin
from factories.issued import draft_of, paper_of
from factories.rankings import Ranked, moment
from factories.site import UnitFactory, person_as


@pytest.fixture
def district(db: None) -> Ranked:
    return Ranked()


def gathered(district: Ranked, number: int = 3) -> Gathered:
    return gather(Book(district.ledger), month_of(district.ledger, date(2026, number, 1)))


def facts(district: Ranked, number: int = 3, **wanted: Any) -> list[Fact]:
    """Return the facts of a month whose fields are as wanted."""
    return [
        fact
        for fact in gathered(district, number).facts
        if all(getattr(fact, name) == value for name, value in wanted.items())
    ]


def kinds(district: Ranked, unit: Any, number: int = 3) -> set[str]:
    return {fact.kind for fact in facts(district, number, unit=unit.pk)}


def test_every_fact_has_words_a_link_and_a_key_of_its_own(district: Ranked) -> None:
    district.march()
    found = gathered(district).facts
    assert found
    assert all(fact.words and fact.link.startswith("/") and fact.day <= date(2026, 4, 1) for fact in found)
    assert len({fact.key for fact in found}) == len(found)


def test_reports_are_in_time_late_or_left_out_as_of_the_closing(district: Ranked) -> None:
    district.march()
    assert "report_on_time" in kinds(district, district.first)
    assert "report_late" in kinds(district, district.second)
    assert "report_omitted" in kinds(district, district.town)
    assert not facts(district, 2, kind="report_omitted"), "February had no round"


def test_before_a_report_was_asked_for_nobody_is_behind(district: Ranked) -> None:
    assert not facts(district, kind="progress")
    district.round()
    (fact,) = facts(district, kind="progress", unit=district.first.pk)
    assert (fact.value, fact.role, fact.task) == (Decimal(0), "lead", district.task(district.first).short_number)
    assert "序时应达" in fact.words


def test_progress_is_that_of_the_month_whatever_is_reported_later(district: Ranked) -> None:
    district.march()
    before = facts(district, kind="progress")
    district.round(4)
    district.reported(district.town, 4)
    assert facts(district, kind="progress") == before


def test_a_target_that_is_amended_later_does_not_count_back(district: Ranked) -> None:
    district.march()
    before = facts(district, kind="progress")
    task = district.task(district.first)
    indicator = Indicator.objects.get(task=task)
    amendment = amending.request(
        ledger=district.ledger, kind=AmendmentKind.ADJUST_INDICATORS, task=task,
        changes={"indicators": [{"id": indicator.pk, "value": "26"}]}, reason="市里调减", by=district.clerk,
    )  # fmt: skip
    amending.approve(amendment=amendment, effective_on=date(2026, 6, 1), by=district.head)
    assert facts(district, kind="progress") == before
    (june,) = facts(district, 6, kind="progress", unit=district.first.pk)
    assert june.value > next(fact.value for fact in before if fact.unit == district.first.pk) / 2


def test_what_is_closed_out_counts_in_its_month_and_early_by_days(district: Ranked) -> None:
    task = district.task(district.first)
    closing.request_close_out(task=task, by=district.liaisons[district.first], on=date(2026, 3, 20))
    closing.close_out(task=task, by=district.clerk, on=date(2026, 3, 25))
    mine = {fact.kind: fact for fact in facts(district, unit=district.first.pk)}
    assert mine["done"].day == date(2026, 3, 25)
    assert mine["early"].value == (date(2026, 12, 31) - date(2026, 3, 25)).days
    assert not {"done", "early"} & kinds(district, district.first, 4)
    assert "done" not in kinds(district, district.first, 2)


def test_a_task_over_its_day_is_missed_in_that_month_only(district: Ranked) -> None:
    district.round(12)
    assert "missed" in kinds(district, district.first, 12)
    assert "missed" not in kinds(district, district.first, 11)


def test_what_is_not_broken_down_counts_against_who_leads(district: Ranked) -> None:
    assert {"breakdown_missing", "stage_goals_missing"} <= kinds(district, district.first)
    Milestone.objects.create(task=district.task(district.first), name="开工", due=date(2026, 6, 1))
    assert "stage_goals_missing" in kinds(district, district.first), "it was not there in March"


def test_orders_are_late_in_the_month_of_their_day_and_in_time_when_they_are_done(district: Ranked) -> None:
    late, timely = (
        orders.issue(
            division=district.division, units=[unit], title="督办", grounds="进度落后", demand="补齐缺口。", basis="free",
            by=district.clerk, at=moment(3, 2),
        ).units.get()
        for unit in (district.first, district.second)
    )  # fmt: skip
    for slip, day in ((late, 30), (timely, 4)):
        liaison = district.liaisons[slip.unit]
        orders.sign(slip=slip, by=liaison, at=moment(3, 3))
        orders.answer(slip=slip, text="已补齐", seen=0, by=liaison, at=moment(3, day))
        orders.accept(slip=slip, by=district.clerk, at=moment(3, 31))
    assert "order_late" in kinds(district, district.first)
    assert "order_on_time" not in kinds(district, district.first)
    (fact,) = facts(district, kind="order_on_time")
    assert fact.unit == district.second.pk
    assert fact.link == f"/orders/{timely.order_id}/"


def test_issues_go_over_their_day_by_their_steps_and_restricted_ones_are_not_named(district: Ranked) -> None:
    issue = issues.raise_issue(
        division=district.division, origin=IssueOrigin.OFFICE, title="管线迁改受阻", by=district.clerk, restricted=True,
        at=moment(3, 2),
    )  # fmt: skip
    issues.assign(
        issue=issue, unit=district.first, next_step="迁改", due_on=date(2999, 1, 1), by=district.clerk, at=moment(3, 3)
    )
    Issue.objects.get().steps.filter(step="assign").update(due_on=date(2026, 3, 10))
    (fact,) = facts(district, kind="issue_overdue")
    assert fact.unit == district.first.pk
    assert "管线" not in fact.words
    assert "限定知悉" in fact.words


def test_whistles_count_who_turned_up_and_how_it_was_rated(district: Ranked) -> None:
    whistle = whistles.blow(
        unit=district.town, departments=[district.first], urgency="public", title="井盖破损",
        text="请到场处置", by=district.liaisons[district.town], at=moment(3, 2),
    )  # fmt: skip
    call = whistle.calls.get()
    whistles.answer(call=call, text="已更换", by=district.liaisons[district.first], at=moment(3, 2, 10))
    whistles.rate(call=call, stars=4, text="", by=district.liaisons[district.town])
    (came,) = facts(district, kind="whistle_on_time")
    assert came.unit == district.first.pk
    call.refresh_from_db()
    rated = call.rated_at
    assert rated
    found = gather(Book(district.ledger), month_of(district.ledger, rated.date()))
    assert [fact.value for fact in found.facts if fact.kind == "whistle_rating"] == [Decimal(80)]


def test_what_a_unit_did_that_was_merged_in_mid_year_is_its_successors(district: Ranked) -> None:
    district.march()
    before = {fact.key for fact in facts(district, unit=district.second.pk)}
    organisations.merge_units(units=[district.second], into=district.first, on=date(2026, 3, 20), by=district.clerk)
    found = gathered(district)
    assert district.second.pk not in {unit.number for unit in found.units}
    assert before <= {fact.key for fact in found.facts if fact.unit == district.first.pk}
    assert any(fact.words.endswith("（原区财政局）") for fact in found.facts)
    assert any(note.startswith("区财政局已于2026年3月20日并入区发展改革局") for note in found.notes)
    # On the closing of February it was still there.
    february = gathered(district, 2)
    assert district.second.pk in {unit.number for unit in february.units}
    assert not february.notes


def test_who_stands_in_no_group_is_left_out_and_said(district: Ranked) -> None:
    district.march()
    district.town.group = None
    district.town.save()
    found = gathered(district)
    assert district.town.pk not in {fact.unit for fact in found.facts}
    assert any("柳溪街道没有分组" in note for note in found.notes)


def test_statements_do_not_grow_with_units_and_tasks(district: Ranked) -> None:
    district.march()
    with CaptureQueriesContext(connection) as few:
        gathered(district)
    from duban.plans.actions.issuing import issue
    from factories.site import LedgerFactory

    larger = LedgerFactory(division=district.division, year=2025, state="draft")
    paper = paper_of(larger, district.clerk)
    for number in range(12):
        unit = UnitFactory(division=district.division, group=district.first.group)
        person_as("liaison", district.division, unit)
        draft_of(paper, f"另一项任务{number}", unit=unit, due=date(2025, 12, 31))
    issue(ledger=larger, document_number="1号", issued_on=date(2025, 1, 5), approver="李区长", by=district.clerk)
    larger.refresh_from_db()
    schedule = rounds.make_schedule(ledger=larger, name="每月", by=district.clerk)
    rounds.open_round(round=schedule.rounds.get(period_start=date(2025, 3, 1)), by=district.clerk)
    with CaptureQueriesContext(connection) as many:
        found = gather(Book(larger), month_of(larger, date(2025, 3, 1)))
    assert len({fact.unit for fact in found.facts}) > 10
    assert len(many) <= len(few) + 1
    assert Task.objects.filter(ledger=larger).count() == 12
