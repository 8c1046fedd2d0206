"""Actions and the events they leave.

An action is a function decorated with :func:`action`. It runs in a transaction; what it is given to :func:`record` is written
just before the outermost action commits. So the chain's last row, which every writer needs, is always the last lock
taken: it is held for a moment, and two actions never wait for each other in a circle.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date
from functools import wraps
from typing import Any, ParamSpec, Protocol, TypeVar

from django.db import models, transaction
from django.utils import timezone

from duban.audit.models import Event, Head
from duban.audit.refusals import Refusal

P = ParamSpec("P")
R = TypeVar("R")
Facts = dict[str, Any]


class Actor(Protocol):
    """Whoever acts: a person, or the system itself."""

    pk: Any
    name: str


class _System:
    pk = None
    name = "系统"


#: The actor of jobs and of the first run, when nobody has signed in.
SYSTEM: Actor = _System()

_pending: ContextVar[list[Facts] | None] = ContextVar("audit_pending", default=None)
_origin: ContextVar[str] = ContextVar("audit_origin", default="")


class NotInAction(RuntimeError):  # noqa: N818 — a refusal is named for what it says
    """`record` was called outside of an action: a mistake of the program, not of the person."""


class NoSM3(Refusal):
    """Python's OpenSSL knows no SM3, so no event can be written and none verified."""

    status = 503

    def __init__(self) -> None:
        super().__init__(
            "这台机器的 OpenSSL 不支持国密 SM3，审计记录无法写入和核验。请换用带 SM3 的 OpenSSL 1.1.1 以上版本"
            "（Debian 12、统信、麒麟自带），再启动。"
        )


@contextmanager
def origin(where: str) -> Iterator[None]:
    """Say where what happens inside comes from: a network address, ``cli``, ``job``."""
    token = _origin.set(where)
    try:
        yield
    finally:
        _origin.reset(token)


def action(function: Callable[P, R]) -> Callable[P, R]:
    """Make `function` an action: atomic, and its events written at the end of the outermost one."""

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        outer = _pending.get()
        if outer is not None:
            # A nested action may be refused and the outer one go on: its events go with it.
            kept = len(outer)
            try:
                with transaction.atomic():
                    return function(*args, **kwargs)
            except BaseException:
                del outer[kept:]
                raise
        events: list[Facts] = []
        token = _pending.set(events)
        try:
            with transaction.atomic():
                result = function(*args, **kwargs)
                _write(events)
                return result
        finally:
            _pending.reset(token)

    return run


def record(
    what: str,
    *,
    by: Actor,
    subject: models.Model | None = None,
    name: str = "",
    before: Facts | None = None,
    after: Facts | None = None,
    division: str = "",
) -> None:
    """Note an event of the running action. `what` is ``app.verb``, `before` and `after` hold the facts that changed.

    Raises `NotInAction` outside of an action.
    """
    events = _pending.get()
    if events is None:
        raise NotInAction(what)
    events.append(
        {
            "at": timezone.now(),
            "actor_id": by.pk,
            "actor_name": _text(by.name)[:100],
            "origin": _text(_origin.get())[:200],
            "division": division,
            "action": what,
            "subject": f"{subject._meta.label_lower}:{subject.pk}" if subject is not None else "",
            "subject_name": _text(name or (str(subject) if subject is not None else ""))[:300],
            "before": plain(before),
            "after": plain(after),
        }
    )


def plain(value: Any) -> Any:
    """Return `value` as both databases give JSON back: dates as ISO 8601, decimals as text, models by their number.

    PostgreSQL keeps numbers, not how they were written (1e3 comes back as 1000), and no NUL in a text: what would come
    back otherwise is written otherwise, or the digest of an event that nobody touched would not fit.
    """
    match value:
        case dict():
            return {_text(str(key)): plain(item) for key, item in value.items()}
        case list() | tuple():
            return [plain(item) for item in value]
        case set() | frozenset():
            return sorted((plain(item) for item in value), key=str)
        case str():
            return _text(value)
        case bool() | int() | None:
            return value
        case float():
            if not math.isfinite(value):
                return str(value)
            return int(value) if value.is_integer() else value
        case date():
            return value.isoformat()
        case models.Model():
            return value.pk
        case _:
            return _text(str(value))


def digest(facts: Facts, number: int, previous: str) -> str:
    """Return the SM3 of an event (64 hexadecimal digits): its facts, its number, and the digest before it."""
    written = {**facts, "at": facts["at"].astimezone(UTC).isoformat(), "number": number, "previous": previous}
    text = json.dumps(written, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sm3(text.encode())


def sm3(data: bytes) -> str:
    """Return the SM3 (GB/T 32905) of `data`. Raises `NoSM3` where Python's OpenSSL has none."""
    try:
        return hashlib.new("sm3", data).hexdigest()
    except ValueError:
        raise NoSM3 from None


def _text(value: str) -> str:
    # No database takes lone surrogates, PostgreSQL takes no NUL.
    return value.encode("utf-8", "replace").decode().replace("\0", "\ufffd")


def _write(events: list[Facts]) -> None:
    if not events:
        return
    head, _ = Head.objects.select_for_update().get_or_create(pk=1)
    rows = []
    for facts in events:
        number, previous = head.number + 1, head.digest
        head.number, head.digest = number, digest(facts, number, previous)
        rows.append(Event(**facts, number=number, previous=previous, digest=head.digest))
    Event.objects.bulk_create(rows)
    head.save(update_fields=["number", "digest"])
