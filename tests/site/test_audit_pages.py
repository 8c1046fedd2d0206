"""The auditor finds what happened, takes it away as a file, and has the chain verified."""

from __future__ import annotations

import ast
import io
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

import duban
from duban.audit import keeping
from duban.audit.models import Event
from duban.audit.trail import SYSTEM, Actor, action, origin, record
from duban.auditing import labels, queries
from duban.organisations import actions
from duban.organisations.models import Division, Person, Unit
from duban.organisations.roles import Role
from factories.site import DivisionFactory, person_as

pytestmark = pytest.mark.django_db
EVENTS = reverse("audit:events")


@pytest.fixture
def lanqiao() -> Division:
    return DivisionFactory()  # type: ignore[no-any-return]


@pytest.fixture
def auditor(lanqiao: Division) -> Person:
    return person_as(Role.AUDITOR, lanqiao, name="仇敬之")


@pytest.fixture
def page(client: Client, auditor: Person) -> Client:
    client.force_login(auditor)
    return client


@action
def act(name: str, *, by: Actor = SYSTEM, division: str = "990102", code: str = "plans.issue", note: str = "") -> None:
    record(code, by=by, name=name, division=division, after={"reason": note} if note else None)


def shown(page: Client, **asked: str) -> list[str]:
    rows = page.get(EVENTS, asked).context["rows"]
    # The auditor's own sign-in is not what the stories are about.
    return [event.subject_name for event, *_ in rows if event.action != "account.signed_in"]


def test_an_auditor_reads_what_happened_in_the_own_division_and_in_the_system(page: Client, lanqiao: Division) -> None:
    act("本区的")
    act("系统的", division="")
    act("外区的", division="990203")
    assert shown(page) == ["系统的", "本区的"]
    outside = Event.objects.get(subject_name="外区的")
    assert page.get(reverse("audit:event", args=[outside.number])).status_code == 404


def test_it_is_found_by_who_what_when_and_words(page: Client, lanqiao: Division) -> None:
    clerk = person_as(Role.SUPERVISION_OFFICE, lanqiao, name="顾维桢")
    act("甲", by=clerk)
    act("乙", code="plans.upload")
    act("丙", code="organisations.add_unit", note="机构改革，兰桥区新设")
    assert shown(page, actor="顾维桢") == ["甲"]
    assert shown(page, action="plans.upload") == ["乙"]
    assert shown(page, words="机构改革") == ["丙"]
    assert shown(page, words="新设") == ["丙"]
    assert shown(page, words="上传") == ["乙"]
    assert shown(page, words="100%") == []
    today = f"{datetime.now(UTC) + timedelta(hours=8):%Y-%m-%d}"
    assert len(shown(page, since=today, until=today)) == 3
    assert shown(page, until="2020-01-01") == []
    assert len(shown(page, since="不是日期")) == 3


def test_everything_about_one_thing_is_one_click_away(page: Client, lanqiao: Division) -> None:
    unit = actions.add_unit(division=lanqiao, name="区农业局", by=SYSTEM)
    actions.change_unit(unit=unit, name="区农业农村局", by=SYSTEM)
    actions.add_unit(division=lanqiao, name="区水利局", by=SYSTEM)
    assert len(shown(page, subject=f"organisations.unit:{unit.pk}")) == 3


def test_an_event_shows_before_and_after_in_words(page: Client, lanqiao: Division) -> None:
    unit = actions.add_unit(division=lanqiao, name="区农业局", by=SYSTEM)
    with origin("10.1.2.3"):
        actions.change_unit(unit=unit, short_name="农业局", by=SYSTEM)
    number = Event.objects.latest("number").number
    html = page.get(reverse("audit:event", args=[number])).content.decode()
    assert re.search(r"简称.*（空）.*农业局", html, re.DOTALL)
    assert "修改单位" in html
    assert "10.1.2.3" in html
    assert "内容与摘要相符" in html


def test_pages_follow_each_other_without_a_gap(page: Client) -> None:
    for number in range(queries.PAGE * 2 + 7):
        act(f"第{number}件", division="990102" if number % 3 else "")
    everything = list(Event.objects.order_by("-number").values_list("number", flat=True))
    seen: list[list[int]] = []
    query = ""
    while True:
        answer = page.get(f"{EVENTS}?{query}")
        seen.append([event.number for event, *_ in answer.context["rows"]])
        if not answer.context["older"]:
            break
        query = answer.context["older"]
    assert [number for one in seen for number in one] == everything
    back = page.get(f"{EVENTS}?{answer.context['newer']}")
    assert [event.number for event, *_ in back.context["rows"]] == seen[1]
    assert page.get(EVENTS, {"before": "nonsense"}).status_code == 200


