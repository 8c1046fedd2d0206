"""The WSGI application, for gunicorn."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "duban.config.settings")
application = get_wsgi_application()

# What is loaded by now lives as long as the server: the collector need not look at it again, and the workers share it.
get_resolver().url_patterns  # noqa: B018
gc.collect()
gc.freeze()
