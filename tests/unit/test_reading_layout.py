"""Laws of the step from places to text: whatever stands on a sheet, nothing is lost and every place is right."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from duban.core.reading.layout import Rule, Run, Sheet, clean, lay_out

PLACES = st.floats(0, 600, allow_nan=False)
SIZES = st.sampled_from([9.0, 12.0, 16.0, 22.0])


@st.composite
def runs(draw: st.DrawFn) -> Run:
    x, y, size = draw(PLACES), draw(PLACES), draw(SIZES)
    text = draw(st.text("一二三兰桥区ab12，。— ", min_size=1, max_size=12))
    return Run(text, x, y, x + size * len(text), y + size, draw(st.floats(0, 1)))


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    x, y = draw(st.sampled_from([50.0, 150.0, 151.0, 300.0, 500.0])), draw(st.sampled_from([50.0, 80.0, 120.0, 400.0]))
    length = draw(st.sampled_from([5.0, 100.0, 250.0, 450.0]))
    return Rule(x, y, x + length, y) if draw(st.booleans()) else Rule(x, y, x, y + length)


SHEETS = st.lists(st.tuples(st.lists(runs(), max_size=25), st.lists(rules(), max_size=14)), min_size=1, max_size=4)


def characters(text: str) -> Counter[str]:
    return Counter("".join(text.split()))


@settings(max_examples=200, deadline=2_000, suppress_health_check=[HealthCheck.too_slow])
@given(sheets=SHEETS)
def test_no_character_is_lost_and_every_place_lies_in_the_text(sheets: list[tuple[list[Run], list[Rule]]]) -> None:
    layout = lay_out(Sheet(index + 1, 600, 840, *content) for index, content in enumerate(sheets))
    given_text = characters("".join(run.text for content in sheets for run in content[0]))
    read_text = characters(layout.text)
    assert not read_text - given_text
    # What is missing was printed twice at one place, to look bold.
    twice = sum(len(run.text) for content in sheets for run in content[0] if stands_twice(run, content[0]))
    assert (given_text - read_text).total() <= twice
    for span in (*layout.furniture, *(note.span for note in layout.notes), *(table.span for table in layout.tables)):
        assert 0 <= span.start <= span.end <= len(layout.text)
    for table in layout.tables:
        assert all(table.span.contains(cell.span) for cell in table.cells)
        fields = [
            (row, column)
            for cell in table.cells
            for row in range(cell.row, cell.row + cell.row_span)
            for column in range(cell.column, cell.column + cell.column_span)
        ]
        assert len(fields) == len(set(fields))
    assert "\n\n" not in layout.text


def stands_twice(run: Run, others: list[Run]) -> bool:
    return any(other is not run and other.text == run.text and abs(other.x0 - run.x0) <= 0.15 * 22 for other in others)


@pytest.mark.parametrize(
    ("printed", "read"),
    [
        ("⽂件", "文件"),
        ("⻓江", "长江"),
        ("江\u200b临", "江临"),
        ("a\u00a0b", "a b"),
        ("\ud800", "\ufffd"),
        ("区\x07", "区"),
    ],
)
def test_what_fonts_put_in_place_of_characters_is_mended(printed: str, read: str) -> None:
    assert clean(printed) == read


def test_a_drawing_of_thousands_of_lines_is_no_table_and_takes_no_time() -> None:
    lines = [Rule(x * 5.0, 0, x * 5.0, 800) for x in range(1_600)] + [
        Rule(0, y * 5.0, 8_000, y * 5.0) for y in range(1_600)
    ]
    layout = lay_out([Sheet(1, 8_000, 8_000, [Run("图", 10, 10, 26, 26)], lines)])
    assert layout.text == "图"
    assert [note.code for note in layout.notes] == ["table-unreadable"]
