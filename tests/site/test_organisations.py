"""Divisions, units and people over the years: who may change what, what is refused, and what the trail says."""

from __future__ import annotations

from datetime import date

import pytest

from duban.audit.models import Event
from duban.audit.trail import SYSTEM
from duban.organisations import actions
from duban.organisations.access import NotAllowed
from duban.organisations.models import Division, Person, Unit, UnitAlias
from duban.organisations.names import resolve
from duban.organisations.refusals import (
    AlreadyEnded,
    CodeTaken,
    InUse,
    Invalid,
    LastAdministrator,
    NameTaken,
    NotForOneself,
    NotHere,
    SamePost,
    UsernameTaken,
    WrongDay,
)
from duban.organisations.roles import Role
from factories.site import DivisionFactory, ResponsibilityFactory, UnitFactory, UnitGroupFactory, person_as

pytestmark = pytest.mark.django_db
DAY = date(2026, 1, 1)


@pytest.fixture
def lanqiao() -> Division:
    city = DivisionFactory(code="990100", name="江临市", full_name="泽南省江临市", level="city")
    return DivisionFactory(parent=city)  # type: ignore[no-any-return]


@pytest.fixture
def administrator(lanqiao: Division) -> Person:
    return person_as(Role.ADMINISTRATOR, lanqiao, name="纪书言")


def last_event() -> Event:
    return Event.objects.latest("number")


# ---- units ----------------------------------------------------------------------------------------------------------


def test_a_renamed_unit_is_still_found_under_its_old_name(lanqiao: Division, administrator: Person) -> None:
    unit = actions.add_unit(division=lanqiao, name="区农业局", aliases=["区农机局"], by=administrator)
    actions.change_unit(unit=unit, name="区农业农村局", short_name="区农业局", by=administrator)
    assert resolve(lanqiao, ["区农业局"], DAY)["区农业局"].unit == unit
    assert resolve(lanqiao, ["区农机局"], DAY)["区农机局"].unit == unit
    assert resolve(lanqiao, ["兰桥区农业农村局"], DAY)["兰桥区农业农村局"].unit == unit


def test_the_ledger_shows_a_renamed_unit_under_its_new_name(lanqiao: Division, administrator: Person) -> None:
    unit = actions.add_unit(division=lanqiao, name="区农业局", by=administrator)
    task = ResponsibilityFactory(task__ledger__division=lanqiao, unit=unit).task
    actions.change_unit(unit=unit, name="区农业农村局", by=administrator)
    task.refresh_from_db()
    assert task.lead_names == "区农业农村局"


def test_an_event_says_what_changed_and_nothing_else(lanqiao: Division, administrator: Person) -> None:
    group = UnitGroupFactory(division=lanqiao)
    unit = actions.add_unit(division=lanqiao, name="区农业局", by=administrator)
    actions.change_unit(unit=unit, group=group, order=1, by=administrator)
    event = last_event()
    assert (event.action, event.actor_name, event.subject_name, event.division) == (
        "organisations.change_unit",
        "纪书言",
        "区农业局",
        "990102",
    )
    assert (event.before, event.after) == ({"group": None}, {"group": "区直部门"})
    actions.change_unit(unit=unit, group=group, by=administrator)
    assert last_event() == event


def test_merged_units_lead_to_the_one_that_goes_on(lanqiao: Division, administrator: Person) -> None:
    first, second, into = (actions.add_unit(division=lanqiao, name=f"区{x}局", by=administrator) for x in "甲乙丙")
    actions.merge_units(units=[first, second], into=into, on=date(2025, 7, 1), by=administrator)
    assert {resolve(lanqiao, [w], DAY)[w].unit for w in ("区甲局", "区乙局")} == {into}
    assert resolve(lanqiao, ["区甲局"], date(2025, 6, 30))["区甲局"].unit == first
    with pytest.raises(AlreadyEnded, match=r"区甲局.*2025年7月1日"):
        actions.end_unit(unit=first, on=DAY, by=administrator)
    with pytest.raises(Invalid, match="不能并入自己"):
        actions.end_unit(unit=into, on=DAY, successor=first, by=administrator)
    actions.restore_unit(unit=first, by=administrator)
    assert resolve(lanqiao, ["区甲局"], DAY)["区甲局"].unit == first


