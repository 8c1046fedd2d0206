"""The benchmarks: what they record, what they call lost, and that each part runs."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "benchmark"))

import accuracy  # noqa: E402
import speed  # noqa: E402
import texts  # noqa: E402

HAN = re.compile(r"[\u4e00-\u9fff]")
at_hand = pytest.mark.skipif(not texts.SHARED.exists(), reason="the scorer is not at hand")


@pytest.fixture(scope="module")
def score() -> ModuleType:
    return accuracy.scorer()


# ---- accuracy


@pytest.mark.parametrize(
    ("what", "kind", "told", "named"),
    [
        ("miss", "titles", "修好农村公路 != 修好", "修好农村公路"),
        ("miss", "meta", "year: 2025 for 2026", "year: 2026"),
        ("miss", "meta", "region: None for '兰桥区'", "region: '兰桥区'"),
        (
            "field",
            "indicators",
            "建成公园8处 [建成公园 8处]: measure 'level' for 'growth'",
            "建成公园8处 [建成公园 8处]",
        ),
        ("miss", "units", "修路: ('区交通局', 'lead')", "修路: ('区交通局', 'lead')"),
        ("false", "tasks", "附则", "附则"),
    ],
)
def test_an_entry_keeps_its_name_however_it_is_misread(what: str, kind: str, told: str, named: str) -> None:
    assert accuracy.label(what, kind, told) == named


def test_what_is_gone_is_gained_and_what_is_new_is_lost() -> None:
    before = {"甲": ["miss tasks 修路", "miss tasks 修路", "false units 区政府"], "乙": ["miss meta year: 2026"]}
    now = {"甲": Counter({"miss tasks 修路": 1, "field indicators 公园": 1}), "丙": Counter()}
    assert accuracy.changes(before, now) == (
        ["乙 miss meta year: 2026", "甲 false units 区政府", "甲 miss tasks 修路"],
        ["甲 field indicators 公园"],
    )


def test_a_floor_is_missed_below_it_and_kept_at_it() -> None:
    at = {kind: [floor, 1.0, 1.0] for kind, floor in accuracy.FLOORS.items()}
    assert accuracy.below(at) == []
    assert accuracy.below({**at, "tasks": [0.9899, 1.0, 1.0], "projects": None}) == ["tasks 0.9899 < 0.99"]


def test_secret_entries_are_named_by_digests_that_stay() -> None:
    secret, plain = accuracy.Group(secret=True), accuracy.Group(secret=False)
    assert secret.name("甲", "miss", "tasks", "修路") == "miss tasks 52272dfdbb6b"
    assert secret.name("乙", "miss", "tasks", "修路") != secret.name("甲", "miss", "tasks", "修路")
    assert plain.name("甲", "miss", "tasks", "修路") == "miss tasks 修路"


def test_the_record_holds_no_words_of_real_documents() -> None:
    record = json.loads(accuracy.RECORD.read_text("utf-8"))
    assert set(record["real"]["rates"]) == {*record["real"]["faults"], "all"}
    assert not HAN.search(json.dumps(record["real"], ensure_ascii=False))
    faults = [name for names in record["real"]["faults"].values() for name in names]
    assert all(re.fullmatch(r"(?:miss|false|field) [a-z]+ [0-9a-f]{12}", name) for name in faults)


def test_a_record_reads_back_as_it_was() -> None:
    group = accuracy.Group(secret=False, rates={"甲": {"tasks": [1.0, 1.0, 1.0], "units": None}})
    group.faults = {"甲": Counter({"miss tasks 修路": 2}), "乙": Counter()}
    assert json.loads(accuracy.as_json({"invented": group})) == {
        "invented": {"rates": group.rates, "faults": {"甲": ["miss tasks 修路"] * 2, "乙": []}}
    }


def test_without_the_shared_folder_nothing_is_scored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(accuracy, "SHARED", tmp_path / "shared")
    assert accuracy.main([]) == 0
    assert "../shared" in capsys.readouterr().out


@at_hand
def test_a_fault_of_the_log_is_found_again_among_the_annotations(score: ModuleType) -> None:
    """The scorer's words and ours for one entry must be the same, or digests stay digests."""
    for path in sorted(texts.INVENTED.glob("*.json")):
        gold, tally = json.loads(path.read_text("utf-8")), score.Tally()
        score.score(gold, {}, texts.read(path.with_suffix(".txt")), tally)
        ours = {(kind, told) for what, kind, told in accuracy.annotated(gold, score.squeeze) if what == "miss"}
        assert tally.log
        assert all((kind, accuracy.label(what, kind, told)) in ours for what, kind, told in tally.log)


