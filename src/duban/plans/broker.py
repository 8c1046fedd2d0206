"""The queue of jobs: the database itself, with a bound on how often a job is begun.

django-q2 counts the attempts that end in an error. A job whose worker was killed in the middle (kill -9, out of memory) ends in
nothing: it would be given out again for ever. So each beginning is noted before it is given out.
"""

from __future__ import annotations

import contextlib
from datetime import timedelta
from typing import Any

from django.db import DatabaseError
from django.utils import timezone
from django_q.brokers.orm import ORM
from django_q.conf import Conf
from django_q.models import OrmQ, Task
from django_q.signing import BadSignature, SignedPackage
from django_q.utils import get_func_repr

#: What stands as the result of a job that was begun and has not ended.
BEGUN = "办到一半中断了：办理它的进程被终止，或者服务器断电、内存不够。"


class Broker(ORM):  # type: ignore[misc]
    """The queue in the database."""

    def dequeue(self) -> list[tuple[int, str]]:
        """Return what may be begun now; what was begun too often is left as a failure."""
        return [(number, package) for number, package in super().dequeue() or () if self._begins(number, package)]

    def _begins(self, number: int, package: str) -> bool:
        try:
            job = SignedPackage.loads(package)
        except (TypeError, BadSignature):
            # The pusher says what is wrong with it.
            return True
        now = timezone.now()
        row, new = Task.objects.get_or_create(
            id=job["id"],
            name=job["name"],
            defaults={
                "func": get_func_repr(job["func"]),
                "args": job["args"],
                "kwargs": job["kwargs"],
                "started": now,
                "stopped": now,
                "result": BEGUN,
                "success": False,
            },
        )
        if new:
            return True
        if row.success:
            # It was done; only the word of it was lost.
            self.acknowledge(number)
            return False
        if row.result == BEGUN:
            row.attempt_count += 1
        over = row.attempt_count >= Conf.MAX_ATTEMPTS
        if over:
            self.acknowledge(number)
        else:
            row.result = BEGUN
        row.stopped = now
        row.save(update_fields=["attempt_count", "result", "stopped"])
        return not over


def renew(sender: Any, *, task: dict[str, Any], **_: Any) -> None:
    """Count the time until a job is given out again from its beginning, not from when it was put in line."""
    if number := task.get("ack_id"):
        with contextlib.suppress(DatabaseError):
            OrmQ.objects.filter(pk=number).update(lock=timezone.now() + timedelta(seconds=Conf.RETRY))
