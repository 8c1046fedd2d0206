"""Ledger ↔ JSON, in the form ``duban/ledger@1``.

The JSON has the names of :mod:`duban.core.types`: a field is a key, a span is ``[start, end]``, a date is ISO 8601, a
whole number stands without a decimal point. Only the source is written in its own way: a text file is at hand as a
file, so its text is left out; of every other format the text that the reader took stands in ``source.text``, because
the spans count its characters.
"""

from __future__ import annotations

import json
import types
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import date
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from duban.core.types import Cell, Document, Heading, Ledger, Note, Source, Span, Table

SCHEMA = "duban/ledger@1"

Json = dict[str, Any]

# Beyond this a float no longer holds every whole number, and an int would claim digits that nobody wrote.
_EXACT = 2**53


class InvalidLedger(ValueError):  # noqa: N818 — a refusal is named for what it says
    """What was given is not a ledger in the form ``duban/ledger@1``; the message says where."""


def to_json(ledger: Ledger) -> Json:
    """Return the ledger as the value that ``json.dumps`` writes."""
    return {
        "schema": SCHEMA,
        "source": _source_to_json(ledger.source),
        "documents": [_encode(document) for document in ledger.documents],
    }


def from_json(obj: object, *, text: str | None = None) -> Ledger:
    """Return the ledger that `to_json` made `obj` from.

    The JSON of a text file holds no text: give it as `text`, or the source's text is empty and spans show nothing.
    Raises `InvalidLedger` where `obj` is something else.
    """
    whole = _object(obj, "")
    if whole.get("schema") != SCHEMA:
        raise InvalidLedger(f"不是 {SCHEMA} 格式的台账：schema 为 {whole.get('schema')!r}")
    source = _source_from_json(_object(_key(whole, "source", ""), "/source"), text)
    documents: tuple[Document, ...] = _decoder(tuple[Document, ...])(_key(whole, "documents", ""), "/documents")
    return Ledger(source=source, documents=documents)


def dumps(ledger: Ledger) -> str:
    """Return the JSON as text, one finding a line, so that two ledgers can be compared line by line."""
    whole = to_json(ledger)
    documents = ",\n".join(_document_lines(document) for document in whole["documents"])
    return (
        f'{{\n"schema": {_line(SCHEMA)},\n"source": {_line(whole["source"])},\n'
        + (f'"documents": [\n{documents}\n]' if documents else '"documents": []')
        + "\n}\n"
    )


def schema() -> Json:
    """Return the JSON Schema (2020-12) of the form."""
    loaded: Json = json.loads(schema_text())
    return loaded


def schema_text() -> str:
    """Return the JSON Schema as it is shipped."""
    from importlib import resources  # here, because it is slow to import and few callers want the schema

    return resources.files("duban.core").joinpath("ledger.schema.json").read_text("utf-8")


