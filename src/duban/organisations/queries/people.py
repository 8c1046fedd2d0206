"""The list of people, and all about one person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from duban.organisations.models import Division, Person, Post
from duban.organisations.roles import Role

ROWS = 100
SORTS = {"name": ("name", "pk"), "username": ("username",), "sign_in": ("last_login", "pk")}
STATES = (
    ("", "在岗"),
    ("no_password", "没有发初始密码"),
    ("initial", "没有改初始密码"),
    ("inactive", "账号停用"),
    ("left", "已离任"),
    ("all", "全部"),
)
ROLES = [(role.value, role.label) for role in Role if role is not Role.PUBLIC]


@dataclass(frozen=True)
class Filters:
    """What the list of people shows: `unit` is a number, `role` a role, `state` one of `STATES`."""

    words: str = ""
    unit: str = ""
    role: str = ""
    state: str = ""
    sort: str = ""

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Filters:
        """Return what an address asks for; what it cannot mean is left out."""
        unit, role, state, sort = (given.get(name, "") for name in ("unit", "role", "state", "sort"))
        return cls(
            words=given.get("q", "").strip()[:100],
            unit=unit if unit.isdecimal() and len(unit) < 19 else "",
            role=role if role in dict(ROLES) else "",
            state=state if state in dict(STATES) else "",
            sort=sort if sort.removeprefix("-") in SORTS else "",
        )

    @property
    def query(self) -> str:
        """The address's query for the same list."""
        given = {"q": self.words, "unit": self.unit, "role": self.role, "state": self.state, "sort": self.sort}
        return urlencode({name: value for name, value in given.items() if value})

    def __bool__(self) -> bool:
        return bool(self.words or self.unit or self.role or self.state)


def people(division: Division, filters: Filters, today: date) -> QuerySet[Person]:
    """Return the people of the division that are asked for, each with the posts held there today (`held_posts`)."""
    posts = Post.objects.filter(division=division, person=OuterRef("pk"))
    asked = posts
    if filters.unit:
        asked = asked.filter(unit=int(filters.unit))
    if filters.role:
        asked = asked.filter(role=filters.role)
    going_on = Q(end=None) | Q(end__gt=today)
    found = Person.objects.filter(Exists(asked))
    match filters.state:
        case "":
            found = found.filter(Exists(asked.filter(going_on)), is_active=True)
        case "left":
            found = found.filter(~Exists(posts.filter(going_on)))
        case "inactive":
            found = found.filter(is_active=False)
        case "initial":
            found = found.filter(is_active=True, must_change_password=True)
        case "no_password":
            # Django's mark of a password that nobody can sign in with.
            found = found.filter(is_active=True, password__startswith="!")
    if filters.words:
        words = filters.words
        found = found.filter(
            Q(name__icontains=words)
            | Q(username__icontains=words)
            | Q(phone__icontains=words)
            | Exists(posts.filter(Q(title__icontains=words) | Q(unit__name__icontains=words)))
        )
    order = SORTS[filters.sort.removeprefix("-") or "name"]
    if filters.sort.startswith("-"):
        order = tuple(f"-{name}" for name in order)
    held = Post.objects.filter(going_on, division=division).select_related("unit").order_by("order", "pk")
    return found.order_by(*order).prefetch_related(Prefetch("posts", held, "held_posts"))


def page(division: Division, filters: Filters, today: date, number: str) -> Page[Person]:
    """Return a page of the list."""
    return Paginator(people(division, filters, today), ROWS).get_page(number)


def posts_of(division: Division, filters: Filters, today: date) -> QuerySet[Post]:
    """Return the posts in the division of the people that are asked for, as a workbook lists them."""
    found = Post.objects.filter(division=division, person__in=people(division, filters, today).order_by().values("pk"))
    return (
        found.select_related("person", "unit")
        .prefetch_related("oversees")
        .order_by("unit__order", "unit_id", "order", "person__name", "start")
    )


@dataclass(frozen=True)
class Term:
    """A post of a person on a day: to come, held, or past."""

    post: Post
    state: str
    oversees: list[str]

    @property
    def over(self) -> bool:
        """Whether it is past."""
        return self.state == "已离任"


def terms(person: Person, today: date) -> list[Term]:
    """Return all posts of a person, those that go on first, then the latest first."""
    posts = person.posts.select_related("division", "unit").prefetch_related("oversees")
    found = [
        Term(
            post,
            "已离任" if post.end and post.end <= today else "未到任" if post.start > today else "在任",
            [unit.name for unit in post.oversees.all()],
        )
        for post in posts.order_by("-start", "pk")
    ]
    return sorted(found, key=lambda term: term.over)


#: So many administrators are named to somebody who needs one.
_NAMED = 3


@dataclass(frozen=True)
class Postless:
    """Somebody who holds no post: when the next begins, when the last ended, and who can appoint them."""

    begins: date | None
    ended: date | None
    administrators: list[Person]


def postless(person: Person, today: date) -> Postless:
    """Return what to tell `person`, who holds no post today; the administrators are those where they had or will have one."""
    posts = list(person.posts.order_by("start"))
    held = Post.objects.filter(role=Role.ADMINISTRATOR, start__lte=today).filter(Q(end=None) | Q(end__gt=today))
    held = held.filter(division__in=[post.division_id for post in posts])
    return Postless(
        begins=next((post.start for post in posts if post.start > today), None),
        ended=max((post.end for post in posts if post.end and post.end <= today), default=None),
        administrators=list(Person.objects.filter(posts__in=held, is_active=True).distinct().order_by("name")[:_NAMED]),
    )
