"""JSON and JSON lines as files."""

from __future__ import annotations

import json
from dataclasses import replace

import jsonschema
from hypothesis import given, settings
from hypothesis import strategies as st

from duban.core.ledger import schema, to_json
from duban.core.types import Ledger
from duban.writing import json_bytes, jsonl_bytes
from factories import ledgers


def as_jsonl(*of: Ledger) -> str:
    return b"".join(map(jsonl_bytes, of)).decode("utf-8")


def test_json_is_the_ledger_in_utf_8() -> None:
    written = json_bytes(ledgers.ledger())
    assert "江临市兰桥区" in written.decode("utf-8")
    assert json.loads(written) == to_json(ledgers.ledger())


def test_a_name_that_is_no_utf_8_is_escaped_and_comes_back() -> None:
    odd = replace(ledgers.ledger(), source=replace(ledgers.source(), name="\udcb0\udca1.txt"))
    assert json.loads(json_bytes(odd))["source"]["name"] == "\udcb0\udca1.txt"


def test_each_document_of_each_source_is_one_line_that_stands_alone() -> None:
    twice = replace(ledgers.ledger("二.docx", media_type="application/msword"), documents=(ledgers.document(),) * 2)
    lines = [json.loads(line) for line in as_jsonl(ledgers.ledger(), twice).splitlines()]
    assert [line["source"]["name"] for line in lines] == ["lanqiao-2026.txt", "二.docx", "二.docx"]
    assert {line["schema"] for line in lines} == {"duban/document@1"}
    assert all(len(line["source"]["sha256"]) == 64 for line in lines)
    assert all("text" not in line["source"] for line in lines)
    assert lines[0]["tasks"][0]["title"] == "建好沿河产业园"


@settings(deadline=None)
@given(st.lists(ledgers.ledgers, max_size=2))
def test_a_line_without_its_source_is_a_document_of_the_schema(of: list[Ledger]) -> None:
    document = {"$ref": "#/$defs/document", "$defs": schema()["$defs"]}
    # Not splitlines: JSON leaves U+2028 and its like as they are, and only \n ends a line.
    lines = as_jsonl(*of).split("\n")
    assert lines.pop() == ""
    assert len(lines) == sum(len(ledger.documents) for ledger in of)
    for line in lines:
        value = json.loads(line)
        assert value.pop("schema") == "duban/document@1"
        assert set(value.pop("source")) <= {"name", "media_type", "sha256", "characters", "notes"}
        jsonschema.Draft202012Validator(document).validate(value)
