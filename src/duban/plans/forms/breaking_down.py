"""The forms of a break-down: measures, milestones, and the expected progress of indicators."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import timezone

from duban.plans.breakdown import (
    CurvePlan,
    IndicatorPlan,
    MeasurePlan,
    MilestonePlan,
    Plan,
    Problem,
    Surroundings,
    plan_of,
)
from duban.plans.forms.amending import AmountField
from duban.plans.forms.styled import DayInput, StyledForm
from duban.plans.models.measures import CurveKind
from duban.plans.schedules import Step, months, propose_dates
from duban.plans.snapshots import decimal_text

MORE = 3
_MONTH = "month-"
Choices = Sequence[tuple[Any, str]]


class RowForm(StyledForm):
    """A row of a table: the head names its fields for the eye, a label of their own for screen readers."""

    id = forms.IntegerField(required=False, widget=forms.HiddenInput)
    drop = forms.BooleanField(label="去掉", required=False)

    def __init__(self, *args: Any, months: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.months = months
        for month in months:
            self.fields[_MONTH + month] = AmountField(label=f"{month}累计")
            self.fields[_MONTH + month].widget.attrs["class"] = "form-control form-control-sm"
        for field in self.fields.values():
            field.widget.attrs["aria-label"] = field.label or ""

    @property
    def month_fields(self) -> list[tuple[str, Any]]:
        """Return the fields of the months with the month each is for, as 3月."""
        return [(f"{int(month[5:])}月", self[_MONTH + month]) for month in self.months]

    def curve(self) -> CurvePlan | None:
        """Return the expected progress that the row gives; None where it gives none."""
        data = self.cleaned_data
        if not data.get("kind"):
            return None
        found = {month: data.get(_MONTH + month) for month in self.months}
        monthly = {month: value for month, value in found.items() if value is not None}
        return CurvePlan(
            kind=data["kind"],
            start=data.get("curve_start"),
            start_value=data.get("start_value") or CurvePlan.start_value,
            monthly=monthly if data["kind"] == CurveKind.MONTHLY else {},
        )


class MeasureForm(RowForm):
    """A measure (举措)."""

    text = forms.CharField(label="举措", max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2}))
    unit = forms.TypedChoiceField(label="单位", required=False, coerce=int, empty_value=None)
    person = forms.TypedChoiceField(label="责任人", required=False, coerce=int, empty_value=None)
    start = forms.DateField(label="开始日期", required=False, widget=DayInput)
    due = forms.DateField(label="完成日期", required=False, widget=DayInput)
    kind = forms.ChoiceField(label="序时进度", required=False, choices=CurveKind, initial=CurveKind.LINEAR)

    def __init__(self, *args: Any, units: Choices, people: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].choices = [("", "牵头单位"), *units]  # type: ignore[attr-defined]
        self.fields["person"].choices = [("", "未定"), *people]  # type: ignore[attr-defined]


class MilestoneForm(RowForm):
    """A milestone; `days` is only for working out dates."""

    name = forms.CharField(label="节点", max_length=200, required=False)
    measure = forms.TypedChoiceField(label="属于", required=False, coerce=int, empty_value=None)
    days = forms.IntegerField(label="工期（工作日）", required=False, min_value=1, max_value=400)
    due = forms.DateField(label="完成日期", required=False, widget=DayInput)
    weight = AmountField(label="权重（%）")

    def __init__(self, *args: Any, measures: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["measure"].choices = [("", "整项任务"), *measures]  # type: ignore[attr-defined]


class ProgressForm(RowForm):
    """The floor and the expected progress of an indicator."""

    floor = AmountField(label="底线")
    kind = forms.ChoiceField(label="序时进度", required=False, choices=CurveKind, initial=CurveKind.LINEAR)
    curve_start = forms.DateField(label="起算日期", required=False, widget=DayInput)
    start_value = AmountField(label="起点值")


MeasureForms = forms.formset_factory(MeasureForm, extra=MORE)
MilestoneForms = forms.formset_factory(MilestoneForm, extra=MORE)
ProgressForms = forms.formset_factory(ProgressForm, extra=0)


class BreakDownForms:
    """The whole page: what is there, or what a person sent, as a plan; what is wrong goes back to its field."""

    def __init__(self, around: Surroundings, data: QueryDict | None = None) -> None:
        self.around = around
        self.data = data.copy() if data is not None else None
        self._build()

    def is_valid(self) -> bool:
        """Say whether every field can be read."""
        return all([self.measures.is_valid(), self.milestones.is_valid(), self.indicators.is_valid()])

    def plan(self) -> Plan:
        """Return what was sent; empty rows and rows to be taken away are left out."""
        self._places = {
            "measures": [n for n, form in enumerate(self.measures) if _given(form, "text")],
            "milestones": [n for n, form in enumerate(self.milestones) if _given(form, "name")],
            "indicators": list(range(len(self.indicators.forms))),
        }
        place_of = {n: place for place, n in enumerate(self._places["measures"])}
        return Plan(
            measures=tuple(self._measure(self.measures[n]) for n in self._places["measures"]),
            milestones=tuple(self._milestone(self.milestones[n], place_of) for n in self._places["milestones"]),
            indicators=tuple(
                IndicatorPlan(form.cleaned_data["id"], form.cleaned_data["floor"], form.curve())
                for form in self.indicators
            ),
        )

    def show(self, problems: list[Problem]) -> list[str]:
        """Put each problem beside its field, and return those that have none."""
        rest = []
        for problem in problems:
            places = self._places.get(problem.part, [])
            if problem.place >= len(places):
                rest.append(problem.message)
                continue
            form = getattr(self, problem.part)[places[problem.place]]
            field = {"curve": "kind"}.get(problem.field, problem.field)
            if field in form.fields:
                form.add_error(field, problem.message)
            else:
                rest.append(problem.message)
        return rest

    def more(self) -> None:
        """Add empty rows; what was filled in stays."""
        if self.data is not None:
            for name in ("measures", "milestones"):
                key = f"{name}-TOTAL_FORMS"
                self.data[key] = str(int(self.data.get(key, 0)) + MORE)
            self._build()

    def propose(self) -> list[str]:
        """Fill in the days of all milestones, worked out backwards; return what to say about them.

        Those of the whole task end on its last day, those of a measure on the measure's.
        """
        plan = self.plan()
        said: list[str] = []
        today = timezone.localdate()
        begin = today if self.around.start < today < self.around.due else self.around.start
        for measure in [None, *range(len(plan.measures))]:
            chosen = [
                n
                for n, step in zip(self._places["milestones"], plan.milestones, strict=True)
                if step.measure == measure
            ]
            if not chosen:
                continue
            of = plan.measures[measure] if measure is not None else None
            due = (of.due if of else None) or self.around.due
            start = (of.start if of else None) or begin
            rows = [self.milestones[n].cleaned_data for n in chosen]
            steps = [Step(row["name"], row.get("days"), row.get("weight")) for row in rows]
            found = propose_dates(due, steps, start=start, is_working_day=self.around.calendar.is_working_day)
            said += found.cautions
            for n, day in zip(chosen, found.dates, strict=True):
                if self.data is not None:
                    self.data[f"milestones-{n}-due"] = day.isoformat()
        self._build()
        return said

    def _build(self) -> None:
        around, data = self.around, self.data
        now = plan_of(around.now)
        units = list(around.units.items())
        people = [(who, name) for who, (name, _) in around.people.items()]
        # Who left since stays where they are named, until somebody else is.
        for row in around.now["measures"]:
            if row["person_id"] and row["person_id"] not in around.people:
                people.append((row["person_id"], row["person"]))
            if row["unit_id"] and row["unit_id"] not in around.units:
                units.append((row["unit_id"], row["unit"]))
        self.measures = MeasureForms(
            data,
            prefix="measures",
            initial=[
                {
                    "id": row.id,
                    "text": row.text,
                    "unit": row.unit,
                    "person": row.person,
                    "start": row.start,
                    "due": row.due,
                    **_curve_initial(row.curve),
                }
                for row in now.measures
            ],
            form_kwargs={"units": units, "people": people, "months": months(around.start, around.end)},
        )
        count = self.measures.total_form_count()
        self.milestones = MilestoneForms(
            data,
            prefix="milestones",
            initial=[
                {
                    "id": row.id,
                    "name": row.name,
                    "measure": row.measure,
                    "due": row.due,
                    "weight": decimal_text(row.weight) if row.weight else None,
                }
                for row in now.milestones
            ],
            form_kwargs={"measures": [(n, f"举措{n + 1}") for n in range(count)]},
        )
        self.indicators = ProgressForms(
            data,
            prefix="indicators",
            initial=[
                {
                    "id": row.id,
                    "floor": decimal_text(row.floor) if row.floor is not None else None,
                    **_curve_initial(row.curve),
                }
                for row in now.indicators
            ],
            form_kwargs={"months": months(around.start, around.end)},
        )
        self.indicator_rows = list(zip(around.now["indicators"], self.indicators, strict=False))

    def _measure(self, form: Any) -> MeasurePlan:
        data = form.cleaned_data
        return MeasurePlan(
            data["id"], data["text"], data["unit"], data["person"], data["start"], data["due"], form.curve()
        )

    def _milestone(self, form: Any, place_of: dict[int, int]) -> MilestonePlan:
        data = form.cleaned_data
        weight = data["weight"] if data["weight"] is not None else MilestonePlan.weight
        return MilestonePlan(data["id"], data["name"], data["due"], weight, place_of.get(data["measure"]))


def _given(form: Any, name: str) -> bool:
    """Say whether a row stands for something: one that is there and stays, or a new one with a word in it."""
    data = form.cleaned_data
    if data.get("drop"):
        return False
    return data.get("id") is not None or bool(data.get(name)) or bool(form.has_changed())


def _curve_initial(curve: CurvePlan | None) -> dict[str, Any]:
    if curve is None:
        return {"kind": CurveKind.LINEAR}
    return {
        "kind": curve.kind,
        "curve_start": curve.start,
        "start_value": decimal_text(curve.start_value) if curve.start_value else None,
        **{_MONTH + month: decimal_text(value) for month, value in curve.monthly.items()},
    }
