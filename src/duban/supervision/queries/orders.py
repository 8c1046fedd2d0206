"""What the pages of orders show: the board by clock, the list, one order with what may be done on it, what waits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import Case, OuterRef, Q, QuerySet, Subquery, Value, When
from django.utils import timezone

from duban.dispatch.schemes.lights.facts import Demand
from duban.organisations.access import access_of
from duban.organisations.models import Person, Unit
from duban.plans.models import Task
from duban.plans.queries.desk import LOOK, SHOWN, Item, Link, Part, address
from duban.plans.queries.gates import if_any
from duban.supervision.models import Order, OrderExtension, OrderUnit
from duban.supervision.models.orders import Level
from duban.supervision.papers import chain_of
from duban.supervision.pressing.rules import rules
from duban.supervision.queries.first import first_of, total_of
from duban.supervision.reaching import heir, heirs
from duban.supervision.states.orders import AT_UNIT, OPEN, ExtensionState, OrderState

#: What whoever moves next has to do, by state.
MOVES = {
    OrderState.ISSUED: "签收",
    OrderState.SIGNED: "答复",
    OrderState.RETURNED: "重新答复",
    OrderState.ANSWERED: "审核",
}
#: How a list may be sorted.
SORTS = {
    "due": ("due_on", "pk"),
    "number": ("order__year", "order__seq", "pk"),
    "unit": ("unit__order", "unit_id", "due_on"),
    "level": ("order__level", "due_on"),
    "issued": ("order__issued_at", "pk"),
}
_ASKED = OrderExtension.objects.filter(slip=OuterRef("pk"), state=ExtensionState.ASKED).order_by("pk")


@dataclass(frozen=True)
class Card:
    """An order at a unit, as a board or a list shows it: the clock, and who moves next."""

    slip: OrderUnit
    heir: Unit
    today: date

    @property
    def who(self) -> str:
        """Who moves next, and to do what; empty where nobody has to."""
        if self.slip.state not in OPEN:
            return ""
        if self.decide_by:
            return "督查室审批延期"
        whose = "督查室" if self.slip.turn == OrderUnit.Turn.OFFICE else str(self.heir)
        return f"{whose}{MOVES[OrderState(self.slip.state)]}"

    @property
    def decide_by(self) -> date | None:
        """The day by which a request for more time is to be decided; None where none waits."""
        day: date | None = self.slip.decide_by  # type: ignore[attr-defined]
        return day

    @property
    def due(self) -> date | None:
        """The day by which it is to be done."""
        return self.decide_by or self.slip.due_on

    @property
    def late(self) -> bool:
        """Say whether that day has passed."""
        return self.due is not None and self.due < self.today


@dataclass(frozen=True)
class Column:
    """A column of the board."""

    code: str
    name: str
    cards: list[Card]


def slips(person: Person) -> QuerySet[OrderUnit]:
    """Return the orders at units that a person sees, with what a card shows; one statement."""
    return (
        OrderUnit.objects.visible_to(person)
        .select_related("order__task__ledger", "unit__successor__successor")
        .annotate(decide_by=Subquery(_ASKED.values("decide_by")[:1]))
    )


def cards(found: Iterable[OrderUnit], today: date) -> list[Card]:
    """Return cards of what was found."""
    return [Card(slip, heir(slip.unit), today) for slip in found]


def board(found: QuerySet[OrderUnit], today: date) -> list[Column]:
    """Return what is open by its day: overdue, today, this week, later; the earliest first."""
    week = today + timedelta(days=6 - today.weekday())
    columns = {
        "overdue": Column("overdue", "逾期", []),
        "today": Column("today", "今天", []),
        "week": Column("week", "本周", []),
        "later": Column("later", "以后", []),
    }
    for card in cards(found.open(), today):  # type: ignore[attr-defined]
        due = card.due or today
        code = "overdue" if due < today else "today" if due == today else "week" if due <= week else "later"
        columns[code].cards.append(card)
    for column in columns.values():
        column.cards.sort(key=lambda card: (card.due or today, -_level(card.slip.order), card.slip.pk))
    return list(columns.values())


def _level(order: Order) -> int:
    return Level.values.index(order.level)


@dataclass(frozen=True)
class Asked:
    """The filters in the address."""

    q: str = ""
    unit: str = ""
    level: str = ""
    state: str = ""
    turn: str = ""
    clock: str = ""
    sort: str = "-issued"

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Asked:
        """Return the filters that `given` holds; what nobody knows is left out."""
        sort = given.get("sort", "")
        return cls(
            q=given.get("q", "").strip()[:50],
            unit=given.get("unit", "") if given.get("unit", "").isdecimal() else "",
            level=given.get("level", "") if given.get("level") in Level.values else "",
            state=given.get("state", "") if given.get("state") in (*OrderState.values, "open") else "",
            turn=given.get("turn", "") if given.get("turn") in ("unit", "office") else "",
            clock=given.get("clock", "") if given.get("clock") in ("late", "overdue") else "",
            sort=sort if sort.removeprefix("-") in SORTS else "-issued",
        )

    def narrow(self, found: QuerySet[OrderUnit], today: date) -> QuerySet[OrderUnit]:
        """Return those that fit."""
        if self.q:
            words = Q(order__title__icontains=self.q) | Q(order__demand__icontains=self.q)
            if (number := self.q.rpartition("〕")[2].removesuffix("号")).isdecimal():
                words |= Q(order__seq=int(number[:9]))
            found = found.filter(words)
        if self.unit:
            found = found.filter(unit=int(self.unit))
        if self.level:
            found = found.filter(order__level=self.level)
        if self.state:
            found = found.filter(state__in=OPEN if self.state == "open" else [self.state])
        if self.turn:
            found = found.filter(turn=self.turn)
        if self.clock == "overdue":
            found = found.filter(state__in=OPEN, due_on__lt=today)
        elif self.clock == "late":
            found = found.filter(Q(signed_late=True) | Q(answered_late=True))
        return found

    def order(self, found: QuerySet[OrderUnit]) -> QuerySet[OrderUnit]:
        """Return them sorted."""
        fields = SORTS[self.sort.removeprefix("-")]
        return found.order_by(*(f"-{name}" for name in fields) if self.sort.startswith("-") else fields)


def units_of(found: QuerySet[OrderUnit]) -> list[Unit]:
    """Return the units that have orders among what was found, for the filter."""
    return list(Unit.objects.filter(pk__in=found.order_by().values("unit")).order_by("order", "pk"))


@dataclass(frozen=True)
class SlipPage:
    """An order at one unit as its page shows it, with what the reader may do."""

    card: Card
    chain: list[OrderUnit]
    next: Order | None
    answers: list[Any]
    extensions: list[OrderExtension]
    unit_acts: bool
    office_acts: bool
    may_extend: bool
    may_escalate: bool
    advice: str

    @property
    def slip(self) -> OrderUnit:
        """The order at the unit."""
        return self.card.slip

    @property
    def asked(self) -> OrderExtension | None:
        """The request for more time that waits to be decided."""
        return next((one for one in self.extensions if one.state == ExtensionState.ASKED), None)

    @property
    def successor(self) -> Unit | None:
        """The unit that it has been merged into, if any."""
        return self.card.heir if self.card.heir != self.slip.unit else None


@dataclass(frozen=True)
class OrderPage:
    """One order, and how it stands at the units that the reader sees."""

    order: Order
    slips: list[SlipPage]
    others: list[str]
    office: bool
    counts: dict[str, int] = field(default_factory=dict)


def order_page(order: Order, person: Person, today: date) -> OrderPage:
    """Return the page of an order; a bounded number of statements for each of its units, which are few."""
    access = access_of(person)
    office = access.may("supervision.run", division=order.division)
    found = (
        slips(person)
        .filter(order=order)
        .select_related(
            "order__task__ledger",
            "unit__successor__successor",
            "previous__order",
            "previous__previous__order",
            "signed_by",
            "closer",
            "next__order",
        )
        .prefetch_related(
            "answers__attachments__stored", "answers__answered_by", "answers__decided_by",
            "extensions__asked_by", "extensions__decided_by",
        )
        .order_by("unit__order", "pk")
    )  # fmt: skip
    pages = [_slip_page(card, person, office, today) for card in cards(found, today)]
    seen = {page.slip.unit_id for page in pages}
    others = [
        slip.unit.name
        for slip in order.units.select_related("unit").order_by("unit__order")
        if slip.unit_id not in seen
    ]
    return OrderPage(order, pages, others, office)


def _slip_page(card: Card, person: Person, office: bool, today: date) -> SlipPage:
    slip = card.slip
    at_unit = slip.turn == OrderUnit.Turn.UNIT
    acts = at_unit and access_of(person).may("supervision.answer", division=slip.order.division, units=heirs(slip.unit))
    extensions = list(slip.extensions.all())
    granted = sum(one.state == ExtensionState.APPROVED for one in extensions)
    passed = at_unit and today > slip.answer_by
    rule = rules().levels[slip.order.level]
    follower = getattr(slip, "next", None)
    return SlipPage(
        card=card,
        chain=chain_of(slip),
        next=follower.order if follower else None,
        answers=list(slip.answers.all()),
        extensions=extensions,
        unit_acts=acts,
        office_acts=office and slip.state in OPEN,
        may_extend=acts and not passed and not card.decide_by and granted < rules().times,
        may_escalate=office and passed and bool(rule.next),
        advice=rule.advice if office and passed else "",
    )


def of_task(task: Task, person: Person, on: date | None, today: date) -> dict[str, Any] | None:
    """Return the panel of a task's page: its orders, the newest first; None where one sees none and may send none."""
    found = slips(person).filter(order__task=task).order_by("-order__issued_at", "-pk")
    if on is not None:
        found = found.filter(order__issued_at__date__lte=on)
    shown = cards(found[:20], today)
    return _panel(task, person, on, today, shown) if shown else of_no_order(task, person, on, today)


