"""Makes the blocks of a paper from facts by a wording: the same facts and words always make the same paper."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass

from duban.bulletins.composing.blocks import Block, bound, text_of
from duban.bulletins.composing.conditions import Value
from duban.bulletins.composing.facts import Facts
from duban.bulletins.composing.figures import Book, UnknownFigure
from duban.bulletins.composing.lists import LISTS
from duban.bulletins.composing.tables import chart, table
from duban.bulletins.composing.wording import Pieces, Rule, Variant, Wording, pieces


@dataclass(frozen=True)
class Composed:
    """A paper as the rules write it."""

    title: Pieces
    addressee: str
    masthead: str
    word: str
    copies: str
    blocks: list[Block]


class Composer:
    """Writes a paper. `subject` is the section or unit that special papers speak of: ``it.`` of their titles."""

    def __init__(self, wording: Wording, facts: Facts) -> None:
        self.wording = wording
        self.facts = facts
        self.book = Book(facts)

    def compose(self) -> Composed:
        """Return the paper."""
        blocks: list[Block] = []
        for rule in self.wording.rules:
            self._write(rule, blocks)
        for number, block in enumerate(blocks, 1):
            block["id"] = f"b{number}"
            if "parts" in block:
                block["composed"] = deepcopy(block["parts"])
        wording = self.wording
        return Composed(
            self._pieces(wording.title, ""),
            text_of(self._pieces(wording.addressee, "")),
            wording.masthead,
            wording.word,
            text_of(self._pieces(wording.copies, "")),
            blocks,
        )

    def _write(self, rule: Rule, blocks: list[Block]) -> None:
        if rule.type in ("table", "chart", "annex"):
            if rule.when is not None and not rule.when.holds(self._asker("")):
                return
            blocks.append(self._placed(rule))
            return
        items = [""]
        if rule.each:
            listed = LISTS[rule.each]
            items = [f"{listed.kind}.{pk}." for pk in listed.of(self.facts)][: rule.limit]
        for item in items:
            ask = self._asker(item)
            if rule.when is not None and not rule.when.holds(ask):
                continue
            variant = next((one for one in rule.variants if one.when is None or one.when.holds(ask)), None)
            if variant is None:
                continue
            parts = self._said(variant, item)
            if rule.join and blocks and blocks[-1]["type"] == "paragraph":
                blocks[-1]["parts"] += parts
                continue
            block: Block = {"key": f"{rule.key}:{item}" if item else rule.key, "type": rule.type, "parts": parts}
            if rule.type == "heading":
                block["level"] = rule.level
            blocks.append(block)

    def _placed(self, rule: Rule) -> Block:
        if rule.type == "annex":
            title = text_of(self._pieces(rule.title, ""))
            return {"key": rule.key, "type": "annex", "title": title, "landscape": rule.landscape}
        make = table if rule.type == "table" else chart
        return {"key": rule.key, **make(rule.place, self.facts, self.book)}

    def _said(self, variant: Variant, item: str) -> Pieces:
        parts = self._pieces(variant.text, item)
        if variant.note:
            parts.append({"n": self._pieces(variant.note, item)})
        return parts

    def _pieces(self, text: str, item: str) -> Pieces:
        found: Pieces = []
        for is_name, words in pieces(text):
            if not is_name:
                found.append(words)
                continue
            name = self._full(words, item)
            try:
                found.append(bound(name, self.book.figure(name).shown))
            except UnknownFigure:
                # A value that is not there, such as the progress of a task that nothing measures.
                found.append("—")
        return found

    def _asker(self, item: str) -> Callable[[str], Value]:
        def ask(name: str) -> Value:
            try:
                return self.book.value(self._full(name, item))
            except UnknownFigure:
                return ""

        return ask

    @staticmethod
    def _full(name: str, item: str) -> str:
        return item + name.removeprefix("it.") if name.startswith("it.") else name
