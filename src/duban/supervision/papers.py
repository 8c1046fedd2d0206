"""The papers of orders: the order itself, and the letter to a leader that goes with an escalation."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from duban.audit.refusals import Refusal
from duban.organisations.models import Division
from duban.supervision.models import Order, OrderLetter, OrderUnit
from duban.supervision.pressing.rules import WHO, rules
from duban.supervision.states.orders import OrderState
from duban.writing.official import Heading, Paper, Paragraph, Printed, Table, as_pdf
from duban.writing.official.paper import paragraphs


class CannotPrint(Refusal):
    """The fonts lack characters of the paper: it would show boxes."""

    status = 422


def fonts() -> Path | None:
    """Return the folder of the office's own fonts, where one is set."""
    return Path(settings.FONTS) if settings.FONTS else None


def printed(paper: Paper) -> Printed:
    """Return a paper as PDF, in the office's fonts."""
    return as_pdf(paper, fonts())


def office_of(division: Division) -> str:
    """Return the name that stands below the papers of a division's office."""
    return division.office or f"{division.name}人民政府督查室"


def day(value: date) -> str:
    """Return a day as papers write it."""
    return f"{value.year}年{value.month}月{value.day}日"


def _short(value: date, year: int) -> str:
    """Return a day without the year where it is `year`."""
    return f"{value.month}月{value.day}日" if value.year == year else day(value)


def order_paper(order: Order) -> Paper:
    """Return the order as it was issued; it never changes."""
    units = [slip.unit.name for slip in order.units.select_related("unit").order_by("unit__order", "pk")]
    rule = rules().levels[order.level]
    follows = "逾期没有办好的，按规定约谈、提请问责。"
    if rule.next:
        to = "、".join(WHO[who] for who in rules().levels[rule.next].letter)
        follows = f"逾期没有办好的，将发{dict(order._meta.get_field('level').choices)[rule.next]}{f'，并函告{to}' if to else ''}。"  # type: ignore[arg-type]
    return Paper(
        title=f"关于“{order.title}”的{order.get_level_display()}",
        number=order.number,
        addressee="、".join(units),
        body=(
            *paragraphs(order.grounds),
            Heading("一、办理要求"),
            *paragraphs(order.demand),
            Heading("二、签收和答复"),
            Paragraph(
                f"请于{day(order.sign_by)}前签收，{day(order.answer_by)}前书面答复办理情况，附佐证材料（答复期限"
                f"{order.answer_counted}）。{follows}"
            ),
        ),
        annexes=tuple(annex.name.rpartition(".")[0] or annex.name for annex in order.annexes.all()),
        signature=office_of(order.division),
        day=timezone.localdate(order.issued_at),
        copies="、".join(_called(letter) for letter in order.letters.select_related("leader")),
    )


def _called(letter: OrderLetter) -> str:
    return f"{letter.leader.name}{'（' + letter.leader_title + '）' if letter.leader_title else ''}"


def letter_paper(letter: OrderLetter) -> Paper:
    """Return the letter that tells a leader of an escalation: every order of the chain, its day and what became of it."""
    order = letter.order
    slip = order.units.select_related("unit", "previous__order").get()
    chain = chain_of(slip)
    unit = slip.unit.name
    return Paper(
        title=f"关于{unit}逾期未办“{order.title}”的函",
        addressee=_called(letter),
        body=(
            Paragraph(
                f"{unit}承办的“{order.title}”，经{len(chain) - 1}次督办仍未按期办好，现发{order.get_level_display()}"
                f"（{order.number}），要求{day(order.answer_by)}前办理并答复。督办经过如下："
            ),
            Table(
                ("督办单", "等级", "发出日期", "答复期限", "结果"),
                tuple(
                    (
                        one.order.number,
                        one.order.get_level_display().removesuffix("督办单"),
                        _short(timezone.localdate(one.order.issued_at), order.year),
                        _short(one.answer_by, order.year),
                        "逾期未办，已升级" if one.state == OrderState.ESCALATED else "新发出",
                    )
                    for one in chain
                ),
                (50, 16, 28, 28, 34),
            ),
            Paragraph("请予督促。"),
        ),
        signature=office_of(order.division),
        day=timezone.localdate(letter.sent_at),
    )


def chain_of(slip: OrderUnit) -> list[OrderUnit]:
    """Return the orders that led to this one and it, the first one first: one level follows the other, three at the most."""
    found = [slip]
    while (before := found[0].previous) is not None:
        found.insert(0, before)
    return found
