"""An office's own light scheme: from the manual's example to every mistake in it."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner

from duban.assessment.scoring.files import SCORES
from duban.cli.main import main
from duban.dispatch.schemes import files
from duban.dispatch.schemes.lights.checking import check
from duban.dispatch.schemes.lights.evaluating import evaluate
from duban.dispatch.schemes.lights.facts import FACTS, Facts, Month, Override, Report, months_between
from duban.dispatch.schemes.lights.scheme import ACTIONS, COLOURS, ROLES, SHAPES
from duban.dispatch.schemes.problems import WrongScheme
from duban.organisations.roles import Role
from duban.supervision.clocks.files import CLOCKS
from duban.supervision.loop.whistling import WHISTLES

MANUAL = (Path(__file__).parents[2] / "docs/schemes.md").read_text("utf-8")
OWN = re.search(r"```toml\n(.*?)```", MANUAL, re.DOTALL)[1]  # type: ignore[index]
MARCH = Month("2026-03", Decimal(25), date(2026, 4, 5))


def task(progress: int, **more: object) -> Facts:
    report = Report("2026-03", date(2026, 4, 3), Decimal(progress), (7,))
    return replace(Facts(due=date(2026, 12, 31), months=(MARCH,), reports=(report,)), **more)  # type: ignore[arg-type]


def wrong(text: str) -> list[str]:
    with pytest.raises(WrongScheme) as found:
        files.read(text, "本区.toml")
    return [str(problem) for problem in found.value.problems]


def test_the_example_of_the_manual_holds() -> None:
    assert check(files.read(OWN, "本区.toml")) == []


def test_the_manual_names_everything_that_may_be_written() -> None:
    assert not [
        word for word in (*FACTS, *ACTIONS, *COLOURS, *ROLES, *SHAPES, *files.presets()) if f"`{word}`" not in MANUAL
    ]


def test_who_may_override_are_roles_of_the_site() -> None:
    assert {name: Role(name).label for name in ROLES} == ROLES


def test_a_light_answers_why() -> None:
    light = evaluate(files.presets()["deviation"], task(12), on=date(2026, 4, 6))
    assert (light.level.word, light.level.shape, light.colour, light.month) == ("滞后", "▲", "yellow", "2026-03")
    assert light.why == "2026年3月应完成25%，实际完成12%，落后13个百分点，在10至30个百分点之间。"
    assert light.numbers == {"progress": 12, "expected": 25, "behind": 13}
    assert (light.reports, light.scheme, light.rule) == ((7,), "deviation@1", "落后10至30")


def test_a_correction_counts_from_the_day_it_was_filed() -> None:
    found = task(12)
    found = replace(found, reports=(*found.reports, Report("2026-03", date(2026, 4, 20), Decimal(24), (8,))))
    lights = [evaluate(files.presets()["default"], found, on=date(2026, 4, day)) for day in (3, 19, 20)]
    assert [(light.level.name, light.reports) for light in lights] == [
        ("yellow", (7,)),
        ("yellow", (7,)),
        ("green", (8,)),
    ]


def test_before_the_first_report_nothing_is_judged() -> None:
    light = evaluate(files.presets()["default"], task(12), on=date(2026, 4, 2))
    assert (light.level.name, light.month) == ("green", None)
    assert light.why == "没有可以比较的数，按办法为“正常”。"
    with pytest.raises(ValueError, match="2026-03"):
        evaluate(files.presets()["default"], task(12), on=date(2026, 4, 2), month="2026-03")


def test_an_override_is_refused_in_words() -> None:
    rule = files.presets()["default"].override
    good = Override("green", "汛情停工", "leader", date(2026, 4, 1), date(2026, 4, 30))
    assert rule.problem(good) == ""
    assert "能改灯的是：督查室、分管领导" in rule.problem(replace(good, role="unit_head"))
    assert "不许手工改成这种灯" in rule.problem(replace(good, level="done"))
    assert "理由" in rule.problem(replace(good, reason=" "))
    assert "早于" in rule.problem(replace(good, until=date(2026, 3, 1)))
    assert "改灯61天，最长31天" in rule.problem(replace(good, until=date(2026, 5, 31)))


def test_an_override_that_is_not_allowed_changes_nothing() -> None:
    override = Override("green", "说情", "unit_head", date(2026, 4, 1), date(2026, 4, 30))
    light = evaluate(files.presets()["default"], task(12, overrides=(override,)), on=date(2026, 4, 6))
    assert (light.level.name, light.override) == ("yellow", None)


def test_of_two_overrides_the_later_holds() -> None:
    since, until = date(2026, 4, 1), date(2026, 4, 30)
    overrides = [Override(level, "汛情停工", "leader", since, until) for level in ("failing", "green")]
    light = evaluate(files.presets()["default"], task(12, overrides=tuple(overrides)), on=date(2026, 4, 6))
    assert light.level.name == "green"
    overrides.append(Override("failing", "复工后仍未动", "leader", date(2026, 4, 5), until))
    light = evaluate(files.presets()["default"], task(12, overrides=tuple(overrides[::-1])), on=date(2026, 4, 6))
    assert light.level.name == "failing"


def test_a_rule_that_names_a_number_nobody_knows_still_says_why() -> None:
    text = OWN.replace("{month}的进展逾期", "应完成{expected}%，{month}的进展逾期")
    silent = Facts(due=date(2026, 12, 31), months=(replace(MARCH, expected=None),))
    light = evaluate(files.read(text, "本区.toml"), silent, on=date(2026, 4, 8))
    assert light.why == "触发规则“未报”，为“滞后”。"


def test_a_quarter_is_judged_where_rounds_are_quarterly() -> None:
    quarters = (MARCH, Month("2026-06", Decimal(50), date(2026, 7, 5)))
    reports = tuple(Report(month.name, month.report_due, Decimal(10), (n,)) for n, month in enumerate(quarters))
    light = evaluate(files.presets()["monthly"], task(0, months=quarters, reports=reports), on=date(2026, 7, 6))
    assert light.rule == "连续两个月"


def test_times_counts_the_months_of_the_year() -> None:
    text = OWN.replace("at_least = 10, running = 2", "at_least = 10, times = 2")
    months = tuple(Month(f"2026-{n:02d}", Decimal(10 * n), date(2026, n + 1, 5)) for n in (1, 2, 3))
    reports = tuple(
        Report(m.name, m.report_due, Decimal(done), (n,))
        for n, (m, done) in enumerate(zip(months, (0, 20, 20), strict=True))
    )
    light = evaluate(files.read(text, "本区.toml"), task(0, months=months, reports=reports), on=date(2026, 4, 6))
    assert (light.level.name, set(light.reports)) == ("red", {0, 2})


@pytest.mark.parametrize(
    ("since", "until", "months"),
    [
        (date(2026, 1, 31), date(2026, 2, 28), "1"),
        (date(2026, 3, 1), date(2026, 5, 2), "2.03"),
        (date(2026, 3, 31), date(2026, 4, 29), "0.94"),
        (date(2025, 12, 15), date(2026, 1, 14), "0.97"),
    ],
)
def test_months_are_counted_by_the_calendar(since: date, until: date, months: str) -> None:
    assert months_between(since, until) == Decimal(months)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('kind = "lights"', 'kind = "light"', "本区.toml，kind：没有“light”。是不是 lights。"),
        ('title = "兰桥区亮灯办法"', "", '本区.toml，title：缺少文字。写成 title = "…"。'),
        ('otherwise = "green"', 'otherwise = "gren"', "本区.toml，otherwise：没有“gren”。是不是 green。"),
        ("at_least = 10, running", "atleast = 10, running", "第1个 rule 的 when.behind.atleast：没有这一项。是不是 at_least。"),
        ("behind = { at_least = 10 }", "behind = 10", "第2个 rule 的 when.behind：应写明怎样比。写成 behind = { at_least = 10 }"),
        ("when = { behind = { at_least = 10 } }", "", "第2个 rule 的 when：没有写条件。"),
        ("behind = { at_least = 10 }", 'behind = { at_least = "十" }', "when.behind.at_least：应是数。写成 at_least = 10。"),
        ("behind = { at_least = 10 }", "done = 1", "when.done：应是 true（是）或 false（否）。"),
        ("behind = { at_least = 10 }", 'demand_open = "blue"', "没有“blue”。可写 green、yellow、red。"),
        ("running = 2", "running = 0", "when.behind.running：应是不小于2的整数。"),
        ("running = 2", "running = 2, times = 2", "when.behind.times：running（连续几个月）和 times（全年几个月）只能写一个。"),
        ("落后{behind}个百分点。", "落后{behnd}个百分点。", "say：没有“{behnd}”这个数。是不是 behind。"),
        ("落后{behind}个百分点。", "落后{behind个百分点。", "say：花括号不成对。"),
        ('name = "滞后"', 'name = "连续两个月滞后"', "名称“连续两个月滞后”用了两次"),
        ('shape = "▲"', 'shape = "●"\ncolour2 = 1', "第2个 level 的 colour2：没有这一项。是不是 colour。"),
        ('colour = "yellow"\nshape = "▲"', 'colour = "green"\nshape = "●"', "与“正常”的颜色形状都一样。"),
        ('word = "滞后"', 'word = "正常"', "第2个 level 的 word：“正常”用了两次。"),
        ('roles = ["supervision_office"]', 'roles = ["office"]', "override.roles：没有“office”。"),
        ('actions = ["letter", "talk"]\nsay', 'actions = "letter"\nsay', "第1个 consequence 的 actions：应是一组词。"),
        ("on = 2026-04-08", 'on = "2026-04-08"', "第3个 example 的 on：应是日期。写成 on = 2026-03-31，不加引号。"),
        ('month = "2026-02", expected = 16, progress = 5', 'month = "二月"', "第1个 months 的 month：“二月”不是月份。"),
        ("[override] ", "[[override]] ", "override：应是一张表。写成 [override]"),
        ("[[level]]                        #", "x = [ #", "不合 TOML 的写法。"),
    ],
)  # fmt: skip
def test_a_mistake_is_said_with_its_place_and_what_to_do(old: str, new: str, said: str) -> None:
    assert old in OWN
    problems = wrong(OWN.replace(old, new, 1))
    assert any(said in problem for problem in problems), "\n".join(problems)


def test_all_mistakes_are_said_at_once() -> None:
    assert len(wrong(OWN.replace("at_least", "atleast").replace("colour", "color"))) > 6


def test_a_wrong_example_says_what_the_scheme_gives() -> None:
    text = OWN.replace('light = "red"', 'light = "yellow"').replace("points = 0", "points = -1")
    problems = [str(problem) for problem in check(files.read(text, "本区.toml"))]
    assert problems[0].startswith(
        "本区.toml，算例“二、三月都落后，红灯”：写的是“滞后”，按规则“连续两个月滞后”是“严重滞后”。重算一遍：改算例，或改规则。"
    )
    assert "写的是-1分，按办法是0分" in problems[1]


def test_a_gap_between_limits_is_found_though_no_example_shows_it() -> None:
    text = OWN.replace("when = { behind = { at_least = 10 } }", "when = { behind = { at_least = 10, under = 20 } }")
    text = text.replace("at_least = 10, running = 2", "at_least = 10, at_most = 12, running = 2")
    [problem] = check(files.read(text, "本区.toml"))
    assert "做得更多，灯反而更差" in problem.what


def run(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(main, ["schemes", *arguments])
    return result.exit_code, result.stdout, result.stderr


def test_an_office_copies_changes_and_checks(tmp_path: Path) -> None:
    code, text, _ = run("show", "default", "--toml")
    assert code == 0
    own = tmp_path / "本区.toml"
    own.write_text(text, "utf-8")
    code, _, said = run("check", str(own))
    assert (code, "是自带办法的名称" in said) == (1, True)
    own.write_text("\ufeff" + text.replace('name = "default"', 'name = "lanqiao"'), "utf-8")
    code, said, _ = run("check", str(tmp_path))
    assert (code, said.endswith("1个办法、14个算例都对。\n")) == (0, True)
    own.write_text(text.replace('name = "default"', 'name = "lanqiao"').replace("over = 30", "over = 31"), "utf-8")
    code, _, said = run("check", str(own))
    assert (code, "落后30.1，红灯" in said) == (1, True)


def test_rules_without_examples_are_a_hint_and_none_at_all_is_wrong(tmp_path: Path) -> None:
    own = tmp_path / "本区.toml"
    own.write_text(OWN.partition('[[example]]\ntitle = "清明')[0], "utf-8")
    code, said, _ = run("check", str(own))
    assert (code, "还没有算例：未报、otherwise" in said) == (0, True)
    own.write_text(OWN.partition("[[example]]")[0], "utf-8")
    code, _, said = run("check", str(own))
    assert (code, "没有一个算例" in said) == (1, True)


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    assert run("show", "defalt")[2].startswith("defalt：没有这个办法。自带的有 default、")
    assert "打不开" in run("check", str(tmp_path / "无.toml"))[2]
    assert "文件夹里没有 toml 文件" in run("check", str(tmp_path))[2]
    (tmp_path / "旧.toml").write_bytes("名 = 1".encode("gb18030"))
    assert "不是 UTF-8 编码" in run("check", str(tmp_path))[2]


def test_a_scheme_is_told_in_words() -> None:
    code, said, _ = run("show", "cards")
    assert code == 0
    for line in (
        "■ 红牌（红）",
        "3. 落后红牌：落后序时进度超过30个百分点 → ■ 红牌",
        "当年每满2次 ▲ 黄牌：本年每满两次黄牌，发提醒函，扣1分。（发提醒函、-1分）",
        "督查室、分管领导可以改为正常、黄牌、红牌，写明理由和截止日，最长31天，到期自动恢复",
    ):
        assert line in said
    listed = [line.split()[0] for line in run("list")[1].splitlines() if line and not line.startswith(" ")]
    names = {
        "亮灯办法：": files.presets(),
        "时限办法：": CLOCKS.presets(),
        "吹哨时限：": WHISTLES.presets(),
        "计分办法：": SCORES.presets(),
    }
    assert listed == [word for title, found in names.items() for word in (title, *found)]


def test_five_hundred_tasks_take_less_than_two_seconds_for_a_year() -> None:
    months = tuple(Month(f"2026-{n:02d}", Decimal(8 * n), date(2026, n, 28)) for n in range(1, 13))
    tasks = [
        Facts(
            due=date(2026, 12, 31),
            months=months,
            reports=tuple(
                Report(m.name, m.report_due, Decimal(n * (t % 9)), (12 * t + n,)) for n, m in enumerate(months, 1)
            ),
        )
        for t in range(500)
    ]
    scheme = files.presets()["default"]
    started = time.process_time()
    lights = [evaluate(scheme, one, on=month.report_due) for one in tasks for month in months]
    taken = time.process_time() - started
    assert len(lights) == 6000
    assert taken < 2, f"{taken:.2f} s"
