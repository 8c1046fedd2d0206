"""What happens to accounts, each with the event it leaves."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib.auth.hashers import make_password
from django.utils import timezone

from duban.accounts.queries import somebody_can_sign_in
from duban.audit.models import Head
from duban.audit.refusals import Refusal
from duban.audit.trail import SYSTEM, Actor, action, record
from duban.organisations import actions as organisations
from duban.organisations.access import access_of
from duban.organisations.models import Division, Person, Post
from duban.organisations.roles import Role


class AlreadyOpen(Refusal):
    """The site has been set up: the first run is once only."""

    def __init__(self) -> None:
        super().__init__(
            "系统已经启用过，不能再次初始化。请用管理员账号登录；忘记密码时，在服务器上运行 duban password。"
        )


class NobodyOfThatName(Refusal):
    """No person has this user name."""

    status = 422

    def __init__(self, username: str) -> None:
        super().__init__(f"没有用户名为“{username}”的人员，请核对后再试。")


class _Stranger:
    pk = None
    name = "未登录"


def _division(person: Person) -> str:
    division = access_of(person).division
    return division.code if division else ""


@action
def note(what: str, *, by: Person, after: dict[str, Any] | None = None) -> None:
    """Leave an event about a person's own account: ``account.signed_in``, ``account.key_added`` …."""
    record(what, by=by, subject=by, after=after, division=_division(by))


@action
def note_failure(what: str, *, username: str, why: str) -> None:
    """Leave an event about a sign-in that failed.

    Words that are nobody's user name are not kept: people type passwords into the wrong box.
    """
    person = Person.objects.filter(username=username).first()
    record(
        what,
        by=_Stranger(),
        subject=person,
        name="" if person else "不存在的用户名",
        after={"reason": why},
        division=_division(person) if person else "",
    )


@action
def change_contact(*, person: Person, email: str, phone: str, by: Person) -> None:
    """Change how a person is reached."""
    before = {"email": person.email, "phone": person.phone}
    person.email, person.phone = email, phone
    person.save(update_fields=["email", "phone"])
    record(
        "account.changed_contact",
        by=by,
        subject=person,
        before=before,
        after={"email": email, "phone": phone},
        division=_division(person),
    )


@action
def end_other_sessions(*, person: Person, current: str, by: Person) -> int:
    """End the sessions of a person but the one whose key is `current`; return how many."""
    others = UserSession.objects.filter(user=person).exclude(session_key=current)
    count = 0
    for session in others:
        session.end()
        count += 1
    record("account.ended_sessions", by=by, subject=person, after={"sessions": count}, division=_division(person))
    return count


@action
def open_site(
    *,
    code: str,
    name: str,
    full_name: str,
    level: str,
    office: str,
    person_name: str,
    username: str,
    password: str,
) -> Person:
    """Set a new site up: its division and its first administrator, who is returned.

    Raises `AlreadyOpen` where somebody can sign in already; of two who try at once, one wins.
    """
    # Whoever comes second waits here until the first is done, and then sees the person.
    Head.objects.get_or_create(pk=1)
    Head.objects.select_for_update().get(pk=1)
    if somebody_can_sign_in():
        raise AlreadyOpen
    division, _ = Division.objects.get_or_create(
        code=code, defaults={"name": name, "full_name": full_name, "level": level, "office": office}
    )
    person = Person.objects.create_user(username, password, name=person_name, password_changed_at=timezone.now())
    Post.objects.create(
        person=person, division=division, role=Role.ADMINISTRATOR, title="系统管理员", start=timezone.localdate()
    )
    record(
        "account.opened_site",
        by=SYSTEM,
        subject=person,
        after={"division": full_name, "office": office, "username": username},
        division=code,
    )
    return person


@action
def set_initial_password(*, username: str, password: str) -> Person:
    """Give a person an initial password on the server's command line; open sessions and a lockout end.

    The person must change it at the next sign-in. Raises `NobodyOfThatName`.
    """
    person = Person.objects.filter(username__iexact=username).first()
    if person is None:
        raise NobodyOfThatName(username)
    organisations.set_initial_password(person=person, password=password, by=SYSTEM)
    return person


@action
def open_demo_accounts(*, people: Iterable[Person], password: str, by: Actor) -> None:
    """Give all of `people` the same `password`, which need not be changed: for the demo, whose password everybody knows."""
    # One hash for all: a hundred of them would take as long as the rest of the demo.
    hashed = make_password(password)
    opened = [person for person in people if person.username]
    for person in opened:
        person.password, person.must_change_password = hashed, False
    Person.objects.bulk_update(opened, ["password", "must_change_password"])
    record("account.opened_demo", by=by, after={"people": len(opened)})