def test_words_are_looked_for_a_stretch_at_a_time(page: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "STRETCH", 10)
    act("很久以前的水库")
    for number in range(25):
        act(f"第{number}件", division="990102" if number % 2 else "")
    found, query, steps = [], "words=水库", 0
    while query and steps < 10:
        answer = page.get(f"{EVENTS}?{query}")
        found += [event.subject_name for event, *_ in answer.context["rows"]]
        query, steps = answer.context["older"], steps + 1
    assert found == ["很久以前的水库"]
    assert steps > 1


def test_a_file_holds_what_is_filtered_and_is_itself_an_event(page: Client, auditor: Person) -> None:
    act("=1+1")
    act("乙", code="plans.upload", note="甲、乙")
    address = reverse("audit:export", args=["csv"])
    text = b"".join(page.get(f"{address}?action=plans.upload")).decode("utf-8-sig")
    lines = text.splitlines()
    assert len(lines) == 2
    assert "上传来文" in lines[1]
    last = Event.objects.latest("number")
    assert (last.action, last.actor_name, last.after) == (
        "audit.export",
        "仇敬之",
        {"filters": {"action": "plans.upload"}, "format": "csv"},
    )
    assert ",'=1+1," in b"".join(page.get(address)).decode()
    book = b"".join(page.get(reverse("audit:export", args=["xlsx"]) + "?words=甲、乙"))
    rows = list(load_workbook(io.BytesIO(book)).active.iter_rows(values_only=True))
    assert [row[9] for row in rows] == ["对象名称", "乙"]


def test_the_chain_is_verified_on_a_page_part_by_part(page: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(12):
        act(f"第{number}件")
    monkeypatch.setattr("duban.auditing.views.verify_part", lambda after: _part(after, 5))
    address = reverse("audit:verify")
    told = [page.post(address, headers={"Accept": "application/json"}).json() for _ in range(3)]
    assert [(one["checked"], one["done"]) for one in told] == [(5, False), (10, False), (13, True)]
    last = Event.objects.latest("number")
    assert (last.action, last.after["problem"]) == ("audit.verify", "")
    assert "完好" in page.get(EVENTS).content.decode()
    # Without the page's script, the button does it.
    assert page.post(address).status_code == 302
    assert "继续核验" in page.get(address).content.decode()


def _part(after: int, most: int) -> object:
    from duban.audit.verify import verify_part

    return verify_part(after, most=most)


def test_a_broken_chain_is_shown_on_every_page_of_the_trail(page: Client) -> None:
    act("甲")
    act("乙")
    keeping.remove(connection)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE audit_event SET subject_name = '丙' WHERE number = 1")
    assert "触发器不全" in page.get(EVENTS).content.decode()
    keeping.install(connection)
    page.post(reverse("audit:verify"))
    html = page.get(EVENTS).content.decode()
    assert "第 1 条的内容与它的摘要不符" in html
    assert "它被改动过" in page.get(reverse("audit:event", args=[1])).content.decode()


def test_a_page_costs_few_statements(page: Client, lanqiao: Division, django_assert_max_num_queries: object) -> None:
    for number in range(60):
        act(f"第{number}件")
    with django_assert_max_num_queries(16):  # type: ignore[operator]
        page.get(EVENTS)


# ---- every code has words -------------------------------------------------------------------------------------------


def recorded() -> set[str]:
    """Return the codes that the program records, as far as they stand in it as constants."""
    found: set[str] = set()
    for path in Path(duban.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if name in ("record", "_record", "note", "note_failure") and node.args:
                found |= {
                    part.value
                    for part in ast.walk(node.args[0])
                    if isinstance(part, ast.Constant) and isinstance(part.value, str)
                }
            if name in ("correcting", "_taken_back") and len(node.args) > 1:
                found |= {
                    f"plans.check_{part.value}"
                    for part in ast.walk(node.args[1])
                    if isinstance(part, ast.Constant) and isinstance(part.value, str)
                }
    return {code for code in found if re.fullmatch(r"[a-z]+\.[a-z_]*[a-z]", code)}


def test_every_code_has_words() -> None:
    assert len(recorded()) > 50
    assert recorded() - set(labels.actions()) == set()


def test_units_have_words_for_their_fields() -> None:
    assert labels.field("organisations.unit:1", "short_name") == "简称"
    assert labels.field("organisations.nothing:1", "oversees") == "分管单位"
    assert labels.subject("organisations.unit:1") == str(Unit._meta.verbose_name)
