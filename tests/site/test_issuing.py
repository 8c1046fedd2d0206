"""The ledger is issued: frozen, numbered, once."""

from __future__ import annotations

import hashlib
import threading
from datetime import date, timedelta

import pytest
from django.db import close_old_connections, connection
from django.test import Client
from django.utils import timezone

from duban.audit.models import Event
from duban.organisations.access import NotAllowed
from duban.organisations.models import Person
from duban.organisations.roles import Role
from duban.plans.actions.issuing import (
    AlreadyIssued,
    NothingToIssue,
    NotReady,
    OpenAmendments,
    WrongDay,
    close_year,
    issue,
    reissue,
)
from duban.plans.models import Amendment, Ledger, LedgerVersion, PaperNote, Task
from duban.plans.snapshots import as_of, of_task
from duban.plans.states import AmendmentKind, LedgerState, PaperState, TaskState
from factories.issued import clerk_of, draft_ledger, draft_of, issued_ledger, paper_of, unit_named
from factories.site import ResponsibilityFactory, person_as

pytestmark = pytest.mark.django_db

ISSUE_DAY = date(2026, 3, 1)


def issue_now(ledger: Ledger, by: Person) -> LedgerVersion:
    return issue(ledger=ledger, document_number="兰政发〔2026〕1号", issued_on=ISSUE_DAY, approver="李区长", by=by)


def test_an_issued_ledger_is_numbered_frozen_and_on_record() -> None:
    ledger, clerk = draft_ledger("推进项目建设", "优化营商环境", "办好民生实事")
    version = issue_now(ledger, clerk)
    ledger.refresh_from_db()
    tasks = list(Task.objects.order_by("seq"))
    assert [task.short_number for task in tasks] == ["2026-001", "2026-002", "2026-003"]
    assert {task.state for task in tasks} == {TaskState.TO_BREAK_DOWN}
    assert (ledger.state, ledger.next_number) == (LedgerState.ISSUED, 4)
    assert ledger.papers.get().state == PaperState.ISSUED
    assert [row["title"] for row in version.snapshot["tasks"]] == [task.title for task in tasks]
    assert as_of(ledger, ISSUE_DAY) == [of_task(task) for task in tasks]
    assert not as_of(ledger, ISSUE_DAY - timedelta(days=1))
    event = Event.objects.get(action="plans.issue")
    assert (event.actor_name, event.after["digest"]) == ("王督办", version.digest)  # type: ignore[index]


def test_what_is_left_to_do_is_listed_and_nothing_is_issued() -> None:
    ledger, clerk = draft_ledger("推进项目建设")
    paper = ledger.papers.get()
    task = paper.tasks.get()
    Task.objects.filter(pk=task.pk).update(checked_at=None, checked_by=None)
    ResponsibilityFactory(task=task, unit=None, unit_text="区某某中心", role="support")
    PaperNote.objects.create(
        paper=paper, task=task, code="unit-group", message="“各镇街”指哪些单位", span_start=0, span_end=3
    )
    paper_of(ledger, clerk, title="兰桥区民生实事方案", state=PaperState.CHECKING)
    with pytest.raises(NotReady) as refusal:
        issue_now(ledger, clerk)
    assert {(left.what, left.examples) for left in refusal.value.leftovers} == {
        ("还是“待核对”，没有核对完成", ()),
        ("任务未核对", ("推进项目建设",)),
        ("单位未认定", ("区某某中心",)),
        ("提示未处理", ("“各镇街”指哪些单位",)),
    }
    assert "《兰桥区2026年重点工作任务实施方案》单位未认定 1 处" in str(refusal.value)
    assert not LedgerVersion.objects.exists()
    assert Task.objects.get().seq is None


def test_what_was_dropped_or_withdrawn_neither_counts_nor_is_issued() -> None:
    ledger, clerk = draft_ledger("推进项目建设")
    withdrawn = paper_of(ledger, clerk, state=PaperState.WITHDRAWN)
    draft_of(withdrawn, "撤回的任务")
    draft_of(ledger.papers.exclude(pk=withdrawn.pk).get(), "去掉的任务", dropped=True)
    assert len(issue_now(ledger, clerk).snapshot["tasks"]) == 1


def test_the_second_to_issue_is_told_who_did_and_when() -> None:
    ledger, first = draft_ledger()
    issue_now(ledger, first)
    with pytest.raises(AlreadyIssued, match=r"第1版已由王督办于20\d\d年.*印发，文号“兰政发〔2026〕1号”"):
        issue_now(ledger, clerk_of(ledger))
    assert LedgerVersion.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="the in-memory database of tests has one connection")