def test_names_lead_to_one_unit(lanqiao: Division, administrator: Person) -> None:
    finance = actions.add_unit(division=lanqiao, name="区财政局", short_name="财政局", by=administrator)
    other = actions.add_unit(division=lanqiao, name="区审计局", by=administrator)
    actions.remember_alias(unit=finance, name="区国资办", by=administrator)
    for name in ("区财政局", "区国资办"):
        with pytest.raises(NameTaken, match="区财政局"):
            actions.add_unit(division=lanqiao, name=name, by=administrator)
    with pytest.raises(NameTaken):
        actions.change_unit(unit=other, short_name="财政局", by=administrator)
    with pytest.raises(NameTaken):
        actions.remember_alias(unit=other, name="区财政局", by=administrator)
    # A name used in papers moves to whom a person says it means today.
    actions.remember_alias(unit=other, name="区国资办", by=administrator)
    assert UnitAlias.objects.get(name="区国资办").unit == other
    assert last_event().before == {"unit": "区财政局"}


def test_what_a_unit_is_given_must_be_of_its_division(lanqiao: Division, administrator: Person) -> None:
    elsewhere = UnitFactory(division=DivisionFactory(code="990203", name="云岭县", full_name="青渡市云岭县"))
    unit = actions.add_unit(division=lanqiao, name="区甲局", by=administrator)
    with pytest.raises(NotHere):
        actions.change_unit(unit=unit, parent=elsewhere, by=administrator)
    with pytest.raises(NotHere):
        actions.end_unit(unit=unit, on=DAY, successor=elsewhere, by=administrator)
    child = actions.add_unit(division=lanqiao, name="区乙站", parent=unit, by=administrator)
    with pytest.raises(Invalid, match="自己的上级"):
        actions.change_unit(unit=unit, parent=child, by=administrator)
    with pytest.raises(WrongDay):
        actions.end_unit(unit=unit, on=date(1999, 1, 1), by=administrator)


def test_a_unit_with_work_is_ended_not_removed(lanqiao: Division, administrator: Person) -> None:
    unit = actions.add_unit(division=lanqiao, name="区甲局", by=administrator)
    spare = actions.add_unit(division=lanqiao, name="区乙局", by=administrator)
    ResponsibilityFactory(task__ledger__division=lanqiao, unit=unit)
    with pytest.raises(InUse, match="停用"):
        actions.remove_unit(unit=unit, by=administrator)
    actions.remove_unit(unit=spare, by=administrator)
    assert list(Unit.objects.all()) == [unit]
    assert last_event().action == "organisations.remove_unit"


def test_groups_have_codes_and_phrases(lanqiao: Division, administrator: Person) -> None:
    towns = actions.add_group(division=lanqiao, code="towns", name="镇街", by=administrator)
    actions.remember_group_name(group=towns, name="各镇（街道）", by=administrator)
    actions.add_unit(division=lanqiao, name="白沙镇", group=towns, by=administrator)
    with pytest.raises(CodeTaken):
        actions.add_group(division=lanqiao, code="towns", name="街镇", by=administrator)
    with pytest.raises(Invalid, match="分组代码"):
        actions.add_group(division=lanqiao, code="镇街", name="街镇", by=administrator)
    with pytest.raises(NameTaken):
        actions.remember_group_name(group=towns, name="白沙镇", by=administrator)
    with pytest.raises(InUse):
        actions.remove_group(group=towns, by=administrator)
    actions.change_group(group=towns, name="街镇", order=3, by=administrator)
    actions.forget_group_name(group=towns, name="各镇（街道）", by=administrator)
    assert last_event().before == {"name": "各镇（街道）"}


# ---- divisions ------------------------------------------------------------------------------------------------------


def test_divisions_are_added_below_and_end_from_below(lanqiao: Division, administrator: Person) -> None:
    town = actions.add_division(
        code="990102105", name="临港镇", full_name="兰桥区临港镇", level="town", parent=lanqiao, by=administrator
    )
    with pytest.raises(CodeTaken):
        actions.add_division(code="990102105", name="港镇", full_name="港镇", level="town", parent=lanqiao, by=SYSTEM)
    with pytest.raises(Invalid, match="层级"):
        actions.add_division(code="990199", name="临江区", full_name="临江区", level="county", parent=town, by=SYSTEM)
    with pytest.raises(Invalid, match="临港镇"):
        actions.end_division(division=lanqiao, on=DAY, by=administrator)
    actions.end_division(division=town, on=date(2025, 1, 1), by=administrator)
    # GB/T 2260: the code may be given anew after its division has ended.
    actions.add_division(
        code="990102105",
        name="临港街道",
        full_name="兰桥区临港街道",
        level="town",
        parent=lanqiao,
        valid_from=date(2025, 1, 1),
        by=administrator,
    )
    with pytest.raises(CodeTaken, match="临港街道"):
        actions.restore_division(division=town, by=administrator)


