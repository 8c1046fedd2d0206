"""What a person may do and how far they see: the one gate.

:func:`access_of` says what a person's posts of today allow. Querysets that reach a person go through
``Model.objects.visible_to(person)``; views and actions ask :func:`require`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from django.db.models import Q
from django.utils import timezone

from duban.audit.refusals import Refusal
from duban.audit.trail import SYSTEM, Actor
from duban.organisations.roles import MAY, WITHOUT_POST, Role, Scope

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from duban.organisations.models import Division, Person, Post, Unit

#: Whoever asks: somebody who signed in, or nobody.
Anyone: TypeAlias = "Person | AnonymousUser"


class NotAllowed(Refusal):
    """The person's posts do not allow this."""

    status = 403

    def __init__(self, action: str) -> None:
        super().__init__("您的岗位没有这项权限。如需办理，请联系本级系统管理员调整岗位。")
        self.action = action


@dataclass(frozen=True)
class Reach:
    """How far one action goes for one person: whole divisions, divisions with all below them, single units."""

    divisions: frozenset[int] = frozenset()
    below: frozenset[int] = frozenset()
    units: frozenset[int] = frozenset()
    own: bool = False

    def __bool__(self) -> bool:
        return bool(self.divisions or self.below or self.units or self.own)

    def of_division(self, field: str = "division") -> Q:
        """Return the condition that `field` (a path to a division; none for divisions) lies within those reached whole.

        The tree of divisions has four levels, so three parents are all there are.
        """
        path = f"{field}__" if field else ""
        found = Q(**{f"{path}pk__in": self.divisions | self.below}) if self.divisions or self.below else Q(pk__in=())
        for parents in ("parent", "parent__parent", "parent__parent__parent"):
            if self.below:
                found |= Q(**{f"{path}{parents}__in": self.below})
        return found

    def covers_division(self, division: Division) -> bool:
        """Say whether all of `division` is reached."""
        if division.pk in self.divisions:
            return True
        # Who reaches nothing below need not climb: each parent is a statement.
        while self.below and division is not None:
            if division.pk in self.below:
                return True
            division = division.parent  # type: ignore[assignment]
        return False


class Access:
    """The posts that a person holds today and what they allow."""

    def __init__(self, person: Anyone) -> None:
        self.person = person

    @cached_property
    def posts(self) -> list[Post]:
        """The posts held today, read once."""
        if not self.person.is_authenticated or not self.person.is_active:
            return []
        today = timezone.localdate()
        held = self.person.posts.filter(start__lte=today).filter(Q(end=None) | Q(end__gt=today))
        return list(held.select_related("division", "unit"))

    @cached_property
    def roles(self) -> frozenset[Role]:
        """The roles held today."""
        return frozenset(Role(post.role) for post in self.posts)

    @cached_property
    def unit_ids(self) -> frozenset[int]:
        """The units that the person works in."""
        return frozenset(post.unit_id for post in self.posts if post.unit_id)

    def units(self, action: str) -> list[Unit]:
        """Return the units that `action` reaches through posts in them, in their order; the posts name them already."""
        reached = self.reach(action).units
        found = {post.unit.pk: post.unit for post in self.posts if post.unit is not None and post.unit.pk in reached}
        return sorted(found.values(), key=lambda unit: (unit.order, unit.pk))

    @property
    def division(self) -> Division | None:
        """The division of the first post: the one that pages open with."""
        return self.posts[0].division if self.posts else None

    def reach(self, action: str) -> Reach:
        """Return how far `action` goes. Raises `KeyError` for an action that `roles.MAY` does not know."""
        allowed = MAY[action]
        divisions, below, units = set(), set(), set()
        own = action in WITHOUT_POST and not self.posts and self.person.is_authenticated and self.person.is_active
        for post in self.posts:
            match allowed.get(Role(post.role)):
                case Scope.DIVISION:
                    divisions.add(post.division_id)
                case Scope.BELOW:
                    below.add(post.division_id)
                case Scope.UNIT if post.unit_id:
                    units.add(post.unit_id)
                case Scope.SELF:
                    own = True
        return Reach(frozenset(divisions), frozenset(below), frozenset(units), own)

    def may(self, action: str, *, division: Division | None = None, units: Iterable[int | Unit] | None = None) -> bool:
        """Say whether `action` is allowed: at all, or on something of `division` for which `units` answer."""
        reach = self.reach(action)
        if division is None:
            return bool(reach)
        if reach.covers_division(division):
            return True
        # Who answers for it is often read only when it is asked for.
        return bool(reach.units) and bool(reach.units & {_number(unit) for unit in units or ()})


def _number(unit: Any) -> int:
    return unit if isinstance(unit, int) else unit.pk


def access_of(person: Anyone) -> Access:
    """Return the person's access; it is worked out once for a person object, that is once a request."""
    access: Access | None = getattr(person, "_access", None)
    if access is None:
        access = person._access = Access(person)  # type: ignore[union-attr]
    return access


def require(
    person: Anyone | Actor,
    action: str,
    *,
    division: Division | None = None,
    units: Iterable[int | Unit] | None = None,
) -> None:
    """Raise `NotAllowed` unless the person may take `action` (see :meth:`Access.may`).

    The system itself may: it acts on the server's command line, in jobs and before anybody can sign in. No request can
    name it, since a view hands on `request.user`.
    """
    if person is SYSTEM:
        return
    if not access_of(cast("Anyone", person)).may(action, division=division, units=units):
        raise NotAllowed(action)
