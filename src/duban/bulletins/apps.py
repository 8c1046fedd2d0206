"""The app bulletins."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class BulletinsConfig(AppConfig):
    """Registers the app with Django."""

    name = "duban.bulletins"
    label = "bulletins"
    verbose_name = "通报"

    def ready(self) -> None:
        """Show on the workbench what waits, tell people of it, and have the triggers of issued papers put back."""
        # What it imports needs the models, which are there from here on.
        from duban.bulletins import keeping, reminding
        from duban.bulletins.queries import lists
        from duban.dispatch.reminders.sources import add_source
        from duban.plans import extensions

        extensions.add_waiting("bulletins", lists.waiting)
        add_source(reminding.SOURCE)
        post_migrate.connect(keeping.keep, sender=self, dispatch_uid="bulletins.keeping")
