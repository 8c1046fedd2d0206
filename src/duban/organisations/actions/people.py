"""People: added, appointed, relieved, given an initial password, deactivated."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date
from typing import Any, TypedDict, Unpack

from allauth.usersessions.models import UserSession
from axes.utils import reset
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Q
from django.utils import timezone

from duban.audit.trail import Actor, action, record
from duban.organisations.access import require
from duban.organisations.actions.checks import words_of
from duban.organisations.changes import change, facts, renamed
from duban.organisations.models import Division, Person, Post, Unit
from duban.organisations.refusals import (
    AlreadyEnded,
    Invalid,
    LastAdministrator,
    NotForOneself,
    NotHere,
    SamePost,
    UsernameTaken,
    WrongDay,
)
from duban.organisations.roles import Role

FACTS = ("name", "username", "email", "phone", "is_active")
POST_FACTS = ("division", "unit", "role", "title", "field", "order", "start", "end")
_OF_UNITS = (Role.UNIT_HEAD, Role.LIAISON)


class PersonFacts(TypedDict, total=False):
    """What may be said of a person; what is left out stays as it is."""

    name: str
    username: str
    email: str
    phone: str


class PostFacts(TypedDict, total=False):
    """What may be said of a post besides who, where, and as what."""

    title: str
    field: str
    oversees: Collection[Unit]
    order: int


@action
def add_person(
    *,
    division: Division,
    name: str,
    role: str,
    start: date,
    by: Actor,
    unit: Unit | None = None,
    username: str = "",
    email: str = "",
    phone: str = "",
    **post: Unpack[PostFacts],
) -> Person:
    """Add a person with their first post; nobody can sign in as them before :func:`set_initial_password`.

    Raises `UsernameTaken`, `Invalid`, and what :func:`appoint` raises.
    """
    require(by, "organisations.change_people", division=division)
    person = Person()
    change(person, _checked(person, {"name": name, "username": username, "email": email, "phone": phone}))
    person.set_unusable_password()
    person.save()
    record("organisations.add_person", by=by, subject=person, after=facts(person, FACTS), division=division.code)
    appoint(person=person, division=division, role=role, unit=unit, start=start, by=by, **post)
    return person


@action
def change_person(*, person: Person, by: Actor, **given: Unpack[PersonFacts]) -> Person:
    """Change a person's name, user name, address or telephone. Raises `UsernameTaken`, `Invalid`."""
    division = _require_over(by, person)
    person = Person.objects.select_for_update().get(pk=person.pk)
    before, after = change(person, _checked(person, given))
    if after:
        person.save()
        record("organisations.change_person", by=by, subject=person, before=before, after=after, division=division)
    if "name" in after:
        renamed.send(Person, instance=person)
    return person


@action
def appoint(
    *,
    person: Person,
    division: Division,
    role: str,
    start: date,
    by: Actor,
    unit: Unit | None = None,
    end: date | None = None,
    title: str = "",
    field: str = "",
    oversees: Collection[Unit] = (),
    order: int = 0,
) -> Post:
    """Give a person a post from `start` on; one person may hold several.

    Raises `NotForOneself`, `SamePost`, `NotHere` for units of another division, `Invalid` for a role that needs a unit.
    """
    require(by, "organisations.change_people", division=division)
    _not_oneself(by, person)
    if role not in Role.values or role == Role.PUBLIC:
        raise Invalid("请选择岗位的角色。")
    if role in _OF_UNITS and unit is None:
        raise Invalid(f"{Role(role).label}要写明任职单位。请选择单位。")
    _check_units(division, [unit] if unit else [])
    if end is not None and end <= start:
        raise WrongDay(f"离任日期{end:%Y年%-m月%-d日}应晚于任职日期{start:%Y年%-m月%-d日}。请改正日期。")
    post = Post(person=person, division=division, unit=unit, role=role, start=start, end=end)
    same = Post.objects.select_for_update().filter(person=person, division=division, unit=unit, role=role)
    if end is not None:
        same = same.filter(start__lt=end)
    if same.filter(Q(end=None) | Q(end__gt=start)).exists():
        raise SamePost(person.name, " ".join(filter(None, (unit.name if unit else "", Role(role).label))))
    change(post, _checked_post({"title": title, "field": field, "order": order}))
    post.save()
    _oversee(post, oversees)
    after = {**facts(post, POST_FACTS), "oversees": [one.name for one in oversees]}
    record("organisations.appoint", by=by, subject=person, after=after, division=division.code)
    return post


