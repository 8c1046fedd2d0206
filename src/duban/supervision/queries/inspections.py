"""Inspections as pages show them: the list, one by its stages, how often units are inspected."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Count, Prefetch, Q
from django.urls import reverse

from duban.organisations.access import access_of
from duban.organisations.models import Division, Person, Unit
from duban.plans.models import Ledger, Task
from duban.plans.queries.desk import SHOWN, Item, Link, Part
from duban.plans.queries.gates import if_any
from duban.supervision.inspecting.warning import Warning, cap_of, warnings_of
from duban.supervision.models import (
    Attachment,
    CheckFigure,
    CheckItem,
    Finding,
    InspectedUnit,
    Inspection,
    Lead,
    Matter,
    Order,
    Proposal,
    Review,
    SpotPhoto,
    SpotVoice,
    Visit,
)
from duban.supervision.models.inspections import InspectionQuerySet, InspectionType, counted
from duban.supervision.reaching import within
from duban.supervision.states.inspections import FindingState, InspectionState, PartState, ReviewState

#: What the office does next in each state.
NEXT = {
    InspectionState.DRAFT: "报批方案",
    InspectionState.APPROVED: "安排走访，进点",
    InspectionState.ON_SITE: "实地核查",
    InspectionState.CONCLUDING: "写结论，逐个单位反馈",
    InspectionState.FED_BACK: "督促整改，验收销号",
}


@dataclass(frozen=True)
class Filters:
    """What a list of inspections is narrowed to, as the address has it."""

    year: str = ""
    type: str = ""
    form: str = ""
    state: str = ""
    unit: str = ""
    q: str = ""

    @classmethod
    def of(cls, asked: Mapping[str, str]) -> Filters:
        """Return the filters of an address; what is no value is left out."""
        digits = {name: asked.get(name, "") for name in ("year", "unit")}
        state = asked.get("state", "open")
        return cls(
            **{name: value for name, value in digits.items() if value.isdecimal() and len(value) < 19},
            type=asked.get("type", "") if asked.get("type") in InspectionType.values else "",
            form=asked.get("form", "") if asked.get("form") in ("open", "unannounced") else "",
            state=state if state in (*InspectionState.values, "open", "all") else "open",
            q=asked.get("q", "").strip()[:100],
        )

    def narrow(self, rows: InspectionQuerySet) -> InspectionQuerySet:
        """Return those of `rows` that fit."""
        if self.year:
            rows = rows.filter(year=int(self.year))
        if self.type:
            rows = rows.filter(type=self.type)
        if self.form:
            rows = rows.filter(announced=self.form == "open")
        if self.state == "open":
            rows = rows.open()
        elif self.state != "all":
            rows = rows.filter(state=self.state)
        if self.unit:
            rows = rows.filter(units__unit=int(self.unit))
        if self.q:
            rows = rows.filter(Q(title__icontains=self.q) | Q(content__icontains=self.q) | Q(scope__icontains=self.q))
        return rows

    def __bool__(self) -> bool:
        return any((self.year, self.type, self.form, self.unit, self.q)) or self.state != "open"


def listed(person: Person, filters: Filters) -> InspectionQuerySet:
    """Return the inspections of the list with units, leader and numbers of findings; those due first where open."""
    rows = filters.narrow(Inspection.objects.visible_to(person))
    order = ("due_on", "-year", "-seq") if filters.state == "open" else ("-year", "-seq")
    return (
        rows.annotate(
            found=Count("units__findings", filter=~Q(units__findings__state=FindingState.DROPPED), distinct=True),
            unsolved=Count(
                "units__findings",
                filter=Q(units__findings__state__in=(FindingState.DEMANDED, FindingState.RECTIFIED)),
                distinct=True,
            ),
        )
        .prefetch_related("units__unit", "members__person")
        .order_by(*order)
    )


def own_parts(person: Person) -> list[InspectedUnit]:
    """Return the parts of the person's own units that they may know of, what they have to do first."""
    units = access_of(person).reach("supervision.answer").units
    if not units:
        return []
    rows = (
        InspectedUnit.objects.visible_to(person)
        .filter(within("unit", units))
        .select_related("inspection", "unit", "review")
        .annotate(open_findings=Count("findings", filter=Q(findings__state=FindingState.DEMANDED)))
    )
    ended = (InspectionState.CLOSED, InspectionState.CANCELLED)
    return sorted(
        rows, key=lambda one: (one.inspection.state in ended, one.due_on is None, one.due_on or date.max, -one.pk)
    )


