"""Wording files of papers: what is wrong is told with its place and what to do; conditions; numbers of headings."""

from __future__ import annotations

import re

import pytest

from duban.bulletins.composing.blocks import chinese, numbered
from duban.bulletins.composing.conditions import WrongCondition, condition
from duban.bulletins.composing.wording import read
from duban.dispatch.schemes.problems import WrongScheme

HEAD = 'kind = "monthly"\ntitle = "通报"\n'


def block(words: str) -> str:
    return f'{HEAD}[[block]]\nkey = "a"\n{words}\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (block('text = "共{tasks.rad}项。"'), "第1个 block 的 text：没有“tasks.rad”这个数。是不是“tasks.red”？"),
        (block('text = "共3项。"'), "话里写死了数“3”"),
        (block('text = "共{tasks.red项。"'), "花括号不成对"),
        (block('text = "{it.title}。"'), "“it.title”指哪一个不清楚"),
        (block('each = "tasks.red"\ntext = "{it.titel}。"'), "是不是“it.title”"),
        (block('when = "tasks.red >> 1"\ntext = "好。"'), "看不懂“tasks.red >> 1”"),
        (block('text = "好。"\nteh = 1'), "没有这一项"),
        (block('each = "tasks.rad"\ntext = "好。"'), "没有“tasks.rad”"),
        (block('table = "rankings"'), "没有“rankings”"),
        (block('[[block.variant]]\nwhen = "tasks.red"\ntext = "红。"'), "没有兜底的"),
        (block('text = "一。"') + '[[block]]\nkey = "a"\ntext = "二。"', "前面用过了"),
        (HEAD, "一段也没有"),
        ('kind = "monthly"\ntitle = "通报\n', "第2行"),
    ],
)
def test_what_is_wrong_is_told_with_its_place_and_what_to_do(text: str, said: str) -> None:
    with pytest.raises(WrongScheme, match=re.escape(said)):
        read(text, "措辞")


@pytest.mark.parametrize(
    ("text", "values", "holds"),
    [
        ("tasks.red > 0", {"tasks.red": 1}, True),
        ("tasks.red > 0 and tasks.good = 3", {"tasks.red": 1, "tasks.good": 2}, False),
        ("tasks.red > 0 or tasks.good = 2", {"tasks.red": 0, "tasks.good": 2}, True),
        ("tasks.good = tasks.total", {"tasks.good": 2, "tasks.total": 2}, True),
        ("not it.problems", {"it.problems": ""}, True),
        ("it.problems", {"it.problems": "没钱"}, True),
        ("tasks.good.rate >= 66.7", {"tasks.good.rate": 66}, False),
    ],
)
def test_conditions(text: str, values: dict[str, int | str], holds: bool) -> None:
    assert condition(text).holds(values.__getitem__) is holds


@pytest.mark.parametrize("text", ["", "tasks.red >", "1 > 0", "tasks.red > 0 and", "__import__('os')"])
def test_what_is_no_condition_is_refused(text: str) -> None:
    with pytest.raises(WrongCondition):
        condition(text)


def test_headings_are_numbered_anew_in_each_annex() -> None:
    kinds = [("heading", 1), ("heading", 2), ("heading", 2), ("heading", 1), ("annex", 0), ("heading", 1)]
    found = [before for _, before in numbered({"type": kind, "level": level} for kind, level in kinds)]
    assert found == ["一、", "（一）", "（二）", "二、", "1", "一、"]
    assert [chinese(n) for n in (9, 10, 11, 20, 35)] == ["九", "十", "十一", "二十", "三十五"]