@action
def change_post(*, post: Post, by: Actor, **given: Unpack[PostFacts]) -> Post:
    """Change a post's title, field, order, or the units that a leader answers for. Who moves gets a new post."""
    require(by, "organisations.change_people", division=post.division)
    _not_oneself(by, post.person)
    oversees = given.pop("oversees", None)
    before, after = change(post, _checked_post(given))
    post.save()
    if oversees is not None:
        old = sorted(unit.name for unit in post.oversees.all())
        new = sorted(unit.name for unit in oversees)
        if old != new:
            _oversee(post, oversees)
            before["oversees"], after["oversees"] = old, new
    if after:
        about = {"role": post.role, "unit": post.unit.name if post.unit else None}
        record(
            "organisations.change_post",
            by=by,
            subject=post.person,
            before={**about, **before},
            after={**about, **after},
            division=post.division.code,
        )
    return post


@action
def end_post(*, post: Post, on: date, by: Actor) -> Post:
    """End a post: `on` is the first day without it.

    Raises `AlreadyEnded`, `WrongDay`, `NotForOneself`, `LastAdministrator`.
    """
    require(by, "organisations.change_people", division=post.division)
    _not_oneself(by, post.person)
    post = Post.objects.select_for_update(of=("self",)).select_related("division", "unit", "person").get(pk=post.pk)
    if post.end is not None and post.end <= on:
        raise AlreadyEnded(str(post), post.end)
    if on <= post.start:
        raise WrongDay(f"离任日期{on:%Y年%-m月%-d日}应晚于任职日期{post.start:%Y年%-m月%-d日}。请改正日期。")
    _administrators_left(post.person, [post] if post.role == Role.ADMINISTRATOR else [])
    before, after = change(post, {"end": on})
    post.save()
    about = {"role": post.role, "unit": post.unit.name if post.unit else None}
    record(
        "organisations.end_post",
        by=by,
        subject=post.person,
        before={**about, **before},
        after={**about, **after},
        division=post.division.code,
    )
    return post


@action
def set_initial_password(*, person: Person, password: str, by: Actor) -> None:
    """Give a person an initial password, to be changed at the next sign-in; open sessions and a lockout end.

    Raises `NotForOneself`, and `Invalid` for somebody without a user name or who is deactivated.
    """
    division = _require_over(by, person)
    _not_oneself(by, person)
    if not person.username:
        raise Invalid(f"{person.name}还没有用户名，不能登录。请先给他填用户名。")
    if not person.is_active:
        raise Invalid(f"{person.name}的账号已停用。请先恢复，再发初始密码。")
    person.set_password(password)
    person.must_change_password = True
    person.save(update_fields=["password", "must_change_password"])
    _end_sessions(person)
    reset(username=person.username)
    record("account.reset_password", by=by, subject=person, division=division)


@action
def deactivate(*, person: Person, by: Actor) -> None:
    """Take away a person's access: no sign-in, open sessions end. Posts and what they did stay."""
    division = _require_over(by, person)
    _not_oneself(by, person)
    if not person.is_active:
        return
    _administrators_left(person, list(_held(person).filter(role=Role.ADMINISTRATOR)))
    person.is_active = False
    person.save(update_fields=["is_active"])
    _end_sessions(person)
    record(
        "organisations.deactivate",
        by=by,
        subject=person,
        before={"is_active": True},
        after={"is_active": False},
        division=division,
    )


