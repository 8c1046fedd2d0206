"""The site as an app: base templates and static files."""

from django.apps import AppConfig


class Config(AppConfig):
    """What all pages share."""

    name = "duban.config"
    verbose_name = "站点"
