"""A ledger written as JSON and read back is the same ledger."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings

from duban.core.ledger import InvalidLedger, dumps, from_json, schema, to_json
from duban.core.types import Ledger, Span
from factories import ledgers

VALIDATOR = jsonschema.Draft202012Validator(schema(), format_checker=jsonschema.FormatChecker())


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())


def test_every_part_of_the_schema_is_closed_and_explained_in_chinese() -> None:
    open_parts, silent_parts = [], []

    def walk(part: Any, where: str) -> None:
        if isinstance(part, list):
            for index, item in enumerate(part):
                walk(item, f"{where}/{index}")
        if not isinstance(part, dict):
            return
        if part.get("type") == "object" and part.get("additionalProperties") is not False:
            open_parts.append(where)
        for name, described in (*part.get("properties", {}).items(), *part.get("$defs", {}).items()):
            if not {"title", "$ref"} & set(described) or described.get("title", "督").isascii():
                silent_parts.append(f"{where}/{name}")
        for key, value in part.items():
            walk(value, f"{where}/{key}")

    walk(schema(), "")
    assert not open_parts
    assert not silent_parts


@given(ledgers.ledgers)
def test_reading_back_what_was_written_gives_the_same_ledger(ledger: Ledger) -> None:
    # The JSON of a text file leaves its text out.
    text = ledger.source.text if ledger.source.media_type == "text/plain" else None
    assert from_json(to_json(ledger), text=text) == ledger


@given(ledgers.ledgers)
def test_the_text_form_holds_the_same_value_and_one_finding_a_line(ledger: Ledger) -> None:
    text = dumps(ledger)
    assert json.loads(text) == to_json(ledger)
    assert sum(line.startswith('  {"id":') for line in text.split("\n")) == sum(
        len(d.sections) + len(d.tasks) + len(d.indicators) + len(d.projects) for d in ledger.documents
    )


@settings(deadline=None)
@given(ledgers.ledgers)
def test_what_is_written_fits_the_schema(ledger: Ledger) -> None:
    VALIDATOR.validate(json.loads(dumps(ledger)))


def test_the_keys_are_those_of_the_published_form() -> None:
    written = to_json(ledgers.ledger())
    assert list(written) == ["schema", "source", "documents"]
    assert written["schema"] == "duban/ledger@1"
    assert written["source"] == {
        "name": "lanqiao-2026.txt",
        "media_type": "text/plain",
        "sha256": ledgers.source().sha256,
        "characters": len(ledgers.TEXT),
        "lines": "layout",
    }
    (document,) = written["documents"]
    assert document["issued_on"] == "2026-02-09"
    assert document["span"] == [0, len(ledgers.TEXT)]
    task = document["tasks"][0]
    assert task["deadlines"][0] == {
        "text": "6月底前",
        "due": "2026-06-30",
        "span": [*span(ledgers.at("6月底前"))],
        "rule": "month-end",
    }
    assert task["responsibilities"][0] == {
        "unit": "区发展改革局",
        "role": "lead",
        "span": [*span(ledgers.at("区发展改革局"))],
        "key": "发展改革局",
        "group": False,
        "rule": "unit-in-brackets",
    }
    assert task["measures"][0]["indicators"] == ["i3"]
    assert document["indicators"][2] == {
        "id": "i3",
        "task": "t1",
        "name": "引进企业",
        "comparator": "range",
        "value": 15,
        "value_high": 20,
        "unit": "家",
        "measure": "level",
        "status": "target",
        "text": "引进企业15至20家",
        "span": [*span(ledgers.at("引进企业15至20家"))],
        "rule": "amount",
    }


def span(of: Span) -> tuple[int, int]:
    return of.start, of.end


@pytest.mark.parametrize(
    ("value", "written"), [(60.0, "60"), (6.5, "6.5"), (-3.0, "-3"), (0.0, "0"), (2.0**60, "1.152921504606847e+18")]
)
def test_a_whole_number_has_no_decimal_point(value: float, written: str) -> None:
    document = ledgers.document()
    indicator = replace(document.indicators[0], value=value)
    changed = Ledger(ledgers.source(), (replace(document, indicators=(indicator,)),))
    assert f'"value": {written},' in dumps(changed)


def test_the_text_of_any_other_format_is_in_the_json() -> None:
    assert to_json(ledgers.ledger("a.docx", media_type="application/msword"))["source"]["text"] == ledgers.TEXT


def test_without_its_text_a_text_file_still_gives_its_findings() -> None:
    read = from_json(to_json(ledgers.ledger()))
    assert read.source.text == ""
    assert read.documents == ledgers.ledger().documents


def test_a_text_of_another_length_is_refused() -> None:
    with pytest.raises(InvalidLedger, match="/source/characters"):
        from_json(to_json(ledgers.ledger()), text="另一份")


def change(path: str, value: Any) -> Any:
    """Return the JSON of the invented ledger with one value changed (or, for ``...``, taken out)."""
    whole = json.loads(dumps(ledgers.ledger()))
    *way, last = [int(step) if step.isdigit() else step for step in path.split("/")]
    at = whole
    for step in way:
        at = at[step]
    if value is ...:
        del at[last]
    else:
        at[last] = value
    return whole


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("schema", "duban/ledger@2"),
        ("schema", ...),
        ("source", ...),
        ("source", None),
        ("source/characters", "12"),
        ("source/lines", "columns"),
        ("documents", {}),
        ("documents/0", "标题"),
        ("documents/0/title", ...),
        ("documents/0/year", "2026"),
        ("documents/0/year", True),
        ("documents/0/level", "district"),
        ("documents/0/issued_on", "2026年2月9日"),
        ("documents/0/span", [5, 3]),
        ("documents/0/span", [1]),
        ("documents/0/span", [-1, 3]),
        ("documents/0/tasks/0/sponsors", "张"),
        ("documents/0/tasks/0/responsibilities/0/group", 1),
        ("documents/0/indicators/0/value", "6.5"),
        ("documents/0/indicators/0/value", None),
        ("documents/0/excluded/0/why", "because"),
    ],
)
def test_what_is_no_ledger_is_refused_by_place(path: str, value: Any) -> None:
    changed = change(path, value)
    with pytest.raises(InvalidLedger, match=path.rpartition("/")[2]):
        from_json(changed)


@pytest.mark.parametrize("value", [None, [], "text", 3, {}])
def test_other_json_is_refused(value: Any) -> None:
    with pytest.raises(InvalidLedger):
        from_json(value)


def test_importing_the_ledger_stays_light() -> None:
    heavy = "{'jsonschema', 'click', 'rich', 'xlsxwriter', 'importlib.resources', 'docx', 'pdfplumber'}"
    code = f"import sys, duban.core.ledger; print({heavy} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "set()"
