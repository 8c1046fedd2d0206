"""The workers of jobs: those of django-q2, but that one may be killed while it waits for work."""

from __future__ import annotations

from contextlib import suppress
from queue import Empty
from typing import Any

from django_q import cluster, queues


class Queue(queues.Queue):  # type: ignore[misc]
    """The queue between the processes, which nobody holds while waiting.

    In the standard library's, the reader who waits holds the lock of the queue. Where that process is killed (kill -9, out of
    memory) the lock is never given back, and no other worker gets a job until the cluster is started again.
    """

    def get(self, block: bool = True, timeout: float | None = None) -> Any:
        """Return the next thing in the queue; of several who wait, one gets it."""
        while block and timeout is None:
            self._reader.poll(None)
            with suppress(Empty):
                return super().get(block=False)
        return super().get(block, timeout)


def cluster_of_workers() -> cluster.Cluster:
    """Return the cluster that does the jobs, not yet started."""
    # The class is looked up there by name; it cannot be handed in.
    cluster.Queue = Queue
    return cluster.Cluster()