def test_a_division_that_ended_by_mistake_goes_on_once_the_one_above_does(
    lanqiao: Division, administrator: Person
) -> None:
    town = actions.add_division(
        code="990102105", name="临港镇", full_name="兰桥区临港镇", level="town", parent=lanqiao, by=administrator
    )
    for division in (town, lanqiao):
        actions.end_division(division=division, on=DAY, by=SYSTEM)
    with pytest.raises(Invalid, match="请先恢复上级"):
        actions.restore_division(division=town, by=SYSTEM)
    for division in (lanqiao, town):
        actions.restore_division(division=division, by=SYSTEM)
        division.refresh_from_db()
        assert division.valid_to is None
    assert (last_event().action, last_event().after) == ("organisations.restore_division", {"valid_to": None})
    actions.change_division(
        division=lanqiao, name="兰桥区", full_name="江临市兰桥区", office="区政府督查室", by=administrator
    )
    assert last_event().after == {"office": "区政府督查室"}


def test_only_the_system_adds_a_root_and_nobody_reaches_above_themselves(
    lanqiao: Division, administrator: Person
) -> None:
    for parent in (None, lanqiao.parent):
        with pytest.raises(NotAllowed):
            actions.add_division(
                code="990103", name="临江区", full_name="临江区", level="county", parent=parent, by=administrator
            )
    assert actions.add_division(code="980000", name="某省", full_name="某省", level="province", by=SYSTEM).pk


# ---- people ---------------------------------------------------------------------------------------------------------


def test_a_person_holds_several_posts_over_time(lanqiao: Division, administrator: Person) -> None:
    first, second = (actions.add_unit(division=lanqiao, name=f"区{x}局", by=administrator) for x in "甲乙")
    person = actions.add_person(
        division=lanqiao,
        unit=first,
        name="佟一鸣",
        username="tongyiming",
        role=Role.LIAISON,
        start=date(2024, 1, 1),
        title="办公室主任",
        by=administrator,
    )
    actions.appoint(person=person, division=lanqiao, unit=second, role=Role.LIAISON, start=DAY, by=administrator)
    with pytest.raises(SamePost, match="区甲局 联络员"):
        actions.appoint(person=person, division=lanqiao, unit=first, role=Role.LIAISON, start=DAY, by=administrator)
    old = person.posts.get(unit=first)
    actions.end_post(post=old, on=DAY, by=administrator)
    assert last_event().after == {"role": "liaison", "unit": "区甲局", "end": "2026-01-01"}
    with pytest.raises(AlreadyEnded):
        actions.end_post(post=old, on=date(2026, 2, 1), by=administrator)
    actions.appoint(person=person, division=lanqiao, unit=first, role=Role.LIAISON, start=DAY, by=administrator)
    assert person.posts.count() == 3
    with pytest.raises(Invalid, match="任职单位"):
        actions.appoint(person=person, division=lanqiao, role=Role.UNIT_HEAD, start=DAY, by=administrator)
    with pytest.raises(Invalid, match="角色"):
        actions.appoint(person=person, division=lanqiao, role=Role.PUBLIC, start=DAY, by=administrator)
    with pytest.raises(Invalid, match="分管单位"):
        actions.change_post(post=person.posts.last(), oversees=[first], by=administrator)


def test_a_leader_answers_for_units_of_the_division(lanqiao: Division, administrator: Person) -> None:
    unit = actions.add_unit(division=lanqiao, name="区甲局", by=administrator)
    elsewhere = UnitFactory(division=DivisionFactory(code="990203", name="云岭县", full_name="青渡市云岭县"))
    leader = actions.add_person(
        division=lanqiao, name="韩叙平", role=Role.LEADER, start=DAY, oversees=[unit], by=administrator
    )
    post = leader.posts.get()
    with pytest.raises(NotHere):
        actions.change_post(post=post, oversees=[elsewhere], by=administrator)
    actions.change_post(post=post, oversees=[], title="区长", by=administrator)
    assert last_event().before == {"role": "leader", "unit": None, "title": "", "oversees": ["区甲局"]}