def test_two_people_at_once() -> None:
    ledger, first = draft_ledger()
    people = [first, clerk_of(ledger)]
    start = threading.Barrier(2)
    ended: list[str] = []

    def press(person: Person) -> None:
        start.wait()
        try:
            issue_now(ledger, person)
            ended.append("issued")
        except AlreadyIssued:
            ended.append("told")
        finally:
            close_old_connections()
            connection.close()

    threads = [threading.Thread(target=press, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ended) == ["issued", "told"]
    assert LedgerVersion.objects.count() == 1
    assert sorted(Task.objects.values_list("seq", flat=True)) == [1, 2]


def test_only_the_office_issues() -> None:
    ledger, _ = draft_ledger()
    head = person_as(Role.UNIT_HEAD, ledger.division, unit_named("区发展和改革局"))
    with pytest.raises(NotAllowed):
        issue_now(ledger, head)


def test_an_empty_ledger_and_a_day_to_come_are_refused() -> None:
    ledger, clerk = draft_ledger()
    tomorrow = timezone.localdate() + timedelta(days=1)
    with pytest.raises(WrongDay, match="还没有到"):
        issue(ledger=ledger, document_number="", issued_on=tomorrow, approver="李区长", by=clerk)
    Task.objects.update(dropped=True)
    with pytest.raises(NothingToIssue):
        issue_now(ledger, clerk)


def test_the_amended_text_is_issued_anew_and_each_version_stays() -> None:
    ledger, clerk = issued_ledger("推进项目建设")
    facts = {"document_number": "兰政发〔2026〕9号", "issued_on": date(2026, 7, 1), "approver": "李区长", "by": clerk}
    version = reissue(ledger=ledger, number=2, **facts)  # type: ignore[arg-type]
    assert [v.number for v in ledger.versions.all()] == [1, 2]
    assert version.snapshot["version"] == 2
    with pytest.raises(AlreadyIssued, match="第2版"):
        reissue(ledger=ledger, number=2, **facts)  # type: ignore[arg-type]
    with pytest.raises(WrongDay, match="早于上一版"):
        reissue(ledger=ledger, number=3, **{**facts, "issued_on": date(2026, 6, 1)})  # type: ignore[arg-type]


def test_the_year_is_closed_once_no_amendment_waits() -> None:
    ledger, clerk = issued_ledger()
    waiting = Amendment.objects.create(
        ledger=ledger, number=1, kind=AmendmentKind.WITHDRAW, reason="不再实施", requested_by=clerk
    )
    with pytest.raises(OpenAmendments, match="第1号"):
        close_year(ledger=ledger, closed_on=date(2026, 11, 1), approver="李区长", by=clerk)
    waiting.delete()
    version = close_year(ledger=ledger, closed_on=date(2026, 11, 1), approver="李区长", by=clerk)
    ledger.refresh_from_db()
    assert (ledger.state, ledger.closed_on, version.number) == (LedgerState.CLOSED, date(2026, 11, 1), 2)


# -- pages ------------------------------------------------------------------------------------------------------------


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def test_the_page_shows_what_is_issued_and_issues_it() -> None:
    ledger, clerk = draft_ledger("推进项目建设", "优化营商环境")
    client = signed_in(clerk)
    page = client.get(f"/ledgers/{ledger.pk}/issue/").content.decode()
    assert "可以印发" in page
    assert "区发展和改革局" in page
    answer = client.post(
        f"/ledgers/{ledger.pk}/issue/",
        {"document_number": "兰政发〔2026〕1号", "issued_on": "2026-03-01", "approver": "李区长", "version": "1"},
    )
    assert answer.url == f"/ledgers/{ledger.pk}/versions/"  # type: ignore[attr-defined]
    page = client.get(answer.url).content.decode()  # type: ignore[attr-defined]
    assert "核验一致" in page
    file = client.get(f"/ledgers/{ledger.pk}/versions/1.json")
    assert hashlib.new("sm3", file.content).hexdigest() == LedgerVersion.objects.get().digest
    assert client.get(f"/ledgers/{ledger.pk}/versions/1.xlsx").content.startswith(b"PK")
    assert "2026-001" in client.get(f"/ledgers/{ledger.pk}/versions/1/").content.decode()


def test_an_altered_version_is_shown_as_such() -> None:
    ledger, clerk = issued_ledger("推进项目建设")
    version = LedgerVersion.objects.get()
    version.snapshot["tasks"][0]["title"] = "推进个别项目"
    LedgerVersion.objects.filter(pk=version.pk).update(snapshot=version.snapshot)
    assert "与内容不符" in signed_in(clerk).get(f"/ledgers/{ledger.pk}/versions/").content.decode()


def test_a_unit_does_not_get_the_whole_text() -> None:
    ledger, _ = issued_ledger()
    head = person_as(Role.UNIT_HEAD, ledger.division, unit_named("区发展和改革局"))
    assert signed_in(head).get(f"/ledgers/{ledger.pk}/versions/").status_code == 200
    assert signed_in(head).get(f"/ledgers/{ledger.pk}/versions/1.json").status_code == 404
    assert signed_in(head).get(f"/ledgers/{ledger.pk}/issue/").status_code == 403
