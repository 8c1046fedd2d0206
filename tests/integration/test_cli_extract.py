"""``duban extract`` as its users meet it."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import re
import signal
import stat
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner, Result

from duban.cli import extract as extract_module
from duban.cli.main import main
from duban.core.ledger import from_json
from factories import ledgers

DUBAN = [sys.executable, "-m", "duban"]


def duban(*arguments: str | Path, stdin: bytes | None = None) -> Result:
    result = CliRunner().invoke(main, [str(argument) for argument in arguments], input=stdin)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert "Traceback" not in result.stderr
    return result


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty folder that is also the current one."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def paper(here: Path) -> Path:
    (here / "方案.txt").write_text(ledgers.TEXT, "utf-8")
    return here / "方案.txt"


@pytest.fixture
def folder(here: Path) -> Path:
    """Return a folder of three papers, of which one lies deeper, and an empty file that cannot be read."""
    (here / "来件" / "乡镇").mkdir(parents=True)
    for name in ("一.txt", "二.txt", "乡镇/三.txt"):
        (here / "来件" / name).write_text(ledgers.TEXT, "utf-8")
    (here / "来件" / "空.txt").touch()
    return here / "来件"


def leftovers(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.suffix == ".tmp"]


# One source


def test_in_a_pipe_one_source_is_json(paper: Path) -> None:
    result = duban("extract", paper)
    ledger = from_json(json.loads(result.stdout), text=ledgers.TEXT)
    assert result.exit_code == 0
    assert result.stderr == ""
    assert ledger.source.name == "方案.txt"
    assert ledger.documents[0].region == "江临市兰桥区"
    assert len(ledger.documents[0].tasks) == 4
    for task in ledger.documents[0].tasks:
        assert task.text in task.span.of(ledgers.TEXT)


def test_standard_input_is_read_for_a_dash(here: Path) -> None:
    result = duban("extract", "-", stdin=ledgers.TEXT.encode())
    assert result.exit_code == 0
    assert json.loads(result.stdout)["documents"][0]["region"] == "江临市兰桥区"


def test_the_suffix_of_the_output_decides_the_format(paper: Path, here: Path) -> None:
    for name in ("账.json", "账.JSONL", "账.csv", "账.xlsx"):
        result = duban("extract", paper, "-o", name)
        assert (result.exit_code, result.output) == (0, "")
    assert json.loads((here / "账.json").read_text("utf-8"))["schema"] == "duban/ledger@1"
    assert json.loads((here / "账.JSONL").read_text("utf-8"))["schema"] == "duban/document@1"
    with (here / "账.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [row["task"] for row in csv.DictReader(file)] == ["t1", "t2", "t3", "t4"]
    assert openpyxl.load_workbook(here / "账.xlsx")["总台账"].max_row == 7


def test_a_named_format_beats_the_suffix(paper: Path, here: Path) -> None:
    duban("extract", paper, "-o", "账.txt", "--format", "csv")
    assert (here / "账.txt").read_bytes().startswith(b"\xef\xbb\xbfsource,")


def test_a_dash_as_output_is_standard_output(paper: Path, here: Path) -> None:
    assert duban("extract", paper, "-o", "-", "--format", "csv").stdout_bytes.startswith(b"\xef\xbb\xbf")
    assert [path.name for path in here.iterdir()] == ["方案.txt"]


def test_a_workbook_goes_into_a_pipe(paper: Path) -> None:
    data = duban("extract", paper, "--format", "xlsx").stdout_bytes
    assert openpyxl.load_workbook(io.BytesIO(data)).sheetnames[0] == "总台账"


def test_two_runs_give_the_same_bytes(paper: Path, here: Path) -> None:
    for form in ("json", "jsonl", "csv", "xlsx"):
        assert duban("extract", paper, "--format", form).stdout_bytes == (
            duban("extract", paper, "--format", form).stdout_bytes
        )


def test_a_reference_date_gives_the_year_that_a_paper_does_not_name(here: Path) -> None:
    (here / "无年.txt").write_text("江临市兰桥区重点工作\n一、任务\n1.修路。6月底前修好环城路。\n", "utf-8")
    year = [
        json.loads(duban("extract", "无年.txt", *more).stdout)["documents"][0]["year"]
        for more in ((), ("--today", "2026-03-05"))
    ]
    assert year == [None, 2026]


# Several sources


def test_a_folder_becomes_a_folder_of_ledgers(folder: Path, here: Path) -> None:
    result = duban("extract", folder, "-o", "台账/")
    assert result.exit_code == 1
    assert {str(path.relative_to(here / "台账")) for path in (here / "台账").rglob("*.json")} == {
        "一.json",
        "二.json",
        "乡镇/三.json",
    }
    assert json.loads((here / "台账/乡镇/三.json").read_text("utf-8"))["source"]["name"] == "来件/乡镇/三.txt"
    assert not leftovers(here)


def test_what_cannot_be_read_is_named_with_what_to_do_and_stops_nothing(folder: Path) -> None:
    result = duban("extract", folder)
    assert len(result.stdout.splitlines()) == 3
    assert result.stderr.startswith("读不出 来件/空.txt：")
    assert "请" in result.stderr
    assert result.stderr.endswith("读出 3 份，1 份读不出。\n")


def test_quiet_leaves_only_what_cannot_be_read(folder: Path) -> None:
    assert duban("extract", folder, "--quiet").stderr.count("\n") == 1
    (folder / "空.txt").unlink()
    assert duban("extract", folder, "-q").stderr == ""


def test_an_archive_and_a_file_share_a_table(paper: Path, here: Path) -> None:
    with zipfile.ZipFile(here / "来件.zip", "w") as archive:
        archive.write(paper, "一.txt")
        archive.write(paper, "子/二.txt")
    duban("extract", "来件.zip", paper, "-o", "全部.xlsx")
    sheet = openpyxl.load_workbook(here / "全部.xlsx")["总台账"]
    assert sheet["B3"].value == "文件"
    assert sheet.max_row == 3 + 3 * 4
    duban("extract", "来件.zip", paper, "-o", "全部.csv")
    with (here / "全部.csv").open(encoding="utf-8-sig", newline="") as file:
        names = {row["source"] for row in csv.DictReader(file)}
    assert names == {"来件.zip/一.txt", "来件.zip/子/二.txt", "方案.txt"}


def test_workers_change_nothing_but_the_time(folder: Path, here: Path) -> None:
    for number in range(10):
        (folder / f"又{number}.txt").write_text(ledgers.TEXT, "utf-8")
    alone, together = duban("extract", folder), duban("extract", folder, "--workers", "3")
    assert alone.stdout == together.stdout
    assert alone.stderr == together.stderr
    assert together.exit_code == 1


def test_sources_of_one_name_do_not_overwrite_each_other(here: Path) -> None:
    for place in ("甲", "乙", "丙"):
        (here / place).mkdir()
        (here / place / "方案.txt").write_text(ledgers.TEXT, "utf-8")
    duban("extract", "甲/方案.txt", "乙/方案.txt", "丙/方案.txt", "-o", "台账")
    assert {path.name for path in (here / "台账").iterdir()} == {"方案.json", "方案.txt.json", "方案-2.json"}


def test_a_second_run_does_not_read_the_ledgers_of_the_first(folder: Path) -> None:
    for _ in range(2):
        duban("extract", folder, "-o", folder / "台账")
    assert len(list(folder.rglob("*.json"))) == 3


def test_no_member_of_an_archive_leaves_the_output_folder(here: Path) -> None:
    with zipfile.ZipFile(here / "坏.zip", "w") as archive:
        archive.writestr("../../外.txt", ledgers.TEXT)
        archive.writestr("/根.txt", ledgers.TEXT)
    duban("extract", "坏.zip", "-o", "里/出")
    written = list(here.rglob("*.json"))
    assert written
    assert all(path.is_relative_to(here / "里" / "出") for path in written)


# Refusals


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "缺少 来源"),
        (("方案.txt", "--fromat", "json"), "没有选项 --fromat，是不是 --format"),
        (("方案.txt", "--format", "docx"), "--format 应为 json、jsonl、csv、xlsx 之一"),
        (("方案.txt", "--workers", "0"), "--workers 应为不小于 1 的整数"),
        (("方案.txt", "--today", "明天"), "--today 应为 2026-03-05 这样的日期"),
        (("方案.txt", "-o", "账.docx"), "看不出格式"),
        (("方案.txt", "方案.txt", "--format", "json"), "多份来源不能写成一个 json"),
        (("方案.txt", "方案.txt", "-o", "账.json"), "多份来源不能写成一个 json"),
    ],
)
def test_a_wrong_use_says_in_chinese_what_is_right(paper: Path, arguments: tuple[str, ...], words: str) -> None:
    result = duban("extract", *arguments)
    assert result.exit_code == 2
    assert words in result.stderr
    assert "用法见：duban extract --help" in result.stderr
    assert result.stdout == ""


def test_an_unknown_command_is_refused() -> None:
    result = duban("extrakt")
    assert (result.exit_code, result.stderr.splitlines()[0]) == (2, "用法有误：没有命令 extrakt。")


def test_nothing_read_is_nothing_written(here: Path) -> None:
    (here / "账.csv").write_text("旧账", "utf-8")
    result = duban("extract", "没有.txt", "-o", "账.csv")
    assert result.exit_code == 3
    assert "没有.txt：找不到这个文件" in result.stderr
    assert (here / "账.csv").read_text("utf-8") == "旧账"


@pytest.mark.parametrize("output", ["方案.txt", "./方案.txt", "链接.csv"])
def test_an_input_is_never_overwritten(paper: Path, here: Path, output: str) -> None:
    (here / "链接.csv").symlink_to(paper)
    result = duban("extract", paper, "--format", "csv", "-o", output)
    assert result.exit_code == 2
    assert "是要读的文件" in result.stderr
    assert paper.read_text("utf-8") == ledgers.TEXT


def test_an_input_is_never_overwritten_in_a_folder_either(here: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["江临市兰桥区2026年重点工作任务分工"])
    book.save(here / "分工.xlsx")
    before = (here / "分工.xlsx").read_bytes()
    duban("extract", here, "--format", "xlsx", "-o", here)
    assert (here / "分工.xlsx").read_bytes() == before


def test_a_place_that_cannot_be_written_is_named(paper: Path) -> None:
    result = duban("extract", paper, "-o", "/proc/账.json")
    assert result.exit_code == 2
    assert "写不出去：/proc/账.json" in result.stderr


def test_a_fault_of_ours_is_one_sentence_and_a_trace_on_request(paper: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError("除以零")

    monkeypatch.setattr("duban.core.pipeline.parse", broken)
    result = duban("extract", paper)
    assert result.exit_code == 3
    assert "读取时程序出错（ZeroDivisionError：除以零）" in result.stderr
    monkeypatch.setenv("DUBAN_TRACE", "1")
    result = CliRunner().invoke(main, ["extract", str(paper)])
    assert "Traceback" in result.stderr


# Files


def test_a_failed_writing_leaves_the_old_file_and_no_other(
    paper: Path, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: Any, file: Any) -> None:
        file.write(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("duban.writing.write_csv", full, raising=False)
    (here / "账.csv").write_text("旧账", "utf-8")
    result = duban("extract", paper, "-o", "账.csv")
    assert result.exit_code == extract_module.CANNOT_WRITE
    assert (here / "账.csv").read_text("utf-8") == "旧账"
    assert not leftovers(here)


def test_a_written_file_is_as_open_as_any_other(paper: Path, here: Path) -> None:
    (here / "别的").touch()
    duban("extract", paper, "-o", "账.json")
    assert stat.S_IMODE((here / "账.json").stat().st_mode) == stat.S_IMODE((here / "别的").stat().st_mode)
    (here / "账.json").chmod(0o600)
    duban("extract", paper, "-o", "账.json")
    assert stat.S_IMODE((here / "账.json").stat().st_mode) == 0o600


def test_a_link_stays_a_link(paper: Path, here: Path) -> None:
    (here / "真.json").touch()
    (here / "链.json").symlink_to("真.json")
    duban("extract", paper, "-o", "链.json")
    assert (here / "链.json").is_symlink()
    assert json.loads((here / "真.json").read_text("utf-8"))


def test_a_device_is_written_into_and_stays(paper: Path) -> None:
    assert duban("extract", paper, "--format", "json", "-o", os.devnull).exit_code == 0
    assert stat.S_ISCHR(os.stat(os.devnull).st_mode)


def test_missing_folders_above_the_output_are_made(paper: Path, here: Path) -> None:
    duban("extract", paper, "-o", "新/深/账.json")
    assert (here / "新/深/账.json").exists()


# The process


def test_the_process_gives_the_exit_codes_and_keeps_quiet(paper: Path) -> None:
    for arguments, code in ((["extract", paper], 0), (["extract", "无.txt", paper], 1), (["extract", "无.txt"], 3)):
        done = subprocess.run([*DUBAN, *map(str, arguments)], capture_output=True, text=True, check=False)
        assert done.returncode == code
        assert "Traceback" not in done.stderr


def test_a_reader_that_leaves_is_no_fault(folder: Path) -> None:
    with subprocess.Popen([*DUBAN, "extract", str(folder)], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        told = process.stderr.read().decode()
    assert process.returncode == 141
    assert "Traceback" not in told
    assert "Exception" not in told


@pytest.mark.parametrize("workers", ["1", "2"])
@pytest.mark.parametrize("signal_to", [os.kill, os.killpg])
def test_an_interruption_leaves_nothing_behind(
    folder: Path, here: Path, workers: str, signal_to: Callable[[int, int], None]
) -> None:
    for number in range(600):
        (folder / f"{number}.txt").write_text(ledgers.TEXT * 4, "utf-8")
    (here / "出").mkdir()
    arguments = ["extract", str(folder), "-o", "出/全部.jsonl", "--workers", workers]
    with subprocess.Popen([*DUBAN, *arguments], stderr=subprocess.PIPE, start_new_session=True) as process:
        assert process.stderr is not None
        until = time.monotonic() + 30
        while not leftovers(here / "出") and process.poll() is None and time.monotonic() < until:
            time.sleep(0.02)
        signal_to(process.pid, signal.SIGINT)
        told = process.stderr.read().decode()
    assert process.returncode == 130
    assert told.strip().splitlines()[-1] == "已中断。"
    assert "Traceback" not in told
    assert list((here / "出").iterdir()) == []


def test_starting_up_loads_nothing_heavy(paper: Path) -> None:
    code = (
        "import sys; from duban.cli.main import main\n"
        f"try: main(['extract', {str(paper)!r}, '-o', 'x.json'])\n"
        "except SystemExit: pass\n"
        "print({'rich', 'xlsxwriter', 'docx', 'pdfplumber', 'pypdfium2', 'lxml', 'selectolax'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


# A person at a terminal


def at_terminal(columns: int, *arguments: str) -> tuple[str, int]:
    """Return what the command shows on a terminal of this width, without its colours, and its exit code."""
    process, terminal = pty.fork()
    if process == 0:
        os.environ.update(COLUMNS=str(columns), LINES="40", TERM="xterm-256color")
        os.execv(sys.executable, [*DUBAN, *arguments])
    shown = b""
    while True:
        try:
            more = os.read(terminal, 65536)
        except OSError:
            break
        if not more:
            break
        shown += more
    os.close(terminal)
    code = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown.decode()).replace("\r\n", "\n"), code


@pytest.mark.parametrize("columns", [120, 84, 60, 30])
def test_a_person_sees_a_summary_as_wide_as_the_terminal(paper: Path, columns: int) -> None:
    from duban.cli.wording import width

    shown, code = at_terminal(columns, "extract", str(paper))
    assert code == 0
    assert all(width(line) <= columns for line in shown.split("\n"))
    joined = re.sub(r"\s", "", shown)
    for words in ("兰桥区2026年重点工作任务分工", "江临市兰桥区", "2026年", "任务4", "1.建好沿河产业园", "主汛前"):
        assert words in joined
    assert "schema" not in shown


def test_a_workbook_is_not_poured_onto_a_terminal(paper: Path) -> None:
    shown, code = at_terminal(80, "extract", str(paper), "--format", "xlsx")
    assert code == 2
    assert "请加 -o" in shown


def test_a_bar_counts_many_sources_and_errors_stand_above_it(folder: Path, here: Path) -> None:
    shown, code = at_terminal(80, "extract", str(folder), "-o", "台账.csv")
    assert code == 1
    assert "读不出 来件/空.txt" in shown
    assert "/4" in shown
    assert "读出 3 份，1 份读不出。" in shown
