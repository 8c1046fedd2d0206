"""The pages of units, people, groups and divisions, as administrators and the office use them."""

from __future__ import annotations

import io
import re
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import Workbook, load_workbook
from pytest_django import DjangoAssertNumQueries

from duban.audit.models import Event
from duban.organisations import actions
from duban.organisations.models import Division, Person, Unit, UnitGroup
from duban.organisations.roles import Role
from factories.site import DivisionFactory, PersonFactory, UnitFactory, UnitGroupFactory, person_as

pytestmark = pytest.mark.django_db
UNITS, PEOPLE = reverse("organisations:units"), reverse("organisations:people")


@pytest.fixture
def lanqiao() -> Division:
    city = DivisionFactory(code="990100", name="江临市", full_name="江临市", level="city")
    return DivisionFactory(parent=city)  # type: ignore[no-any-return]


@pytest.fixture
def administrator(lanqiao: Division) -> Person:
    return person_as(Role.ADMINISTRATOR, lanqiao, name="纪书言")


@pytest.fixture
def page(client: Client, administrator: Person) -> Client:
    client.force_login(administrator)
    return client


def address(name: str, *of: Any) -> str:
    return reverse(f"organisations:{name}", args=of)


def shown(page: Client, where: str = UNITS, **asked: Any) -> list[str]:
    return [one.name for one in page.get(where, asked).context["page"]]


# ---- units ----------------------------------------------------------------------------------------------------------


def test_a_unit_is_found_by_any_name_by_group_and_by_state(
    page: Client, lanqiao: Division, administrator: Person
) -> None:
    group = UnitGroupFactory(division=lanqiao)
    actions.add_unit(division=lanqiao, name="区农业农村局", group=group, aliases=["区畜牧局"], by=administrator)
    old = actions.add_unit(division=lanqiao, name="区农机局", by=administrator)
    actions.end_unit(unit=old, on=date(2025, 1, 1), by=administrator)
    assert shown(page) == ["区农业农村局"]
    assert shown(page, q="畜牧") == ["区农业农村局"]
    assert shown(page, group=group.pk) == ["区农业农村局"]
    assert shown(page, group="none", state="all") == ["区农机局"]
    assert shown(page, state="ended") == ["区农机局"]
    assert shown(page, state="all", sort="-name") == ["区农机局", "区农业农村局"]
    assert shown(page, q="没有的", state="nonsense", sort="nonsense", group="x") == []


def test_a_unit_is_added_changed_and_merged(page: Client, lanqiao: Division) -> None:
    page.post(address("add_unit"), {"name": "区农业局", "aliases": "区农办、区农委\n区农办"})
    unit = Unit.objects.get()
    assert sorted(alias.name for alias in unit.aliases.all()) == ["区农办", "区农委"]
    page.post(address("change_unit", unit.pk), {"name": "区农业农村局", "aliases": "区农办", "order": "3"})
    unit.refresh_from_db()
    assert (unit.name, unit.order) == ("区农业农村局", 3)
    # The old name stays known.
    assert sorted(alias.name for alias in unit.aliases.all()) == ["区农业局", "区农办"]
    other = UnitFactory(division=lanqiao, name="区农机局")
    page.post(address("merge_units"), {"units": [other.pk], "into": unit.pk, "on": "2026-03-01"})
    other.refresh_from_db()
    assert (other.successor, other.valid_to) == (unit, date(2026, 3, 1))
    told = page.get(address("unit", unit.pk)).content.decode()
    assert "区农机局" in told
    page.post(address("restore_unit", other.pk))
    page.post(address("remove_unit", other.pk))
    assert not Unit.objects.filter(pk=other.pk).exists()


def test_what_is_refused_shows_in_the_form_and_nothing_typed_is_lost(page: Client, lanqiao: Division) -> None:
    UnitFactory(division=lanqiao, name="区财政局")
    answer = page.post(address("add_unit"), {"name": "区财政局", "short_name": "财政", "aliases": "区国资局"})
    told = answer.content.decode()
    assert answer.status_code == 422
    assert "“区财政局”已经是另一个单位或分组的名称" in told
    assert 'value="财政"' in told
    assert "区国资局" in told
    assert (
        "2026-06-30 这样的日期"
        in page.post(address("add_unit"), {"name": "区水利局", "valid_from": "明天"}).content.decode()
    )


