"""The app assessment."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AssessmentConfig(AppConfig):
    """Registers the app with Django."""

    name = "duban.assessment"
    label = "assessment"
    verbose_name = "排名考核"

    def ready(self) -> None:
        """Say what waits and whom to tell, and have the triggers of published rankings put back after migrations."""
        # What it imports needs the models, which are there from here on.
        from duban.assessment import keeping, reminding
        from duban.assessment.queries import polls, waiting
        from duban.dispatch.reminders.sources import add_source
        from duban.plans import extensions
        from duban.plans.queries.gates import add_gate

        add_gate("assessment.forgiveness", waiting.asked)
        add_gate(*polls.GATE)
        extensions.add_waiting("assessment.rankings", waiting.waiting)
        extensions.add_waiting("assessment.polls", polls.waiting)
        for source in reminding.SOURCES:
            add_source(source)
        post_migrate.connect(keeping.keep, sender=self, dispatch_uid="assessment.keeping")
