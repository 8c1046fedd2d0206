"""The pages by which an amendment is asked for, decided and seen."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import load_workbook

from duban.organisations.models import Person
from duban.organisations.roles import Role
from duban.plans.actions.amending import approve, request
from duban.plans.models import Amendment, Ledger, Task
from duban.plans.snapshots import of_task
from duban.plans.states import AmendmentKind, AmendmentState
from factories.issued import clerk_of, draft_of, issued_ledger, paper_of, unit_named
from factories.site import person_as

pytestmark = pytest.mark.django_db


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture
def ledger() -> Ledger:
    return issued_ledger("推进项目建设", "优化营商环境")[0]


@pytest.fixture
def task(ledger: Ledger) -> Task:
    return Task.objects.get(seq=1)


@pytest.fixture
def liaison(ledger: Ledger) -> Client:
    return signed_in(person_as(Role.LIAISON, ledger.division, unit_named("区发展和改革局"), name="陈联络"))


@pytest.fixture
def clerk(ledger: Ledger) -> Client:
    return signed_in(clerk_of(ledger, name="赵督办"))


def rows(prefix: str, *given: dict[str, Any], initial: int = 0) -> dict[str, Any]:
    """Return a formset as a browser sends it."""
    sent: dict[str, Any] = {f"{prefix}-TOTAL_FORMS": len(given), f"{prefix}-INITIAL_FORMS": initial}
    for n, row in enumerate(given):
        sent |= {f"{prefix}-{n}-{key}": value for key, value in row.items()}
    return sent


def test_from_request_to_effect_and_comparison(task: Task, liaison: Client, clerk: Client) -> None:
    (indicator,) = task.indicators.all()
    page = liaison.get(f"/tasks/{task.pk}/amend/?kind=adjust_indicators").content.decode()
    assert "新开工项目" in page
    there = {
        "id": indicator.pk,
        "name": "新开工项目",
        "measure": "level",
        "comparator": "=",
        "value": "40",
        "unit": "个",
    }
    sent = rows("indicators", there, {"name": "", "value": "", "measure": "level", "comparator": ">="}, initial=1)
    paper = SimpleUploadedFile("请示.pdf", b"%PDF-1.7 please")
    answer = liaison.post(
        f"/tasks/{task.pk}/amend/?kind=adjust_indicators", {**sent, "reason": "用地未批", "attachment": paper}
    )
    amendment = Amendment.objects.get()
    assert answer.url == f"/amendments/{amendment.pk}/"  # type: ignore[attr-defined]
    # Only what was changed is asked for.
    assert amendment.changes == {"indicators": [{"id": indicator.pk, "value": "40"}]}
    page = clerk.get(f"/amendments/{amendment.pk}/").content.decode()
    assert "指标“新开工项目”的目标值" in page
    assert "批准" in page
    file = clerk.get(f"/amendments/{amendment.pk}/attachment")
    assert b"".join(file.streaming_content) == b"%PDF-1.7 please"  # type: ignore[attr-defined]
    assert "attachment" in file["Content-Disposition"]
    clerk.post(
        f"/amendments/{amendment.pk}/decide/", {"answer": "approve", "effective_on": "2026-06-01", "decision": "同意"}
    )
    assert of_task(task)["indicators"][0]["value"] == "40"
    page = clerk.get(f"/ledgers/{task.ledger_id}/compare/?from=2026-05-31&to=2026-06-01").content.decode()
    assert "1 项任务有变化" in page
    assert f"/amendments/{amendment.pk}/" in page
    file = clerk.get(f"/ledgers/{task.ledger_id}/compare.xlsx?from=2026-05-31&to=2026-06-01")
    found = list(load_workbook(io.BytesIO(file.content)).active.iter_rows(min_row=3, values_only=True))
    assert [(row[0], row[2], row[4], row[5]) for row in found] == [("2026-001", "变化", "52", "40")]
    page = liaison.get(f"/ledgers/{task.ledger_id}/compare/?from=2026-06-01&to=2026-06-02").content.decode()
    assert "没有变化" in page


@pytest.mark.parametrize("kind", [kind for kind in AmendmentKind.values if kind != "add"])
def test_a_refused_form_keeps_what_was_filled_in(task: Task, liaison: Client, kind: str) -> None:
    sent = rows("indicators") | rows("units") | {"reason": "因为这样那样", "due": "2026-01-01", "into": ""}
    answer = liaison.post(f"/tasks/{task.pk}/amend/?kind={kind}", sent)
    if kind == AmendmentKind.WITHDRAW:
        assert Amendment.objects.get().reason == "因为这样那样"
    else:
        assert answer.status_code == 422
        assert "因为这样那样" in answer.content.decode()


def test_a_new_task_is_asked_for_by_form(ledger: Ledger, liaison: Client, clerk: Client) -> None:
    unit = unit_named("区发展和改革局")
    assert "新增一项任务" in liaison.get(f"/ledgers/{ledger.pk}/amendments/new/").content.decode()
    sent = (
        {"title": "建设档案馆", "text": "建成1座。", "section": "", "due": "2026-11-30", "reason": "会议议定"}
        | rows("units", {"unit": unit.pk, "role": "lead"}, {"unit": "", "role": "support"})
        | rows("indicators", {"name": "档案馆", "value": "1", "unit": "座", "measure": "level", "comparator": "="})
    )
    liaison.post(f"/ledgers/{ledger.pk}/amendments/new/", sent)
    amendment = Amendment.objects.get()
    page = clerk.get(f"/amendments/{amendment.pk}/").content.decode()
    assert "建设档案馆" in page
    clerk.post(f"/amendments/{amendment.pk}/decide/", {"answer": "approve", "effective_on": "2026-06-01"})
    assert Task.objects.get(title="建设档案馆").seq == 3
    assert "2026-003" in clerk.get(f"/amendments/{amendment.pk}/").content.decode()


def test_a_further_paper_is_asked_for_by_the_office(ledger: Ledger, liaison: Client, clerk: Client) -> None:
    paper = paper_of(ledger, clerk_of(ledger), title="民生实事方案")
    draft_of(paper, "改造老旧小区", unit=unit_named("区发展和改革局"))
    assert "民生实事方案" not in liaison.get(f"/ledgers/{ledger.pk}/amendments/new/").content.decode()
    assert "民生实事方案" in clerk.get(f"/ledgers/{ledger.pk}/amendments/new/").content.decode()
    clerk.post(f"/ledgers/{ledger.pk}/amendments/new/", {"paper": paper.pk, "reason": "新来文"})
    amendment = Amendment.objects.get()
    page = clerk.get(f"/amendments/{amendment.pk}/").content.decode()
    assert "改造老旧小区" in page
    assert "请督查室另一位同事审批" in page


def test_the_page_says_what_changed_since_and_asks_to_have_seen_it(task: Task, liaison: Client, clerk: Client) -> None:
    asking = Person.objects.get(name="陈联络")
    approver = clerk_of(task.ledger)
    facts: dict[str, Any] = {"ledger": task.ledger, "task": task, "reason": "变化", "by": asking}
    withdrawal = request(kind=AmendmentKind.WITHDRAW, changes={}, **facts)
    extension = request(kind=AmendmentKind.EXTEND, changes={"due": "2026-09-30"}, **facts)
    approve(amendment=extension, effective_on=date(2026, 6, 1), by=approver)
    page = clerk.get(f"/amendments/{withdrawal.pk}/").content.decode()
    assert "申请以后，任务又有变化" in page
    sent = {"answer": "approve", "effective_on": "2026-07-01", "decision": "同意调出"}
    answer = clerk.post(f"/amendments/{withdrawal.pk}/decide/", sent)
    assert answer.status_code == 409
    assert "同意调出" in answer.content.decode()
    clerk.post(f"/amendments/{withdrawal.pk}/decide/", {**sent, "seen": "2"})
    withdrawal.refresh_from_db()
    assert withdrawal.state == AmendmentState.EFFECTIVE


def test_the_list_is_filtered_and_a_request_taken_back(task: Task, liaison: Client) -> None:
    liaison.post(f"/tasks/{task.pk}/amend/?kind=withdraw", {"reason": "不再实施"})
    assert "推进项目建设" in liaison.get("/amendments/?kind=withdraw&state=requested").content.decode()
    assert "没有这样的调整" in liaison.get("/amendments/?kind=extend").content.decode()
    liaison.post(f"/amendments/{Amendment.objects.get().pk}/cancel/")
    assert Amendment.objects.get().state == AmendmentState.CANCELLED


def test_strangers_find_nothing(task: Task) -> None:
    stranger = signed_in(person_as(Role.LIAISON, task.ledger.division, unit_named("区教育局")))
    assert stranger.get(f"/tasks/{task.pk}/amend/").status_code == 404
    assert "推进项目建设" not in stranger.get(f"/ledgers/{task.ledger_id}/compare/").content.decode()


def test_a_comparison_costs_few_statements(ledger: Ledger, clerk: Client, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(30):
        clerk.get(f"/ledgers/{ledger.pk}/compare/?from=2026-02-01&to=2026-06-02")