@dataclass
class OnUnit:
    """A unit's part with its findings and review."""

    part: InspectedUnit
    findings: list[Finding] = field(default_factory=list)
    review: Review | None = None

    @property
    def to_feed_back(self) -> list[Finding]:
        """The findings that are not fed back yet."""
        return [finding for finding in self.findings if finding.state == FindingState.RECORDED]


@dataclass(frozen=True)
class InspectionPage:
    """All that the page of an inspection shows."""

    inspection: Inspection
    units: list[OnUnit]
    members: list[Any]
    stepped_back: list[Any]
    visits: list[Visit]
    draws: list[Any]
    hands: list[Any]
    proposals: list[Proposal]
    leads: list[Lead] | None
    warnings: list[Warning]

    @property
    def items(self) -> int:
        """How many items there are to check."""
        return sum(len(visit.items.all()) for visit in self.visits)

    @property
    def entered(self) -> int:
        """Of how many something was entered."""
        return sum(bool(item.result) for visit in self.visits for item in visit.items.all())


_ORDER = {"leader": 0, "member": 1, "invited": 2}


def visits_of(inspection: Inspection) -> list[Visit]:
    """Return the visits of an inspection with items, figures, photos and voice notes; six statements."""
    items = (
        CheckItem.objects.select_related("task__ledger", "report__round", "report__unit", "entered_by")
        .defer("task__text", "task__summary")
        .prefetch_related(
            Prefetch("figures", CheckFigure.objects.select_related("indicator")),
            Prefetch("voices", SpotVoice.objects.select_related("by")),
            Prefetch("photos", SpotPhoto.objects.select_related("by").prefetch_related("attachments__stored")),
        )
    )
    return list(inspection.visits.select_related("unit").prefetch_related(Prefetch("items", items)))


def findings_of(parts: list[int], person: Person) -> dict[int, list[Finding]]:
    """Return the findings of parts with what belongs to them, by part; a bounded number of statements.

    The orders and the matters that were made of them are those that `person` sees.
    """
    rows = (
        Finding.objects.filter(part__in=parts)
        .select_related("task__ledger", "report__round", "report__unit", "item")
        .defer("task__text", "task__summary")
        .prefetch_related(
            Prefetch("attachments", Attachment.objects.select_related("stored", "added_by")),
            Prefetch("orders", Order.objects.visible_to(person), to_attr="orders_seen"),
            Prefetch("matters", Matter.objects.visible_to(person), to_attr="matters_seen"),
            Prefetch("item__figures", CheckFigure.objects.select_related("indicator")),
            Prefetch("item__voices", SpotVoice.objects.select_related("by")),
            Prefetch("item__photos", SpotPhoto.objects.prefetch_related("attachments__stored")),
        )
    )
    found: dict[int, list[Finding]] = defaultdict(list)
    for finding in rows:
        found[finding.part_id].append(finding)
    return found


def asked(ledger: Ledger) -> Mapping[int, int]:
    """Return how often each unit is inspected in a ledger's year, for the page of what is asked of units; one statement.

    Merely planned inspections and cancelled ones do not count, and unannounced ones only once they were fed back.
    """
    told = Q(inspection__announced=True) | Q(fed_back_at__isnull=False)
    rows = counted(ledger.division, ledger.year).filter(told).order_by().values_list("unit")
    return dict(rows.annotate(count=Count("pk")))


