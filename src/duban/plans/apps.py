"""The app plans."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class PlansConfig(AppConfig):
    """Registers the app with Django."""

    name = "duban.plans"
    label = "plans"
    verbose_name = "台账"

    def ready(self) -> None:
        """Listen to what is renamed and to jobs that begin; have the nightly job entered in the schedule once the tables are there."""
        # What it imports needs the models, which are there from here on.
        from django_q.signals import pre_execute

        from duban.plans import broker, listening, nightly

        listening.listen()
        pre_execute.connect(broker.renew, dispatch_uid="plans.jobs")
        post_migrate.connect(nightly.schedule, sender=self, dispatch_uid=nightly.NAME)
