"""Laws of papers, for any facts: every value equals its query, nothing else is a number, edits are kept, changes are told."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duban.bulletins.composing.blocks import (
    accepted,
    bound_of,
    changes,
    difference,
    editable,
    is_edited,
    parsed,
    text_of,
)
from duban.bulletins.composing.composer import Composer
from duban.bulletins.composing.facts import (
    Facts,
    IndicatorFact,
    IssueFact,
    RankFact,
    RankingFacts,
    ReportFact,
    SectionFact,
    SlipFact,
    TaskFact,
    UnitFact,
)
from duban.bulletins.composing.figures import Book
from duban.bulletins.composing.wording import KINDS, preset

DAY, FIRST = date(2026, 9, 30), date(2026, 9, 1)
COLOURS = ("red", "orange", "yellow", "green", "blue", "")
percents = st.decimals(0, 100, places=1, allow_nan=False)
days = st.dates(date(2026, 1, 1), DAY)


@st.composite
def facts(draw: Any) -> Facts:
    """Any ledger of a few sections, units and tasks, with reports, orders, issues and perhaps a ranking."""
    sections = tuple(
        SectionFact(n, f"章节{n}甲", "livelihood" if n == 2 else "") for n in range(1, draw(st.integers(1, 4)))
    )
    units = {n: UnitFact(n, f"单位{n}局", "区直部门") for n in range(1, draw(st.integers(2, 5)))}
    tasks = tuple(
        TaskFact(
            pk=n,
            number=f"2026-{n:03d}",
            title=f"任务{n}号",
            section=draw(st.integers(0, 4)),
            units=tuple(draw(st.sets(st.sampled_from(sorted(units)), max_size=2))),
            light=draw(st.sampled_from(COLOURS)),
            word="灯",
            before=draw(st.sampled_from(COLOURS)),
            why=draw(st.sampled_from(["", "落后序时进度。", "逾期"])),
            due=draw(st.none() | days),
            progress=draw(st.none() | percents),
            expected=draw(st.none() | percents),
            closed=draw(st.booleans()),
            problems=draw(st.sampled_from(["", "资金没有到位"])),
            has_project=draw(st.booleans()),
        )
        for n in range(1, draw(st.integers(1, 8)))
    )
    numbers = [task.pk for task in tasks] or [1]
    some = st.lists(
        st.tuples(st.sampled_from(numbers), st.sampled_from(sorted(units)), st.booleans(), st.booleans()), max_size=6
    )
    slips = tuple(
        SlipFact(n, n, f"督办〔2026〕{n}号", "事项", unit, "blue", "蓝色督办单", draw(days), DAY, a, a and b, task)
        for n, (task, unit, a, b) in enumerate(draw(some), 1)
    )
    ranking = None
    if draw(st.booleans()):
        rows = tuple(
            RankFact(unit, "区直部门", place, Decimal("88.5"), None, place == 1, place == 2)
            for place, unit in enumerate(units, 1)
        )
        ranking = RankingFacts(1, draw(st.sampled_from(["published", "draft"])), rows)
    return Facts(
        ledger=1,
        division="兰桥区",
        office="兰桥区人民政府督查室",
        year=2026,
        first=FIRST,
        day=DAY,
        sections=sections,
        units=units,
        tasks=tasks,
        indicators=tuple(
            IndicatorFact(
                n, task, "指标", "个", Decimal(5), "不低于5个", Decimal(n) if a else None, a and b, "某局填报"
            )
            for n, (task, _, a, b) in enumerate(draw(some), 1)
        ),
        reports=tuple(ReportFact(task, unit, a, a and b, not a and b) for task, unit, a, b in draw(some)),
        slips=slips,
        issues=tuple(
            IssueFact(n, "问题", unit, task, FIRST, None if a else DAY, a and b)
            for n, (task, unit, a, b) in enumerate(draw(some), 1)
        ),
        ranking=ranking,
    )


kinds = st.sampled_from([kind for kind in KINDS if kind != "unit"])


@settings(deadline=None, max_examples=60)
@given(facts(), kinds)
def test_every_value_of_a_paper_equals_its_query_and_no_other_number_stands_in_it(given: Facts, kind: str) -> None:
    composed = Composer(preset(kind), given).compose()
    # Asked anew, of nothing but the facts.
    book = Book(given)
    for block in composed.blocks:
        for one in bound_of(block):
            assert book.figure(one["f"]).shown == one["v"]
        for part in block.get("parts", ()):
            assert not (isinstance(part, str) and re.search(r"\d", part)), part


@settings(deadline=None, max_examples=30)
@given(facts(), kinds)
def test_the_same_facts_make_the_same_paper(given: Facts, kind: str) -> None:
    assert Composer(preset(kind), given).compose() == Composer(preset(kind), given).compose()


@settings(deadline=None, max_examples=40)
@given(facts())
def test_what_is_opened_to_be_edited_and_sent_back_as_it_is_stays_as_it_is(given: Facts) -> None:
    composer = Composer(preset("monthly"), given)
    for block in composer.compose().blocks:
        if "parts" in block:
            back = parsed(editable(block["parts"]), block["parts"], composer.book)
            assert text_of(back, notes=True) == text_of(block["parts"], notes=True)
            assert [one["f"] for one in bound_of({**block, "parts": back})] == [one["f"] for one in bound_of(block)]


@settings(deadline=None, max_examples=40)
@given(facts(), facts())
def test_an_edited_draft_keeps_its_words_and_after_all_is_accepted_says_what_the_data_say(
    before: Facts, after: Facts
) -> None:
    body = {"blocks": Composer(preset("monthly"), before).compose().blocks, "dropped": []}
    edited = next(block for block in body["blocks"] if block["key"] == "overall-ledger")
    edited["parts"] = [*edited["parts"], "这句是人写的。"]
    now = Composer(preset("monthly"), after)
    fresh = now.compose().blocks
    taken = accepted(body, fresh, now.book)
    kept = next(block for block in taken["blocks"] if block["id"] == edited["id"])
    assert is_edited(kept)
    assert text_of(kept["parts"]).endswith("这句是人写的。")
    # Nothing is changed in what was given, and nothing that can be taken over is left.
    assert text_of(edited["parts"]).endswith("这句是人写的。")
    left = [change for change in changes(taken, fresh, now.book) if change.kind in ("figure", "table", "new")]
    assert left == []


@settings(deadline=None, max_examples=60)
@given(st.text(st.characters(blacklist_characters="{}", blacklist_categories=("Cs",))), st.text(max_size=40))
def test_a_difference_has_both_texts_in_it(before: str, after: str) -> None:
    runs = difference([before], [after])
    assert "".join(run.text for run in runs if run.kind != "in") == before
    assert "".join(run.text for run in runs if run.kind != "out") == after


@pytest.mark.parametrize("kind", list(KINDS))
def test_the_wordings_that_come_along_hold(kind: str) -> None:
    assert preset(kind).rules
