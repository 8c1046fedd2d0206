"""What waits on the workbench: a month to rank, objections to answer, what to approve and to publish; for units, to look."""

from __future__ import annotations

from datetime import date, timedelta

from django.db.models import QuerySet

from duban.assessment.models import Distinction, Forgiveness, Objection, Ranking, RankingRow
from duban.assessment.queries.rankings import to_compute
from duban.assessment.states.decisions import DistinctionState, ForgivenessState, ObjectionState
from duban.assessment.states.rankings import OPEN, RankingState
from duban.organisations.access import access_of
from duban.organisations.models import Person
from duban.plans.queries.desk import SHOWN, Item, Link, Part, address
from duban.plans.queries.gates import if_any
from duban.plans.queries.waiting import newest
from duban.supervision.reaching import within

#: A month is to be ranked within so many days of its closing.
DAYS = 10


def asked() -> QuerySet[Forgiveness]:
    """Return the requests for forgiveness that nobody has decided."""
    return Forgiveness.objects.filter(state=ForgivenessState.ASKED)


def waiting(person: Person, today: date) -> list[Part]:
    """Return what waits for a person; at most seven statements."""
    access = access_of(person)
    items: list[Item] = []
    if access.may("assessment.run") or access.may("assessment.approve"):
        items += _of_office(person, today)
    if access.reach("assessment.object").units:
        items += _of_unit(person, today)
    if not items:
        return []
    items.sort(key=lambda item: item.due or date.max)
    late = any(item.due and item.due < today for item in items)
    links = [Link("全部排名", address("assessment:rankings"))]
    return [Part("排名", items[:SHOWN], len(items), links, urgent=late)]


def _of_office(person: Person, today: date) -> list[Item]:
    access = access_of(person)
    run, approve = access.reach("assessment.run"), access.reach("assessment.approve")
    seen = run.of_division("ledger__division") | approve.of_division("ledger__division")
    found: list[Item] = []
    rankings = list(Ranking.objects.filter(seen, state__in=OPEN).defer("scheme_text", "notes").order_by("month"))
    numbers = [ranking.pk for ranking in rankings]
    objections = list(
        Objection.objects.filter(ranking__in=numbers, state=ObjectionState.RAISED)
        .select_related("unit")
        .order_by("raised_at")
    )
    undecided = set(
        Distinction.objects.filter(ranking__in=numbers, state=DistinctionState.PROPOSED).values_list(
            "ranking_id", flat=True
        )
    )
    names = {ranking.pk: ranking for ranking in rankings}
    if run:
        for objection in objections:
            ranking = names[objection.ranking_id]
            where = address("assessment:objections", query=f"ranking={ranking.pk}")
            found.append(
                Item(
                    f"{objection.unit}对{ranking.name}排名的异议",
                    where,
                    "答复",
                    objection.item_title or "得分",
                    due=ranking.shown_until,
                )
            )
    open_ones = {objection.ranking_id for objection in objections}
    for ranking in rankings:
        where = address("assessment:ranking", ranking.pk)
        if ranking.is_trial(today):
            continue
        if ranking.state == RankingState.COMPUTED and run:
            found.append(Item(f"{ranking}", where, "征求意见", "拟稿", since=ranking.computed_at.date()))
        elif ranking.state == RankingState.SHOWN and ranking.pk not in open_ones:
            over = ranking.shown_until is not None and ranking.shown_until < today
            if over and ranking.computed_by_id != person.pk:
                found.append(Item(f"{ranking}", where, "批准", "征求意见已结束", due=ranking.shown_until))
        elif ranking.state == RankingState.APPROVED and run:
            if ranking.pk in undecided:
                decide = address("assessment:distinctions", ranking.pk)
                found.append(Item(f"{ranking}的表扬、批评", decide, "决定", "公布以前决定"))
            else:
                found.append(Item(f"{ranking}", where, "公布", "已批准"))
    if approve:
        theirs = asked().filter(approve.of_division("ledger__division"))
        for one in (
            if_any(person, "assessment.forgiveness", theirs)
            .exclude(asked_by=person)
            .select_related("unit")
            .order_by("asked_at")[: SHOWN + 1]
        ):
            found.append(
                Item(f"{one.unit}：{one.fact_words[:60]}", address("assessment:forgiveness"), "决定", "申请容错")
            )
    if run:
        found += _months(person, today)
    return found


def _months(person: Person, today: date) -> list[Item]:
    """Return the newest month of the ledger in force that is over, was reported on, and has no ranking."""
    ledger = newest(person)
    if ledger is None or not access_of(person).may("assessment.run", division=ledger.division):
        return []
    for due in to_compute(ledger, today):
        if due.over and due.reported:
            day = due.closing + timedelta(days=DAYS)
            where = address("assessment:rankings", query=f"ledger={ledger.pk}")
            return [Item(f"{due.month.year}年{due.month.month}月排名", where, "计算", "本月已截止", due=day)]
    return []


def _of_unit(person: Person, today: date) -> list[Item]:
    units = access_of(person).reach("assessment.object").units
    rows = (
        RankingRow.objects.filter(within("unit", units), ranking__state=RankingState.SHOWN)
        .filter(ranking__shown_until__gte=today)
        .select_related("ranking")
        .defer("facts", "items", "working", "ranking__scheme_text", "ranking__notes")
    )
    return [
        Item(
            f"{row.unit_name}{row.ranking.name}得分",
            address("assessment:row", row.pk),
            "核对",
            f"{row.score.normalize():f}分，有异议请在期限内提",
            due=row.ranking.shown_until,
        )
        for row in rows
    ]
