"""Failed jobs: done again, or put aside."""

from __future__ import annotations

from django_q.models import Failure
from django_q.tasks import async_task

from duban.audit.trail import action, record
from duban.dispatch.queries.jobs import given_up
from duban.dispatch.refusals import JobUnknown
from duban.organisations.access import require
from duban.organisations.models import Person


def _failure(pk: str) -> Failure:
    failure = given_up().filter(pk=pk).first()
    if failure is None:
        raise JobUnknown
    return failure


@action
def retry(*, job: str, by: Person) -> None:
    """Have a failed job done again. Raises `JobUnknown` where somebody dealt with it before."""
    require(by, "dispatch.jobs")
    failure = _failure(job)
    async_task(failure.func, *(failure.args or ()), **(failure.kwargs or {}))
    record("dispatch.retry_job", by=by, name=failure.func, after={"job": failure.pk})
    failure.delete()


@action
def dismiss(*, job: str, by: Person) -> None:
    """Put a failed job aside: somebody looked at it, and it need not be done again. Raises `JobUnknown`."""
    require(by, "dispatch.jobs")
    failure = _failure(job)
    record("dispatch.dismiss_job", by=by, name=failure.func, after={"job": failure.pk, "result": str(failure.result)})
    failure.delete()
