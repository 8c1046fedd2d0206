"""A law: whatever is corrected, undoing it all gives back the reading."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from duban.audit.refusals import Refusal
from duban.organisations.models import GroupName, UnitAlias
from duban.plans.actions import checking, dividing, naming
from duban.plans.facts import MODELS, READ_FIELDS, fact
from duban.plans.models import Paper, Responsibility
from factories.papers import PLAN, office, uploaded
from factories.site import UnitFactory, UnitGroupFactory

KINDS = ("task", "responsibility", "deadline", "indicator", "project")
numbers = st.integers(min_value=0, max_value=10**6)


def standing(paper: Paper) -> dict[str, Any]:
    """Return all that stands of a paper, without the versions and what was made and taken back."""
    facts: dict[str, Any] = {}
    for kind in KINDS:
        rows = MODELS[kind]._default_manager.filter(
            **{"paper" if kind in ("task", "indicator", "project") else "task__paper": paper}
        )
        names = [*READ_FIELDS[kind], "span_start", "span_end"]
        names += ["checked_by_id", "section_id", "sponsor_id"] if kind == "task" else ["task_id"]
        names += ["unit_id", "is_group"] if kind == "responsibility" else []
        facts[kind] = {row.pk: [fact(row, name) for name in names] for row in rows if not row.dropped}
    facts["note"] = {note.pk: (note.answer, note.task_id) for note in paper.notes.all()}
    facts["names"] = (set(UnitAlias.objects.values_list("name")), set(GroupName.objects.values_list("name")))
    facts["lists"] = {
        task.pk: (task.lead_names, task.other_names, task.due) for task in paper.tasks.filter(dropped=False)
    }
    return facts


class Check(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.held = transaction.atomic()
        self.held.__enter__()
        self.towns = UnitGroupFactory(code="towns", name="乡镇")
        self.units = [UnitFactory(name=name, group=self.towns) for name in ("东桥镇", "西桥街道", "区财政局")]
        self.paper = uploaded(PLAN)
        self.clerk = office(self.paper.division)
        self.before = standing(self.paper)

    def teardown(self) -> None:
        try:
            while self.paper.corrections.exclude(what="undo").filter(undone_by=None).exists():
                checking.undo(paper=self.paper, by=self.clerk)
            assert standing(self.paper) == self.before
        finally:
            transaction.set_rollback(True)
            self.held.__exit__(None, None, None)

    def pick(self, kind: str, number: int) -> Any:
        model = MODELS[kind]
        path = "paper" if kind in ("task", "indicator", "project", "note") else "task__paper"
        rows = list(model._default_manager.filter(**{path: self.paper}).order_by("pk"))
        if kind == "task":
            rows = [row for row in rows if not row.dropped]
        return rows[number % len(rows)]

    def attempt(self, action: Any, **arguments: Any) -> None:
        """Do it; a refusal is as good, as long as it leaves nothing behind."""
        before = standing(self.paper)
        try:
            action(**arguments, by=self.clerk)
        except Refusal:
            assert standing(self.paper) == before

    @rule(number=numbers)
    def accept(self, number: int) -> None:
        task = self.pick("task", number)
        self.attempt(checking.accept, task=task, version=task.version, accepted=task.checked_at is None)

    @rule(
        kind=st.sampled_from(["task", "indicator", "project"]), number=numbers, words=st.sampled_from(["甲", "乙", ""])
    )
    def rename(self, kind: str, number: int, words: str) -> None:
        row = self.pick(kind, number)
        name = "title" if kind == "task" else "name"
        self.attempt(checking.edit, paper=self.paper, entry=kind, pk=row.pk, version=row.version, fields={name: words})

    @rule(number=numbers, value=st.sampled_from(["1", "2.5", "x"]), high=st.sampled_from([None, "", "9"]))
    def value(self, number: int, value: str, high: str | None) -> None:
        row = self.pick("indicator", number)
        fields = {"value": value} if high is None else {"value": value, "value_high": high}
        self.attempt(checking.edit, paper=self.paper, entry="indicator", pk=row.pk, version=row.version, fields=fields)

    @rule(number=numbers, due=st.sampled_from(["", "2026-05-01", "2026-12-31"]))
    def due(self, number: int, due: str) -> None:
        row = self.pick("deadline", number)
        self.attempt(
            checking.edit, paper=self.paper, entry="deadline", pk=row.pk, version=row.version, fields={"due": due}
        )

    @rule(number=numbers, unit=numbers, role=st.sampled_from(["lead", "support"]))
    def assign(self, number: int, unit: int, role: str) -> None:
        row = self.pick("responsibility", number)
        fields = {"unit": self.units[unit % 3].pk, "role": role}
        self.attempt(
            checking.edit, paper=self.paper, entry="responsibility", pk=row.pk, version=row.version, fields=fields
        )

    @rule(kind=st.sampled_from(KINDS), number=numbers)
    def drop(self, kind: str, number: int) -> None:
        row = self.pick(kind, number)
        self.attempt(
            checking.drop, paper=self.paper, entry=kind, pk=row.pk, version=row.version, dropped=not row.dropped
        )

    @rule(kind=st.sampled_from(KINDS), number=numbers, start=numbers, length=st.integers(1, 40))
    def mark(self, kind: str, number: int, start: int, length: int) -> None:
        start %= len(self.paper.text)
        self.attempt(
            checking.add,
            paper=self.paper,
            entry=kind,
            task=self.pick("task", number).pk if kind != "task" else None,
            span=(start, start + length),
        )

    @rule(number=numbers, at=numbers)
    def split(self, number: int, at: int) -> None:
        task = self.pick("task", number)
        start = (task.span_start or 0) + at % max(1, (task.span_end or 0) - (task.span_start or 0))
        self.attempt(dividing.split, task=task, at=start, version=task.version)

    @precondition(lambda self: self.paper.tasks.filter(dropped=False).count() > 1)
    @rule(number=numbers, back=st.booleans())
    def merge(self, number: int, back: bool) -> None:
        task = self.pick("task", number)
        self.attempt(dividing.merge, task=task, version=task.version, into_previous=back)

    @rule(number=numbers, unit=numbers, as_group=st.booleans())
    def resolve(self, number: int, unit: int, as_group: bool) -> None:
        unknown = list(Responsibility.objects.filter(task__paper=self.paper, unit=None).order_by("pk"))
        if not unknown:
            return
        words = unknown[number % len(unknown)].unit_text
        if as_group:
            self.attempt(naming.resolve_as_group, paper=self.paper, words=words, group=self.towns)
        else:
            self.attempt(naming.resolve_unit, paper=self.paper, words=words, unit=self.units[unit % 3])

    @rule(answer=st.sampled_from(["已核", ""]))
    def answer(self, answer: str) -> None:
        note = self.pick("note", 0)
        self.attempt(checking.answer_note, note=note, answer=answer, version=note.version)

    @rule()
    def undo(self) -> None:
        self.attempt(checking.undo, paper=self.paper)

    @rule()
    def redo(self) -> None:
        self.attempt(checking.redo, paper=self.paper)


@pytest.mark.django_db
def test_undoing_every_correction_gives_back_the_reading() -> None:
    run_state_machine_as_test(
        Check,
        settings=settings(
            max_examples=20,
            stateful_step_count=12,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
