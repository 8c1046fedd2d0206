"""The app dispatch."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class DispatchConfig(AppConfig):
    """Registers the app with Django."""

    name = "duban.dispatch"
    label = "dispatch"
    verbose_name = "调度"

    def ready(self) -> None:
        """Listen to the ledger, show lights on its pages, say what waits, and have the nightly job entered in the schedule once the tables are there."""
        # What it imports needs the models, which are there from here on.
        from duban.dispatch import nightly, regular, relighting
        from duban.dispatch.queries import lights, milestones, task_light, waiting
        from duban.plans import extensions
        from duban.plans.signals import changed

        changed.connect(relighting.on_change, dispatch_uid="dispatch.lights")
        extensions.add_column(lights.COLUMN)
        extensions.add_panel(
            extensions.Panel("dispatch/task_light.html", task_light.panel, ("dispatch.TaskLight.task",))
        )
        extensions.add_waiting("dispatch.rounds", waiting.waiting)
        extensions.add_panel(
            extensions.Panel("dispatch/task_milestones.html", milestones.panel, ("plans.Milestone.task",))
        )
        post_migrate.connect(nightly.schedule, sender=self, dispatch_uid=nightly.NAME)
        post_migrate.connect(regular.schedule, sender=self, dispatch_uid="dispatch.regular")
