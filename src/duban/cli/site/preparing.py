"""Brings the database and the static files up to date, and does nothing where they are."""

from __future__ import annotations

import hashlib
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor


def migrate() -> int:
    """Apply the migrations that are missing; return how many there were."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        call_command("migrate", verbosity=0, interactive=False)
    return len(plan)


def collect() -> bool:
    """Collect the static files where one has changed since; say whether that was so."""
    root = Path(settings.STATIC_ROOT)
    stamp, now = root / ".collected", _state()
    if stamp.exists() and stamp.read_text("ascii") == now:
        return False
    call_command("collectstatic", verbosity=0, interactive=False, clear=True)
    root.mkdir(parents=True, exist_ok=True)
    stamp.write_text(now, "ascii")
    return True


def _state() -> str:
    """Return a digest of the names, sizes and times of all static files."""
    state = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list(None):
            about = Path(storage.path(name)).stat()
            state.update(f"{name}\0{about.st_size}\0{about.st_mtime_ns}\n".encode())
    return state.hexdigest()
