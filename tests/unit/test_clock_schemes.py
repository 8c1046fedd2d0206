"""Clock schemes: presets hold, the manual tells every word, and what is wrong is said by its key."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from duban.dispatch.schemes.problems import WrongScheme
from duban.supervision.clocks import files, scheme
from duban.supervision.clocks.checking import check, unproved
from duban.supervision.models.matters import MatterSource, Urgency

MANUAL = (Path(__file__).parents[2] / "docs/schemes.md").read_text("utf-8").partition("# 时限办法")[2]
[OWN] = re.findall(r"```toml\n(.*?)```", MANUAL, re.DOTALL)


@pytest.mark.parametrize("name", files.presets())
def test_a_preset_does_what_it_says(name: str) -> None:
    rules = files.presets()[name]
    assert check(rules) == []
    assert unproved(rules) == []


def test_the_scheme_in_the_manual_holds() -> None:
    rules = files.read(OWN, "本区.toml")
    assert check(rules) == []
    assert rules.id == "lanqiao-clock@1"


def test_the_manual_tells_every_word() -> None:
    words = (
        *scheme.ACTS,
        *scheme.WHO,
        *scheme.STARTS,
        *scheme.BEFORE,
        *scheme.URGENCIES,
        *scheme.TOLD,
        *files.presets(),
    )
    assert [word for word in words if f"`{word}`" not in MANUAL] == []


def test_names_are_those_of_the_models() -> None:
    assert set(scheme.URGENCIES) == set(Urgency.values)
    assert set(files.reading.SOURCES) == set(MatterSource.values) == set(files.sources())
    assert all(source.scheme in files.presets() for source in files.sources().values())


@pytest.mark.parametrize(
    ("wrong", "right", "said"),
    [
        ('unit = "hours"', 'unit = "minutes"', "没有“minutes”"),
        ('act = "answer"', 'act = "note"', "“答复”（act = \"answer\"）要有一步"),
        ('after = "answer"', 'after = "anwser"', "前面却没有这一步"),
        ('limit.hard', 'limit.harder', "缺少这种缓急的时限"),
        ('pausable = false', 'pausable = "no"', "应是 true（是）或 false（否）"),
        ('[redo]', '[redone]', "缺少这一项"),
        ('at_most = { number = 5, unit = "working_days" }', 'at_most = { number = 5, unit = "days" }', "不是一种单位"),
        ('due = { sign', 'due = { singe', "没有这一项"),
        ('received = 2026-03-02', 'received = "3月2日"', "应是日期"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_place(wrong: str, right: str, said: str) -> None:
    assert wrong in OWN
    with pytest.raises(WrongScheme) as refused:
        files.read(OWN.replace(wrong, right, 1), "本区.toml")
    assert any(said in str(problem) for problem in refused.value.problems), str(refused.value)


def test_a_wrong_example_says_how_it_is_counted() -> None:
    text = OWN.replace("answer = 2026-03-16", "answer = 2026-03-17")
    [problem] = check(files.read(text, "本区.toml"))
    assert "“报结果”写的是2026-03-17" in str(problem)
    assert "算法是：从2026年3月2日次日起算10个工作日" in str(problem)
