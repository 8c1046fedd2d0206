"""What waits for people in the rounds, as parts of the workbench: to fill in, to sign, to verify, to chase."""

from __future__ import annotations

from datetime import date

from django.db.models import Count, Q
from django.utils import timezone

from duban.dispatch.models import Report, Round
from duban.dispatch.queries.reporting import asked
from duban.dispatch.states import ReportState, RoundState
from duban.organisations.access import access_of
from duban.organisations.models import Person
from duban.plans.queries.desk import LOOK, SHOWN, Item, Link, Part, address

#: The states of a report that the unit still owes.
_OWED = (ReportState.OPEN, ReportState.RETURNED, ReportState.AWAITING_SIGN_OFF)


def waiting(person: Person, today: date) -> list[Part]:
    """Return what waits for the person in the rounds that ask their units, or that their office runs."""
    access = access_of(person)
    found: list[Part] = []
    if access.may("dispatch.report"):
        found += _of_units(person, today)
    if access.may("dispatch.verify"):
        found += _of_office(person, today)
    return found


def _of_units(person: Person, today: date) -> list[Part]:
    signs = access_of(person).reach("dispatch.sign_off").units
    fills, signed = [], []
    for one in asked(person):
        if not one.to_do:
            continue
        due = timezone.localdate(one.round.due_at)
        name = f"{one.round}{one.round.schedule}"
        if one.to_sign and one.unit.pk in signs:
            signed.append(Item(name, address("dispatch:sign_off"), "审签", f"{one.unit}：{one.to_sign} 项", due=due))
        # What the liaisons fill in waits for them; the head looks how far they are.
        if one.returned or (one.to_fill and one.round.may_report):
            verb = LOOK if one.unit.pk in signs else "改后重报" if one.returned else "去填报"
            why = f"{one.unit}：共 {one.total} 项，还有 {one.to_fill} 项待填"
            why += f"，其中退回 {one.returned} 项" if one.returned else ""
            fills.append(Item(name, address("dispatch:grid", one.round.pk, one.unit.pk), verb, why, due=due))
    return [
        Part("等您审签的填报", signed[:SHOWN], len(signed)),
        Part(
            "要填报的",
            fills[:SHOWN],
            len(fills),
            [Link("全部轮次", address("dispatch:reporting"))],
            urgent=any(item.due and item.due < today for item in fills),
        ),
    ]


def _of_office(person: Person, today: date) -> list[Part]:
    own = access_of(person).reach("dispatch.verify").of_division("round__ledger__division")
    waits, owed = Q(state=ReportState.AWAITING_VERIFICATION), Q(round__state=RoundState.OPEN, state__in=_OWED)
    counted = (
        Report.objects.filter(own)
        .filter(waits | owed)
        .order_by()
        .values_list("round")
        .annotate(to_verify=Count("pk", filter=waits), missing=Count("pk", filter=owed))
    )
    counts = {number: (to_verify, missing) for number, to_verify, missing in counted}
    verifies, chases = [], []
    for one in Round.objects.filter(pk__in=counts).select_related("schedule").order_by("due_at", "pk"):
        (to_verify, missing), due = counts[one.pk], timezone.localdate(one.due_at)
        name = f"{one}{one.schedule}"
        if to_verify:
            verifies.append(
                Item(name, address("dispatch:verify", one.pk), "核验", f"{to_verify} 份等着核验", since=due)
            )
        if missing:
            verb = "催报" if due <= today else LOOK
            chases.append(Item(name, address("dispatch:round", one.pk), verb, f"还差 {missing} 份", due=due))
    link = [Link("全部轮次", address("dispatch:rounds"))]
    return [
        Part("要核验的填报", verifies[:SHOWN], len(verifies), link),
        Part("正在填报", chases[:SHOWN], len(chases), link),
    ]
