"""The manual of dispatch names what the product does: the rules of reminders, the keys of verification."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from duban.dispatch.reminders.rules import Rule, rules

ROOT = Path(__file__).parents[2]
MANUAL = (ROOT / "docs/dispatch.md").read_text("utf-8")


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.name)
def test_every_rule_of_reminders_stands_in_the_manual_word_for_word(rule: Rule) -> None:
    assert f"| `{rule.name}` | {rule.meaning} |" in MANUAL


def test_every_key_of_verification_is_in_the_manual() -> None:
    script = (ROOT / "src/duban/dispatch/static/dispatch/verify.js").read_text("utf-8")
    keys = re.findall(r"^  ([a-z]): ", script, re.MULTILINE)
    assert len(keys) == 5
    assert not [key for key in keys if f"`{key}`" not in MANUAL]