@at_hand
def test_a_change_is_told_in_words_and_recorded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    paper = tmp_path / "papers"
    paper.mkdir()
    for suffix in ("json", "txt"):
        name = f"shiping-2025-campaign.{suffix}"
        (paper / name).write_text((texts.INVENTED / name).read_text("utf-8"), "utf-8")
    for name, value in {"INVENTED": paper, "RECORD": tmp_path / "record.json", "SEEN": tmp_path / "seen.json"}.items():
        monkeypatch.setattr(accuracy, name, value)
    (tmp_path / "shared").mkdir()
    for part in ("tools", "corpus", "gold"):
        source = texts.SHARED / "tools" if part == "tools" else paper
        (tmp_path / "shared" / part).symlink_to(source)
    monkeypatch.setattr(accuracy, "SHARED", tmp_path / "shared")
    accuracy.main(["--record"])
    assert "nothing recorded" in capsys.readouterr().out
    accuracy.main([])
    assert "gained: 0\nlost: 0" in capsys.readouterr().out
    # A task that was missed when the record was made, whose words stand in the annotations only.
    record = json.loads((tmp_path / "record.json").read_text("utf-8"))
    gold = json.loads((paper / "shiping-2025-campaign.json").read_text("utf-8"))
    title = gold["tasks"][0]["title"] or gold["tasks"][0]["head"]
    missed = accuracy.Group(secret=True).name("shiping-2025-campaign", "miss", "tasks", title)
    record["real"]["faults"]["shiping-2025-campaign"].append(missed)
    (tmp_path / "record.json").write_text(json.dumps(record), "utf-8")
    accuracy.main([])
    printed = capsys.readouterr().out
    assert f"gained: 1\n  + shiping-2025-campaign miss tasks: {title}\n" in printed


# ---- speed


def test_the_text_is_as_long_as_asked_for_and_one_line_if_asked_for() -> None:
    assert len(texts.repeated(50_000)) == 50_000
    assert "\n" in texts.repeated(50_000)
    one = texts.repeated(50_000, one_line=True)
    assert len(one) == 50_000
    assert not re.search(r"\s", one)
    assert texts.repeated(500, start=1) != texts.repeated(500)


def test_without_real_documents_invented_ones_are_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts, "SHARED", tmp_path)
    what, text = texts.longest()
    assert "invented" in what
    assert len(text) == 70_000


def test_what_is_beside_us_has_one_version() -> None:
    lines = (ROOT / "benchmark/requirements.txt").read_text("utf-8").splitlines()
    pinned = [line for line in lines if not line.startswith("#")]
    assert any(line.startswith("jionlp==") for line in pinned)
    assert all(re.fullmatch(r"[\w-]+==[\d.]+", line) for line in pinned)


def test_we_are_measured_without_jionlp_where_it_cannot_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise subprocess.CalledProcessError(1, "pip")

    monkeypatch.setattr(speed, "BUILD", tmp_path)
    monkeypatch.setattr(speed.venv, "create", refuse)
    assert speed.jionlp_python() is None
    assert "cannot be installed" in capsys.readouterr().out


def test_the_curve_has_times_and_memory_for_both_shapes(capsys: pytest.CaptureFixture[str]) -> None:
    result = speed.curve((2_000, 4_000))
    assert [row["characters"] for row in result["rows"]] == [2_000, 4_000]
    for row in result["rows"]:
        for shape in ("lines", "line"):
            assert row[shape]["seconds"] > 0
            assert 5 < row[shape]["megabytes"] < 500
            assert row[shape]["found"] > 20
    assert "4,000" in capsys.readouterr().out


def test_the_start_and_two_workers_are_measured_through_the_command() -> None:
    started = speed.start(runs=1)
    assert 0 < started["own"] < started["seconds"]
    both = speed.workers(documents=3, characters=1_000, runs=1)
    assert both["ratio"] == pytest.approx(both["two"] / both["one"])


def test_a_broken_promise_is_the_exit_status(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speed, "PARTS", {"start": lambda: {"kept": True}, "curve": lambda: {"kept": False}})
    assert speed.main(["--only", "start", "--json", str(tmp_path / "told.json")]) == 0
    assert json.loads((tmp_path / "told.json").read_text("utf-8"))["start"] == {"kept": True}
    assert speed.main(["--only", "curve"]) == 1
    assert speed.main([]) == 1
