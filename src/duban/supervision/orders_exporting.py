"""Workbooks of orders."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils import timezone

from duban.organisations.sheets import Book
from duban.supervision.queries.orders import Card


def orders_workbook(cards: Iterable[Card]) -> bytes:
    """Return the list of orders as a workbook, a row for each unit."""
    book = Book()
    book.sheet(
        "督办单",
        [("编号", 18), ("等级", 12), ("督办事项", 40), ("单位", 20), ("状态", 10), ("下一步", 24), ("下一步期限", 12),
         ("发出日期", 12), ("签收期限", 12), ("签收日期", 12), ("答复期限", 12), ("办结日期", 12), ("逾期签收", 10),
         ("逾期答复", 10)],
        (
            (
                card.slip.order.number, card.slip.order.get_level_display(), card.slip.order.title, card.slip.unit.name,
                card.slip.get_state_display(), card.who, card.due, timezone.localdate(card.slip.order.issued_at),
                card.slip.sign_by, timezone.localdate(card.slip.signed_at) if card.slip.signed_at else None,
                card.slip.answer_by, timezone.localdate(card.slip.closed_at) if card.slip.closed_at else None,
                "是" if card.slip.signed_late else "", "是" if card.slip.answered_late else "",
            )
            for card in cards
        ),
        title="督办单",
    )  # fmt: skip
    return book.bytes()
