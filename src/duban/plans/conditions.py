"""What a list is filtered by, in words: the chips above a table, the line under an export's title."""

from __future__ import annotations

from datetime import date

from django.http import QueryDict

from duban.plans import extensions
from duban.plans.models.entries import UnitRole
from duban.plans.queries.asking import LACKS, Asked, Filters, address
from duban.plans.queries.ledger import STATES, Choices, Part


def chips(
    query: QueryDict, filters: Filters, offered: Choices, added: extensions.Added = extensions.NOTHING
) -> list[tuple[str, str]]:
    """Return each condition in words, with the address of the list without it. The section is said by its own tree.

    `added` has the words of what is asked of the columns that later apps added.
    """
    found: list[tuple[str, str]] = []

    def add(words: str, *names: str) -> None:
        found.append((words, address(query, **dict.fromkeys(names))))

    if filters.words:
        add(f"含“{' '.join(filters.words)}”", "q")
    if filters.unit is not None:
        add(_name(offered.units, filters.unit, "另一单位"), "unit")
    if filters.group is not None:
        add(_name(offered.groups, filters.group, "另一分组"), "group")
    if filters.role:
        add(f"角色：{UnitRole(filters.role).label}", "role")
    if filters.sponsor is not None:
        add(f"包保：{_name(offered.sponsors, filters.sponsor, '另一领导') if filters.sponsor else '未定'}", "sponsor")
    if filters.states:
        add("、".join(STATES[state] for state in filters.states), "state")
    if filters.due_from:
        add(f"{_day(filters.due_from)}起到期", "due_from")
    if filters.due_to:
        add(f"{_day(filters.due_to)}前到期", "due_to")
    if filters.overdue:
        add("已逾期", "overdue")
    if filters.indicators is not None:
        add("有指标" if filters.indicators else "没有指标", "indicators")
    if filters.lacks:
        add(LACKS[filters.lacks], "lacks")
    for name, codes in filters.added:
        known = added.words.get(name, {})
        add(f"{extensions.COLUMNS[name].label}：{'、'.join(known.get(code, code) for code in codes)}", name)
    return found


def filter_words(
    query: QueryDict, ask: Asked, offered: Choices, parts: dict[int, Part], added: extensions.Added
) -> str:
    """Return the conditions in one sentence; empty where the list is whole."""
    said = [words for words, _ in chips(query, ask.filters, offered, added)]
    if part := parts.get(ask.filters.section or 0):
        said.insert(0, part.name)
    return f"筛选：{'；'.join(said)}。" if said else ""


def _name(offered: list[tuple[int, str]], pk: int, other: str) -> str:
    return dict(offered).get(pk, other)


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
