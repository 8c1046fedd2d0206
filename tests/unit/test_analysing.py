"""What the month's analysis counts, by hand-made lights and texts."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from duban.assessment.analysis.hanging import plots, shared
from duban.assessment.analysis.moving import History, Lit, moves
from duban.assessment.analysis.problems import Told, kinds_of, sorted_by_kind

ENDS = [date(2025, 12, 31), date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31)]


def lit(day: date, colour: str, progress: str | None = None) -> Lit:
    return Lit(day, colour, colour, "●", None if progress is None else Decimal(progress))


def test_a_task_that_went_on_and_turned_better_is_told_by_how_much() -> None:
    history = History([lit(date(2026, 3, 20), "green", "45"), lit(date(2026, 1, 5), "red", "10")])
    move = moves({7: history}, ENDS)[7]
    assert (move.change, move.gained, move.stalled, move.stalls) == (-4, Decimal(35), 0, False)


def test_a_task_stalls_whose_progress_is_the_same_for_two_months_and_one_that_fell_back_stalls_too() -> None:
    same = History([lit(date(2026, 1, 10), "green", "20"), lit(date(2026, 2, 10), "green", "20")])
    fell = History([lit(date(2026, 1, 10), "green", "20"), lit(date(2026, 3, 10), "green", "15")])
    done = History([lit(date(2026, 1, 10), "green", "100")])
    told = moves({1: same, 2: fell, 3: done, 4: History()}, ENDS)
    assert [told[task].stalled for task in (1, 2, 3, 4)] == [2, 2, 0, 0]
    assert [told[task].stalls for task in (1, 2, 3, 4)] == [True, True, False, False]


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("涉及3户未签拆迁协议，资金拨付滞后", ["land", "money"]),
        ("连续降雨，工期顺延", ["building"]),
        ("无法按原计划推进", ["other"]),
        ("暂无问题。", []),
        ("没有其他困难", []),
        ("", []),
    ],
)
def test_a_text_has_the_kinds_that_it_names_and_none_where_it_says_that_there_is_none(
    text: str, kinds: list[str]
) -> None:
    assert kinds_of(text) == kinds


def test_a_kind_recurs_that_comes_in_two_months_and_what_recurs_stands_first() -> None:
    told = [
        Told("流标一次", date(2026, 3, 31), 1, 5),
        Told("资金缺口", date(2026, 1, 31), 2, 5),
        Told("资金未拨付", date(2026, 3, 31), 3, 6),
        Told("资金紧张", date(2025, 12, 31), 3, 6),
    ]
    first, second = sorted_by_kind(told, [date(2026, month, 1) for month in (1, 2, 3)])
    assert (first.name, first.months, first.recurs, first.tasks, first.units) == (
        "money",
        [1, 0, 1],
        True,
        {2, 3},
        {5, 6},
    )
    assert (second.name, second.months, second.recurs) == ("bidding", [0, 0, 1], False)


def test_tasks_hang_together_by_a_plot_or_a_project_that_two_of_them_name() -> None:
    assert plots("推进临港片区A3-2地块和7号地块出让") == {"临港片区A3-2地块", "7号地块"}
    assert shared([("7号地块", 1), ("7号地块", 1), ("滨河路", 2), ("滨河路", 1)]) == {"滨河路": [2, 1]}
