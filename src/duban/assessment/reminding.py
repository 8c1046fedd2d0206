"""Whom to tell of rankings: units that their score is shown, objections to the office, what is published."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from duban.assessment.models import Objection, RankingRow
from duban.assessment.states.decisions import ObjectionState
from duban.assessment.states.rankings import RankingState
from duban.dispatch.models import NoticeItem
from duban.dispatch.reminders.people import Whom
from duban.dispatch.reminders.sources import Matter, Source
from duban.organisations.models import Person, Post
from duban.organisations.roles import Role
from duban.supervision.reaching import heir

#: What happened is told of for so many days, were the job away that long.
_TOLD_FOR = 5
_UNIT = ("liaison", "unit_head")


def rankings(now: datetime) -> Iterator[Matter]:
    """Yield each unit's row of what is shown now or was published lately; three statements."""
    today = timezone.localdate(now)
    since = now - timedelta(days=_TOLD_FOR)
    told = Q(ranking__state=RankingState.SHOWN, ranking__shown_until__gte=today)
    told |= Q(ranking__state=RankingState.PUBLISHED, ranking__published_at__gte=since)
    found = list(
        RankingRow.objects.filter(told)
        .select_related("ranking", "unit__successor__successor")
        .defer("facts", "items", "working", "ranking__scheme_text", "ranking__notes")
    )
    units = {row.pk: heir(row.unit) for row in found}
    whom = Whom({unit.pk for unit in units.values()}, today)
    for row in found:
        ranking, unit = row.ranking, units[row.pk]
        if ranking.state == RankingState.SHOWN and ranking.shown_until:
            rule, occasion = "ranking-shown", f"{ranking.shown_at:%Y%m%d%H%M}"
            words = f"{ranking.name}排名征求意见：{unit}得分{row.score.normalize():f}，有异议请在{ranking.shown_until:%-m月%-d日}前提出。"
        else:
            rule, occasion = "ranking-published", "published"
            words = f"{ranking}已公布：{unit}在{row.group_title}列第{row.place}名，{row.score.normalize():f}分。"
        yield Matter(
            rule=rule,
            key=f"{rule}:{row.pk}:{occasion}",
            subject=f"assessment.rankingrow:{row.pk}",
            sentence=words,
            link=reverse("assessment:row", args=[row.pk]),
            people=whom(_UNIT, unit.pk),
        )


def objections(now: datetime) -> Iterator[Matter]:
    """Yield the objections that wait, to the office, and those answered lately, to the unit; four statements."""
    today = timezone.localdate(now)
    since = now - timedelta(days=_TOLD_FOR)
    rows = list(
        Objection.objects.filter(state=ObjectionState.RAISED).select_related(
            "ranking__ledger", "unit__successor__successor"
        )
    )
    rows += list(
        Objection.objects.filter(answered_at__gte=since).select_related("ranking__ledger", "unit__successor__successor")
    )
    if not rows:
        return
    clerks: dict[int, list[Person]] = defaultdict(list)
    posts = Post.objects.held(today).filter(role=Role.SUPERVISION_OFFICE, person__is_active=True)
    for post in posts.select_related("person"):
        clerks[post.division_id].append(post.person)
    units = {row.pk: heir(row.unit) for row in rows}
    whom = Whom({unit.pk for unit in units.values()}, today)
    for row in rows:
        waits = row.state == ObjectionState.RAISED
        unit = units[row.pk]
        rule = "objection-raised" if waits else "objection-answered"
        said = "请答复" if waits else f"{row.get_state_display()}：{row.answer[:120]}"
        people = tuple(clerks[row.ranking.ledger.division_id]) if waits else whom(_UNIT, unit.pk)
        yield Matter(
            rule=rule,
            key=f"{rule}:{row.pk}",
            subject=f"assessment.objection:{row.pk}",
            sentence=f"{unit}对{row.ranking.name}排名“{row.item_title or '得分'}”的异议，{said}。",
            link=f"{reverse('assessment:objections')}?ranking={row.ranking_id}",
            people=people,
        )


def rankings_still(items: list[NoticeItem]) -> set[int]:
    """Return which items speak of a ranking that is still shown or published."""
    numbers = {_number(item) for item in items}
    states = (RankingState.SHOWN, RankingState.PUBLISHED)
    there = set(RankingRow.objects.filter(pk__in=numbers, ranking__state__in=states).values_list("pk", flat=True))
    return {item.pk for item in items if _number(item) in there}


def objections_still(items: list[NoticeItem]) -> set[int]:
    """Return which items speak of an objection that waits, or of its answer."""
    states = dict(Objection.objects.filter(pk__in={_number(item) for item in items}).values_list("pk", "state"))
    answered = (ObjectionState.UPHELD, ObjectionState.REFUSED)
    found = set()
    for item in items:
        state = states.get(_number(item))
        if (state == ObjectionState.RAISED) if item.rule == "objection-raised" else (state in answered):
            found.add(item.pk)
    return found


def _number(item: NoticeItem) -> int:
    return int(item.subject.rpartition(":")[2])


SOURCES = (
    Source("assessment.rankingrow", rankings, rankings_still),
    Source("assessment.objection", objections, objections_still),
)
