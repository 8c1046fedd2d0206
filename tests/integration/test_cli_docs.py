"""The manual of the command line cannot drift."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest

from duban.cli.main import INTERRUPTED, PIPE_CLOSED, USAGE, main
from duban.writing.as_csv import COLUMNS

MANUAL = (Path(__file__).parents[2] / "docs/cli.md").read_text("utf-8")


def every(group: click.Group, above: str = "") -> dict[str, click.Command]:
    """Return all commands by their names, those of groups under the group's: ``demo load``."""
    found: dict[str, click.Command] = {}
    for name, command in group.commands.items():
        found[above + name] = command
        if isinstance(command, click.Group):
            found |= every(command, f"{above}{name} ")
    return found


ALL = every(main)


def chapter(command: str) -> str:
    """Return what stands under the heading of a command, up to that of the next command."""
    level = "#" * (2 + command.count(" "))
    found = re.search(rf"^{level} duban {command}$(.*?)(?=^##+ duban|^## |\Z)", MANUAL, re.MULTILINE | re.DOTALL)
    assert found, f"docs/cli.md has no chapter on duban {command}"
    return found.group(1)


def parameters(command: click.Command) -> list[click.Option]:
    context = click.Context(command, parent=click.Context(main, **main.context_settings))
    return [parameter for parameter in command.get_params(context) if isinstance(parameter, click.Option)]


def options(command: click.Command) -> list[str]:
    return [name for parameter in parameters(command) for name in parameter.opts]


@pytest.mark.parametrize("name", ALL)
def test_command_is_documented(name: str) -> None:
    assert f"`duban {name}" in MANUAL
    text = chapter(name)
    missing = [option for option in options(ALL[name]) if not re.search(rf"`{option}[ `]", text)]
    assert not missing


@pytest.mark.parametrize("name", ALL)
def test_nothing_is_documented_that_is_not_there(name: str) -> None:
    named = set(re.findall(r"^\| `(-[^ `]+)", chapter(name), re.MULTILINE))
    assert named <= set(options(ALL[name]))


def test_the_options_of_the_whole_are_documented() -> None:
    assert all(f"{option}`" in MANUAL.partition("## duban extract")[0] for option in options(main))


def test_every_help_text_is_chinese() -> None:
    for command in (main, *ALL.values()):
        texts = [command.help, *(option.help for option in parameters(command))]
        assert all(re.search("[一-鿿]", text or "") for text in texts), command.name


@pytest.mark.parametrize("code", [0, 1, USAGE, 3, INTERRUPTED, PIPE_CLOSED])
def test_exit_code_is_documented(code: int) -> None:
    assert re.search(rf"^\| {code} \| ", MANUAL.partition("## 退出码")[2], re.MULTILINE)


def test_every_column_of_the_csv_is_documented() -> None:
    assert all(f"`{column}`" in chapter("extract") for column in COLUMNS)


COMMANDS = re.findall(r"^\$ (.*)$", MANUAL, re.MULTILINE)


@pytest.mark.skipif(shutil.which("sh") is None, reason="the manual speaks to a shell")
@pytest.mark.parametrize("command", COMMANDS)
def test_an_example_does_what_it_says(command: str, tmp_path: Path) -> None:
    paper = re.search(r"```text\n(.*?)```", MANUAL, re.DOTALL)
    assert paper
    (tmp_path / "任务分工.txt").write_text(paper.group(1), "utf-8")
    (tmp_path / "来件").mkdir()
    (tmp_path / "来件" / "一.txt").write_text(paper.group(1), "utf-8")
    run = command.replace("duban ", f"{shlex.quote(sys.executable)} -m duban ")
    done = subprocess.run(["sh", "-c", run], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.replace("读出 1 份。\n", "").replace("读出 2 份。\n", "")) == (0, "")
    output = re.search(r"-o (\S+)", command)
    assert (tmp_path / output.group(1)).exists() if output else done.stdout