def _line(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _document_lines(document: Json) -> str:
    parts = []
    for key, value in document.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            entries = ",\n".join(f"  {_line(entry)}" for entry in value)
            parts.append(f" {_line(key)}: [\n{entries}\n ]")
        else:
            parts.append(f" {_line(key)}: {_line(value)}")
    return "{\n" + ",\n".join(parts) + "\n}"


def _source_to_json(source: Source) -> Json:
    written: Json = {
        "name": source.name,
        "media_type": source.media_type,
        "sha256": source.sha256,
        "characters": len(source.text),
        "lines": source.lines,
    }
    # What few sources have is left out where there is none: most are plain text and would carry four empty lists.
    for name in ("tables", "headings", "furniture", "notes"):
        if value := getattr(source, name):
            written[name] = _encode(value)
    if source.media_type != "text/plain":
        written["text"] = source.text
    return written


def _source_from_json(obj: Json, text: str | None) -> Source:
    def read(key: str, kind: Any) -> Any:
        return _decoder(kind)(_key(obj, key, "/source"), f"/source/{key}")

    def read_all(key: str, kind: Any) -> Any:
        return read(key, tuple[kind, ...]) if key in obj else ()

    characters = read("characters", int)
    if "text" in obj:
        text = read("text", str)
    if text is not None and len(text) != characters:
        raise InvalidLedger(f"/source/characters：台账读自 {characters} 个字符的原文，给出的原文有 {len(text)} 个")
    return Source(
        name=read("name", str),
        media_type=read("media_type", str),
        sha256=read("sha256", str),
        text=text or "",
        lines=read("lines", Literal["paragraph", "layout"]),
        tables=read_all("tables", Table),
        headings=read_all("headings", Heading),
        furniture=read_all("furniture", Span),
        notes=read_all("notes", Note),
    )


def _encode(value: Any) -> Any:
    if value is None or type(value) in (str, int, bool):  # most are
        return value
    if isinstance(value, Span):
        return [value.start, value.end]
    if isinstance(value, Cell) and value.row_span == value.column_span == 1:
        return {"span": _encode(value.span), "row": value.row, "column": value.column}
    if is_dataclass(value) and not isinstance(value, type):
        return {name: _encode(getattr(value, name)) for name in _names(type(value))}
    if isinstance(value, tuple):
        return [_encode(item) for item in value]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer() and abs(value) <= _EXACT:
        return int(value)
    return value


@cache
def _names(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


# A decoder takes a JSON value and the place it stands at, for the message when it is of the wrong kind.
_Decoder = Callable[[Any, str], Any]


@cache
def _decoder(kind: Any) -> _Decoder:
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is tuple:
        return _decode_all(_decoder(arguments[0]))
    if origin in (Union, types.UnionType):
        (inner,) = (argument for argument in arguments if argument is not types.NoneType)
        decode = _decoder(inner)
        return lambda value, where: None if value is None else decode(value, where)
    if origin is Literal:
        return _decode_choice(arguments)
    if kind is Span:
        return _decode_span
    if kind is date:
        return _decode_date
    if kind is float:
        return lambda value, where: float(_of_kind(value, (int, float), "数", where))
    if is_dataclass(kind):
        return _decode_fields(kind)
    name = {str: "字符串", int: "整数", bool: "true 或 false"}[kind]
    return lambda value, where: _of_kind(value, kind, name, where)


def _decode_all(decode: _Decoder) -> _Decoder:
    def run(value: Any, where: str) -> tuple[Any, ...]:
        items = _of_kind(value, list, "数组", where)
        return tuple(decode(item, f"{where}/{index}") for index, item in enumerate(items))

    return run


def _decode_choice(choices: tuple[Any, ...]) -> _Decoder:
    def run(value: Any, where: str) -> Any:
        if value not in choices:
            raise InvalidLedger(f"{where}：{value!r} 不在 {'、'.join(map(str, choices))} 之中")
        return value

    return run


def _decode_fields(kind: Any) -> _Decoder:
    hints = get_type_hints(kind)
    # Only the cells of a table have defaults that are left out (a cell that is not merged).
    optional = {"row_span", "column_span"} if kind is Cell else set()

    def run(value: Any, where: str) -> Any:
        obj = _object(value, where)
        return kind(
            **{
                name: _decoder(hint)(_key(obj, name, where), f"{where}/{name}")
                for name, hint in hints.items()
                if name in obj or name not in optional
            }
        )

    return run


def _decode_span(value: Any, where: str) -> Span:
    match value:
        case [int(start), int(end)] if 0 <= start <= end:
            return Span(start, end)
    raise InvalidLedger(f"{where}：应为 [起, 止] 两个不小于 0 的整数，起不大于止；实为 {value!r}")


def _decode_date(value: Any, where: str) -> date:
    try:
        return date.fromisoformat(_of_kind(value, str, "日期", where))
    except ValueError as error:
        raise InvalidLedger(f"{where}：应为 2025-12-31 这样的日期，实为 {value!r}") from error


def _of_kind(value: Any, kind: type | tuple[type, ...], name: str, where: str) -> Any:
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise InvalidLedger(f"{where or '/'}：应为{name}，实为 {type(value).__name__}")
    return value


def _object(value: Any, where: str) -> Json:
    obj: Json = _of_kind(value, dict, "对象", where)
    return obj


def _key(obj: Json, key: str, where: str) -> Any:
    if key not in obj:
        raise InvalidLedger(f"{where or '/'}：缺少 {key}")
    return obj[key]
