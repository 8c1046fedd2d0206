"""A clock scheme in Chinese sentences, for those who do not read its file."""

from __future__ import annotations

from collections.abc import Iterator

from duban.dispatch.schemes.lights.scheme import ACTIONS
from duban.supervision.clocks.scheme import (
    ACTS,
    APPROVERS,
    BEFORE,
    STARTS,
    TOLD,
    URGENCIES,
    WHO,
    ClockScheme,
    Missed,
    Step,
)


def described(scheme: ClockScheme) -> Iterator[tuple[str, list[str]]]:
    """Give the parts of a scheme, each with its heading and lines."""
    yield "步骤和时限", [f"{number}. {_step(scheme, step)}" for number, step in enumerate(scheme.steps, 1)]
    missed = [f"{step.title}：{_missed(one)}" for step in scheme.steps for one in step.missed]
    yield "逾期以后", missed or ["只记逾期，没有别的"]
    rules = [f"承办单位认为不属本单位职责的，{_turn_down(scheme)}", f"答复退回重办的，限{scheme.redo}"]
    if extension := scheme.extension:
        ask = f"，至迟在到期前{extension.ask_before}天提出" if extension.ask_before else "，到期以前提出"
        rules.append(
            f"可以延期{extension.times}次，合计最多{extension.at_most}，{APPROVERS[extension.approver]}批准{ask}"
        )
    else:
        rules.append("不许延期")
    if second := scheme.second:
        rules.append(f"提出人不满意的，二次办理，限{second.limit}，最多{second.times}次")
    if end := scheme.end:
        rules.append(
            f"{end.received_until[0]}月{end.received_until[1]}日前收到的，最迟到{end.by[0]}月{end.by[1]}日：{end.say}"
        )
    yield "退回、延期、重办", rules
    if scheme.grades:
        yield "办理评价", [f"{grade.name}：{grade.words}" if grade.words else grade.name for grade in scheme.grades]
    yield "算例", [f"{one.title}{f'。{one.working}' if one.working else ''}" for one in scheme.examples]


def limit_words(step: Step) -> str:
    """Return how long a step may take: 15个工作日; 特急5个工作日、一般15个工作日、疑难30个工作日; 12月31日."""
    if step.on:
        return f"{step.on[0]}月{step.on[1]}日"
    said = {name: str(step.limits[name]) for name in URGENCIES if name in step.limits}
    if len(set(said.values())) == 1:
        return next(iter(said.values()))
    return "、".join(f"{URGENCIES[name]}{limit}" for name, limit in said.items())


def start_words(scheme: ClockScheme, step: Step) -> str:
    """Return from when a step counts: 交办, or the step that it follows."""
    return f"“{scheme.step(step.after).title}”" if step.after else STARTS[step.start]


def _step(scheme: ClockScheme, step: Step) -> str:
    act = "" if step.act == "note" else f"（{ACTS[step.act]}）"
    until = f"到{limit_words(step)}" if step.on else f"自{start_words(scheme, step)}起{limit_words(step)}"
    extra = [f"{BEFORE[step.before]}前必须办"] if step.before else []
    extra += [] if step.pausable else ["不因暂停顺延"]
    extra += [f"到期前{'、'.join(map(str, step.remind))}天提醒"] if step.remind else []
    return f"{step.title}{act}：{WHO[step.who]}，{'；'.join([until, *extra])}"


def _missed(one: Missed) -> str:
    when = f"过期{one.after}天仍没有办的，" if one.after else ""
    told = f"告知{'、'.join(TOLD[who] for who in one.notify)}" if one.notify else ""
    does = "、".join(ACTIONS[name] for name in one.do)
    return (
        f"{when}{one.say}（{'；'.join(part for part in (does, told) if part)}）" if does or told else f"{when}{one.say}"
    )


def _turn_down(scheme: ClockScheme) -> str:
    return f"自交办起{scheme.turn_down}内退回" if scheme.turn_down else "不能退回"
