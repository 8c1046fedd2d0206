"""What the manual says is so: its links, its commands, its examples, its lists of names and codes."""

from __future__ import annotations

import doctest
import importlib.metadata
import io
import os
import re
import shutil
import subprocess
import sys
import tomllib
from dataclasses import is_dataclass
from datetime import date
from pathlib import Path
from typing import get_args

import pytest
from rich.console import Console

from duban.cli.summary import print_summary
from duban.core import parse, types
from duban.core.extract.rules import books, render
from duban.core.reading import image, limits, printed

ROOT = Path(__file__).parents[2]
PAGES = [*sorted(ROOT.glob("*.md")), *sorted(ROOT.glob("docs/**/*.md"))]
READMES = ["README.md", "README.en.md"]
SAMPLE = ROOT / "demo/documents/lanqiao-2026-plan.txt"
TARGETS = re.findall(r"^([a-z]+):.*##", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)


def page(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def anchors(path: Path) -> set[str]:
    """Return what a forge calls the headings of a page."""
    headings = re.findall(r"^#+ (.+)$", path.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(path: Path) -> None:
    text = re.sub(r"```.*?```|`[^`\n]*`", "", path.read_text("utf-8"), flags=re.DOTALL)
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = link.partition("#")
        target = (path.parent / name).resolve() if name else path
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


def test_the_contents_name_every_page() -> None:
    contents = page("docs/index.md")
    missing = [path.name for path in PAGES if path.name != "index.md" and f"{path.name})" not in contents]
    assert not missing


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_make_targets_that_are_named_exist(path: Path) -> None:
    for names in re.findall(r"(?:`|^)make ([a-z]+(?: [a-z]+)*)", path.read_text("utf-8"), re.MULTILINE):
        assert set(names.split()) <= set(TARGETS), names


@pytest.mark.parametrize("target", TARGETS)
def test_make_target_is_explained(target: str) -> None:
    assert f"`make {target}`" in page("CONTRIBUTING.md")


@pytest.mark.parametrize("name", READMES)
def test_the_excerpt_is_what_the_program_prints(name: str) -> None:
    found = re.search(r"```text\n(.*?)```", page(name), re.DOTALL)
    assert found
    written = io.StringIO()
    print_summary(parse(SAMPLE), Console(file=written, width=80, highlight=False))
    printed_lines = [line.rstrip() for line in written.getvalue().strip().splitlines()]
    at = 0
    # Between the parts, where …… stands, lines are left out.
    for number, part in enumerate(found[1].strip().split("\n……\n")):
        lines = [line.rstrip() for line in part.strip("\n").splitlines()]
        places = [n for n in range(at, len(printed_lines)) if printed_lines[n : n + len(lines)] == lines]
        assert places, f"80 列的终端上运行 make sample，把 {name} 的摘录换成现在的样子：\n" + "\n".join(
            printed_lines[:60]
        )
        assert number or places[0] == 0, "摘录应从头开始"
        at = places[0] + len(lines)


def test_the_examples_of_the_library_page_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    result = doctest.testfile(str(ROOT / "docs/library.md"), module_relative=False, verbose=False)
    assert result.attempted > 20
    assert result.failed == 0


LIMITS = re.findall(r"^\| (.+?) \| (\d{4}年.+?|文字定不到日.+?) \|$", page("docs/how-it-reads.md"), re.MULTILINE)


@pytest.mark.parametrize(("phrases", "days"), LIMITS)
def test_the_days_in_the_table_of_deadlines_are_those_it_reads(phrases: str, days: str) -> None:
    wanted = re.findall(r"(\d+)年(\d+)月(\d+)日", days)
    for number, phrase in enumerate(phrases.split("、")):
        text = f"江临市兰桥区2026年重点工作任务\n一、重点任务\n1．修路。{phrase}建成公路。（责任单位：区交通运输局）\n"
        [limit] = parse(text).documents[0].tasks[0].deadlines
        day = wanted[min(number, len(wanted) - 1)] if wanted else None
        assert limit.text == phrase
        assert limit.due == (date(*map(int, day)) if day else None)


def test_the_walk_through_of_contributing_works(tmp_path: Path) -> None:
    """Adds the two rules as the page says, to a copy of the program, and asks as the page says."""
    text = page("CONTRIBUTING.md")
    blocks = {
        kind: re.findall(rf"^```{kind}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
        for kind in ("toml", "python", "text")
    }
    paper, limits_found, left_out = blocks["text"][:3]
    added = {entry["name"] for rules in blocks["toml"] for entry in tomllib.loads(rules)["rule"]}
    if added & {rule.name for _, book in books() for rule in book}:
        pytest.skip("这两条已经照着加过了")
    [document] = parse(paper).documents
    assert not document.tasks[0].deadlines, "产品已经认得这个时限了：换一个例子"
    assert 7 in [indicator.value for indicator in document.indicators], "产品已经排除这个数了：换一个例子"
    shutil.copytree(ROOT / "src/duban", tmp_path / "duban", ignore=shutil.ignore_patterns("__pycache__"))
    extract = tmp_path / "duban/core/extract"
    _insert(extract / "deadlines/rules.toml", '[[rule]]\nname = "quarter"', blocks["toml"][0] + "\n")
    _insert(extract / "deadlines/resolve.py", "def _quarter(", blocks["python"][0] + "\n\n")
    resolve = (extract / "deadlines/resolve.py").read_text("utf-8")
    assert resolve.endswith("}\n")
    (extract / "deadlines/resolve.py").write_text(resolve[:-2] + blocks["python"][1] + "}\n", "utf-8")
    with (extract / "quantities/rules.toml").open("a", encoding="utf-8") as file:
        file.write("\n" + blocks["toml"][1])
    (tmp_path / "样例.txt").write_text(paper, "utf-8")

    def run(*arguments: str) -> str:
        command = [sys.executable, *arguments]
        place = {**os.environ, "PYTHONPATH": str(tmp_path), "PYTHONUTF8": "1"}
        return subprocess.run(
            command, cwd=tmp_path, env=place, capture_output=True, text=True, encoding="utf-8", check=True
        ).stdout

    told = run("-m", "duban", "explain", "样例.txt", "--task", "t1")
    assert limits_found in told
    assert left_out in told
    proof = "from duban.core.extract.rules import render; print(render())"
    assert re.search(r"`week`.*第33周前建成 → 第33周前.*`return-right`", run("-c", proof), re.DOTALL)
    for entry in (entry for rules in blocks["toml"] for entry in tomllib.loads(rules)["rule"]):
        pattern = re.compile(entry["pattern"])
        assert all((found := pattern.search(words)) and found.group() == wanted for words, wanted in entry["examples"])
        assert not any(pattern.search(words) for words in entry["rejects"])


def _insert(path: Path, before: str, words: str) -> None:
    text = path.read_text("utf-8")
    assert text.count(before) == 1, before
    path.write_text(text.replace(before, words + before), "utf-8")


def test_the_page_of_rules_is_written_from_the_rules() -> None:
    same = page("docs/rules.md") == render()  # compared here: the difference would fill screens
    assert same, "规则变了：运行 make docs"


def test_the_glossary_has_every_type() -> None:
    glossary = page("GLOSSARY.md")
    names = [name for name, value in vars(types).items() if isinstance(value, type) and is_dataclass(value)]
    assert not [name for name in names if f"`{name}`" not in glossary]


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (types.Level, "GLOSSARY.md"),
        (types.DocType, "GLOSSARY.md"),
        (types.SectionRole, "GLOSSARY.md"),
        (types.UnitRole, "GLOSSARY.md"),
        (types.Comparator, "GLOSSARY.md"),
        (types.MeasureKind, "GLOSSARY.md"),
        (types.Status, "GLOSSARY.md"),
        (types.ExcludedWhy, "GLOSSARY.md"),
        (types.MeasureKind, "docs/how-it-reads.md"),
        (types.ExcludedWhy, "docs/how-it-reads.md"),
    ],
)
def test_every_value_of_a_field_is_explained(kind: object, name: str) -> None:
    text = page(name)
    assert not [value for value in get_args(kind) if not re.search(rf'[`"]{value}[`"]', text)]


CODE = {
    path.relative_to(ROOT).as_posix(): path.read_text("utf-8")
    for path in sorted((ROOT / "src/duban/core").rglob("*.py"))
}
# code="empty", Note("section-gap", …), ("cut-off", message).
STATED = re.compile(r'\bcode="([a-z-]+)"|\bNote\(\s*"([a-z-]+)"|\("([a-z-]+)", message\)')


def test_every_code_of_a_note_or_failure_is_explained() -> None:
    manual = page("docs/reading.md") + page("docs/how-it-reads.md")
    stated = {next(filter(None, groups)) for text in CODE.values() for groups in STATED.findall(text)}
    assert len(stated) > 20
    assert not [code for code in sorted(stated) if f"| `{code}` |" not in manual]


@pytest.mark.parametrize("name", ["docs/reading.md", "docs/how-it-reads.md"])
def test_no_code_is_explained_that_is_not_there(name: str) -> None:
    explained = re.findall(r"^\| `([a-z-]+)` \|", page(name), re.MULTILINE)
    assert explained
    code = "".join(CODE.values())
    assert not [word for word in explained if f'"{word}"' not in code]


@pytest.mark.parametrize(
    "words",
    [
        f"{limits.MAX_FILE // limits.MEGABYTE} MB |",
        f"{limits.MAX_HTML // limits.MEGABYTE} MB |",
        f"共 {limits.MAX_ARCHIVE_TOTAL // limits.MEGABYTE} MB、{limits.MAX_ARCHIVE_MEMBERS} 个文件、套 {limits.MAX_ARCHIVE_DEPTH} 层 |",
        f"{limits.MAX_XML_PART // limits.MEGABYTE} MB |",
        f"{printed.MOST_SHEETS} 页，共 {printed.MOST_CHARACTERS // 10_000} 万字 |",
        f"{printed.MOST_SCANS} 页 |",
        f"{image.MOST_PIXELS // 10_000} 万像素 |",
        f"{limits.MAX_SHEET_CELLS // 10_000} 万个 |",
        f"{limits.MAX_COLUMNS} 列",
    ],
)
def test_limits_are_those_of_the_code(words: str) -> None:
    assert f"| {words}" in page("docs/reading.md")


def test_the_floors_are_those_that_are_held() -> None:
    held = re.search(r"^FLOORS = \{(.*?)^\}", page("benchmark/accuracy.py"), re.MULTILINE | re.DOTALL)
    assert held
    floors = {kind: f"{float(share):.0%}" for kind, share in re.findall(r'"(\w+)": ([\d.]+)', held[1])}
    assert dict(re.findall(r"\| `(\w+)` \| (\d+%) \|", page("docs/how-it-reads.md"))) == floors


#: Parts under several licences at the user's choice, of which we take another than the GPL.
CHOICES = {"pyphen": "GPL 2, LGPL 2.1 or MPL 1.1"}


def test_no_part_is_under_the_gpl() -> None:
    """As docs/adr/0004 promises, of all that the lock installs."""
    for part in importlib.metadata.distributions():
        if part.name.lower() in CHOICES:
            assert "Mozilla" in str(part.metadata.get_all("Classifier"))
            continue
        about = part.metadata
        stated = [about.get("License-Expression"), about.get("License"), *(about.get_all("Classifier") or [])]
        licences = " ".join(words[:200] for words in stated if words)
        assert not re.search(r"(?<!L)\bA?GPL|Affero|(?<!Lesser )General Public", licences), part.name