def of_no_order(task: Task, person: Person, on: date | None, today: date) -> dict[str, Any] | None:
    """Return the panel of a task without orders, for those who may send one."""
    office = access_of(person).may("supervision.run", division=task.ledger.division)
    return _panel(task, person, on, today, []) if office else None


def _panel(task: Task, person: Person, on: date | None, today: date, shown: list[Card]) -> dict[str, Any]:
    office = access_of(person).may("supervision.run", division=task.ledger.division)
    return {"cards": shown, "task": task, "may_issue": office and on is None, "today": today}


def demands(tasks: Iterable[int]) -> dict[int, list[Demand]]:
    """Return the orders on tasks as lights judge them: one for each paper, met when all its units have done; one statement.

    What was pressed further is spoken for by the order that followed. An answer that the office has not reviewed counts as
    in time: the unit has done its part.
    """
    by_order: dict[int, list[OrderUnit]] = defaultdict(list)
    found = OrderUnit.objects.filter(order__task__in=list(tasks)).exclude(
        state__in=(OrderState.WITHDRAWN, OrderState.ESCALATED)
    )
    for slip in found.select_related("order"):
        by_order[slip.order_id].append(slip)
    said: dict[int, list[Demand]] = defaultdict(list)
    for slips_of in by_order.values():
        order = slips_of[0].order
        closed = [timezone.localdate(slip.closed_at) for slip in slips_of if slip.closed_at]
        said[order.task_id or 0].append(
            Demand(
                level=order.level,
                issued_on=timezone.localdate(order.issued_at),
                due=max(
                    slip.due_on if slip.state == OrderState.ANSWERED and slip.due_on else slip.answer_by
                    for slip in slips_of
                ),
                met_on=max(closed) if len(closed) == len(slips_of) else None,
            )
        )
    return said


