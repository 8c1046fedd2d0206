"""Every scheme that comes with the product proves itself, rule by rule."""

from __future__ import annotations

import pytest

from duban.dispatch.schemes.files import DEFAULT, presets
from duban.dispatch.schemes.lights.checking import check, unproved
from duban.dispatch.schemes.lights.evaluating import evaluate
from duban.dispatch.schemes.lights.scheme import Example, LightScheme

SCHEMES = [pytest.param(scheme, id=scheme.name) for scheme in presets().values()]
EXAMPLES = [
    pytest.param(scheme, example, id=f"{scheme.name}: {example.title}")
    for scheme in presets().values()
    for example in scheme.examples
]


def test_the_default_and_the_six_of_the_field_are_there() -> None:
    assert list(presets()) == [DEFAULT, "cards", "deviation", "fading-red", "monthly", "slips", "stages"]


@pytest.mark.parametrize(("scheme", "example"), EXAMPLES)
def test_the_light_is_the_one_worked_by_hand(scheme: LightScheme, example: Example) -> None:
    light = evaluate(scheme, example.facts, on=example.on, month=example.month)
    assert light.level.name == example.level, light.why
    assert example.rule in (None, light.rule)
    assert light.why.endswith("。")
    assert "没有可以比较的数" not in light.why


@pytest.mark.parametrize("scheme", SCHEMES)
def test_it_holds_and_every_rule_and_light_has_an_example(scheme: LightScheme) -> None:
    assert check(scheme) == []
    assert unproved(scheme) == []
    assert {example.level for example in scheme.examples} == {level.name for level in scheme.levels}
    assert all(example.working for example in scheme.examples)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_override_in_its_examples_is_allowed(scheme: LightScheme) -> None:
    assert not [
        problem
        for example in scheme.examples
        for override in example.facts.overrides
        if (problem := scheme.override.problem(override))
    ]
