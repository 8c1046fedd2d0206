"""The migrated test database on SQLite, kept between runs: migrations take far longer than a test does.

It is made again where a migration, what runs after migrations or Django's version changes.
"""

from __future__ import annotations

import fcntl
import hashlib
import inspect
import sqlite3
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import django
from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.models.signals import post_migrate

Create = Callable[..., str]
FOLDER = Path(__file__).parents[1] / ".pytest_cache"


def _key() -> str:
    """Return a digest of what the migrated database follows from: migrations, and what runs after them."""
    files = {path for config in apps.get_app_configs() for path in Path(config.path).glob("migrations/*.py")}
    for _, receiver, *_ in post_migrate.receivers:
        called = receiver() if isinstance(receiver, weakref.ref) else receiver
        files.add(Path(inspect.getsourcefile(called) or ""))
    state = hashlib.sha256(django.get_version().encode())
    for path in sorted(files):
        state.update(path.name.encode() + path.read_bytes())
    return state.hexdigest()[:20]


def file() -> Path:
    """Return the migrated database that is kept; it is there once the test database has been set up on SQLite."""
    return max(FOLDER.glob("migrated-*.sqlite3"), key=lambda path: path.stat().st_mtime)


@contextmanager
def kept() -> Iterator[None]:
    """Within this, the test database is copied from one made before; elsewhere than on SQLite nothing changes."""
    creation = connection.creation
    create: Create = creation.create_test_db
    if connection.vendor != "sqlite":
        yield
        return

    def copied(verbosity: int = 1, autoclobber: bool = False, **options: Any) -> str:
        FOLDER.mkdir(exist_ok=True)
        there = FOLDER / f"migrated-{_key()}.sqlite3"
        with (FOLDER / "migrated.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not there.exists():
                for old in FOLDER.glob("migrated-*"):
                    old.unlink()
                name = create(verbosity=verbosity, autoclobber=autoclobber, **options)
                _copy(connection.connection, unfinished := there.with_suffix(".making"))
                unfinished.rename(there)
                return name
        name = creation._create_test_db(verbosity, autoclobber)
        connection.close()
        settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = name
        connection.ensure_connection()
        with sqlite3.connect(there) as source:
            source.backup(connection.connection)
        source.close()
        return name

    creation.create_test_db = copied  # type: ignore[method-assign]
    try:
        yield
    finally:
        creation.create_test_db = create  # type: ignore[method-assign]


def _copy(database: sqlite3.Connection, path: Path) -> None:
    path.unlink(missing_ok=True)
    with sqlite3.connect(path) as kept:
        database.backup(kept)
    kept.close()
