"""Jobs: enqueued in the transaction that asks for them, so that one commits with the other or not at all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django_q.tasks import async_task


def enqueue(job: Callable[..., object], *args: Any) -> None:
    """Have `job` done by a worker process; where there is none (``DUBAN_JOBS=inline``) it is done here and now."""
    if settings.Q_CLUSTER["sync"]:
        job(*args)
    else:
        async_task(f"{job.__module__}.{job.__qualname__}", *args)
