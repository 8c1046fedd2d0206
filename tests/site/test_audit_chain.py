"""The chain of events: it holds through both databases, nothing can touch it, and whoever does is found."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from click.testing import CliRunner
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from duban.audit import keeping, startup
from duban.audit.models import Event, Head
from duban.audit.trail import SYSTEM, NoSM3, action, plain, record
from duban.audit.verify import Kind, Problem, verify, verify_part
from duban.cli.main import main

pytestmark = pytest.mark.django_db


@action
def act(number: int, **facts: Any) -> None:
    record(
        "test.act", by=SYSTEM, name=f"第{number}件", before={"number": number - 1}, after={"number": number, **facts}
    )


@pytest.fixture
def ten() -> None:
    for number in range(1, 11):
        act(number)


def touch(statement: str, *given: Any) -> None:
    """Do what only the owner of the database can: take the triggers away and change what is written."""
    keeping.remove(connection)
    with connection.cursor() as cursor:
        cursor.execute(statement, given)


def test_what_nobody_touched_holds(ten: None) -> None:
    part = verify()
    assert (part.checked, part.total, part.problem, part.done) == (10, 10, None, True)
    assert part.digest == Head.objects.get().digest == Event.objects.get(number=10).digest
    assert verify(anchor=(7, Event.objects.get(number=7).digest)).problem is None


def test_an_empty_trail_holds() -> None:
    assert verify().problem is None


def test_it_goes_on_where_it_left_off(ten: None) -> None:
    seen = [verify_part(0, most=4)]
    while not seen[-1].done:
        seen.append(verify_part(seen[-1].checked, most=4))
    assert [(part.checked, part.done) for part in seen] == [(4, False), (8, False), (10, True)]


SWAP = "UPDATE audit_event SET number = CASE number WHEN 4 THEN -5 ELSE -4 END WHERE number IN (4, 5)"

DEEDS = {
    "a name edited": ("UPDATE audit_event SET actor_name = '别人' WHERE number = 4", Problem(4, Kind.EDITED)),
    "a fact edited": ("UPDATE audit_event SET after = '{\"number\": 5}' WHERE number = 4", Problem(4, Kind.EDITED)),
    "a time edited": (
        "UPDATE audit_event SET at = '2020-01-01 00:00:00+00:00' WHERE number = 1",
        Problem(1, Kind.EDITED),
    ),
    "a digest edited": ("UPDATE audit_event SET digest = previous WHERE number = 4", Problem(4, Kind.EDITED)),
    "one removed": ("DELETE FROM audit_event WHERE number = 4", Problem(4, Kind.MISSING)),
    "some removed": ("DELETE FROM audit_event WHERE number BETWEEN 4 AND 6", Problem(4, Kind.MISSING)),
    "the first removed": ("DELETE FROM audit_event WHERE number = 1", Problem(1, Kind.MISSING)),
    "the tail cut off": ("DELETE FROM audit_event WHERE number > 8", Problem(9, Kind.TAIL)),
    "all removed": ("DELETE FROM audit_event", Problem(1, Kind.TAIL)),
    "the head set back": ("UPDATE audit_head SET number = 8", Problem(8, Kind.HEAD)),
    "the head removed": ("DELETE FROM audit_head", Problem(1, Kind.HEAD)),
    "the head edited": ("UPDATE audit_head SET digest = 'x'", Problem(10, Kind.HEAD)),
}


@pytest.mark.parametrize(("statement", "problem"), DEEDS.values(), ids=DEEDS)
def test_whoever_touches_it_is_found(ten: None, statement: str, problem: Problem) -> None:
    touch(statement)
    found = verify().problem
    assert found == problem
    assert str(problem.number) in str(found)


def test_a_changed_order_is_found(ten: None) -> None:
    touch("UPDATE audit_event SET number = -number WHERE number IN (4, 5)")
    touch("UPDATE audit_event SET number = 9 + number WHERE number < 0")
    assert verify().problem == Problem(4, Kind.EDITED)


def test_a_part_that_was_written_anew_does_not_fit_what_follows(ten: None) -> None:
    from duban.audit.trail import digest

    event = Event.objects.get(number=4)
    facts = {name: getattr(event, name) for name in ("at", "actor_id", "origin", "division", "action", "subject")}
    facts |= {"actor_name": "别人", "subject_name": event.subject_name, "before": event.before, "after": event.after}
    touch("UPDATE audit_event SET actor_name = '别人', digest = %s WHERE number = 4", digest(facts, 4, event.previous))
    assert verify().problem == Problem(5, Kind.ORDER)


def test_what_was_written_anew_to_the_end_does_not_fit_a_digest_noted_elsewhere(ten: None) -> None:
    assert verify(anchor=(4, "0" * 64)).problem == Problem(4, Kind.ANCHOR)


# ---- the database refuses -------------------------------------------------------------------------------------------


TOUCHES = {
    "update": lambda: Event.objects.filter(number=4).update(actor_name="别人"),
    "update of nothing": lambda: Event.objects.update(number=models_f()),
    "save": lambda: Event.objects.get(number=4).save(),
    "delete": lambda: Event.objects.filter(number=4).delete(),
    "delete one": lambda: Event.objects.get(number=4).delete(),
    "delete all": lambda: run("DELETE FROM audit_event"),
    "delete the head": lambda: run("DELETE FROM audit_head"),
    "set the head back": lambda: run("UPDATE audit_head SET number = 3"),
}
if connection.vendor == "postgresql":
    TOUCHES["truncate"] = lambda: run("TRUNCATE audit_event")
    TOUCHES["truncate the head"] = lambda: run("TRUNCATE audit_head")


def models_f() -> Any:
    from django.db.models import F

    return F("number")


def run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize("touching", TOUCHES.values(), ids=TOUCHES)
def test_the_database_refuses(ten: None, touching: Callable[[], Any]) -> None:
    with pytest.raises(DatabaseError, match="只增不改"), transaction.atomic():
        touching()
    assert verify().problem is None
    act(11)
    assert verify().checked == 11


def test_a_trigger_that_was_taken_away_is_missed_and_comes_back() -> None:
    assert keeping.missing(connection) == []
    keeping.remove(connection)
    assert keeping.missing(connection)
    keeping.keep(None, using="default")
    assert keeping.missing(connection) == []


# ---- what goes in comes back ----------------------------------------------------------------------------------------


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**30), 10**30) | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)


@given(facts=st.dictionaries(st.text(max_size=5), json_values, max_size=4))
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_facts_come_back_as_they_went_in(facts: dict[str, Any]) -> None:
    with transaction.atomic():
        act(1, facts=facts)
        event = Event.objects.latest("number")
        assert event.after["facts"] == plain(facts)
        assert verify().problem is None
        transaction.set_rollback(True)


@pytest.mark.parametrize("microsecond", [0, 1, 123456, 999999])
def test_any_moment_comes_back_as_it_went_in(monkeypatch: pytest.MonkeyPatch, microsecond: int) -> None:
    moment = datetime(2026, 3, 1, 8, 0, 0, microsecond, tzinfo=UTC)
    monkeypatch.setattr("duban.audit.trail.timezone.now", lambda: moment)
    act(1)
    assert verify().problem is None
    assert Event.objects.get().at == moment


def test_facts_are_written_plainly() -> None:
    given_facts = {"day": date(2026, 3, 1), "amount": Decimal("1.50"), "all": {3}, "none": None, "whole": 2.0}
    assert plain(given_facts) == {"day": "2026-03-01", "amount": "1.50", "all": [3], "none": None, "whole": 2}


# ---- the command ----------------------------------------------------------------------------------------------------


def test_the_command_says_that_it_holds_and_what_to_note(ten: None) -> None:
    done = CliRunner().invoke(main, ["audit", "verify"])
    head = Head.objects.get()
    assert done.exit_code == 0
    assert "10 条" in done.output
    assert f"10:{head.digest}" in done.output
    assert CliRunner().invoke(main, ["audit", "verify", "--anchor", f"10:{head.digest}"]).exit_code == 0


def test_the_command_names_the_first_broken_number(ten: None) -> None:
    touch("DELETE FROM audit_event WHERE number = 4")
    keeping.install(connection)
    done = CliRunner().invoke(main, ["audit", "verify"])
    assert done.exit_code == 1
    assert "第 4 条" in done.output


def test_the_command_says_when_the_protection_is_off(ten: None) -> None:
    keeping.remove(connection)
    done = CliRunner().invoke(main, ["audit", "verify"])
    assert done.exit_code == 1
    assert "duban migrate" in done.output


def test_an_anchor_that_makes_no_sense_is_refused() -> None:
    assert CliRunner().invoke(main, ["audit", "verify", "--anchor", "ten"]).exit_code == 2


def test_without_sm3_nothing_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    assert startup.sm3_is_there() == []

    def unknown(name: str, data: bytes = b"") -> Any:
        raise ValueError(f"unsupported hash type {name}")

    monkeypatch.setattr(hashlib, "new", unknown)
    (error,) = startup.sm3_is_there()
    assert "OpenSSL" in error.msg
    with pytest.raises(NoSM3, match="SM3"):
        act(1)
