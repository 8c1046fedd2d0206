"""What facts bring, worked by hand: each way of counting, what is absent, who is named, the year, how steady it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from duban.assessment.scoring.counting import rank
from duban.assessment.scoring.facts import Fact, Unit
from duban.assessment.scoring.files import presets, read
from duban.assessment.scoring.naming import named
from duban.assessment.scoring.results import Item, Ranking, Score
from duban.assessment.scoring.scheme import Naming, ScoringScheme
from duban.assessment.scoring.sensitivity import sensitivity
from duban.assessment.scoring.year import rank_year, totals

CLOSING = date(2026, 3, 31)
A, B, C = Unit(1, "甲局", "departments"), Unit(2, "乙局", "departments"), Unit(3, "丙局", "departments")
HEAD = 'kind = "scoring"\nname = "one"\nversion = "1"\ntitle = "一项"\nsource = "例会"\n'


def scheme(items: str, head: str = "") -> ScoringScheme:
    return read(f"{HEAD}{head}\n{items}", "本区.toml")


def fact(kind: str, unit: Unit = A, value: object = 1, key: str = "", **more: object) -> Fact:
    number = Decimal(str(value))
    return Fact(kind, unit.number, key or f"{kind}:{unit.number}:{more}:{value}", CLOSING, kind, value=number, **more)  # type: ignore[arg-type]


def score(ranking: Ranking, unit: Unit = A) -> Score:
    return {one.unit.number: one for group in ranking.groups for one in group.scores}[unit.number]


def item(rules: ScoringScheme, *facts: Fact, units: tuple[Unit, ...] = (A, B)) -> Item:
    return score(rank(rules, units, facts, closing=CLOSING)).items[0]


RATIO = '[[item]]\nname = "p"\ntitle = "进度"\nhow = "ratio"\nweight = 60\nfacts = ["progress"]\n'


def test_one_ratio_is_weight_times_value() -> None:
    found = item(scheme(RATIO), fact("progress", value="0.92"))
    assert (found.points, found.full, found.working) == (Decimal("55.2"), Decimal(60), "60 × 92 % = 55.2")
    assert found.lines[0].working == "60 × 92 % = 55.2"


def test_a_mean_is_written_out_with_its_factors() -> None:
    rules = scheme(
        RATIO + 'factors = ["roles", "difficulty", "size"]\n',
        "[roles]\nsupporting = 0.5\n[difficulty]\nhard = 2\n[[size]]\nat_least = 10\nfactor = 3\n",
    )
    found = item(
        rules,
        fact("progress", value="0.8", role="lead", marks={"difficulty": "hard"}),
        fact("progress", value="1.5", role="supporting"),
        fact("progress", value="0.5", marks={"size": "12.5"}),
    )
    # (0.8 × 2 + 1 × 0.5 + 0.5 × 3) ÷ 5.5 = 3.6 ÷ 5.5
    assert found.points == Decimal(60) * Decimal("3.6") / Decimal("5.5")
    assert "÷ 5.5 ≈ 65.4545 %；60 × 65.4545 % ≈ 39.2727" in found.working
    said = {line.working for line in found.lines}
    assert "60 × 80 % × 2 ÷ 5.5 ≈ 17.4545，难易系数（难）2" in said
    assert "150 %按100 %计；60 × 100 % × 0.5 ÷ 5.5 ≈ 5.4545，角色系数（配合）0.5" in said
    assert "60 × 50 % × 3 ÷ 5.5 ≈ 16.3636，规模系数（12.5亿元）3" in said
    assert sum(line.points for line in found.lines) == pytest.approx(found.points)


def test_points_times_the_value_and_within_a_cap() -> None:
    rules = scheme(
        '[[item]]\nname = "e"\ntitle = "提前"\nhow = "count"\nfacts = ["early"]\ncap = 3\n'
        "[[item.points]]\npoints = 0.1\ntimes_value = true\n"
    )
    found = item(rules, fact("early", value=12))
    assert (found.points, found.lines[0].working) == (Decimal("1.2"), "0.1 × 12 = 1.2")
    assert item(rules, fact("early", value=45)).working == "4.5；超过上限，按3分"


def test_a_fact_that_no_row_means_is_shown_and_costs_nothing() -> None:
    rules = scheme(
        '[[item]]\nname = "d"\ntitle = "办结"\nhow = "count"\nfacts = ["done"]\n'
        '[[item.points]]\nroles = ["lead"]\npoints = 2\n'
    )
    found = item(rules, fact("done", role="lead"), fact("done", role="supporting"))
    assert {(line.points, line.working) for line in found.lines} == {
        (Decimal(2), "+2"),
        (Decimal(0), "办法没有写这一种几分，0分"),
    }


@pytest.mark.parametrize(
    ("take", "points", "working"),
    [
        ("each", 13, "3 + 10 = 13"),
        ("mean", "6.5", "(3 + 10) ÷ 2 = 6.5"),
        ("best", 10, "取最高的 10"),
        ("total", 10, "1 + 6 = 7，7这一档，10分"),
    ],
)
def test_bands_are_taken_as_the_scheme_says(take: str, points: object, working: str) -> None:
    rules = scheme(
        f'[[item]]\nname = "s"\ntitle = "规模"\nhow = "bands"\nfacts = ["project_new"]\ntake = "{take}"\n'
        "[[item.bands]]\nat_least = 5\npoints = 10\n[[item.bands]]\nunder = 5\nat_least = 0\npoints = 3\n"
    )
    found = item(rules, fact("project_new", value=6), fact("project_new", value=1))
    assert (found.points, found.working) == (Decimal(str(points)), working)
    assert item(rules, fact("project_new", value=-1)).working.endswith("−1不在任何一档，0分")


def test_raters_of_a_kind_that_did_not_rate_are_left_out() -> None:
    rules = scheme(
        '[[item]]\nname = "r"\ntitle = "评价"\nhow = "rating"\nweight = 20\nfacts = ["rating"]\n'
        '[[item.raters]]\nby = "leader"\npart = 0.6\n[[item.raters]]\nby = "resident"\npart = 0.4\n'
    )
    found = item(
        rules,
        fact("rating", value=90, marks={"by": "leader"}),
        fact("rating", value=84, marks={"by": "leader"}),
        fact("rating", value=88, marks={"by": "resident"}),
        fact("rating", value=0, marks={"by": "unit"}),
    )
    assert found.points == Decimal("17.48")
    assert "(87 × 0.6 + 88 × 0.4) ÷ 1 = 87.4；20 × 87.4 % = 17.48" in found.working
    assert "办法不计这一类的评分" in {line.working for line in found.lines}
    alone = item(rules, fact("rating", value=90, marks={"by": "leader"}))
    assert alone.points == 18
    assert "没有群众的评分，按其余的折算" in alone.working
    assert item(rules, fact("rating", value=90, marks={"by": "unit"})).absent == "没有可计的，不得分"


@pytest.mark.parametrize(
    ("absent", "points", "said"),
    [
        ("zero", 0, "没有可计的，不得分"),
        ("full", 60, "没有可计的，得满分"),
        ("mean", 45, "没有可计的，得本组其他单位的平均分"),
    ],
)
def test_a_unit_without_facts_gets_what_the_scheme_says(absent: str, points: int, said: str) -> None:
    rules = scheme(f'{RATIO}absent = "{absent}"\n')
    facts = [fact("progress", B, "0.7"), fact("progress", C, "0.8")]
    found = item(rules, *facts, units=(A, B, C))
    assert (found.points, found.absent) == (Decimal(points), said)


TWO = (
    RATIO
    + 'absent = "rescale"\n[[item]]\nname = "t"\ntitle = "指标"\nhow = "ratio"\nweight = 40\nfacts = ["target"]\nabsent = "rescale"\n'
)


def test_weights_grow_for_what_is_left_out() -> None:
    ranking = rank(scheme(TWO), [A, B], [fact("progress", value="0.9"), fact("target", B, "0.5")], closing=CLOSING)
    assert totals(ranking) == {1: 90, 2: 50}
    progress, target = score(ranking).items
    assert progress.working == "60 × 90 % = 54；有的项不计，权重放大：54 × 100 ÷ 60 = 90"
    assert (target.points, target.full) == (Decimal(0), Decimal(0))
    assert "这一项不计" in target.absent


def test_nothing_to_scale_up_is_said_and_not_divided_by() -> None:
    ranking = rank(scheme(TWO), [A, B], [fact("progress", B, "0.9"), fact("target", B, "0.5")], closing=CLOSING)
    assert score(ranking).total == Decimal(74)
    assert ranking.notes == (
        "departments：甲局没有一项有权重的可计，无从放大，各项按本组平均分计，本组也没有的按满分计",
    )
    nobody = rank(scheme(TWO), [A, B], [], closing=CLOSING, titles={"departments": "区直部门"})
    assert totals(nobody) == {1: 100, 2: 100}
    assert all(note.startswith("区直部门：") for note in nobody.notes)
    assert rank(scheme(TWO), [], [], closing=CLOSING) == Ranking(())


def test_without_what_the_scheme_needs_a_unit_is_not_ranked() -> None:
    ranking = rank(scheme(TWO, 'needs = ["p"]'), [A, B], [fact("progress", B, "0.9"), fact("target")], closing=CLOSING)
    assert totals(ranking) == {2: 90}
    assert ranking.notes == ("甲局没有进度可计，不参加排名",)


def test_what_cannot_be_counted_is_noted() -> None:
    rules = scheme(RATIO)
    late = replace(fact("progress", value="0.5", key="late"), day=date(2026, 4, 1))
    early = replace(fact("progress", value="0.5", key="early"), day=date(2026, 2, 28))
    stranger = fact("progress", Unit(9, "已撤并", "departments"))
    twice = [fact("progress", value="0.4", key="task:1"), fact("progress", value="0.6", key="task:1")]
    ranking = rank(rules, [A], [late, early, stranger, *twice], closing=CLOSING, since=date(2026, 3, 1))
    assert totals(ranking) == {1: 36}
    assert ranking.notes == (
        "编号9的单位不参加排名，它的任务进度1件没有计",
        "1件事实早于2026-03-01，没有计",
        "1件事实晚于截止日2026-03-31，没有计",
        "编号1的单位有两件事实同是“task:1”而内容不同，只计了progress",
    )


def test_groups_are_compared_apart_and_those_not_named_are_noted() -> None:
    head = '[[group]]\nkey = "departments"\ntitle = "部门"\n[[group]]\nkey = "towns"\ntitle = "镇街"\nof = ["园区"]\n'
    units = [A, Unit(4, "甲镇", "towns"), Unit(5, "甲园", "parks"), Unit(6, "甲企", "enterprises")]
    titles = {"parks": "园区", "enterprises": "国企"}
    ranking = rank(scheme(RATIO, head), units, [fact("progress", one) for one in units], closing=CLOSING, titles=titles)
    found = [(group.group, group.title, [one.unit.name for one in group.scores]) for group in ranking.groups]
    assert found == [("departments", "部门", ["甲局"]), ("towns", "镇街", ["甲镇", "甲园"])]
    assert ranking.notes == (
        "甲企在“国企”，办法没有这一组，没有排名",
        "编号6的单位不参加排名，它的任务进度1件没有计",
    )
    alone = rank(scheme(RATIO, head), [A], [], closing=CLOSING)
    assert alone.notes == ("办法里的“镇街”一个单位也没有",)
    together = rank(scheme(RATIO, 'compare = "all"'), units, [], closing=CLOSING)
    assert [group.title for group in together.groups] == ["全部单位"]
    plain = rank(scheme(RATIO), [*units, Unit(7, "甲社", "")], [], closing=CLOSING, titles=titles)
    assert {group.group: group.title for group in plain.groups} == {
        "parks": "园区", "enterprises": "国企", "departments": "departments", "towns": "towns", "": "没有分组的单位"
    }  # fmt: skip


def test_items_of_a_group_are_only_its_own() -> None:
    head = '[[group]]\nkey = "departments"\ntitle = "部门"\n[[group]]\nkey = "towns"\ntitle = "镇街"\n'
    rules = scheme(RATIO + 'groups = ["towns"]\n', head)
    ranking = rank(rules, [A, Unit(4, "甲镇", "towns")], [], closing=CLOSING)
    assert [len(group.scores[0].items) for group in ranking.groups] == [0, 1]


def names(ranking: Ranking) -> tuple[tuple[int, ...], tuple[int, ...]]:
    return ranking.groups[0].commended, ranking.groups[0].criticised


DONE = '[[item]]\nname = "d"\ntitle = "办结"\nhow = "count"\nfacts = ["done"]\npoints = 1\n'
VETO = '[[veto]]\nfacts = ["serious"]\nsay = "造成严重影响"\n'


def of_points(points: Mapping[int, int], *more: Fact, rules: str) -> Ranking:
    units = [Unit(number, f"第{number}局", "departments") for number in points]
    facts = [fact("done", unit, key=f"d{n}") for unit in units for n in range(points[unit.number])]
    return rank(scheme(DONE + rules), units, [*facts, *more], closing=CLOSING)


@pytest.mark.parametrize(
    ("rules", "points", "named"),
    [
        ("[commend]\nfirst = 2\nleast_group = 4\n[criticise]\nlast = 1\nleast_group = 4\n", {1: 4, 2: 3, 3: 3, 4: 1}, ((1, 2, 3), (4,))),
        ("[commend]\nfirst = 2\nleast_group = 5\n", {1: 4, 2: 3, 3: 2, 4: 1}, ((), ())),
        ("[commend]\nfirst = 2\n[criticise]\nlast = 2\nleast_group = 4\n", {1: 1, 2: 1, 3: 1, 4: 1}, ((), ())),
        ("[commend]\nshare = 0.25\n[criticise]\nshare = 0.5\n", {1: 4, 2: 3, 3: 2, 4: 1}, ((1,), (3, 4))),
        ("[commend]\nshare = 0.2\n", {1: 4, 2: 3, 3: 2, 4: 1}, ((), ())),
        ("[commend]\nat_least = 3\n[criticise]\nbelow = 2\n", {1: 4, 2: 3, 3: 2, 4: 1}, ((1, 2), (4,))),
        ("[criticise]\nlast = 2\nbelow = 2\n", {1: 4, 2: 3, 3: 2, 4: 1}, ((), (4,))),
    ],
)  # fmt: skip
def test_who_is_named(rules: str, points: dict[int, int], named: tuple[tuple[int, ...], tuple[int, ...]]) -> None:
    # The rules that would name one unit twice are refused where the scheme is read.
    rules = rules.replace("first = 2\n[crit", "first = 2\nleast_group = 4\n[crit")
    assert names(of_points(points, rules=rules)) == named


def test_who_is_vetoed_keeps_the_place_and_is_not_commended() -> None:
    points, serious = {1: 4, 2: 3, 3: 2, 4: 1}, fact("serious", Unit(1, "", ""))
    found = of_points(points, serious, rules=f"{VETO}[commend]\nfirst = 2\n")
    assert score(found).place == 1
    assert score(found).vetoed == "造成严重影响：serious"
    assert names(found) == ((2,), ())
    moved_up = of_points(points, serious, rules=f"{VETO}[commend]\nfirst = 2\nrefill = true\n")
    assert names(moved_up) == ((2, 3), ())
    forgiven = of_points(points, replace(serious, forgiven="已澄清"), rules=f"{VETO}[commend]\nfirst = 2\n")
    assert names(forgiven) == ((1, 2), ())


def test_a_multiplier_may_ask_that_every_fact_is_so() -> None:
    rules = scheme(
        DONE + '[[multiplier]]\ntitle = "只有清单事项"\nitems = ["d"]\nfactor = 2\nof = "all"\n'
        'when = { facts = ["done"], marks = { listed_only = "yes" } }\n'
    )
    marked = [fact("done", key=f"d{n}", marks={"listed_only": "yes"}) for n in (1, 2)]
    assert item(rules, *marked).working == "1 × 2 = 2；只有清单事项：2 × 2 = 4"
    assert item(rules, *marked, fact("done", key="d3")).points == 3


def test_a_half_is_rounded_up_at_the_end_only() -> None:
    ranking = rank(
        scheme(RATIO, "places = 1"),
        [A, B],
        [fact("progress", value="0.57075"), fact("progress", B, "0.5708")],
        closing=CLOSING,
    )
    # 34.245 and 34.248 are both 34.2 for people: what looks equal has one place.
    assert totals(ranking) == {1: Decimal("34.2"), 2: Decimal("34.2")}
    assert [one.place for one in ranking.groups[0].scores] == [1, 1]
    assert score(ranking).working == "进度 34.245；取1位小数，34.2"
    assert totals(rank(scheme(RATIO), [A], [fact("progress", value="0.57075")], closing=CLOSING)) == {
        1: Decimal("34.25")
    }


def test_the_year_weighs_its_months() -> None:
    rules = scheme(DONE, "[year]\nweights = { 6 = 2 }\n")
    months = {5: {1: Decimal(80), 2: Decimal(70)}, 6: {1: Decimal(89)}}
    year = rank_year(rules, [A, B, C], months, [], closing=CLOSING)
    assert totals(year) == {1: Decimal(86), 2: Decimal(70), 3: 0}
    assert score(year).items[0].working == "5、6月：(80 + 89 × 2) ÷ 3 = 86"
    assert score(year, B).items[0].working == "5月：70；6月没有分数，不计"
    assert year.notes == ("丙局：没有一个月有分数，各月这一项记0分",)
    strict = scheme(DONE, '[year]\nmissing = "zero"\n')
    assert totals(rank_year(strict, [B], months, [], closing=CLOSING)) == {2: 35}


def test_how_steady_places_are_under_moved_weights() -> None:
    # 甲局 48 + 20, 乙局 30 + 36, 丙局 6 + 4: the first two change when the one weight falls and the other grows.
    rules = scheme(TWO)
    facts = [
        fact("progress", value="0.8"), fact("target", value="0.5"),
        fact("progress", B, "0.5"), fact("target", B, "0.9"),
        fact("progress", C, "0.1"), fact("target", C, "0.1"),
    ]  # fmt: skip
    found = sensitivity(rules, [A, B, C], facts, closing=CLOSING)
    assert (found.tries, found.all_tried) == (4, True)
    steady = found.groups["departments"]
    assert [(one.unit, one.place, one.kept, one.best, one.worst) for one in steady] == [
        (A, 1, Decimal("0.75"), 1, 2),
        (B, 2, Decimal("0.75"), 1, 2),
        (C, 3, 1, 3, 3),
    ]
    many = sensitivity(presets()["big-ranking"], [A, B, C], facts, closing=CLOSING)
    assert (many.tries, many.all_tried) == (256, False)
    assert many == sensitivity(presets()["big-ranking"], [C, B, A], facts[::-1], closing=CLOSING)


def test_a_crowd_of_equals_at_the_last_place_is_left_to_people() -> None:
    rule = Naming(count=2, share=None, bound=None, least_group=2, refill=False)

    def standing(*totals: int) -> list[Score]:
        return [Score(Unit(n, f"{n}", "g"), Decimal(total), 1, (), "") for n, total in enumerate(totals, 1)]

    assert named(rule, standing(90, 80, 80, 80, 70), best=True) == (1, 2, 3, 4)
    assert named(rule, standing(90, 80, 80, 80, 80, 70), best=True) == (1,)
    assert named(rule, standing(90, 90, 90, 90, 90, 70), best=True) == ()
    assert named(rule, standing(90, 60, 60, 60, 60, 50), best=False) == (6,)
