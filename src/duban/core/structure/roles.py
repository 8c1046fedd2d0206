"""What each part of a paper does: look back, set targets, plan work, promise safeguards."""

from __future__ import annotations

import re

from duban.core.rules import load
from duban.core.structure.outline import Piece

PLANNED = ("tasks", "livelihood")
TOP = ("part", "chapter", "heading")


def assign(text: str, root: Piece, doc_type: str | None) -> None:
    """Set the role of every piece.

    The title decides for the upper parts; the rest takes the role of what it lies in. Where no title says where the
    planned work stands, it is what no other rule claims.
    """
    rules = [rule for rule in load("structure") if "role" in rule.data]
    tops = _tops(root)
    claimed = {id(piece): _by_title(text, piece, rules) for piece in tops}
    report = doc_type == "report"
    if (
        report
        and len(tops) > 1
        and claimed[id(tops[0])] is None
        and "review" not in claimed.values()
        and _looks_back(text, tops[0])
    ):
        claimed[id(tops[0])] = "review"
    if not any(role in PLANNED for role in claimed.values()):
        for piece in tops:
            if claimed[id(piece)] is None:
                claimed[id(piece)] = "tasks"
    reviewed = False
    for piece in tops:
        role = claimed[id(piece)]
        if role is None:
            # In a plan, chapters between the goals and the safeguards are the work itself.
            role = "review" if report and not reviewed and piece is tops[0] else "tasks"
        reviewed = reviewed or role == "review"
        piece.role = role
        for child in piece.walk():
            child.role = "closing" if child.kind == "closing" and role in PLANNED else role
            if (
                child is not piece
                and role in ("tasks", "review")
                and child.kind in ("section", "heading")
                and child.parent is piece
            ):
                own = _by_title(text, child, rules)
                if (
                    own in ("safeguards", "requirements", "targets", "attachment")
                    and not report
                    and len(piece.children) > 1
                ):
                    for below in child.walk():
                        below.role = own
    for piece in root.walk():
        if piece.kind == "end":
            piece.role = "attachment" if text.startswith("附", piece.start) else "closing"
        piece.role = piece.role or "opening"


def _tops(root: Piece) -> list[Piece]:
    """Return the upper parts: the children of the root, or below a single wrapping part its children."""
    tops = [piece for piece in root.children if piece.kind != "end"]
    if len(tops) > 1 and tops[0].kind == "dash":  # ——2026年1月5日在…会议上, below the title
        tops = tops[1:]
    while len(tops) == 1 and tops[0].kind in ("part", "heading") and tops[0].children:
        tops = tops[0].children
    return tops


def _by_title(text: str, piece: Piece, rules: list) -> str | None:  # type: ignore[type-arg]
    words = text[slice(*piece.title)] if piece.title else text[piece.head : piece.head + 30].split("\n")[0]
    for rule in rules:
        if rule.pattern.search(words):
            return str(rule.data["role"])
    return None


PAST = re.compile(
    r"同比|较上年|比上年|过去|[一五]年来|去年|取得了?|荣获|获评|被评为|圆满|成功|累计|极不平凡|达到|建成了?|了(?=[\u4e00-\u9fff“])"
)
FUTURE = re.compile(r"力争|确保|我们将|今年|年内|加快|推动|要|努力|着力")


def _looks_back(text: str, piece: Piece) -> bool:
    """Say whether a part without a telling title reports what was done."""
    words = text[piece.start : piece.end]
    return len(PAST.findall(words)) > len(FUTURE.findall(words))
