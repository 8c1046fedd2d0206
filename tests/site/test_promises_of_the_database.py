"""Who and when go together: the database keeps what the actions promise."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import models
from django.db.models import CheckConstraint, Q

PAIRS = [
    pytest.param(model, name[:-3], id=f"{model._meta.label}.{name[:-3]}")
    for model in apps.get_models()
    if model.__module__.startswith("duban.")
    for name in (field.name for field in model._meta.concrete_fields)
    if name.endswith("_at") and any(field.name == f"{name[:-3]}_by" for field in model._meta.concrete_fields)
]


def mentions(condition: Q) -> set[str]:
    """Return the fields that a condition speaks of."""
    found: set[str] = set()
    for child in condition.children:
        found |= mentions(child) if isinstance(child, Q) else {str(child[0]).split("__")[0]}  # type: ignore[index]
    return found


def holds(condition: Q, given: dict[str, bool]) -> bool:
    """Say whether a condition on what is null holds, where `given` says which fields have a value."""
    parts = []
    for child in condition.children:
        if isinstance(child, Q):
            parts.append(holds(child, given))
        else:
            name, value = child  # type: ignore[misc]
            # Either field=None or field__isnull=True or False.
            null = True if value is None else value
            parts.append(given[str(name).split("__")[0]] is not null)
    found = all(parts) if condition.connector == Q.AND else any(parts)
    return found is not condition.negated


def test_there_are_pairs() -> None:
    assert len(PAIRS) > 5


@pytest.mark.django_db
@pytest.mark.parametrize(("model", "what"), PAIRS)
def test_at_and_by_are_both_there_or_both_missing(model: type[models.Model], what: str) -> None:
    at, by = model._meta.get_field(f"{what}_at"), model._meta.get_field(f"{what}_by")
    if not at.null and not by.null:
        return
    assert at.null, f"{what}_by may be missing, {what}_at may not"
    assert by.null, f"{what}_at may be missing, {what}_by may not"
    pair = {f"{what}_at", f"{what}_by"}
    keeping = [
        constraint.condition
        for constraint in model._meta.constraints
        if isinstance(constraint, CheckConstraint) and mentions(constraint.condition) == pair
    ]
    assert keeping, f"no check constraint holds {what}_at and {what}_by together"
    for moment, person, kept in ((False, False, True), (True, True, True), (False, True, False), (True, False, False)):
        assert all(holds(condition, {f"{what}_at": moment, f"{what}_by": person}) is kept for condition in keeping)
