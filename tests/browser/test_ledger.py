"""The ledger in a browser: a liaison sees only its own; filters are saved under a name and go out as a file."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from browser.people import PASSWORD, PageAs

FILLING = f"""
from datetime import date
from factories.issued import clerk_of, draft_of, paper_of, unit_named
from factories.site import LedgerFactory, ResponsibilityFactory, person_as
from duban.organisations.roles import Role
from duban.plans.actions.issuing import issue
from duban.plans.actions.tasks import refresh_many
from duban.plans.models import Task
ledger = LedgerFactory(state="draft")
clerk = clerk_of(ledger, name="王督办", username="wangduban", password="{PASSWORD}")
paper = paper_of(ledger, clerk)
reform, finance = unit_named("区发展和改革局"), unit_named("区财政局")
draft_of(paper, "推进项目建设", unit=reform, due=date(2026, 6, 30))
shared = draft_of(paper, "优化营商环境", unit=reform)
ResponsibilityFactory(task=shared, unit=finance, role="support")
draft_of(paper, "盘活存量资产", unit=finance)
refresh_many(Task.objects.all())
issue(ledger=ledger, document_number="兰政发〔2026〕1号", issued_on=date(2026, 3, 1), approver="李区长", by=clerk)
person_as(Role.LIAISON, ledger.division, finance, username="linlianluo", name="林联络", password="{PASSWORD}")
"""


@pytest.fixture(scope="module")
def clerk(page_as: PageAs) -> Page:
    return page_as("wangduban")


@pytest.fixture(scope="module")
def liaison(page_as: PageAs) -> Page:
    return page_as("linlianluo")


def test_a_liaison_lands_on_what_waits_and_is_one_click_from_it(site: str, liaison: Page) -> None:
    liaison.goto(f"{site}/")
    part = liaison.get_by_role("region", name="要分解的任务")
    expect(part.get_by_role("listitem")).to_have_count(1)
    part.get_by_role("link", name="分解：盘活存量资产").click()
    expect(liaison).to_have_url(f"{site}/tasks/3/break-down/")


def test_a_liaison_sees_only_its_own(site: str, liaison: Page) -> None:
    liaison.goto(f"{site}/")
    liaison.get_by_role("navigation", name="主菜单").get_by_role("link", name="台账").click()
    liaison.goto(f"{site}/ledgers/1/")
    rows = liaison.locator("tbody[data-rows] tr")
    expect(rows).to_have_count(2)
    expect(liaison.get_by_text("推进项目建设")).to_have_count(0)
    assert liaison.goto(f"{site}/tasks/1/").status == 404  # type: ignore[union-attr]
    assert liaison.goto(f"{site}/papers/").status == 403  # type: ignore[union-attr]
    liaison.goto(f"{site}/search/?q=推进项目建设")
    expect(liaison.locator("main").get_by_role("link", name="推进项目建设")).to_have_count(0)
    answer = liaison.request.get(f"{site}/ledgers/1/export.csv")
    assert "盘活存量资产" in answer.text()
    assert "推进项目建设" not in answer.text()
    answer = liaison.request.get(f"{site}/ledgers/1/export.csv?unit=1")
    assert "推进项目建设" not in answer.text()


def test_what_is_filtered_is_saved_under_a_name_and_goes_out_as_it_shows(
    site: str, clerk: Page, tmp_path: Path
) -> None:
    clerk.goto(f"{site}/ledgers/1/")
    clerk.get_by_label("单位", exact=True).select_option(label="区财政局")
    clerk.locator("form.filters > button[type=submit]").click()
    rows = clerk.locator("tbody[data-rows] tr")
    expect(rows).to_have_count(2)
    clerk.locator("summary", has_text="我的视图").click()
    clerk.get_by_label("把现在的条件、列和顺序存为").fill("财政局的任务")
    clerk.get_by_role("button", name="保存", exact=True).click()

    clerk.goto(f"{site}/ledgers/1/")
    expect(rows).to_have_count(3)
    clerk.locator("summary", has_text="我的视图").click()
    clerk.get_by_role("link", name="财政局的任务").click()
    expect(rows).to_have_count(2)
    assert "unit=" in clerk.url

    def exported(word: str) -> Path:
        clerk.locator("summary", has_text="导出").click()
        with clerk.expect_download() as going:
            clerk.get_by_role("link", name=word).click()
        path = tmp_path / going.value.suggested_filename
        going.value.save_as(path)
        clerk.reload()
        return path

    with exported("CSV").open(encoding="utf-8-sig", newline="") as file:
        assert [row["title"] for row in csv.DictReader(file)] == ["优化营商环境", "盘活存量资产"]
    sheet = load_workbook(exported("Excel")).worksheets[0]
    cells = {str(cell) for row in sheet.iter_rows(values_only=True) for cell in row if cell}
    assert any("盘活存量资产" in cell for cell in cells)
    assert not any("推进项目建设" in cell for cell in cells)
