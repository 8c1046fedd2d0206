"""The manual of the settings cannot drift."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from duban.organisations.roles import Role

ROOT = Path(__file__).parents[2]
MANUAL = (ROOT / "docs/settings.md").read_text("utf-8")
ROWS = dict(re.findall(r"^\| `DUBAN_([A-Z_]+)` \| (.+?) \|", MANUAL, re.MULTILINE))
ASKED = {
    name: default
    for path in sorted((ROOT / "src/duban").rglob("*.py"))
    for name, default in re.findall(
        r'(?:environment\.)?\b(?:text|number|flag|words)\("([A-Z_]+)"(?:, ([^()]+?))?\)', path.read_text("utf-8")
    )
}


def test_every_variable_that_is_asked_for_is_explained_and_no_other() -> None:
    assert len(ASKED) > 15
    assert set(ROWS) == set(ASKED)


@pytest.mark.parametrize("name", [name for name, default in ASKED.items() if default.isdecimal()])
def test_the_default_is_the_one_of_the_code(name: str) -> None:
    assert ROWS[name] == ASKED[name]


def test_every_role_that_may_be_asked_for_a_second_factor_is_named() -> None:
    row = re.search(r"^\| `DUBAN_TWO_FACTOR_ROLES` .*", MANUAL, re.MULTILINE)
    assert row
    assert all(f"`{role}` {role.label}" in row[0] for role in Role if role is not Role.PUBLIC)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [("SESSION_MINUTES", "half an hour", "应为整数"), ("TWO_FACTOR_ROLES", "boss", "没有角色“boss”")],
)
def test_a_setting_that_makes_no_sense_is_told_at_the_start(name: str, value: str, words: str, tmp_path: Any) -> None:
    place = {**os.environ, f"DUBAN_{name}": value, "DUBAN_DATA": str(tmp_path)}
    place["DJANGO_SETTINGS_MODULE"] = "duban.config.settings"
    told = subprocess.run(
        [sys.executable, "-m", "duban", "migrate"], env=place, capture_output=True, text=True, check=False
    )
    assert told.returncode == 1
    assert words in told.stderr
    assert "Traceback" not in told.stderr
