"""Does a clock scheme do what it says: its worked examples, counted on the calendar."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time

from duban.dispatch.schemes.problems import Problem
from duban.supervision.clocks.counting import due
from duban.supervision.clocks.running import consequences, timeline
from duban.supervision.clocks.scheme import ClockScheme, Example


def check(scheme: ClockScheme) -> list[Problem]:
    """Return what does not hold, in Chinese; empty where everything does."""
    if not scheme.examples:
        do = "写几个 [[example]]：哪天收到、哪天交办，各步应到哪天，手工算一遍"
        return [Problem(scheme.file, "example", "没有一个算例", do)]
    return [problem for example in scheme.examples for problem in _example(scheme, example)]


def unproved(scheme: ClockScheme) -> list[str]:
    """Return the titles of the steps that no worked example comes to."""
    proved = {name for example in scheme.examples for name in example.due}
    return [step.title for step in scheme.steps if step.name not in proved]


def _example(scheme: ClockScheme, example: Example) -> Iterator[Problem]:
    # The table of holidays comes with the site; whoever only reads documents has none.
    from duban.organisations.calendar import Calendar

    calendar = Calendar(example.holidays)
    running = timeline(scheme, example, calendar)

    def wrong(what: str, why: str) -> Problem:
        return Problem(scheme.file, f"算例“{example.title}”", what, f"重算一遍：改算例，或改时限。{why}")

    for name, expected in example.due.items():
        step = scheme.step(name)
        if name not in running:
            yield wrong(f"写了“{step.title}”的期限，这一步却没有开始", "写上前一步哪天办完（done）")
            continue
        counted = running[name].counted
        if (counted.due if isinstance(expected, datetime) else counted.day) != expected:
            yield wrong(f"“{step.title}”写的是{expected}，按办法是{counted.due}", f"算法是：{counted.how}")
    if example.turn_down:
        last = due(example.assigned, scheme.turn_down, calendar) if scheme.turn_down else None
        if last is None or last.day != example.turn_down:
            found = f"按办法是{last.day}" if last else "这个办法不许退回"
            yield wrong(f"退回改办写的是到{example.turn_down}，{found}", last.how if last else "")
    if example.seen:
        late = {name for name, one in running.items() if _missed(scheme, example, name, one.counted.day)}
        if late != set(example.missed):
            names = "、".join(scheme.step(name).title for name in late) or "没有"
            yield wrong(f"到{example.seen}逾期的步骤和写的不一样", f"按办法逾期的是：{names}")


def _missed(scheme: ClockScheme, example: Example, name: str, due_on: date) -> bool:
    assert example.seen
    done = example.done.get(name)
    if done and done <= datetime.combine(example.seen, time.max):
        return False
    return bool(consequences(scheme.step(name).missed, due_on, example.seen)) or example.seen > due_on
