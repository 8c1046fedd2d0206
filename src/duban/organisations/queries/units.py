"""Lists of units and of their groups, and all about one unit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet

from duban.organisations.models import Division, Post, Unit, UnitAlias, UnitGroup
from duban.organisations.roles import Role

ROWS = 100
#: What the list can be sorted by.
SORTS = {"order": ("order", "pk"), "name": ("name",), "group": ("group__order", "group__name", "order", "pk")}
STATES = (("", "在用"), ("ended", "已停用"), ("all", "全部"))


@dataclass(frozen=True)
class Filters:
    """What the list of units shows: `group` is a number or ``none``, `state` one of `STATES`."""

    words: str = ""
    group: str = ""
    state: str = ""
    sort: str = ""

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Filters:
        """Return what an address asks for; what it cannot mean is left out."""
        group, state, sort = given.get("group", ""), given.get("state", ""), given.get("sort", "")
        return cls(
            words=given.get("q", "").strip()[:100],
            group=group if group == "none" or (group.isdecimal() and len(group) < 19) else "",
            state=state if state in dict(STATES) else "",
            sort=sort if sort.removeprefix("-") in SORTS else "",
        )

    @property
    def query(self) -> str:
        """The address's query for the same list."""
        given = {"q": self.words, "group": self.group, "state": self.state, "sort": self.sort}
        return urlencode({name: value for name, value in given.items() if value})

    def __bool__(self) -> bool:
        return bool(self.words or self.group or self.state)


def units(division: Division, filters: Filters, today: date) -> QuerySet[Unit]:
    """Return the units of the division that are asked for, with their aliases, and the people in post."""
    found = Unit.objects.filter(division=division)
    ended = Q(valid_to__lte=today)
    if filters.state == "ended":
        found = found.filter(ended)
    elif not filters.state:
        found = found.exclude(ended)
    if filters.group == "none":
        found = found.filter(group=None)
    elif filters.group:
        found = found.filter(group=int(filters.group))
    if filters.words:
        other = UnitAlias.objects.filter(unit=OuterRef("pk"), name__icontains=filters.words)
        found = found.filter(Q(name__icontains=filters.words) | Q(short_name__icontains=filters.words) | Exists(other))
    order = SORTS[filters.sort.removeprefix("-") or "order"]
    if filters.sort.startswith("-"):
        order = tuple(f"-{name}" for name in order)
    posts = Post.objects.held(today).filter(role__in=[Role.UNIT_HEAD, Role.LIAISON], person__is_active=True)
    return (
        found.order_by(*order)
        .select_related("group", "parent", "successor")
        .prefetch_related("aliases", Prefetch("posts", posts.select_related("person"), "held_posts"))
    )


def page(division: Division, filters: Filters, today: date, number: str) -> Page[Unit]:
    """Return a page of the list."""
    return Paginator(units(division, filters, today), ROWS).get_page(number)


def groups(division: Division) -> list[UnitGroup]:
    """Return the groups with their phrases and how many units in use each holds (`unit_count`)."""
    counted = UnitGroup.objects.filter(division=division).annotate(
        unit_count=Count("units", filter=Q(units__valid_to=None), distinct=True)
    )
    return list(counted.prefetch_related("names"))


@dataclass(frozen=True)
class Whole:
    """All that the page of a unit shows; `posts` are the latest first, `sponsors` those of leaders who answer for it."""

    predecessors: list[Unit]
    children: list[Unit]
    aliases: list[UnitAlias]
    posts: list[Post]
    past: list[Post]
    sponsors: list[Post]


def whole(unit: Unit, today: date) -> Whole:
    """Return all about a unit."""
    posts = list(unit.posts.select_related("person").order_by("order", "-start"))
    return Whole(
        predecessors=list(unit.predecessors.all()),
        children=list(unit.children.all()),
        aliases=list(unit.aliases.order_by("name")),
        posts=[post for post in posts if post.end is None or post.end > today],
        past=[post for post in posts if post.end is not None and post.end <= today],
        sponsors=list(Post.objects.held(today).filter(oversees=unit).select_related("person")),
    )
