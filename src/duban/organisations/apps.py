"""The app organisations."""

from django.apps import AppConfig


class OrganisationsConfig(AppConfig):
    """Registers the app with Django."""

    name = "duban.organisations"
    label = "organisations"
    verbose_name = "组织机构"
