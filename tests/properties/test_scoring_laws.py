"""Laws of scores, for any facts, of any units, under every scheme that comes with the product."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from duban.assessment.scoring.counting import rank
from duban.assessment.scoring.facts import BY, DIFFICULTIES, KINDS, ROLES, SEVERITIES, Fact, Unit
from duban.assessment.scoring.files import presets
from duban.assessment.scoring.numbers import rounded
from duban.assessment.scoring.results import Ranking, Score
from duban.assessment.scoring.scheme import ScoringScheme
from duban.assessment.scoring.sensitivity import sensitivity
from duban.assessment.scoring.year import rank_year, totals

LAW = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
CLOSING = date(2026, 3, 31)
UNITS = [Unit(number, f"第{number}局", "departments" if number < 5 else "towns") for number in range(1, 8)]
#: Facts of which more is better, and each with what would be worse.
GOOD = ("done", "commended", "project_new", "project_in_use", "matter_on_time", "early", "over")
SCHEMES = pytest.mark.parametrize("name", presets())


@st.composite
def facts(draw: st.DrawFn, count: int = 14) -> list[Fact]:
    """Facts of known units, some forgiven, some on one key."""
    found = []
    for _ in range(draw(st.integers(0, count))):
        kind = draw(st.sampled_from(list(KINDS)))
        scale = 100 if "100" in KINDS[kind][1] or kind in ("rating", "entered") else 2
        value = draw(st.integers(0, 100 * scale).map(lambda one: Decimal(one) / 100))
        if kind == "ballot":
            value = Decimal(draw(st.integers(1, 7)))
        marks = {
            "by": draw(st.sampled_from(list(BY))),
            "difficulty": draw(st.sampled_from(list(DIFFICULTIES))),
            "severity": draw(st.sampled_from(list(SEVERITIES))),
            **({"listed_only": "yes"} if draw(st.booleans()) else {}),
        }
        found.append(
            Fact(
                kind=kind,
                unit=draw(st.sampled_from(UNITS)).number,
                key=f"{kind}:{draw(st.integers(1, 30))}",
                day=CLOSING - timedelta(days=draw(st.integers(0, 30))),
                words=KINDS[kind][0],
                role=draw(st.sampled_from(["", *ROLES])),
                value=value if KINDS[kind][1] else Decimal(1),
                marks=marks,
                forgiven=draw(st.sampled_from(["", "", "", "经批准"])),
            )
        )
    return found


def score(ranking: Ranking, unit: int) -> Score | None:
    return {one.unit.number: one for group in ranking.groups for one in group.scores}.get(unit)


def ranked(name: str, rows: list[Fact], units: list[Unit] = UNITS) -> Ranking:
    return rank(presets()[name], units, rows, closing=CLOSING)


def within(scheme: ScoringScheme, amount: Decimal) -> Decimal:
    low = amount if scheme.floor is None else max(amount, scheme.floor)
    return low if scheme.cap is None else min(low, scheme.cap)


@SCHEMES
@LAW
@given(rows=facts(), data=st.data())
def test_the_order_of_input_never_matters(name: str, rows: list[Fact], data: st.DataObject) -> None:
    other = data.draw(st.permutations(rows)), data.draw(st.permutations(UNITS))
    assert ranked(name, other[0], other[1]) == ranked(name, rows)


@SCHEMES
@LAW
@given(rows=facts())
def test_a_fact_that_comes_twice_counts_once(name: str, rows: list[Fact]) -> None:
    assert ranked(name, [*rows, *rows]) == ranked(name, rows)


@SCHEMES
@LAW
@given(rows=facts(), kind=st.sampled_from(GOOD), role=st.sampled_from(list(ROLES)))
def test_one_more_good_thing_never_lowers_a_score(name: str, rows: list[Fact], kind: str, role: str) -> None:
    before = score(ranked(name, rows), 1)
    more = Fact(kind, 1, "one more", CLOSING, "", role=role, value=Decimal(2), marks={"by": "upper", "kind": "产业"})
    after = score(ranked(name, [*rows, more]), 1)
    # A share may have had nothing to count before; what a unit gets without facts is the scheme's word, not a law.
    shares = [item for item in presets()[name].items if item.how == "share" and kind in item.choice.kinds]
    started = before and all(item.lines for item in before.items if item.name in {one.name for one in shares})
    if before and after and (not shares or started):
        assert after.total >= before.total


@SCHEMES
@LAW
@given(rows=facts(), chosen=st.integers(0, 13), more=st.integers(1, 300))
def test_a_better_value_never_lowers_a_score(name: str, rows: list[Fact], chosen: int, more: int) -> None:
    if not rows:
        return
    fact = rows[chosen % len(rows)]
    if not KINDS[fact.kind][1] or sum(other.unit == fact.unit and other.key == fact.key for other in rows) > 1:
        return
    step = Decimal(more) / 100
    # The first place is the best one.
    better = replace(fact, value=max(Decimal(1), fact.value - more) if fact.kind == "ballot" else fact.value + step)
    before, after = ranked(name, rows), ranked(name, [better if one is fact else one for one in rows])
    was, now = score(before, fact.unit), score(after, fact.unit)
    assert (was is None) == (now is None)
    if was and now:
        assert now.total >= was.total


@SCHEMES
@LAW
@given(rows=facts(30))
def test_equal_scores_share_a_place(name: str, rows: list[Fact]) -> None:
    for group in ranked(name, rows).groups:
        for one in group.scores:
            assert one.place == 1 + sum(other.total > one.total for other in group.scores)
        assert not set(group.commended) & set(group.criticised)
        assert not set(group.commended) & {one.unit.number for one in group.scores if one.vetoed}


@SCHEMES
@LAW
@given(rows=facts(30))
def test_a_total_is_the_sum_of_its_items_within_cap_and_floor(name: str, rows: list[Fact]) -> None:
    scheme = presets()[name]
    for group in ranked(name, rows).groups:
        for one in group.scores:
            amount = scheme.base + sum((item.points for item in one.items), Decimal(0))
            assert abs(one.total - rounded(within(scheme, amount), scheme.places)) <= Decimal(1).scaleb(-scheme.places)
            assert abs(one.total - within(scheme, amount)) <= Decimal("0.5000001").scaleb(-scheme.places)


@SCHEMES
@LAW
@given(rows=facts(30))
def test_forgiven_facts_never_change_a_score(name: str, rows: list[Fact]) -> None:
    # One key is one fact: whether it is forgiven is then the same for both.
    kept = {(fact.unit, fact.key): fact for fact in rows}.values()
    with_them, without = ranked(name, list(kept)), ranked(name, [fact for fact in kept if not fact.forgiven])
    assert totals(with_them) == totals(without)
    assert [(g.commended, g.criticised) for g in with_them.groups] == [
        (g.commended, g.criticised) for g in without.groups
    ]
    lines = [line for g in with_them.groups for one in g.scores for item in one.items for line in item.lines]
    assert all("容错" in line.working and not line.points for line in lines if line.fact.forgiven)


@LAW
@given(rows=facts(30))
def test_places_that_are_kept_are_so_by_the_same_tries(rows: list[Fact]) -> None:
    scheme = presets()["base-and-cap"]
    found = sensitivity(scheme, UNITS, rows, closing=CLOSING)
    assert found == sensitivity(scheme, UNITS[::-1], rows[::-1], closing=CLOSING)
    ranking = ranked("base-and-cap", rows)
    for group in ranking.groups:
        for one, steady in zip(group.scores, found.groups[group.group], strict=True):
            assert (one.unit, one.place) == (steady.unit, steady.place)
            assert 0 <= steady.kept <= 1
            assert steady.best <= steady.place <= steady.worst


@LAW
@given(
    st.dictionaries(
        st.integers(1, 12),
        st.dictionaries(st.integers(1, 7), st.integers(0, 100).map(Decimal), max_size=7),
        max_size=12,
    )
)
def test_the_year_lies_between_its_months(months: dict[int, dict[int, Decimal]]) -> None:
    year = rank_year(presets()["base-and-cap"], UNITS, months, [], closing=CLOSING)
    for unit, total in totals(year).items():
        own = [scores[unit] for scores in months.values() if unit in scores]
        assert min(own, default=0) <= total <= max(own, default=0)
