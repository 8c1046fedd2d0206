"""A month is ranked: computed, shown, objected to, approved, published for good, corrected by a new version."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from duban.assessment import refusals
from duban.assessment.actions import commendations, distinctions, forgiveness, objections, rankings
from duban.assessment.computing import verify
from duban.assessment.models import Commendation, Distinction, Forgiveness, Objection, Ranking, RankingRow, ScoreFile
from duban.assessment.states.decisions import DistinctionState, ObjectionState
from duban.assessment.states.rankings import RankingState
from duban.audit.models import Event
from duban.dispatch.actions import reports
from duban.dispatch.models import Report
from duban.organisations.access import NotAllowed
from duban.organisations.models import Person
from duban.plans.states import WrongState
from factories.issued import clerk_of
from factories.rankings import APPROVED, COMPUTED, MONTH, SCHEME, SHOWN, UNTIL, Ranked, moment

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@pytest.fixture
def district(db: None) -> Ranked:
    found = Ranked()
    found.march()
    return found


def test_a_month_is_computed_from_its_reports_with_the_arithmetic_of_each_point(district: Ranked) -> None:
    ranking = district.computed()
    assert district.scores(ranking) == {"区发展改革局": (1, "81"), "区财政局": (2, "79"), "柳溪街道": (1, "75")}
    row = district.row(ranking, district.second)
    facts = {fact["key"]: fact for fact in row.facts}
    (item,) = [item for item in row.items if item["name"] == "reports"]
    (line,) = item["lines"]
    fact = facts[line["fact"]]
    report = Report.objects.get(unit=district.second)
    assert (fact["kind"], fact["link"], fact["role"]) == ("report_late", f"/reports/{report.pk}/", "lead")
    assert "迟于" in fact["words"]
    assert line["points"] == "-1"
    assert ranking.state == RankingState.COMPUTED
    assert ranking.closing == date(2026, 4, 1)
    assert ranking.scheme_text == SCHEME.text


def test_a_month_that_runs_a_month_of_another_year_and_a_second_ranking_are_refused(district: Ranked) -> None:
    with pytest.raises(refusals.MonthRuns, match="4月1日截止以后"):
        district.computed(at=moment(3, 31))
    with pytest.raises(refusals.NotInLedger):
        district.computed(month=date(2025, 3, 1))
    district.computed()
    with pytest.raises(refusals.AlreadyThere, match="拟稿"):
        district.computed()


def test_a_month_without_anything_ranks_all_alike(district: Ranked) -> None:
    ranking = district.computed(month=date(2026, 2, 1), at=COMPUTED)
    assert {place for place, _ in district.scores(ranking).values()} == {1}
    assert {score for _, score in district.scores(ranking).values()} == {"80"}
    assert verify(ranking).holds


def test_units_without_a_group_cannot_be_ranked(district: Ranked) -> None:
    for unit in district.units:
        unit.group = None
        unit.save()
    with pytest.raises(refusals.NoUnits, match="没有分组"):
        district.computed()


def test_the_whole_way_with_an_objection_that_is_upheld(district: Ranked) -> None:
    ranking = district.shown()
    row = district.row(ranking, district.second)
    fact = next(fact["key"] for fact in row.facts if fact["kind"] == "report_late")
    objection = objections.object_to(
        row=row, text="系统故障，附截图", item="reports", fact=fact, by=district.liaisons[district.second],
        files=[(io.BytesIO(PDF), "截图.pdf")], at=moment(4, 4),
    )  # fmt: skip
    assert objection.fact_words
    assert ScoreFile.objects.get(objection=objection).name == "截图.pdf"
    with pytest.raises(refusals.AlreadyObjected):
        objections.object_to(
            row=row, text="再提", item="reports", fact=fact, by=district.liaisons[district.second], at=moment(4, 4)
        )
    with pytest.raises(refusals.NotAnswered, match="1 件"):
        rankings.approve(ranking=ranking, by=district.leader, at=APPROVED)
    objections.uphold(objection=objection, answer="查实系统故障，改为容错", by=district.clerk, at=moment(4, 5))
    with pytest.raises(refusals.NotRecomputed):
        rankings.approve(ranking=ranking, by=district.leader, at=APPROVED)
    asked = forgiveness.ask(row=row, fact=fact, reason="系统故障", paper="会议纪要第3期", by=district.clerk)
    with pytest.raises(refusals.OwnRequest):
        forgiveness.decide(forgiveness=asked, granted=True, by=district.clerk)
    forgiveness.decide(forgiveness=asked, granted=True, by=district.leader)
    changed = rankings.recompute(ranking=ranking, by=district.clerk, at=moment(4, 6))
    assert changed == {"区财政局": ("第2名 79分", "第2名 80分")}
    ranking.refresh_from_db()
    assert ranking.state == RankingState.SHOWN
    ranking = district.published(ranking)
    assert ranking.state == RankingState.PUBLISHED
    assert district.scores(ranking)["区财政局"] == (2, "80")
    assert verify(ranking).holds
    done = list(Event.objects.filter(action__startswith="assessment.").values_list("action", flat=True))
    assert {"assessment.compute_ranking", "assessment.uphold_objection", "assessment.publish_ranking"} <= set(done)


def test_objections_have_their_days_and_their_unit(district: Ranked) -> None:
    ranking = district.computed()
    row, liaison = district.row(ranking, district.first), district.liaisons[district.first]
    with pytest.raises(WrongState, match="提异议"):
        objections.object_to(row=row, text="不对", by=liaison, at=COMPUTED)
    rankings.show(ranking=ranking, until=UNTIL, by=district.clerk, at=SHOWN)
    with pytest.raises(NotAllowed):
        objections.object_to(row=row, text="不对", by=district.liaisons[district.second], at=SHOWN)
    with pytest.raises(refusals.Missing):
        objections.object_to(row=row, text=" ", by=liaison, at=SHOWN)
    with pytest.raises(refusals.NoSuchFact):
        objections.object_to(row=row, text="不对", fact="report:1:late", by=liaison, at=SHOWN)
    with pytest.raises(refusals.PeriodOver, match="4月7日"):
        objections.object_to(row=row, text="不对", by=liaison, at=APPROVED)
    made = objections.object_to(row=row, text="不对", by=liaison, at=SHOWN)
    made = objections.take_back(objection=made, by=liaison)
    assert made.state == ObjectionState.WITHDRAWN
    with pytest.raises(WrongState):
        objections.refuse(objection=made, answer="理由", by=district.clerk)


def test_approval_waits_for_the_days_and_is_not_by_who_computed(district: Ranked) -> None:
    ranking = district.shown()
    with pytest.raises(refusals.NotOver, match="4月7日"):
        rankings.approve(ranking=ranking, by=district.leader, at=moment(4, 5))
    with pytest.raises(refusals.OwnWork):
        rankings.approve(ranking=ranking, by=district.clerk, at=APPROVED)
    with pytest.raises(NotAllowed):
        rankings.approve(ranking=ranking, by=district.heads[district.first], at=APPROVED)
    with pytest.raises(refusals.Changed):
        rankings.approve(ranking=ranking, by=district.leader, seen="0" * 64, at=APPROVED)
    early = rankings.approve(ranking=ranking, by=district.leader, note="各单位已书面确认", at=moment(4, 5))
    assert early.approval_note == "各单位已书面确认"


def test_where_nobody_else_may_approve_who_computed_does(district: Ranked) -> None:
    ranking = district.shown()
    Person.objects.filter(pk__in=[district.head.pk, district.leader.pk]).update(is_active=False)
    assert rankings.approve(ranking=ranking, by=district.clerk, at=APPROVED).state == RankingState.APPROVED


def test_what_is_withdrawn_is_a_draft_again_and_may_take_another_scheme(district: Ranked) -> None:
    ranking = district.shown()
    other = rankings.Scheme(SCHEME.name, SCHEME.text.replace("base = 80", "base = 90"))
    with pytest.raises(WrongState, match="计分办法"):
        rankings.recompute(ranking=ranking, by=district.clerk, scheme=other)
    with pytest.raises(refusals.Missing):
        rankings.withdraw(ranking=ranking, reason="", by=district.clerk)
    ranking = rankings.withdraw(ranking=ranking, reason="办法用错", by=district.clerk)
    assert (ranking.state, ranking.shown_at) == (RankingState.COMPUTED, None)
    rankings.recompute(ranking=ranking, by=district.clerk, scheme=other)
    assert district.scores(ranking)["区发展改革局"] == (1, "91")


def test_who_is_named_is_proposed_by_rule_and_decided_with_a_reason(district: Ranked) -> None:
    ranking = district.approved()
    named = {(one.unit.name, one.kind): one for one in Distinction.objects.select_related("unit")}
    assert set(named) == {("区发展改革局", "commend"), ("区财政局", "criticise")}
    with pytest.raises(refusals.NotDecided, match="区发展改革局"):
        rankings.publish(ranking=ranking, by=district.clerk)
    with pytest.raises(refusals.Missing):
        distinctions.decide(distinction=named["区财政局", "criticise"], confirmed=False, reason="", by=district.clerk)
    distinctions.decide(
        distinction=named["区财政局", "criticise"], confirmed=False, reason="首次，提醒", by=district.clerk
    )
    distinctions.decide(distinction=named["区发展改革局", "commend"], confirmed=True, reason="第一", by=district.clerk)
    extra = distinctions.name_unit(
        row=district.row(ranking, district.town), kind="commend", reason="抢险得力", by=district.clerk
    )
    assert (extra.by_rule, extra.state) == (False, DistinctionState.CONFIRMED)
    rankings.publish(ranking=ranking, by=district.clerk)
    with pytest.raises(WrongState, match="已公布"):
        distinctions.decide(distinction=extra, confirmed=False, reason="改", by=district.clerk)


def test_decisions_stay_through_a_recomputation_while_the_rule_says_so(district: Ranked) -> None:
    ranking = district.computed()
    commended = Distinction.objects.get(kind="commend", unit=district.first)
    distinctions.decide(distinction=commended, confirmed=True, reason="第一", by=district.clerk)
    commendations.enter(
        division=district.division, unit=district.second, kind="commended", source="upper", who="江临市人民政府",
        day=date(2026, 3, 20), title="营商环境先进", paper="临政通〔2026〕8号", by=district.clerk,
    )  # fmt: skip
    rankings.recompute(ranking=ranking, by=district.clerk)
    assert district.scores(ranking)["区财政局"] == (1, "82")
    left = {(one.unit_id, one.kind): one.state for one in Distinction.objects.all()}
    assert left[district.second.pk, "commend"] == DistinctionState.PROPOSED
    assert (district.first.pk, "commend") not in left


def test_a_commendation_counts_in_its_month_until_it_is_revoked(district: Ranked) -> None:
    given: dict[str, Any] = {
        "division": district.division, "unit": district.first, "kind": "criticised", "source": "leader",
        "who": "李区长", "day": date(2026, 3, 9), "title": "进度迟缓", "paper": "批示第5号", "by": district.clerk,
    }  # fmt: skip
    made = commendations.enter(**given)
    with pytest.raises(refusals.AlreadyEntered):
        commendations.enter(**given)
    with pytest.raises(refusals.ToCome):
        commendations.enter(**given | {"day": date(2999, 1, 1)})
    with pytest.raises(refusals.Missing, match="文号或依据"):
        commendations.enter(**given | {"paper": ""})
    with pytest.raises(NotAllowed):
        commendations.enter(**given | {"by": district.heads[district.first], "title": "另一件"})
    ranking = district.computed()
    row = district.row(ranking, district.first)
    fact = next(fact for fact in row.facts if fact["kind"] == "criticised")
    assert fact["link"] == f"/rankings/commendations/{made.pk}/"
    assert fact["marks"] == {"by": "leader"}
    assert district.scores(ranking)["区发展改革局"] == (2, "78")
    commendations.revoke(commendation=made, reason="重复", by=district.clerk)
    rankings.recompute(ranking=ranking, by=district.clerk)
    assert district.scores(ranking)["区发展改革局"] == (1, "81")


def test_a_veto_keeps_a_unit_from_being_commended(district: Ranked) -> None:
    commendations.enter(
        division=district.division, unit=district.first, kind="veto", source="upper", who="江临市人民政府",
        day=date(2026, 3, 20), title="安全生产责任事故", paper="临安委〔2026〕2号", by=district.clerk,
    )  # fmt: skip
    ranking = district.computed()
    assert "安全生产责任事故" in district.row(ranking, district.first).vetoed
    assert not Distinction.objects.filter(unit=district.first, kind="commend").exists()


def test_a_published_ranking_is_corrected_by_a_new_version_and_stays(district: Ranked) -> None:
    first = district.published()
    before = (first.digest, first.sealed, district.scores(first))
    with pytest.raises(refusals.Missing):
        rankings.correct(ranking=first, reason=" ", by=district.clerk)
    report = Report.objects.get(unit=district.first)
    reports.return_report(report=report, reason="数字不实", by=district.clerk)
    second = rankings.correct(ranking=first, reason="查实填报不实", by=district.clerk)
    assert (second.version, second.state, second.correction) == (2, RankingState.COMPUTED, "查实填报不实")
    with pytest.raises(refusals.AlreadyThere):
        rankings.correct(ranking=first, reason="又一次", by=district.clerk)
    first.refresh_from_db()
    assert first.state == RankingState.PUBLISHED, "it holds until the correction is published"
    assert district.scores(second)["区发展改革局"] == (1, "79")
    rankings.show(ranking=second, until=UNTIL, by=district.clerk, at=SHOWN)
    second = district.published(second)
    first.refresh_from_db()
    assert (first.state, second.state) == (RankingState.SUPERSEDED, RankingState.PUBLISHED)
    assert (first.digest, first.sealed, district.scores(first)) == before
    assert verify(first).holds
    assert verify(second).holds
    with pytest.raises(WrongState):
        rankings.correct(ranking=first, reason="旧版", by=district.clerk)


def test_places_are_compared_with_the_published_month_before(district: Ranked) -> None:
    district.published()
    district.round(4)
    district.reported(district.second, 4)
    april = district.computed(month=date(2026, 4, 1), at=moment(5, 3))
    rows = {row.unit_name: (row.place, row.previous_place, row.moved) for row in april.rows.all()}
    assert rows["区财政局"] == (1, 2, 1)
    assert rows["区发展改革局"] == (2, 1, -1)


def test_the_database_refuses_to_change_what_was_published(district: Ranked) -> None:
    ranking = district.published()
    row = district.row(ranking, district.first)
    attempts = (
        lambda: RankingRow.objects.filter(pk=row.pk).update(score=1),
        lambda: row.delete(),
        lambda: RankingRow.objects.filter(pk=row.pk)._raw_delete("default"),
        lambda: Ranking.objects.filter(pk=ranking.pk).update(digest="0" * 64),
        lambda: Ranking.objects.filter(pk=ranking.pk).update(state=RankingState.COMPUTED),
        lambda: Ranking.objects.filter(pk=ranking.pk).update(notes=["另一句"]),
    )
    for attempt in attempts:
        with pytest.raises(DatabaseError, match="公布的排名不能修改或删除"), transaction.atomic():
            attempt()
    ranking.refresh_from_db()
    assert verify(ranking).holds


def test_the_database_keeps_one_open_and_one_published_version_a_month(district: Ranked) -> None:
    ranking = district.published()
    facts = {
        field.attname: getattr(ranking, field.attname) for field in Ranking._meta.concrete_fields if field.name != "id"
    }
    with pytest.raises(IntegrityError), transaction.atomic():
        Ranking.objects.create(**facts | {"version": 2, "correction": "二"})
    Ranking.objects.create(**facts | {"version": 2, "correction": "二", "state": RankingState.COMPUTED})
    with pytest.raises(IntegrityError), transaction.atomic():
        Ranking.objects.create(**facts | {"version": 3, "correction": "三", "state": RankingState.SHOWN})


def test_somebody_of_another_division_does_nothing(district: Ranked) -> None:
    from factories.site import DivisionFactory, LedgerFactory

    other = clerk_of(LedgerFactory(division=DivisionFactory(code="990203", name="临江县", full_name="临江县")))
    with pytest.raises(NotAllowed):
        district.computed(by=other)
    ranking = district.shown()
    for step in (
        lambda: rankings.withdraw(ranking=ranking, reason="看看", by=other),
        lambda: rankings.recompute(ranking=ranking, by=other),
        lambda: rankings.approve(ranking=ranking, by=other),
        lambda: rankings.publish(ranking=ranking, by=other),
    ):
        with pytest.raises(NotAllowed):
            step()
    assert list(Ranking.objects.visible_to(other)) == []


def test_nothing_is_left_where_a_step_is_refused(district: Ranked) -> None:
    ranking = district.shown()
    row = district.row(ranking, district.first)
    with pytest.raises(refusals.NoSuchFact):
        forgiveness.ask(row=row, fact="x", reason="理由", paper="依据", by=district.clerk)
    assert not Forgiveness.objects.exists()
    assert not Objection.objects.exists()
    assert not Commendation.objects.exists()
    assert Ranking.objects.get().month == MONTH
