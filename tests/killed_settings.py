"""The site as it is, but that a job that was lost is taken up again after seconds, and style sheets need not be gathered."""

from duban.config.settings import *  # noqa: F403

Q_CLUSTER = {**Q_CLUSTER, "retry": 3, "log_level": "ERROR"}  # noqa: F405
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
