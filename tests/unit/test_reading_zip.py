"""Folders, archives and a pipe: one input for each file, and no bad one stops the others."""

from __future__ import annotations

import io
import os
import pickle
import sys
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from duban.core.reading import Input, UnreadableSource, expand, inputs, read_bytes, read_path
from makers_office import bare_docx, paragraph, zipped

PLAN = "江临市兰桥区2031年重点任务".encode()


def outcome(found: Input) -> str:
    """Return the text of an input, or the code of what is wrong with it."""
    try:
        return found.read().text.strip()
    except UnreadableSource as refused:
        return refused.code


def outcomes(*paths: str | Path) -> dict[str, str]:
    return {found.name: outcome(found) for found in expand(paths)}


def test_a_folder_gives_its_files_in_order_and_hidden_ones_not(tmp_path: Path) -> None:
    folder = tmp_path / "兰桥区"
    for name in ("b.txt", "a.docx", "东镇/c.txt", ".git/d.txt", "~$a.docx", ".e.txt"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(bare_docx(paragraph("任务")) if name.endswith("docx") else name.encode())
    os.mkfifo(folder / "pipe")
    (folder / "gone.txt").symlink_to(folder / "nowhere.txt")
    assert list(outcomes(folder).items()) == [
        ("兰桥区/a.docx", "任务"),
        ("兰桥区/b.txt", "b.txt"),
        ("兰桥区/gone.txt", "missing"),
        ("兰桥区/东镇/c.txt", "东镇/c.txt"),
    ]


def test_a_folder_with_nothing_to_read_and_a_path_that_is_not_there_say_so(tmp_path: Path) -> None:
    assert outcomes(tmp_path, tmp_path / "没有.txt") == {tmp_path.name: "empty-folder", "没有.txt": "missing"}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may open everything")
def test_a_folder_that_may_not_be_opened_says_so(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(PLAN)
    closed = tmp_path / "内部"
    closed.mkdir(mode=0)
    assert sorted(outcomes(tmp_path).values()) == [PLAN.decode(), "permission"]


def test_a_single_file_is_called_by_its_name_whatever_its_bytes(tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/" + "方案.txt".encode("gb18030")
    with open(path, "wb") as file:
        file.write(PLAN)
    assert outcomes(os.fsdecode(path)) == {"方案.txt": PLAN.decode()}
    assert read_path(Path(os.fsdecode(path))).name == "方案.txt"


def test_an_archive_gives_its_members_with_names_from_any_system(tmp_path: Path) -> None:
    """Windows in China writes GBK names, a Mac UTF-8 without saying so; a docx within is a document, not an archive."""
    raw = {"东镇/方案.txt": "gb18030", "西镇方案.txt": "utf-8"}
    fillers = {
        name: f"{place}".ljust(len(name.encode(encoding)), "x") for place, (name, encoding) in enumerate(raw.items())
    }
    data = zipped(
        dict.fromkeys(fillers.values(), PLAN)
        | {"南镇方案.docx": bare_docx(paragraph("植树")), "__MACOSX/._x": b"x", ".DS_Store": b"x", "空/": b""}
    )
    for name, encoding in raw.items():
        data = data.replace(fillers[name].encode(), name.encode(encoding))
    (tmp_path / "各镇.zip").write_bytes(data)
    assert outcomes(tmp_path / "各镇.zip") == {
        "各镇.zip/东镇/方案.txt": PLAN.decode(),
        "各镇.zip/南镇方案.docx": "植树",
        "各镇.zip/西镇方案.txt": PLAN.decode(),
    }


def test_archives_within_an_archive_are_opened_once_and_no_deeper(tmp_path: Path) -> None:
    deepest = zipped({"c.txt": "丙"})
    path = tmp_path / "a.zip"
    path.write_bytes(zipped({"a.txt": "甲", "b.zip": zipped({"b.txt": "乙", "c.zip": deepest})}))
    assert outcomes(path) == {"a.zip/a.txt": "甲", "a.zip/b.zip/b.txt": "乙", "a.zip/b.zip/c.zip": "nested"}


def test_one_bad_member_does_not_stop_the_others(tmp_path: Path) -> None:
    data = bytearray(zipped({"a.txt": b"x" * 500, "b.txt": "乙", "c.txt": b""}, method=zipfile.ZIP_STORED))
    data[data.index(b"xxx")] = ord("y")
    path = tmp_path / "a.zip"
    path.write_bytes(data)
    assert outcomes(path) == {"a.zip/a.txt": "broken", "a.zip/b.txt": "乙", "a.zip/c.txt": "empty"}


def test_encrypted_and_unusual_members_say_what_to_do(tmp_path: Path) -> None:
    data = bytearray(zipped({"a.txt": "甲"}))
    for entry in (b"PK\x03\x04", b"PK\x01\x02"):
        data[data.index(entry) + (6 if entry == b"PK\x03\x04" else 8)] |= 1
    (tmp_path / "a.zip").write_bytes(data)
    (tmp_path / "b.zip").write_bytes(zipped({"b.txt": "乙" * 100}, method=zipfile.ZIP_LZMA))
    (tmp_path / "c.zip").write_bytes(zipped({}))
    (tmp_path / "d.zip").write_bytes(zipped({"d.txt": "丁"})[:-5])
    assert list(outcomes(*sorted(tmp_path.iterdir())).values()) == [
        "encrypted",
        "compression",
        "empty-folder",
        "broken",
    ]


def test_a_bomb_is_stopped_while_it_unpacks(tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    path.write_bytes(zipped({"a.txt": b"0" * 60_000_000, "b.txt": "乙"}))
    tracemalloc.start()
    assert outcomes(path) == {"bomb.zip/a.txt": "bomb", "bomb.zip/b.txt": "乙"}
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 40_000_000


def test_an_archive_stops_at_its_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.zip"
    inner = zipped({f"{number}.txt": "项" * 50 for number in range(3)})
    path.write_bytes(zipped({"0.txt": "甲", "1.zip": inner, "2.txt": "乙"}))
    budget = inputs._Budget
    monkeypatch.setattr(inputs, "_Budget", lambda: budget(members=3))
    assert list(outcomes(path).values()) == ["甲", "项" * 50, "too-many", "too-many"]
    monkeypatch.setattr(inputs, "_Budget", lambda: budget(size=len(inner) + 200))
    assert [found for found in outcomes(path).values() if len(found) < 20][-1] == "too-large"


def test_a_directory_of_millions_is_not_even_listed() -> None:
    with pytest.raises(UnreadableSource) as refused:
        read_bytes(b"PK\x03\x04" + (b"PK\x01\x02" + bytes(42)) * 30_000, name="a.zip")
    assert refused.value.code == "too-many"


def test_a_pipe_gives_a_text_a_document_or_an_archive(monkeypatch: pytest.MonkeyPatch) -> None:
    for data, expected in [
        (PLAN, {"-": PLAN.decode()}),
        (bare_docx(paragraph("植树")), {"-": "植树"}),
        (zipped({"a.txt": "甲"}), {"-/a.txt": "甲"}),
        (b"", {"-": "empty"}),
    ]:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
        assert outcomes("-") == expected


def test_inputs_and_their_errors_travel_to_workers(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(PLAN)
    (tmp_path / "b.zip").write_bytes(zipped({"b.txt": b"\x00" * 99}))
    found = [
        pickle.loads(pickle.dumps(one)) for one in expand([tmp_path / "a.txt", tmp_path / "b.zip", tmp_path / "c"])
    ]
    assert [outcome(one) for one in found] == [PLAN.decode(), "binary", "missing"]
    with pytest.raises(UnreadableSource) as refused:
        found[1].read()
    again = pickle.loads(pickle.dumps(refused.value))
    assert (str(again), again.code, again.name) == (str(refused.value), "binary", "b.zip/b.txt")


def test_an_archive_is_no_document() -> None:
    with pytest.raises(UnreadableSource, match="解压"):
        read_bytes(zipped({"a.txt": "甲"}), name="a.zip")
