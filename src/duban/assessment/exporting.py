"""Rankings as files: with every item and every line of the arithmetic."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from duban.assessment.models import Ranking, RankingRow
from duban.assessment.scoring.facts import KINDS, ROLES
from duban.organisations.sheets import Book
from duban.writing.as_csv import table_bytes

PLACES = (
    ("组", 14), ("名次", 8), ("单位", 24), ("得分", 10), ("上月名次", 10), ("升降（位）", 10), ("一票否决", 30), ("算式", 70),
)  # fmt: skip
LINES = (
    ("组", 14), ("单位", 24), ("考核项", 20), ("项得分", 10), ("项满分", 10), ("项算式", 50), ("日期", 12), ("类别", 16),
    ("角色", 8), ("任务", 12), ("事实", 60), ("计分", 10), ("怎样算的", 40), ("容错", 30),
)  # fmt: skip
#: The version of the form of the JSON file.
SCHEMA = "duban/ranking@1"


def ranking_workbook(ranking: Ranking, rows: Sequence[RankingRow]) -> bytes:
    """Return a ranking as a workbook: places, the arithmetic line by line, what it was computed with."""
    book = Book()
    book.sheet("排名", PLACES, _places(rows), title=f"{ranking.ledger}{ranking}")
    book.sheet("得分来历", LINES, _lines(rows))
    book.sheet(
        "说明",
        (("项目", 18), ("内容", 90)),
        [
            ("月份", ranking.name),
            ("版次", ranking.version),
            ("状态", ranking.get_state_display()),
            ("截止日期", ranking.closing),
            ("计分办法", f"{ranking.scheme_title}（{ranking.scheme_name}，第{ranking.scheme_version}版）"),
            ("更正的理由", ranking.correction),
            ("输入的摘要（SM3）", ranking.digest),
            ("结果的摘要（SM3）", ranking.sealed),
            *(("没有计入的", note) for note in ranking.notes),
        ],
    )
    return book.bytes()


def ranking_csv(rows: Sequence[RankingRow]) -> bytes:
    """Return the arithmetic of a ranking line by line as CSV, in UTF-8 with the mark by which Excel knows it."""
    heads = ("名次", "得分", *(head for head, _ in LINES))
    of = {(row.group_title, row.unit_name): row for row in rows}
    lines = (
        [
            str(of[line[0], line[1]].place),
            str(of[line[0], line[1]].score),
            *("" if cell is None else str(cell) for cell in line),
        ]
        for line in _lines(rows)
    )
    return table_bytes(heads, lines)


def ranking_json(ranking: Ranking, rows: Sequence[RankingRow]) -> bytes:
    """Return a ranking with all facts and items as JSON; numbers are decimal text."""
    whole = {
        "schema": SCHEMA,
        "ledger": {"division": ranking.ledger.division.code, "year": ranking.ledger.year},
        "period": ranking.period,
        "month": f"{ranking.month:%Y-%m}",
        "version": ranking.version,
        "state": ranking.state,
        "closing": ranking.closing.isoformat(),
        "scheme": {
            "name": ranking.scheme_name,
            "version": ranking.scheme_version,
            "title": ranking.scheme_title,
            "text": ranking.scheme_text,
        },
        "digest": ranking.digest,
        "sealed": ranking.sealed,
        "notes": ranking.notes,
        "rows": [
            {
                "unit": row.unit_id,
                "unit_name": row.unit_name,
                "group": row.group,
                "group_title": row.group_title,
                "place": row.place,
                "score": str(row.score),
                "previous_place": row.previous_place,
                "vetoed": row.vetoed,
                "working": row.working,
                "facts": row.facts,
                "items": row.items,
            }
            for row in rows
        ],
    }
    return json.dumps(whole, ensure_ascii=False, indent=1).encode()


def _places(rows: Sequence[RankingRow]) -> Iterator[list[Any]]:
    for row in rows:
        yield [
            row.group_title, row.place, row.unit_name, float(row.score), row.previous_place, row.moved, row.vetoed,
            row.working,
        ]  # fmt: skip


def _lines(rows: Sequence[RankingRow]) -> Iterator[list[Any]]:
    for row in rows:
        facts = {fact["key"]: fact for fact in row.facts}
        for item in row.items:
            head = [
                row.group_title,
                row.unit_name,
                item["title"],
                _number(item["points"]),
                _number(item["full"]),
                item["working"],
            ]
            if not item["lines"]:
                yield [*head, "", "", "", "", item["absent"], None, "", ""]
            for line in item["lines"]:
                fact = facts[line["fact"]]
                yield [
                    *head, fact["day"], KINDS.get(fact["kind"], (fact["kind"], ""))[0], ROLES.get(fact["role"], ""),
                    fact["task"], fact["words"], _number(line["points"]), line["working"], fact["forgiven"],
                ]  # fmt: skip


def _number(text: str | None) -> float | None:
    return None if text is None else float(Decimal(text))
