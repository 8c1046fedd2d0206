"""What is odd about a report: checks while it is typed. They explain; only the impossible is refused elsewhere.

Pure: facts in, warnings out. Each warning names its cell, so that the page can show it beside the cell.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from rapidfuzz import fuzz

from duban.core import parse
from duban.plans.amounts import convert, factor

WarningCode = Literal[
    "falling", "jump", "over-share", "magnitude", "copied", "no-evidence", "numbers-differ", "unit-changed", "empty"
]

# A month's step beyond this many times the expected one, and beyond this share of the target, is worth a look.
_JUMP_TIMES, _JUMP_SHARE = Decimal(3), Decimal("0.3")
# A value beyond this many times its target is more often a wrong unit (万元 for 亿元) than a success.
_MAGNITUDE = Decimal(20)
# Names in running text seldom equal the ledger's names letter by letter.
_SAME_NAME = 75


@dataclass(frozen=True)
class Cell:
    """One indicator of a report as filled in, with what is known of it.

    `value` is this round's, `previous` the last one handed in before; `expected` and `expected_before` are what the
    curve expects at the ends of the two periods. `asked_unit` is the ledger's unit now, `unit` the one filled in, in which
    all these are; what does not convert into it is None. `told_before` is what was handed in before, in the unit of then,
    where that was another one.
    """

    key: str
    name: str
    unit: str
    measure: str
    comparator: str
    target: Decimal | None
    value: Decimal | None
    previous: Decimal | None = None
    expected: Decimal | None = None
    expected_before: Decimal | None = None
    asked_unit: str = ""
    told_before: str = ""


@dataclass(frozen=True)
class Facts:
    """A report as filled in: its cells and texts, last round's text, and what its schedule demands."""

    cells: tuple[Cell, ...]
    progress: str = ""
    previous_progress: str = ""
    evidence: int = 0
    needs_evidence: bool = False


@dataclass(frozen=True)
class Warning:
    """Something to look at: which cell, what kind, and a Chinese sentence that says why."""

    cell: str
    code: WarningCode
    sentence: str


def check(facts: Facts) -> list[Warning]:
    """Return what is odd about a report, cell by cell, then its text, then its evidence."""
    found = [warning for cell in facts.cells for warning in _cell(cell)]
    found.extend(_text(facts))
    if facts.needs_evidence and not facts.evidence:
        found.append(Warning("evidence", "no-evidence", "这一轮要求附佐证材料，还没有上传。"))
    return found


def lacking(figures: Iterable[tuple[str, bool]], progress: str) -> list[str]:
    """Return what a report lacks before it can be handed in, as Chinese phrases.

    `figures` are the numbers that are asked, by name, and whether each is filled in.
    """
    lacks = [f"“{name}”没有填数" for name, filled in figures if not filled]
    return lacks if progress.strip() else [*lacks, "没有写进展情况"]


def shown(value: Decimal) -> str:
    """Return a number as people write it: no trailing zeros, no exponent."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _cell(cell: Cell) -> Iterator[Warning]:
    value, unit, target = cell.value, cell.unit, cell.target
    yield from _changed_unit(cell)
    if value is None:
        return
    if cell.measure == "level":
        if cell.previous is not None and value < cell.previous:
            yield Warning(
                cell.key,
                "falling",
                f"累计值{shown(value)}{unit}小于上期的{shown(cell.previous)}{unit}。累计值一般不会减少，请核对或在进展中说明。",
            )
        if target is not None and value <= target * _MAGNITUDE:
            yield from _jump(cell, value, target)
    if cell.measure == "share" and unit == "%" and value > 100:
        yield Warning(cell.key, "over-share", f"占比{shown(value)}%超过了100%，请核对。")
    if target is not None and target > 0 and value > target * _MAGNITUDE:
        yield Warning(
            cell.key,
            "magnitude",
            f"{shown(value)}{unit}是目标{shown(target)}{unit}的{shown((value / target).quantize(Decimal(1)))}倍，"
            "请看看计量单位是否填错。",
        )


def _changed_unit(cell: Cell) -> Iterator[Warning]:
    """Say that the unit of measure is another one than the ledger's, or than last time's."""
    if cell.asked_unit and cell.asked_unit != cell.unit:
        how = "会换算了再比" if factor(cell.unit, cell.asked_unit) else "换算不了，不拿来比"
        yield Warning(
            cell.key,
            "unit-changed",
            f"“{cell.name}”的计量单位已调整为{cell.asked_unit}，本次仍按{cell.unit}填报（{how}），请核对。",
        )
    if cell.told_before:
        how = f"换算成{shown(cell.previous)}{cell.unit}来比" if cell.previous is not None else "换算不了，不拿来比"
        yield Warning(
            cell.key,
            "unit-changed",
            f"上期报的是{cell.told_before}，现在的计量单位是{cell.unit}：{how}。请确认本期填的是{cell.unit}。",
        )


def _jump(cell: Cell, value: Decimal, target: Decimal) -> Iterator[Warning]:
    if cell.previous is None or cell.expected is None or cell.expected_before is None or target <= 0:
        return
    step, usual = value - cell.previous, cell.expected - cell.expected_before
    if usual > 0 and step > usual * _JUMP_TIMES and step > target * _JUMP_SHARE:
        yield Warning(
            cell.key,
            "jump",
            f"本期一次增加{shown(step)}{cell.unit}，而按序时进度约为{shown(usual.quantize(Decimal('0.1')))}{cell.unit}。"
            "情况属实的，请在进展中说明。",
        )


def _text(facts: Facts) -> Iterator[Warning]:
    text = _plain(facts.progress)
    if not text:
        return
    if text == _plain(facts.previous_progress):
        yield Warning("progress", "copied", "进展情况和上期一字不差，请写本期的新进展。")
    yield from _differing(facts)


def _plain(text: str) -> str:
    return re.sub(r"\s+", "", text)


def _differing(facts: Facts) -> Iterator[Warning]:
    """Warn where the text gives a number of the same name and unit that is not the one in the field."""
    told = [indicator for document in parse(facts.progress).documents for indicator in document.indicators]
    for cell in facts.cells:
        if cell.value is None:
            continue
        same = [
            indicator
            for indicator in told
            if factor(indicator.unit, cell.unit) is not None
            and max(fuzz.partial_ratio(cell.name, name) for name in (indicator.name, indicator.text)) >= _SAME_NAME
        ]
        if not same:
            continue
        if cell.value not in [convert(Decimal(repr(one.value)), one.unit, cell.unit) for one in same]:
            nearest = same[0]
            yield Warning(
                cell.key,
                "numbers-differ",
                f"进展里写的是“{nearest.text}”，这一格填的是{shown(cell.value)}{cell.unit}，请核对哪个对。",
            )


def handed_in(warnings: Sequence[Warning]) -> list[dict[str, str]]:
    """Return warnings as a report keeps them."""
    return [{"cell": warning.cell, "code": warning.code, "sentence": warning.sentence} for warning in warnings]
