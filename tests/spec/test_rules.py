"""Every rule carries its proof, and every proof is run."""

import pytest

from duban.core.extract.rules import books
from duban.core.rules import Rule
from duban.core.text import fold

RULES = [pytest.param(rule, id=f"{package}/{rule.name}") for package, book in books() for rule in book]


@pytest.mark.parametrize("rule", RULES)
def test_rule_finds_its_examples(rule: Rule) -> None:
    assert rule.examples, "a rule without an example proves nothing"
    for example in rule.examples:
        text, words = (example, None) if isinstance(example, str) else example
        match = rule.pattern.search(fold(text))
        assert match, text
        if words is not None:
            assert match.group() == fold(words), text


@pytest.mark.parametrize("rule", RULES)
def test_rule_leaves_its_counter_examples_alone(rule: Rule) -> None:
    for text in rule.rejects:
        match = rule.pattern.search(fold(text))
        assert match is None, f"{text}: {match.group()}"


def test_names_are_unique_within_a_book() -> None:
    for package, book in books():
        names = [rule.name for rule in book]
        assert len(names) == len(set(names)), package
