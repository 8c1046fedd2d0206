"""Every rule carries its proof, and every proof is run."""

import re

import pytest
from first_characters import first_characters

from duban.core.extract.quantities.resolve import QUANTITY, STARTS
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


QUICK = [pytest.param(r.values[0].pattern, r.values[0].starts, id=r.id) for r in RULES if r.values[0].starts]


@pytest.mark.parametrize(("pattern", "starts"), [*QUICK, pytest.param(QUANTITY, STARTS, id="quantity")])
def test_nothing_begins_where_a_rule_does_not_look(pattern: re.Pattern[str], starts: re.Pattern[str]) -> None:
    assert {character for character in first_characters(pattern) if not starts.match(character)} == set()


def test_names_are_unique_within_a_book() -> None:
    for package, book in books():
        names = [rule.name for rule in book]
        assert len(names) == len(set(names)), package
