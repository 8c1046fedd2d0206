"""``duban explain`` and ``duban schema``."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner, Result

from duban import __version__
from duban.cli import explain
from duban.cli.main import main
from duban.cli.wording import width, wrap
from duban.core.ledger import schema
from duban.core.types import Ledger
from factories import ledgers


def duban(*arguments: str | Path, stdin: bytes | None = None) -> Result:
    result = CliRunner().invoke(main, [str(argument) for argument in arguments], input=stdin)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


@pytest.fixture
def paper(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "方案.txt").write_text(ledgers.TEXT, "utf-8")
    return tmp_path / "方案.txt"


@pytest.fixture
def by_hand(monkeypatch: pytest.MonkeyPatch) -> Ledger:
    """Give the commands a ledger made by hand, whatever the parser finds."""
    monkeypatch.setattr("duban.core.pipeline.parse", lambda *_, **__: ledgers.ledger("方案.txt"))
    return ledgers.ledger("方案.txt")


def test_a_place_is_pointed_at_with_what_stands_before_and_after() -> None:
    offset = ledgers.TEXT.index("8万平方米")
    line, caret = explain.pointed(ledgers.TEXT, offset)
    assert line.startswith("…")
    assert line.endswith("…")
    # The caret stands under the character, though most characters take two columns.
    assert width(caret) - 1 == width(line[: line.index("8万平方米")])


def test_a_line_break_is_shown_and_not_made() -> None:
    line, _ = explain.pointed("甲\n乙\t丙\x00", 2)
    assert line == "甲⏎乙→丙·"


def test_every_finding_at_a_place_is_told_with_its_rule_from_the_whole_to_the_part(
    paper: Path, by_hand: Ledger
) -> None:
    shown = duban("explain", paper, "--at", str(ledgers.TEXT.index("15至20家"))).stdout
    lines = [line for line in shown.splitlines() if line.startswith(("文件", "章节", "任务", "举措", "指标"))]
    assert [line.split("  ")[0] for line in lines] == ["文件", "章节 s2", "章节 s2.1", "任务 t1", "举措 m1", "指标 i3"]
    assert "规则 numbered-item" in shown
    assert "引进企业 15—20家（数量，目标）" in shown
    assert f"第11行，第 {ledgers.TEXT.index('15至20家')} 个字符" in shown


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("区发展改革局", "区发展改革局（牵头单位；归一为 发展改革局）"),
        ("各镇街", "指多个单位"),
        ("主汛前", "主汛前：文字未定到日"),
        ("6月底前", "6月底前：2026年6月30日"),
        ("总投资12.5亿元", "沿河产业园二期 12.5亿元"),
        ("一校一策", "不是指标，是名称、口号"),
        ("(三)", "原文缺(二)"),
    ],
)
def test_every_kind_of_finding_has_its_words(paper: Path, by_hand: Ledger, words: str, told: str) -> None:
    assert told in duban("explain", paper, "--at", str(ledgers.TEXT.index(words))).stdout


def test_where_nothing_was_found_it_says_so(paper: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("duban.core.pipeline.parse", lambda *_, **__: Ledger(ledgers.source()))
    assert "这里没有读出任何条目。" in duban("explain", paper, "--at", "3").stdout


def test_a_task_is_told_with_all_that_belongs_to_it(paper: Path, by_hand: Ledger) -> None:
    shown = duban("explain", paper, "--task", "t3").stdout
    for words in ("3.改造老旧小区", "区水务局", "主汛前", "改造老旧小区 26个", "惠及居民 9300户"):
        assert words in shown
    assert "区投资促进局" not in shown


def test_the_parser_s_own_findings_are_told(paper: Path) -> None:
    shown = duban("explain", paper, "--task", "t1")
    assert shown.exit_code == 0
    assert "区发展改革局（牵头单位" in shown.stdout
    assert "规则 " in shown.stdout


def test_standard_input_can_be_explained(by_hand: Ledger) -> None:
    assert duban("explain", "-", "--at", "0", stdin=ledgers.TEXT.encode()).exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "请在 --at 和 --task 中选一个"),
        (("--at", "3", "--task", "t1"), "请在 --at 和 --task 中选一个"),
        (("--at", "99999"), f"原文只有 {len(ledgers.TEXT)} 个字符"),
        (("--at", "-1"), "--at 应为不小于 0 的整数"),
        (("--task", "t99"), "没有任务 t99；这份文件有 t1 至 t4"),
    ],
)
def test_a_wrong_use_is_refused(paper: Path, by_hand: Ledger, arguments: tuple[str, ...], words: str) -> None:
    result = duban("explain", paper, *arguments)
    assert result.exit_code == 2
    assert words in result.stderr


def test_what_cannot_be_read_is_refused(tmp_path: Path) -> None:
    result = duban("explain", tmp_path / "无.txt", "--at", "3")
    assert (result.exit_code, result.stdout) == (3, "")
    assert "找不到这个文件" in result.stderr


def test_a_folder_is_not_one_file(tmp_path: Path) -> None:
    for name in ("一.txt", "二.txt"):
        (tmp_path / name).write_text(ledgers.TEXT, "utf-8")
    result = duban("explain", tmp_path, "--at", "3")
    assert (result.exit_code, "请指明其中一份" in result.stderr) == (2, True)


def test_the_schema_is_printed_whole() -> None:
    shown = json.loads(duban("schema").stdout)
    assert shown == schema()
    jsonschema.Draft202012Validator.check_schema(shown)


def test_the_version_is_told() -> None:
    assert duban("--version").stdout == f"duban {__version__}\n"


@pytest.mark.parametrize("arguments", [("--help",), ("extract", "--help"), ("explain", "-h"), ("schema", "-h")])
def test_help_is_chinese_and_fits_the_terminal(arguments: tuple[str, ...]) -> None:
    shown = duban(*arguments)
    assert shown.exit_code == 0
    assert shown.stdout.startswith("用法：duban")
    assert "Options" not in shown.stdout
    assert all(width(line) <= 80 for line in shown.stdout.splitlines())


def test_without_a_command_the_help_is_shown() -> None:
    result = duban()
    assert result.exit_code == 2
    assert "用法：duban" in result.output


def test_lines_are_wrapped_by_width_and_never_begin_with_a_comma() -> None:
    assert wrap("甲乙丙，丁 --format 戊", 6) == ["甲乙", "丙，丁", "--format", "戊"]
