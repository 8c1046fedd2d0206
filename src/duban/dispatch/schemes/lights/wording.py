"""A light scheme in Chinese sentences, for those who do not read its file."""

from __future__ import annotations

from collections.abc import Iterator

from duban.dispatch.schemes.lights.evaluating import shown
from duban.dispatch.schemes.lights.facts import FACTS
from duban.dispatch.schemes.lights.reading import BOUNDS
from duban.dispatch.schemes.lights.scheme import (
    ACTIONS,
    COLOURS,
    ROLES,
    Consequence,
    LightScheme,
    OverrideRule,
    Recovery,
    Test,
)


def described(scheme: LightScheme) -> Iterator[tuple[str, list[str]]]:
    """Give the parts of a scheme, each with its heading and lines."""
    yield "灯（从好到坏）", [f"{level}（{COLOURS[level.colour]}）" for level in scheme.levels]
    rules = [
        f"{number}. {rule.name}：{'，并且'.join(condition(scheme, test) for test in rule.when)} → {rule.level}"
        for number, rule in enumerate(scheme.rules, 1)
    ]
    yield "规则（从上往下看，第一条成立的算数）", [*rules, f"都不成立 → {scheme.otherwise}"]
    if scheme.recoveries:
        yield "恢复", [_recovery(one) for one in scheme.recoveries]
    yield "改灯", [_override(scheme, scheme.override)]
    if scheme.consequences:
        yield "亮灯以后", [_consequence(one) for one in scheme.consequences]
    yield (
        "算例",
        [
            f"{example.title}：{scheme.level(example.level)}{f'。{example.working}' if example.working else ''}"
            for example in scheme.examples
        ],
    )


def condition(scheme: LightScheme, test: Test) -> str:
    """Return what a test asks, in words: 连续3个月落后序时进度不少于10个百分点."""
    fact = FACTS[test.fact]
    if fact.kind == "number":
        bounds = "、".join(f"{BOUNDS[bound]}{shown(value)}" for bound, value in test.bounds.items())
        asked = f"{fact.name}{bounds}{fact.unit}"
    elif fact.kind == "truth":
        asked = fact.name if test.words == (True,) else f"不是“{fact.name}”"
    else:
        asked = f"{fact.name}（{'、'.join(scheme.level(str(word)).word for word in test.words)}）"
    if test.running > 1:
        return f"连续{test.running}个月{asked}"
    return f"当年有{test.times}个月{asked}（含这个月）" if test.times > 1 else asked


def _recovery(recovery: Recovery) -> str:
    return (
        f"{recovery.name}：亮过 {recovery.after} 的，以后{recovery.months}个月最好只能是 {recovery.at_best}，办结的除外"
    )


def _override(scheme: LightScheme, rule: OverrideRule) -> str:
    if not rule.roles:
        return "不许手工改灯"
    who = "、".join(ROLES[role] for role in rule.roles)
    levels = "、".join(scheme.level(level).word for level in rule.levels)
    return f"{who}可以改为{levels}，写明理由和截止日，最长{rule.longest_days}天，到期自动恢复"


def _consequence(consequence: Consequence) -> str:
    when = f"连续{consequence.running}个月 " if consequence.running > 1 else ""
    when += f"当年每满{consequence.each}次 " if consequence.each > 1 else ""
    parts = [ACTIONS[action] for action in consequence.actions]
    parts += [f"{shown(consequence.points)}分"] if consequence.points else []
    parts += [f"限{consequence.days}天"] if consequence.days else []
    listed = f"（{'、'.join(parts)}）" if parts else ""
    return f"{when}{consequence.level}：{consequence.say}{listed}"