@action
def activate(*, person: Person, by: Actor) -> None:
    """Give a person that was deactivated their access back."""
    division = _require_over(by, person)
    _not_oneself(by, person)
    if person.is_active:
        return
    person.is_active = True
    person.save(update_fields=["is_active"])
    record(
        "organisations.activate",
        by=by,
        subject=person,
        before={"is_active": False},
        after={"is_active": True},
        division=division,
    )


def _held(person: Person) -> Any:
    """Return the posts that the person holds today or will hold."""
    today = timezone.localdate()
    return person.posts.filter(Q(end=None) | Q(end__gt=today)).select_related("division", "unit")


def _require_over(by: Actor, person: Person) -> str:
    """Raise `NotAllowed` unless all places where the person is in post are `by`'s; return the code of the first."""
    places = {post.division_id: post.division for post in _held(person)}
    if not places:
        places = {post.division_id: post.division for post in person.posts.select_related("division")}
    if not places:
        require(by, "organisations.change_people")
    for division in places.values():
        require(by, "organisations.change_people", division=division)
    return next((division.code for division in places.values()), "")


def _not_oneself(by: Actor, person: Person) -> None:
    if by.pk is not None and by.pk == person.pk:
        raise NotForOneself


def _administrators_left(person: Person, leaving: list[Post]) -> None:
    """Raise `LastAdministrator` where nobody else administers a division of the posts that are `leaving`."""
    today = timezone.localdate()
    for post in leaving:
        others = Post.objects.filter(
            division=post.division, role=Role.ADMINISTRATOR, start__lte=today, person__is_active=True
        ).exclude(person=person)
        if not others.filter(Q(end=None) | Q(end__gt=today)).exists():
            raise LastAdministrator(post.division.full_name)


def _end_sessions(person: Person) -> None:
    for session in UserSession.objects.filter(user=person):
        session.end()


def _checked(person: Person, given: PersonFacts) -> dict[str, Any]:
    found: dict[str, Any] = dict(given)
    if "name" in found:
        found["name"] = words_of(found["name"], "姓名", 50)
    if "phone" in found:
        found["phone"] = words_of(found["phone"], "电话", 30, least=0)
    if "email" in found:
        found["email"] = words_of(found["email"], "电子邮箱", 254, least=0)
        if found["email"]:
            try:
                validate_email(found["email"])
            except ValidationError:
                raise Invalid(f"电子邮箱“{found['email']}”写得不对，应如 name@example.gov.cn。") from None
            # People may sign in with it.
            if there := Person.objects.filter(email__iexact=found["email"]).exclude(pk=person.pk).first():
                raise Invalid(f"电子邮箱“{found['email']}”已登记在{there.name}名下，请换一个，或先改正那一位的。")
    if "username" in found:
        found["username"] = found["username"].strip() or None
        if (username := found["username"]) and username != person.username:
            if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{1,49}", username):
                raise Invalid(f"用户名“{username}”应由 2 到 50 个字母、数字、点、短横线组成，以字母或数字开头。")
            if Person.objects.filter(username__iexact=username).exclude(pk=person.pk).exists():
                raise UsernameTaken(username)
    return found


def _checked_post(given: PostFacts) -> dict[str, Any]:
    found: dict[str, Any] = dict(given)
    if "title" in found:
        found["title"] = words_of(found["title"], "职务", 100, least=0)
    if "field" in found:
        found["field"] = words_of(found["field"], "分管领域", 200, least=0)
    if not 0 <= found.get("order", 0) <= 2_000_000_000:
        raise Invalid("次序应是不小于 0 的整数。")
    return found


def _oversee(post: Post, units: Collection[Unit]) -> None:
    if units and post.role != Role.LEADER:
        raise Invalid("只有分管领导才填分管单位。请去掉分管单位，或把角色改为分管领导。")
    _check_units(post.division, units)
    post.oversees.set(units)


def _check_units(division: Division, units: Collection[Unit]) -> None:
    for unit in units:
        if unit.division_id != division.pk:
            raise NotHere(unit.name, division.full_name)
