"""Who answers: words that no unit is known by, resolved once for the whole paper and for those to come."""

from __future__ import annotations

from collections.abc import Iterable

from duban.audit.trail import action
from duban.core.extract.units.resolve import canonical_key
from duban.organisations import actions as organisations
from duban.organisations.models import Person, Unit, UnitGroup
from duban.plans.actions.cleaning import Invalid
from duban.plans.actions.correcting import Correcting, correcting
from duban.plans.actions.filling import member_rows, members_of
from duban.plans.models import Paper, Responsibility, Task


@action
def resolve_unit(*, paper: Paper, words: str, unit: Unit, by: Person, key: str = "", remember: bool = True) -> int:
    """Say that `words` mean `unit`: in all tasks of the paper and, remembered as an alias, in later papers.

    Return in how many places it was. Where a task has the unit in the same role already, the second wording goes.
    """
    with correcting(paper, "resolve", by=by, key=key) as under_way:
        if unit.division_id != under_way.paper.division_id:
            raise Invalid("本区划没有这个单位。请重新选择。")
        rows = _unknown(under_way, words)
        for row in rows:
            there = Responsibility.objects.filter(task=row.task_id, unit=unit, role=row.role, dropped=False)
            twice = there.exclude(pk=row.pk).exists()
            under_way.set(row, unit_id=unit.pk, is_group=False, dropped=row.dropped or twice)
        under_way.task = _first_task(rows)
        under_way.sentence = f"认定“{words}”为“{unit.name}”，{len(rows)} 处"
        # Words that differ from the name in form only are understood without an alias.
        if remember and canonical_key(words) != unit.key and organisations.remember_alias(unit=unit, name=words, by=by):
            under_way.remembered("alias", unit.pk, words)
        return len(rows)


@action
def resolve_as_group(*, paper: Paper, words: str, group: UnitGroup, by: Person, key: str = "") -> int:
    """Say that `words` mean all units of `group`: each place is expanded to the members, later papers' too."""
    with correcting(paper, "group", by=by, key=key) as under_way:
        if group.division_id != under_way.paper.division_id:
            raise Invalid("本区划没有这个分组。请重新选择。")
        units = members_of([group.pk])[group.pk]
        if not units:
            raise Invalid(f"“{group.name}”里没有单位。请先在单位管理里把单位归入这个分组。")
        rows = _unknown(under_way, words)
        for row in rows:
            under_way.set(row, is_group=True)
            _expand(under_way, row, units)
        under_way.task = _first_task(rows)
        under_way.sentence = f"认定“{words}”为“{group.name}”的 {len(units)} 个单位，{len(rows)} 处"
        if organisations.remember_group_name(group=group, name=words, by=by):
            under_way.remembered("group_name", group.pk, words)
        return len(rows)


@action
def create_unit(
    *, paper: Paper, words: str, name: str, by: Person, group: UnitGroup | None = None, key: str = ""
) -> Unit:
    """Add a unit to the division and say that `words` mean it. Undoing takes back the meaning, not the unit."""
    name = name.strip()
    if not 2 <= len(name) <= 100:
        raise Invalid("单位名称应有 2 到 100 个字。")
    unit = organisations.add_unit(division=paper.division, name=name, group=group, by=by)
    resolve_unit(paper=paper, words=words, unit=unit, by=by, key=key)
    return unit


@action
def choose_members(*, row: Responsibility, units: Iterable[Unit], version: int, by: Person, key: str = "") -> None:
    """Set which units the group words of one task mean there: those of `units` and no others."""
    paper = row.task.paper
    assert paper is not None
    with correcting(paper, "members", by=by, key=key) as under_way:
        group: Responsibility = under_way.row("responsibility", row.pk)
        under_way.current(group, version, {"is_group": None})
        wanted = {unit.pk: unit for unit in units if unit.division_id == under_way.paper.division_id}
        under_way.set(group, is_group=True, unit_id=None)
        for member in group.members.all():
            under_way.set(member, dropped=member.unit_id not in wanted)
        there = set(group.members.values_list("unit_id", flat=True))
        _expand(under_way, group, [unit for pk, unit in wanted.items() if pk not in there])
        under_way.task = group.task
        under_way.sentence = f"把“{group.unit_text}”落实到 {len(wanted)} 个单位"


def _unknown(under_way: Correcting, words: str) -> list[Responsibility]:
    """Return the rows of these words that no unit is known for. Raises `Invalid` where there are none."""
    rows = list(
        Responsibility.objects.filter(
            task__paper=under_way.paper, task__dropped=False, unit=None, unit_text=words, expanded_from=None
        )
        .exclude(members__dropped=False)
        .select_related("task")
        .distinct()
    )
    if not rows:
        raise Invalid(f"“{words}”都已认定。")
    return rows


def _first_task(rows: list[Responsibility]) -> Task:
    return min((row.task for row in rows), key=lambda task: task.order)


def _expand(under_way: Correcting, group: Responsibility, units: Iterable[Unit]) -> None:
    taken: set[int | None] = set(
        Responsibility.objects.filter(task=group.task_id, dropped=False, unit__isnull=False).values_list(
            "unit_id", flat=True
        )
    )
    for member in member_rows(group, units, taken=taken, order=group.order):
        under_way.add(member)
