"""What a reading leaves to a person before it becomes tasks: which document, which year, which place.

Questions are drawn from the paper's reading and the answers given so far; nothing is stored but the answers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from duban.organisations.models import Division
from duban.plans.models import Paper

#: Answers to the question of the year.
THAT_YEAR, THIS_YEAR = "that", "this"


@dataclass(frozen=True)
class Question:
    """One question: its kind (``documents``, ``region``, ``year``), the Chinese sentence, and what it offers."""

    kind: str
    sentence: str
    choices: tuple[tuple[str, str], ...]
    several: bool = False


def chosen(paper: Paper) -> list[dict[str, Any]]:
    """Return the documents of the reading that the paper takes in: all where there is one, else those chosen."""
    documents: list[dict[str, Any]] = (paper.reading or {}).get("documents", [])
    if len(documents) < 2:
        return documents
    return [documents[number] for number in paper.answers.get("documents", ()) if number < len(documents)]


def open_questions(paper: Paper) -> list[Question]:
    """Return the questions that nobody has answered yet. Year and place are asked once the documents are chosen."""
    documents: list[dict[str, Any]] = (paper.reading or {}).get("documents", [])
    if len(documents) > 1 and not paper.answers.get("documents"):
        choices = tuple(
            (str(number), f"{document['title'] or '没有标题的一份'}（任务 {len(document['tasks'])} 项）")
            for number, document in enumerate(documents)
        )
        return [Question("documents", f"这个文件里有 {len(documents)} 份公文，请选择要录入的。", choices, True)]
    asked = []
    regions = [document["region"] for document in chosen(paper) if document["region"]]
    if "region" not in paper.answers and (others := [r for r in regions if not same_place(r, paper.division)]):
        asked.append(
            Question(
                "region",
                f"文件写的是“{others[0]}”，本台账属于“{paper.division.full_name}”。",
                (("keep", f"确是要录入{paper.division.name}台账的"),),
            )
        )
    year = stated_year(paper)
    if "year" not in paper.answers and year is not None and year != paper.year:
        asked.append(
            Question(
                "year",
                f"文件安排的是 {year} 年的工作，上传时选的是 {paper.year} 年。",
                (
                    (THAT_YEAR, f"录入 {year} 年台账"),
                    (THIS_YEAR, f"录入 {paper.year} 年台账，时限按 {paper.year} 年算"),
                ),
            )
        )
    return asked


def stated_year(paper: Paper) -> int | None:
    """Return the year that the first chosen document plans, `None` where it names none."""
    return next((document["year"] for document in chosen(paper) if document["year"]), None)


def same_place(words: str, division: Division) -> bool:
    """Say whether `words` name the division: its name, its full name, or one with more or fewer upper levels."""
    return any(words.endswith(name) or name.endswith(words) for name in (division.full_name, division.name))
