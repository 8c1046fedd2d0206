"""What the ledger does when a unit or a person is called otherwise from now on."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from duban.organisations.changes import renamed
from duban.organisations.models import Person, Unit
from duban.plans.actions.tasks import refresh_many
from duban.plans.models import Task


def refresh_names(sender: type, *, instance: Unit | Person, **kwargs: Any) -> None:
    """Write the names that are kept beside tasks anew; part of the action that renames."""
    if isinstance(instance, Unit):
        about = Q(responsibilities__unit=instance)
    else:
        about = Q(sponsor=instance) | Q(responsibilities__person=instance)
    refresh_many(Task.objects.filter(about).distinct())


def listen() -> None:
    """Begin to listen; called once, when the app is ready."""
    renamed.connect(refresh_names, dispatch_uid="plans.names")
