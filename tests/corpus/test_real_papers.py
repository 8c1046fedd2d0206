"""Real papers, where they are at hand: the promise of how good the reading is, and how it holds in other copies."""

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import pytest

from duban.core import parse
from duban.core.ledger import to_json
from duban.core.text import squeeze

SHARED = Path(__file__).parents[3] / "shared"
PAPERS = sorted((SHARED / "corpus").rglob("*.txt"))
pytestmark = pytest.mark.skipif(not PAPERS, reason="the real papers are not at hand")
# What is promised for the annotated papers as a whole (F1).
FLOORS = {
    "tasks": 0.99,
    "titles": 0.98,
    "units": 0.99,
    "deadlines": 0.98,
    "indicators": 0.97,
    "strict": 0.90,
    "projects": 0.90,
    "meta": 0.95,
    "traced": 1.0,
}


def text_of(path: Path) -> str:
    with path.open(encoding="utf-8", newline="") as file:
        return file.read()


def scorer() -> ModuleType:
    spec = importlib.util.spec_from_file_location("score", SHARED / "tools" / "score.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_promise_is_kept() -> None:
    score = scorer()
    total = score.Tally()
    for gold in sorted((SHARED / "gold").glob("*.json")):
        text = text_of(SHARED / "corpus" / f"{gold.stem}.txt")
        score.score(json.loads(gold.read_text("utf-8")), to_json(parse(text)), text, total)
    rates = {kind: total.rates(kind)[2] for kind in FLOORS}
    assert all(rates[kind] >= FLOORS[kind] for kind in FLOORS), rates


@pytest.mark.parametrize("path", PAPERS, ids=lambda path: path.stem)
def test_every_entry_points_home(path: Path) -> None:
    text = text_of(path)
    for document in parse(text).documents:
        for entry in (*document.indicators, *document.projects, *document.excluded):
            assert squeeze(entry.span.of(text)) == entry.text
        for task in document.tasks:
            assert task.text in squeeze(task.span.of(text))
            for deadline in task.deadlines:
                assert squeeze(deadline.span.of(text)) == deadline.text
            for unit in task.responsibilities:
                assert squeeze(unit.span.of(text)) == unit.unit


def test_a_listing_page_holds_the_reports_that_it_lists() -> None:
    listing = parse(text_of(SHARED / "corpus" / "listing-page-five-reports.txt"))
    assert len(listing.documents) == 5
    alone = {
        (d.region or "")[-3:]: [t.title for t in d.tasks]
        for name in ("qingdao-2021", "licheng-2021", "jinxiang-2021", "jiangtun-2020", "nanzhan-2019")
        for d in parse(text_of(SHARED / "corpus" / f"{name}-report.txt")).documents
    }
    together = {(d.region or "")[-3:]: [t.title for t in d.tasks] for d in listing.documents}
    assert together == alone


@pytest.mark.parametrize("path", PAPERS, ids=lambda path: path.stem)
def test_the_year_and_the_place_are_known(path: Path) -> None:
    place, year = path.stem.split("-")[:2]
    if place == "listing":
        pytest.skip("five papers")
    (document,) = parse(text_of(path)).documents
    assert document.year == int(year)
    assert document.region
    assert document.level
    assert document.tasks
