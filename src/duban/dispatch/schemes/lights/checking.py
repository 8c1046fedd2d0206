"""Does a scheme do what it says: its worked examples, and the law that more progress never worsens a light."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from itertools import pairwise

from duban.dispatch.schemes.lights.evaluating import OTHERWISE, Light, evaluate, shown
from duban.dispatch.schemes.lights.facts import Facts, Month, Report
from duban.dispatch.schemes.lights.scheme import ACTIONS, Example, LightScheme
from duban.dispatch.schemes.problems import Problem


def check(scheme: LightScheme) -> list[Problem]:
    """Return what does not hold, in Chinese; empty where everything does."""
    found = [problem for example in scheme.examples for problem in _example(scheme, example)]
    if not scheme.examples:
        found.append(
            Problem(scheme.file, "example", "没有一个算例", "写几个 [[example]]：什么情况，应亮什么灯，手工算一遍")
        )
    return found + _law(scheme)


def unproved(scheme: LightScheme) -> list[str]:
    """Return the rules and recoveries that no worked example comes to."""
    lit = {evaluate(scheme, one.facts, on=one.on, month=one.month).rule for one in scheme.examples}
    names = [*(rule.name for rule in scheme.rules), *(recovery.name for recovery in scheme.recoveries), OTHERWISE]
    return [name for name in names if name not in lit]


def _example(scheme: LightScheme, example: Example) -> Iterator[Problem]:
    light = evaluate(scheme, example.facts, on=example.on, month=example.month)
    do = f"重算一遍：改算例，或改规则。依据是：{light.why.rstrip('。')}"

    def wrong(what: str) -> Problem:
        return Problem(scheme.file, f"算例“{example.title}”", what, do)

    if light.level.name != example.level:
        yield wrong(f"写的是“{scheme.level(example.level).word}”，按规则“{light.rule}”是“{light.level.word}”")
    elif example.rule is not None and light.rule != example.rule:
        yield wrong(f"写的是按规则“{example.rule}”，实际按“{light.rule}”")
    if example.points is not None and light.points != example.points:
        yield wrong(f"写的是{shown(example.points)}分，按办法是{shown(light.points)}分")
    if example.actions is not None and set(light.actions) != set(example.actions):
        yield wrong(f"写的后续是{_actions(example.actions)}，按办法是{_actions(light.actions)}")


def _actions(names: tuple[str, ...]) -> str:
    return "、".join(ACTIONS[name] for name in names) or "无"


# -- more progress never worsens a light ------------------------------------------------------------------------------

_MONTHS = (
    Month("2026-01", Decimal(40), date(2026, 2, 5)),
    Month("2026-02", Decimal(80), date(2026, 3, 5)),
)
_ON = date(2026, 3, 6)


def _law(scheme: LightScheme) -> list[Problem]:
    """Try every progress from 0 to 100 in two months: no step up may worsen the light of either."""
    for month, place in (("2026-01", 0), ("2026-02", 1)):
        for other in (0, 30, 40, 80):
            lights = [_lit(scheme, other, done, place, month) for done in range(101)]
            for done, (less, more) in enumerate(pairwise(lights)):
                if more.level.severity > less.level.severity:
                    return [
                        Problem(
                            scheme.file,
                            f"规则“{more.rule}”",
                            f"做得更多，灯反而更差：应完成{shown(_MONTHS[place].expected or Decimal(0))}%时，完成{done}%是“{less.level.word}”，"
                            f"完成{done + 1}%是“{more.level.word}”",
                            "看规则的次序（从坏到好写）和上下限之间有没有漏掉的一段",
                        )
                    ]
    return []


def _lit(scheme: LightScheme, other: int, done: int, place: int, month: str) -> Light:
    progress = [Decimal(other), Decimal(other)]
    progress[place] = Decimal(done)
    reports = tuple(
        Report(one.name, one.report_due, value, (number,))
        for number, (one, value) in enumerate(zip(_MONTHS, progress, strict=True), 1)
    )
    facts = Facts(due=date(2026, 12, 31), months=_MONTHS, reports=reports)
    return evaluate(scheme, facts, on=_ON, month=month)