def finding_place(finding: Finding, person: Person) -> str:
    """Return where `person` reads a finding: on the inspection, on the own unit's part, or nowhere (empty)."""
    part, there = finding.part, f"#finding-{finding.pk}"
    if Inspection.objects.visible_to(person).filter(pk=part.inspection_id).exists():
        return reverse("supervision:inspection", args=[part.inspection_id]) + there
    if Finding.objects.visible_to(person).filter(pk=finding.pk).exists():
        return reverse("supervision:part", args=[part.pk]) + there
    return ""


def page_of(inspection: Inspection, person: Person) -> InspectionPage:
    """Return the page of an inspection that `person` sees in full; some twenty statements."""
    parts = list(inspection.units.select_related("unit__successor", "received_by"))
    findings = findings_of([part.pk for part in parts], person)
    reviews = {one.part_id: one for one in Review.objects.filter(part__in=parts).select_related("named", "decided_by")}
    members = sorted(inspection.members.select_related("person"), key=lambda member: (_ORDER[member.part], member.pk))
    knows = access_of(person).may("supervision.read_leads", division=inspection.division)
    leads = Lead.objects.visible_to(person).filter(inspection=inspection).select_related("unit", "recorded_by")
    return InspectionPage(
        inspection=inspection,
        units=[OnUnit(part, findings[part.pk], reviews.get(part.pk)) for part in parts],
        members=[member for member in members if member.stepped_back_at is None],
        stepped_back=[member for member in members if member.stepped_back_at is not None],
        visits=visits_of(inspection),
        draws=list(inspection.draws.select_related("by")),
        hands=list(inspection.hands.select_related("person")),
        proposals=list(inspection.proposals.select_related("unit")),
        leads=list(leads) if knows else None,
        warnings=warnings_of(inspection) if inspection.state == InspectionState.DRAFT else [],
    )


@dataclass(frozen=True)
class Often:
    """How often a unit is inspected in a year, by which inspections."""

    unit: Unit
    inspections: list[Inspection]
    cap: int

    @property
    def over(self) -> bool:
        """Whether it is at the cap or over it."""
        return len(self.inspections) >= self.cap


def how_often(division: Division, year: int, person: Person) -> list[Often]:
    """Return the units of a division that are inspected in a year, the most often inspected first."""
    cap = cap_of(division)
    rows = (
        counted(division, year, inspection__in=Inspection.objects.visible_to(person))
        .select_related("unit", "inspection")
        .order_by("inspection__starts_on")
    )
    by_unit: dict[Unit, list[Inspection]] = defaultdict(list)
    for row in rows:
        by_unit[row.unit].append(row.inspection)
    found = [Often(unit, inspections, cap) for unit, inspections in by_unit.items()]
    return sorted(found, key=lambda one: (-len(one.inspections), one.unit.order, one.unit.pk))


def panel(task: Task, person: Person, on: date | None, today: date) -> dict[str, Any] | None:
    """Return what was found of a task on the spot, as far as `person` may know; None where nothing was."""
    if on is not None or not access_of(person).may("supervision.read"):
        return None
    full = Inspection.objects.visible_to(person)
    items = (
        CheckItem.objects.filter(task=task, visit__inspection__in=full)
        .exclude(result="")
        .select_related("visit__inspection", "visit__unit")
        .prefetch_related(Prefetch("figures", CheckFigure.objects.select_related("indicator")))
        .order_by("-visit__day", "-pk")
    )
    # Who does not see the inspection sees what was fed back.
    findings = (
        Finding.objects.visible_to(person)
        .filter(task=task)
        .exclude(state__in=(FindingState.RECORDED, FindingState.DROPPED))
        .select_related("part__inspection", "part__unit")
        .order_by("-part__fed_back_at", "-pk")
    )
    shown = {"items": list(items), "findings": list(findings)}
    return {"spot": shown} if any(shown.values()) else None