# ---- the workbench ----


def waiting(person: Person, today: date) -> list[Part]:
    """Return what waits on the workbench: orders to sign and to answer, to review, requests to decide."""
    access = access_of(person)
    parts = []
    if access.may("supervision.answer"):
        parts += _of_unit(person, today)
    if access.may("supervision.run"):
        parts += _of_office(person, today)
    return parts


def _of_unit(person: Person, today: date) -> list[Part]:
    rows = first_of(slips(person).filter(state__in=AT_UNIT), "due_on")
    items = [
        Item(
            card.slip.order.title,
            address("supervision:order", card.slip.order_id),
            MOVES[OrderState(card.slip.state)],
            f"{card.slip.order.get_level_display()}，{card.slip.order.number}",
            due=card.slip.due_on,
        )
        for card in cards(rows, today)
    ]
    links = [Link("全部督办单", address("supervision:orders"))]
    late = any(item.due and item.due < today for item in items)
    return [Part("要签收、答复的督办单", items, total_of(rows), links, urgent=late)]


def _of_office(person: Person, today: date) -> list[Part]:
    """Return what the office reviews and decides, and what is overdue at units: two statements."""
    office = access_of(person).reach("supervision.run").of_division("order__division")
    answered = Q(state=OrderState.ANSWERED)
    seen = slips(person).filter(office, answered | Q(state__in=AT_UNIT, due_on__lt=today))
    rows = first_of(
        seen.annotate(ours=Case(When(answered, then=Value(1)), default=Value(0))), "due_on", within="ours", values=2
    )
    to_review, late = [one for one in rows if one.ours], [one for one in rows if not one.ours]
    extensions = OrderExtension.objects.filter(
        slip__in=OrderUnit.objects.filter(office), state=ExtensionState.ASKED
    ).select_related("slip__order", "slip__unit")
    asked = first_of(if_any(person, "supervision.extensions", extensions), "decide_by")
    items = [
        Item(
            f"{card.slip.unit}：{card.slip.order.title}",
            address("supervision:order", card.slip.order_id),
            "审核",
            f"{card.slip.order.number}的答复",
            due=card.slip.due_on,
        )
        for card in cards(to_review, today)
    ] + [
        Item(
            f"{one.slip.unit}申请延期到{one.wanted.month}月{one.wanted.day}日",
            address("supervision:order", one.slip.order_id),
            "审批",
            f"{one.slip.order.number}：{one.reason[:60]}",
            due=one.decide_by,
        )
        for one in asked
    ]
    items.sort(key=lambda item: item.due or today)
    overdue = [
        Item(
            f"{card.heir}：{card.slip.order.title}",
            address("supervision:order", card.slip.order_id),
            LOOK,
            f"{card.slip.order.get_level_display()}，等{card.who}",
            due=card.slip.due_on,
        )
        for card in cards(late, today)
    ]
    links = [
        Link("全部督办单", address("supervision:orders")),
        Link("按亮灯发督办单", address("supervision:orders_proposed")),
    ]
    return [
        Part(
            "要审核的答复、要审批的延期",
            items[:SHOWN],
            total_of(to_review) + total_of(asked),
            links,
            "督办单的答复都审过了。",
        ),
        Part("逾期的督办单", overdue, total_of(late), urgent=True),
    ]


def today() -> date:
    """Return the day on which a page is looked at."""
    return timezone.localdate()
