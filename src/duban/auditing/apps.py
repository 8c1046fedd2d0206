"""The app auditing."""

from django.apps import AppConfig


class AuditingConfig(AppConfig):
    """Registers the app with Django."""

    name = "duban.auditing"
    label = "auditing"
    verbose_name = "审计查询"