def test_user_names_are_one_persons(lanqiao: Division, administrator: Person) -> None:
    actions.change_person(person=administrator, username="jishuyan", phone="0999-1", by=administrator)
    common = {"division": lanqiao, "name": "佟一鸣", "role": Role.AUDITOR, "start": DAY, "by": administrator}
    with pytest.raises(UsernameTaken):
        actions.add_person(username="JiShuYan", **common)
    for wrong in ({"username": "佟"}, {"email": "nobody"}, {"name": " "}):
        with pytest.raises(Invalid):
            actions.add_person(**{**common, **wrong})
    assert not Person.objects.filter(name="佟一鸣").exists()


def test_an_initial_password_must_be_changed_and_ends_what_was_open(lanqiao: Division, administrator: Person) -> None:
    person = person_as(Role.AUDITOR, lanqiao, username="qiujingzhi")
    actions.set_initial_password(person=person, password="Lanqiao-2027", by=administrator)
    person.refresh_from_db()
    assert person.must_change_password
    assert person.check_password("Lanqiao-2027")
    assert "Lanqiao-2027" not in str(list(Event.objects.values()))
    actions.deactivate(person=person, by=administrator)
    with pytest.raises(Invalid, match="停用"):
        actions.set_initial_password(person=person, password="Lanqiao-2027", by=administrator)
    actions.activate(person=person, by=administrator)
    nameless = person_as(Role.AUDITOR, lanqiao, username=None)
    with pytest.raises(Invalid, match="用户名"):
        actions.set_initial_password(person=nameless, password="Lanqiao-2027", by=administrator)


def test_nobody_hands_out_posts_to_themselves(lanqiao: Division, administrator: Person) -> None:
    with pytest.raises(NotForOneself):
        actions.appoint(person=administrator, division=lanqiao, role=Role.AUDITOR, start=DAY, by=administrator)
    with pytest.raises(NotForOneself):
        actions.end_post(post=administrator.posts.get(), on=DAY, by=administrator)
    with pytest.raises(NotForOneself):
        actions.deactivate(person=administrator, by=administrator)


def test_a_division_keeps_an_administrator(lanqiao: Division, administrator: Person) -> None:
    assert lanqiao.parent
    above = person_as(Role.ADMINISTRATOR, lanqiao.parent)
    with pytest.raises(LastAdministrator):
        actions.deactivate(person=administrator, by=above)
    with pytest.raises(LastAdministrator):
        actions.end_post(post=administrator.posts.get(), on=DAY, by=above)
    person_as(Role.ADMINISTRATOR, lanqiao)
    actions.end_post(post=administrator.posts.get(), on=DAY, by=above)


def test_who_is_in_post_elsewhere_is_not_the_districts_alone(lanqiao: Division, administrator: Person) -> None:
    assert lanqiao.parent
    person = person_as(Role.LEADER, lanqiao)
    actions.appoint(person=person, division=lanqiao.parent, role=Role.LEADER, start=DAY, by=SYSTEM)
    for act in (actions.deactivate, actions.change_person):
        with pytest.raises(NotAllowed):
            act(person=person, by=administrator)
    with pytest.raises(NotAllowed):
        actions.set_initial_password(person=person, password="Lanqiao-2027", by=administrator)


@pytest.mark.parametrize(
    "role", [Role.SUPERVISION_OFFICE, Role.UNIT_HEAD, Role.LIAISON, Role.AUDITOR, Role.UPPER_LEVEL]
)
def test_accounts_are_the_administrators_alone(lanqiao: Division, role: Role) -> None:
    by = person_as(role, lanqiao, UnitFactory(division=lanqiao))
    with pytest.raises(NotAllowed):
        actions.add_person(division=lanqiao, name="佟一鸣", role=Role.AUDITOR, start=DAY, by=by)


def test_the_system_may_without_a_post(lanqiao: Division) -> None:
    actions.add_unit(division=lanqiao, name="区甲局", by=SYSTEM)
    assert (last_event().actor_id, last_event().actor_name) == (None, "系统")
