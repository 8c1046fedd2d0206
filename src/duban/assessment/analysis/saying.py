"""The month in a few sentences, composed from what was counted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from duban.assessment.queries.analysis import Analysis, Year

#: Colours in the order in which they are told, with their words where the scheme has none of its own.
COLOURS = {"red": "红灯", "orange": "橙灯", "yellow": "黄灯", "green": "绿灯", "blue": "蓝灯", "grey": "灰灯"}


def day_words(day: date) -> str:
    """Return a day as papers write it: 2026年3月5日."""
    return f"{day.year}年{day.month}月{day.day}日"


def sentences(found: Analysis) -> list[str]:
    """Return the month in four to six sentences; what there is nothing of is said in few words."""
    return [*_state(found), *_stalls(found), *_problems(found), *_misses(found), *_hanging(found), *_before(found)]


def _lights(year: Year) -> str:
    return "、".join(f"{word}{year.colours[colour]}项" for colour, word in COLOURS.items() if year.colours.get(colour))


def _state(found: Analysis) -> Iterator[str]:
    now = found.now
    lights = _lights(now)
    mean = f"，平均进度{now.progress}%" if now.progress is not None else ""
    yield (
        f"截至{day_words(found.day)}，台账{now.tasks}项任务" + (f"中{lights}" if lights else "还没有亮灯") + f"{mean}。"
    )
    if found.worse or found.better:
        yield f"和上月末比，变差{len(found.worse)}项，变好{len(found.better)}项。"
    elif lights:
        yield "和上月末比，亮灯没有变化。"


def _stalls(found: Analysis) -> Iterator[str]:
    if not found.stalls:
        yield "没有落后或者停滞的任务。"
        return
    still = f"，其中{len(found.still)}项连续两个月以上没有进展" if found.still else ""
    head, unit = found.heads[0], found.columns[0]
    of_head = sum(len(cell.tasks) for (key, _), cell in found.cells.items() if key == head[0])
    of_unit = sum(len(cell.tasks) for (_, key), cell in found.cells.items() if key == unit[0])
    yield (
        f"落后、停滞的任务有{len(found.stalls)}项{still}；最多的章节是“{head[1]}”（{of_head}项次），"
        f"最多的牵头单位是{unit[1]}（{of_unit}项）。"
    )


def _problems(found: Analysis) -> Iterator[str]:
    again = [kind for kind in found.kinds if kind.recurs and kind.name != "other"][:3]
    if again:
        said = "、".join(f"{kind.title}（{kind.spread}个月、{kind.whole}件次）" for kind in again)
        yield f"反复出现的问题主要是{said}。"
    elif found.kinds:
        yield "反映的问题没有哪一类出现在两个以上月份。"


def _misses(found: Analysis) -> Iterator[str]:
    if found.misses:
        first = found.misses[0]
        yield (
            f"按近几次填报的速度，有{len(found.misses)}个指标到期完不成，最早到期的是“{first.indicator.name}”"
            f"（{day_words(first.goal.due)}）。"
        )
    elif found.now.lit:
        yield "现在亮绿灯的任务里，没有按近期速度到期完不成的指标。"


def _hanging(found: Analysis) -> Iterator[str]:
    much = [load for load in found.loads if load.much]
    if much:
        named = "、".join(f"{load.name}（{load.behind}项）" for load in much[:3])
        more = f"{'等' if len(much) > 3 else ''}{len(much)}个单位" if len(much) > 1 else ""
        yield f"落后任务集中在{named}{more}。"
    if found.hanging:
        kind, name, tasks = found.hanging[0]
        yield f"{len(tasks)}项任务同系于{kind}“{name}”。"


def _before(found: Analysis) -> Iterator[str]:
    now, before = found.now, found.before
    if before is None:
        yield f"{found.ledger.year - 1}年没有台账，无法和去年同期比较。"
    elif not before.lit or not now.lit:
        yield f"{found.ledger.year - 1}年没有亮灯记录，无法和去年同期比较。"
    else:
        share, was = (round(100 * year.behind / year.lit) for year in (now, before))
        words = "持平" if share == was else f"{'高' if share > was else '低'}{abs(share - was)}个百分点"
        yield f"落后任务占{share}%，和去年同期的{was}%比{words}。"
