"""Units of measure: what converts, and what is left alone."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duban.plans.amounts import convert, factor, is_percent

SAME = [
    ("1.2", "亿元", "12000", "万元"),
    ("5000", "万元", "0.5", "亿元"),
    ("3.5", "公里", "3500", "米"),
    ("15", "亩", "1", "公顷"),
    ("1", "公顷", "15", "亩"),
    ("2", "万千瓦", "20", "兆瓦"),
    ("3", "万吨", "30000000", "公斤"),
    ("1.5", "万人次", "15000", "人次"),
    ("3", "百家", "300", "家"),
    ("12", "%", "12", "％"),
    ("7", "个", "7", "个"),
]
APART = [
    ("个", "平方米"),
    ("元", "美元"),
    ("公里", "公顷"),
    ("千瓦", "千瓦时"),
    ("%", "个百分点"),
    ("件", "项"),
    ("", "个"),
]


@pytest.mark.parametrize(("value", "unit", "same", "wanted"), SAME)
def test_what_measures_the_same_converts(value: str, unit: str, same: str, wanted: str) -> None:
    assert convert(Decimal(value), unit, wanted) == Decimal(same)


@pytest.mark.parametrize(("unit", "wanted"), APART)
def test_apples_are_no_pears(unit: str, wanted: str) -> None:
    assert factor(unit, wanted) is None
    assert convert(Decimal(3), unit, wanted) is None


@given(
    st.sampled_from(sorted({row[1] for row in SAME} | {row[3] for row in SAME})),
    st.text("千百万亿元米亩户", max_size=6),
)
def test_there_and_back_is_where_one_was(unit: str, other: str) -> None:
    there, back = factor(unit, other), factor(other, unit)
    assert (there is None) == (back is None)
    assert there is None or back is None or abs(there * back - 1) < Decimal("1e-20")


def test_what_is_written_with_a_percent_sign() -> None:
    assert is_percent("%")
    assert is_percent("个百分点")
    assert not is_percent("万元")
