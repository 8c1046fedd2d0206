"""The site as tests run it: a folder and a database of their own, jobs at once, quick passwords."""

import os
import tempfile

os.environ["DUBAN_DATA"] = tempfile.mkdtemp(prefix="duban-test-")
os.environ["DUBAN_JOBS"] = "inline"

from duban.config.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# Whitenoise looks for it.
STATIC_ROOT.mkdir(exist_ok=True)  # noqa: F405
