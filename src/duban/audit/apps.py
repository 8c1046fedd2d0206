"""The app audit."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AuditConfig(AppConfig):
    """Registers the app with Django."""

    name = "duban.audit"
    label = "audit"
    verbose_name = "审计"

    def ready(self) -> None:
        """Have the triggers put back after migrations, and the start refused where there is no SM3."""
        from duban.audit import keeping, startup

        post_migrate.connect(keeping.keep, sender=self, dispatch_uid="audit.keeping")
        startup.register()
