"""The check page and what it asks for, as its scripts and plain forms do."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.test import Client

from duban.organisations.models import Person
from duban.plans.models import CheckPlace, Paper
from duban.plans.queries import paper_text
from factories.papers import PLAN, office, uploaded
from factories.site import UnitFactory, UnitGroupFactory

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


class Page:
    """The page of one clerk."""

    def __init__(self, paper: Paper, **fields: Any) -> None:
        self.clerk: Person = office(paper.division, **fields)
        self.client = Client(headers={"accept": "application/json"})
        self.client.force_login(self.clerk, backend=BACKEND)
        self.url = f"/papers/{paper.pk}/check/"
        self.html = self.client.get(self.url).content.decode()
        self.data = json.loads(re.search(r'<script id="check-data"[^>]*>(.*?)</script>', self.html, re.DOTALL)[1])  # type: ignore[index]

    def do(self, **body: Any) -> tuple[int, dict[str, Any]]:
        body = {"since": self.data["revision"], "person": self.clerk.pk, **body}
        answer = self.client.post(f"{self.url}do", json.dumps(body), content_type="application/json")
        return answer.status_code, answer.json()

    def news(self, since: int = 0, at: int = 0) -> dict[str, Any]:
        return dict(self.client.get(f"{self.url}changes?since={since}&at={at}").json())

    def task(self, title: str = "精准招引项目") -> dict[str, Any]:
        return next(task for task in self.data["tasks"] if task["title"] == title)


@pytest.fixture
def paper() -> Paper:
    return uploaded(PLAN)


@pytest.fixture
def page(paper: Paper) -> Page:
    return Page(paper, name="陈立")


def test_the_page_holds_the_whole_paper_and_marks_every_entry(paper: Paper, page: Page) -> None:
    article = re.search(r"<article[^>]*>(.*)</article>", page.html, re.DOTALL)[1]  # type: ignore[index]
    shown = re.sub(r"<[^>]+>", "", article)
    assert "".join(shown.split()) == "".join(paper.text.split())
    for words, kind in (("区财政局", "responsibility"), ("6月底前", "deadline"), ("新签约项目60个以上", "indicator")):
        assert re.search(rf'class="m m-{kind}"[^>]*>{words}</span>', article)
    assert '<h4 class="run run-h"' in article
    assert page.data["left"] == {"tasks": 4, "units": 7, "notes": 1}
    assert len(page.data["tasks"]) == 4


def test_every_run_of_text_counts_the_papers_characters(paper: Paper, page: Page) -> None:
    runs = re.findall(r'class="run[^"]*" data-s="(\d+)" data-e="(\d+)">(.*?)</(?:p|h\d|td)>', page.html)
    assert len(runs) > 10
    for start, end, inner in runs:
        words = re.sub(r"<[^>]+>", "", inner).replace("&quot;", '"').replace("&amp;", "&")
        assert words == paper.text[int(start) : int(end)]


def test_a_correction_answers_with_what_changed(page: Page) -> None:
    task = page.task()
    status, told = page.do(do="accept", id=task["id"], version=task["version"], key="k")
    assert (status, told["revision"], told["left"]["tasks"]) == (200, 1, 3)
    assert [(one["id"], one["checked"]) for one in told["tasks"]] == [(task["id"], "陈立")]
    assert "runs" not in told
    # Sent again, as after a broken connection, it is done once and answered the same.
    status, again = page.do(do="accept", id=task["id"], version=task["version"], key="k")
    assert (status, again["revision"]) == (200, 1)


def test_marks_that_moved_come_with_their_words(paper: Paper, page: Page) -> None:
    start = paper.text.index("改造老旧小区22个")
    status, told = page.do(do="split", id=page.task("办好民生实事")["id"], version=1, at=start)
    assert status == 200
    second = told["made"][0]
    assert {one["id"] for one in told["tasks"]} == {page.task("办好民生实事")["id"], second}
    assert any(f'data-pin="{second}"' in html for html in told["runs"].values())


def test_two_clerks_see_each_others_work(paper: Paper, page: Page) -> None:
    other = Page(paper, name="赵敏")
    task = page.task()
    page.do(do="edit", entry="task", id=task["id"], version=task["version"], fields={"title": "招商"})
    news = other.news(since=0, at=task["id"])
    assert [one["title"] for one in news["tasks"]] == ["招商"]
    assert news["log"][0]["by"] == "陈立"
    assert page.news(since=1)["people"] == [{"name": "赵敏", "task": task["id"]}]
    status, told = other.do(
        do="edit",
        entry="task",
        id=task["id"],
        version=task["version"],
        fields={"title": "引资"},
        base={"title": task["title"]},
    )
    assert (status, told["title"], told["present"], told["by"]) == (409, "Stale", {"title": "招商"}, "陈立")
    assert told["news"]["tasks"][0]["title"] == "招商"


def test_where_a_clerk_stood_is_remembered(paper: Paper, page: Page) -> None:
    task = page.task("加快项目建设")["id"]
    page.news(at=task)
    assert CheckPlace.objects.get().task_id == task
    again = page.client.get(page.url).content.decode()
    assert f'"at": {task}' in again
    assert "加快项目建设" in re.search(r'class="entry-title">(.*?)</h2>', again)[1]  # type: ignore[index]


def test_every_kind_of_correction_has_its_request(paper: Paper, page: Page) -> None:
    towns = UnitGroupFactory(code="towns", name="乡镇", division=paper.division)
    east = UnitFactory(name="东桥镇", group=towns, division=paper.division)
    task, note = page.task(), page.task("建设美丽乡村")["note"][0]
    row = task["indicator"][0]
    span = [paper.text.index("小区22个"), paper.text.index("小区22个") + 5]
    requests: list[dict[str, Any]] = [
        {"do": "edit", "entry": "indicator", "id": row["id"], "version": 1, "fields": {"value": "65"}, "base": {}},
        {"do": "add", "entry": "indicator", "task": task["id"], "span": span},
        {"do": "add", "entry": "deadline", "task": task["id"], "fields": {"due": "2026-05-01"}},
        {"do": "drop", "entry": "indicator", "id": row["id"], "version": 2},
        {"do": "drop", "entry": "indicator", "id": row["id"], "version": 3, "dropped": False},
        {"do": "resolve", "words": "区财政局", "unit": east.pk},
        {"do": "resolve", "words": "各镇街", "group": towns.pk},
        {"do": "create", "words": "区水务局", "name": "区水务局"},
        {"do": "members", "id": page.task("建设美丽乡村")["responsibility"][0]["id"], "version": 1, "units": []},
        {"do": "answer", "id": note["id"], "version": 1, "answer": "已核"},
        {"do": "merge", "id": task["id"], "version": 1},
        {"do": "undo"},
        {"do": "redo"},
        {"do": "accept", "id": task["id"], "version": 4},
    ]
    for request in requests:
        status, told = page.do(**request)
        assert status == 200, (request, told)
    assert page.client.get(f"{page.url}candidates?words=区住建局").status_code == 200


def test_nonsense_is_refused_in_words(page: Page) -> None:
    for body in (
        {"do": "fly"},
        {"do": "accept"},
        {"do": "edit", "entry": "x", "id": 1, "version": 1, "fields": {}},
        {"do": "accept", "id": 10**9, "version": 1},
    ):
        status, told = page.do(**body)
        assert status in (404, 422)
        assert told["detail"]
    broken = page.client.post(f"{page.url}do", b"[", content_type="application/json")
    assert broken.status_code == 422
    status, told = page.do(do="undo", person=10**6)
    assert (status, told["title"]) == (409, "NotYours")


def test_without_scripts_a_task_is_accepted_and_a_note_answered(paper: Paper, page: Page) -> None:
    client = Client()
    client.force_login(page.clerk, backend=BACKEND)
    task, holder = page.task(), page.task("建设美丽乡村")
    answer = client.post(f"{page.url}form", {"task": task["id"], "version": task["version"], "next": holder["id"]})
    assert answer.url == f"{page.url}?task={holder['id']}"
    shown = client.get(answer.url).content.decode()
    assert "怎样处理" in shown
    note = holder["note"][0]
    client.post(f"{page.url}form", {"task": holder["id"], "note": note["id"], "version": 1, "answer": "以通知为准"})
    assert not paper.notes.filter(answered_at=None).exists()
    refused = client.post(f"{page.url}finish", headers={"referer": f"http://testserver{page.url}"})
    assert refused.url.endswith(page.url)


def test_a_table_is_laid_out_as_one(paper: Paper) -> None:
    from duban.core.ledger import to_json
    from duban.core.types import Cell, Ledger, Source, Span, Table

    text = "附件\n序号\t任务\n1\t招商\n— 3 —\n"
    cells = (Cell(Span(3, 5), 0, 0), Cell(Span(6, 8), 0, 1), Cell(Span(9, 10), 1, 0), Cell(Span(11, 13), 1, 1))
    source = Source("x", "x/x", "", text, "paragraph", (Table(Span(3, 13), cells),), furniture=(Span(14, 19),))
    paper.text, paper.reading = text, to_json(Ledger(source))
    paper.pk = 10**6
    html = paper_text.html(paper, [paper_text.Mark(11, 13, "indicator", 5)])
    assert html.count("<tr>") == 2
    assert 'data-m="i5">招商</span></td>' in html
    assert '<p class="run run-aside" data-s="14" data-e="19">— 3 —</p>' in html


def test_the_pages_statements_do_not_grow_with_the_paper(
    paper: Paper, page: Page, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(30):
        page.client.get(page.url)
    task = page.task()
    with django_assert_max_num_queries(60):
        page.do(do="accept", id=task["id"], version=task["version"])
    with django_assert_max_num_queries(15):
        page.news(since=1, at=task["id"])
