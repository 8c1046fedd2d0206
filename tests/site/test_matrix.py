"""Every address × every role, and every action × every role: who comes in is what `roles.MAY` says, nothing else."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import NoReverseMatch, URLResolver, get_resolver, reverse

from duban.organisations import permissions
from duban.organisations.access import access_of
from duban.organisations.models import Division, Person, Unit
from duban.organisations.roles import MAY, Role, Scope
from factories.site import DivisionFactory, UnitFactory, person_as

ROOT = Path(__file__).parents[2]
#: What may stand in an address. No row has this number: who comes in finds nothing, and nothing is done.
NUMBER = 987_654_321
SAMPLES: tuple[Any, ...] = (NUMBER, "xlsx", "csv", "json", "2026-01-01", "x")
#: Views of allauth, which guard themselves; everything else is ours.
OF_ALLAUTH = "allauth."
#: Pages of allauth for whoever has not signed in.
OPEN_OF_ALLAUTH = {"account_login", "account_logout", "account_inactive"}
#: The name of an address, what it asks for, and the view behind it.
Entry = tuple[str, tuple[str, ...], Any]
ROLES = [role for role in Role if role is not Role.PUBLIC]


def patterns(within: list[Any], spaces: tuple[str, ...] = (), asks: tuple[str, ...] = ()) -> Iterator[Entry]:
    """Give every pattern below `within` with its whole name and what its address asks for."""
    for one in within:
        wanted = (*asks, *one.pattern.regex.groupindex)
        if isinstance(one, URLResolver):
            yield from patterns(one.url_patterns, (*spaces, one.namespace) if one.namespace else spaces, wanted)
        else:
            yield ":".join((*spaces, one.name or "")), wanted, one.callback


ALL = list(patterns(get_resolver().url_patterns))
OURS = [entry for entry in ALL if not entry[2].__module__.startswith(OF_ALLAUTH)]
THEIRS = [entry for entry in ALL if entry not in OURS]


def permission(view: Any) -> str | None:
    return view.permission  # type: ignore[no-any-return]


def address(name: str, wanted: tuple[str, ...]) -> str:
    """Return an address of that name."""
    for values in itertools.product(SAMPLES, repeat=len(wanted)):
        try:
            return reverse(name, kwargs=dict(zip(wanted, values, strict=True)))
        except NoReverseMatch:
            continue
    raise AssertionError(f"no address found for {name}")


def asked(client: Client, where: str) -> HttpResponse:
    """Return the answer: to a POST where the address takes nothing else."""
    answer = client.get(where)
    return client.post(where) if answer.status_code == 405 else answer


def came_in(answer: HttpResponse) -> bool:
    """Say whether the guard let the person in, whatever the view then said."""
    signed_out = answer.status_code == 302 and answer["Location"].startswith(reverse("account_login"))
    return not signed_out and answer.status_code != 403


def test_there_are_addresses() -> None:
    assert len(OURS) > 60
    assert all(name for name, _, _ in ALL)


@pytest.mark.parametrize(("name", "view"), [(name, view) for name, _, view in OURS], ids=[name for name, _, _ in OURS])
def test_every_view_says_who_may_come_in(name: str, view: Any) -> None:
    assert hasattr(view, "permission"), f"{name} has no guard: decorate it with allowed or open_to_all"
    assert permission(view) is None or permission(view) in MAY


def test_only_these_are_open_to_everybody() -> None:
    assert {name for name, _, view in OURS if permission(view) is None} == {"first_run", "assessment:poll_by_link"}


def test_what_allauth_serves_stands_with_the_accounts() -> None:
    assert [name for name, wanted, _ in THEIRS if not address(name, wanted).startswith("/accounts/")] == []


@pytest.mark.django_db
def test_nobody_comes_in_without_signing_in(client: Client) -> None:
    person_as(Role.ADMINISTRATOR, DivisionFactory())
    let_in = [name for name, wanted, view in OURS if permission(view) and came_in(asked(client, address(name, wanted)))]
    assert let_in == []
    for name, wanted, _ in THEIRS:
        if name not in OPEN_OF_ALLAUTH:
            answer = asked(client, address(name, wanted))
            assert answer.status_code in (302, 404, 405), name
            if answer.status_code == 302:
                assert answer["Location"].startswith(reverse("account_login")), name


@pytest.mark.django_db
@pytest.mark.parametrize("role", [*ROLES, Role.PUBLIC])
def test_a_role_comes_in_where_it_may_and_nowhere_else(client: Client, role: Role) -> None:
    division = DivisionFactory()
    client.force_login(person_as(role, division, UnitFactory(division=division)))
    wrong = []
    for name, wanted, view in OURS:
        action = permission(view)
        if action is None:
            continue
        answer = asked(client, address(name, wanted))
        if came_in(answer) != (role in MAY[action]):
            wrong.append(f"{name} ({action}): {answer.status_code}")
    assert wrong == []


# ---- actions × roles × places ---------------------------------------------------------------------------------------


class Places:
    """Three divisions, one below the other, and one beside; a unit of the middle one, and another there."""

    def __init__(self) -> None:
        self.city = DivisionFactory(code="990100", name="江临市", full_name="江临市", level="city")
        self.district = DivisionFactory(parent=self.city)
        self.town = DivisionFactory(code="990102001", name="柳溪街道", full_name="柳溪街道", parent=self.district)
        self.beside = DivisionFactory(code="990203", name="临江县", full_name="临江县", parent=self.city)
        self.own, self.other = UnitFactory(division=self.district), UnitFactory(division=self.district)

    def reached(self, scope: Scope | None) -> set[tuple[Division, Unit | None]]:
        """Return which places a scope reaches for somebody in the district's own unit."""
        whole = {(self.district, None), (self.district, self.own), (self.district, self.other)}
        match scope:
            case Scope.DIVISION:
                return whole
            case Scope.BELOW:
                return {*whole, (self.town, None)}
            case Scope.UNIT:
                return {(self.district, self.own)}
        return set()

    @property
    def every(self) -> list[tuple[Division, Unit | None]]:
        """All places."""
        units = [(self.district, self.own), (self.district, self.other)]
        return [*units, *((division, None) for division in (self.city, self.district, self.town, self.beside))]


