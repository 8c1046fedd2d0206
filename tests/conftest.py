"""Being here puts this folder on the import path: ``from factories import ledgers``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import HealthCheck, settings

import migrated
from duban.assessment import keeping as published
from duban.audit import keeping
from duban.bulletins import keeping as issued

# A machine that is busy with more is slow, not wrong.
settings.register_profile("duban", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("duban")


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name a case that is a file's bytes by its place: a zip holds the second it was made in, and each worker makes its own."""
    return argname if isinstance(val, bytes) else None


@pytest.fixture(autouse=True, scope="session")
def _a_test_may_empty_its_database() -> Iterator[None]:
    """Tests that commit end with an empty database, which the triggers of the trail, of published rankings and issued papers would refuse.

    Django sends post_migrate after that, which puts the triggers back.
    """
    kept = connection.ops.execute_sql_flush

    def flush(statements: Sequence[str]) -> Any:
        keeping.remove(connection)
        published.remove(connection)
        issued.remove(connection)
        return kept(statements)

    connection.ops.execute_sql_flush = flush  # type: ignore[method-assign]
    yield
    connection.ops.execute_sql_flush = kept  # type: ignore[method-assign]


@pytest.fixture(autouse=True)
def _midnight_may_pass(request: pytest.FixtureRequest) -> None:
    """What a module calls today is the day on which each of its tests begins, and not the one on which it was imported."""
    if isinstance(getattr(request.module, "TODAY", None), date) and request.module.__name__ in TODAYS:
        request.module.TODAY = timezone.localdate()


#: Modules whose `TODAY` is today; in others it is a day of the story.
TODAYS = ("test_close_outs", "test_workbench", "test_issues", "test_conferences", "test_leading")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> Iterator[None]:
    """Copy the migrated database from one that an earlier run made."""
    with migrated.kept():
        yield
