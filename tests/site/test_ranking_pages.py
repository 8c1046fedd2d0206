"""The pages of rankings: what each person sees before and after publishing, every step by the page, files, few statements."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.html import strip_tags

from duban.assessment.actions import rankings
from duban.assessment.models import Commendation, Distinction, Forgiveness, Objection, Ranking
from duban.assessment.states.rankings import RankingState
from duban.assessment.templatetags.assessment import plain
from duban.dispatch.reminders.matters import matters
from duban.organisations.models import Person
from duban.organisations.roles import Role
from duban.plans.queries.workbench import workbench
from factories.rankings import Ranked
from factories.site import UnitFactory, person_as

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@pytest.fixture
def district(db: None) -> Ranked:
    found = Ranked()
    found.march()
    return found


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def text(client: Client, where: str, status: int = 200) -> str:
    answer = client.get(where)
    assert answer.status_code == status, answer.status_code
    return answer.content.decode()


def shown_now(district: Ranked, **facts: Any) -> Ranking:
    """Show the ranking of March until the day after tomorrow."""
    until = timezone.localdate() + timedelta(days=2)
    return rankings.show(ranking=district.computed(), until=until, by=district.clerk, **facts)


def test_the_office_computes_a_month_by_the_page(district: Ranked) -> None:
    client = signed_in(district.clerk)
    assert "计算这个月的排名" in text(client, "/rankings/")
    given = {"ledger": district.ledger.pk, "month": "2026-03", "scheme": "big-ranking"}
    answer = client.post("/rankings/compute/", given)
    ranking = Ranking.objects.get()
    assert answer["Location"] == f"/rankings/{ranking.pk}/"
    assert "区发展改革局" in text(client, answer["Location"])
    assert client.post("/rankings/compute/", given, follow=True).redirect_chain
    assert Ranking.objects.count() == 1
    wrong = client.post("/rankings/compute/", given | {"scheme": "没有"}, follow=True)
    assert "没有计算" in wrong.content.decode()


def test_what_is_shown_a_unit_sees_of_itself_only_and_the_places_where_the_office_said_so(district: Ranked) -> None:
    ranking = district.computed()
    client = signed_in(district.liaisons[district.second])
    assert client.get(f"/rankings/{ranking.pk}/").status_code == 404
    ranking = rankings.show(ranking=ranking, until=timezone.localdate(), by=district.clerk)
    page = text(client, f"/rankings/{ranking.pk}/")
    assert "区财政局" in page
    assert "区发展改革局" not in page
    mine, other = district.row(ranking, district.second), district.row(ranking, district.first)
    assert "迟于" in text(client, f"/rankings/rows/{mine.pk}/")
    text(client, f"/rankings/rows/{other.pk}/", 404)
    text(client, f"/rankings/{ranking.pk}/export.xlsx", 404)
    text(client, f"/rankings/{ranking.pk}/verify/", 404)
    Ranking.objects.filter(pk=ranking.pk).update(places_shown=True)
    page = text(client, f"/rankings/{ranking.pk}/")
    assert "区发展改革局" in page
    assert plain(other.score) not in strip_tags(page), "places, not scores"
    assert plain(other.score) in strip_tags(text(signed_in(district.clerk), f"/rankings/{ranking.pk}/"))
    text(client, f"/rankings/rows/{other.pk}/", 404)


def test_what_is_published_everybody_of_the_ledger_sees_with_all_the_arithmetic(district: Ranked) -> None:
    ranking = district.published()
    row = district.row(ranking, district.first)
    upper = person_as(Role.UPPER_LEVEL, district.division)
    stranger = person_as(Role.LIAISON, district.division, UnitFactory(division=district.division))
    for person in (district.liaisons[district.town], district.leader, upper, stranger):
        client = signed_in(person)
        assert "区发展改革局" in text(client, f"/rankings/{ranking.pk}/")
        assert "按时" in text(client, f"/rankings/rows/{row.pk}/?part=1")
        text(client, f"/rankings/units/{district.first.pk}/")
        text(client, f"/rankings/{ranking.pk}/scheme/")
        assert "没有被改动" in text(client, f"/rankings/{ranking.pk}/verify/")


def test_a_unit_objects_with_a_file_and_the_office_answers(district: Ranked) -> None:
    ranking = shown_now(district)
    row = district.row(ranking, district.second)
    fact = next(fact["key"] for fact in row.facts if fact["kind"] == "report_late")
    unit, office = signed_in(district.liaisons[district.second]), signed_in(district.clerk)
    assert "提异议" in text(unit, f"/rankings/rows/{row.pk}/?item=reports&fact={fact}")
    empty = unit.post(f"/rankings/rows/{row.pk}/object/", {"item": "reports", "fact": fact, "text": ""})
    assert empty.status_code == 422
    unit.post(
        f"/rankings/rows/{row.pk}/object/",
        {"item": "reports", "fact": fact, "text": "网络中断", "attached": SimpleUploadedFile("截图.pdf", PDF)},
    )
    objection = Objection.objects.get()
    file = objection.files.get()
    page = text(office, f"/rankings/objections/?ranking={ranking.pk}")
    assert "网络中断" in page
    assert "异议 1 件，待答复 1 件" in text(office, f"/rankings/{ranking.pk}/")
    assert office.get(f"/rankings/files/{file.pk}/").status_code == 200
    assert signed_in(district.liaisons[district.first]).get(f"/rankings/files/{file.pk}/").status_code == 404
    assert "网络中断" not in text(signed_in(district.liaisons[district.first]), "/rankings/objections/")
    office.post(f"/rankings/objections/{objection.pk}/answer/", {"do": "refuse", "answer": "没有报障记录"})
    assert "没有报障记录" in text(unit, "/rankings/objections/")
    late = unit.post(f"/rankings/objections/{objection.pk}/take-back/", follow=True)
    assert "不能撤回" in late.content.decode()


def test_the_steps_by_the_page_to_publishing(district: Ranked) -> None:
    ranking = district.computed()
    clerk, leader = signed_in(district.clerk), signed_in(district.leader)
    act = f"/rankings/{ranking.pk}/act/"
    assert clerk.post(f"{act}?do=show", {"until": "2020-01-01"}).status_code == 422
    clerk.post(f"{act}?do=show", {"until": timezone.localdate().isoformat()})
    refused = clerk.post(f"{act}?do=approve", {"note": "好"}, follow=True)
    assert "要由别人批准" in refused.content.decode()
    early = leader.post(f"{act}?do=approve", {})
    assert early.status_code == 422
    assert "提前批准" in early.content.decode()
    leader.post(f"{act}?do=approve", {"note": "都确认了"})
    undecided = clerk.post(f"{act}?do=publish", {})
    assert "还没有决定" in undecided.content.decode()
    clerk.post(f"/rankings/{ranking.pk}/distinctions/", {"do": "all", "reason": "按名次"})
    row = district.row(ranking, district.town)
    clerk.post(f"/rankings/{ranking.pk}/distinctions/", {"row": row.pk, "kind": "commend", "reason": "抢险"})
    one = Distinction.objects.get(unit=district.second)
    clerk.post(f"/rankings/distinctions/{one.pk}/", {"do": "drop", "reason": "首次"})
    ranking.refresh_from_db()
    stale = clerk.post(f"{act}?do=publish", {"seen": "0" * 64})
    assert "重新计算过" in stale.content.decode()
    clerk.post(f"{act}?do=publish", {"seen": ranking.sealed})
    ranking.refresh_from_db()
    assert ranking.state == RankingState.PUBLISHED
    again = clerk.post(f"{act}?do=publish", {}, follow=True)
    assert "不能公布" in again.content.decode()
    made = clerk.post(f"{act}?do=correct", {"reason": "查实有误"})
    second = Ranking.objects.latest("version")
    assert made["Location"] == f"/rankings/{second.pk}/"
    assert "两版一样" in text(clerk, f"/rankings/{second.pk}/compare/")
    assert clerk.post(f"{act}?do=nothing").status_code == 404


def test_a_fact_is_forgiven_by_the_pages_of_two_people(district: Ranked) -> None:
    ranking = district.computed()
    row = district.row(ranking, district.town)
    fact = next(fact["key"] for fact in row.facts if fact["kind"] == "report_omitted")
    clerk, leader = signed_in(district.clerk), signed_in(district.leader)
    assert "容错：这件事实不计" in text(clerk, f"/rankings/rows/{row.pk}/?forgive={fact}")
    where = f"/rankings/rows/{row.pk}/forgive/"
    assert clerk.post(where, {"fact": fact, "reason": "抗洪"}).status_code == 422
    clerk.post(where, {"fact": fact, "reason": "抗洪", "paper": "纪要3号"})
    one = Forgiveness.objects.get()
    own = clerk.post(f"/rankings/forgiveness/{one.pk}/", {"do": "grant"}, follow=True)
    assert "要由别人决定" in own.content.decode()
    assert "抗洪" in text(leader, "/rankings/forgiveness/")
    leader.post(f"/rankings/forgiveness/{one.pk}/", {"do": "grant", "decision": "同意"})
    clerk.post(f"/rankings/{ranking.pk}/act/?do=recompute", {"scheme": ""})
    assert "容错不计" in text(clerk, f"/rankings/rows/{district.row(ranking, district.town).pk}/")
    assert district.scores(ranking)["柳溪街道"] == (1, "80")


def test_commendations_are_entered_and_revoked_by_the_page(district: Ranked) -> None:
    clerk = signed_in(district.clerk)
    given = {
        "unit": district.first.pk, "kind": "commended", "source": "upper", "who": "江临市人民政府",
        "day": "2026-03-02", "title": "先进单位", "paper": "临政通〔2026〕3号",
    }  # fmt: skip
    assert clerk.post("/rankings/commendations/", given | {"paper": ""}).status_code == 422
    clerk.post("/rankings/commendations/", given | {"attached": SimpleUploadedFile("通报.pdf", PDF)})
    one = Commendation.objects.get()
    assert one.files.count() == 1
    assert "已经录入过" in clerk.post("/rankings/commendations/", given).content.decode()
    unit = signed_in(district.liaisons[district.second])
    assert "先进单位" not in text(unit, "/rankings/commendations/")
    text(unit, f"/rankings/commendations/{one.pk}/", 404)
    assert "先进单位" in text(signed_in(district.heads[district.first]), f"/rankings/commendations/{one.pk}/")
    clerk.post(f"/rankings/commendations/{one.pk}/", {"reason": "重复录入"})
    assert "已撤销" in text(clerk, f"/rankings/commendations/{one.pk}/")


def test_a_ranking_is_handed_out_with_its_arithmetic(district: Ranked) -> None:
    ranking = district.published()
    client = signed_in(district.clerk)
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"/rankings/{ranking.pk}/export.xlsx").content))
    assert book.sheetnames == ["排名", "得分来历", "说明"]
    places = {row[2].value: row[1].value for row in book["排名"].iter_rows(min_row=3)}
    assert places == {"区发展改革局": 1, "区财政局": 2, "柳溪街道": 1}
    lines = client.get(f"/rankings/{ranking.pk}/export.csv").content.decode("utf-8-sig").splitlines()
    assert sum("漏报" in line for line in lines) == 1
    whole = json.loads(client.get(f"/rankings/{ranking.pk}/export.json").content)
    assert whole["digest"] == ranking.digest
    assert [row["place"] for row in whole["rows"]] == [1, 2, 1]
    assert client.get(f"/rankings/{ranking.pk}/export.pdf").status_code == 404


def test_what_waits_stands_on_the_workbench_of_each(district: Ranked) -> None:
    today = timezone.localdate()

    def waits(person: Person) -> list[str]:
        found = workbench(Person.objects.get(pk=person.pk), today=today)
        return [item.verb for part in found.parts if part.title == "排名" for item in part.items]

    assert waits(district.clerk) == ["计算"]
    ranking = shown_now(district)
    assert "核对" in waits(district.liaisons[district.first])
    row = district.row(ranking, district.first)
    signed_in(district.liaisons[district.first]).post(f"/rankings/rows/{row.pk}/object/", {"text": "不对"})
    assert "答复" in waits(district.clerk)
    objection = Objection.objects.get()
    signed_in(district.clerk).post(f"/rankings/objections/{objection.pk}/answer/", {"do": "refuse", "answer": "不改"})
    Ranking.objects.filter(pk=ranking.pk).update(shown_until=today - timedelta(days=1))
    assert "批准" in waits(district.head)
    rankings.approve(ranking=ranking, by=district.leader)
    assert "决定" in waits(district.clerk)
    district.decided(ranking)
    assert "公布" in waits(district.clerk)


def test_units_are_told_of_what_is_shown_and_the_office_of_objections(district: Ranked) -> None:
    ranking = shown_now(district)
    row = district.row(ranking, district.first)
    signed_in(district.liaisons[district.first]).post(f"/rankings/rows/{row.pk}/object/", {"text": "不对"})
    found = {(one.rule, one.subject): one for one in matters(timezone.now()) if one.subject.startswith("assessment.")}
    told = found["ranking-shown", f"assessment.rankingrow:{row.pk}"]
    assert set(told.people) == {district.liaisons[district.first], district.heads[district.first]}
    raised = found["objection-raised", f"assessment.objection:{Objection.objects.get().pk}"]
    assert set(raised.people) == {district.clerk, district.head}


def test_a_published_page_costs_few_statements_however_many_units(district: Ranked) -> None:
    ranking = district.published()
    for where in (
        f"/rankings/{ranking.pk}/",
        f"/rankings/rows/{district.row(ranking, district.first).pk}/",
        "/rankings/",
    ):
        for person in (district.clerk, district.liaisons[district.first]):
            client = signed_in(person)
            client.get(where)
            with CaptureQueriesContext(connection) as asked:
                text(client, where)
            assert len(asked) <= 30, (where, len(asked))
