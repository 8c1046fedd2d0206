"""What holds of every light scheme: more progress never worsens a light, an override ends, the future is not known."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duban.dispatch.schemes.files import presets
from duban.dispatch.schemes.lights.evaluating import Light, evaluate
from duban.dispatch.schemes.lights.facts import Demand, Facts, Month, Override, Report
from duban.dispatch.schemes.lights.scheme import LightScheme

YEAR = [date(2026, 1, 1) + timedelta(days=n) for n in range(440)]
SCHEMES = pytest.mark.parametrize("scheme", [pytest.param(one, id=one.name) for one in presets().values()])
LAW = settings(max_examples=120, deadline=None)

percents = st.integers(0, 1000).map(lambda tenths: Decimal(tenths) / 10)
days = st.sampled_from(YEAR)


@st.composite
def tasks(draw: st.DrawFn) -> Facts:
    """A task with one to six months, some not reported, some corrected later; started, listed and done or not."""
    count = draw(st.integers(1, 6))
    expectations = sorted(draw(st.lists(percents, min_size=count, max_size=count)))
    months = tuple(
        Month(f"2026-{number:02d}", draw(st.sampled_from([expected, None])), date(2026, number + 1, 5))
        for number, expected in enumerate(expectations, 1)
    )
    reports = [
        Report(
            month.name, month.ends + timedelta(days=draw(st.integers(-5, 40))), draw(percents | st.none()), (number,)
        )
        for number, month in enumerate([month for month in months for _ in range(draw(st.integers(0, 2)))], 1)
    ]
    maybe = days | st.none()
    levels = st.sampled_from(["blue", "orange", "red", "yellow"])
    demands = [
        Demand(draw(levels), sent, sent + timedelta(days=draw(st.integers(0, 30))), draw(maybe))
        for sent in draw(st.lists(days, max_size=2))
    ]
    return Facts(
        due=draw(days),
        months=months,
        reports=tuple(reports),
        start=draw(maybe),
        started_on=draw(maybe),
        to_be_listed=draw(st.booleans()),
        listed_on=draw(maybe),
        done_on=draw(st.none() | days),
        demands=tuple(demands),
    )


def better(facts: Facts, more: list[Decimal]) -> Facts:
    """Return the same task with more done in each report, by those percentage points."""
    reports = zip(facts.reports, more, strict=False)
    return replace(
        facts,
        reports=tuple(
            replace(report, progress=None if report.progress is None else report.progress + extra)
            for report, extra in reports
        ),
    )


def all_lights(scheme: LightScheme, facts: Facts, on: date) -> list[Light]:
    judged = facts.judged(on)
    names = [None] if judged is None else [month.name for month in facts.months[: judged + 1]]
    return [evaluate(scheme, facts, on=on, month=name) for name in names]


@SCHEMES
@LAW
@given(tasks(), st.lists(percents, min_size=12, max_size=12), days)
def test_more_progress_never_worsens_a_light(scheme: LightScheme, facts: Facts, more: list[Decimal], on: date) -> None:
    for less, after in zip(all_lights(scheme, facts, on), all_lights(scheme, better(facts, more), on), strict=True):
        assert after.level.severity <= less.level.severity, (less.why, after.why)


@SCHEMES
@LAW
@given(tasks(), days, st.integers(1, 31), st.data())
def test_an_override_holds_and_ends_by_itself(
    scheme: LightScheme, facts: Facts, since: date, length: int, data: st.DataObject
) -> None:
    level = data.draw(st.sampled_from(scheme.override.levels))
    until = since + timedelta(days=length - 1)
    override = Override(level, "汛情停工", scheme.override.roles[0], since, until)
    by_hand = replace(facts, overrides=(override,), done_on=None)
    plain = replace(facts, done_on=None)
    assert not scheme.override.problem(override)
    for on in (since, until):
        light = evaluate(scheme, by_hand, on=on)
        assert (light.level.name, light.rule, light.override) == (level, "override", override)
        assert light.beneath
        assert light.beneath.level == evaluate(scheme, plain, on=on).level
    for on in (since - timedelta(days=1), until + timedelta(days=1)):
        assert evaluate(scheme, by_hand, on=on).level == evaluate(scheme, plain, on=on).level


@SCHEMES
@LAW
@given(tasks(), days)
def test_what_came_later_is_not_known(scheme: LightScheme, facts: Facts, on: date) -> None:
    known = replace(
        facts,
        reports=tuple(report for report in facts.reports if report.filed_on <= on),
        demands=tuple(
            replace(demand, met_on=demand.met_on if demand.met_on and demand.met_on <= on else None)
            for demand in facts.demands
            if demand.issued_on <= on
        ),
        started_on=facts.started_on if facts.started_on and facts.started_on <= on else None,
        listed_on=facts.listed_on if facts.listed_on and facts.listed_on <= on else None,
        done_on=facts.done_on if facts.done_on and facts.done_on <= on else None,
    )
    assert all_lights(scheme, facts, on) == all_lights(scheme, known, on)


@SCHEMES
@LAW
@given(tasks(), days)
def test_every_light_says_why_from_reports_that_were_in(scheme: LightScheme, facts: Facts, on: date) -> None:
    filed = {key for report in facts.reports if report.filed_on <= on for key in report.ids}
    for light in all_lights(scheme, facts, on):
        assert light.why.endswith("。")
        assert "{" not in light.why
        assert set(light.reports) <= filed
        assert light.level in scheme.levels