def test_a_unit_ends_with_its_successor_and_aliases_come_and_go(page: Client, lanqiao: Division) -> None:
    unit, into = UnitFactory(division=lanqiao, name="区农机局"), UnitFactory(division=lanqiao, name="区农业农村局")
    page.post(address("add_alias", unit.pk), {"name": "区农机中心"})
    assert unit.aliases.get().name == "区农机中心"
    page.post(address("forget_alias", unit.pk), {"name": "区农机中心"})
    assert not unit.aliases.exists()
    refused = page.post(address("add_alias", unit.pk), {"name": "区农业农村局"}, follow=True)
    assert "不能再指别的" in refused.content.decode()
    page.post(address("end_unit", unit.pk), {"on": "2026-03-01", "successor": into.pk})
    unit.refresh_from_db()
    assert unit.successor == into


def test_lists_ask_the_database_for_the_same_however_long_they_are(
    page: Client, lanqiao: Division, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(30):
        unit = UnitFactory(division=lanqiao)
        person_as(Role.LIAISON, lanqiao, unit=unit)
    for where in (UNITS, PEOPLE, address("groups"), address("divisions"), address("unit", unit.pk)):
        with django_assert_max_num_queries(30):
            assert page.get(where).status_code == 200


# ---- groups ---------------------------------------------------------------------------------------------------------


def test_a_group_has_phrases_and_goes_when_it_is_empty(page: Client, lanqiao: Division) -> None:
    page.post(address("add_group"), {"name": "镇街", "code": "towns", "names": "各镇街\n各镇（街道）"})
    group = UnitGroup.objects.get()
    page.post(address("change_group", group.pk), {"name": "镇街道", "names": "各镇街、全体镇街"})
    group.refresh_from_db()
    assert (group.name, group.code) == ("镇街道", "towns")
    assert sorted(said.name for said in group.names.all()) == ["全体镇街", "各镇街"]
    assert "全体镇街" in page.get(address("groups")).content.decode()
    wrong = page.post(address("add_group"), {"name": "园区", "code": "园区"})
    assert (wrong.status_code, "小写字母" in wrong.content.decode()) == (422, True)
    page.post(address("remove_group", group.pk))
    assert not UnitGroup.objects.exists()


# ---- people ---------------------------------------------------------------------------------------------------------


def test_a_person_is_added_and_gets_a_password_that_is_shown_once(page: Client, lanqiao: Division) -> None:
    unit = UnitFactory(division=lanqiao, name="区财政局")
    added = page.post(
        address("add_person"),
        {"name": "闻若水", "username": "wenruoshui", "role": "liaison", "unit": unit.pk, "start": "2026-01-01"},
        follow=True,
    )
    person = Person.objects.get(username="wenruoshui")
    assert "请在这里发初始密码" in added.content.decode()
    assert shown(page, PEOPLE, state="no_password") == ["闻若水"]
    given = page.post(address("initial_password", person.pk))
    found = re.search(r'org-password">(.+?)<', given.content.decode())
    assert found
    assert "no-store" in given["Cache-Control"]
    person.refresh_from_db()
    assert person.check_password(found[1])
    assert person.must_change_password
    assert found[1] not in page.get(address("person", person.pk)).content.decode()
    assert found[1] not in str(list(Event.objects.values_list("before", "after")))
    assert shown(page, PEOPLE, state="initial") == ["闻若水"]


def test_a_person_holds_several_posts_over_time(page: Client, lanqiao: Division) -> None:
    finance, audit = UnitFactory(division=lanqiao, name="区财政局"), UnitFactory(division=lanqiao, name="区审计局")
    wen = person_as(Role.LIAISON, lanqiao, unit=finance, name="闻若水")
    page.post(address("appoint", wen.pk), {"role": "unit_head", "unit": audit.pk, "start": "2026-01-01"})
    page.post(
        address("appoint", wen.pk),
        {"role": "leader", "start": "2026-02-01", "field": "财税", "oversees": [finance.pk, audit.pk]},
    )
    first, _, third = wen.posts.order_by("start")
    page.post(address("change_post", third.pk), {"title": "副区长", "field": "财税、审计", "oversees": [finance.pk]})
    page.post(address("end_post", first.pk), {"on": "2026-01-01"})
    third.refresh_from_db()
    assert (third.title, [unit.name for unit in third.oversees.all()]) == ("副区长", ["区财政局"])
    told = page.get(address("person", wen.pk)).content.decode()
    assert told.index("副区长") < told.index("区审计局") < told.index("已离任")
    assert shown(page, PEOPLE, unit=audit.pk, role="unit_head") == ["闻若水"]
    assert shown(page, PEOPLE, unit=finance.pk) == []
    refused = page.post(address("appoint", wen.pk), {"role": "liaison", "start": "2026-01-01"})
    assert (refused.status_code, "要写明任职单位" in refused.content.decode()) == (422, True)


def test_an_account_is_closed_and_opened_but_never_ones_own(
    page: Client, lanqiao: Division, administrator: Person
) -> None:
    wen = person_as(Role.AUDITOR, lanqiao, name="闻若水")
    other = Client()
    other.force_login(wen)
    page.post(address("deactivate", wen.pk))
    assert shown(page, PEOPLE, state="inactive") == ["闻若水"]
    assert other.get(reverse("account_home")).status_code == 302
    page.post(address("activate", wen.pk))
    wen.refresh_from_db()
    assert wen.is_active
    page.post(address("deactivate", administrator.pk), headers={"referer": "http://testserver/"})
    administrator.refresh_from_db()
    assert administrator.is_active
    assert "另一名系统管理员" in page.get(address("person", administrator.pk)).content.decode()
    page.post(address("change_person", wen.pk), {"name": "闻如水", "username": wen.username, "phone": "8866"})
    wen.refresh_from_db()
    assert (wen.name, wen.phone) == ("闻如水", "8866")


# ---- who sees what --------------------------------------------------------------------------------------------------


def test_the_office_keeps_units_but_reads_people_only(client: Client, lanqiao: Division) -> None:
    office = person_as(Role.SUPERVISION_OFFICE, lanqiao)
    client.force_login(office)
    assert "添加单位" in client.get(UNITS).content.decode()
    assert "添加人员" not in client.get(PEOPLE).content.decode()
    assert client.post(address("initial_password", office.pk)).status_code == 403


def test_nobody_reaches_into_another_division(page: Client, lanqiao: Division, client: Client) -> None:
    county = DivisionFactory(code="990203", name="临江县", full_name="江临市临江县", parent=lanqiao.parent)
    unit, person = UnitFactory(division=county), person_as(Role.LEADER, county)
    for where in (
        *(address("unit", unit.pk), address("change_unit", unit.pk), address("person", person.pk)),
        *(f"{UNITS}?division={county.pk}", f"{PEOPLE}?division={county.pk}", f"{UNITS}?division=x"),
        *(address("change_division", county.pk), f"{address('add_division')}?parent={county.pk}"),
        f"{address('export_units')}?division={county.pk}",
    ):
        assert page.get(where).status_code == 404, where
    upper = person_as(Role.UPPER_LEVEL, lanqiao.parent)  # type: ignore[arg-type]
    client.force_login(upper)
    assert client.get(address("unit", unit.pk)).status_code == 200
    assert client.get(address("change_unit", unit.pk)).status_code == 403
    assert shown(client, UNITS, division=county.pk) == [unit.name]


def test_divisions_are_a_tree_that_an_administrator_extends(client: Client, lanqiao: Division) -> None:
    city = lanqiao.parent
    assert city
    client.force_login(person_as(Role.ADMINISTRATOR, city))
    given = {"code": "990102001", "name": "柳溪街道", "full_name": "兰桥区柳溪街道", "level": "town"}
    client.post(f"{address('add_division')}?parent={lanqiao.pk}", given)
    branches = client.get(address("divisions")).context["branches"]
    assert [(branch.division.name, branch.depth) for branch, _ in branches] == [
        ("江临市", 0),
        ("兰桥区", 1),
        ("柳溪街道", 2),
    ]
    town = Division.objects.get(code="990102001")
    client.post(
        address("change_division", town.pk), {"name": "柳溪街道", "full_name": "兰桥区柳溪街道", "office": "党政办"}
    )
    client.post(address("end_division", town.pk), {"on": "2026-07-01"})
    town.refresh_from_db()
    assert (town.office, town.valid_to) == ("党政办", date(2026, 7, 1))
    assert len(client.get(address("divisions")).context["branches"]) == 2
    ended = client.get(address("divisions"), {"ended": "1"})
    assert len(ended.context["branches"]) == 3
    assert address("restore_division", town.pk) in ended.content.decode()
    client.post(address("restore_division", town.pk))
    assert len(client.get(address("divisions")).context["branches"]) == 3
    again = client.post(f"{address('add_division')}?parent={lanqiao.pk}", {**given, "code": "99"})
    assert (again.status_code, "6、9 或 12 位" in again.content.decode()) == (422, True)


# ---- workbooks ------------------------------------------------------------------------------------------------------


def uploaded(*rows: list[Any], sheet: str = "单位") -> SimpleUploadedFile:
    made = Workbook()
    assert made.active is not None
    made.active.title = sheet
    for row in rows:
        made.active.append(row)
    file = io.BytesIO()
    made.save(file)
    return SimpleUploadedFile("单位.xlsx", file.getvalue())


def test_a_workbook_is_seen_before_it_is_taken_in(page: Client, lanqiao: Division) -> None:
    UnitFactory(division=lanqiao, name="区财政局")
    file = uploaded(["名称", "简称"], ["区财政局", "财政局"], ["区水利局", None])
    seen = page.post(address("import_units"), {"file": file})
    told = seen.content.decode()
    assert "<ins>财政局</ins>" in told
    assert Unit.objects.count() == 1
    confirmed = {"do": "confirm", "workbook": seen.context["workbook"], "seen": seen.context["plan"].digest}
    done = page.post(address("import_units"), confirmed, follow=True)
    assert "单位已导入：新增 1，修改 1" in done.content.decode()
    assert Unit.objects.count() == 2
    # Sent twice, it does nothing a second time: what it would do is no longer what was seen.
    assert page.post(address("import_units"), confirmed).status_code == 409


def test_wrong_cells_and_wrong_files_are_told_on_the_page(page: Client, lanqiao: Division) -> None:
    wrong = page.post(address("import_units"), {"file": uploaded(["名称", "分组"], ["区财政局", "没有的组"])})
    assert (wrong.status_code, "单位!B2" in wrong.content.decode()) == (422, True)
    assert 'value="confirm"' not in wrong.content.decode()
    for data in ({"file": SimpleUploadedFile("x.pdf", b"%PDF-1.7")}, {}, {"workbook": "?"}, {"workbook": "AAAA"}):
        assert page.post(address("import_people"), data).status_code == 422
    assert Unit.objects.count() == 0


def test_what_is_filtered_is_exported_and_comes_back_unchanged(page: Client, lanqiao: Division) -> None:
    unit = UnitFactory(division=lanqiao, name="区财政局")
    UnitFactory(division=lanqiao, name="区水利局")
    person_as(Role.LIAISON, lanqiao, unit=unit, name="闻若水")
    PersonFactory(name="没有任职的人")
    answer = page.get(address("export_units"), {"q": "财政"})
    rows = list(load_workbook(io.BytesIO(answer.content))["单位"].values)
    assert [row[1] for row in rows] == ["名称", "区财政局"]
    posts = page.get(address("export_people"), {"unit": unit.pk})
    seen = page.post(address("import_people"), {"file": SimpleUploadedFile("人员.xlsx", posts.content)})
    assert "和系统里一样" in seen.content.decode()
    last = Event.objects.filter(action__startswith="organisations.export").latest("number")
    assert (last.action, last.after) == ("organisations.export_people", {"rows": 1})
    for name in ("units_template", "people_template"):
        assert load_workbook(io.BytesIO(page.get(address(name)).content)).sheetnames[-1] == "说明"
    assert f"{timezone.localdate():%Y%m%d}" in answer["Content-Disposition"]
