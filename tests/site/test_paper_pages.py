"""The pages of papers, as the office uses them."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from duban.organisations.roles import Role
from duban.plans.models import Paper
from factories.papers import PLAN, office, uploaded
from factories.site import DivisionFactory, UnitFactory

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def signed_in(**fields: Any) -> Client:
    client = Client()
    client.force_login(office(DivisionFactory(), **fields), backend=BACKEND)
    return client


def test_a_form_uploads_files_and_text_and_says_what_it_refused() -> None:
    client = signed_in()
    files = [SimpleUploadedFile("plan.txt", PLAN.encode()), SimpleUploadedFile("x.rtf", b"{\\rtf1")]
    answer = client.post("/papers/new/", {"year": "2026", "files": files})
    paper = Paper.objects.get()
    assert answer.url == f"/papers/{paper.pk}/check/"
    page = client.get("/papers/")
    assert [str(message)[:9] for message in page.context["messages"]] == ["“x.rtf”：这"]
    assert [row.pk for row in page.context["papers"]] == [paper.pk]


def test_the_script_is_told_of_the_paper_that_is_there() -> None:
    paper = uploaded(PLAN)
    answer = signed_in().post(
        "/papers/new/",
        {"year": "2026", "files": [SimpleUploadedFile("again.txt", PLAN.encode())]},
        headers={"accept": "application/json"},
    )
    assert (answer.status_code, answer.json()["title"]) == (409, "AlreadyUploaded")
    assert answer.json()["paper"]["url"] == f"/papers/{paper.pk}/"


def test_the_original_comes_back_byte_for_byte_as_a_download_only() -> None:
    paper = uploaded(PLAN)
    answer = signed_in().get(f"/papers/{paper.pk}/original")
    assert b"".join(answer) == PLAN.encode()
    assert answer["Content-Disposition"].startswith("attachment;")
    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("application/octet-stream", "nosniff")
    assert "sandbox" in answer["Content-Security-Policy"]


def test_a_question_is_answered_on_the_papers_page() -> None:
    paper = uploaded(PLAN, year=2027)
    client = signed_in()
    assert "录入 2026 年台账" in client.get(f"/papers/{paper.pk}/").content.decode()
    answer = client.post(f"/papers/{paper.pk}/answer", {"year": "that"})
    assert answer.url == f"/papers/{paper.pk}/check/"
    paper.refresh_from_db()
    assert paper.year == 2026


def test_a_paper_is_withdrawn() -> None:
    paper = uploaded(PLAN)
    client = signed_in()
    client.post(f"/papers/{paper.pk}/withdraw")
    assert client.get("/papers/").context["papers"] == []
    assert client.get("/papers/?state=withdrawn").context["papers"] == [paper]


def test_papers_are_the_offices_own() -> None:
    paper = uploaded(PLAN)
    liaison = signed_in(role=Role.LIAISON, unit=UnitFactory())
    for path in ("", "new/", f"{paper.pk}/", f"{paper.pk}/original", f"{paper.pk}/check/", f"{paper.pk}/state"):
        assert liaison.get(f"/papers/{path}").status_code == 403
    elsewhere = Client()
    elsewhere.force_login(
        office(DivisionFactory(code="990203", name="云岭县", full_name="青渡市云岭县")), backend=BACKEND
    )
    assert elsewhere.get(f"/papers/{paper.pk}/original").status_code == 404
