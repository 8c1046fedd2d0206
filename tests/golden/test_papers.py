"""Invented papers in the manner of many offices, read and compared with what a person marked in them.

The floors are what the reading reached when they were last raised, less what one entry weighs; a change that lowers
one has to say why.
"""

import pytest
from reading import PAPERS, annotated, indicators, projects, tasks

from duban.core import parse
from duban.core.types import Document

NAMES = sorted(path.stem for path in PAPERS.glob("*.json"))
FLOORS = {
    "lanqiao-2026-plan": {"indicators": 0.97, "strict": 0.92},
    "liuxi-2024-tasks": {"tasks": 0.95, "units": 0.95, "indicators": 0.97, "strict": 0.76},
    "qingdu-2024-report": {"indicators": 0.96, "strict": 0.88},
    "shiping-2025-campaign": {"indicators": 0.97, "strict": 0.95},
    "yunling-2022-report": {"indicators": 0.96, "strict": 0.85},
    "zenan-2023-report": {"indicators": 0.97, "strict": 0.88},
}


@pytest.fixture(scope="module", params=NAMES)
def paper(request: pytest.FixtureRequest) -> tuple[str, Document, dict]:
    text, gold = annotated(request.param)
    documents = parse(text).documents
    assert len(documents) == 1
    return request.param, documents[0], gold


def floor(name: str, kind: str) -> float:
    return FLOORS[name].get(kind, 1.0)


def test_tasks_with_their_units_and_deadlines(paper: tuple[str, Document, dict]) -> None:
    name, document, gold = paper
    for kind, rate in tasks(document, gold).items():
        assert rate >= floor(name, kind), f"{kind}: {rate:.3f}"


def test_indicators_with_their_names(paper: tuple[str, Document, dict]) -> None:
    name, document, gold = paper
    for kind, rate in indicators(document, gold).items():
        assert rate >= floor(name, kind), f"{kind}: {rate:.3f}"


def test_projects_with_their_amounts(paper: tuple[str, Document, dict]) -> None:
    name, document, gold = paper
    assert projects(document, gold) >= floor(name, "projects")


def test_whose_paper_it_is(paper: tuple[str, Document, dict]) -> None:
    _, document, gold = paper
    meta = gold["meta"]
    assert document.level == meta["level"]
    assert document.doc_type == meta["doc_type"]
    assert document.year == meta["year"]
    assert document.region
    assert meta["region"].endswith(document.region)
    assert document.doc_number == meta["doc_number"]