def may(person: Person, action: str, division: Division, unit: Unit | None) -> bool:
    return access_of(person).may(action, division=division, units=[unit] if unit else [])


@pytest.mark.django_db
@pytest.mark.parametrize("role", [*ROLES, Role.PUBLIC])
def test_an_action_reaches_as_far_as_its_scope(role: Role) -> None:
    places = Places()
    person = person_as(role, places.district, places.own)
    for action, allowed in MAY.items():
        assert access_of(person).may(action) is (role in allowed), action
        reached = places.reached(allowed.get(role))
        for division, unit in places.every:
            assert may(person, action, division, unit) is ((division, unit) in reached), (action, division, unit)


@pytest.mark.django_db
@pytest.mark.parametrize("role", ROLES)
def test_a_post_that_is_over_allows_no_more_than_the_own_account_and_a_closed_account_nothing(role: Role) -> None:
    division = DivisionFactory()
    gone, closed = (person_as(role, division, UnitFactory(division=division)) for _ in range(2))
    gone.posts.update(end="2026-01-01")
    closed.is_active = False
    assert not any(access_of(closed).may(action) for action in MAY)
    assert {action for action in MAY if access_of(gone).may(action)} == {"account.own"}


# ---- the manual -----------------------------------------------------------------------------------------------------


def test_every_action_has_words_and_an_area() -> None:
    assert set(permissions.WORDS) == set(MAY)
    assert {action.partition(".")[0] for action in MAY} == set(permissions.AREAS)


def test_the_page_of_permissions_is_current() -> None:
    assert (ROOT / "docs/permissions.md").read_text("utf-8") == permissions.render(), "run make docs"
