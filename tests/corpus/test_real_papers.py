"""Real papers, where they are at hand: the promise of how good the reading is, and how it holds in other copies."""

import json
import sys
from pathlib import Path

import pytest

from duban.core import parse
from duban.core.ledger import to_json
from duban.core.text import squeeze

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "benchmark"))

import accuracy  # noqa: E402

SHARED = ROOT.parent / "shared"
PAPERS = sorted((SHARED / "corpus").rglob("*.txt"))
pytestmark = pytest.mark.skipif(not PAPERS, reason="the real papers are not at hand")


def text_of(path: Path) -> str:
    with path.open(encoding="utf-8", newline="") as file:
        return file.read()


def test_the_promise_is_kept() -> None:
    score = accuracy.scorer()
    total = score.Tally()
    for gold in sorted((SHARED / "gold").glob("*.json")):
        text = text_of(SHARED / "corpus" / f"{gold.stem}.txt")
        score.score(json.loads(gold.read_text("utf-8")), to_json(parse(text)), text, total)
    rates = {kind: total.rates(kind)[2] for kind in accuracy.FLOORS}
    assert all(rates[kind] >= floor for kind, floor in accuracy.FLOORS.items()), rates


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