def report_panel(report: Any, person: Person) -> dict[str, Any] | None:
    """Return the findings that contradict a report, as far as `person` may know; None where none does."""
    findings = (
        Finding.objects.visible_to(person)
        .filter(report=report)
        .exclude(state__in=(FindingState.RECORDED, FindingState.DROPPED))
        .select_related("part__inspection", "part__unit")
        .prefetch_related(Prefetch("item__figures", CheckFigure.objects.select_related("indicator")))
    )
    found = list(findings)
    return {"contradicted": found} if found else None


# ---- what waits -----------------------------------------------------------------------------------------------------


def waiting(person: Person, today: date) -> list[Part]:
    """Return what of inspections waits for the person: as the office, in a group, as a unit, as the reviewer."""
    access = access_of(person)
    found = []
    if access.may("supervision.run"):
        found.append(_of_office(person))
    if access.may("supervision.inspect"):
        found.append(_of_group(person, today))
    if access.may("supervision.answer"):
        found.append(_of_unit(person))
    if access.may("supervision.decide_review"):
        found.append(_of_reviewer(person))
    return [part for part in found if part]


def _of_office(person: Person) -> Part:
    rows = Inspection.objects.visible_to(person).open().order_by("due_on", "pk")
    first = list(rows[: SHOWN + 1])
    items = [
        Item(
            one.title,
            reverse("supervision:inspection", args=[one.pk]),
            "去办",
            NEXT[InspectionState(one.state)],
            one.short_number,
            due=one.due_on,
        )
        for one in first[:SHOWN]
    ]
    links = [Link("全部", reverse("supervision:inspections"))] if items else []
    return Part("在办的督查", items, rows.count() if len(first) > SHOWN else len(first), links)


def _of_group(person: Person, today: date) -> Part:
    rows = Visit.objects.filter(
        inspection__state=InspectionState.ON_SITE,
        inspection__members__person=person,
        inspection__members__stepped_back_at=None,
        items__result="",
    )
    rows = if_any(person, "supervision.visits", rows)
    visits = list(rows.distinct().select_related("inspection", "unit").order_by("day", "order")[:SHOWN])
    items = [
        Item(one.place, reverse("supervision:spot_visit", args=[one.pk]), "去核查", str(one.unit), due=one.day)
        for one in visits
    ]
    return Part("现场核查", items, len(items), [Link("全部", reverse("supervision:spot"))] if items else [])


def _of_unit(person: Person) -> Part:
    items = []
    for part in own_parts(person):
        if part.inspection.state in (InspectionState.CLOSED, InspectionState.CANCELLED):
            continue
        left = part.open_findings  # type: ignore[attr-defined]
        if part.state == PartState.FED_BACK:
            verb, why = "签收", "督查结论已经反馈"
        elif part.state == PartState.RECEIVED and left:
            verb, why = "报整改", f"{left}个问题要整改"
        else:
            continue
        address = reverse("supervision:part", args=[part.pk])
        items.append(Item(part.inspection.title, address, verb, why, part.inspection.short_number, due=part.due_on))
    return Part("督查反馈和整改", items[:SHOWN], len(items))


def _of_reviewer(person: Person) -> Part:
    rows = (
        Review.objects.visible_to(person)
        .filter(Q(named=person.pk) | Q(named=None), state=ReviewState.REQUESTED)
        .select_related("part__inspection", "part__unit")
    )
    if not access_of(person).may("supervision.run"):
        rows = rows.filter(named=person.pk)
    items = [
        Item(
            f"{one.part.unit}申请复核",
            reverse("supervision:review", args=[one.pk]),
            "复核",
            one.part.inspection.title,
            one.part.inspection.short_number,
            due=one.due_on,
        )
        for one in if_any(person, "supervision.reviews", rows.order_by("due_on"))[:SHOWN]
    ]
    return Part("复核", items, len(items))
